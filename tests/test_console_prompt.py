"""Stories of the prompt: numbers, colours, lines, and what Enter means."""

import re
from pathlib import Path
from typing import Any

import pytest
from running_kernels import Kernel
from stories import (
    Consoles,
    Shared,
    attached,
    color_of,
    owning,
    paired,
    ready,
    rows_with,
    run,
    toolbar,
    wait_for_line,
)

from kconsole.render.greeting import OWN_LINE

pytestmark = pytest.mark.usefixtures("unmeasured")

NUMBERED = re.compile(r"^In \[(\d+)\]:$", re.MULTILINE)
INTERRUPTED = "KeyboardInterrupt"
SLEEP = "import time; time.sleep(60)"
PYTHONS = pytest.mark.parametrize("kernel", ["ipykernel7", "xpython"], indirect=True)


# --- what is there at the beginning


def test_the_banner_is_followed_by_the_prompt(tmp_path: Path) -> None:
    with owning(tmp_path, banner="Hello from the kernel\nThis is it") as terminal:
        terminal.wait_for(f"Hello from the kernel\nThis is it\n{OWN_LINE}\n\nIn [1]:")
        row, _ = terminal.find("In [1]:")
        assert terminal.cursor == (row, len("In [1]: "))


def test_a_kernel_without_a_banner_has_the_prompt_below_our_own_words(tmp_path: Path) -> None:
    with owning(tmp_path, banner="") as terminal:
        terminal.wait_for(f"{OWN_LINE}\n\nIn [1]:")


@pytest.mark.parametrize("kernel", ["ipykernel7", "bash"], indirect=True)
def test_the_toolbar_names_the_kernel_and_its_language(kernel: Kernel, consoles: Consoles) -> None:
    with consoles(kernel) as terminal:
        assert kernel.name in toolbar(terminal)
        assert kernel.language in toolbar(terminal)
        assert "tcp local" in toolbar(terminal)
        terminal.wait_for(lambda one: " ms" in toolbar(one))


# --- cells and their numbers


def test_inputs_and_results_are_numbered(console: Shared) -> None:
    with console() as (terminal, _):
        run(terminal, "1+1", "In [1]: 1+1\nOut[1]: 2\n\nIn [2]:")
        run(terminal, "2+2", "In [2]: 2+2\nOut[2]: 4\n\nIn [3]:")


@pytest.mark.parametrize("kernel", ["ipykernel7", "ipykernel6"], indirect=True)
def test_an_attached_ipykernel_is_asked_for_its_number(kernel: Kernel) -> None:
    with attached(kernel) as terminal:
        terminal.wait_for(NUMBERED, where="screen")
        number = NUMBERED.findall("\n".join(terminal.screen))[-1]
        run(terminal, "20+3", f"Out[{number}]: 23")


def test_other_attached_kernels_are_not_asked_and_the_first_number_is_open(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, kernel):
        assert rows_with(terminal, "In [ ]:")
        run(terminal, "1+1", "Out[1]: 2")
        assert rows_with(terminal, "In [2]:")
        assert kernel.count("execute_request") == 1


def test_the_cell_of_another_client_that_overtakes_our_reply_is_counted(console: Shared) -> None:
    with console() as (terminal, kernel):
        terminal.line(SLEEP)
        kernel.wait_for("execute_request")
        terminal.wait_for(lambda one: "busy" in toolbar(one) and "In[1]" in toolbar(one))
        begun = {"code": "3*3", "execution_count": 2}
        kernel.publish("execute_input", begun, kernel.foreign_header())
        terminal.wait_for("In [2]: 3*3")
        kernel.interrupt()  # and then only comes the reply to the first
        ready(terminal)
        assert NUMBERED.findall("\n".join(terminal.screen)) == ["3"]


def test_an_empty_line_gives_a_new_prompt_and_runs_nothing(console: Shared) -> None:
    with console() as (terminal, kernel):
        terminal.line("   ")
        terminal.wait_for("In [1]:\nIn [1]:")
        assert kernel.count("execute_request") == 0


# --- colours


@PYTHONS
def test_code_is_coloured_while_it_is_typed_and_after(kernel: Kernel, consoles: Consoles) -> None:
    with consoles(kernel) as terminal:
        terminal.send("pass")
        terminal.wait_for(lambda one: color_of(one, "pass") == "green")
        terminal.key("enter")
        ready(terminal)
        assert color_of(terminal, "pass") == "green"


