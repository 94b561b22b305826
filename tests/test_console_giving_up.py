"""Stories of cells that are given up, of what becomes of them, and of those behind them."""

import re
import signal
import socket
from pathlib import Path

import pytest
from fake_kernel import FakeKernel
from running_kernels import Kernel
from stories import (
    PROMPT,
    BlindTerminal,
    Shared,
    attached,
    kernel_process,
    owning,
    paired,
    program,
    ready,
    rows_with,
    run,
    toolbar,
)

pytestmark = pytest.mark.usefixtures("unmeasured")

SLEEP = "import time; time.sleep(60)"


def give_up(terminal: BlindTerminal, kernel: FakeKernel, code: str = SLEEP) -> None:
    """Enter a cell that takes no interrupt, and wait for it no more."""
    before = kernel.count("execute_request")
    terminal.paste(code)  # typed, its first line might be taken for all of it
    terminal.key("enter")
    kernel.wait_for("execute_request", count=before + 1)
    terminal.wait_for(lambda one: re.search(r"busy 00:\d\d In\[\d+\]", toolbar(one)))
    terminal.key("c-c")
    kernel.wait_for("interrupt_request")
    terminal.key("c-c")
    terminal.wait_for("not waiting for the cell any more")


def test_the_end_of_a_cell_that_was_given_up_is_told_once(console: Shared) -> None:
    with console(interrupt="ignored") as (terminal, kernel):
        give_up(terminal, kernel)
        terminal.wait_for(lambda one: "In[1]" in toolbar(one))
        header = kernel.wait_for("execute_request").header
        for text in ("too late\n", "and again\n"):
            kernel.publish("stream", {"name": "stdout", "text": text}, header)
        kernel.interrupt()
        terminal.wait_for(re.compile(r"^In\[1\] has ended; skipped \d+ messages of it$", re.M))
        ready(terminal)
        assert not rows_with(terminal, "too late")
        # What a thread of it prints even then is not shown either.
        kernel.publish("stream", {"name": "stdout", "text": "far too late\n"}, header)
        run(terminal, "40+2", "Out[2]: 42")
        assert not rows_with(terminal, "far too late")
        assert len(rows_with(terminal, "has ended")) == 1


def test_a_cell_that_is_entered_behind_it_is_queued_in_the_kernel(console: Shared) -> None:
    with console(interrupt="ignored", abort_status="") as (terminal, kernel):
        give_up(terminal, kernel)
        terminal.line("40+2")
        terminal.wait_for(
            lambda one: re.search(r"busy 00:\d\d In\[1\], given up · \+1 queued", toolbar(one))
        )
        terminal.line("2+3")
        terminal.wait_for("+2 queued")
        terminal.line("\\queue")
        terminal.wait_for(
            f"\nruns  (given up) In [1]: {SLEEP}\nwaits In [2]: 40+2\nwaits In [3]: 2+3\n"
        )
        kernel.interrupt()
        terminal.wait_for("In[1] has ended")
        terminal.wait_for("Out[2]: 42")
        terminal.wait_for("Out[3]: 5")
        ready(terminal)


def test_a_cell_that_the_kernel_drops_is_told_of(console: Shared) -> None:
    with console(interrupt="ignored") as (terminal, kernel):
        give_up(terminal, kernel)
        terminal.line("40+2")
        kernel.wait_for("execute_request", count=2)
        terminal.line("2+3")
        terminal.wait_for("+2 queued")
        kernel.interrupt()
        terminal.wait_for("not run: a cell that the kernel had before it failed")
        terminal.wait_for("dropped the cell that waited: 2+3")
        ready(terminal)
        assert kernel.count("execute_request") == 2
        assert terminal.screen[terminal.cursor[0]] == "In [2]:"  # the kernel has counted one


def test_a_cell_that_began_and_was_aborted_has_run(console: Shared) -> None:
    # As bash_kernel and IRkernel answer for a cell that was interrupted.
    with console() as (terminal, _):
        terminal.line("%fake status abort")
        terminal.wait_for("the kernel ended the cell before it was done")
        ready(terminal)
        assert not rows_with(terminal, "not run")


def test_an_idle_that_is_lost_does_not_leave_it_running_for_ever(console: Shared) -> None:
    # The kernel may not have reacted yet when the next cell is there, which it is not to drop.
    with console(interrupt="ignored", abort_status="") as (terminal, kernel):
        give_up(terminal, kernel, f"%fake order reply\n{SLEEP}")
        kernel.interrupt()
        run(terminal, "40+2", ": 42")
        terminal.wait_for("In[1] has ended")
        terminal.wait_for(lambda one: "idle" in toolbar(one))


ASKS = "In[1], which was given up, asks for input; Ctrl-C interrupts it"


def ask_late(terminal: BlindTerminal, kernel: FakeKernel) -> None:
    """Give a cell up, and let it ask something then."""
    give_up(terminal, kernel)
    request = kernel.wait_for("execute_request")
    kernel.ask(request, {"prompt": "name? ", "password": False})
    terminal.wait_for(ASKS)
    terminal.wait_for(lambda one: one.screen[one.cursor[0]].strip() == "name?")


