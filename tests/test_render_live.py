"""The live region: what can still change stays, what cannot leaves exactly once."""

from functools import partial

import pyte
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kconsole.render.live import LiveRegion, line_height

ROWS, COLUMNS = 6, 40


@pytest.fixture
def region() -> LiveRegion:
    return LiveRegion()


def shown(region: LiveRegion) -> list[str]:
    return region.view(ROWS, COLUMNS)


def settle(region: LiveRegion) -> list[str]:
    return region.overflow(ROWS, COLUMNS).splitlines()


def numbered(first: int, last: int) -> str:
    return "".join(f"{number}\n" for number in range(first, last + 1))


def test_what_fits_stays(region: LiveRegion) -> None:
    region.write(numbered(1, 6))
    assert settle(region) == []
    assert shown(region) == ["1", "2", "3", "4", "5", "6"]


def test_what_does_not_fit_leaves_at_the_top_once(region: LiveRegion) -> None:
    region.write(numbered(1, 9))
    assert settle(region) == ["1", "2", "3"]
    assert settle(region) == []
    assert region.finish() == numbered(4, 9)
    assert region.finish() == ""


def test_a_long_line_counts_as_the_rows_that_it_takes(region: LiveRegion) -> None:
    region.write(numbered(1, 2) + "x" * (COLUMNS * 5 - 1) + "\n")
    assert settle(region) == ["1"]
    region.write("3\n4\n")
    assert [line[:1] for line in settle(region)] == ["2", "x"]
    assert shown(region) == ["3", "4"]


def test_what_is_being_written_over_stays_below_what_comes_and_is_not_kept(
    region: LiveRegion,
) -> None:
    region.write("one\n\r 10 %")
    region.show("text\n", "still")
    region.show("0\n", "moving")
    region.update("1\n", "moving")
    assert region.give_way() == "one\ntext\n"
    region.write("\r 20 %")
    assert shown(region) == ["1", " 20 %"]
    assert region.give_way() == ""
    region.write("\r100 %\n")
    assert region.finish() == "1\n100 %\n"


def test_an_unfinished_line_that_nothing_was_written_over_and_a_wiped_bar_do_not(
    region: LiveRegion,
) -> None:
    region.write("plot: ")
    region.write("\r 10 %\r     \r", "stderr")
    assert region.give_way() == "plot: \n"
    assert region.empty


def test_nested_bars_stay_below_as_a_whole(region: LiveRegion) -> None:
    region.write("above\nouter 1\ninner 1\x1b[A\router 2")
    assert region.give_way() == "above\n"
    assert shown(region) == ["outer 2", "inner 1"]


def test_an_unfinished_line_is_shown_and_never_leaves_by_itself(region: LiveRegion) -> None:
    region.write(numbered(1, 6) + "y" * 1000)
    assert settle(region) == ["1", "2", "3", "4", "5", "6"]
    assert shown(region) == ["y" * ROWS * COLUMNS]
    assert region.finish() == "y" * 1000 + "\n"


def test_nested_bars_are_written_over_each_other(region: LiveRegion) -> None:
    for outer in range(3):
        region.write(f"\router {outer}")
        for inner in range(3):
            region.write("\n")
            region.write(f"\rinner {inner}")
            region.write("\x1b[A")
    assert shown(region) == ["outer 2", "inner 2"]
    region.write("\n\ndone\n")
    assert region.finish() == "outer 2\ninner 2\ndone\n"


def test_a_note_between_nested_bars_has_a_line_of_its_own(region: LiveRegion) -> None:
    region.write("\router 1\n\rinner 1\x1b[A")
    region.write("\r       \n\r       \r\x1b[A\r")  # as tqdm.write does
    region.write("a note\n")
    region.write("\router 2\n\rinner 2\x1b[A")
    assert [line.rstrip() for line in shown(region)] == ["a note", "outer 2", "inner 2"]


def test_a_note_on_the_other_stream_stands_above_the_bars(region: LiveRegion) -> None:
    # tqdm writes its bars to stderr and flushes them; the note is on stdout, and comes late.
    bars = ("\router 1", "\n\rinner 1\x1b[A", "\n\rinner 2\x1b[A")
    region.write("log\n", "stderr")
    for text in bars:
        region.write(text, "stderr")
    region.write("a note\n", "stdout")
    region.write("\router 2\n\rinner 1\x1b[A", "stderr")
    assert shown(region) == ["log", "a note", "outer 2", "inner 1"]


