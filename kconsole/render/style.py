"""The few styles of our own texts, in the hues that suit the terminal's background.

A process has one terminal, so there is one palette, which whoever knows the terminal chooses. Until then,
and where nothing is known of it, the hues are the terminal's own, without white, black and the bright
ones, because each of them vanishes on some background.
"""

from typing import Literal

from kconsole.render.palette import CUBE, HUES, Palette
from kconsole.render.sgr import RESET

__all__ = ["Role", "paint", "paint_one_of", "palette", "use_palette"]

Role = Literal["in", "out", "error", "warning", "note", "label"]

#: The attribute, and the place among the hues, of each role.
_ROLES: dict[Role, tuple[str, str]] = {
    "in": ("", "green"),
    "out": ("", "red"),
    "error": ("1;", "red"),
    "warning": ("", "yellow"),
    "note": ("", "grey"),
    "label": ("", "cyan"),
}
#: What tells several kernels apart; red is for errors.
_APART = ("cyan", "yellow", "green", "magenta", "blue")

_ANSI = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


class _Use:
    palette: Palette = "any"


_use = _Use()


def palette() -> Palette:
    """Return the palette that is in use."""
    return _use.palette


def use_palette(wanted: Palette) -> None:
    """Write our own texts in these hues from now on."""
    _use.palette = wanted


def paint(text: str, role: Role, color: bool) -> str:
    """Return the text in the role's style, or as it is if it is empty or color is off.

    The text has to be safe already (:mod:`kconsole.render.sanitise`) and without colours.
    """
    if not color or not text:
        return text
    attribute, hue = _ROLES[role]
    return f"\x1b[{attribute}{_code(getattr(HUES[_use.palette], hue))}m{text}{RESET}"


def paint_one_of(text: str, number: int, color: bool) -> str:
    """Return the text in the colour of one of several things, from 0 on; as :func:`paint`."""
    if not color or not text:
        return text
    hue = _APART[number % len(_APART)]
    return f"\x1b[{_code(getattr(HUES[_use.palette], hue))}m{text}{RESET}"


def _code(hue: str) -> str:
    """The parameters of SGR for a hue."""
    if hue == "dim":
        return "2"
    if hue.startswith("ansi"):
        bright = hue.startswith("ansibright")
        name = hue.removeprefix("ansibright" if bright else "ansi")
        return str((90 if bright else 30) + _ANSI.index(name))
    red, green, blue = (int(hue[place : place + 2], 16) for place in (1, 3, 5))
    if red == green == blue and red not in CUBE:
        return f"38;5;{232 + (red - 8) // 10}"
    r, g, b = map(CUBE.index, (red, green, blue))
    return f"38;5;{16 + 36 * r + 6 * g + b}"
