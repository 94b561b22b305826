"""Long texts of a session, in a file that has no name: they take no memory, and end with the program."""

from importlib import import_module
from typing import IO, NamedTuple

__all__ = ["Slip", "Spill"]

_PIECE = 1 << 20  # characters that are encoded at once


class Slip(NamedTuple):
    """Where in the file a text is.

    Attributes:
        start: its first byte.
        size: its bytes.
        length: its characters.
    """

    start: int
    size: int
    length: int


class Spill:
    """The file; it is made, in the directory for temporary files, when the first text comes.

    Not safe for threads.

    :param at_most: bytes that it may have, roughly.

    Attributes:
        full: whether a text was not taken; the next ones are not either.
    """

    def __init__(self, at_most: int) -> None:
        self._at_most = at_most
        self._file: IO[bytes] | None = None
        self._end = 0
        self.full = False

    def put(self, text: str) -> Slip | None:
        """Keep a text; None if there is no room for it, in the file or on the disk."""
        if self.full or self._end + len(text) > self._at_most:
            self.full = True
            return None
        start = self._end
        try:
            if self._file is None:
                self._file = import_module("tempfile").TemporaryFile(buffering=0)
                assert self._file is not None
            self._file.seek(start)
            for at in range(0, len(text), _PIECE):
                data = text[at : at + _PIECE].encode("utf-8", "surrogatepass")
                self._write(self._file, data)
        except OSError:
            self._end = start
            self.full = True
            return None
        return Slip(start, self._end - start, len(text))

    def get(self, slip: Slip) -> str:
        """Return a text that was kept."""
        assert self._file is not None
        self._file.seek(slip.start)
        data = bytearray()
        while len(data) < slip.size and (piece := self._file.read(slip.size - len(data))):
            data += piece
        return data.decode("utf-8", "surrogatepass")

    def close(self) -> None:
        """Forget all of it."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, file: IO[bytes], data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            written = file.write(rest)
            self._end += written
            rest = rest[written:]
