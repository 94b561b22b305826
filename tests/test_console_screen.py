"""Stories of the screen: its sizes, its changes, and inputs that are larger than it is."""

import re
from pathlib import Path

import pytest
from stories import Shared, owning, paired, ready, rows_with, run, toolbar
from terminal import Terminal

pytestmark = pytest.mark.usefixtures("unmeasured")


def row_of_prompt(terminal: Terminal) -> int:
    return terminal.find("In [")[0]


@pytest.mark.parametrize(("rows", "columns"), [(24, 80), (50, 200)])
def test_prompt_and_toolbar_stand_together_below_the_output(
    tmp_path: Path, rows: int, columns: int
) -> None:
    with paired(tmp_path, rows=rows, columns=columns) as (terminal, _):
        run(terminal, "1+1", "Out[1]: 2")
        terminal.wait_for(lambda one: " ms" in toolbar(one))
        shown = [row for row in terminal.screen if row]
        assert shown[0] == "Fake kernel 1.0"
        assert shown[2:5] == ["In [ ]: 1+1", "Out[1]: 2", "In [2]:"]
        assert re.fullmatch(r" fake · python 3\.11\.0 · tcp local · idle · hb \S+ ms", shown[5])
        assert len(shown) == 6
        for number in range(rows):
            terminal.line(f"print('row', {number})")
        terminal.wait_for(f"\nrow {rows - 1}\n")
        ready(terminal)
        assert terminal.screen.index(toolbar(terminal)) == rows - 1
        assert row_of_prompt(terminal) == rows - 2
        assert [f"row {n}" for n in range(rows)] == re.findall(
            r"^row \d+$", terminal.everything, re.M
        )


@pytest.mark.parametrize("columns", [1, 2, 7, 20])
def test_a_very_narrow_terminal_works_all_the_same(tmp_path: Path, columns: int) -> None:
    with paired(tmp_path, wait=False, columns=columns) as (terminal, kernel):
        banner = "Fakekernel1.0"
        terminal.wait_for(lambda one: banner in re.sub(r"\s", "", one.everything))
        terminal.line("print('x' * 3)")
        kernel.wait_for("execute_request")
        terminal.wait_for(lambda one: "xxx" in one.everything.replace("\n", ""))
        terminal.resize(24, 80)
        terminal.wait_for(lambda one: "idle" in toolbar(one))
        run(terminal, "40+2", ": 42")
        assert not rows_with(terminal, "mistake")


def test_a_terminal_of_two_rows_works_all_the_same(tmp_path: Path) -> None:
    with paired(tmp_path, wait=False, rows=2) as (terminal, _):
        terminal.wait_for("In [")
        terminal.line("40+2")
        terminal.wait_for(": 42")
        terminal.resize(24, 80)
        ready(terminal)
        assert not rows_with(terminal, "mistake")


def test_after_a_resize_the_bottom_fits_the_new_size(console: Shared) -> None:
    with console() as (terminal, _):
        terminal.send("print('typed')")
        terminal.wait_for("]: print('typed')")
        for rows, columns in ((40, 120), (24, 30), (24, 80)):
            terminal.resize(rows, columns)
            terminal.wait_for(
                lambda one, wide=columns >= 80: (
                    rows_with(one, "]: print('typed')")
                    and "idle" in toolbar(one)
                    and ("python" in toolbar(one)) == wide
                )
            )
        terminal.key("enter")
        terminal.wait_for("\ntyped\n")
        ready(terminal)


def test_notes_break_between_words_also_right_after_a_resize(console: Shared) -> None:
    with console() as (terminal, _):
        for columns, says in (
            (40, "usage: \\timing [on|off] (with a blank\nbefore it, the line is code)\n"),
            (30, "usage: \\timing [on|off] (with\na blank before it, the line is\ncode)\n"),
        ):
            terminal.resize(24, columns)
            terminal.line("\\timing maybe")
            terminal.wait_for(says, where="screen")
            ready(terminal)


def test_a_resize_while_a_cell_prints_loses_nothing(console: Shared) -> None:
    with console() as (terminal, kernel):
        terminal.line("import time; time.sleep(60)")
        header = kernel.wait_for("execute_request").header
        for number, columns in enumerate((100, 60, 90)):
            text = f"print number {number}\n"
            kernel.publish("stream", {"name": "stdout", "text": text}, header)
            terminal.resize(24, columns)
        terminal.wait_for("print number 2")
        kernel.interrupt()
        terminal.wait_for(lambda one: "idle" in toolbar(one))
        for number in range(3):
            assert f"print number {number}".encode() in terminal.raw


def test_a_long_line_wraps_and_the_toolbar_stays(console: Shared) -> None:
    with console() as (terminal, _):
        terminal.send("x" * 300)
        terminal.wait_for(
            lambda one: "".join(one.screen).count("x") == 300 and "idle" in toolbar(one)
        )
        row = row_of_prompt(terminal)
        assert terminal.screen[row + 1] == " " * len("In [ ]: ") + "x" * 72
        assert toolbar(terminal) == terminal.screen[row + 5]
        assert "idle" in toolbar(terminal)


