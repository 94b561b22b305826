"""Who answers what a script's cells ask: a line of the input, or whoever sits at the terminal."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from kconsole.client.linereader import LineReader, answer_with_line
from kconsole.connect.paths import shown
from kconsole.errors import SourceError
from kconsole.protocol.events import InputRequest
from kconsole.protocol.message import Message
from kconsole.render.labels import question_prompt

if TYPE_CHECKING:
    from kconsole.client.kernel import Kernel

__all__ = ["Answers", "open_answers"]

_TERMINAL = "/dev/tty"
# Without it, opening a FIFO would wait for somebody at its other end.
_NO_WAITING: int = getattr(os, "O_NONBLOCK", 0)


class Answers:
    """Answers a kernel's input requests, one after the other; where there is nothing, with its end.

    A context manager: leaving calls off whatever is still being waited for.

    :param stream: what answers; a terminal is shown the questions. None reads as an input that has ended.
    :param show: shows a question where `stream` is a terminal.
    :param passwords: whether the terminal that we are started from, if there is one, is asked for passwords
        in place of a `stream` that is none.
    :param allowed: False: say to the kernel that nothing can be asked.
    """

    def __init__(
        self,
        stream: TextIO | None,
        show: Callable[[str], None],
        *,
        passwords: bool = False,
        allowed: bool = True,
    ) -> None:
        self.allowed = allowed
        self._passwords = passwords
        self._stream = stream
        if stream is None:
            self._lines = LineReader(None, _show_nothing)
        else:
            # A question is for a terminal; a pipe that is asked has no need of it.
            shown = show if stream.isatty() else _show_nothing
            self._lines = LineReader(stream.fileno(), shown, stream.encoding)
        self._asked = self._lines
        #: The terminal and its reader, while it is asked for a password: (descriptor, reader).
        self._terminal: tuple[int, LineReader] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.call_off()

    def answer(self, kernel: "Kernel", request: Message, event: InputRequest) -> None:
        """Have a question answered; in another thread, the answer may take its time."""
        self.call_off()
        if event.password:
            self._open_terminal()
        self._asked = self._lines if self._terminal is None else self._terminal[1]
        answer_with_line(
            kernel, self._asked, request, question_prompt(event), hidden=event.password
        )

    def call_off(self) -> bool:
        """Wait for no answer any more.

        :return: whether one was waited for; the line of its question has been ended then.
        """
        waited = self._asked.call_off()
        self._asked = self._lines
        if self._terminal is not None:
            os.close(self._terminal[0])
            self._terminal = None
        return waited

    def _open_terminal(self) -> None:
        """Open the terminal for a password, as getpass does, if we are in its foreground."""
        if not self._passwords or (self._stream is not None and self._stream.isatty()):
            return
        with suppress(OSError):
            descriptor = os.open(_TERMINAL, os.O_RDWR | getattr(os, "O_NOCTTY", 0))
            if os.tcgetpgrp(descriptor) != os.getpgrp():  # reading there would stop us
                os.close(descriptor)
                return
            encoding = sys.getfilesystemencoding()

            def show(text: str) -> None:
                os.write(descriptor, text.encode(encoding, "replace"))

            self._terminal = (descriptor, LineReader(descriptor, show, encoding))


def open_answers(path: str) -> TextIO:
    """Open a file whose lines are to be the answers; it may be a FIFO.

    :raise SourceError: it cannot be read.
    """
    try:
        descriptor = os.open(os.path.expanduser(path), os.O_RDONLY | _NO_WAITING)
        os.set_blocking(descriptor, True)
        return open(descriptor, encoding="utf-8", errors="replace")
    except (OSError, ValueError) as error:
        raise SourceError(f"{shown(path)}: {getattr(error, 'strerror', None) or error}") from None


def _show_nothing(_text: str) -> None:
    """What becomes of a question that nobody would see."""
