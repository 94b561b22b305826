"""The console as a user meets it: on a terminal, attached to a kernel or with one of its own."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import psutil
import pytest
from fake_kernel import Behaviour, FakeKernel, write_kernelspec
from leaks import adopted, wait_until
from running_kernels import Kernel, start_fake
from terminal import PATIENCE, SEQUENCE, Terminal

__all__ = [
    "ANSWERABLE",
    "FAILED",
    "PROMPT",
    "BlindTerminal",
    "Consoles",
    "Pair",
    "Shared",
    "attached",
    "begun_anew",
    "cleared",
    "color_of",
    "is_drawn",
    "is_gone",
    "is_mourning",
    "is_offered",
    "kernel_process",
    "owning",
    "paired",
    "program",
    "ready",
    "renewed",
    "rows_with",
    "run",
    "toolbar",
    "wait_for_line",
]

#: An empty prompt that waits for input, with or without a number.
PROMPT = re.compile(r"^In \[[ \d]+\]:$", re.MULTILINE)
#: What the toolbar says once a question of the kernel has the keyboard.
ANSWERABLE = re.compile("waiting for input(?!,)")
#: The question after the death of a kernel of our own, before it is answered.
OFFERED = "start it again? [y/N]"
#: The mode in which a terminal shows nothing until the frame is whole; pyte's number for it.
SYNCHRONIZED = 2026 << 5
#: On a test that has failed, from then on.
FAILED = pytest.StashKey[bool]()
#: A console that starts a kernel has to import an editor, and the kernel an interpreter.
START_S = 2 * PATIENCE


class BlindTerminal(Terminal):
    """A terminal that looks only at whole frames, and can close its eyes.

    Drawing a flood would take longer than the story: while ``blind``, what comes is in ``raw`` only, and
    after ``look`` the screen is what the program draws anew.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.blind = False
        self.measured = bool(os.environ.get("COVERAGE_PROCESS_CONFIG"))
        self.raw = bytearray()  # grows in place

    def ends(self, *texts: str) -> bool:
        """Whether all the texts are among the last bytes, however they are coloured."""
        tail = SEQUENCE.sub("", self.raw[-4000:].decode("utf-8", "ignore"))
        return all(text in tail for text in texts)

    def _feed(self, data: bytes) -> None:
        if not self.blind:
            super()._feed(data)

    def _holds(self, what: Any, where: str) -> bool:
        # A read may end in the middle of a frame: the console hides the cursor while it draws.
        return (self.blind or is_drawn(self)) and super()._holds(what, where)

    def look(self) -> None:
        """Open the eyes, and let the program draw everything."""
        self.blind = False
        self.key("c-l")


def is_offered(terminal: Terminal) -> bool:
    """Whether the question whether to start a dead kernel again has the keyboard."""
    return is_drawn(terminal) and terminal.screen[terminal.cursor[0]] == OFFERED


def is_mourning(terminal: Terminal) -> bool:
    """Whether the kernel is dead, and one can type: at a prompt or that question."""
    screen = "\n".join(terminal.screen)
    return (
        is_drawn(terminal)
        and "dead" in toolbar(terminal)
        and bool(PROMPT.search(screen) or is_offered(terminal))
    )


def is_drawn(terminal: Terminal) -> bool:
    """Whether the screen is a whole frame."""
    return not terminal.cursor_hidden and SYNCHRONIZED not in terminal._screen.mode


def program(*arguments: str) -> list[str]:
    """The argv of the program under test."""
    return [sys.executable, "-m", "kconsole", *arguments]


def ready(terminal: Terminal) -> Terminal:
    """Wait for an empty prompt and the toolbar of an idle kernel below it."""
    terminal.wait_for(
        lambda one: PROMPT.search("\n".join(one.screen)) and "idle" in toolbar(one), START_S
    )
    return terminal


