"""Does in a thread of its own what a slow disk may hold up, and writes a file now and then.

Theory of operation. Whatever is handed over is done in order. Behind it the file is written, if it has been
a while since the last time; else a little later, along with what comes in between. How long a while is
depends on what a writing costs: no more than a tenth of all time goes into it. So of a thousand short cells
few wait for the disk, and a change behind which nothing comes for hours is in the file soon after it.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

__all__ = ["PAUSE_S", "Steward"]

_Result = TypeVar("_Result")

PAUSE_S = 0.05
"""The shortest pause behind a writing, unless another one is wanted."""
_PAUSE_FACTOR = 9
"""The shortest pause, in times of what the writing before it took."""


class Steward:
    """Owns what its functions touch; each is called in its thread, one after the other.

    :param write: writes the file; called only if something has been handed over since the last time.
    :param failed: is told, once for each failure, why it could not.
    :param pause: the shortest pause behind a writing, in seconds: the file of a short session is at most so
        far behind.
    :param outlive: whether the process goes on until all is written, also where nobody closes this.
    """

    def __init__(
        self,
        write: Callable[[], object],
        failed: Callable[[Exception], None],
        *,
        pause: float = PAUSE_S,
        outlive: bool = False,
    ) -> None:
        self._write = write
        self._failed = failed
        self._pause = pause
        #: What is to be done, from whoever owns this to the thread; None when nothing more comes. A queue,
        #: as it needs no lock that a signal's exception could leave behind.
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        #: Does it; started by the first work. A daemon is not waited for by a process that had no time to
        #: close it.
        self._thread = Thread(target=self._serve, name="files", daemon=not outlive)

    def do(self, work: Callable[[], _Result]) -> "Future[_Result]":
        """Have something done behind all that has been handed over; returns what tells its result."""
        future: Future[_Result] = Future()
        self._put(partial(_perform, work, future))
        return future

    def changed(self) -> None:
        """Have the file written soon."""
        self._put(_nothing)

    def close(self) -> None:
        """Have done what is left, and the file written for the last time; waits for that, for no pause."""
        if self._thread.ident is not None:
            self._work.put(None)
            self._thread.join()

    def _put(self, work: Callable[[], None]) -> None:
        self._work.put(work)
        if self._thread.ident is None:
            self._thread.start()

    def _serve(self) -> None:
        due = 0.0  # when to write next, by time.monotonic()
        changed = False
        while True:
            try:
                left = max(0.0, due - time.monotonic()) if changed else None
                work = self._work.get(timeout=left)
            except Empty:
                due, changed = self._written(), False
                continue
            if work is None:
                break
            work()
            changed = True
            if time.monotonic() >= due:
                due, changed = self._written(), False
        if changed:
            self._written()

    def _written(self) -> float:
        """Write the file; returns when it may be written again."""
        began = time.monotonic()
        try:
            self._write()
        except Exception as error:  # noqa: BLE001  whose it is, is told to the owner
            self._failed(error)
        ended = time.monotonic()
        return ended + max(self._pause, _PAUSE_FACTOR * (ended - began))


def _nothing() -> None:
    """Nothing is to be done but the writing."""


def _perform(work: Callable[[], _Result], future: "Future[_Result]") -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001  whose it is, is told to whoever asked
        future.set_exception(error)
