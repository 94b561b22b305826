"""The standard streams of a script, also where one of them is closed, full, or left by its reader."""

import io
import select
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TextIO, cast

from kconsole.errors import OutputError

__all__ = ["Mouth", "SteadyMouth", "Streams", "standard_streams"]


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
    writing is broken off. What has not left stays in a buffer here, and leaves before the next text.
    """

    def __init__(self, stream: TextIO, name: str) -> None:
        super().__init__(stream, name)
        self._buffer: io.BufferedWriter | None = None
        with suppress(OSError):  # in memory, or closed
            self._buffer = io.BufferedWriter(io.FileIO(stream.fileno(), "wb", closefd=False))

    def text(self, text: str) -> None:
        """Write a text that fits into the buffer twice; raises what :meth:`Mouth.text` does."""
        if (buffer := self._buffer) is None:
            super().text(text)
            return

        def write() -> None:
            buffer.write(text.encode())
            buffer.flush()

        self._write(write)

    def has_room(self, timeout: float) -> bool:
        """Whether something can be written without waiting; waits for that for some seconds."""
        return self._buffer is None or bool(select.select((), [self._buffer], (), timeout)[1])

    def give_up(self) -> None:
        """Drop what has not left, which Python would wait for at its end."""
        if self._buffer is not None:
            self._buffer.raw.close()


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
