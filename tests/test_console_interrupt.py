"""Stories of Ctrl-C: it interrupts the kernel, gives up a cell, or clears the line."""

import re
from pathlib import Path

import pytest
from running_kernels import Kernel
from stories import (
    PROMPT,
    Shared,
    attached,
    owning,
    paired,
    ready,
    rows_with,
    run,
    toolbar,
    wait_for_line,
)
from terminal import Terminal

pytestmark = pytest.mark.usefixtures("unmeasured")

#: xpython answers an interrupt_request, and goes on.
INTERRUPTIBLE = pytest.mark.parametrize(
    "kernel", ["fake", "ipykernel7", "ipykernel6", "bash"], indirect=True
)
SLEEP = {"python": "import time; time.sleep(60)", "bash": "sleep 60"}
ENDLESS = "while True: print('tick')"


def busy(terminal: Terminal) -> bool:
    return "busy" in toolbar(terminal)


def test_ctrl_c_interrupts_a_kernel_of_our_own(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        terminal.line(SLEEP["python"])
        # Begun, not only sent: a signal that overtakes the request interrupts nothing.
        terminal.wait_for(lambda one: "In[1]" in toolbar(one))
        terminal.key("c-c")
        terminal.wait_for("KeyboardInterrupt")
        ready(terminal)
        run(terminal, "1+1", "Out[2]: 2")


@pytest.mark.parametrize("kernel", ["ipykernel7"], indirect=True)
def test_ctrl_c_stops_a_cell_that_prints_without_end(kernel: Kernel) -> None:
    with attached(kernel) as terminal:
        terminal.blind = True
        terminal.line(ENDLESS)
        terminal.wait_for(lambda one: one.raw.count(b"tick") > 1000)
        terminal.send("typed meanwhile")
        terminal.key("c-c")
        terminal.wait_for(lambda one: b"KeyboardInterrupt" in one.raw)
        terminal.look()
        terminal.wait_for(re.compile(r"In \[\d+\]: typed meanwhile$", re.MULTILINE), where="screen")
        terminal.wait_for(lambda one: "idle" in toolbar(one))


def test_ctrl_c_without_a_cell_clears_the_line(console: Shared) -> None:
    with console() as (terminal, kernel):
        terminal.line("for i in [7]:")
        wait_for_line(terminal, indent=4)
        terminal.key("c-c")
        terminal.wait_for("   ...:     ^C\nIn [1]:\n")
        assert kernel.count("interrupt_request") == 0
        run(terminal, "1+1", "Out[1]: 2")


def test_ctrl_c_leaves_what_is_typed_for_later(console: Shared) -> None:
    with console() as (terminal, kernel):
        terminal.line(SLEEP["python"])
        kernel.wait_for("execute_request")
        terminal.send("for later")
        terminal.key("c-c")
        terminal.wait_for("KeyboardInterrupt")
        terminal.wait_for(re.compile(r"In \[2\]: for later$", re.MULTILINE), where="screen")


@pytest.mark.parametrize("how", ["ignored", "silent"])
def test_a_second_ctrl_c_gives_up_a_cell_that_cannot_be_interrupted(
    console: Shared, how: str
) -> None:
    with console(interrupt=how) as (terminal, kernel):
        terminal.line(SLEEP["python"])
        header = kernel.wait_for("execute_request").header
        terminal.line("1+1")
        terminal.key("c-c")
        kernel.wait_for("interrupt_request")
        terminal.key("c-c")
        terminal.wait_for("not waiting for the cell any more")
        terminal.wait_for("dropped the cell that waited: 1+1")
        terminal.wait_for(PROMPT, where="screen")
        kernel.publish("stream", {"name": "stdout", "text": "too late\n"}, header)
        kernel.interrupt()
        ready(terminal)
        assert not rows_with(terminal, "too late")
        run(terminal, "40+2", ": 42")


def test_a_kernel_that_does_not_react_is_told_of(console: Shared) -> None:
    with console(interrupt="ignored") as (terminal, kernel):
        terminal.line(SLEEP["python"])
        kernel.wait_for("execute_request")
        terminal.key("c-c")
        terminal.wait_for("no reaction to the interrupt for 3 s; Ctrl-C again")
        terminal.key("c-c")
        terminal.wait_for("not waiting for the cell any more")
        kernel.interrupt()


def test_ctrl_c_drops_what_waits_also_behind_a_cell_that_goes_on(console: Shared) -> None:
    with console() as (terminal, kernel):
        terminal.line("%fake deaf 60")
        kernel.wait_for("execute_request")
        terminal.line("print('ran')")
        terminal.wait_for(lambda one: "+1 queued" in toolbar(one))
        terminal.key("c-c")
        terminal.wait_for("dropped the cell that waited: print('ran')")
        terminal.wait_for(lambda one: "interrupting 00:0" in toolbar(one))
        assert "queued" not in toolbar(terminal)


def test_a_kernel_that_cannot_be_interrupted_says_so(tmp_path: Path) -> None:
    with paired(tmp_path, control=False) as (terminal, kernel):
        terminal.line(SLEEP["python"])
        kernel.wait_for("execute_request")
        terminal.key("c-c")
        terminal.wait_for("not interrupted: ")
        kernel.interrupt()


def test_ctrl_c_while_others_keep_the_kernel_busy_clears_the_line_first(tmp_path: Path) -> None:
    with paired(tmp_path, wait=False, busy=60.0) as (terminal, kernel):
        terminal.wait_for("the kernel is busy; what you enter waits for it")
        assert busy(terminal)
        terminal.send("mine")
        terminal.wait_for("In [ ]: mine")
        terminal.key("c-c")
        terminal.wait_for(PROMPT, where="screen")
        assert kernel.count("interrupt_request") == 0
        terminal.key("c-c")
        terminal.wait_for("KeyboardInterrupt")
        ready(terminal)


def test_a_cell_entered_while_others_keep_the_kernel_busy_runs_after_them(tmp_path: Path) -> None:
    with paired(tmp_path, wait=False, busy=60.0, history_rows=3) as (terminal, kernel):
        terminal.wait_for("the kernel is busy; what you enter waits for it")
        terminal.line("6*7")
        terminal.wait_for("In [ ]: 6*7\nIn [ ]:")
        terminal.wait_for(lambda one: one.cursor[0] == one.find("6*7")[0] + 1)
        terminal.key("up")
        terminal.wait_for(lambda one: len(rows_with(one, "6*7")) == 2)
        terminal.key("c-u")
        kernel.interrupt()
        terminal.wait_for("Out[1]: 42")
        run(terminal, "2+2", "Out[2]: 4")
        terminal.key("up", "up", "up")
        terminal.wait_for("In [3]: old_3 = 3")
