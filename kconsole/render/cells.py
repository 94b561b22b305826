"""How many columns a character takes on a terminal (Unicode Standard Annex 11).

Each character counts for itself. Terminals do not agree on what a sequence takes that is joined to one
picture (by ZWJ or a tone of skin), or made a coloured one by VS16: to count its characters is what
prompt_toolkit does, and the older ones of them.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

__all__ = ["cell_width", "fit", "text_width", "wrapped"]

#: Zero columns: marks that join the character before, and format characters.
_ZERO_WIDTH = frozenset({"Mn", "Me", "Cf"})
#: Those of them that are shown, and take a column: the soft hyphen, and signs that stand before numbers.
_SHOWN = frozenset(
    "\xad\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
#: Vowels and final consonants of Hangul, which join the syllable before.
_JAMO = (("\u1160", "\u11ff"), ("\ud7b0", "\ud7fb"))
#: Where characters will be wide that this Python's Unicode does not have yet: ideographs and emoji.
_WIDE = (
    ("\u3400", "\u9fff"),
    ("\uf900", "\ufaff"),
    ("\U0001f300", "\U0001faff"),
    ("\U00020000", "\U0003fffd"),
)
_JOINER = "\u200d"
_ELLIPSIS = "…"
_WORD = re.compile(r"( *)([^ ]+)")


@lru_cache(maxsize=4096)
def cell_width(character: str) -> int:
    """Return 0, 1 or 2, the columns that one printable character takes."""
    category = unicodedata.category(character)
    if category in _ZERO_WIDTH and character not in _SHOWN:
        return 0
    if _is_among(character, _JAMO):
        return 0
    if category == "Cn":  # which Python before 3.12 calls wide, wherever it is
        return 2 if _is_among(character, _WIDE) else 1
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
            return text[:keep].rstrip(_JOINER) + _ELLIPSIS if width > 0 else ""
    return text


def _is_among(character: str, ranges: Iterable[tuple[str, str]]) -> bool:
    return any(first <= character <= last for first, last in ranges)


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
