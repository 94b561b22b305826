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
from kconsole.record.logfile import Log, open_log
from kconsole.record.steward import Steward
from kconsole.record.transcript import Transcript

__all__ = ["WatchLog"]


class WatchLog:
    """Writes all cells of a kernel, whoever runs them, from now on.

    :param kernel: which.
    :param path: where to; see :func:`kconsole.record.logfile.open_log`.
    :param say: takes a line for the user: that the file cannot be written (any more). It need not be safe.
    """

    def __init__(self, kernel: Kernel, path: Path, say: Callable[[str], None], /) -> None:
        self._say = say
        self._transcript = Transcript(
            kernel.info or KernelInfo(), kernel.client.info.kernel_name, kernelspec_title(kernel)
        )
        self._log: Log | None = None
        #: Told by the writing thread, said by the watching one.
        self._failures: SimpleQueue[KconsoleError] = SimpleQueue()
        self._steward = Steward(self._write, self._failures.put)
        try:
            self._log = open_log(self._transcript, path)
        except KconsoleError as error:
            say(str(error))

    def take(self, msg: Message | None) -> None:
        """Take a message off iopub; None says that the kernel was restarted."""
        self._tell()
        if msg is not None and self._log is not None:
            self._steward.do(partial(self._record, parse_event(msg)))

    def close(self) -> None:
        """Write what is still to be written, and wait for that."""
        self._steward.close()
        if self._log is not None:
            self._log.close()
        self._tell()

    def _record(self, event: Event) -> None:
        if isinstance(event, ExecuteInput):
            self._transcript.input(event.parent.msg_id, event.code, event.execution_count)
        self._transcript.event(event)
        if self._log is not None:
            self._log.take(event)

    def _write(self) -> None:
        if self._log is None:
            return
        try:
            self._log.write()
        except KconsoleError as error:
            log, self._log = self._log, None
            log.close()
            raise KconsoleError(f"no longer logging: {error}") from None

    def _tell(self) -> None:
        while not self._failures.empty():
            self._say(str(self._failures.get()))
