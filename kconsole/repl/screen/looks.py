"""What the bottom of the screen looks like, in each palette (:mod:`kconsole.render.palette`)."""

from functools import lru_cache

from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from kconsole.render.palette import HUES, Palette

__all__ = ["color_depth", "look"]

_DEPTHS = {16: ColorDepth.DEPTH_4_BIT, 256: ColorDepth.DEPTH_8_BIT}
#: Halfway between black and white, where it is not known which of both is near.
_HALFWAY = "#808080"


@lru_cache
def look(palette: Palette, colors: int) -> Style:
    """Return the styles of the prompts, the toolbar, the menu and what is around the input.

    :param palette: its hues.
    :param colors: how many the terminal has.
    """
    hues = HUES[palette]
    faint = _HALFWAY if palette == "any" and colors > 16 else hues.grey
    return Style(
        [
            ("prompt", hues.green),
            ("prompt.number", f"{hues.green} bold"),
            ("question", ""),
            ("pane.head", hues.cyan),
            ("toolbar", f"noreverse {hues.grey}"),
            ("toolbar.separator", f"noreverse {hues.grey}"),
            ("toolbar.idle", f"noreverse {hues.green}"),
            ("toolbar.busy", f"noreverse {hues.yellow}"),
            ("toolbar.warning", f"noreverse {hues.yellow} bold"),
            ("toolbar.error", f"noreverse {hues.red} bold"),
            # The terminal's own two colours, which its owner can read on each other.
            ("offers", "noinherit reverse"),
            ("offers.current", "noinherit bold"),
            ("scrollbar.background", "noinherit reverse"),
            ("scrollbar.button", "noinherit"),
            # Slanted, as there may be no colours at all.
            ("auto-suggestion", f"noinherit {faint} italic"),
            ("matching-bracket.other", "noinherit underline"),
            ("matching-bracket.cursor", "noinherit underline"),
            ("control-character", f"noinherit {hues.magenta}"),
            ("nbsp", "noinherit underline"),
        ]
    )


def color_depth(colors: int, *, color: bool) -> ColorDepth:
    """Return what prompt_toolkit calls a number of colours.

    :param colors: how many the terminal has.
    :param color: whether any are wanted.
    """
    if not color:
        return ColorDepth.DEPTH_1_BIT
    return _DEPTHS.get(colors, ColorDepth.DEPTH_24_BIT)
