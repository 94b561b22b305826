"""Stories of ends: leaving, kernels that die or fall silent, signals, and what must not stay behind."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from leaks import wait_until
from running_kernels import Kernel, is_idle
from stories import (
    ANSWERABLE,
    BlindTerminal,
    Shared,
    attached,
    is_gone,
    is_mourning,
    kernel_process,
    owning,
    paired,
    program,
    ready,
    rows_with,
    run,
    toolbar,
)
from terminal import Terminal

#: Others measure what these run; the processes end sooner so.
pytestmark = pytest.mark.usefixtures("unmeasured")

SLEEP = "import time; time.sleep(60)"


# --- leaving


def test_ctrl_d_at_a_busy_kernel_that_is_not_ours_leaves_at_once(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, kernel):
        terminal.line(SLEEP)
        kernel.wait_for("execute_request")
        terminal.key("c-d")
        assert terminal.wait_exit() == 0
        assert kernel.count("shutdown_request") == 0
        assert kernel.count("interrupt_request") == 0


def test_ctrl_d_stops_a_kernel_of_our_own(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        kernel = kernel_process(terminal)
        terminal.key("c-d")
        assert terminal.wait_exit() == 0
        assert is_gone(kernel)


def test_ctrl_d_while_a_cell_runs_in_our_own_kernel_asks_once(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        kernel = kernel_process(terminal)
        terminal.line(SLEEP)
        terminal.wait_for(lambda one: "busy" in toolbar(one))
        terminal.key("c-d")
        terminal.wait_for("a cell is running; Ctrl-D again leaves, and stops the kernel")
        assert terminal.process.poll() is None
        terminal.key("c-d")
        assert terminal.wait_exit() == 0
        assert is_gone(kernel)


def test_ctrl_d_behind_a_character_deletes_nothing_and_does_not_leave(console: Shared) -> None:
    with console() as (terminal, _):
        terminal.send("1+1")
        terminal.key("c-d", "enter")
        terminal.wait_for("Out[1]: 2")


@pytest.mark.parametrize(
    ("kernel", "word"),
    [("ipykernel7", "exit"), ("ipykernel6", "quit()")],
    indirect=["kernel"],
)
def test_a_word_for_leaving_does_not_end_an_attached_ipykernel(kernel: Kernel, word: str) -> None:
    with attached(kernel) as terminal:
        terminal.line(word)
        assert terminal.wait_exit() == 0
        assert "left; the kernel stays (\\shutdown ends it)" in terminal.everything
    assert is_idle(kernel)


def test_a_word_for_leaving_stops_a_kernel_of_our_own(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        kernel = kernel_process(terminal)
        terminal.line("exit")
        assert terminal.wait_exit() == 0
        assert is_gone(kernel)


def test_the_last_screen_stays_and_the_prompt_goes(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, _):
        run(terminal, "1+1", "Out[1]: 2")
        terminal.key("c-d")
        terminal.wait_exit()
        assert rows_with(terminal, "Out[1]: 2")
        assert not rows_with(terminal, "tcp local")
        assert not terminal.cursor_hidden
        assert terminal.cursor[1] == 0


# --- death


Dying = tuple[Terminal, Callable[[], None]]


@contextmanager
def dying(whose: str, folder: Path) -> Iterator[Dying]:
    """A console, and what kills its kernel."""
    if whose == "ours":
        with owning(folder) as terminal:
            yield terminal, kernel_process(terminal).kill
    else:
        with paired(folder) as (terminal, kernel):
            yield terminal, kernel.die


WORK = {
    "idle": ("1+1", "Out[1]: 2"),
    "running": (SLEEP, "busy 00:"),
    "asking": ("input('name? ')", ANSWERABLE),
}


@pytest.mark.parametrize(
    ("whose", "work"),
    [("ours", "idle"), ("ours", "asking"), ("attached", "running"), ("attached", "asking")],
)
def test_a_dead_kernel_is_told_of_and_the_prompt_stays(
    tmp_path: Path, whose: str, work: str
) -> None:
    code, shows = WORK[work]
    with dying(whose, tmp_path) as (terminal, kill):
        terminal.line(code)
        terminal.wait_for(shows)
        kill()
        terminal.wait_for("the kernel died: ")
        terminal.wait_for(is_mourning)
        terminal.line("for i in [1]: pass")
        terminal.wait_for("not run: the kernel is gone")
        assert len(rows_with(terminal, "the kernel died: ")) == 1
        terminal.key("c-d")
        assert terminal.wait_exit() == 4


def test_the_queue_of_a_dead_kernel_is_dropped(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, kernel):
        terminal.line(SLEEP)
        terminal.wait_for("busy 00:")
        terminal.line("1+1")
        terminal.wait_for("+1 queued")
        kernel.die()
        terminal.wait_for("dropped the cell that waited: 1+1")


# --- others


def test_a_restart_by_another_client_is_told_of(console: Shared) -> None:
    with console() as (terminal, kernel):
        run(terminal, "x = 5", "]: x = 5")
        kernel.restart()
        terminal.wait_for("the kernel was asked to restart\nthe kernel was restarted")
        run(terminal, "1+1", "Out[1]: 2")


def test_a_restart_by_another_client_ends_what_runs_and_drops_what_waits(console: Shared) -> None:
    with console() as (terminal, kernel):
        run(terminal, "'before'", "Out[1]: 'before'")
        terminal.line(SLEEP)
        terminal.wait_for(re.compile(r"busy 00:\d\d In\[2\]"))  # what has not begun would begin now
        terminal.line("1+1")
        terminal.wait_for("+1 queued")
        kernel.restart()
        terminal.wait_for(
            "what it knew is lost\nthe cell that ran is lost with it\ndropped the cell that waited: 1+1"
        )
        terminal.wait_for(
            lambda one: one.screen[one.cursor[0]] == "In [1]:" and "idle" in toolbar(one)
        )


# --- signals and hang-ups


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGHUP, "1+1"), (signal.SIGTERM, SLEEP)], ids=["idle", "running"]
)
def test_a_signal_restores_the_terminal_and_leaves_no_kernel(
    tmp_path: Path, number: signal.Signals, code: str
) -> None:
    with owning(tmp_path, wait=False) as terminal:
        before = terminal.attributes
        kernel = kernel_process(ready(terminal))
        assert terminal.attributes != before
        terminal.line(code)
        terminal.wait_for("Out[1]: 2" if code == "1+1" else "busy 00:")
        terminal.kill(number)
        assert terminal.wait_exit() == 128 + number
        assert terminal.attributes == before
        assert not terminal.cursor_hidden
        assert "\x1b[?2004l" in terminal.sequences[-12:]
        assert is_gone(kernel)


def test_a_terminal_that_goes_away_may_say_so_many_times(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    with owning(tmp_path, "--log", str(log)) as terminal:
        kernel = kernel_process(terminal)
        terminal.line("print('the last', 'words')")
        terminal.wait_for("\nthe last words")
        while terminal.process.poll() is None:
            terminal.kill(signal.SIGHUP)
            terminal.pump(0.01)
        assert terminal.process.returncode == 128 + signal.SIGHUP
        assert is_gone(kernel)
        assert "\nthe last words\n" in log.read_text()


def test_a_terminal_that_is_closed_ends_the_console_and_its_kernel(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        kernel = kernel_process(terminal)
        os.close(terminal._master)
        terminal._master = -1
        terminal.process.wait(60)
        wait_until(lambda: is_gone(kernel), what="the end of the kernel")


# --- what a cell may ask for


def test_a_cell_may_leave_and_keep_the_kernel(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        kernel = kernel_process(terminal)
        try:
            terminal.line('%fake payload {"source": "ask_exit", "keepkernel": true}')
            assert terminal.wait_exit() == 0
            said = re.search(rb"the kernel stays; attach with: kconsole (\S+\.json)", terminal.raw)
            assert said is not None
            assert not is_gone(kernel)
            with BlindTerminal(program(said[1].decode())) as again:
                ready(again)
                run(again, "20+22", ": 42")
        finally:
            kernel.kill()


def test_a_cell_may_leave_and_the_kernel_ends(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        kernel = kernel_process(terminal)
        terminal.line('%fake payload {"source": "ask_exit", "keepkernel": false}')
        assert terminal.wait_exit() == 0
        assert not rows_with(terminal, "stays")
        assert is_gone(kernel)


# --- the work of others


def test_a_lost_idle_of_another_client_does_not_leave_the_kernel_busy(console: Shared) -> None:
    with console() as (terminal, kernel):
        kernel.publish("status", {"execution_state": "busy"}, kernel.foreign_header())
        terminal.wait_for(lambda one: "busy" in toolbar(one))
        ready(terminal)


def test_an_idle_that_is_lost_while_a_cell_of_ours_runs_is_noticed_as_well(console: Shared) -> None:
    with console() as (terminal, kernel):
        terminal.line(SLEEP)
        terminal.wait_for("busy 00:")
        kernel.publish("status", {"execution_state": "busy"}, kernel.foreign_header())
        kernel.foreign_cell("1+1")
        terminal.wait_for("]: 1+1")
        kernel.interrupt()
        ready(terminal)


def test_a_kernel_that_works_for_others_stays_busy_until_it_answers(console: Shared) -> None:
    with console() as (terminal, kernel):
        kernel.behaviour.deaf.append("shell:kernel_info_request")
        parent = kernel.foreign_header()
        asked = kernel.count("kernel_info_request")
        kernel.publish("status", {"execution_state": "busy"}, parent)
        kernel.wait_for("kernel_info_request", count=asked + 1)
        run_word = "print('still there')"
        kernel.publish("stream", {"name": "stdout", "text": run_word + "\n"}, parent)
        terminal.wait_for(run_word)
        assert "busy" in toolbar(terminal)
        kernel.publish("status", {"execution_state": "idle"}, parent)
        ready(terminal)


# --- leaving, disturbed


def test_a_signal_while_the_console_leaves_ends_it_cleanly(tmp_path: Path) -> None:
    record = tmp_path / "requests"
    with owning(tmp_path, record=str(record), shutdown="ignored", sigterm="ignore") as terminal:
        kernel = kernel_process(terminal)
        terminal.key("c-d")
        wait_until(lambda: "shutdown_request" in record.read_text(), what="the end to be asked for")
        terminal.kill(signal.SIGTERM)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
        assert is_gone(kernel)
        assert not rows_with(terminal, "Traceback")