def test_a_bar_that_is_only_ended_stays_where_it_is(region: LiveRegion) -> None:
    region.write("\r100 %", "stderr")
    region.write("end\n", "stdout")
    region.write("\n", "stderr")
    region.write("after\n", "stderr")
    assert region.finish() == "100 %\nend\nafter\n"


def test_an_unfinished_line_goes_on_below_what_came_between(region: LiveRegion) -> None:
    region.write("one\na", "stdout")
    region.write("a warning\n", "stderr")
    region.write("b\n", "stdout")
    assert region.finish() == "one\na warning\nab\n"


def test_cursor_up_does_not_reach_what_has_left(region: LiveRegion) -> None:
    region.write(numbered(1, 9))
    settle(region)
    region.write("\x1b[50Atop")
    assert shown(region)[0] == "top"
    assert region.finish() == "top\n" + numbered(5, 9)


def test_rows_below_the_cursor_that_were_blanked_are_not_left_behind(region: LiveRegion) -> None:
    region.write("outer\n\rinner\x1b[A")
    region.write("\n\r     \x1b[A")
    assert region.finish() == "outer\n"


def test_a_bar_that_was_blanked_below_another_leaves_no_row(region: LiveRegion) -> None:
    region.write("\router\n\rinner\x1b[A")  # as tqdm does, with leave=False for the inner one
    region.write("\n\r     \r\x1b[A\router 100 %")
    region.write("\n")  # into the row that was blanked
    assert region.finish() == "outer 100 %\n"
    region.write("bar\r   \r")
    assert region.finish() == ""
    region.write("  ")
    region.write("end\n", "stderr")
    assert region.finish() == "  \nend\n"


def test_after_a_live_display_the_text_takes_the_fast_way_again(region: LiveRegion) -> None:
    region.write("a\nb\x1b[A\rc\n\n")
    region.write(numbered(1, 10_000))
    assert settle(region)[:3] == ["c", "b", "1"]
    assert shown(region)[-1] == "10000"


def test_colour_goes_with_the_cursor(region: LiveRegion) -> None:
    region.write("a\nb\n\x1b[31m\x1b[2Ared")
    assert shown(region)[0] == "\x1b[31mred\x1b[0m"


def test_clear_takes_away_what_is_there(region: LiveRegion) -> None:
    region.write("one\n")
    region.clear(wait=False)
    assert shown(region) == []
    region.write("two\n")
    assert region.finish() == "two\n"


def test_clear_that_waits_keeps_the_old_until_the_new_is_there(region: LiveRegion) -> None:
    region.show("one\n")
    region.clear(wait=True)
    assert shown(region) == ["one"]
    region.show("two\n")
    assert shown(region) == ["two"]
    region.clear(wait=True)
    assert region.finish() == "two\n"  # nothing came any more


def test_what_is_cleared_again_and_again_is_held_back_when_it_is_too_tall(
    region: LiveRegion,
) -> None:
    region.write(numbered(1, 20))
    assert settle(region) == numbered(1, 14).split()  # who knows what is to come
    for round_ in range(3):
        region.clear(wait=True)
        region.write(numbered(100 * round_ + 1, 100 * round_ + 20))
        assert settle(region) == []
    assert shown(region) == numbered(215, 220).split()
    assert region.finish() == numbered(201, 220)


def test_what_is_held_back_is_bounded(region: LiveRegion) -> None:
    region.write(numbered(1, 5000))
    region.clear(wait=False)
    region.write(numbered(1, 1001))
    assert settle(region) == numbered(1, 995).split()


def test_after_one_clear_lines_leave_as_ever(region: LiveRegion) -> None:
    region.clear(wait=False)
    region.write(numbered(1, 9))
    assert settle(region) == ["1", "2", "3"]


def test_a_display_is_updated_in_its_place(region: LiveRegion) -> None:
    region.show("bar 0\n", "id")
    region.write("below\n")
    region.update("bar 1\n", "id")
    assert shown(region) == ["bar 1", "below"]


def test_all_displays_of_one_id_are_updated(region: LiveRegion) -> None:
    region.show("a\n", "id")
    region.show("a\n", "id")
    region.show("c\n", "other")
    region.update("b\n", "id")
    assert shown(region) == ["b", "b", "c"]


