r"""The session of the console a line at a time as files: ``\save``, ``\log`` and ``--log``."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import TypeVar

from kconsole.client.interrupts import held_signals
from kconsole.client.kernel import Kernel
from kconsole.client.title import kernelspec_title
from kconsole.protocol.events import Event, Parent, Stream
from kconsole.protocol.replies import KernelInfo
from kconsole.record.ledger import RECORDED, CellInput, Ledger
from kconsole.record.steward import Steward
from kconsole.render.output import RenderOptions
from kconsole.repl.telling import Notes, tell

__all__ = ["PlainLog"]

_Item = TypeVar("_Item")


class PlainLog:
    """Keeps the session, and writes it where it is wanted, at once.

    :param kernel: whose session it is.
    :param notes: where to say what became of a file.
    :param whole: tells how the console renders output, with nothing left out.
    """

    def __init__(self, kernel: Kernel, notes: Notes, whole: Callable[[], RenderOptions]) -> None:
        self._whole = whole
        self._kernel = kernel
        self._notes = notes
        self._ledger = Ledger(kernel.client.info.kernel_name, lambda: kernelspec_title(kernel))
        #: Why there is no log any more: told by its thread, said by the console's.
        self._failures: SimpleQueue[Exception] = SimpleQueue()
        #: Owns the ledger.
        self._steward = Steward(self._ledger.write_log, self._failures.put)
        #: Filled by the reader's thread before the kernel has the answer, emptied by the console's.
        self._answers: SimpleQueue[Stream] = SimpleQueue()

    def began(self, msg_id: str, code: str) -> None:
        """A cell is run."""
        self._record(CellInput(msg_id, code, None))

    def event(self, event: Event) -> None:
        """Something is shown."""
        if type(event) in RECORDED:
            self._record(event)

    def answered(self, msg_id: str, text: str) -> None:
        """A question of the kernel has been answered; what stands on the screen, without its newline."""
        self._answers.put(Stream("stdout", f"{text}\n", Parent(msg_id)))

    def ended(self, msg_id: str, count: int | None) -> None:
        """A cell is done with, or is not waited for any more.

        :param count: its number, if it is known.
        """
        self._record(CellInput(msg_id, "", count))
        self._tell_failures()

    def last(self) -> str:
        r"""``\last``: return the output of the last cell that has some."""
        with held_signals():
            return self._steward.do(partial(self._ledger.last, self._whole())).result()

    def save(self, name: str) -> None:
        r"""``\save``: write all of it to a file; one that exists only when asked a second time."""
        self._do(lambda: self._ledger.save(name))

    def log(self, name: str = "") -> None:
        r"""``\log``: write all of it to a file from now on, and what follows; without a name, stop."""
        self._do(lambda: self._ledger.log(name) if name else self._ledger.stop_log())

    def close(self) -> None:
        """Write what is still to be written, and wait for that."""
        with held_signals():
            self._steward.close()
            self._ledger.close()
        self._tell_failures()

    def _record(self, what: Event | CellInput) -> None:
        happened: list[Event | CellInput] = [*_emptied(self._answers), what]
        self._steward.do(partial(self._ledger.record, happened, self._kernel.info or KernelInfo()))

    def _do(self, work: Callable[[], str]) -> None:
        with held_signals():  # what became of the file is told
            tell(self._notes, self._steward.do(work).result)

    def _tell_failures(self) -> None:
        for error in _emptied(self._failures):
            self._notes.note(str(error), "error")


def _emptied(queue: SimpleQueue[_Item]) -> Iterator[_Item]:
    with suppress(Empty):
        while True:
            yield queue.get_nowait()
