"""A private folder that is swept when whoever made it has gone, however that ended.

Whoever has it holds a lock in it. The system lets go of the lock when a process ends, so the next one to
come can tell what was left behind, and takes it away.
"""

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
from pathlib import Path

__all__ = ["LeasedFolder", "sweep"]


class LeasedFolder:
    """A folder that only this user can look into (0700).

    Attributes:
        path: where it is.
    """

    def __init__(self, root: Path, prefix: str, lock: str) -> None:
        """Sweep what others have left behind, and make a folder.

        :param root: where; there may be files of others.
        :param prefix: what its name begins with.
        :param lock: the name of the file in it that is locked, which says whose folder it is, for there
            may be others' that are called alike.
        :raise OSError: it cannot be made.
        """
        sweep(root, prefix, lock)
        self.path = Path(tempfile.mkdtemp(prefix=prefix, dir=root))
        try:
            self._lock = _create_locked(self.path / lock)
        except BaseException:
            shutil.rmtree(self.path, ignore_errors=True)
            raise

    def remove(self) -> None:
        """Remove it, with all that is in it. Does nothing the second time, or once it was left."""
        if self._lock < 0:
            return
        shutil.rmtree(self.path, ignore_errors=True)
        self.leave()

    def leave(self) -> None:
        """Let go of it: it stays until the next sweep."""
        if self._lock >= 0:
            descriptor, self._lock = self._lock, -1
            os.close(descriptor)


def sweep(root: Path, prefix: str, lock: str) -> None:
    """Remove folders of the user whose owner has gone.

    :param root: where they lie; it need not exist.
    :param prefix: what their names begin with.
    :param lock: the name of the locked file in each.
    """
    with contextlib.suppress(OSError):
        for entry in os.scandir(root):
            if entry.name.startswith(prefix) and _is_ours(entry):
                with contextlib.suppress(OSError):
                    _remove_if_left(Path(entry.path), lock)


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


def _is_ours(entry: os.DirEntry[str]) -> bool:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()


def _remove_if_left(folder: Path, lock: str) -> None:
    """Remove one whose lock nobody holds; OSError if it is held, or if there is none."""
    # One without a lock is just being made, or is not one of these at all.
    descriptor = os.open(folder / lock, os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)
