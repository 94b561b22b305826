"""Characters that would act on a terminal, or hide text on it, written so that they can be seen."""

import re

__all__ = [
    "BIDI",
    "C0",
    "C1",
    "INVISIBLE",
    "PLAIN_C0",
    "SURROGATES",
    "TAGS",
    "hides",
    "make_visible",
]

_Ranges = tuple[tuple[int, int], ...]
#: All controls but tab and newline, and halves of characters.
_CONTROLS: _Ranges = ((0x00, 0x08), (0x0B, 0x1F), (0x7F, 0x7F), (0x80, 0x9F), (0xD800, 0xDFFF))
_BIDI: _Ranges = ((0x061C, 0x061C), (0x200E, 0x200F), (0x2028, 0x202E), (0x2066, 0x2069))
_INVISIBLE: _Ranges = (
    *((0xAD, 0xAD), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180E), (0x200B, 0x200B)),
    *((0x2060, 0x2065), (0x206A, 0x206F), (0x3164, 0x3164), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0)),
    (0xFFF9, 0xFFFB),
)
_TAGS: _Ranges = ((0xE0000, 0xE007F),)


def _inside(ranges: _Ranges) -> str:
    return "".join(rf"\U{first:08x}-\U{last:08x}" for first, last in ranges)


# Each set is written as the inside of a regular expression's character class.
PLAIN_C0 = r"\x00-\x07\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f"
"""ASCII's controls and DEL, without those that may mean something: BS, TAB, LF, CR and ESC."""
C0 = PLAIN_C0 + r"\x08\t\n\r\x1b"
"""All of them."""
C1 = r"\x80-\x9f"
"""The second set of controls (ECMA-48); 8-bit terminals take U+009B for ``ESC [``."""
SURROGATES = r"\ud800-\udfff"
"""Halves of a character that JSON may hold alone and UTF-8 cannot."""
BIDI = _inside(_BIDI)
"""Marks that reorder what is seen (Unicode Standard Annex 9), line and paragraph separators."""
INVISIBLE = _inside(_INVISIBLE)
"""What shows as nothing at all. Not the joiners, which many scripts and emoji are spelled with."""
TAGS = _inside(_TAGS)
"""Invisible copies of the ASCII characters."""

_HIDING = re.compile(f"[{BIDI}{INVISIBLE}{TAGS}]")


def _notation(code_point: int) -> str:
    """Return the visible form: ``^X``, ``<9B>``, ``<U+202E>``; U+FFFD for half a character."""
    if code_point < 0x20 or code_point == 0x7F:
        return "^" + chr(code_point ^ 0x40)
    if code_point < 0xA0:
        return f"<{code_point:02X}>"
    if 0xD800 <= code_point <= 0xDFFF:
        return "\ufffd"
    return f"<U+{code_point:04X}>"


_TABLE = {
    code_point: _notation(code_point)
    for first, last in (*_CONTROLS, *_BIDI, *_INVISIBLE, *_TAGS)
    for code_point in range(first, last + 1)
}


def hides(text: str) -> bool:
    """Tell whether there is something in a text that reorders it or shows as nothing."""
    return not text.isascii() and _HIDING.search(text) is not None


def make_visible(text: str) -> str:
    """Write every control in the text in its visible form, except tab and newline.

    For text that is to be shown as it is, such as somebody's source code: nothing in it is taken
    for an instruction to the terminal, not even a colour.
    """
    return text.translate(_TABLE)
