r"""A program's output in bites: a large message is not drawn in one go, so that no key waits for it.

Text that is only appended is quick. What moves the cursor, changes colours or has to be shown in another
way costs a hundred times as much for each character, so bites of that are smaller.
"""

import re
from collections.abc import Callable

from kconsole.render.sanitise import is_plain

__all__ = ["MOST", "bites"]

MOST = 1 << 18
"""Characters in a bite of text whose only controls are newlines and tabs."""
_BUSY = 1 << 13  # characters of any other
#: Where a text can be cut: no control string has any of these in it, so none is cut.
_CUT = re.compile(r"\r*\n|[\r\b\t]+(?!\n)|(?=\x1b\[)")
#: What all of these begin with: a set is looked for ten times as fast as an alternative.
_SPOT = re.compile(r"[\r\n\b\t\x1b]")


def bites(text: str, most: int = MOST) -> list[str]:
    """Cut a text where the sanitiser sees the same in the parts as in the whole.

    But for one thing: the target of a hyperlink is shown where the part ends, if the link does not before.

    :param text: of a stream, as it came from the kernel.
    :param most: characters that a part should have, if they are quick; what is short is not cut for that.
    :return: its parts; itself alone if it is short, or has no place to be cut at.
    """
    if len(text) <= _BUSY:
        return [text]
    plain = "\b" not in text and is_plain(text)
    size, cut = (
        (max(most, _BUSY), _plain_cuts(text)) if plain else (_BUSY, lambda at: _cut(text, at))
    )
    parts = []
    start = 0
    while len(text) - start > size and (end := cut(start + size)) > 0:
        parts.append(text[start:end])
        start = end
    return [*parts, text[start:]] if start < len(text) else parts


def _cut(text: str, at: int) -> int:
    """The first place from there on where a text can be cut; 0 if there is none."""
    while (spot := _SPOT.search(text, at)) is not None:
        if (match := _CUT.match(text, spot.start())) is not None:
            return match.end()
        at = spot.end()
    return 0


def _plain_cuts(text: str) -> Callable[[int], int]:
    """The same for a text whose only controls are newlines and tabs, for places one behind the other."""
    newline = 0

    def cut(at: int) -> int:
        nonlocal newline
        if 0 <= newline < at:
            newline = text.find("\n", at)
        tab = text.find("\t", at, newline if newline >= 0 else len(text))
        while tab >= 0 and text.startswith("\t", tab + 1):
            tab += 1
        return (newline if tab < 0 or tab + 1 == newline else tab) + 1

    return cut
