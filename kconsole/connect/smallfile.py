"""Reads a small file whole, without trusting what the path leads to."""

import contextlib
import os
from pathlib import Path
from typing import NamedTuple

from kconsole.connect.regularfile import open_regular

__all__ = ["SmallFile", "read_small_file"]

#: More than any file that is read so needs by three orders of magnitude.
SIZE_LIMIT = 1024 * 1024

# Where the flag does not exist (macOS, Windows), neither does what it is for.
_NO_ATIME: int = getattr(os, "O_NOATIME", 0)


class SmallFile(NamedTuple):
    """What a file held, and what it was: owner and mode are of the very file that was read."""

    content: bytes
    status: os.stat_result


def read_small_file(path: Path, *, leave_atime: bool = False) -> SmallFile:
    """Return what the regular file at `path` holds; at most 1 MiB.

    With `leave_atime` the file's access time is left alone where the system can do that.

    Raises ValueError with a reason that makes sense after "PATH: " - also when the file cannot be
    opened, as to the user both are the same.
    """
    try:
        with open(_open(path, leave_atime=leave_atime), "rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise ValueError(error.strerror or type(error).__name__) from None
    if len(content) > SIZE_LIMIT:
        raise ValueError("is larger than 1 MiB")
    return SmallFile(content, status)


def _open(path: Path, *, leave_atime: bool) -> int:
    if leave_atime and _NO_ATIME:
        # Only the file's owner may ask for that.
        with contextlib.suppress(PermissionError):
            return open_regular(path, os.O_RDONLY | _NO_ATIME, follow=True)
    return open_regular(path, os.O_RDONLY, follow=True)
