"""The console over a link that breaks: what its user sees, and what becomes of what was under way."""

import itertools
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import leaks
import psutil
import pytest
from fake_kernel import FakeKernel
from leaks import wait_until
from programs import end, running
from ssh_links import control_socket, put_on_path
from ssh_program import kernel_file
from sshd import Sshd
from sshd.files import PASSPHRASE
from stories import (
    ANSWERABLE,
    BlindTerminal,
    Shared,
    cleared,
    program,
    ready,
    rows_with,
    run,
    toolbar,
)

HOST = "kernelhost"
#: Go on until ``go`` is another number; the first prints meanwhile, and behind that.
TICKS = "import time\nwhile go == 0:\n    print('tick')\n    time.sleep(0.02)\nprint('the end')"
QUIET = "import time\nwhile go == 0: time.sleep(0.01)"
ASKS = QUIET + "\nprint('hello ' + input('who? '))"

LOST = re.compile(r"link to kernelhost lost at \d\d:\d\d:\d\d \(.*\); it is tried again")
BACK = "link to kernelhost is back ("

pytestmark = pytest.mark.usefixtures("unmeasured")


class Far(NamedTuple):
    """A console, the kernel behind its link, and the server that the link leads through."""

    terminal: BlindTerminal
    kernel: FakeKernel
    sshd: Sshd

    def begin(self, code: str) -> None:
        """Run a cell that goes on until it is told to end."""
        self.kernel.namespace["go"] = 0
        count = self.kernel.execution_count
        self.terminal.paste(code)
        self.terminal.key("a-enter")
        wait_until(lambda: self.kernel.execution_count > count)
        self.terminal.wait_for(lambda one: "busy" in toolbar(one))

    def end(self) -> None:
        """Let that cell end; the kernel has nothing to do any more."""
        self.kernel.namespace["go"] = 1
        wait_until(lambda: not self.kernel.main.queue.unfinished_tasks)

    def lose(self) -> None:
        """Lose the link; it does not come back by itself."""
        self.sshd.refuse()
        self.sshd.drop()
        self.terminal.wait_for(lambda one: "link down" in toolbar(one))

    def find(self) -> None:
        """Let the link come back; a key has it tried at once."""
        self.sshd.accept()
        self.terminal.key("end")

    @property
    def codes(self) -> list[str]:
        """What the kernel has been asked to run, but for the silent questions of the console."""
        cells = [each for each in self.kernel.received if each.msg_type == "execute_request"]
        return [each.content["code"] for each in cells if not each.content["silent"]]


@contextmanager
def over_ssh(sshd: Sshd, folder: Path, host: str = HOST, **behaviour: object) -> Iterator[Far]:
    """The console at a prompt, or at ssh's question if the host is ``locked``."""
    with FakeKernel(**behaviour) as kernel:
        path = kernel_file(sshd, kernel)
        argv = program("--ssh", host, str(path), "--tail", "0")
        try:
            with BlindTerminal(argv, env={"PATH": put_on_path(sshd, folder)}) as terminal:
                if host == HOST:
                    ready(terminal)
                yield Far(terminal, kernel, sshd)
        finally:
            path.unlink()


@pytest.fixture(scope="module")
def no_leaks_at_the_end(shared_sshd: Sshd) -> Iterator[None]:
    """Fail the last test if any has left something behind."""
    before = leaks.take()
    yield
    leaks.check(before)


@pytest.fixture(autouse=True)
def no_leaks(no_leaks_at_the_end: None) -> None:
    """Not after each test: a link that comes back has other sockets than before it was lost."""


@pytest.fixture(scope="module")
def shared_far(
    no_leaks_at_the_end: None,
    shared_sshd: Sshd,
    tmp_path_factory: pytest.TempPathFactory,
    module_state: None,
) -> Iterator[Shared]:
    start = partial(over_ssh, shared_sshd, tmp_path_factory.mktemp("far"))
    with Shared(start, lambda far, _: renewed(far)) as shared:
        yield shared


