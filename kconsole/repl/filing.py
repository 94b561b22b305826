r"""The session as files: ``\save``, ``\log`` and the log that the command line names.

The ledger belongs to a thread that also writes the files: however large they are, and however slow the
disk, no key waits for them. What happens is collected here, and handed over in order; so a file has what
had happened when it was asked for.
"""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial

from kconsole.protocol.events import (
    DisplayData,
    ErrorOutput,
    Event,
    ExecuteResult,
    Parent,
    Stream,
    UpdateDisplay,
)
from kconsole.protocol.replies import KernelInfo
from kconsole.record.ledger import RECORDED, CellInput, Ledger
from kconsole.record.steward import Steward
from kconsole.render.output import RenderOptions
from kconsole.repl.telling import Notes, tell

__all__ = ["Filing"]

_HANDFUL = 512  # things that are handed over at once,
_HEAP = 1 << 18  # or fewer, if they have so many characters
_GATHERED_S = 0.02  # for so long, while there is a log


class Filing:
    """Keeps the session, and writes it where it is wanted.

    :param loop: the console's.
    :param notes: where to say what became of a file.
    :param info: gives what the kernel says of itself.
    :param kernel: the name of its kernelspec, if it is known.
    :param title: tells how that is called for people; see :class:`Ledger`.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        notes: Notes,
        info: Callable[[], KernelInfo],
        kernel: str = "",
        title: Callable[[], str] = str,
    ) -> None:
        self._loop = loop
        self._notes = notes
        self._info = info
        self._ledger = Ledger(kernel, title)
        #: Owns the ledger.
        self._steward = Steward(
            self._ledger.write_log, lambda error: self._later(partial(self._log_failed, error))
        )
        #: Gives what has changed without a message of its own since it was asked last: widgets.
        self.changed: Callable[[], Iterable[Event]] = tuple
        #: Of the event loop alone, as is all that follows.
        self._batch: list[Event | CellInput] = []
        self._characters = 0  # in it
        self._running: set[str] = set()
        self._logging = False
        self._timer: asyncio.TimerHandle | None = None  # runs only while there is something in it
        self._known: set[str] = set()

    # -- what happens --------------------------------------------------------------------------------

    def began(self, msg_id: str, code: str, count: int | None = None) -> None:
        """A cell is run."""
        self._running.add(msg_id)
        self._known.add(msg_id)
        self._take(CellInput(msg_id, code, count))

    def event(self, event: Event) -> None:
        """Something is shown."""
        if type(event) in RECORDED:
            self._take(event)

    def ended(self, msg_id: str, count: int | None = None) -> None:
        """A cell is done with, or is not waited for any more.

        :param count: its number, if only the end told it.
        """
        if msg_id not in self._running:
            return
        self._running.discard(msg_id)
        self._take(CellInput(msg_id, "", count))

    def answered(self, msg_id: str, text: str) -> None:
        """A question of the kernel has been answered; what stands on the screen, without its newline."""
        self._take(Stream("stdout", f"{text}\n", Parent(msg_id)))

    def left_out(self, msg_id: str, text: str) -> None:
        """Output of a cell is missing; what stands in its place."""
        self._take(Stream("stderr", f"{text}\n", Parent(msg_id)))

    # -- what is asked for -----------------------------------------------------------------------------

    def save(self, name: str) -> None:
        r"""``\save``: write all of it to a file; one that exists only when asked a second time."""
        self._do(lambda: self._ledger.save(name), lambda _: None)

    def log(self, name: str = "") -> None:
        r"""``\log``: write all of it to a file from now on, and what follows; without a name, stop."""

        def done(written: bool) -> None:
            self._logging = written and bool(name)

        self._do(lambda: self._ledger.log(name) if name else self._ledger.stop_log(), done)

    def last(self, done: Callable[[str], None], options: RenderOptions) -> None:
        r"""``\last``: have the output of the last cell that has some rendered.

        :param done: called in the loop with it, ready to be shown; "" if there is none.
        :param options: how to render it, in another thread.
        """
        self._collect()
        self._hand_over()
        rendering = self._steward.do(partial(self._ledger.last, options))
        rendering.add_done_callback(lambda it: self._later(lambda: done(it.result())))

    def knows(self, msg_id: str) -> bool:
        """Whether a request's output is kept."""
        return msg_id in self._known

    def close(self) -> None:
        """Write what is still to be written, and wait for that."""
        self._collect()
        if self._batch:
            self._hand_over()
        self._steward.close()
        self._ledger.close()

    # -- handing over ------------------------------------------------------------------------------------

    def _take(self, what: Event | CellInput) -> None:
        self._batch.append(what)
        self._characters += _length(what)
        if len(self._batch) >= _HANDFUL or self._characters >= _HEAP:
            self._hand_over()
        elif self._logging and self._timer is None:
            self._timer = self._loop.call_later(_GATHERED_S, self._gathered)

    def _gathered(self) -> None:
        self._timer = None
        self._collect()
        self._hand_over()

    def _collect(self) -> None:
        """Take what has changed without a message."""
        for event in self.changed():
            self._take(event)

    def _hand_over(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        batch, self._batch, self._characters = self._batch, [], 0
        future = self._steward.do(partial(self._ledger.record, batch, self._info()))
        # A mistake in there is told as those of the loop are.
        future.add_done_callback(lambda it: self._later(it.result))

    def _do(self, work: Callable[[], str], done: Callable[[bool], None]) -> None:
        """Have something done behind all that has happened, and then something here."""

        def told(future: "Future[str]") -> None:
            done(tell(self._notes, future.result))

        self._collect()
        self._hand_over()
        self._steward.do(work).add_done_callback(lambda it: self._later(partial(told, it)))

    def _later(self, call: Callable[[], object]) -> None:
        """Have something called in the loop, by another thread."""
        self._loop.call_soon_threadsafe(call)

    def _log_failed(self, error: Exception) -> None:
        self._logging = False
        self._notes.note(str(error), "error")


def _length(what: Event | CellInput) -> int:
    """Characters, where there may be many."""
    match what:
        case Stream():
            return len(what.text)
        case DisplayData() | ExecuteResult() | UpdateDisplay():
            return sum(len(value) for value in what.data.values() if isinstance(value, str))
        case ErrorOutput():
            return sum(map(len, what.traceback))
        case _:
            return 0
