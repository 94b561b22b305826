"""What goes wrong with a kernel, in each of the three ways to use one: always a prompt again, and told.

What only one of them can show is beside its other stories.
"""

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest
from clients import PATIENCE
from fake.faults import FAULTS
from fake_kernel import UNMEASURED, Behaviour, FakeKernel
from leaks import wait_until
from programs import Outcome, end, running
from raw_client import RawClient
from running_kernels import Kernel, start_fake
from stories import (
    PROMPT,
    START_S,
    BlindTerminal,
    Pair,
    Shared,
    attached,
    program,
    rows_with,
)
from terminal import Terminal

#: Others measure what these run; the processes end sooner so.
pytestmark = pytest.mark.usefixtures("unmeasured")

#: Cells of such a kernel end without a wait for stragglers.
IPYTHON = {"implementation": "ipython"}
NO_IDLE = "the kernel did not send an idle status; output may be missing"
NO_REPLY = "the kernel did not send an execute_reply; output may be missing"
SHELL_CLOSED = "shell: connection refused; the cell is still waited for"
#: A cell that lets the kernel publish much more than zmq's mark and the system's buffers hold.
FLOOD = "%fake flood 4000 8000"


class Session(NamedTuple):
    """A console at a prompt, and its kernel."""

    terminal: BlindTerminal
    kernel: FakeKernel

    def send(self, code: str) -> None:
        """Enter a cell, and wait until the kernel has it."""
        self.terminal.line(code)
        wait_until(lambda: cell_of(self.kernel, code), PATIENCE)

    def enter(self, code: str, *shows: str) -> None:
        """Run a cell, and wait for what it shows in order, and the next prompt."""
        before = self.terminal.everything.count(code)
        self.terminal.line(code)

        def is_shown(one: Terminal) -> bool:
            is_entered = one.everything.count(code) > before
            at_prompt = PROMPT.search(one.screen[one.cursor[0]])
            rest = one.everything.rpartition(code)[2]
            return bool(is_entered and at_prompt) and all(text in rest for text in shows)

        self.terminal.wait_for(is_shown, PATIENCE)
        assert not rows_with(self.terminal, "Traceback")


@contextmanager
def plain(kernel: Kernel) -> Iterator[BlindTerminal]:
    argv = program(str(kernel.connection_file), "--tail", "0", "--plain")
    with BlindTerminal(argv) as terminal:
        terminal.wait_for(PROMPT, START_S)
        yield terminal


@contextmanager
def opened(kind: str, folder: Path, **behaviour: Any) -> Iterator[Pair]:
    """A console of that kind at a scripted kernel that behaves so."""
    kernel = start_fake(folder, **IPYTHON, **behaviour)
    assert kernel.fake is not None
    try:
        with (attached if kind == "screen" else plain)(kernel) as terminal:
            yield Pair(terminal, kernel.fake)
    finally:
        kernel.close()


