"""Reads the small JSON files that Jupyter keeps, without trusting what the path leads to."""

import contextlib
import json
import os
import stat
from pathlib import Path

__all__ = ["NotJsonError", "read_json"]

#: More than any connection file or kernel.json needs by three orders of magnitude.
SIZE_LIMIT = 1024 * 1024

_KINDS = {
    stat.S_IFDIR: "is a directory",
    stat.S_IFIFO: "is a FIFO, not a regular file",
    stat.S_IFSOCK: "is a socket, not a regular file",
}

# Opening a FIFO that nobody writes to would block without O_NONBLOCK. Where a flag does not exist
# (Windows has none of them, macOS no O_NOATIME), neither does what it is for.
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NO_ATIME: int = getattr(os, "O_NOATIME", 0)


class NotJsonError(ValueError):
    """The file holds text, but no JSON: it may be meant for something else."""


def read_json(path: Path, *, leave_atime: bool = False) -> object:
    """Return what a file holds, parsed; at most 1 MiB, UTF-8, a BOM is skipped.

    :param path: the file; nothing but a regular one is read.
    :param leave_atime: leave the file's access time alone where the system can do that: a search that
        picks the file used last must not make the one it read last the winner of the next search.
    :raise ValueError: with a reason that makes sense after "PATH: " - also when the file cannot be
        opened, as to the user both are the same.
    :raise NotJsonError: it holds some other text.
    """
    content = _read_bytes(path, leave_atime=leave_atime)
    if not content.strip():
        raise ValueError("is empty")
    if b"\0" in content:
        raise ValueError("is not text but binary")
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 (byte {error.start})") from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    except json.JSONDecodeError as error:
        reason = f"{error.msg}, line {error.lineno} column {error.colno}"
        raise NotJsonError(f"is not JSON: {reason}") from None
    except ValueError as error:  # a number of thousands of digits
        raise ValueError(f"is not usable JSON: {error}") from None


def _read_bytes(path: Path, *, leave_atime: bool) -> bytes:
    try:
        _refuse_special(os.stat(path).st_mode)
        descriptor = _open(path, leave_atime=leave_atime)
        with open(descriptor, "rb") as file:
            # Looked at again, as the path may lead elsewhere by now.
            _refuse_special(os.fstat(descriptor).st_mode)
            content = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise ValueError(error.strerror or type(error).__name__) from None
    if len(content) > SIZE_LIMIT:
        raise ValueError("is larger than 1 MiB")
    return content


def _open(path: Path, *, leave_atime: bool) -> int:
    if leave_atime and _NO_ATIME:
        # Only the file's owner may ask for that.
        with contextlib.suppress(PermissionError):
            return os.open(path, _OPEN_FLAGS | _NO_ATIME)
    return os.open(path, _OPEN_FLAGS)


def _refuse_special(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise ValueError(_KINDS.get(stat.S_IFMT(mode), "is not a regular file"))
