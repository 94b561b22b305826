"""Threads that work side by side, for the main one, which alone writes and hears the signals.

Each of them follows one kernel. What it has to say, it posts, and the main thread says it: so no two lines
are mixed, and a signal's exception comes where it always does.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TypeVar

from kconsole.client.interrupts import heard_ctrl_c, held_signals
from kconsole.client.leash import Leash
from kconsole.errors import OutputError

__all__ = ["Crew"]

_Result = TypeVar("_Result")
_Call = Callable[[], object]

#: So many posts may wait, then whoever posts has to wait too: for somebody who reads slowly.
_WAITING = 64
_TICK_S = 0.1


class Crew:
    """Does some jobs at the same time, each in a thread of its own.

    :param hurry: called when we are to end, before what is still posted is said.
    :param interrupted: called in the main thread behind the first Ctrl-C.
    """

    def __init__(self, hurry: _Call, interrupted: _Call) -> None:
        self._hurry = hurry
        self._interrupted = interrupted
        #: What is to be done in the main thread; None wakes it at the end of a job. Its put may be called
        #: by a signal's handler, also while the main thread gets.
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        #: Taken by who posts, given back by the main thread.
        self._room = threading.Semaphore(_WAITING)
        self._leashes: list[Leash] = []
        self._started = 0
        #: One for each job that has ended. Not counted by what comes out of the queue: a signal's exception
        #: may come between an end and its counting.
        self._ended: deque[None] = deque()
        self._ctrl_cs = 0
        #: Whether the main thread is at one of the calls, and not just waiting for the next.
        self._calling = False

    def post(self, call: _Call) -> None:
        """Have the main thread call something; from the jobs' threads, in their order."""
        self._room.acquire()
        self._calls.put(call)

    def run(
        self, jobs: Sequence[Callable[[Leash], _Result]], tick: _Call | None = None
    ) -> list[_Result | BaseException]:
        """Do the jobs, and return when all are done.

        The first Ctrl-C pulls all leashes with a KeyboardInterrupt. So does the next one, but if the
        main thread is at a call then, which may wait for somebody who never reads, it ends us.

        :param jobs: each is called with its leash, and checks it at least while it waits.
        :param tick: called about ten times a second.
        :return: what each of the jobs has returned or raised.
        :raise BaseException: what a posted call or a signal has raised; all leashes were pulled with a
            SystemExit then, and all jobs are done.
        """
        results: list[_Result | BaseException] = [SystemExit() for _ in jobs]

        def work(number: int, job: Callable[[Leash], _Result]) -> None:
            try:
                results[number] = job(self._leashes[number])
            except BaseException as error:  # noqa: BLE001  the main thread knows what it means
                results[number] = error
            finally:
                self._ended.append(None)
                self._calls.put(None)

        self._leashes = [Leash() for _ in jobs]
        # One for each job. Daemons: they are waited for, unless a second Ctrl-C ends us.
        threads = [
            threading.Thread(target=work, args=each, name="kconsole-job", daemon=True)
            for each in enumerate(jobs)
        ]
        with heard_ctrl_c(self._hear):
            try:
                for thread in threads:
                    with held_signals():
                        thread.start()
                        self._started += 1
                while self._goes_on():
                    self._do_next(tick)
            except BaseException as error:
                with held_signals():
                    self._dismiss(error)
                raise
        for thread in threads:
            thread.join()
        return results

    def _goes_on(self) -> bool:
        """Whether there is something to do, or may be once a job that has not ended posts it."""
        return len(self._ended) < self._started or not self._calls.empty()

    def _do_next(self, tick: _Call | None) -> None:
        try:
            call = self._calls.get(timeout=None if tick is None else _TICK_S)
        except Empty:
            assert tick is not None
            tick()
            return
        self._do(call)

    def _do(self, call: _Call | None) -> None:
        if call is None:
            return
        self._calling = True
        try:
            call()
        finally:
            self._calling = False
            self._room.release()

    def _hear(self) -> None:
        """A Ctrl-C, wherever the main thread is."""
        self._ctrl_cs += 1
        if self._ctrl_cs == 1:
            self._calls.put(self._interrupted)
        elif self._calling:
            raise KeyboardInterrupt
        for leash in self._leashes:
            leash.pull(KeyboardInterrupt())

    def _dismiss(self, why: BaseException) -> None:
        """Have all jobs end, and say what they have still to say, if there is anybody to hear it."""
        heard = not isinstance(why, OSError | OutputError)
        self._hurry()
        for leash in self._leashes:
            leash.pull(SystemExit(*why.args) if isinstance(why, SystemExit) else SystemExit())
        while self._goes_on():
            call = self._calls.get()
            if call is None or heard:
                with suppress(OSError, OutputError):
                    self._do(call)
            else:
                self._room.release()