def renewed(far: Far) -> None:
    """A link that is up, and nothing that runs or is typed."""
    far.end()
    cleared(far.terminal)
    far.kernel.forget()


@pytest.fixture
def far(shared_far: Shared, request: pytest.FixtureRequest) -> Iterator[Far]:
    """The module's console."""
    for far in shared_far.lend(request):
        yield far
        far.kernel.namespace["go"] = 1
        far.sshd.resume()
        far.sshd.accept()


def told(terminal: BlindTerminal, text: "str | re.Pattern[str]") -> None:
    """Wait for a note, wherever the screen's width has broken it."""

    def holds(one: BlindTerminal) -> bool:
        rows = " ".join(one.everything.split("\n"))
        return text in rows if isinstance(text, str) else text.search(rows) is not None

    terminal.wait_for(holds)


def number(far: Far) -> int:
    """The number at the prompt."""
    return int(re.findall(r"^In \[(\d+)\]:", "\n".join(far.terminal.screen), re.MULTILINE)[-1])


# --- lost, and back


def test_what_is_typed_while_the_link_is_down_stays_and_is_not_sent(far: Far) -> None:
    terminal = far.terminal
    run(terminal, "6*7", "]: 42")
    second = number(far)
    terminal.send("20 + 3")
    far.lose()
    assert "idle" not in toolbar(terminal)
    assert "ssh kernelhost · link down, " in toolbar(terminal)
    terminal.key("enter")
    told(terminal, "not connected to kernelhost: link down, ")
    assert rows_with(terminal, "20 + 3") == [f"In [{second}]: 20 + 3"]
    far.find()
    terminal.wait_for(lambda one: "idle" in toolbar(one))
    assert not rows_with(terminal, BACK)  # nothing ran: there is nothing to be told
    terminal.key("enter")
    terminal.wait_for(f"Out[{second}]: 23")
    assert far.codes == ["6*7", "20 + 3"]


def test_a_cell_that_prints_goes_on_behind_a_gap_and_so_does_what_waits(far: Far) -> None:
    terminal = far.terminal
    far.begin(TICKS)
    terminal.line("6*7")
    terminal.wait_for(lambda one: "+1 queued" in toolbar(one))
    far.lose()
    told(terminal, LOST)
    assert "busy" in toolbar(terminal)
    far.find()
    told(terminal, BACK)
    ticks = len(rows_with(terminal, "tick"))
    terminal.wait_for(lambda one: len(rows_with(one, "tick")) > ticks)
    far.end()
    terminal.wait_for("]: 42")
    rows = [row for row in terminal.everything.split("\n") if row in ("the end", "tick")]
    assert rows[-1] == "the end"
    assert far.codes == [TICKS, "6*7"]
    assert not rows_with(terminal, "unknown")


@pytest.mark.parametrize("code", [TICKS, QUIET])
def test_a_cell_that_ends_in_the_gap_is_never_run_again(far: Far, code: str) -> None:
    terminal = far.terminal
    far.begin(code)
    terminal.line("print('behind')")
    terminal.wait_for(lambda one: "+1 queued" in toolbar(one))
    ran = far.kernel.execution_count
    far.lose()
    far.end()
    far.find()
    told(terminal, f"In[{ran}] finished while the link was down: its outcome is unknown")
    told(terminal, "dropped the cell that waited: print('behind')")
    ready(terminal)
    assert number(far) == ran + 1
    assert far.codes == [code]


def test_a_cell_that_the_kernel_had_not_begun_is_looked_for_in_its_history(far: Far) -> None:
    terminal, kernel = far.terminal, far.kernel
    kernel.behaviour.omit = ["execute_input", "status"]
    try:
        far.begin(QUIET)
        ran = kernel.execution_count
        far.lose()
        far.end()
    finally:
        kernel.behaviour.omit = []
    far.find()
    told(terminal, f"In[{ran}] finished (or never began) while the link was down")
    told(terminal, f"the kernel's history has In[{ran}]: it ran")
    ready(terminal)
    terminal.wait_for(lambda one: number(far) == ran + 1)