def test_without_colours_there_are_none(tmp_path: Path) -> None:
    with paired(tmp_path, "--color", "never") as (terminal, _):
        run(terminal, "pass", "]: pass")
        run(terminal, '%fake stream "\\u001b[31mred\\n"', "\nred\n")
        for text in ("pass", "red"):
            assert color_of(terminal, text) == "default"


# --- several lines


def test_a_kernel_that_gives_no_indent_gets_none(console: Shared) -> None:
    with console(answers={"is_complete_request": {"status": "incomplete"}}) as pair:
        pair.terminal.line("for i in [7]:")
        wait_for_line(pair.terminal, indent=0)


UNANSWERED: dict[str, dict[str, Any]] = {
    "unknown": {"answers": {"is_complete_request": {"status": "unknown"}}},
    "idle only": {"no_reply": ["is_complete_request"]},
    "silence": {"deaf": ["is_complete_request"]},
    "nonsense": {"answers": {"is_complete_request": {"status": 3}}},
}


@pytest.mark.parametrize("behaviour", UNANSWERED.values(), ids=UNANSWERED)
def test_without_an_answer_a_guess_decides_and_the_next_time_it_is_asked_again(
    behaviour: dict[str, Any], console: Shared
) -> None:
    with console(**behaviour) as (terminal, kernel):
        terminal.line("for i in [7]:")
        wait_for_line(terminal, indent=4)
        terminal.send("print(i)\r\r")
        terminal.wait_for("\n7\n")
        ready(terminal)  # while a cell runs, the kernel is not asked
        run(terminal, "1+1", "Out[2]: 2")
        assert kernel.count("is_complete_request") >= 3


def test_a_slow_answer_is_not_waited_for(console: Shared) -> None:
    with console(delays={"is_complete_request": 5.0}) as (terminal, kernel):
        terminal.line("for i in [7]:")
        wait_for_line(terminal, indent=4)
        kernel.interrupt()


def test_enter_on_an_empty_last_line_runs_whatever_the_kernel_says(console: Shared) -> None:
    more = {"is_complete_request": {"status": "incomplete", "indent": "  "}}
    with console(answers=more) as (terminal, _):
        terminal.line("1+1")
        wait_for_line(terminal, indent=2)
        terminal.key("enter")
        terminal.wait_for("Out[1]: 2")


def test_alt_enter_runs_what_is_not_complete(console: Shared) -> None:
    with console() as (terminal, _):
        terminal.send("(1 +")
        terminal.key("a-enter")
        terminal.wait_for("SyntaxError")


@pytest.mark.parametrize("kernel", ["ipykernel7", "bash"], indirect=True)
def test_invalid_code_is_run_so_that_its_error_is_shown(kernel: Kernel, consoles: Consoles) -> None:
    with consoles(kernel) as terminal:
        terminal.line(kernel.code("invalid"))
        terminal.wait_for("SyntaxError" if kernel.language == "python" else "syntax error")


def test_enter_inside_several_lines_opens_a_line_there(console: Shared) -> None:
    with console() as (terminal, kernel):
        terminal.line("for i in [7]:")
        wait_for_line(terminal, indent=4)
        terminal.send("print(i)")
        terminal.key("up", "end", "enter")
        terminal.wait_for(lambda one: "\n".join(one.screen).count("...:") == 2)
        assert kernel.count("execute_request") == 0


def test_enter_in_the_middle_of_one_line_runs_it(console: Shared) -> None:
    with console() as (terminal, _):
        terminal.send("1+1")
        terminal.key("left", "enter")
        terminal.wait_for("Out[1]: 2")


def test_a_paste_of_several_lines_runs_nothing_before_enter(console: Shared) -> None:
    with console() as (terminal, kernel):
        terminal.paste("a = 1\nb = 2\nprint(a + b)")
        terminal.wait_for("...: print(a + b)")
        assert kernel.count("execute_request") == 0
        terminal.key("enter")
        terminal.wait_for("\n3\n")
        assert kernel.count("execute_request") == 1


# --- typing ahead


THREE = {
    "python": ("print('a', 1)\rprint('b', 2)\rprint('c', 3)\r", ("a 1", "b 2", "c 3")),
    "bash": ("echo a 1\recho b 2\recho c 3\r", ("a 1", "b 2", "c 3")),
}


