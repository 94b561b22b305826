"""The few styles of our own texts, in the terminal's own sixteen colours.

No shade is chosen here: the terminal's palette is, so the user's theme decides what is readable.
White, black and the bright colours are avoided, because each of them vanishes on some background.
"""

from typing import Literal

from kconsole.render.sgr import RESET

__all__ = ["STYLES", "Role", "paint", "paint_one_of"]

Role = Literal["in", "out", "error", "warning", "note", "label"]

STYLES: dict[Role, str] = {
    "in": "\x1b[32m",
    "out": "\x1b[31m",
    "error": "\x1b[1;31m",
    "warning": "\x1b[33m",
    "note": "\x1b[2m",
    "label": "\x1b[36m",
}


def paint(text: str, role: Role, color: bool) -> str:
    """Return the text in the role's style, or as it is if it is empty or color is off.

    The text has to be safe already (:mod:`kconsole.render.sanitise`) and without colours.
    """
    return f"{STYLES[role]}{text}{RESET}" if color and text else text


#: What tells several kernels apart; red is for errors.
_APART = ("\x1b[36m", "\x1b[33m", "\x1b[32m", "\x1b[35m", "\x1b[34m")


def paint_one_of(text: str, number: int, color: bool) -> str:
    """Return the text in the colour of one of several things, from 0 on; as :func:`paint`."""
    return f"{_APART[number % len(_APART)]}{text}{RESET}" if color and text else text