def test_an_input_of_more_lines_than_the_screen_scrolls_inside(console: Shared) -> None:
    with console() as (terminal, _):
        terminal.paste("\n".join(f"line_{number} = {number}" for number in range(100)))
        terminal.wait_for(
            lambda one: "line_99 = 99" in "\n".join(one.screen) and "idle" in toolbar(one)
        )
        terminal.key(*["up"] * 99)
        terminal.wait_for(
            lambda one: "]: line_0 = 0" in "\n".join(one.screen) and "idle" in toolbar(one)
        )
        terminal.key("a-enter")
        terminal.wait_for("line_99 = 99\n")
        ready(terminal)
        assert (
            len(re.findall(r"^(?:In \[1\]: |\s+\.\.\.: )line_\d+ =", terminal.everything, re.M))
            >= 100
        )


def test_wide_characters_keep_the_cursor_where_it_belongs(console: Shared) -> None:
    with console() as (terminal, _):
        terminal.send("'日本'")
        terminal.wait_for(lambda one: one.cursor[1] == len("In [ ]: ") + 6)
        terminal.key("left", "left")
        terminal.wait_for(lambda one: one.cursor[1] == len("In [ ]: ") + 3)


def test_ctrl_l_leaves_only_the_prompt(console: Shared) -> None:
    with console() as (terminal, _):
        run(terminal, "1+1", "Out[1]: 2")
        terminal.send("typed")
        terminal.key("c-l")
        terminal.wait_for(lambda one: one.screen[0] == "In [2]: typed")
        assert len([row for row in terminal.screen if row]) == 2


def test_only_modes_that_are_undone_at_the_end_are_set(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        run(terminal, "1+1", "Out[1]: 2")
        terminal.key("c-d")
        terminal.wait_exit()
        last: dict[str, str] = {}
        for mode, how in re.findall(r"\x1b\[\?(\d+)([hl])", terminal.raw.decode()):
            last[mode] = how
        # Of these the terminal's default is on: line wrap, the cursor; the others are off.
        assert last == {mode: "h" if mode in ("7", "25") else "l" for mode in last}
        assert "\x1b[6n" not in terminal.sequences


def bottom(terminal: Terminal) -> int:
    """How many rows lie between the prompt and the toolbar."""
    return terminal.screen.index(toolbar(terminal)) - row_of_prompt(terminal) - 1


@pytest.mark.parametrize(("rows", "menu"), [(40, 12), (24, 12), (10, 5)])
def test_the_gap_for_a_menu_closes_with_it(tmp_path: Path, rows: int, menu: int) -> None:
    names = [f"name_{number:02}" for number in range(20)]
    with paired(tmp_path, rows=rows, names=names) as (terminal, _):
        assert bottom(terminal) == 0
        terminal.send("name")
        terminal.key("tab")
        terminal.wait_for("name_03", where="screen")
        terminal.wait_for(lambda one: bottom(one) == menu)
        assert len([row for row in terminal.screen if re.match(r" +name_\d\d", row)]) == menu
        terminal.send("x")
        terminal.wait_for(lambda one: "]: name_x" in "\n".join(one.screen) and bottom(one) == 0)


def test_a_menu_of_two_takes_two_rows(console: Shared) -> None:
    with console(names=["alpha", "alphabet"]) as (terminal, _):
        terminal.send("al")
        terminal.key("tab")
        terminal.wait_for(lambda one: rows_with(one, " alphabet") and bottom(one) == 2)


def test_the_gap_of_several_lines_closes_with_them(console: Shared) -> None:
    with console() as (terminal, _):
        terminal.paste("1\n2\n3\n4")
        terminal.wait_for(lambda one: one.screen[one.cursor[0]].endswith("...: 4"))
        terminal.key("c-c")
        terminal.wait_for(lambda one: bottom(one) == 0)
        assert len(rows_with(terminal, "...:")) == 3  # what was given up, above the prompt


def test_the_gap_of_a_search_closes_with_it(tmp_path: Path) -> None:
    with paired(tmp_path, history_rows=20) as (terminal, _):
        run(terminal, "1", "Out[1]: 1")  # by then, the history has been loaded
        terminal.key("c-r")
        terminal.send("= 7")
        terminal.wait_for("old_7 = 7", where="screen")
        terminal.key("c-c")
        terminal.wait_for(lambda one: not rows_with(one, "old_7") and bottom(one) == 0)


def test_a_menu_of_wide_characters_has_straight_columns(console: Shared) -> None:
    with console(names=["na日本語", "na日", "name"]) as (terminal, _):
        terminal.send("na")
        terminal.key("tab")
        terminal.wait_for(lambda one: bottom(one) == 3)
        row = row_of_prompt(terminal)
        columns = set()
        for number in (1, 2, 3):
            cells = [terminal.cell(row + number, column).data for column in range(80)]
            columns.add(cells.index("f"))  # of "function"; a wide character takes two of the cells
        assert len(columns) == 1
