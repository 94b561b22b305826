"""What a kernel's clients do, written to a file while it is being watched."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from kconsole.client.kernel import Kernel
from kconsole.client.title import kernelspec_title
from kconsole.errors import KconsoleError
from kconsole.protocol.events import Event, ExecuteInput, parse_event
from kconsole.protocol.message import Message
from kconsole.protocol.replies import KernelInfo
from kconsole.record.ledger import CellInput, Ledger
from kconsole.record.steward import Steward

__all__ = ["WatchLog"]


class WatchLog:
    """Writes all cells of a kernel, whoever runs them, from now on.

    :param kernel: which.
    :param path: where to; see :func:`kconsole.record.logfile.open_log`.
    :param say: takes a line for the user: that the file cannot be written (any more). It need not be safe.
    """

    def __init__(self, kernel: Kernel, path: Path, say: Callable[[str], None], /) -> None:
        self._say = say
        self._kernel = kernel
        self._ledger = Ledger(kernel.client.info.kernel_name, lambda: kernelspec_title(kernel))
        #: Told by the writing thread, said by the watching one.
        self._failures: SimpleQueue[Exception] = SimpleQueue()
        #: Owns the ledger.
        self._steward = Steward(self._ledger.write_log, self._failures.put)
        #: Whether the file can be written, as far as the watching thread knows.
        self._logging = True
        self._record()
        try:
            self._steward.do(partial(self._ledger.log, str(path))).result()
        except KconsoleError as error:
            self._fail(error)

    def take(self, msg: Message | None) -> None:
        """Take a message off iopub; None says that the kernel was restarted."""
        self._tell()
        if msg is None or not self._logging:
            return
        event = parse_event(msg)
        if isinstance(event, ExecuteInput):
            self._record(CellInput(event.parent.msg_id, event.code, event.execution_count), event)
        else:
            self._record(event)

    def close(self) -> None:
        """Write what is still to be written, and wait for that."""
        self._steward.close()
        self._ledger.close()
        self._tell()

    def _record(self, *happened: Event | CellInput) -> None:
        info = self._kernel.info or KernelInfo()
        self._steward.do(partial(self._ledger.record, happened, info))

    def _tell(self) -> None:
        while not self._failures.empty():
            self._fail(self._failures.get())

    def _fail(self, error: Exception) -> None:
        self._logging = False
        self._say(str(error))
