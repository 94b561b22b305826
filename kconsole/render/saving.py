"""Writes a session to files: once when asked, or on and on as a log."""

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from kconsole.connect.paths import shown
from kconsole.connect.regularfile import open_regular, replace_file
from kconsole.errors import AlreadyThereError, KconsoleError
from kconsole.render.transcript import Transcript

__all__ = ["TranscriptLog", "replace_own", "save", "telling"]


def save(transcript: Transcript, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write all of a session to a file, whose suffix says what kind of file it is to be.

    The file is complete from the moment it appears; until then an old one stays as it is. A new one is
    the user's alone (0600), an old one keeps its mode. Links are followed, and ``~`` is the home.

    :return: the path that was written.
    :raise AlreadyThereError: there is a file, and `overwrite` is not set; nothing has happened.
    :raise KconsoleError: there is no such kind of file, or it cannot be written; one line, with the
        path.
    """
    with telling(Path(path)):
        target = Path(os.path.realpath(os.path.expanduser(path)))
    text = _rendered(transcript, target)
    with telling(target):
        if overwrite:
            replace_own(target, text.encode())
        else:
            _write_new(target, text.encode())
    return target


def replace_own(target: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Put a file in the place of what is at `target`, if the user may write that; its mode stays.

    :param mode: of a file where none is.
    :raise OSError: it cannot be written; nothing has happened.
    """
    with contextlib.suppress(FileNotFoundError):
        # Opened to learn whether it may be written: replacing it only needs its directory.
        descriptor = open_regular(target, os.O_WRONLY)
        mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
        os.close(descriptor)
    replace_file(target, content, mode=mode)


class TranscriptLog:
    """A file that is kept up to date: a notebook is written anew each time, text is added.

    In a file of text a cell stands as it was when it was added; later updates of it are not in there.

    :param transcript: what to write.
    :param path: the file, as for :func:`save`; it is written at once.
    :param overwrite: whether there may be one already.

    Raises as :func:`save` does; so does :meth:`write`.
    """

    def __init__(
        self, transcript: Transcript, path: str | Path, *, overwrite: bool = False
    ) -> None:
        self._transcript = transcript
        self._written = len(transcript)
        self._path = save(transcript, path, overwrite=overwrite)

    def write(self) -> None:
        """Bring the file up to date; to be called when a cell has ended."""
        if self._path.suffix.lower() == self._transcript.suffixes()[0]:
            save(self._transcript, self._path, overwrite=True)
            return
        text = self._transcript.render(self._path.suffix, self._written)
        with telling(self._path):
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            with open(open_regular(self._path, flags), "ab") as file:
                file.write(text.encode())
        self._written = len(self._transcript)


def _rendered(transcript: Transcript, path: Path) -> str:
    try:
        return transcript.render(path.suffix)
    except KconsoleError as error:
        raise KconsoleError(f"{shown(path)}: {error}") from None


def _write_new(path: Path, content: bytes) -> None:
    """Write a file where none may be: its name is taken first, so that nobody else can take it."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        replace_file(path, content)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(path)
        raise


@contextlib.contextmanager
def telling(path: str | Path) -> Iterator[None]:
    """Turn what the system says of a path into a :class:`KconsoleError` of one line."""
    try:
        yield
    except FileExistsError:
        raise AlreadyThereError(f"{shown(path)}: there is such a file") from None
    except (OSError, ValueError) as error:  # a NUL in the path is a ValueError
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise KconsoleError(f"{shown(path)}: cannot be written: {reason}") from None
