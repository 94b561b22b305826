"""A user at a terminal: starts a program on a pseudo-terminal, types, and watches what comes.

The output is only collected and searched, never rendered, and read as fast as it comes: the driver must
not be what is measured. Requests for the cursor's position are answered, as a terminal would.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Self

__all__ = ["LETTERS", "PROMPT", "Terminal", "TooLate"]

#: Without the space behind it, which prompt_toolkit leaves out where nothing follows.
PROMPT = r"In \[[ \d]+\]:"

#: Letters to type, each at most once a session: none is in any prompt, banner, output or toolbar, so
#: the first sight of it is its echo.
LETTERS = [chr(number) for number in (*range(0x0410, 0x0450), *range(0x03B1, 0x03C2))]

_QUERY = b"\x1b[6n"
_ANSWER = b"\x1b[24;1R"  # the last row, where the prompt of a terminal in use is
_CONTROL = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07|\x1b[()].|\x1b[=>78]")
_WINDOW = 4096  # bytes before a new piece that are searched once more
_PIECE = 1 << 16
_TYPING = 512  # bytes that a terminal surely takes at once


class TooLate(Exception):
    """What was waited for has not come in time, or the program has ended."""


class Terminal:
    """A program on a terminal of 24 rows and 80 columns.

    Attributes:
        pid: of the program.
        start: when it was started; all times are of :func:`time.monotonic`.
        output: all that it has written.
        seen: when the last piece of it came.
        sent: when the last keys were typed.
        mark: where in the output to look for what is waited for.
    """

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], cwd: str) -> None:
        self.output = bytearray()
        self.mark = 0
        self.start = self.seen = self.sent = time.monotonic()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            _become(argv, env, cwd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def send(self, text: str) -> None:
        """Type; from now on, only what comes later is looked at."""
        self.mark = len(self.output)
        self.sent = time.monotonic()
        data = text.encode()
        while data:
            readable, writable, _ = select.select([self._fd], [self._fd], [], 30)
            if readable:
                self.read(0)
            if writable:
                data = data[os.write(self._fd, data[:_TYPING]) :]
            if not readable and not writable:
                raise TooLate("the program reads nothing")

    def find(self, text: str, timeout: float = 60.0) -> float:
        """Wait for a text without styles in it; the next search begins behind it.

        Returns:
            When it came.
        """
        token = text.encode()
        deadline = time.monotonic() + timeout
        position = self.mark
        while (at := self.output.find(token, position)) < 0:
            position = max(self.mark, len(self.output) - len(token))
            self._more(deadline, text)
        self.mark = at + len(token)
        return self.seen

    def match(self, pattern: str, timeout: float = 60.0) -> float:
        """Wait for a pattern, whatever its styles; the mark stays.

        Returns:
            When it came.
        """
        expression = re.compile(pattern.encode())
        deadline = time.monotonic() + timeout
        position = self.mark
        while not expression.search(_CONTROL.sub(b"", self.output[position:])):
            position = max(self.mark, len(self.output) - _WINDOW)
            self._more(deadline, pattern)
        return self.seen

    def settle(self, seconds: float, timeout: float = 60.0) -> None:
        """Wait until nothing has come for so long."""
        deadline = time.monotonic() + timeout
        while self.read(seconds):
            if time.monotonic() > deadline:
                raise TooLate("the output does not end")

    def pump(self, seconds: float) -> None:
        """Take up whatever comes within that time."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.read(left)

    def read(self, timeout: float) -> bool:
        """Take up one piece of output; False if none came in time."""
        if not select.select([self._fd], [], [], timeout)[0]:
            return False
        try:
            data = os.read(self._fd, _PIECE)
        except OSError:  # EIO: the program has ended
            raise TooLate(f"the program has ended: {bytes(self.output[-300:])!r}") from None
        self.seen = time.monotonic()
        before = len(self.output)
        self.output += data
        if self.output.find(_QUERY, max(0, before - len(_QUERY) + 1)) >= 0:
            os.write(self._fd, _ANSWER)
        return True

    def close(self) -> None:
        """End the program."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._fd)

    def _more(self, deadline: float, what: str) -> None:
        left = deadline - time.monotonic()
        if left <= 0 or not self.read(left):
            raise TooLate(f"no {what!r} in time: {bytes(self.output[-300:])!r}")


def _become(argv: Sequence[str], env: Mapping[str, str], cwd: str) -> None:
    """In the child: take the terminal's size and become the program."""
    try:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        os.chdir(cwd)
        os.execve(argv[0], list(argv), dict(env))
    finally:
        os._exit(127)