def test_a_cell_that_was_given_up_and_asks_can_be_answered(console: Shared) -> None:
    with console(interrupt="ignored") as (terminal, kernel):
        ask_late(terminal, kernel)
        assert "waiting for input" in toolbar(terminal)
        terminal.line("Ada")
        assert kernel.wait_for("input_reply").content["value"] == "Ada"
        terminal.wait_for("\nname? Ada\n")
        kernel.interrupt()
        ready(terminal)


def test_a_cell_that_was_given_up_and_asks_can_be_interrupted(console: Shared) -> None:
    with console(interrupt="ignored") as (terminal, kernel):
        ask_late(terminal, kernel)
        before = kernel.count("interrupt_request")
        terminal.key("c-c")
        kernel.wait_for("interrupt_request", count=before + 1)
        terminal.wait_for("\nname? ^C\n")
        kernel.interrupt()
        ready(terminal)
        assert kernel.count("input_reply") == 0


def test_the_question_of_a_cell_that_was_given_up_ends_with_it(console: Shared) -> None:
    with console(interrupt="ignored") as (terminal, kernel):
        ask_late(terminal, kernel)
        kernel.interrupt()
        terminal.wait_for("In[1] has ended")
        ready(terminal)
        run(terminal, "40+2", "Out[2]: 42")


def test_ctrl_c_at_its_question_gives_no_other_cell_up(console: Shared) -> None:
    with console(interrupt="ignored", abort_status="") as (terminal, kernel):
        give_up(terminal, kernel)
        request = kernel.wait_for("execute_request")
        terminal.line("40+2")
        kernel.wait_for("execute_request", count=2)
        kernel.ask(request, {"prompt": "name? ", "password": False})
        for _ in range(2):
            terminal.wait_for(lambda one: one.screen[one.cursor[0]].strip() == "name?")
            terminal.key("c-c")
            terminal.wait_for(lambda one: one.screen[one.cursor[0]].strip() != "name?")
            kernel.ask(request, {"prompt": "name? ", "password": False})
        assert len(rows_with(terminal, "not waiting for the cell")) == 1
        kernel.interrupt()
        terminal.wait_for("Out[2]: 42")
        ready(terminal)


#: Takes no interrupt until the file is there, then asks.
DEAF_THEN_ASKING = """import os, signal, time
before = signal.signal(signal.SIGINT, signal.SIG_IGN)
print("deaf", flush=True)
while not os.path.exists({path!r}): time.sleep(0.02)
signal.signal(signal.SIGINT, before)
input('name? ')
"""


@pytest.mark.parametrize("kernel", ["ipykernel7"], indirect=True)
def test_an_ipykernel_that_asks_after_it_was_given_up_is_freed_by_ctrl_c(
    kernel: Kernel, tmp_path: Path
) -> None:
    end = tmp_path / "end"
    code = DEAF_THEN_ASKING.format(path=str(end))
    with attached(kernel) as terminal:
        terminal.send(f"\x1b[200~{code}\x1b[201~\x1b\r")
        terminal.wait_for("\ndeaf\n")
        terminal.key("c-c")
        terminal.wait_for(lambda one: "interrupting" in toolbar(one))
        terminal.key("c-c")
        terminal.wait_for("not waiting for the cell any more")
        end.touch()
        terminal.send("4")
        terminal.wait_for("which was given up, asks for input; Ctrl-C interrupts it")
        terminal.wait_for(lambda one: one.screen[one.cursor[0]].strip() == "name?")
        terminal.key("c-c")
        terminal.wait_for("has ended")
        terminal.send("0+2\r")
        terminal.wait_for(": 42")
        ready(terminal)


#: Takes no interrupt, and prints until the file is there.
STUBBORN = """import os, signal
before = signal.signal(signal.SIGINT, signal.SIG_IGN)
number = 0
while not os.path.exists({path!r}):
    print("line", number, flush=True)
    number += 1
print("the last line")
signal.signal(signal.SIGINT, before)
"""


@pytest.mark.parametrize("kernel", ["ipykernel7"], indirect=True)
def test_the_backlog_of_a_flood_is_skipped_and_counted(kernel: Kernel, tmp_path: Path) -> None:
    end = tmp_path / "end"
    code = STUBBORN.format(path=str(end))
    with attached(kernel) as terminal:
        terminal.blind = True
        terminal.send(f"\x1b[200~{code}\x1b[201~\x1b\r")
        terminal.wait_for(lambda one: b"line 50" in one.raw)
        terminal.key("c-c", "c-c")
        terminal.wait_for(lambda one: b"not waiting for the cell any more" in one.raw)
        end.touch()
        del terminal.raw[:]
        terminal.look()
        terminal.wait_for(PROMPT, where="screen")
        terminal.wait_for(re.compile(r"In\[\d+\] has ended; skipped [\d,]+ messages of it"))
        assert b"the last line" not in terminal.raw
        run(terminal, "40+2", ": 42")


