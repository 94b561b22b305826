"""The private folder of a link: ssh's control socket and the sockets that stand for a kernel's.

It lies directly below /tmp, as the path of a socket may have no more than about a hundred characters, and
macOS' $TMPDIR alone takes half of them. Whoever has it holds a lock in it. The system lets go of the lock
however we end, so the next one to come can tell what was left behind, and takes it away.
"""

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
from pathlib import Path

__all__ = ["LinkFolder"]

_ROOT = Path("/tmp")
_PREFIX = "kc-"
#: Its name says whose folder it is, for there may be others' that are called alike.
_LOCK = ".kconsole-link"


class LinkFolder:
    """A folder that only this user can look into (0700), until :meth:`remove`.

    Attributes:
        path: where it is; short.
    """

    def __init__(self, root: Path | None = None) -> None:
        """Sweep what others have left behind, and make a folder.

        :param root: where, by default /tmp.
        :raise OSError: it cannot be made.
        """
        root = root or _ROOT
        _sweep(root)
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=root))
        try:
            self._lock = _create_locked(self.path / _LOCK)
        except BaseException:
            shutil.rmtree(self.path, ignore_errors=True)
            raise

    def remove(self) -> None:
        """Remove it, with all that is in it. Does nothing the second time."""
        if self._lock < 0:
            return
        shutil.rmtree(self.path, ignore_errors=True)
        descriptor, self._lock = self._lock, -1
        os.close(descriptor)


def _create_locked(path: Path) -> int:
    """Create a file that is locked from the moment that it has its name; return its descriptor."""
    new = path.with_suffix(".new")
    # Not inheritable, as every descriptor that Python opens: no child keeps the lock.
    descriptor = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.rename(new, path)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _sweep(root: Path) -> None:
    """Remove folders of ours whose owner has gone."""
    with contextlib.suppress(OSError):
        for entry in os.scandir(root):
            if entry.name.startswith(_PREFIX) and _is_ours(entry):
                with contextlib.suppress(OSError):
                    _remove_if_left(Path(entry.path))


def _is_ours(entry: os.DirEntry[str]) -> bool:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()


def _remove_if_left(folder: Path) -> None:
    """Remove one whose lock nobody holds; OSError if it is held, or if there is none."""
    # One without a lock is just being made, or is not a link's at all.
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)
