"""The standard streams of a script, also where one of them is closed, full, or left by its reader."""

import io
import select
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TextIO, cast

from kconsole.errors import OutputError
from kconsole.render.terminalsize import columns_of

__all__ = ["Mouth", "SteadyMouth", "Streams", "standard_streams"]

#: So many bytes are written at a time. Two of these are no more than a pipe has room for if it has any
#: (PIPE_BUF, 4096 on Linux).
_PIECE = 2048

#: How long whoever reads may take for one piece when we are to end, in seconds.
_PATIENCE_S = 1.0


@dataclass(frozen=True, slots=True)
class Streams:
    """Where a script reads and writes; the three standard streams, unless a test says otherwise."""

    stdin: TextIO | None
    stdout: TextIO
    stderr: TextIO


class Mouth:
    """Writes to one of the standard streams at once: whoever reads the other end wants it now.

    :param stream: which.
    :param name: how an error names it.
    """

    def __init__(self, stream: TextIO, name: str) -> None:
        self._stream = stream
        self._name = name
        self.terminal = stream.isatty()

    @property
    def columns(self) -> int | None:
        """The width of the terminal at this moment; None if it is none, or does not tell."""
        return columns_of(self._stream) if self.terminal else None

    def text(self, text: str) -> None:
        """Write text.

        :raise BrokenPipeError: nobody reads it any more.
        :raise OutputError: it cannot be written, the disk being full.
        """
        if text:
            self._write(lambda: self._stream.write(text))

    def data(self, data: bytes) -> None:
        """Write bytes; raises what :meth:`text` does."""
        buffer = getattr(self._stream, "buffer", None)
        if buffer is not None:
            self._write(lambda: buffer.write(data))

    def _write(self, write: Callable[[], object]) -> None:
        try:
            write()
            self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(f"{self._name}: {error.strerror or error}") from None


class SteadyMouth(Mouth):
    """The same, of which a signal's exception takes nothing away while nobody reads.

    Python's own stream may be without a buffer, and then nobody knows how much of a text has left when its
    writing is broken off. What has not left stays here, and leaves before the next text.
    """

    def __init__(self, stream: TextIO, name: str) -> None:
        super().__init__(stream, name)
        self._encoding = stream.encoding or "utf-8"
        self._buffer: io.BufferedWriter | None = None
        with suppress(OSError):  # in memory, or closed
            self._buffer = io.BufferedWriter(io.FileIO(stream.fileno(), "wb", closefd=False))
        #: What is still to be written.
        self._rest: deque[bytes] = deque()
        self._hurried = False
        #: Whether nobody has read for too long: nothing is written any more.
        self._given_up = False

    def hurry(self) -> None:
        """We are to end: wait no longer for somebody who does not read."""
        self._hurried = True

    def text(self, text: str) -> None:
        """Write a text; raises what :meth:`Mouth.text` does."""
        if self._buffer is None:
            super().text(text)
            return
        data = text.encode(self._encoding, "replace")
        self._rest.extend(data[at : at + _PIECE] for at in range(0, len(data), _PIECE))
        while self._rest:
            if self._hurried and not self._given_up and not self._has_room(self._buffer):
                self._given_up = True
                self._buffer.raw.close()  # else Python would wait for it at its end
            piece = self._rest.popleft()
            if not self._given_up:
                self._put(self._buffer, piece)

    def _put(self, buffer: io.BufferedWriter, piece: bytes) -> None:
        """Write a piece, of which the buffer takes two."""

        def write() -> None:
            buffer.write(piece)
            buffer.flush()

        self._write(write)

    @staticmethod
    def _has_room(buffer: io.BufferedWriter) -> bool:
        """Whether something can be written without waiting; waits a moment for that."""
        return bool(select.select((), [buffer], (), _PATIENCE_S)[1])


class _Nowhere(io.TextIOBase):
    """Stands in for a standard stream that is closed."""

    def write(self, text: str) -> int:
        return len(text)


def standard_streams() -> Streams:
    """The process's own standard streams. One that is closed reads as nothing and loses all."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a lone surrogate must not end the program
    return Streams(
        sys.stdin,
        sys.stdout or cast(TextIO, _Nowhere()),
        sys.stderr or cast(TextIO, _Nowhere()),
    )
