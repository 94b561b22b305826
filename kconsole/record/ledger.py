r"""What a session has run and shown, and the files that are made of it: ``\save``, ``\log``, ``--log``.

All that is shown is kept, with a bound for each cell.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from kconsole.errors import AlreadyThereError, KconsoleError
from kconsole.protocol.events import (
    ClearOutput,
    DisplayData,
    ErrorOutput,
    Event,
    ExecuteInput,
    ExecuteResult,
    Status,
    Stream,
    UpdateDisplay,
)
from kconsole.protocol.replies import KernelInfo
from kconsole.record.consent import Consent
from kconsole.record.logfile import Log, open_log
from kconsole.record.saving import save, target_of
from kconsole.record.spill import Spill
from kconsole.record.transcript import Transcript
from kconsole.render.output import RenderOptions

__all__ = ["RECORDED", "CellInput", "Ledger"]

RECORDED = frozenset(
    {
        ClearOutput,
        DisplayData,
        ErrorOutput,
        ExecuteInput,
        ExecuteResult,
        Status,
        Stream,
        UpdateDisplay,
    }
)
"""The types of the events that leave something in a file."""


_SPILLED = 1 << 28  # bytes that the long texts of a session may take in a file


class CellInput(NamedTuple):
    """A cell; once more when its number is known."""

    msg_id: str
    code: str
    number: int | None


class Ledger:
    """Takes what happens, in order, and writes files of it. It blocks, and belongs to one thread.

    :param kernel: the name of the kernelspec, if it is known.
    :param title: tells how that is called for people, "" if that is not known; asked only when there is
        a file to write, as it may have to look through many directories.
    """

    def __init__(self, kernel: str = "", title: Callable[[], str] = str) -> None:
        self._spill = Spill(_SPILLED)
        self._transcript = Transcript(KernelInfo(), kernel, spill=self._spill)
        self._title = title
        self._log: Log | None = None
        self._log_name = ""
        #: All that there have been, to be taken up again.
        self._logs: dict[Path, Log] = {}
        self._consent = Consent()

    def record(self, happened: Iterable[Event | CellInput], info: KernelInfo) -> None:
        """Take what has happened.

        :param info: what the kernel says of itself.
        """
        self._transcript.info = info
        for what in happened:
            if isinstance(what, CellInput):
                self._transcript.input(*what)
            else:
                self._transcript.event(what)
                if self._log is not None:
                    self._log.take(what)

    def last(self, options: RenderOptions) -> str:
        """Return the output of the last cell that has some, as :meth:`Transcript.last` does."""
        return self._transcript.last(options)

    def save(self, name: str) -> str:
        """Write all of it to a file; one that exists only when asked a second time.

        :return: what to tell the user.
        :raise KconsoleError: it cannot be written; AlreadyThereError: it was not asked a second time.
        """

        self._find_title()
        try:
            path = save(self._transcript, name, overwrite=self._consent.given(name))
        except AlreadyThereError:  # after this refusal, it may be written over
            self._consent.keep(name)
            raise
        self._consent.keep(name)
        return f"saved to {path}"

    def log(self, name: str) -> str:
        """Write all of it to a file, behind what is in it, for :meth:`write_log` to keep up to date.

        Returns and raises what :meth:`save` does.
        """
        if self._log is not None:
            self._leave_log()
        self._find_title()
        path = target_of(name)
        log = self._logs.get(path)
        if log is None:
            log = open_log(self._transcript, path)
        else:
            del self._logs[path]  # unless it can be written
            log.write()
        self._log = self._logs[path] = log
        self._log_name = name
        return f"logging to {name}"

    def write_log(self) -> None:
        """Bring the log up to date, if there is one.

        :raise KconsoleError: it cannot be written. There is no log any more then, so it is said once.
        """
        if self._log is None:
            return
        try:
            self._log.write()
        except KconsoleError as error:
            log, self._log = self._log, None
            del self._logs[log.path]
            log.close()
            raise KconsoleError(f"no longer logging: {error}") from None

    def stop_log(self) -> str:
        """Bring the log up to date for the last time; returns and raises as :meth:`log`."""
        if self._log is None:
            return r"nothing is being logged; \log FILE begins"
        self._leave_log()
        return f"no longer logging to {self._log_name}"

    def close(self) -> None:
        """Nothing more comes; what is not in the log yet is to be written before."""
        for log in self._logs.values():
            log.close()
        self._spill.close()

    def _leave_log(self) -> None:
        self.write_log()
        if self._log is not None:
            self._log.close()
            self._log = None

    def _find_title(self) -> None:
        self._transcript.title = self._transcript.title or self._title()
