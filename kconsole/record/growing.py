"""Files that grow at their end, and whose end may change: cheap however long they are.

Theory of operation. Of text, any beginning is good: it is written in place. A notebook is JSON, which is
broken wherever a writing is broken off; and writing all of it anew for each cell costs more with each cell.
So there are two copies of it. What has changed is written into the one that nobody sees, which is then
renamed onto the other; and the other, which a second name has kept, is next. Each change is written twice,
however long the file is, and whoever looks, after whatever has killed us, sees a whole one. Only a crash
of the system is another matter: to wait for the disk each time would take longer than most cells.
"""

import contextlib
import errno
import hashlib
import os
import stat
import sys
from pathlib import Path
from typing import Protocol

from kconsole.connect.regularfile import open_regular

if sys.platform != "win32":
    import fcntl

__all__ = ["GrowingFile", "PlainFile", "State", "TwinFile"]

_READ_WRITE = os.O_RDWR | getattr(os, "O_CLOEXEC", 0)
_CHANGED = "somebody else has changed it"
_PIECE = 1 << 20  # bytes that are copied at a time

State = tuple[int, int, int, int]
"""A file as it was: device, inode, time of the last change in nanoseconds, size."""


class GrowingFile(Protocol):
    """A file whose end is written again and again. All methods raise OSError."""

    def put(self, at: int, data: bytes) -> int:
        """Put data in place of all that comes behind `at` bytes; returns where it has been put."""

    def close(self) -> None:
        """Nothing more comes."""


class PlainFile:
    """A file of text, written in place. If somebody else has written to it, what follows goes to its end.

    :param path: where; a file that is not there is made, for the user alone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        descriptor = open_regular(path, _READ_WRITE | os.O_CREAT)
        try:
            self.size = os.fstat(descriptor).st_size
            self.ends_line = not self.size or os.pread(descriptor, 1, self.size - 1) == b"\n"
        finally:
            os.close(descriptor)

    def put(self, at: int, data: bytes) -> int:
        """See :class:`GrowingFile`."""
        descriptor = open_regular(self._path, _READ_WRITE | os.O_CREAT)
        try:
            size = os.fstat(descriptor).st_size
            if size != self.size:
                at = size
            _write_at(descriptor, at, data)
            self.size = at + len(data)
            if self.size < size:
                os.ftruncate(descriptor, self.size)
        finally:
            os.close(descriptor)
        return at

    def close(self) -> None:
        """Nothing is open."""


class TwinFile:
    """A file that is whole whenever somebody looks.

    :param path: of a file that is there already, and that only we write.
    :param state: as what we have left it; None if it is as it ought to be.
    :raise OSError: it cannot be opened; another process has one of these on it; it is another one now.

    Attributes:
        state: as what we have written it.
    """

    def __init__(self, path: Path, state: State | None = None) -> None:
        self._path = path
        token = hashlib.sha256(os.fsencode(path.name)).hexdigest()[:12]
        #: The names of the copy that nobody sees, in turn. What a killed one has left is written over.
        self._hidden = [path.with_name(f".kconsole-{token}-{number}.tmp") for number in "01"]
        self._seen = open_regular(path, _READ_WRITE)
        self._unseen: int | None = None
        #: So many bytes of the unseen one are as those of the other.
        self._alike = 0
        self.state = _state_of(self._seen)
        try:
            _lock(self._seen)
            if state not in (None, self.state):
                raise OSError(errno.EBUSY, _CHANGED)
        except BaseException:
            os.close(self._seen)
            raise

    def put(self, at: int, data: bytes) -> int:
        """See :class:`GrowingFile`; refuses if somebody else has changed the file."""
        if _state(os.stat(self._path)) != self.state:
            raise OSError(errno.EBUSY, _CHANGED)
        try:
            self._write(at, data)
            self._show(at)
        except BaseException:
            self._drop()
            raise
        return at

    def close(self) -> None:
        """Take the unseen copy away, and have the other one kept also if the system crashes."""
        self._drop()
        with contextlib.suppress(OSError):
            os.fsync(self._seen)
        os.close(self._seen)

    def _write(self, at: int, data: bytes) -> None:
        """Bring the unseen copy up to date."""
        if self._unseen is None:
            self._unseen, self._alike = self._make(), 0
        position = min(self._alike, at)
        while position < at:
            piece = os.pread(self._seen, min(_PIECE, at - position), position)
            if not piece:
                raise OSError(errno.EBUSY, _CHANGED)
            _write_at(self._unseen, position, piece)
            position += len(piece)
        _write_at(self._unseen, at, data)
        os.ftruncate(self._unseen, at + len(data))

    def _make(self) -> int:
        for path in self._hidden:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
        made = os.open(self._hidden[0], _READ_WRITE | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _lock(made)
            os.fchmod(made, stat.S_IMODE(os.fstat(self._seen).st_mode))
        except BaseException:
            os.close(made)
            os.unlink(self._hidden[0])
            raise
        return made

    def _show(self, alike: int) -> None:
        """Change the copies' places, which are alike so far."""
        assert self._unseen is not None
        kept = True
        try:
            os.link(self._path, self._hidden[1])
        except OSError:  # this file system has no second names
            kept = False
        os.replace(self._hidden[0], self._path)
        self._seen, self._unseen = self._unseen, self._seen
        self.state = _state_of(self._seen)
        self._alike = alike
        if kept:
            self._hidden.reverse()
        else:
            os.close(self._unseen)
            self._unseen = None

    def _drop(self) -> None:
        if self._unseen is not None:
            os.close(self._unseen)
            self._unseen = None
        for path in self._hidden:
            with contextlib.suppress(OSError):
                os.unlink(path)


def _write_at(descriptor: int, at: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        written = os.pwrite(descriptor, rest, at)
        rest, at = rest[written:], at + written


def _lock(descriptor: int) -> None:
    """Lock a file for as long as it is open, where there are locks."""
    if sys.platform == "win32":
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OSError(errno.EBUSY, "another kconsole writes to it") from None
    except OSError:  # some network file systems
        pass


def _state_of(descriptor: int) -> State:
    return _state(os.fstat(descriptor))


def _state(found: os.stat_result) -> State:
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size
