"""What is to be done in the I/O thread: asked for by any thread, done there in order, or at a time."""

import heapq
import itertools
import socket as sockets
import threading
import time
from collections import deque
from collections.abc import Callable

__all__ = ["Tasks"]

Task = Callable[[], None]


class Tasks:
    """A queue of tasks and the bell that wakes the thread that does them.

    Any thread may call :meth:`add`, :meth:`at` and :meth:`wake`; the rest is for the one that does them.
    """

    def __init__(self) -> None:
        #: Others append, the doing thread pops.
        self._queue: deque[Task] = deque()
        #: Guards _timed: those that have a time, the next one first.
        self._lock = threading.Lock()
        self._timed: list[tuple[float, int, Task]] = []
        self._numbers = itertools.count()  # two of the same time are done in order
        #: One byte in the pair means "look at the tasks".
        self._wake_in, self._wake_out = sockets.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)

    def __bool__(self) -> bool:
        """Whether there is something to be done now."""
        return bool(self._queue)

    def add(self, task: Task) -> None:
        """Have something done after all that was asked for before."""
        self._queue.append(task)
        self.wake()

    def at(self, when: float, task: Task) -> None:
        """Have something done at a time, by :func:`time.monotonic`; never if the thread ends before."""
        with self._lock:
            heapq.heappush(self._timed, (when, next(self._numbers), task))
        self.wake()

    def wake(self) -> None:
        """Make the thread have a look now."""
        try:
            self._wake_in.send(b"!")
        except (BlockingIOError, OSError):  # full: it will wake anyway; closed: nobody is there
            return

    def fileno(self) -> int:
        """The descriptor that is ready to be read when the bell has rung."""
        return self._wake_out.fileno()

    def woken(self) -> None:
        """Silence the bell."""
        self._wake_out.recv(4096)

    def deadline(self) -> float | None:
        """When the next task that has a time is due; None if there is none."""
        return self._timed[0][0] if self._timed else None

    def run(self) -> None:
        """Do all that is to be done by now."""
        if self._timed:
            now = time.monotonic()
            with self._lock:
                while self._timed and self._timed[0][0] <= now:
                    self._queue.append(heapq.heappop(self._timed)[2])
        while self._queue:
            self._queue.popleft()()

    def close(self) -> None:
        """Give the bell back to the system."""
        self._wake_in.close()
        self._wake_out.close()
