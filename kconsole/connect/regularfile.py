"""Opens and replaces files of the user's own, whose paths may lead to anything.

Nothing here blocks on a FIFO or writes to a device, and no file is ever seen half written.
"""

import contextlib
import errno
import os
import stat
from pathlib import Path

__all__ = ["open_regular", "replace_file"]

_KINDS = {
    stat.S_IFDIR: "is a directory",
    stat.S_IFIFO: "is a FIFO, not a regular file",
    stat.S_IFLNK: "is a symbolic link, not a regular file",
    stat.S_IFSOCK: "is a socket, not a regular file",
}
# Without O_NONBLOCK, opening a FIFO would wait for somebody at its other end. Windows has neither
# FIFOs nor the first two flags, and other systems no text mode.
_NO_WAITING: int = getattr(os, "O_NONBLOCK", 0)
_NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)
_BINARY: int = getattr(os, "O_BINARY", 0)


def open_regular(path: Path, flags: int, *, follow: bool = False) -> int:
    """Open the regular file at `path` and return its descriptor; with O_CREAT its mode is 0600.

    `flags` are those of :func:`os.open`; `follow` lets `path` be a symbolic link. Raises OSError,
    whose `strerror` makes sense after "PATH: ", also for whatever is no regular file.
    """
    with contextlib.suppress(FileNotFoundError):
        _refuse_special(os.stat(path, follow_symlinks=follow).st_mode)
    flags |= _NO_WAITING | _BINARY | (0 if follow else _NO_LINK)
    descriptor = os.open(path, flags, 0o600)
    try:
        # Looked at again, as the path may lead elsewhere by now.
        _refuse_special(os.fstat(descriptor).st_mode)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def replace_file(path: Path, content: bytes, *, mode: int = 0o600, durable: bool = True) -> None:
    """Put a new file with this content in the place of what is at `path`.

    The file is complete from the moment it appears under its name, and until then what was there
    before stays. Raises OSError, and leaves nothing behind.

    :param durable: wait for the disk, so that it is so after a crash of the system too.
    """
    # A short name, as that of the file may be as long as names can be.
    temporary = path.with_name(f".kconsole-{os.urandom(6).hex()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            if durable:
                os.fsync(descriptor)
        if mode != 0o600:
            os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _refuse_special(mode: int) -> None:
    if not stat.S_ISREG(mode):
        reason = _KINDS.get(stat.S_IFMT(mode), "is not a regular file")
        raise OSError(errno.EINVAL, reason)
