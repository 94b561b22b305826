"""A file that follows what changes often: written in a thread of its own, and not all the time."""

from collections.abc import Callable

from kconsole.record.steward import Steward
from kconsole.script.outputfile import OutputFile

__all__ = ["PAUSE_S", "PacedFile"]

PAUSE_S = 0.5
"""The shortest pause behind a writing, each of which is of the whole file: so old may be what is in it."""


class PacedFile:
    """Writes what a function returns, whenever that has changed.

    :param file: where to.
    :param text: returns all that the file is to hold now; called in the writing thread.
    :param pause: the shortest pause behind a writing, in seconds.
    """

    def __init__(
        self, file: OutputFile, text: Callable[[], str], *, pause: float = PAUSE_S
    ) -> None:
        self._file = file
        self._text = text
        #: Writes. What was told to have changed is written, also where nobody waits for it any more.
        self._steward = Steward(self._write, self._note, pause=pause, outlive=True)
        #: Whether a writing has failed, behind which none is tried; of the thread.
        self._failed = False
        #: Why, until it is told; set by the thread.
        self._fault: Exception | None = None

    def changed(self) -> None:
        """Have the file written, soon; raises what :meth:`check` does."""
        self.check()
        self._steward.changed()

    def check(self) -> None:
        """Tell of a writing that has failed, once.

        :raise OutputError: it could not be written; what was there stays.
        """
        fault, self._fault = self._fault, None
        if fault is not None:
            raise fault

    def close(self) -> None:
        """Have written what is not, and wait for it; raises what :meth:`check` does."""
        self._steward.close()
        self.check()

    def _write(self) -> None:
        if not self._failed:
            self._file.write(self._text())

    def _note(self, error: Exception) -> None:
        self._failed, self._fault = True, error
