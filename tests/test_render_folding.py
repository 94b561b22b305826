"""The output of a cell, folded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kconsole.render.folding import Fold
from kconsole.render.sgr import strip_sgr


def lines(*numbers: int) -> str:
    return "".join(f"{number}\n" for number in numbers)


def test_the_first_lines_are_shown_and_the_last_at_the_end() -> None:
    fold = Fold(3)
    assert fold.take(lines(1, 2)) == lines(1, 2)
    assert fold.take(lines(3, 4)) == lines(3)
    assert fold.take(lines(*range(5, 101))) == ""
    assert fold.lines == 97
    text, hidden, _ = fold.unfold()
    assert text == lines(*range(89, 101))
    assert hidden == 85
    assert (fold.lines, fold.characters) == (0, 0)


def test_what_comes_after_the_end_is_hidden_again() -> None:
    fold = Fold(1)
    fold.take(lines(1, 2))
    fold.unfold()
    assert fold.take(lines(3)) == ""
    assert fold.unfold() == (lines(3), 0, 0)


def test_of_what_is_cleared_nothing_is_left() -> None:
    fold = Fold(1)
    fold.take(lines(1, 2, 3))
    fold.clear()
    assert (fold.lines, fold.unfold()) == (0, ("", 0, 0))


def test_nothing_is_folded_where_there_is_no_bound() -> None:
    fold = Fold(0)
    assert fold.take("x\n" * 100_000) == "x\n" * 100_000
    assert fold.lines == 0


def test_a_long_line_counts_as_several_and_is_cut_outside_of_its_colours() -> None:
    fold = Fold(10)
    assert fold.take("a" * 1700 + "\n") == "a" * 1700 + "\n"
    line = "b" * 195 + "\x1b[38;5;208mc\x1b[0m" + "d" * 1000 + "the end\n"
    assert fold.take(line) == "b" * 195 + "\x1b[0m\n"
    text, hidden, characters = fold.unfold()
    assert text == "…" + "d" * 393 + "the end\n"
    assert hidden == 0
    assert characters > 600


def test_at_the_end_no_line_is_cut_for_the_length_of_its_colours() -> None:
    fold = Fold(1)
    line = "\x1b[38;5;141m1\x1b[39m\x1b[38;5;255m,\x1b[39m" * 38 + "\n"
    fold.take("first\n" + line * 20)
    assert fold.unfold()[0] == line * 12


@given(
    st.lists(st.text(st.sampled_from("ab\n"), max_size=30), max_size=8),
    st.integers(1, 12),
    st.booleans(),
)
def test_what_is_shown_is_the_beginning_and_the_end_and_the_rest_is_counted(
    texts: list[str], at_most: int, colored: bool
) -> None:
    texts = [f"{text}\n" for text in texts]
    if colored:
        texts = [text.replace("a", "\x1b[31ma\x1b[0m") for text in texts]
    fold = Fold(at_most)
    shown = "".join(map(fold.take, texts))
    everything = "".join(texts)
    assert everything.startswith(shown)
    assert shown.count("\n") == min(at_most, everything.count("\n"))
    end, hidden, characters = fold.unfold()
    assert everything.endswith(end)
    assert shown.count("\n") + hidden + end.count("\n") == everything.count("\n")
    assert len(shown) + characters + len(end) == len(everything)


@pytest.mark.parametrize("at", range(190, 215))
def test_wherever_it_is_cut_no_sequence_is(at: int) -> None:
    text = "x" * at + "\x1b[38;2;100;100;100m" + "y" * 5000 + "\x1b[0m\n"
    fold = Fold(1)
    shown = fold.take(text)
    assert set(strip_sgr(shown)) == {"x", "\n"}
    end, *_ = fold.unfold()
    assert strip_sgr(end) == "…" + "y" * 400 + "\n"


def test_colours_do_not_count_as_characters_of_a_line() -> None:
    line = "\x1b[38;5;242m,\x1b[39m" * 76 + "\n"
    fold = Fold(3)
    assert fold.take(line * 3) == line * 3
    assert fold.take(line) == ""