@pytest.fixture(scope="module", params=["screen", "plain"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def console(kind: str, tmp_path: Path) -> Callable[..., Any]:
    """What opens a console at a scripted kernel that behaves so."""

    @contextmanager
    def session(**behaviour: Any) -> Iterator[Session]:
        with opened(kind, tmp_path, **behaviour) as pair:
            yield Session(*pair)

    return session


@pytest.fixture(scope="module")
def consoles(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """One console for all that its kernel outlives."""

    def renew(pair: Pair, behaviour: Behaviour) -> None:
        pair.kernel.behaviour = behaviour
        pair.terminal.wait_for(lambda it: PROMPT.search(it.screen[it.cursor[0]]))
        pair.kernel.forget()

    with pytest.MonkeyPatch.context() as patch:
        for name, value in UNMEASURED.items():
            patch.setenv(name, value)
        start = partial(opened, kind, tmp_path_factory.mktemp(kind))
        with Shared(start, renew, **IPYTHON) as shared:
            yield shared


@pytest.fixture
def shared(consoles: Shared) -> Callable[..., AbstractContextManager[Session]]:
    """What gives the module's console, whose kernel behaves so from now on."""

    @contextmanager
    def session(**behaviour: Any) -> Iterator[Session]:
        with consoles(**behaviour) as pair:
            yield Session(*pair)

    return session


def script(folder: Path, *cells: str, **behaviour: Any) -> Outcome:
    """Run cells of the command line at a scripted kernel."""
    with FakeKernel(**IPYTHON, **behaviour) as kernel:
        path = kernel.write_connection_file(folder / "kernel-1.json")
        options = (part for cell in cells for part in ("-c", cell))
        with running(str(path), *options) as one:
            return end(one)


# --- a kernel that sends too much


FLOODS = (
    "%fake statuses 1500",
    "%fake statuses 1500 busy",
    r'%fake statuses 1500 x "\u001b]0;x\u0007" 5 null',
)


def test_a_flood_of_status_messages_leaves_a_console_as_it_was(shared: Any) -> None:
    with shared() as one:
        for number, code in enumerate(FLOODS):
            one.enter(code)
            one.enter(f"40+{number}", f": 4{number}")


def test_a_flood_of_status_messages_says_nothing_to_a_script(tmp_path: Path) -> None:
    assert script(tmp_path, *FLOODS, "40+2") == (0, "42\n", "")


def test_a_heart_that_beats_for_more_than_it_was_asked_is_one_that_beats(shared: Any) -> None:
    with shared(heartbeat="junk") as one:
        one.enter("40+2", ": 42")


def test_broken_frames_on_every_channel_leave_a_console_as_it_was(shared: Any) -> None:
    with shared() as one:
        one.enter("40+2", ": 42")
        break_everything(one.kernel)
        one.enter("41+2", ": 43")


def test_broken_frames_on_every_channel_leave_a_script_as_it_was(tmp_path: Path) -> None:
    with FakeKernel(**IPYTHON) as kernel:
        path = kernel.write_connection_file(tmp_path / "kernel-1.json")
        code = "print('on'); import time; time.sleep(60)"
        with running(str(path), "-c", code) as one:
            assert one.stdout is not None
            assert one.stdout.readline() == "on\n"
            break_everything(kernel)
            kernel.publish("stream", {"name": "stdout", "text": "still\n"}, cell_of(kernel).header)
            lines = [one.stdout.readline()]
            while lines[-1] != "still\n":
                lines.append(one.stdout.readline())
            one.send_signal(signal.SIGINT)
            outcome = end(one)
    assert outcome.status == 130
    assert "owned" not in "".join(lines)
    assert "KeyboardInterrupt" in outcome.stderr
    assert "kconsole/" not in outcome.stderr


def cell_of(kernel: FakeKernel, code: str = "") -> Any:
    """The cell that was sent last, if it holds that code."""
    cells = [
        one
        for one in kernel.received
        if one.msg_type == "execute_request" and not one.content["silent"]
    ]
    return cells[-1] if cells and code in cells[-1].content["code"] else None


def break_everything(kernel: FakeKernel) -> None:
    """Send every fault to the client on every channel that carries messages."""

    class Sender(NamedTuple):
        kernel: FakeKernel
        header: Any

    cell = cell_of(kernel)
    for name, fault in FAULTS.items():
        for frames in fault(Sender(kernel, cell.header)):  # type: ignore[arg-type]
            for channel in ("shell", "control", "stdin", "iopub"):
                if channel != "iopub" or name != "replayed":
                    to = [] if channel == "iopub" else cell.idents
                    kernel.send(channel, [*to, *frames])


# --- a kernel that sends too little


def test_output_that_is_closed_is_told_at_each_cell(console: Any) -> None:
    with console() as one:
        one.enter("%fake unbind iopub", NO_IDLE)
        one.enter("40+2", NO_IDLE)


def test_output_that_is_closed_is_told_to_a_script_at_each_cell(tmp_path: Path) -> None:
    note = f"kconsole: {NO_IDLE}\n"
    assert script(tmp_path, "%fake unbind iopub", "40+2") == (0, "", note * 2)


def test_a_lost_reply_is_told(shared: Any) -> None:
    with shared() as one:
        one.enter("%fake order idle", NO_REPLY)
        one.enter("40+2", ": 42")


def test_a_cell_that_fails_without_a_word_is_told_of(shared: Any) -> None:
    with shared() as one:
        one.enter('%fake quiet_error "" "" []', "the cell failed; the kernel does not say why")
        one.enter("40+2", ": 42")


def test_a_cell_that_never_ends_is_given_up_by_two_ctrl_c(shared: Any) -> None:
    with shared() as one:
        one.send("%fake order")
        one.terminal.key("c-c")
        one.kernel.wait_for("interrupt_request")
        one.terminal.key("c-c")
        one.terminal.wait_for("not waiting for the cell any more")
        one.enter("40+2", ": 42")


def test_a_closed_shell_is_told_and_its_cell_given_up(console: Any) -> None:
    with console() as one:
        one.enter("%fake unbind shell", NO_REPLY)
        one.terminal.line("40+2")
        one.terminal.wait_for(re.compile("busy 00:.*shell: connection refused|" + SHELL_CLOSED))
        one.terminal.key("c-c")
        one.kernel.wait_for("interrupt_request")
        one.terminal.key("c-c")
        one.terminal.wait_for("not waiting for the cell any more")
        one.terminal.wait_for(lambda it: PROMPT.search(it.screen[it.cursor[0]]))


def test_a_closed_shell_is_told_to_a_script(tmp_path: Path) -> None:
    with FakeKernel(**IPYTHON) as kernel:
        path = kernel.write_connection_file(tmp_path / "kernel-1.json")
        with running(str(path), "-c", "%fake unbind shell", "-c", "40+2") as one:
            assert one.stderr is not None
            assert one.stderr.readline() == f"kconsole: {NO_REPLY}\n"
            assert one.stderr.readline().startswith(f"kconsole: {SHELL_CLOSED}")
            one.send_signal(signal.SIGINT)
            kernel.wait_for("interrupt_request")
            one.send_signal(signal.SIGINT)
            assert end(one).status == 130


# --- a slow reader


@contextmanager
def stalled(pid: int) -> Iterator[None]:
    """Let a process stand still."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def wait_for_end_of_cell(kernel: FakeKernel) -> None:
    """Wait until the kernel is done with its cell, and has sent whatever it could."""
    with RawClient(kernel.connection) as other:
        assert other.reply(other.send("kernel_info_request"))


def test_an_idle_that_is_lost_to_a_slow_console_is_told(console: Any) -> None:
    with console(iopub_sndhwm=1000) as one:
        one.terminal.blind = True
        one.send(FLOOD)
        with stalled(console_process(one.terminal).pid):
            wait_for_end_of_cell(one.kernel)
        one.terminal.wait_for(lambda it: it.ends(NO_IDLE), PATIENCE)
        one.terminal.line("40+2")
        one.terminal.wait_for(lambda it: it.ends(": 42"))


def console_process(terminal: Terminal) -> psutil.Process:
    return psutil.Process(terminal.process.pid)


def test_an_idle_that_is_lost_to_a_slow_script_is_told(tmp_path: Path) -> None:
    with FakeKernel(iopub_sndhwm=1000, **IPYTHON) as kernel:
        path = kernel.write_connection_file(tmp_path / "kernel-1.json")
        with running(str(path), "-c", FLOOD, "-c", "40+2") as one:
            wait_until(lambda: cell_of(kernel, FLOOD), PATIENCE)
            with stalled(one.pid):
                wait_for_end_of_cell(kernel)
            status, stdout, stderr = end(one)
    assert status == 0
    assert stdout.endswith("\n42\n")
    assert 0 < stdout.count("\n") < 4000
    assert stderr == f"kconsole: {NO_IDLE}\n"
