r"""Inputs that match a pattern, and how they are listed: what ``\hist`` shows. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence

from kconsole.render.visible import make_visible

__all__ = ["ALONE", "AT_MOST", "latest_of_each", "listing", "matching", "pattern_anywhere"]

ALONE = 20
"""Inputs that are listed without a pattern."""
AT_MOST = 50
"""Inputs that are listed with one."""


def pattern_anywhere(pattern: str) -> str:
    """Return the pattern as SQLite's GLOB needs it, to find it anywhere in an input."""
    return "*" + pattern.replace("[", "[[]").strip("*") + "*"


def matching(inputs: Iterable[str], pattern: str) -> Iterator[str]:
    """Return the inputs in which the pattern occurs.

    :param pattern: ``*`` stands for any text, ``?`` for one character.
    """
    pieces = [_piece(each) for each in pattern.split("*") if each]
    return (each for each in inputs if _occur(pieces, each))


def _piece(text: str) -> re.Pattern[str]:
    """What finds a piece between two stars: nothing repeats in it, so it is looked for in linear time."""
    return re.compile("".join("." if each == "?" else re.escape(each) for each in text), re.S)


def _occur(pieces: Iterable[re.Pattern[str]], text: str) -> bool:
    """Whether the pieces occur in that order. The first place of each is as good as any later one, so
    none is looked for a second time.
    """
    position = 0
    for piece in pieces:
        found = piece.search(text, position)
        if found is None:
            return False
        position = found.end()
    return True


def listing(inputs: Sequence[str]) -> Iterator[str]:
    """Return lines that show inputs with numbers; of several lines, the further ones are indented."""
    width = len(str(len(inputs)))
    for number, text in enumerate(inputs, 1):
        first, *further = make_visible(text).split("\n")
        yield f"{number:>{width + 2}}  {first}"
        yield from (" " * (width + 4) + line for line in further)


def latest_of_each(inputs: Sequence[str]) -> list[str]:
    """Of inputs that are the same, keep the last."""
    return list(dict.fromkeys(reversed(inputs)))[::-1]
