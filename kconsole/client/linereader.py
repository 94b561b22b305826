"""Lines of standard input, for a caller that watches a kernel while it waits for one.

Who is blocked in ``sys.stdin.readline`` hears neither of the kernel's death nor of the end of the cell
that asked, and cannot be told to stop. So somebody else waits for the line, and can be called off.
"""

import os
import select
import sys
import termios
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from kconsole.client.interrupts import held_signals
from kconsole.errors import KconsoleError
from kconsole.protocol.message import Message

if TYPE_CHECKING:
    from kconsole.client.kernel import Kernel

__all__ = ["LineReader", "answer_with_line"]

_PIECE = 65536  # bytes, as a pipe holds; a terminal hands out one line at a time, however many wait
_LOCAL_FLAGS = 3  # the index of c_lflag in what tcgetattr returns


#: ``waiting`` for a line; ``called off`` before there was one; ``idle`` otherwise.
_State = Literal["idle", "waiting", "called off"]


class _CalledOffError(Exception):
    """The line is not wanted any more."""


class LineReader:
    """Asks for one line at a time, without keeping its caller.

    A context manager: leaving calls off whatever is still being waited for.

    :param descriptor: what to read; None reads as an input that has ended.
    :param write: shows prompts, and ends their lines where the terminal's echo does not.
    :param encoding: of the input; bytes that do not belong to it become U+FFFD.
    """

    def __init__(
        self, descriptor: int | None, write: Callable[[str], None], encoding: str = "utf-8"
    ) -> None:
        self._descriptor = descriptor
        self._write = write
        self._encoding = encoding
        #: Made by begin(), ended and joined by call_off(), both in the caller's thread. It waits for
        #: the line and hands it on; while it runs, it alone reads the descriptor and owns _rest.
        self._thread: threading.Thread | None = None
        #: The pipe by which the thread is called off: (its end, ours). Lives as long as the thread.
        self._bell = (-1, -1)
        #: What has been read behind the last line; grows in place.
        self._rest = bytearray()
        #: Guards _state and what depends on it: a line is either handed on before it is called off, or
        #: not at all.
        self._lock = threading.Lock()
        self._state: _State = "idle"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.call_off()

    def begin(
        self, prompt: str, deliver: Callable[[str | None], None], *, hidden: bool = False
    ) -> None:
        """Show a prompt and wait for a line, in place of what was being waited for.

        :param prompt: what to show; must be safe for a terminal.
        :param deliver: called in another thread with the line, without its end, or with None at the
            end of the input.
        :param hidden: keep the terminal from showing what is typed.
        """
        self.call_off()
        with held_signals():
            self._bell = os.pipe()
            echo = self._stop_echo() if hidden else None
            # A daemon, so that a process may end in which nobody calls it off.
            self._thread = threading.Thread(
                target=self._run, args=(deliver, echo), name="kconsole-line", daemon=True
            )
            try:
                self._write(prompt)
                self._state = "waiting"
                self._thread.start()
            except BaseException:  # nobody reads the prompt, above all
                self._restore_echo(echo)
                raise

    def call_off(self) -> bool:
        """Wait for the line no more; what has been typed of it is left for the next one.

        Not so of a hidden line at a terminal: half a password must not be run, shown and remembered.

        :return: whether one was still waited for; the line of its prompt has been ended then.
        """
        if self._thread is None:
            return False
        with self._lock:
            if self._state == "waiting":
                self._state = "called off"
        if self._thread.ident is not None:  # it did start
            os.write(self._bell[1], b"\0")
            self._thread.join()
        with held_signals():
            was_waiting, self._state = self._state == "called off", "idle"
            self._thread = None
            for end in self._bell:
                os.close(end)
        return was_waiting

    def drop(self) -> None:
        """Drop what has been typed already, before something is asked that it is not meant for.

        Not while a line is waited for.
        """
        self._rest.clear()
        if self._descriptor is not None and os.isatty(self._descriptor):
            with suppress(termios.error):  # it is gone
                termios.tcflush(self._descriptor, termios.TCIFLUSH)

    def _run(self, deliver: Callable[[str | None], None], echo: list[Any] | None) -> None:
        try:
            length = self._find_line()
        except _CalledOffError:
            self._give_up(echo)
            return
        finally:
            self._restore_echo(echo)
        with self._lock:
            if self._state == "called off":  # just now
                self._give_up(echo)
                return
            self._state = "idle"
            line = self._take_line(length)
            if line is None or echo is not None:
                self._end_line()
            deliver(line)

    def _find_line(self) -> int | None:
        """Wait for a line; returns its length without its end, or None at the end of the input."""
        searched = 0
        while (length := self._rest.find(b"\n", searched)) < 0:
            if self._descriptor is None:
                return None
            if self._bell[0] in _wait_for([self._descriptor, self._bell[0]]):
                raise _CalledOffError
            searched = len(self._rest)
            piece = self._read(self._descriptor)
            if not piece:
                return searched or None
            self._rest += piece
        return length

    def _take_line(self, length: int | None) -> str | None:
        if length is None:
            return None
        line = self._rest[:length]
        del self._rest[: length + 1]
        return line.decode(self._encoding, "replace").removesuffix("\r")

    @staticmethod
    def _read(descriptor: int) -> bytes:
        try:
            return os.read(descriptor, _PIECE)
        except OSError:  # the terminal was hung up, or is not ours to read
            return b""

    def _give_up(self, echo: list[Any] | None) -> None:
        """The line is not wanted any more: what has been typed of it begins the next, but a password."""
        if echo is not None and self._descriptor is not None:
            self._rest.clear()
            with suppress(termios.error):  # it is gone
                termios.tcflush(self._descriptor, termios.TCIFLUSH)
        self._end_line()

    def _end_line(self) -> None:
        with suppress(OSError):  # nobody reads there any more: the caller will find that out itself
            self._write("\n")

    def _stop_echo(self) -> list[Any] | None:
        """Stop the terminal's echo; returns its settings from before, None if it is no terminal."""
        if self._descriptor is None or not os.isatty(self._descriptor):
            return None
        before = termios.tcgetattr(self._descriptor)
        silent = list(before)
        silent[_LOCAL_FLAGS] &= ~termios.ECHO
        # NOW and not FLUSH, as getpass does it: what was pasted behind the cell must not be lost.
        termios.tcsetattr(self._descriptor, termios.TCSANOW, silent)
        return before

    def _restore_echo(self, before: list[Any] | None) -> None:
        if before is not None and self._descriptor is not None:
            with suppress(termios.error):  # it is gone
                termios.tcsetattr(self._descriptor, termios.TCSANOW, before)


def _wait_for(descriptors: list[int]) -> list[int]:
    """Wait until one of them can be read or has ended; which these are."""
    if sys.platform == "darwin":  # its poll knows no devices (poll(2), BUGS)
        return select.select(descriptors, [], [])[0]
    poller = select.poll()  # select knows no descriptors beyond 1023
    for each in descriptors:
        poller.register(each, select.POLLIN)
    return [each for each, _ in poller.poll()]


def answer_with_line(
    kernel: "Kernel",
    reader: LineReader,
    request: Message,
    prompt: str,
    *,
    hidden: bool,
    told: Callable[[str], None] = lambda line: None,
) -> None:
    """Have an input_request answered with the next line, or with the end of the input.

    :param request: the input_request.
    :param prompt: as for :meth:`LineReader.begin`.
    :param hidden: as for :meth:`LineReader.begin`.
    :param told: called in another thread with what is shown of the line, before the kernel has it.
    """

    def answer(line: str | None) -> None:
        value = kernel.end_of_input if line is None else line
        told("" if hidden or line is None else line)
        with suppress(KconsoleError):  # whoever follows the cell hears of it too
            kernel.client.wait_for_link()
            kernel.client.input(value, parent=request)

    reader.begin(prompt, answer, hidden=hidden)
