"""Breaks off a cell that another thread follows, as a signal does for the main one."""

from collections import deque
from collections.abc import Callable

__all__ = ["Leash"]


class Leash:
    """Has an exception raised in the thread that holds the other end, where it waits for a kernel.

    Signals come in the main thread alone: with this, it hands a Ctrl-C on to the threads that follow
    cells, as a KeyboardInterrupt, and an end, as a SystemExit.
    """

    def __init__(self) -> None:
        #: What is still to be raised: the one thread appends, the other takes out.
        self._pulled: deque[BaseException] = deque()
        self._wake: Callable[[], None] = _nobody

    def pull(self, error: BaseException) -> None:
        """Have an exception raised; from any thread, and from a signal's handler."""
        self._pulled.append(error)
        self._wake()

    def check(self) -> None:
        """Raise what the leash was pulled with, if it was."""
        if self._pulled:
            raise self._pulled.popleft()

    def wakes(self, wake: Callable[[], None]) -> None:
        """Say what wakes the thread that holds the leash, before it checks and then waits."""
        self._wake = wake


def _nobody() -> None:
    """Nobody waits."""