def test_ctrl_c_cannot_reach_the_kernel_and_a_second_one_gives_the_cell_up(far: Far) -> None:
    terminal = far.terminal
    far.begin(QUIET)
    far.lose()
    terminal.key("c-c")
    told(terminal, "not interrupted: not connected to kernelhost: link down")
    told(terminal, "Ctrl-C again gives the cell up")
    terminal.key("c-c")
    told(terminal, "not waiting for the cell any more")
    far.find()
    told(terminal, BACK)
    assert far.kernel.count("interrupt_request") == 0
    terminal.key("c-c")
    far.kernel.wait_for("interrupt_request")
    ready(terminal)


def test_an_interrupt_that_did_not_arrive_is_no_first_one(far: Far) -> None:
    terminal = far.terminal
    far.begin(QUIET)
    far.lose()
    terminal.key("c-c")
    told(terminal, "not interrupted: ")
    far.find()
    told(terminal, BACK)
    terminal.key("c-c")
    terminal.wait_for("KeyboardInterrupt")
    ready(terminal)


# --- input


def test_a_question_outlives_a_gap_with_what_is_typed_for_it(far: Far) -> None:
    terminal = far.terminal
    terminal.line("print('hello ' + input('who? '))")
    terminal.wait_for(ANSWERABLE)
    terminal.send("ada")
    far.lose()
    terminal.key("enter")
    told(terminal, "Enter sends the answer once it is back")
    far.find()
    told(terminal, BACK)
    terminal.wait_for(lambda one: "link" not in toolbar(one))
    terminal.key("enter")
    terminal.wait_for("hello ada")


def test_a_question_that_was_lost_can_be_answered_by_a_command(far: Far) -> None:
    terminal = far.terminal
    far.begin(ASKS)
    far.lose()
    asked = far.kernel.asked
    far.kernel.namespace["go"] = 1
    wait_until(lambda: far.kernel.asked > asked)
    far.find()
    told(terminal, r"if it waits for input: \input TEXT answers it")
    terminal.line(r"\input grace")
    terminal.wait_for("hello grace")
    ready(terminal)


# --- silence


def test_a_silence_is_told_and_what_it_may_have_cost(far: Far) -> None:
    terminal = far.terminal
    far.begin(TICKS)
    terminal.wait_for("tick")
    far.sshd.stall()
    terminal.wait_for(lambda one: "slow, no answer for" in toolbar(one))
    far.sshd.resume()
    told(terminal, "kernelhost did not answer for ")
    far.end()
    terminal.wait_for("the end")


# --- a person is needed


def test_a_person_logs_in_again(shared_sshd: Sshd, tmp_path: Path) -> None:
    with over_ssh(shared_sshd, tmp_path, "locked") as (terminal, _, sshd):
        terminal.wait_for("Enter passphrase")
        terminal.line(PASSPHRASE)
        ready(terminal)
        sshd.drop()
        told(terminal, r"\reconnect logs in again")
        terminal.wait_for(lambda one: r"login needed: \reconnect" in toolbar(one))
        terminal.line("6*7")
        told(terminal, r"not connected to locked: login needed: \reconnect")
        terminal.key("c-c")
        asked = terminal.everything.count("Enter passphrase")
        terminal.line(r"\reconnect")
        terminal.wait_for(lambda one: one.everything.count("Enter passphrase") > asked)
        terminal.line(PASSPHRASE)
        told(terminal, "link to locked is back")
        run(ready(terminal), "6*7", "]: 42")


# --- the kernel


def test_a_kernel_that_dies_is_told_from_a_link_that_is_lost_and_nothing_stays(
    shared_sshd: Sshd, tmp_path: Path
) -> None:
    with over_ssh(shared_sshd, tmp_path) as (terminal, kernel, _):
        (ssh,) = psutil.Process(terminal.process.pid).children()
        folder = control_socket(ssh).parent
        kernel.die()
        told(terminal, "the kernel died: ")
        assert "link" not in toolbar(terminal)
        terminal.key("c-d")
        assert terminal.wait_exit() == 4
        assert not ssh.is_running()
        assert not folder.exists()


