import re
import unicodedata

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kconsole.render.lines import COLUMNS, TailLine
from kconsole.render.sgr import strip_sgr

unhurried = settings(deadline=None)

narrow = st.sampled_from(
    [
        *("a", "bc", "0123456789", " ", "é", "e\u0301", "\t", "\r", "\r", "\b", "\b\b"),
        *("\x1b[K", "\x1b[1K", "\x1b[2K", "\x1b[31m", "\x1b[1m", "\x1b[0m", "\n"),
    ]
)
wide = st.sampled_from(["日", "本語", "\r", "\x1b[K", "\x1b[2K\r", "\x1b[32m", "\n"])


def lines_on_screen(text: str) -> list[str]:
    screen = pyte.Screen(300, 60)
    pyte.Stream(screen).feed(text.replace("\n", "\r\n"))
    return [line.rstrip() for line in screen.display]


def lines_of(pieces: list[str]) -> list[str]:
    tail = TailLine()
    lines = [line for piece in pieces for line in tail.feed(piece)]
    lines.append(tail.finish())
    return lines


def plain(lines: list[str]) -> list[str]:
    """The lines' characters, laid out as a screen has them."""
    return [unicodedata.normalize("NFC", strip_sgr(line)).expandtabs().rstrip() for line in lines]


def expected(pieces: list[str], count: int) -> list[str]:
    return [unicodedata.normalize("NFC", line) for line in lines_on_screen("".join(pieces))[:count]]


@unhurried
@given(pieces=st.lists(narrow, max_size=30))
def test_lines_look_as_on_a_terminal(pieces: list[str]) -> None:
    lines = lines_of(pieces)
    # A mark without a character before it sits somewhere else on every terminal.
    if not re.search("(?:\\A|[\n\r\b\tK])\u0301", "".join(pieces)):
        assert plain(lines) == expected(pieces, len(lines))


@unhurried
@given(pieces=st.lists(wide, max_size=30))
def test_lines_of_wide_characters_look_as_on_a_terminal(pieces: list[str]) -> None:
    lines = lines_of(pieces)
    assert plain(lines) == expected(pieces, len(lines))


@unhurried
@given(pieces=st.lists(st.one_of(narrow, wide), max_size=30))
def test_the_pieces_that_text_comes_in_make_no_difference(pieces: list[str]) -> None:
    assert plain(lines_of(pieces)) == plain(lines_of(["".join(pieces)]))


@unhurried
@given(pieces=st.lists(st.one_of(narrow, wide), max_size=30))
def test_a_rendered_line_moves_no_cursor_and_ends_without_style(pieces: list[str]) -> None:
    for line in lines_of(pieces):
        assert not re.search(r"[\r\b]|\x1b\[[0-9;]*[^0-9;m]", line)
        styles = re.findall(r"\x1b\[[0-9;]*m", line)
        assert not styles or styles[-1] == "\x1b[0m"


def test_complete_lines_come_out_and_the_rest_stays() -> None:
    tail = TailLine()
    assert tail.feed("one\ntwo\nthr") == ["one\n", "two\n"]
    assert tail.text == "thr"
    assert tail.feed("ee\n") == ["three\n"]
    assert tail.text == ""
    assert tail.feed("\n\n") == ["\n", "\n"]


def test_a_progress_bar_shows_its_last_state() -> None:
    tail = TailLine()
    for percent in (5, 50, 100):
        tail.feed(f"\r{percent:3d}%|")
    assert tail.text == "100%|"
    assert tail.feed(" done\n") == ["100%| done\n"]


def test_a_shorter_text_leaves_the_end_of_the_longer_one() -> None:
    assert lines_of(["longer\rshort", "\x1b[K"]) == ["short"]
    assert lines_of(["longer\rshort"]) == ["shortr"]


def test_each_character_keeps_the_style_it_was_written_with() -> None:
    assert lines_of(["\x1b[31mabc\r\x1b[32mx"]) == ["\x1b[32mx\x1b[0m\x1b[31mbc\x1b[0m"]


def test_a_style_goes_on_in_the_next_line_which_stands_for_itself() -> None:
    lines = lines_of(["\x1b[31ma\nb\n", "c\x1b[0md\n", "e"])
    assert lines == [
        "\x1b[31ma\x1b[0m\n",
        "\x1b[31mb\x1b[0m\n",
        "\x1b[31mc\x1b[0md\n",
        "e",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("日本\b\bx", "日x "),
        ("日本\bx", "日 x"),
        ("日本\rx", "x 本"),
        ("a日\r日", "日 "),
        ("日本\b\b\x1b[1K", "    "),
        ("日本\b\x1b[K", "日 "),
        ("日\b\b\r日\u0301", "日\u0301"),
        ("\r\u0301a", "a"),
    ],
)
def test_what_is_left_of_wide_characters_and_marks(text: str, line: str) -> None:
    assert lines_of([text]) == [line]


def test_finishing_forgets_line_and_style() -> None:
    tail = TailLine()
    tail.feed("\x1b[31mred")
    assert tail.finish() == "\x1b[31mred\x1b[0m"
    assert tail.feed("x\n") == ["x\n"]


def test_a_carriage_return_does_not_reach_back_over_a_full_row() -> None:
    line = "a" * COLUMNS + "b" * 10
    assert lines_of([line, "\rc"]) == ["a" * COLUMNS + "c" + "b" * 9]
    assert lines_of(["a" * COLUMNS, "\rc"]) == ["c" + "a" * (COLUMNS - 1)]
    assert lines_of(["日" * 600 + "\rx"]) == ["日" * (COLUMNS // 2) + "x " + "日" * 87]


def test_an_unfinished_line_of_five_megabytes_is_kept_whole() -> None:
    tail = TailLine()
    for _ in range(62_500):
        tail.feed("x" * 80)
    assert len(tail.text) == 5_000_000
    tail.feed("\ry")
    assert tail.text.count("y") == 1
    assert len(tail.text) == 5_000_000


@pytest.mark.parametrize(
    "unit", ["\x1b[2Kx", "\b\bx", "\r\t", "\x1b[1K", "\x1b[Kx", "\u0301", "日\b"], ids=ascii
)
def test_hostile_cursor_movement_takes_no_quadratic_time(unit: str) -> None:
    # Quadratic behaviour would hang here, so there is nothing to time.
    text = "x" * 1_000_000 + "\r" + "x" * 1000 + unit * (100_000 // len(unit))
    assert len(lines_of([text])) == 1