def toolbar(terminal: Terminal) -> str:
    """The lowest row on the screen that is not empty."""
    return next((row for row in reversed(terminal.screen) if row), "")


@contextmanager
def attached(
    kernel: Kernel, *arguments: str, wait: bool = True, **options: Any
) -> Iterator[BlindTerminal]:
    """The console, attached to a kernel that runs already; ``wait`` until it shows its prompt.

    Without a word of what other tests have run in that kernel, unless `arguments` ask for that.
    """
    argv = program(str(kernel.connection_file), "--tail", "0", *arguments)
    with BlindTerminal(argv, **options) as terminal:
        yield ready(terminal) if wait else terminal


class Pair(NamedTuple):
    """A console and the scripted kernel that it is attached to."""

    terminal: BlindTerminal
    kernel: FakeKernel


@contextmanager
def paired(
    folder: Path,
    *arguments: str,
    wait: bool = True,
    rows: int = 24,
    columns: int = 80,
    **behaviour: Any,
) -> Iterator[Pair]:
    """The console, attached to a scripted kernel in this process that behaves so."""
    kernel = start_fake(folder, **behaviour)
    assert kernel.fake is not None
    try:
        size = {"rows": rows, "columns": columns}
        with attached(kernel, *arguments, wait=wait, **size) as terminal:
            yield Pair(terminal, kernel.fake)
    finally:
        kernel.close()


def renewed(pair: Pair, behaviour: Behaviour) -> Pair:
    """A console that other stories have used: nothing runs, is typed, is known, was shown or counted.

    What it remembers of them are inputs, and the number of its prompt. The kernel behaves so from now on.
    """
    terminal, kernel = pair
    kernel.behaviour = behaviour
    interrupted(kernel)
    cleared(terminal)
    kernel.namespace.clear()
    kernel.forget()
    return pair


def cleared(terminal: BlindTerminal) -> BlindTerminal:
    """Nothing is typed, and nothing was shown before the prompt."""
    settled(terminal)
    begin = len(terminal.raw)
    terminal.key("c-c", "c-l")
    terminal.wait_for(lambda one: b"\x1b[2J" in one.raw[begin:])
    terminal.wait_for(
        lambda one: (
            PROMPT.fullmatch(one.screen[0])
            and "idle" in toolbar(one)
            and len([row for row in one.screen if row]) == 2
        )
    )
    terminal.forget()
    return terminal


def interrupted(kernel: FakeKernel) -> None:
    """Whatever it was at has ended."""
    kernel.interrupt()
    wait_until(lambda: not kernel.main.queue.unfinished_tasks, what="the kernel's leisure")


def settled(terminal: BlindTerminal) -> None:
    """The size is what it was at first, and the kernel is idle."""
    if (len(terminal.screen), terminal.columns) != terminal.size:
        terminal.resize(*terminal.size)
    terminal.wait_for(lambda one: "idle" in toolbar(one))


def begun_anew(pair: Pair, behaviour: Behaviour) -> Pair:
    """A console that other stories have used, as if it were new: also the number of its prompt is 1."""
    terminal, kernel = pair
    interrupted(kernel)
    settled(terminal)
    begin = len(terminal.raw)
    kernel.restart()
    terminal.wait_for(lambda one: b"the kernel was restarted" in one.raw[begin:])
    return renewed(pair, behaviour)


