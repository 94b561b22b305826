"""An own history of inputs, one file for each kernel language, for kernels that keep none.

Each line is an input as a JSON string in UTF-8, the newest last; so an input of several lines is one
line of the file. Halves of a surrogate pair, which JSON can bring, are kept as they are
("surrogatepass"). What is no such line (torn by a crash, written by somebody else) is skipped.

Several consoles write at once. Whoever adds a line holds the file's advisory lock; so does whoever
makes the file shorter, which puts a new file in its place. Therefore the lock is good only if the
file that was opened is still the one at the path; if not, the new one is opened. Reading takes no
lock: a file that has been replaced is still complete for those who have it open.
"""

import contextlib
import errno
import json
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from kconsole.config.location import absolute_path, home_dir
from kconsole.connect.paths import shown
from kconsole.connect.regularfile import open_regular, replace_file
from kconsole.errors import KconsoleError

if sys.platform != "win32":
    import fcntl

__all__ = ["NO_FILE", "HistoryFile", "chosen_file", "history_path"]

NO_FILE = "none"
"""What the user says for: no file."""

SIZE_LIMIT = 2_000_000
"""Bytes that a file is cut down to; it may grow to the double before."""
LONGEST_LINE = 200_000
"""Bytes; an input whose line is longer is not kept."""

_SHORTEST_LINE = 4  # a character between quotes, and the newline
_BLOCK = 64 * 1024
#: Seconds that another console may hold the lock; cutting a file down takes it some milliseconds.
_PATIENCE_S = 2.0
_PAUSE_S = 0.002

_BELOW_HOME = {"darwin": "Library/Application Support", "win32": "AppData/Local"}
_UNSAFE = re.compile(r"[^\w+#.-]")
_LONGEST_NAME = 48  # characters, of up to four bytes; a file's name may have 255 bytes


def history_path(
    language: str, env: Mapping[str, str] = os.environ, platform: str = sys.platform
) -> Path | None:
    """Return the path of the history file for a kernel's language, which need not exist.

    Linux and others: below XDG_STATE_HOME (XDG Base Directory Specification 0.8; a relative path
    there counts as unset), macOS: ``~/Library/Application Support``, Windows: LOCALAPPDATA.

    Case does not matter in `language`, as it does not in some file systems. None if it cannot be
    told where the user's home directory is.
    """
    name = _UNSAFE.sub("_", language.strip().lower())[:_LONGEST_NAME].strip(".") or "unknown"
    base = _state_dir(env, platform)
    return base / "kconsole" / "history" / name if base is not None else None


def chosen_file(choice: str | None, language: str) -> "HistoryFile | None":
    """Return the file that the user wants inputs to be kept in; None if there is to be none.

    :param choice: a path, :data:`NO_FILE`, or None for that of the kernel's language.
    :param language: the kernel's.
    """
    if choice == NO_FILE:
        return None
    path = history_path(language) if choice is None else Path(os.path.expanduser(choice))
    return None if path is None else HistoryFile(path)


