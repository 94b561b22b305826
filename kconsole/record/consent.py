"""Which files may be written over without another word."""

import os

__all__ = ["Consent"]

#: Which file it is, and in which state: device, inode, time of the last change in nanoseconds, size.
_Identity = tuple[int, int, int, int]


class Consent:
    """Remembers the files that the user has been told of, or that are our own, as they were then.

    It holds until somebody else has changed the file or put another one there.
    All of it looks at the disk, so it belongs to the thread that writes.
    """

    def __init__(self) -> None:
        self._known: dict[str, _Identity | None] = {}

    def given(self, name: str) -> bool:
        """Whether what is there by this name may be written over."""
        path = _real(name)
        return self._known.get(path) == _identity(path) is not None

    def keep(self, name: str) -> None:
        """The user has just been told of this file, or it has just been written."""
        path = _real(name)
        self._known[path] = _identity(path)


def _real(name: str) -> str:
    try:
        return os.path.realpath(os.path.expanduser(name))
    except (OSError, ValueError):  # no file can have this name
        return name


def _identity(path: str) -> _Identity | None:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size
