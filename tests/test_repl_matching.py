"""What matches in the history, and how it is listed."""

import time

import pytest

from kconsole.repl.history.matching import listing, matching, pattern_anywhere

INPUTS = ["import os", "x = [1]", "for i in x:\n    print(i)", "print('a*b')"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("print", [2, 3]),
        ("im*os", [0]),
        ("for*print", [2]),
        ("x = ?1", [1]),
        ("[1]", [1]),
        ("*", [0, 1, 2, 3]),
        ("^", []),
        ("PRINT", []),
    ],
)
def test_a_pattern_is_found_anywhere(pattern: str, found: list[int]) -> None:
    assert list(matching(INPUTS, pattern)) == [INPUTS[each] for each in found]


@pytest.mark.parametrize(
    ("pattern", "glob"), [("a", "*a*"), ("*a?", "*a?*"), ("x[1]", "*x[[]1]*"), ("*", "**")]
)
def test_the_kernel_gets_a_glob_of_sqlites(pattern: str, glob: str) -> None:
    assert pattern_anywhere(pattern) == glob


def test_inputs_are_numbered_and_shown_whole() -> None:
    assert list(listing(["a", "b\n  c\x1b[2J"])) == ["  1  a", "  2  b", "       c^[[2J"]


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("ab*bc", "abc", False),
        ("a*b", "b a", False),
        ("?b*??", "ab\nc", True),
        ("?b*??", "ab\n", False),
        ("**a", "xa", True),
        ("\\?", "\\x", True),
    ],
)
def test_the_pieces_between_stars_follow_each_other(pattern: str, text: str, found: bool) -> None:
    assert list(matching([text], pattern)) == [text] * found


@pytest.mark.parametrize("pattern", ["*a*a*a*a*b", "*foo", "a*?z*a?*b"])
def test_a_long_input_that_does_not_match_takes_no_time(pattern: str) -> None:
    begin = time.process_time()
    assert list(matching(["a, " * 20_000], pattern)) == []
    assert time.process_time() - begin < 1.0
