r"""Text for pagers and printers, in which a letter is struck twice: R's help, manual pages.

``_\bP`` is an underlined letter, ``P\bP`` a bold one (man(1) of less, "-u"); of two others, the
terminals of that time kept the last one.
"""

import re
from itertools import groupby

__all__ = ["overstrikes_to_sgr"]

_ON = {"bold": "\x1b[1m", "underlined": "\x1b[4m"}
_OFF = {"bold": "\x1b[22m", "underlined": "\x1b[24m"}
_RUN = re.compile(r"(?:[^\x08\n](?:\x08[^\x08\n])+)+")
_LETTER = re.compile(r"[^\x08](?:\x08[^\x08])+")


def overstrikes_to_sgr(text: str) -> str:
    """Return a text with SGR in place of letters that are struck twice; it is not sanitised."""
    return _RUN.sub(_struck, text) if "\x08" in text else text


def _struck(run: re.Match[str]) -> str:
    pieces = []
    for style, letters in groupby(_LETTER.findall(run[0]), key=_style):
        shown = "".join(letter[-1] for letter in letters)
        pieces.append(f"{_ON.get(style, '')}{shown}{_OFF.get(style, '')}")
    return "".join(pieces)


def _style(letter: str) -> str:
    *below, last = letter.split("\x08")
    if last in below:
        return "bold"
    return "underlined" if "_" in below else ""
