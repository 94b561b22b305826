r"""What a session has run and shown, and the files that are made of it: ``\save``, ``\log``, ``--log``.

All that is shown is kept, with a bound for each cell.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from kconsole.errors import AlreadyThereError, KconsoleError
from kconsole.protocol.events import (
    ClearOutput,
    DisplayData,
    ErrorOutput,
    Event,
    ExecuteInput,
    ExecuteResult,
    Stream,
    UpdateDisplay,
)
from kconsole.protocol.replies import KernelInfo
from kconsole.render.saving import TranscriptLog, save
from kconsole.render.style import Role
from kconsole.render.transcript import Transcript
from kconsole.repl.consent import Consent

__all__ = ["RECORDED", "CellInput", "Ledger", "Notes", "tell"]

RECORDED = frozenset(
    {ClearOutput, DisplayData, ErrorOutput, ExecuteInput, ExecuteResult, Stream, UpdateDisplay}
)
"""The types of the events that leave something in a file."""


class CellInput(NamedTuple):
    """A cell; once more when its number is known."""

    msg_id: str
    code: str
    number: int | None


class Notes(Protocol):
    """Where to say what became of a file."""

    def note(self, text: str, role: Role = "note") -> None:
        """Say something in a line."""


class Ledger:
    """Takes what happens, in order, and writes files of it. It blocks, and belongs to one thread.

    :param kernel: the name of the kernelspec, if it is known.
    :param title: tells how that is called for people, "" if that is not known; asked only when there is
        a file to write, as it may have to look through many directories.
    """

    def __init__(self, kernel: str = "", title: Callable[[], str] = str) -> None:
        self._transcript = Transcript(KernelInfo(), kernel)
        self._title = title
        self._log: TranscriptLog | None = None
        self._log_name = ""
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

    def save(self, name: str) -> str:
        """Write all of it to a file; one that exists only when asked a second time.

        :return: what to tell the user.
        :raise KconsoleError: it cannot be written; AlreadyThereError: it was not asked a second time.
        """

        def write(overwrite: bool) -> str:
            return f"saved to {save(self._transcript, name, overwrite=overwrite)}"

        return self._agreed(r"\save", name, write)

    def log(self, name: str) -> str:
        """Write all of it to a file, for :meth:`write_log` to keep up to date.

        Returns and raises what :meth:`save` does.
        """

        def begin(overwrite: bool) -> str:
            self._log = TranscriptLog(self._transcript, name, overwrite=overwrite)
            self._log_name = name
            return f"logging to {name}"

        return self._agreed(r"\log", name, begin)

    def write_log(self) -> str:
        """Bring the log up to date, if there is one; to be called when a cell has ended.

        :return: ``""``: there is nothing to tell.
        :raise KconsoleError: it cannot be written. There is no log any more then, so it is said once.
        """
        if self._log is None:
            return ""
        try:
            self._log.write()
        except KconsoleError as error:
            self._log = None
            raise KconsoleError(f"no longer logging: {error}") from None
        self._consent.keep(r"\log", self._log_name)
        return ""

    def stop_log(self) -> str:
        """Bring the log up to date for the last time; returns and raises as :meth:`log`."""
        if self._log is None:
            return r"nothing is being logged; \log FILE begins"
        self.write_log()
        self._log = None
        return f"no longer logging to {self._log_name}"

    def _agreed(self, command: str, name: str, write: Callable[[bool], str]) -> str:
        """Write a file, over an old one only if that is agreed; after a refusal, it is."""
        self._transcript.title = self._transcript.title or self._title()
        try:
            said = write(self._consent.given(command, name))
        except AlreadyThereError:
            self._consent.keep(command, name)
            raise
        self._consent.keep(command, name)
        return said


def tell(notes: Notes, result: Callable[[], str], command: str) -> bool:
    """Say what became of a file; whether it was written.

    :param result: gives what to tell, or raises what the ledger does.
    :param command: which one it was.
    """
    try:
        said = result()
    except AlreadyThereError as error:
        notes.note(f"{error}; the same {command} once more overwrites it", "warning")
        return False
    except KconsoleError as error:
        notes.note(str(error), "error")
        return False
    if said:
        notes.note(said)
    return True