class Shared:
    """A console for many stories, and the scripted kernel that it is attached to: to start takes longest.

    A story that fails may leave it in any state; the next one has another then.
    """

    def __init__(
        self,
        start: Callable[[], AbstractContextManager[Pair]],
        renew: Callable[[Pair, Behaviour], object] = begun_anew,
        **defaults: Any,
    ) -> None:
        self._start = start
        self._renew = renew
        self._defaults = defaults
        self._stack = ExitStack()
        self._pair: Pair | None = None

    def __enter__(self) -> Self:
        self._pair = self._stack.enter_context(self._start())
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def __call__(self, **behaviour: Any) -> Iterator[Pair]:
        """The console with nothing on it but its prompt, and a kernel that behaves so."""
        if self._pair is None:
            with adopted():
                self._pair = self._stack.enter_context(self._start())
        try:
            self._renew(self._pair, Behaviour(**(self._defaults | behaviour)))
            yield self._pair
        except BaseException:
            self.close()
            raise

    def lend(self, request: pytest.FixtureRequest, **behaviour: Any) -> Iterator[Pair]:
        """The same for a fixture that does nothing else: yields the console."""
        with self(**behaviour) as pair:
            yield pair
        if request.node.stash.get(FAILED, False):
            self.close()

    def close(self) -> None:
        """End both; the next story has others."""
        self._pair = None
        self._stack.close()


class Consoles:
    """One console for each real kernel, for many stories: the kernels are shared too (conftest.kernel)."""

    def __init__(self) -> None:
        self._consoles: dict[Path, tuple[BlindTerminal, ExitStack]] = {}

    @contextmanager
    def __call__(self, kernel: Kernel) -> Iterator[BlindTerminal]:
        """The console at that kernel, with nothing on it but its prompt; another after one that failed."""
        where = kernel.connection_file
        if where not in self._consoles:
            with adopted():
                stack = ExitStack()
                terminal = stack.enter_context(attached(kernel, "--no-suggestions"))
            self._consoles[where] = terminal, stack
        terminal, stack = self._consoles[where]
        try:
            yield cleared(terminal)
        except BaseException:
            del self._consoles[where]
            stack.close()
            raise

    def close(self) -> None:
        """End them all."""
        for _, stack in self._consoles.values():
            stack.close()


@contextmanager
def owning(
    folder: Path, *arguments: str, wait: bool = True, **behaviour: Any
) -> Iterator[BlindTerminal]:
    """The console with a scripted kernel of its own, which runs as a process and behaves so."""
    write_kernelspec(folder, **behaviour)
    argv = program("-k", "fake", *arguments)
    with BlindTerminal(argv, env={"JUPYTER_PATH": str(folder)}) as terminal:
        yield ready(terminal) if wait else terminal


def run(terminal: Terminal, code: str, shows: str, timeout: float = PATIENCE) -> None:
    """Enter a cell of one line, and wait for what it shows and for the next prompt."""
    assert shows not in code, "what is typed shows that already, before it is run"
    before = terminal.everything.count(shows)
    terminal.line(code)
    terminal.wait_for(lambda one: one.everything.count(shows) > before, timeout)
    ready(terminal)


def color_of(terminal: Terminal, text: str) -> str:
    """The foreground colour of a text on the screen; "" if it is not there."""
    return terminal.cell(*terminal.find(text)).fg if text in "\n".join(terminal.screen) else ""


def wait_for_line(terminal: Terminal, indent: int = 0) -> None:
    """Wait for a further line of the input, with the cursor behind so many blanks."""

    def is_there(one: Terminal) -> bool:
        # How far the prompt reaches depends on the cell's number.
        row = one.screen[one.cursor[0]]
        return row.strip() == "...:" and one.cursor[1] == row.index("...:") + 5 + indent

    terminal.wait_for(is_there)


def rows_with(terminal: Terminal, text: str) -> list[str]:
    """All rows, scrollback included, that hold the text."""
    return [row for row in terminal.everything.split("\n") if text in row]


def is_gone(process: psutil.Process) -> bool:
    """Whether a process has ended, be it reaped or not."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def kernel_process(terminal: Terminal) -> psutil.Process:
    """The kernel that the console has started, as soon as there is one."""
    console = psutil.Process(terminal.process.pid)

    def kernels() -> list[psutil.Process]:
        return [one for one in console.children(recursive=True) if "fake_kernel.py" in _argv(one)]

    wait_until(kernels, what="a kernel process")
    return kernels()[0]


def _argv(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
