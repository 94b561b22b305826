"""Large texts in bites: the parts are the whole, and look like the whole."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kconsole.render.bites import bites
from kconsole.render.sanitise import Sanitiser

HOSTILE = [
    "\x1b[A",
    "\x1b[10C",
    "x\r",
    "x\b",
    "ab\x1b[A\r\x1b[10C\b\x1b[B\n",
    "\x1b[9999Cxy",
    "\x1b[31mx\x1b[0m",
]


def looks(parts: list[str]) -> str:
    sanitiser = Sanitiser("stream", cursor=True)
    text = "".join(map(sanitiser.feed, parts)) + sanitiser.finish()
    # Which is the same to a terminal.
    return re.sub("\r+", "\r", text).replace("\r\n", "\n")


@pytest.mark.parametrize("piece", HOSTILE)
def test_four_hundred_kilobytes_of_movement_are_many_small_parts(piece: str) -> None:
    text = piece * (400_000 // len(piece))
    parts = bites(text)
    assert "".join(parts) == text
    assert max(map(len, parts)) < 8192 + 64


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 1),
        ("short \x1b[A", 1),
        ("x" * 5_000_000, 1),
        (("x" * 79 + "\n") * 50_000, 16),
        ("\x1b]0;" + "t" * 10_000 + "\x07", 1),
    ],
    ids=["empty", "short", "one line", "lines", "one control string"],
)
def test_of_plain_text_the_parts_are_large(text: str, number: int) -> None:
    parts = bites(text)
    assert "".join(parts) == text
    assert len(parts) == number


WORDS = [
    "\x1b[A",
    "\x1b[3C",
    "\r",
    "\r\n",
    "\n",
    "\b",
    "word",
    "\t",
    "\x1b]0;t\x07",
    "\x1b",
    "\x1b[",
]
WORDS += [
    "\x9d0;x",
    "\x07",
    "\x1b[31m",
    "\x1b[K",
    "é",
    "\x1b\\",
    "\x1b(B",
    "\x01",
    "\x1b]1;x",
    "\x1bP1",
]


@given(st.lists(st.sampled_from(WORDS), max_size=30).map("".join))
def test_what_is_cut_looks_as_if_it_were_not(small: None, text: str) -> None:
    parts = bites(text, 1)
    assert "".join(parts) == text
    assert looks(parts) == looks([text])


@pytest.fixture(scope="module")
def small():
    """Cut wherever it can be cut, from the second character on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kconsole.render.bites._BUSY", 1)
        yield
