"""The file that a script's notebook is written to, again and again."""

import errno
import os
from contextlib import suppress
from pathlib import Path

from kconsole.connect.regularfile import open_regular
from kconsole.errors import KconsoleError, OutputError, SourceError
from kconsole.record.saving import replace_own, telling

__all__ = ["OutputFile"]


class OutputFile:
    """A file that is complete whenever somebody looks: each writing replaces all of it at once.

    :param path: links are followed, and ``~`` is the home; there may be such a file, whose mode stays.
    :param mode: of a file where none is; the user may always write it.
    :raise SourceError: it cannot be written; nothing has happened.
    """

    def __init__(self, path: str, mode: int) -> None:
        self._mode = mode | 0o600
        try:
            with telling(path):
                named = os.path.expanduser(path)
                self._path = Path(os.path.realpath(named))
                _check(named, self._path.parent)
        except KconsoleError as error:
            raise SourceError(str(error)) from None

    def write(self, text: str) -> None:
        """Write all of it.

        :raise OutputError: it cannot be written; what was there stays.
        """
        try:
            with telling(self._path):
                replace_own(self._path, text.encode(), mode=self._mode)
        except KconsoleError as error:
            raise OutputError(str(error)) from None


def _check(path: str, folder: Path) -> None:
    """Find out what would go wrong, while nothing has been run for it."""
    if path.endswith(os.sep):
        os.stat(path)  # it names a folder, which a Path forgets
    with suppress(FileNotFoundError):
        os.close(open_regular(Path(path), os.O_WRONLY, follow=True))
    # The folder is that of the links' end. access(2) does not say why not, where it is no folder.
    os.stat(os.path.join(folder, ""))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
