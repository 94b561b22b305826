"""A file that follows what changes often: written in a thread of its own, and not all the time.

Theory of operation. Each writing writes all of the file, and waits for the disk. Of a thousand short cells,
one after each would take longer than the cells; a thread writes instead, and pauses after each writing.
What changes in the pause is written along at its end. So a change behind which nothing comes for hours is
in the file all the same, soon after it; only how soon has a bound (:data:`PAUSE_S`).
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Literal

from kconsole.script.outputfile import OutputFile

__all__ = ["PAUSE_S", "PacedFile"]

PAUSE_S = 0.5
"""The shortest pause behind a writing: so old may be what is in the file."""
_PAUSE_FACTOR = 9
"""The shortest pause, in times of what the writing before it took: of a huge file, a tenth of all time."""


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
        self._pause = pause
        #: From whoever owns this to the thread. A queue, as it needs no lock that a signal's exception
        #: could leave behind.
        self._news: SimpleQueue[Literal["changed", "over"]] = SimpleQueue()
        #: Writes. No daemon: what was told to be over is written, also where nobody waits for it any more.
        self._thread = threading.Thread(target=self._work, name="output")
        #: Why the file could not be written; set by the thread, which ends then.
        self._fault: Exception | None = None

    def changed(self) -> None:
        """Have the file written, soon; raises what :meth:`check` does."""
        self.check()
        self._news.put("changed")
        if self._thread.ident is None:
            self._thread.start()

    def check(self) -> None:
        """Tell of a writing that has failed, once.

        :raise OutputError: it could not be written; what was there stays.
        """
        fault, self._fault = self._fault, None
        if fault is not None:
            raise fault

    def close(self) -> None:
        """Have written what is not, and wait for it; raises what :meth:`check` does."""
        self._news.put("over")
        if self._thread.ident is not None:
            self._thread.join()
        self.check()

    def _work(self) -> None:
        due = 0.0  # when to write next, by time.monotonic()
        try:
            while self._news.get() == "changed":
                over = self._rest(due)
                began = time.monotonic()
                self._file.write(self._text())
                ended = time.monotonic()
                if over:
                    return
                due = ended + max(self._pause, _PAUSE_FACTOR * (ended - began))
        except Exception as error:  # noqa: BLE001  whose it is, is told in the owner's thread
            self._fault = error

    def _rest(self, until: float) -> bool:
        """Let a pause pass; returns whether all is over, which ends it."""
        while (left := until - time.monotonic()) > 0:
            with suppress(Empty):
                if self._news.get(timeout=left) == "over":
                    return True
        return False
