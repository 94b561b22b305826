"""Rendered lines, whose colours are SGR sequences, as prompt_toolkit takes them."""

import re
from functools import lru_cache

from prompt_toolkit.formatted_text import ANSI, StyleAndTextTuples, to_formatted_text

from kconsole.render.sgr import DEFAULT, Style, restyle, serialise

__all__ = ["Run", "fragments", "runs"]

Run = tuple[str, str]
"""Text with one look: the style, as prompt_toolkit calls it, and the text."""

_SGR = re.compile(r"\x1b\[([0-9;]*)m")


def runs(line: str) -> list[Run]:
    """Return the parts of a line that stands for itself; prompt_toolkit would look at each character.

    :param line: sanitised, and without cursor movement.
    """
    if "\x1b" not in line:
        return [("", line)]
    found = []
    style = DEFAULT
    pieces = _SGR.split(line)
    for index in range(0, len(pieces), 2):
        if pieces[index]:
            found.append((_name(style), pieces[index]))
        if index + 1 < len(pieces):
            style, _ = restyle(style, pieces[index + 1])
    return found


def fragments(lines: list[str]) -> StyleAndTextTuples:
    """Return lines as one text."""
    found: StyleAndTextTuples = []
    for number, line in enumerate(lines):
        if number:
            found.append(("", "\n"))
        found += runs(line)
    return found


@lru_cache(maxsize=1024)
def _name(style: Style) -> str:
    return to_formatted_text(ANSI(f"{serialise(style)}x"))[0][0] if style else ""
