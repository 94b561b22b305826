"""The colours of our own texts, for dark and for light backgrounds, and how many a terminal has.

Where the background is known and there are 256 colours, both colours of a text are known, and each hue is
chosen to be read on it: a contrast of 4.5 : 1 at least on what is usual as a background (WCAG 2, "Contrast
(Minimum)"). Else the hues are names of the terminal's own sixteen colours, whose shades its owner has
chosen: without those that few palettes let one read on a background of that kind, or, if that is not
known either, without those that vanish on one of both.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

__all__ = [
    "CUBE",
    "HUES",
    "Hues",
    "Palette",
    "Theme",
    "colors_of",
    "contrast",
    "palette_for",
    "theme_on",
]

Theme = Literal["dark", "light"]
Palette = Literal["any", "dark", "light", "dark16", "light16"]

CUBE = (0x00, 0x5F, 0x87, 0xAF, 0xD7, 0xFF)
"""The steps of each channel in the cube of 6 × 6 × 6 among xterm's 256 colours."""

#: Terminals that show all colours, whether COLORTERM says so or not, by the beginning of TERM.
_TRUE_COLOR = ("alacritty", "contour", "foot", "wezterm", "xterm-ghostty", "xterm-kitty")
_ALL = 1 << 24


class Hues(NamedTuple):
    """Names of colours, as pygments and prompt_toolkit have them; `grey` is what is less important."""

    green: str
    red: str
    blue: str
    cyan: str
    magenta: str
    yellow: str
    grey: str


HUES: Mapping[Palette, Hues] = {
    "any": Hues("ansigreen", "ansired", "ansiblue", "ansicyan", "ansimagenta", "ansiyellow", "dim"),
    # Shades of the 256 that are the same on every terminal.
    "dark": Hues("#87d787", "#ff8787", "#87afff", "#5fd7d7", "#d787ff", "#ffd75f", "#a8a8a8"),
    "light": Hues("#005f00", "#af0000", "#0000af", "#005f87", "#870087", "#5f5f00", "#585858"),
    # Blue is hard to read on black, as is red; green, cyan and yellow are on white.
    "dark16": Hues(
        "ansigreen",
        "ansibrightred",
        "ansibrightcyan",
        "ansicyan",
        "ansibrightmagenta",
        "ansiyellow",
        "dim",
    ),
    "light16": Hues(
        "ansiblue", "ansired", "ansiblue", "ansiblue", "ansimagenta", "ansimagenta", "dim"
    ),
}
"""The hues of each palette."""


def colors_of(environ: Mapping[str, str]) -> int:
    """Return how many colours a terminal has for text: 16, 256 or 16777216.

    :param environ: the environment.
    """
    term = environ.get("TERM", "")
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return _ALL
    if term.startswith(_TRUE_COLOR) or term.endswith("-direct"):
        return _ALL
    return 256 if "256color" in term else 16


def palette_for(theme: Theme | None, colors: int) -> Palette:
    """Return the palette for a background and a number of colours.

    :param theme: what kind of background it is; None if it is not known.
    :param colors: from :func:`colors_of`.
    """
    if theme is None:
        return "any"
    if theme == "dark":
        return "dark" if colors > 16 else "dark16"
    return "light" if colors > 16 else "light16"


def theme_on(background: tuple[int, int, int] | None) -> Theme | None:
    """Return whether a background is dark or light: whether white or black is easier to read on it.

    :param background: red, green and blue from 0 to 255; None if it is not known.
    """
    if background is None:
        return None
    on_white, on_black = contrast(background, (255, 255, 255)), contrast(background, (0, 0, 0))
    return "dark" if on_white > on_black else "light"


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2, "contrast ratio")."""
    darker, lighter = sorted(map(_luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: tuple[int, int, int]) -> float:
    """How bright a colour is (WCAG 2, "relative luminance")."""
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in (each / 255 for each in color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