class HistoryFile:
    """The history in one file, which other consoles may be writing to as well.

    :param path: the file; it and its directory are made, for the user alone, when there is something to
        keep. Neither a link nor anything but a regular file will do, nor a file that begins like
        something else.
    :param limit: how many inputs are kept when the file is cut down; it may grow to the double before.

    The first time that the file cannot be used, KconsoleError is raised, with the path and the reason in
    one line; from then on it is left alone, and nothing is read or kept.  A call may wait for another
    console for up to two seconds, and for the disk: it is not for an event loop.
    """

    def __init__(self, path: Path, limit: int = 10_000) -> None:
        self.path = path
        self._limit = limit
        self._given_up = False
        #: Which file it is whose lines were counted, and from what size on they may be too many.
        self._inode = 0
        self._count_at = 0

    def latest(self, count: int) -> list[str]:
        """Return the newest inputs, at most `count` of them, the oldest first."""
        if self._given_up:
            return []
        with self._giving_up(), contextlib.suppress(FileNotFoundError):
            descriptor = open_regular(self.path, os.O_RDONLY)
            try:
                _refuse_foreign(descriptor)
                return _newest(descriptor, count)
            finally:
                os.close(descriptor)
        return []

    def append(self, text: str) -> None:
        """Add an input, unless it is blank, very long, or the same as the newest one."""
        line = _encode(text)
        if self._given_up or not text.strip() or len(line) > LONGEST_LINE:
            return
        with self._giving_up(), _locked(self.path) as (descriptor, locked):
            _refuse_foreign(descriptor)
            size = os.fstat(descriptor).st_size
            # Long enough to show whether the last line is the same, as others may have added it.
            before = _read_end(descriptor, size, len(line) + 1)
            if before in (line, b"\n" + line):
                return
            torn = b"\n" if before and not before.endswith(b"\n") else b""
            _write(descriptor, torn + line, size if locked else None)
            if locked and self._is_too_long(descriptor):
                replace_file(self.path, _kept(descriptor, self._limit))

    @contextlib.contextmanager
    def _giving_up(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:  # a NUL in the path is a ValueError
            self._given_up = True
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            message = f"no history of inputs is kept: {shown(self.path)}: {reason}"
            raise KconsoleError(message) from None

    def _is_too_long(self, descriptor: int) -> bool:
        """Whether the file has grown to more than the double of what is kept of it.

        The lines are counted only when there may be enough of them: ever more often, but for 10,000
        inputs of 40 bytes less than a hundred times.
        """
        status = os.fstat(descriptor)
        if status.st_size > 2 * SIZE_LIMIT:
            return True
        if status.st_ino == self._inode and status.st_size < self._count_at:
            return False
        lines = _read_end(descriptor, status.st_size, status.st_size).count(b"\n")
        self._inode = status.st_ino
        self._count_at = status.st_size + _SHORTEST_LINE * (2 * self._limit - lines)
        return lines > 2 * self._limit


# -- the lines ---------------------------------------------------------------------------------------


def _encode(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


def _decode(line: bytes) -> str | None:
    """Return the input in a line; None if there is none."""
    if not line.startswith(b'"'):
        return None
    try:
        text = json.loads(line.decode("utf-8", "surrogatepass"))
    except ValueError:
        return None
    return text if isinstance(text, str) else None


def _newest(descriptor: int, count: int) -> list[str]:
    """Return the last `count` inputs, looking at as little of the file's end as it takes."""
    size = os.fstat(descriptor).st_size
    # A history is never longer; what is, is somebody else's, and need not be read to its beginning.
    bound = min(size, 2 * SIZE_LIMIT + LONGEST_LINE)
    length = min(_BLOCK, bound)
    while True:
        lines = _whole_lines(descriptor, size, length)
        texts = (text for line in reversed(lines) if (text := _decode(line)) is not None)
        found = list(islice(texts, count))
        if len(found) >= count or length == bound:
            return found[::-1]
        length = min(4 * length, bound)


def _whole_lines(descriptor: int, size: int, length: int) -> list[bytes]:
    """Return the lines in the last `length` bytes, without one that begins before them."""
    # One byte more shows whether a line begins just there.
    lines = _read_end(descriptor, size, length + 1).split(b"\n")
    return lines[1:] if length < size else lines


def _kept(descriptor: int, limit: int) -> bytes:
    """Return what a file that has grown too long is cut down to."""
    lines = _whole_lines(descriptor, os.fstat(descriptor).st_size, SIZE_LIMIT)
    valid = [line for line in lines if _decode(line) is not None]
    return b"".join(line + b"\n" for line in valid[-limit:])


# -- the file ----------------------------------------------------------------------------------------


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[tuple[int, bool]]:
    """Open the file to add to it, and lock it; gives its descriptor, and whether it is locked.

    It is not where the system, or the file system, knows no locks. A line that is added there is one write
    all the same, but the file is not cut down.
    """
    deadline = time.monotonic() + _PATIENCE_S
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    while True:
        descriptor = open_regular(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        try:
            locked = _lock(descriptor, deadline)
            if not locked or _is_at(descriptor, path):
                yield descriptor, locked
                return
        finally:
            os.close(descriptor)  # and so unlocked


def _lock(descriptor: int, deadline: float) -> bool:
    """Wait for the file's lock until `deadline`; False where there are no locks.

    flock(2) can wait only for ever, and a console that is stopped while it holds the lock must not stop
    all others: hence the pauses.
    """
    if sys.platform == "win32":
        return False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise OSError(errno.EWOULDBLOCK, "another console keeps it locked") from None
            time.sleep(_PAUSE_S)
        except OSError:  # some network file systems
            return False
        else:
            return True


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether the open file is the one at `path` now."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(path))
    except FileNotFoundError:
        return False


def _refuse_foreign(descriptor: int) -> None:
    """Refuse a file that begins as no history does: it is of somebody else, and not ours to cut down."""
    if _read_at(descriptor, 0, 1) not in (b"", b'"'):
        raise OSError(errno.EINVAL, "is not a history of kconsole's")


def _write(descriptor: int, data: bytes, size: int | None) -> None:
    """Add `data`, all of it or, on a full disk, nothing; `size` is that of the file, None if not locked."""
    written = os.write(descriptor, data)
    if written < len(data):
        if size is not None:
            os.ftruncate(descriptor, size)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _read_end(descriptor: int, size: int, length: int) -> bytes:
    start = max(0, size - length)
    return _read_at(descriptor, start, size - start)


def _read_at(descriptor: int, start: int, length: int) -> bytes:
    # The position is nobody else's, and Windows has no pread.
    os.lseek(descriptor, start, os.SEEK_SET)
    return os.read(descriptor, length)


def _state_dir(env: Mapping[str, str], platform: str) -> Path | None:
    """Return the directory for what programs keep for a user from one run to the next."""
    variable = {"win32": "LOCALAPPDATA", "darwin": ""}.get(platform, "XDG_STATE_HOME")
    named = absolute_path(env, variable, platform)
    if named is not None:
        return named
    home = home_dir(env, platform)
    return None if home is None else home / _BELOW_HOME.get(platform, ".local/state")
