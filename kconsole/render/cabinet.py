"""Where the console keeps what it cannot show: files for other programs, in a private folder.

The folder lies in the user's runtime directory, and is made when something is put into it. It stays when
the console ends, for a viewer may have just been started; the next console sweeps it away.
"""

import os
import stat
import sys
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kconsole.connect.leasedfolder import LeasedFolder, sweep
from kconsole.connect.paths import runtime_dir
from kconsole.connect.regularfile import replace_file
from kconsole.render.artifact import Artifact, Fingerprint

__all__ = ["Cabinet", "Kept", "cabinet_root"]

_PREFIX = "kconsole-"
_LOCK = ".kconsole-shown"
#: The oldest files go when there are more, or more bytes. A runtime directory is often in memory.
_MOST_FILES = 200
_MOST_BYTES = 100_000_000
#: Outputs that were shown, and are kept in memory in case somebody wants to see more of them.
_MOST_WAITING = 20
_MOST_WAITING_BYTES = 20_000_000


@dataclass(slots=True, eq=False)
class Kept:
    """Something that can be opened.

    Attributes:
        number: under which; from 1.
        artifact: what it is; without its content once it is a file.
        path: where it is; None as long as it is in memory.
        size: bytes of its content.
        fingerprint: of its content; see :attr:`Artifact.fingerprint`.
    """

    number: int
    artifact: Artifact
    path: Path | None
    size: int
    fingerprint: Fingerprint


class Cabinet:
    """The files of one console.

    :param root: the directory for its folder, which is made if it is not there.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder: LeasedFolder | None = None
        self._filed: deque[Kept] = deque()
        self._waiting: deque[Kept] = deque()
        self._count = 0

    def sweep(self) -> None:
        """Remove what consoles that have gone have left."""
        sweep(self._root, _PREFIX, _LOCK)

    def file(self, artifact: Artifact, number: int | None = None) -> Kept:
        """Write something to a file of its own (0600).

        :param number: of what it takes the place of, whose file it then is, if it is of the same kind.
        :raise OSError: it cannot be written, or is too large.
        """
        kept = self.remember(artifact, number)
        if kept.path is None:
            self._file(kept)
        return kept

    def remember(self, artifact: Artifact, number: int | None = None) -> Kept:
        """Keep something in memory, in case it is to be opened; a while later, only newer things are.

        :param number: of what it takes the place of. If that is a file, this is one too: somebody may be
            looking at it.
        """
        if number is None:
            self._count += 1
            number = self._count
        elif (kept := self._replaced(number, artifact)) is not None:
            return kept
        kept = Kept(number, artifact, None, len(artifact.content), artifact.fingerprint)
        self._waiting.append(kept)
        while len(self._waiting) > _MOST_WAITING or (
            len(self._waiting) > 1
            and sum(each.size for each in self._waiting) > _MOST_WAITING_BYTES
        ):
            self._waiting.popleft()
        return kept

    def numbers(self) -> dict[Fingerprint, int]:
        """What there is to open, and under which number; see :attr:`Artifact.fingerprint`."""
        there = sorted((*self._filed, *self._waiting), key=lambda each: each.number)
        return {each.fingerprint: each.number for each in there}

    def find(self, number: int | None = None) -> Kept | None:
        """What has a number, or the last thing; None if it is not there, or not any more.

        It is a file afterwards.

        :raise OSError: it cannot be written.
        """
        there = sorted((*self._filed, *self._waiting), key=lambda each: each.number)
        if number is not None:
            there = [each for each in there if each.number == number]
        if not there:
            return None
        if there[-1].path is None:
            self._file(there[-1])
        return there[-1]

    def close(self) -> None:
        """Make nothing more; the files stay until the next sweep."""
        if self._folder is not None:
            self._folder.leave()

    def _replaced(self, number: int, artifact: Artifact) -> Kept | None:
        """Put something newer into a file; None if there is no file for it: then nothing has the number."""
        there = [each for each in (*self._waiting, *self._filed) if each.number == number]
        if not there:
            return None
        kept = there[0]
        if kept.path is None:
            self._waiting.remove(kept)
            return None
        if kept.path.suffix[1:] == artifact.suffix and len(artifact.content) <= _MOST_BYTES:
            with suppress(OSError):  # the folder has gone, or the disk is full
                replace_file(kept.path, artifact.content, durable=False)
                kept.fingerprint, kept.size = artifact.fingerprint, len(artifact.content)
                self._drop_oldest()
                return kept
        self._filed.remove(kept)
        with suppress(OSError):
            kept.path.unlink()
        return None

    def _file(self, kept: Kept) -> None:
        _check_size(kept.size)
        path = self._open_folder() / f"{kept.number}.{kept.artifact.suffix}"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(descriptor, "wb") as file:
                file.write(kept.artifact.content)
        except OSError:
            path.unlink(missing_ok=True)
            raise
        if kept in self._waiting:
            self._waiting.remove(kept)
        kept.path, kept.artifact = path, kept.artifact._replace(content=b"")
        self._filed.append(kept)
        self._drop_oldest()

    def _open_folder(self) -> Path:
        """The folder; made anew if it has gone, as when the system empties the runtime directory."""
        if self._folder is not None and not self._folder.path.is_dir():
            self.close()
            self._folder = None
        if self._folder is None:
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder = LeasedFolder(self._root, _PREFIX, _LOCK)
        return self._folder.path

    def _drop_oldest(self) -> None:
        while (
            len(self._filed) > _MOST_FILES or sum(each.size for each in self._filed) > _MOST_BYTES
        ):
            gone = self._filed.popleft()
            if gone.path is not None:
                gone.path.unlink(missing_ok=True)


def cabinet_root(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """The user's runtime directory: that of the XDG Base Directory Specification, else Jupyter's."""
    named = environ.get("XDG_RUNTIME_DIR", "")
    if named.startswith("/") and _is_private(Path(named)):
        return Path(named)
    return runtime_dir(environ, platform)


def _is_private(path: Path) -> bool:
    """Whether a directory is there, and is this user's alone, as the specification wants it."""
    try:
        status = os.stat(path)
    except OSError:
        return False
    return (
        stat.S_ISDIR(status.st_mode)
        and status.st_uid == os.geteuid()
        and not stat.S_IMODE(status.st_mode) & 0o077
    )


def _check_size(size: int) -> None:
    if size > _MOST_BYTES:
        raise OSError(0, f"it has more than {_MOST_BYTES // 1_000_000} MB")