@pytest.mark.parametrize("kernel", ["ipykernel7", "bash"], indirect=True)
def test_three_cells_in_one_write_are_three_cells(kernel: Kernel, consoles: Consoles) -> None:
    keys, shown = THREE[kernel.language]
    with consoles(kernel) as terminal:
        terminal.send(keys)
        terminal.wait_for("\nc 3\n")
        ready(terminal)
        rows = terminal.everything.split("\n")
        assert [row for row in rows if row in shown] == list(shown)
        assert len(rows_with(terminal, "In [")) == 4


def test_a_block_and_a_cell_in_one_write(console: Shared) -> None:
    with console() as (terminal, _):
        terminal.send("for i in [7, 8]:\rprint('row', i)\r\r1+1\r")
        terminal.wait_for("row 7\nrow 8\n\nIn [2]: 1+1\nOut[2]: 2")


def test_what_is_typed_while_a_cell_runs_stays_and_output_goes_above_it(console: Shared) -> None:
    with console() as (terminal, kernel):
        terminal.line(SLEEP)
        cell = kernel.wait_for("execute_request").header
        terminal.send("half a th")
        terminal.wait_for("In [2]: half a th")
        kernel.publish("stream", {"name": "stdout", "text": "news\n"}, cell)
        terminal.wait_for("\nnews\nIn [2]: half a th")
        kernel.interrupt()
        terminal.wait_for(INTERRUPTED)
        terminal.send("ought")
        terminal.wait_for("In [2]: half a thought")


def test_enter_while_a_cell_runs_queues_and_the_next_runs_by_itself(console: Shared) -> None:
    with console() as (terminal, kernel):
        kernel.namespace["go"] = 0
        terminal.line("import time; exec('while go == 0: time.sleep(0.01)')")
        terminal.line("1+1")
        terminal.line("2+2")
        terminal.wait_for(lambda one: "+2 queued" in toolbar(one))
        kernel.namespace["go"] = 1
        terminal.wait_for("In [2]: 1+1\nOut[2]: 2\n\nIn [3]: 2+2\nOut[3]: 4")
        assert kernel.count("execute_request") == 3


def test_an_error_drops_the_queue_and_says_so(console: Shared) -> None:
    with console() as (terminal, kernel):
        terminal.line(SLEEP)
        kernel.wait_for("execute_request")
        terminal.line("1+1")
        terminal.line("2+2")
        terminal.wait_for(lambda one: "+2 queued" in toolbar(one))
        kernel.interrupt()
        terminal.wait_for("dropped the 2 cells that waited: 1+1")
        ready(terminal)
        assert "In [2]:" in "\n".join(terminal.screen)
        assert kernel.count("execute_request") == 1


def test_an_unfinished_block_can_be_typed_while_a_cell_runs(console: Shared) -> None:
    with console() as (terminal, kernel):
        terminal.line(SLEEP)
        kernel.wait_for("execute_request")
        asked = kernel.count("is_complete_request")
        terminal.line("for i in [7]:")
        wait_for_line(terminal, indent=4)
        assert kernel.count("is_complete_request") == asked
        kernel.interrupt()


# --- what a kernel puts at the prompt


def test_ctrl_c_while_it_is_asked_whether_the_code_is_complete(console: Shared) -> None:
    with console(delays={"is_complete_request": 0.5}) as (terminal, kernel):
        terminal.line("for i in [7]:")
        kernel.wait_for("is_complete_request")
        terminal.key("c-c")
        terminal.wait_for(lambda one: not rows_with(one, "for i"))
        terminal.send("2+2")
        terminal.wait_for(lambda one: rows_with(one, "2+2"))
        assert rows_with(terminal, "In [1]: 2+2")


def test_a_suggested_input_brings_no_control_characters(console: Shared) -> None:
    with console() as (terminal, _):
        item = r'{"source": "set_next_input", "text": "a\u202eb\u001b]0;x\u0007\u0000c\nd"}'
        terminal.line(f"%fake payload {item}")
        terminal.wait_for(re.compile(r"In \[2\]: ab\]0;xc\n +\.\.\.: d$", re.M), where="screen")
        assert "\u202e" not in terminal.raw.decode().split("payload", 1)[1].split("ab", 1)[1]


def test_a_remembered_input_brings_no_control_characters(tmp_path: Path) -> None:
    row = [0, 1, "a\u202eb\x1b[2J\x9bc"]
    answers = {"history_request": {"history": [row], "status": "ok"}}
    with paired(tmp_path, answers=answers) as (terminal, _):
        run(terminal, "1", ": 1")
        terminal.key("up", "up")
        terminal.wait_for(re.compile(r"\]: ab\[2Jc$", re.M), where="screen")