def test_a_kernel_that_takes_no_interrupt_gets_a_signal_over_the_link(
    shared_sshd: Sshd, tmp_path: Path
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "input()", "ipykernel_launcher"], stdin=subprocess.PIPE
    ) as process:
        usage = {"hostname": socket.gethostname(), "pid": process.pid}
        behaviour = {"implementation": "ipython", "interrupt": "silent", "usage": usage}
        with over_ssh(shared_sshd, tmp_path, **behaviour) as (terminal, kernel, _):
            terminal.line("%fake deaf 60")
            kernel.wait_for("execute_request")
            terminal.wait_for(lambda one: "busy" in toolbar(one))
            terminal.key("c-c")
            told(terminal, f"SIGINT was sent to process {process.pid}")
            told(terminal, f"ssh kernelhost kill {process.pid} ends the kernel")
            assert process.wait(60) == -signal.SIGINT


def test_a_kernel_is_picked(shared_sshd: Sshd, tmp_path: Path) -> None:
    with FakeKernel() as one, FakeKernel() as other:
        paths = [kernel_file(shared_sshd, each) for each in (one, other)]
        argv = program("--ssh", HOST, "--pick", "-c", "print('ran')")
        with BlindTerminal(argv, env={"PATH": put_on_path(shared_sshd, tmp_path)}) as terminal:
            terminal.wait_for("attach to:")
            terminal.send(paths[0].stem)
            # Others' kernels, and the files of dead ones, may be there too.
            terminal.wait_for(re.compile(r"^1 of \d+(, \d+ dead or unusable)? · Enter", re.M))
            terminal.key("enter")
            assert terminal.wait_exit() == 0
            assert terminal.everything.rstrip() == "ran"
        assert [each.count("execute_request") for each in (one, other)] == [1, 0]
        for path in paths:
            path.unlink()


# --- without a screen


def test_a_script_waits_for_its_link_and_says_so(shared_sshd: Sshd, tmp_path: Path) -> None:
    env = {**os.environ, "PATH": put_on_path(shared_sshd, tmp_path)}
    with FakeKernel() as kernel:
        path = kernel_file(shared_sshd, kernel)
        kernel.namespace["go"] = 0
        code = ("-c", QUIET, "-c", "6*7")
        with running("--ssh", HOST, str(path), *code, env=env) as process:
            kernel.wait_for("execute_request")
            shared_sshd.drop()
            assert process.stderr is not None
            lines = [process.stderr.readline() for _ in range(2)]
            kernel.namespace["go"] = 1
            outcome = end(process)
        assert outcome == (0, "42\n", "")
        assert [line.split(" (")[0].split(" at ")[0] for line in lines] == [
            "kconsole: link to kernelhost lost",
            "kconsole: link to kernelhost is back",
        ]
        path.unlink()


def test_the_console_a_line_at_a_time_waits_for_its_link(shared_sshd: Sshd, tmp_path: Path) -> None:
    with FakeKernel() as kernel:
        path = kernel_file(shared_sshd, kernel)
        env = {"PATH": put_on_path(shared_sshd, tmp_path)}
        with BlindTerminal(program("--plain", "--ssh", HOST, str(path)), env=env) as terminal:
            terminal.wait_for("In [ ]:")
            shared_sshd.refuse()
            try:
                shared_sshd.drop()
                for number in itertools.count(2):  # it takes a moment until that is noticed
                    terminal.line(r"\conninfo")
                    terminal.wait_for(lambda one, n=number: one.everything.count("In [ ]:") == n)
                    if "ssh kernelhost (link down" in terminal.everything:
                        break
                terminal.line("6*7")
                told(terminal, "waiting for it, Ctrl-C drops the cell")
            finally:
                shared_sshd.accept()
            terminal.wait_for("Out[1]: 42")  # no clock shows that
            assert kernel.count("execute_request") == 1
        path.unlink()
