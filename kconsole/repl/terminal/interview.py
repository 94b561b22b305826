"""Asks the terminal what it can, before the editor is there, and hears the answers whenever they come.

The questions leave in one write while the kernel is being reached. Nobody waits for the answers: they
are picked out of the keys that the editor reads (:mod:`kconsole.repl.terminal.facts`), and those who want
to know are told. Only if the console ends in the first moments, there is a short wait: what is still on
its way would be typed into the shell.
"""

import contextlib
import os
import select
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TextIO

from kconsole.repl.terminal.facts import Answers, TerminalFacts, behind_tmux, questions

if sys.platform != "win32":
    import fcntl
    import struct
    import termios

__all__ = ["Interview"]

#: How long answers may be on their way, in seconds: from a terminal here, and from one behind ssh.
_PATIENCE_S, _SSH_PATIENCE_S = 0.3, 1.0
_PIECE = 4096
#: Pieces that are read of what has come in time; a terminal that never stops is not heard any longer.
_MOST_LATE = 16


class Interview:
    """What the terminal is asked, and has answered.

    :param stdin: the terminal.
    :param stdout: the terminal.
    :param environ: the environment.
    """

    def __init__(self, stdin: TextIO, stdout: TextIO, environ: Mapping[str, str]) -> None:
        self._stdin = stdin
        self._stdout = stdout
        self._environ = environ
        self._answers = Answers()
        #: When it was asked, by :func:`time.monotonic`; None if it was not.
        self._asked: float | None = None
        self._in_vain = (
            False  # whether the editor has read what has come, and there was no answer in time
        )
        self._size: tuple[int, int] | None = None  # of a cell at that time, as the system knows it
        #: What tmux says of the terminal behind it; "" is nothing.
        self.tmux = ""
        #: Called when something has become known.
        self.listeners: list[Callable[[], None]] = []

    @property
    def asked(self) -> bool:
        """Whether the terminal was asked at all."""
        return self._asked is not None

    @property
    def over(self) -> bool:
        """Whether nothing more is to be expected."""
        return not self.asked or self._answers.over

    @property
    def facts(self) -> TerminalFacts:
        """What is known at this moment.

        The size of a cell is as the terminal said, until its window or its font changes; from then on, or
        if it said nothing, it is what the system knows.
        """
        facts, size = self._answers.facts, _cell_size(self._stdout)
        if size is not None and (facts.cell is None or size != self._size):
            facts = replace(facts, cell=size)
        return behind_tmux(facts, self.tmux)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Ask now, where one may; after the block, no answer is on its way any more.

        The terminal must not echo within the block (:mod:`kconsole.repl.terminal.quiet`).
        """
        self._ask()
        try:
            yield
        finally:
            self._drain()

    def hear(self, text: str) -> str:
        """Take what has come from the terminal; return the keys in it."""
        if not self.asked:
            return text
        before = self._answers.facts
        keys = self._answers.feed(text)
        self._in_vain = time.monotonic() > self._until
        if self._answers.facts != before:
            for tell in self.listeners:
                tell()
        return keys

    def flush(self) -> str:
        """Nothing has come for a moment; return what was kept that must be keys then."""
        return self._answers.flush()

    def _ask(self) -> None:
        text = questions(self._environ)
        if not text or not _is_same_terminal(self._stdin, self._stdout):
            return
        self._size = _cell_size(self._stdout)
        with contextlib.suppress(OSError):  # the terminal is gone, as will soon be found out
            self._stdout.write(text)
            self._stdout.flush()
            self._asked = time.monotonic()

    def _drain(self) -> None:
        """Take up the answers that are still on their way, and what is typed before the last of them.

        Also those that have come in time, and that nobody has read, because there was no editor yet.
        """
        if self._asked is None or self._in_vain:
            return
        with contextlib.suppress(OSError, ValueError):
            fd = self._stdin.fileno()
            late = 0
            while not self._answers.over and late < _MOST_LATE:
                left = max(0.0, self._until - time.monotonic())
                late += not left
                if not select.select([fd], [], [], left)[0]:
                    return
                if not (data := os.read(fd, _PIECE)):
                    return
                self._answers.feed(data.decode("latin-1"))

    @property
    def _until(self) -> float:
        """When answers are not to be expected any more, by :func:`time.monotonic`."""
        patience = _SSH_PATIENCE_S if self._environ.get("SSH_CONNECTION") else _PATIENCE_S
        return (self._asked or 0.0) + patience


def _is_same_terminal(stdin: TextIO, stdout: TextIO) -> bool:
    """Whether what is asked on the one is answered on the other."""
    with contextlib.suppress(OSError, ValueError):
        if stdin.isatty() and stdout.isatty():
            return os.fstat(stdin.fileno()).st_rdev == os.fstat(stdout.fileno()).st_rdev
    return False


def _cell_size(terminal: TextIO) -> tuple[int, int] | None:
    """Width and height of a cell in pixels, as far as the system knows the window's; else None."""
    if sys.platform == "win32":
        return None
    try:
        size = fcntl.ioctl(terminal.fileno(), termios.TIOCGWINSZ, bytes(8))
    except (OSError, ValueError):
        return None
    rows, columns, width, height = struct.unpack("HHHH", size)
    return (width // columns, height // rows) if all((rows, columns, width, height)) else None