def test_no_reaction_at_our_own_kernel_names_restart(tmp_path: Path) -> None:
    with owning(tmp_path, interrupt="ignored", sigint="ignore") as terminal:
        terminal.line(SLEEP)
        terminal.wait_for(lambda one: "In[1]" in toolbar(one))
        terminal.key("c-c")
        terminal.wait_for(
            "no reaction to the interrupt for 3 s; Ctrl-C again gives the cell up\n"
            "\\restart starts the kernel anew"
        )
        terminal.line("\\restart")
        terminal.wait_for("the kernel was restarted")
        run(terminal, "1+1", "Out[1]: 2")


def test_no_reaction_at_a_kernel_of_others_names_its_process(tmp_path: Path) -> None:
    usage = {"hostname": socket.gethostname(), "pid": 4711}
    behaviour = {"interrupt": "ignored", "answers": {"usage_request": usage}}
    with paired(tmp_path, columns=200, **behaviour) as (terminal, kernel):
        terminal.line(SLEEP)
        kernel.wait_for("execute_request")
        terminal.key("c-c")
        terminal.wait_for("Ctrl-C again gives the cell up\nkill 4711 ends the kernel")
        kernel.interrupt()
        ready(terminal)


# --- leaving


def test_leaving_asks_anew_after_anything_else_was_done(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        terminal.line(SLEEP)
        terminal.wait_for(lambda one: "In[1]" in toolbar(one))
        for count in (1, 2):
            terminal.key("c-d")
            terminal.wait_for(lambda one, n=count: len(rows_with(one, "Ctrl-D again leaves")) == n)
            terminal.send("x")
            terminal.key("backspace")
        terminal.key("c-d")
        terminal.wait_for(lambda one: len(rows_with(one, "Ctrl-D again leaves")) == 3)
        terminal.key("c-d")
        assert terminal.wait_exit() == 0


def test_two_ctrl_d_in_one_go_do_not_leave(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        terminal.line(SLEEP)
        terminal.wait_for(lambda one: "In[1]" in toolbar(one))
        terminal.send("\x04\x04")
        terminal.wait_for("Ctrl-D again leaves, and stops the kernel")
        terminal.send("still here")
        terminal.wait_for("still here", where="screen")
        assert terminal.process.poll() is None


def test_cells_that_wait_are_asked_about_also_where_the_kernel_stays(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, kernel):
        terminal.line(SLEEP)
        kernel.wait_for("execute_request")
        terminal.line("1+1")
        terminal.wait_for("+1 queued")
        terminal.key("c-d")
        terminal.wait_for("a cell waits for its turn; Ctrl-D again leaves")
        terminal.line("\\q")
        terminal.wait_for("a cell waits for its turn; \\q again leaves")
        terminal.line("\\q")
        assert terminal.wait_exit() == 0


def test_a_kernel_of_ours_that_works_for_others_is_asked_about(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        terminal.line("""%fake set deaf ["shell:kernel_info_request"]""")
        run(terminal, "40+2", ": 42")
        parent = '{"msg_id": "x", "session": "other", "msg_type": "execute_request"}'
        terminal.line('%fake publish status {"execution_state": "busy"} parent=' + parent)
        terminal.wait_for(lambda one: "busy for others" in toolbar(one))
        terminal.key("c-d")
        terminal.wait_for(
            "the kernel is busy for others; Ctrl-D again leaves, and stops the kernel"
        )
        terminal.key("c-d")
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize("way", ["c-d", "exit"])
def test_a_kernel_that_is_kept_is_left_without_a_question(tmp_path: Path, way: str) -> None:
    with owning(tmp_path, "--keep") as terminal:
        process = kernel_process(terminal)
        try:
            terminal.line("import time; time.sleep(0.1); x = 42")
            if way == "c-d":
                terminal.key(way)
            else:
                terminal.line(way)
            assert terminal.wait_exit() == 0
            said = re.search(
                rb"left; the kernel stays; attach with: kconsole (\S+\.json)", terminal.raw
            )
            assert said is not None
            with BlindTerminal(program(said[1].decode())) as again:
                ready(again)
                run(again, "x", ": 42")
        finally:
            process.kill()


def test_a_kernel_that_is_kept_outlives_a_console_that_is_killed(tmp_path: Path) -> None:
    with owning(tmp_path, "--keep") as terminal:
        process = kernel_process(terminal)
        try:
            terminal.kill(signal.SIGTERM)
            assert terminal.wait_exit() == 128 + signal.SIGTERM
            assert process.is_running()
        finally:
            process.kill()


def test_code_that_ends_the_kernel_is_obeyed_even_if_it_was_to_be_kept(tmp_path: Path) -> None:
    with owning(tmp_path, "--keep") as terminal:
        process = kernel_process(terminal)
        terminal.line('%fake payload {"source": "ask_exit", "keepkernel": false}')
        assert terminal.wait_exit() == 0
        assert not process.is_running()
