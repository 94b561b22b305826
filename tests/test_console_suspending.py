"""Stories of Ctrl-Z: the console under a shell with job control, stopped and brought back."""

import shlex
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from fake_kernel import FakeKernel, write_kernelspec
from leaks import wait_until
from running_kernels import start_fake
from stories import BlindTerminal, kernel_process, program, ready, rows_with, run, toolbar

SHELL = shutil.which("bash")
#: Without an editor of its own, which would change the terminal's modes while it shows its prompt.
ARGV = [SHELL or "", "--norc", "--noprofile", "--noediting", "-i"]
ENV = {"PS1": "shell> ", "BASH_SILENCE_DEPRECATION_WARNING": "1", "HISTFILE": None}

pytestmark = pytest.mark.skipif(SHELL is None, reason="no bash, whose job control this is about")


@contextmanager
def shell(command: str, **env: str) -> Iterator[BlindTerminal]:
    """A shell that runs the console in the foreground."""
    with BlindTerminal(ARGV, env={**ENV, **env}) as terminal:
        terminal.wait_for("shell>")
        before = terminal.attributes
        terminal.line(command)
        ready(terminal)
        assert terminal.attributes != before
        yield terminal
        assert terminal.attributes == before
        terminal.line("exit")
        terminal.line("exit")  # where a job is left, the first one only warns
        terminal.wait_exit()


@contextmanager
def attached_under_shell(folder: Path) -> Iterator[tuple[BlindTerminal, FakeKernel]]:
    """The same, with a scripted kernel in this process."""
    kernel = start_fake(folder)
    assert kernel.fake is not None
    try:
        with shell(shlex.join(program(str(kernel.connection_file)))) as terminal:
            yield terminal, kernel.fake
    finally:
        kernel.close()


def wait_for_shell(terminal: BlindTerminal) -> None:
    terminal.wait_for(lambda one: one.screen[one.cursor[0]].startswith("shell>"))


def suspend(terminal: BlindTerminal) -> None:
    """Press Ctrl-Z, and wait for the shell."""
    modes = terminal.attributes
    terminal.key("c-z")
    terminal.wait_for(lambda one: rows_with(one, "Stopped"))
    wait_for_shell(terminal)
    assert terminal.attributes != modes
    assert not terminal.cursor_hidden
    assert not rows_with(terminal, "tcp local")  # the toolbar has gone
    assert "\x1b[?2004l" in terminal.sequences[terminal.sequences.index("\x1b[?2004h") :]


def leave(terminal: BlindTerminal) -> None:
    terminal.key("c-d")
    wait_for_shell(terminal)


def test_what_is_typed_is_there_again_and_the_kernel_is_left_alone(tmp_path: Path) -> None:
    with attached_under_shell(tmp_path) as (terminal, kernel):
        run(terminal, "x = 42", "]: x = 42")
        terminal.send("x + 1")
        terminal.wait_for("]: x + 1", where="screen")
        suspend(terminal)
        terminal.line("echo in the shell")
        terminal.wait_for("\nin the shell\n")
        terminal.line("fg")
        terminal.wait_for(lambda one: "idle" in toolbar(one) and rows_with(one, "]: x + 1"))
        terminal.key("enter")
        terminal.wait_for("Out[2]: 43")
        ready(terminal)
        assert kernel.count("interrupt_request") == 0
        leave(terminal)


def test_a_cell_goes_on_meanwhile_and_its_output_is_shown_then(tmp_path: Path) -> None:
    with attached_under_shell(tmp_path) as (terminal, kernel):
        terminal.line("import time; time.sleep(60)")
        header = kernel.wait_for("execute_request").header
        terminal.wait_for(lambda one: "busy" in toolbar(one))
        suspend(terminal)
        kernel.publish("stream", {"name": "stdout", "text": "said meanwhile\n"}, header)
        terminal.line("fg")
        terminal.wait_for("\nsaid meanwhile\n")
        terminal.wait_for(lambda one: "busy" in toolbar(one))
        terminal.key("c-c")
        terminal.wait_for("KeyboardInterrupt")
        ready(terminal)
        leave(terminal)


def test_a_kernel_of_our_own_is_not_stopped(tmp_path: Path) -> None:
    write_kernelspec(tmp_path)
    with shell(shlex.join(program("-k", "fake")), JUPYTER_PATH=str(tmp_path)) as terminal:
        kernel = kernel_process(terminal)
        suspend(terminal)
        assert kernel.status() != psutil.STATUS_STOPPED
        terminal.line("fg")
        ready(terminal)
        run(terminal, "20+22", ": 42")
        leave(terminal)
        assert not kernel.is_running()


def test_a_stopped_console_that_was_told_to_end_does_so_when_it_can(tmp_path: Path) -> None:
    write_kernelspec(tmp_path)
    with shell(shlex.join(program("-k", "fake")), JUPYTER_PATH=str(tmp_path)) as terminal:
        kernel = kernel_process(terminal)
        suspend(terminal)
        terminal.line(f"kill -{signal.SIGTERM:d} %1; fg")
        wait_until(lambda: not kernel.is_running(), what="the end of the kernel")
        terminal.wait_for(lambda one: len(rows_with(one, "shell>")) == 3)
