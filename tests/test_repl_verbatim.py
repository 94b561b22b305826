"""What becomes of a paste before it is an input."""

import pytest

from kconsole.repl.input.verbatim import pastable


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("if x:\n\ty", "if x:\n\ty"),
        ("a\x1b[31mb\x00\x07\x7f\x9bc", "a[31mbc"),
        ("a\xa0b\u3000c", "a\xa0b\u3000c"),
        ("e\u0301 \u05d0 \U0001f468\u200d\U0001f469", "e\u0301 \u05d0 \U0001f468\u200d\U0001f469"),
        ("a\u202eb\u2066c\u3164d", "abcd"),
        ("\udcff", ""),
    ],
)
def test_what_is_kept(data: str, text: str) -> None:
    assert pastable(data) == text
