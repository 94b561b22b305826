"""Stories of leaving with real kernels: ends, deaths and silence of ipykernel, and several consoles at one.

What the scripted kernel can show alone is in test_console_life.py and test_console_start.py.
"""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from leaks import wait_until
from running_kernels import Kernel
from stories import (
    PROMPT,
    BlindTerminal,
    attached,
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
ASK = "input('name? ')"
ASKING = "waiting for input"
IPYKERNEL = pytest.mark.parametrize("kernel", ["ipykernel7"], indirect=True)
FRESH_IPYKERNEL = pytest.mark.parametrize("fresh_kernel", ["ipykernel7"], indirect=True)


@contextmanager
def native() -> Iterator[tuple[BlindTerminal, psutil.Process]]:
    """The console with an ipykernel of its own, and that kernel's process."""
    with BlindTerminal(program("-k", "python3")) as terminal:
        ready(terminal)
        children = psutil.Process(terminal.process.pid).children()
        (kernel,) = (one for one in children if "ipykernel_launcher" in one.cmdline())
        yield terminal, kernel


@pytest.fixture(autouse=True, scope="module")
def _needs_ipykernel() -> None:
    pytest.importorskip("ipykernel")


def enter(terminal: Terminal, code: str, shows: str) -> None:
    """Enter a cell, and wait until the toolbar says what the kernel does with it."""
    terminal.line(code)
    if shows == "idle":
        terminal.wait_for(": 2\n")
    terminal.wait_for(lambda one: shows in toolbar(one))


def check_mourning(terminal: Terminal) -> None:
    """The death is told once, the prompt works, nothing is run, and leaving tells of it."""
    terminal.wait_for("the kernel died: ")
    terminal.wait_for(is_mourning)
    terminal.line("2+3")
    terminal.wait_for("not run: the kernel is gone")
    terminal.wait_for(is_mourning)
    assert len(rows_with(terminal, "the kernel died: ")) == 1
    terminal.key("c-d")
    assert terminal.wait_exit() == 4
    assert not rows_with(terminal, "Traceback")


# --- leaving


def test_ctrl_d_stops_an_ipykernel_of_our_own() -> None:
    with native() as (terminal, kernel):
        terminal.key("c-d")
        assert terminal.wait_exit() == 0
        assert not kernel.is_running()


def test_a_kernel_that_is_left_while_it_works_goes_on(tmp_path: Path) -> None:
    end = tmp_path / "end"
    code = (
        f'import os, time; exec("while not os.path.exists({str(end)!r}): time.sleep(0.02)"); x = 42'
    )
    with paired(tmp_path) as (terminal, kernel):
        enter(terminal, code, "busy 00:")
        terminal.key("c-d")
        assert terminal.wait_exit() == 0
        end.touch()
        wait_until(lambda: kernel.namespace.get("x") == 42, what="the end of the cell")


# --- death and silence


@FRESH_IPYKERNEL
def test_a_kernel_that_is_killed_is_told_of(fresh_kernel: Kernel) -> None:
    assert fresh_kernel.process is not None
    with attached(fresh_kernel) as terminal:
        enter(terminal, ASK, ASKING)
        fresh_kernel.process.kill()
        check_mourning(terminal)


def test_an_ipykernel_of_our_own_that_is_killed_is_told_of() -> None:
    with native() as (terminal, kernel):
        enter(terminal, SLEEP, "busy 00:")
        kernel.kill()
        check_mourning(terminal)


def test_what_is_typed_survives_the_kernel(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, kernel):
        enter(terminal, ASK, ASKING)
        terminal.key("c-c")
        ready(terminal)
        terminal.send("my thought")
        terminal.wait_for(re.compile(r"In \[\d+\]: my thought$", re.M), where="screen")
        kernel.die()
        terminal.wait_for("the kernel died: ")
        terminal.wait_for(re.compile(r"In \[\d+\]: my thought$", re.M), where="screen")


@pytest.mark.parametrize("fresh_kernel", ["fake"], indirect=True)
def test_an_attached_kernel_that_is_stopped_is_late_and_then_back(fresh_kernel: Kernel) -> None:
    process = psutil.Process(fresh_kernel.pid)
    with attached(fresh_kernel) as terminal:
        terminal.wait_for(lambda one: " ms" in toolbar(one))
        process.suspend()
        terminal.wait_for(lambda one: re.search(r"late \d s", toolbar(one)))
        terminal.send("20+")
        terminal.wait_for(re.compile(r"In \[[ \d]+\]: 20\+$", re.M), where="screen")
        process.resume()
        terminal.wait_for(lambda one: "late" not in toolbar(one) and " ms" in toolbar(one))
        assert not rows_with(terminal, "died")
        run(terminal, "22", ": 42")


# --- signals


def test_a_signal_stops_an_ipykernel_of_our_own() -> None:
    with native() as (terminal, kernel):
        enter(terminal, ASK, ASKING)
        terminal.kill(signal.SIGHUP)
        assert terminal.wait_exit() == 128 + signal.SIGHUP
        assert not kernel.is_running()
        assert not rows_with(terminal, "Traceback")


@pytest.mark.parametrize(
    ("number", "fresh_kernel"),
    [(signal.SIGTERM, "fake"), (signal.SIGHUP, "ipykernel7")],
    indirect=["fresh_kernel"],
)
def test_a_signal_leaves_an_attached_kernel_alone(
    number: signal.Signals, fresh_kernel: Kernel
) -> None:
    with attached(fresh_kernel, wait=False) as terminal:
        before = terminal.attributes
        ready(terminal)
        enter(terminal, ASK, ASKING)
        terminal.kill(number)
        assert terminal.wait_exit() == 128 + number
        assert terminal.attributes == before
        assert not terminal.cursor_hidden
    assert fresh_kernel.process is not None
    assert fresh_kernel.process.poll() is None


def test_a_signal_ends_a_start_that_is_under_way(tmp_path: Path) -> None:
    with owning(tmp_path, wait=False, start_delay=60.0) as terminal:
        before = terminal.attributes
        terminal.wait_for("(Ctrl-C cancels)")
        kernel = kernel_process(terminal)
        terminal.kill(signal.SIGTERM)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
        assert terminal.attributes == before
        assert not kernel.is_running()
        assert not rows_with(terminal, "Traceback")


# --- several consoles at one kernel


@IPYKERNEL
def test_a_second_console_has_a_prompt_while_the_kernel_works_for_the_first(kernel: Kernel) -> None:
    with attached(kernel) as first:
        enter(first, SLEEP, "busy 00:")
        with attached(kernel, wait=False) as second:
            second.wait_for(PROMPT, where="screen")
            second.wait_for("the kernel is busy; what you enter waits for it")
            second.send("20+")
            second.wait_for("]: 20+", where="screen")
            first.key("c-c")
            ready(first)
            second.wait_for(lambda one: "idle" in toolbar(one))
            run(second, "22", ": 42")


@IPYKERNEL
def test_what_another_console_runs_is_shown_above_what_is_typed(kernel: Kernel) -> None:
    def number(one: Terminal) -> int:
        found = re.findall(r"^In \[(\d+)\]:$", "\n".join(one.screen), re.M)
        return int(found[-1]) if found else -1

    with attached(kernel) as first, attached(kernel) as second:
        first.send("my thought")
        first.wait_for("]: my thought", where="screen")
        run(second, "print('from', 'the other')", "\nfrom the other\n")
        first.wait_for(
            re.compile(
                r"^\w+@\w{4} In \[\d+\]: print\('from', 'the other'\)\nfrom the other\n+"
                r"In \[\d+\]: my thought$",
                re.M,
            )
        )
        first.key("c-u")
        run(first, "20+22", ": 42")
        # They count alike.
        for _ in range(3):
            for one, other in ((first, second), (second, first)):
                before = number(one)
                one.line("print('x')")
                for each in (one, other):
                    each.wait_for(lambda any_, due=before + 1: number(any_) == due)
