"""Does in a thread of its own what a slow disk may hold up, and writes a file now and then.

Theory of operation. Whatever is handed over is done in order. Behind it the file is written, if it has been
a while since the last time; else a little later, along with what comes in between. How long a while is
depends on what a writing costs: no more than a tenth of all time goes into it, and of a short session the
file is at most :data:`PAUSE_S` behind.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from kconsole.errors import KconsoleError

__all__ = ["PAUSE_S", "Steward"]

_Result = TypeVar("_Result")

PAUSE_S = 0.05
"""The shortest pause behind a writing."""
_PAUSE_FACTOR = 9
"""The shortest pause, in times of what the writing before it took."""


class Steward:
    """Owns what its functions touch; each is called in its thread, one after the other.

    :param write: writes the file, if there is something to be written.
    :param failed: is told, once for each failure, why it could not.
    """

    def __init__(
        self, write: Callable[[], object], failed: Callable[[KconsoleError], None]
    ) -> None:
        self._write = write
        self._failed = failed
        #: What is to be done, and what for its result is; None when nothing more comes.
        self._work: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        # A process that has no time to close it must not wait for it for ever.
        self._thread = Thread(target=self._serve, name="files", daemon=True)

    def do(self, work: Callable[[], _Result]) -> "Future[_Result]":
        """Have something done behind all that has been handed over; returns what tells its result."""
        future: Future[_Result] = Future()
        self._work.put((work, future))
        if self._thread.ident is None:
            self._thread.start()
        return future

    def close(self) -> None:
        """Have done what is left, and the file written for the last time; wait for that."""
        if self._thread.ident is not None:
            self._work.put(None)
            self._thread.join()

    def _serve(self) -> None:
        due = 0.0  # when to write next, by time.monotonic()
        changed = False
        while True:
            try:
                left = max(0.0, due - time.monotonic()) if changed else None
                item = self._work.get(timeout=left)
            except Empty:
                due, changed = self._written(), False
                continue
            if item is None:
                break
            _perform(*item)
            changed = True
            if time.monotonic() >= due:
                due, changed = self._written(), False
        self._written()

    def _written(self) -> float:
        """Write the file; returns when it may be written again."""
        began = time.monotonic()
        try:
            self._write()
        except KconsoleError as error:
            self._failed(error)
        ended = time.monotonic()
        return ended + max(PAUSE_S, _PAUSE_FACTOR * (ended - began))


def _perform(work: Callable[[], _Result], future: "Future[_Result]") -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001  whose it is, is told to whoever asked
        future.set_exception(error)
