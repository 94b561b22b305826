r"""The session of the console a line at a time as files: ``\save``, ``\log`` and ``--log``."""

from collections.abc import Callable
from queue import Empty, SimpleQueue

from kconsole.client.interrupts import held_signals
from kconsole.client.kernel import Kernel
from kconsole.client.title import kernelspec_title
from kconsole.protocol.events import Event, Parent, Stream
from kconsole.protocol.replies import KernelInfo
from kconsole.repl.ledger import RECORDED, CellInput, Ledger, Notes, tell

__all__ = ["PlainLog"]


class PlainLog:
    """Keeps the session, and writes it where it is wanted, at once.

    :param kernel: whose session it is.
    :param notes: where to say what became of a file.
    """

    def __init__(self, kernel: Kernel, notes: Notes) -> None:
        self._kernel = kernel
        self._notes = notes
        self._ledger = Ledger(kernel.client.info.kernel_name, lambda: kernelspec_title(kernel))
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
        self._do(self._ledger.write_log)

    def save(self, name: str) -> None:
        r"""``\save``: write all of it to a file; one that exists only when asked a second time."""
        self._do(lambda: self._ledger.save(name), r"\save")

    def log(self, name: str = "") -> None:
        r"""``\log``: write all of it to a file from now on, and what follows; without a name, stop."""
        self._do(lambda: self._ledger.log(name) if name else self._ledger.stop_log())

    def _record(self, what: Event | CellInput) -> None:
        happened: list[Event | CellInput] = []
        try:
            while True:
                happened.append(self._answers.get_nowait())
        except Empty:
            pass
        self._ledger.record([*happened, what], self._kernel.info or KernelInfo())

    def _do(self, work: Callable[[], str], command: str = r"\log") -> None:
        with held_signals():  # a file is written wholly or not at all
            tell(self._notes, work, command)