def test_a_display_that_is_updated_stays_while_the_text_below_it_leaves(
    region: LiveRegion,
) -> None:
    region.show("bar 0\n", "id")
    region.update("bar 1\n", "id")
    region.write(numbered(1, 9))
    assert settle(region) == ["1", "2", "3", "4"]
    assert shown(region) == ["bar 1", "5", "6", "7", "8", "9"]


def test_a_display_that_has_left_is_shown_again_when_it_is_updated(region: LiveRegion) -> None:
    region.show("bar 0\n", "id")
    region.write(numbered(1, 9))
    assert settle(region)[0] == "bar 0"
    region.update("bar 1\n", "id")
    region.update("bar 2\n", "id")
    assert [line for line in shown(region) if "bar" in line] == ["bar 2"]


def test_an_update_without_an_id_belongs_to_no_display(region: LiveRegion) -> None:
    region.show("a\n")
    region.update("b\n", None)
    assert shown(region) == ["a", "b"]


def test_a_display_may_be_emptied(region: LiveRegion) -> None:
    region.show("a\n", "id")
    region.update("", "id")
    assert shown(region) == []
    region.update("b\n", "id")
    assert region.finish() == "b\n"


def test_each_line_of_a_display_that_leaves_has_its_own_colours(region: LiveRegion) -> None:
    region.show("plain\n")
    region.show("\x1b[31ma\nb\x1b[0m\n")
    region.show("last\n" * (ROWS + 1))
    assert region.overflow(ROWS, COLUMNS) == (
        "plain\n\x1b[31ma\x1b[0m\n\x1b[31mb\x1b[0m\n" + "last\n" * (ROWS + 1)
    )


