r"""The session as files: ``\save``, ``\log`` and the log that the command line names.

All that is shown is kept, with a bound for each cell. The record belongs to a thread that also writes the
files: however large they are, and however slow the disk, no key waits for them. What happens is collected
here, and handed over in order; so a file has what had happened when it was asked for.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple, Protocol

from kconsole.errors import AlreadyThereError, KconsoleError
from kconsole.protocol.events import (
    ClearOutput,
    DisplayData,
    ErrorOutput,
    Event,
    ExecuteInput,
    ExecuteResult,
    Parent,
    Stream,
    UpdateDisplay,
)
from kconsole.protocol.replies import KernelInfo
from kconsole.render.saving import TranscriptLog, save
from kconsole.render.style import Role
from kconsole.render.transcript import Transcript
from kconsole.repl.consent import Consent

__all__ = ["Filing"]

_RECORDED = frozenset(
    {ClearOutput, DisplayData, ErrorOutput, ExecuteInput, ExecuteResult, Stream, UpdateDisplay}
)
_HANDFUL = 512  # things that are handed over at once
#: After the end of a cell before it is logged: what comes late belongs to it too.
_LATE_S = 0.2


class _Input(NamedTuple):
    """A cell; once more when its number is known."""

    msg_id: str
    code: str
    number: int | None


class Notes(Protocol):
    """What is needed of the scribe."""

    def note(self, text: str, role: Role = "note") -> None:
        """Say something in a line."""


class Filing:
    """Keeps the session, and writes it where it is wanted.

    :param loop: the console's.
    :param notes: where to say what became of a file.
    :param info: gives what the kernel says of itself.
    :param kernel: the name of its kernelspec, if it is known.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        notes: Notes,
        info: Callable[[], KernelInfo],
        kernel: str = "",
    ) -> None:
        self._loop = loop
        self._notes = notes
        self._info = info
        #: Owns the transcript, the log and the consent; one thread, so that all is done in order.
        self._worker = ThreadPoolExecutor(1, "filing")
        self._transcript = Transcript(KernelInfo(), kernel)
        self._log: TranscriptLog | None = None
        self._log_name = ""
        self._consent = Consent()
        #: Of the event loop alone, as is all that follows.
        self._batch: list[Event | _Input] = []
        self._running: set[str] = set()
        self._logging = ""
        self._timer: asyncio.TimerHandle | None = None

    # -- what happens --------------------------------------------------------------------------------

    def began(self, msg_id: str, code: str, count: int | None = None) -> None:
        """A cell is run."""
        if self._timer is not None:
            self._write_log()  # before there is one in it that has not ended
        self._running.add(msg_id)
        self._take(_Input(msg_id, code, count))

    def event(self, event: Event) -> None:
        """Something is shown."""
        if type(event) in _RECORDED:
            self._take(event)

    def ended(self, msg_id: str, count: int | None = None) -> None:
        """A cell is done with, or is not waited for any more.

        :param count: its number, if only the end told it.
        """
        if msg_id not in self._running:
            return
        self._running.discard(msg_id)
        self._take(_Input(msg_id, "", count))
        if self._logging and not self._running and self._timer is None:
            self._timer = self._loop.call_later(_LATE_S, self._write_log)

    def answered(self, msg_id: str, text: str) -> None:
        """A question of the kernel has been answered; what stands on the screen, without its newline."""
        self._take(Stream("stdout", f"{text}\n", Parent(msg_id)))

    # -- what is asked for -----------------------------------------------------------------------------

    def save(self, name: str) -> None:
        r"""``\save``: write all of it to a file; one that exists only when asked a second time."""

        def write(overwrite: bool) -> str:
            return f"saved to {save(self._transcript, name, overwrite=overwrite)}"

        def done(future: "Future[str]") -> None:
            self._tell(future, r"\save")

        self._do(lambda: self._agreed(r"\save", name, write), done)

    def log(self, name: str = "") -> None:
        r"""``\log``: write all of it to a file from now on, and what follows; without a name, stop."""
        if not name:
            self._stop_log()
            return
        if self._logging:
            self._write_log()  # the one that ends here

        def begin(overwrite: bool) -> str:
            self._log = TranscriptLog(self._transcript, name, overwrite=overwrite)
            self._log_name = name
            return f"logging to {name}"

        def done(future: "Future[str]") -> None:
            if self._tell(future, r"\log"):
                self._logging = name

        self._do(lambda: self._agreed(r"\log", name, begin), done)

    def close(self) -> None:
        """Write what is still to be written, and wait for that."""
        if self._timer is not None:
            self._timer.cancel()
        if self._logging:
            self._write_log()
        self._worker.shutdown()

    def _stop_log(self) -> None:
        if not self._logging:
            self._notes.note(r"nothing is being logged; \log FILE begins")
            return
        self._write_log()
        self._notes.note(f"no longer logging to {self._logging}")
        self._logging = ""

    # -- handing over ------------------------------------------------------------------------------------

    def _take(self, what: Event | _Input) -> None:
        self._batch.append(what)
        if len(self._batch) >= _HANDFUL:
            self._hand_over()

    def _hand_over(self) -> None:
        batch, self._batch = self._batch, []
        future = self._worker.submit(self._record, batch, self._info())
        # A mistake in there is told as those of the loop are.
        future.add_done_callback(lambda it: self._loop.call_soon_threadsafe(it.result))

    def _record(self, batch: list[Event | _Input], info: KernelInfo) -> None:
        self._transcript.info = info
        for what in batch:
            if isinstance(what, _Input):
                self._transcript.input(*what)
            else:
                self._transcript.event(what)

    def _do(self, work: Callable[[], str], done: "Callable[[Future[str]], None]") -> None:
        """Have something done behind all that has happened, and then something here."""
        self._hand_over()
        future = self._worker.submit(work)
        future.add_done_callback(lambda it: self._loop.call_soon_threadsafe(done, it))

    def _agreed(self, command: str, name: str, write: Callable[[bool], str]) -> str:
        """Write a file, over an old one only if that is agreed; after a refusal, it is."""
        try:
            said = write(self._consent.given(command, name))
        except AlreadyThereError:
            self._consent.keep(command, name)
            raise
        self._consent.keep(command, name)
        return said

    def _tell(self, future: "Future[str]", command: str) -> bool:
        """Say what became of a file; whether it was written."""
        try:
            self._notes.note(future.result())
        except AlreadyThereError as error:
            self._notes.note(f"{error}; the same {command} once more overwrites it", "warning")
            return False
        except KconsoleError as error:
            self._notes.note(str(error), "error")
            return False
        return True

    def _write_log(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._do(self._update_log, self._logged)

    def _update_log(self) -> str:
        if self._log is not None:
            self._log.write()
            self._consent.keep(r"\log", self._log_name)
        return ""

    def _logged(self, future: "Future[str]") -> None:
        try:
            future.result()
        except KconsoleError as error:
            if self._logging:  # said once: it would fail after every cell
                self._notes.note(f"no longer logging: {error}", "error")
            self._logging = ""
