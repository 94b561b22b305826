r"""A program's output in bites: a large message is not drawn in one go, so that no key waits for it.

Text that is only appended is quick. What moves the cursor, changes colours or has to be shown in another
way costs a hundred times as much for each character, so bites of that are smaller.
"""

import re

from kconsole.render.sanitise import is_plain

__all__ = ["bites"]

_PLAIN = 1 << 18  # characters of text whose only controls are newlines and tabs
_BUSY = 1 << 13  # characters of any other
#: Where a text can be cut: no control string has any of these in it, so none is cut.
_CUT = re.compile(r"\r*\n|[\r\b\t]+(?!\n)|(?=\x1b\[)")


def bites(text: str) -> list[str]:
    """Cut a text where the sanitiser sees the same in the parts as in the whole.

    But for one thing: the target of a hyperlink is shown where the part ends, if the link does not before.

    :param text: of a stream, as it came from the kernel.
    :return: its parts; itself alone if it is short, or has no place to be cut at.
    """
    if len(text) <= _BUSY:
        return [text]
    size = _PLAIN if "\b" not in text and is_plain(text) else _BUSY
    parts = []
    start = 0
    while len(text) - start > size and (match := _CUT.search(text, start + size)) is not None:
        parts.append(text[start : match.end()])
        start = match.end()
    return [*parts, text[start:]] if start < len(text) else parts
