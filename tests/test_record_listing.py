"""Sessions as text: the code in cells, and what was on the screen."""

from collections.abc import Iterable

import pytest

from kconsole.protocol.events import (
    ClearOutput,
    DisplayData,
    ErrorOutput,
    Event,
    ExecuteResult,
    Stream,
)
from kconsole.record.cell import RecordedCell
from kconsole.record.listing import screen_cell, source_cell


def source_text(cells: Iterable[RecordedCell], language: str) -> str:
    return "".join(source_cell(each, language) for each in cells)


def screen_text(cells: Iterable[RecordedCell]) -> str:
    return "".join(map(screen_cell, cells))


def cell(code: str, *events: Event, count: int | None = 1, at_most: int = 1000) -> RecordedCell:
    made = RecordedCell("1", code, count, at_most=at_most)
    for event in events:
        made.receive(event)
    return made


# --- code


def test_each_cell_is_below_a_comment_and_magics_stay() -> None:
    cells = [cell("%matplotlib inline\nx = 1\n\n"), cell("!ls"), cell("  f(x)?")]
    assert source_text(cells, "python") == (
        "# %%\n%matplotlib inline\nx = 1\n\n# %%\n!ls\n\n# %%\n  f(x)?\n\n"
    )


@pytest.mark.parametrize(
    ("language", "sign"),
    [
        ("python", "#"),
        ("R", "#"),
        ("C++17", "//"),
        ("C#", "//"),
        ("typescript", "//"),
        ("Haskell", "--"),
        ("lua", "--"),
        ("prolog", "%"),
        ("scheme", ";"),
        ("fortran", "!"),
        ("", "#"),
        ("never heard of", "#"),
    ],
)
def test_the_comment_is_one_of_the_language(language: str, sign: str) -> None:
    assert source_text([cell("x")], language) == f"{sign} %%\nx\n\n"


def test_half_a_character_in_code_becomes_one_that_can_be_saved() -> None:
    assert source_text([cell("'\ud800a'")], "python") == "# %%\n'\ufffda'\n\n"


# --- the screen


@pytest.mark.parametrize(
    ("events", "text"),
    [
        ([], ""),
        ([Stream("stdout", "a\n"), Stream("stderr", "b\n")], "a\nb\n"),
        ([Stream("stdout", "a")], "a\n"),
        (
            [Stream("stdout", "a"), ExecuteResult({"text/plain": "2"}, {}, None, 1)],
            "a\nOut[1]: 2\n",
        ),
        ([ExecuteResult({"text/plain": "1\n2"}, {}, None, 1)], "Out[1]: \n1\n2\n"),
        ([DisplayData({"image/png": "QUJD"}, {})], "[image/png, 3 B]\n"),
        ([ErrorOutput("E", "v", ("\x1b[31mone\x1b[0m", "two"))], "one\ntwo\n"),
        ([Stream("stdout", "\x1b[31mred\x1b[0m \x1b]0;title\x07\x07\n")], "red ^G\n"),
        ([Stream("stdout", "  0%\r 50%"), Stream("stdout", "\r100%\n")], "100%\n"),
        ([Stream("stdout", "long\rs\x1b[K\n")], "s\n"),
        (
            [
                Stream("stderr", "\r 50%"),
                Stream("stdout", "epoch 1\n"),
                Stream("stderr", "\r100%"),
                Stream("stdout", "epoch 2\n"),
                Stream("stderr", "\r100%\n"),
            ],
            "epoch 1\nepoch 2\n100%\n",
        ),
        (
            [
                Stream("stdout", "before\nouter 1\n\rinner 1\x1b[A"),
                Stream("stdout", "\router 2\n\rinner 2\x1b[A"),
                Stream("stdout", "\router 3\n\rinner 3\n"),
            ],
            "before\nouter 3\ninner 3\n",
        ),
        ([Stream("stdout", "a\x1b[3")], "a^[[3\n"),
        ([Stream("stdout", "a"), ClearOutput(wait=False), Stream("stdout", "b")], "b\n"),
    ],
)
def test_output_as_it_was_last_on_the_screen(events: list[Event], text: str) -> None:
    assert screen_text([cell("x", *events)]) == f"In [1]: x\n{text}\n"


def test_further_lines_stand_below_the_first_and_an_unknown_number_is_blank() -> None:
    cells = [cell("for x in y:\n    x", count=12), cell("\x1b[2J", count=None)]
    assert screen_text(cells) == ("In [12]: for x in y:\n    ...:     x\n\nIn [ ]: ^[[2J\n\n")


def test_what_is_left_out_is_told_on_a_line_of_its_own() -> None:
    text = screen_text([cell("x", Stream("stdout", "12345678"), at_most=3)])
    note = "[kconsole: 5 more characters of output are left out here]"
    assert text == f"In [1]: x\n123\n{note}\n\n"


def test_lines_that_no_cursor_reaches_stay_in_order() -> None:
    text = "".join(f"{number}\n" for number in range(100_000))
    assert (
        screen_text([cell("x", Stream("stdout", text), at_most=len(text))])
        == f"In [1]: x\n{text}\n"
    )
