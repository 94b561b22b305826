"""How many columns a character takes on a terminal (Unicode Standard Annex 11)."""

import re
import unicodedata
from functools import lru_cache

__all__ = ["cell_width", "fit", "text_width", "wrapped"]

#: Zero columns: marks that join the character before, and format characters.
_ZERO_WIDTH = frozenset({"Mn", "Me", "Cf"})
_ELLIPSIS = "…"
_WORD = re.compile(r"( *)([^ ]+)")


@lru_cache(maxsize=4096)
def cell_width(character: str) -> int:
    """Return 0, 1 or 2, the columns that one printable character takes."""
    if unicodedata.category(character) in _ZERO_WIDTH and character != "\xad":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def text_width(text: str) -> int:
    """Return the columns that a printable text takes."""
    return len(text) if text.isascii() else sum(map(cell_width, text))


def fit(text: str, width: int) -> str:
    """Return the text if it fits into `width` columns, else its beginning and an ellipsis."""
    if len(text) <= width and text.isascii():
        return text
    columns = 0
    keep = 0  # as many characters leave room for the ellipsis
    for index, character in enumerate(text):
        columns += cell_width(character)
        if columns < width:
            keep = index + 1
        elif columns > width:
            return text[:keep] + _ELLIPSIS if width > 0 else ""
    return text


def wrapped(text: str, width: int) -> list[str]:
    """Break a text at its blanks, where it would not fit into `width` columns.

    A word that is longer is not broken here: the terminal does that, and its user can copy it in one
    piece. For the same end, a no-break space keeps a command together, and comes out as a blank.

    :param text: one line.
    :param width: of the screen; 0, which is not known, breaks nothing.
    """
    lines = [""]
    column = 0
    for match in _WORD.finditer(text):
        gap, word = match.groups()
        needed = text_width(word)
        if lines[-1] and column + len(gap) + needed > width >= needed:
            lines.append("")
            column, gap = 0, ""
        lines[-1] += gap + word
        column += len(gap) + needed
        if column > width > 0:  # a long word: go on in the row where it has ended
            column = (column - 1) % width + 1
    return [line.replace("\xa0", " ") for line in lines]