@pytest.mark.parametrize("columns", [1, 2, 80])
def test_wide_characters_and_colours_count_as_what_they_take(columns: int) -> None:
    assert line_height("\x1b[1mäあ\x1b[0m\n", columns, 99) == max(1, -(-3 // columns))


def test_of_a_huge_line_only_that_it_is_too_tall_is_found_out() -> None:
    assert line_height("é" * 5_000_000 + "\n", 80, 11) == 12


def test_the_cursor_keeps_its_column_when_its_row_leaves(region: LiveRegion) -> None:
    frame = "".join(f"row {number}\n" for number in range(8))
    for _ in range(3):
        region.write(f"{frame}\x1b[8A")
        settle(region)
    assert [line.rstrip() for line in shown(region)] == [f"row {n}" for n in range(2, 8)]


def test_text_between_displays_leaves_nothing_behind(region: LiveRegion) -> None:
    for _ in range(100):
        region.write("out\n")
        region.show("shown\n")
        settle(region)
    assert len(region._blocks) <= ROWS


def test_an_update_is_drawn_once_when_somebody_looks(region: LiveRegion) -> None:
    drawn: list[int] = []

    def draw(number: int) -> tuple[str, bool]:
        drawn.append(number)
        return f"bar {number}\n", False

    region.show("bar\n", "id")
    for number in range(1000):
        region.update(partial(draw, number), "id")
    assert drawn == []
    assert shown(region) == shown(region) == ["bar 999"]
    assert settle(region) == []
    assert drawn == [999]
    assert region.finish() == "bar 999\n"


def test_what_is_finished_leaves_before_what_still_changes(region: LiveRegion) -> None:
    region.update(lambda: ("outer\n", False), "outer")
    for number in range(12):
        region.show("inner\n", f"{number}")
        region.update(partial(lambda text: (text, True), f"inner {number}\n"), f"{number}")
    assert settle(region) == [f"inner {number}" for number in range(7)]
    region.update(lambda: ("outer!\n", True), "outer")
    assert region.finish().splitlines() == ["outer!", *(f"inner {n}" for n in range(7, 12))]


@pytest.mark.parametrize("wait", [False, True])
def test_a_clear_of_an_output_widget_takes_only_what_went_into_it(
    region: LiveRegion, wait: bool
) -> None:
    region.write("before\n")
    region.show("bar\n", "id")
    region.captured = "other"
    region.write("other\n")
    region.captured = "widget"
    region.write("state 1\n")
    region.show("shown\n", "other")
    region.clear(wait=wait, keep={"id"})
    region.write("state 2\n")
    assert shown(region) == ["before", "bar", "other", "state 2"]
    region.captured = ""
    region.write("after\n")
    region.captured = "third"
    region.clear(wait=wait, keep={"id"})
    region.show("state 3\n")
    assert shown(region) == ["before", "bar", "other", "state 2", "after", "state 3"]
    region.clear(wait=wait)
    region.write("state 3\n")
    assert shown(region) == ["state 3"]


def test_what_is_drawn_as_nothing_is_gone(region: LiveRegion) -> None:
    region.show("bar\n", "id")
    region.update(lambda: ("", True), "id")
    assert shown(region) == []
    assert region.finish() == ""


def test_of_displays_that_are_updated_the_oldest_leave(region: LiveRegion) -> None:
    for number in range(10):
        region.update(f"bar {number}\n", f"id {number}")
        settle(region)
    assert shown(region) == [f"bar {number}" for number in range(4, 10)]


def test_a_tall_display_stays_however_often_it_is_updated(region: LiveRegion) -> None:
    for number in range(3):
        region.update(numbered(number, number + 19), "id")
        assert settle(region) == []
    assert shown(region) == numbered(16, 21).split()


def test_the_lines_of_a_display_stand_for_themselves(region: LiveRegion) -> None:
    region.show("AAA\rB\n\x1b[31mC\nD\x1b[0m\n")
    assert shown(region) == ["BAA", "\x1b[31mC\x1b[0m", "\x1b[31mD\x1b[0m"]


def test_rows_far_above_any_screen_are_out_of_reach(region: LiveRegion) -> None:
    region.write(numbered(1, 3000) + "\x1b[A")
    region.write("".join(f"{number:0100}\n" for number in range(3000)))
    region.write("\x1b[9999A\rTOP\x1b[K")
    lines = region.finish().split()
    assert lines[0] == "1"
    assert lines.index("TOP") > 5000


def test_a_sequence_is_whole_wherever_a_large_text_is_cut(region: LiveRegion) -> None:
    line = "\x1b[31m" + "x" * 100 + "\x1b[0m\n"
    region.write("\x1b[A" + line * 1000)
    assert region.finish() == line * 1000


#: "[" stands for the control sequence introducer.
MOVES = st.sampled_from(
    [
        "\n",
        "\r",
        "[A",
        "[2A",
        "[B",
        "[3C",
        "[2D",
        "[E",
        "[F",
        "[5G",
        "[K",
        "[1K",
        "[2K",
        "[J",
        "[2;3H",
    ]
).map(lambda move: move.replace("[", "\x1b["))


@given(st.lists(st.one_of(st.text("abc", min_size=1, max_size=5), MOVES), max_size=40))
def test_text_stands_where_a_terminal_would_put_it(pieces: list[str]) -> None:
    last = 0  # row of the region
    screen = pyte.Screen(250, 50)
    stream = pyte.Stream(screen)
    region = LiveRegion()
    for piece in pieces:
        stream.feed("\r\n" if piece == "\n" else piece)
        region.write(piece)
        row = screen.cursor.y
        if piece == "\n":
            last = max(last, row)
        elif piece == "\x1b[J":
            last = row
        assume(row <= last)  # a terminal has rows below that; the region has not
    expected = [line.rstrip() for line in screen.display]
    while expected and not expected[-1]:
        expected.pop()
    got = [line.rstrip() for line in region.finish().split("\n")]
    while got and not got[-1]:
        got.pop()
    assert got == expected


@given(
    st.lists(st.one_of(st.text("ab\n", max_size=30), MOVES), max_size=30),
    st.lists(st.integers(0, 30), max_size=5),
)
def test_plain_lines_come_out_once_and_in_order_wherever_it_is_cut(
    pieces: list[str], cuts: list[int]
) -> None:
    text = "".join(piece for piece in pieces if piece.isprintable() or piece.isspace())
    text = text.replace("\r", "")
    region = LiveRegion()
    out = ""
    position = 0
    for cut in sorted(cuts):
        region.write(text[position:cut])
        position = max(position, cut)
        out += region.overflow(ROWS, COLUMNS)
    region.write(text[position:])
    out += region.finish()
    assert out == (text if text.endswith("\n") or not text else text + "\n")
