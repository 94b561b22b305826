"""A script's happenings as the outputs in a notebook, whose file follows from cell to cell."""

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from kconsole.protocol.events import ErrorOutput, Event, InputRequest, UpdateDisplay
from kconsole.protocol.message import Message
from kconsole.record.cell import RecordedCell
from kconsole.record.notebook import cell_outputs
from kconsole.script.cellprogress import CellProgress
from kconsole.script.cells import ScriptCell
from kconsole.script.notebook import Notebook
from kconsole.script.outputfile import OutputFile
from kconsole.script.pacedfile import PacedFile
from kconsole.script.sink import Outcome, Sink
from kconsole.script.text import TextSink

__all__ = ["NotebookSink", "NotesSink"]

#: Characters that are kept of what a cell prints, and as many of all else: more than a browser opens.
_AT_MOST = 1 << 28


class NotesSink(TextSink):
    """Beside a notebook: standard output stays empty, and an error is one line on standard error."""

    _error: ErrorOutput | None = None

    def event(self, event: Event, msg: Message | None) -> None:
        """Remember an error; the rest stands in the notebook."""
        if isinstance(event, ErrorOutput):
            self._error = event

    def page(self, payload: Mapping[str, Any]) -> None:
        """Nothing to write."""

    def end(self, cell: ScriptCell, outcome: Outcome) -> None:
        """Say what was wrong with the cell; one that was not sent has no error of its own."""
        error, self._error = self._error, None
        if error is not None and not cell.may_fail:
            said = (cell.name, error.ename, error.evalue)
            self.note(": ".join(each for each in said if each))


class NotebookSink:
    """Puts what the cells put out into a notebook, and the notebook into its file.

    An update of a display changes it in whichever cell it stands.

    :param notebook: whose cells are run; it is written at once, without outputs.
    :param file: where to.
    :param beside: is told of everything too.
    :param progress: says how far it is.
    :raise OutputError: as all methods do: the file cannot be written.
    """

    def __init__(
        self, notebook: Notebook, file: OutputFile, beside: Sink, progress: CellProgress
    ) -> None:
        self._notebook = notebook
        self._file = PacedFile(file, notebook.text)
        self._beside = beside
        self._progress = progress
        #: The cell that runs and its number; None between the cells.
        self._running: tuple[int, RecordedCell] | None = None
        #: The cells that show what can be updated, by number.
        self._updatable: dict[int, RecordedCell] = {}
        #: The numbers of those of them that have been updated, and not been written since.
        self._updated: set[int] = set()
        file.write(notebook.text())

    def begin(self, cell: ScriptCell, msg_id: str) -> None:
        """A cell has been sent."""
        self._running = (cell.number, RecordedCell(msg_id, cell.source, None, at_most=_AT_MOST))
        self._progress.next()
        self._beside.begin(cell, msg_id)

    def event(self, event: Event, msg: Message | None) -> None:
        """Put an event where it belongs."""
        self._file.check()
        if isinstance(event, InputRequest):
            self._progress.hide()
        else:
            self._progress.go_on()
        self._beside.event(event, msg)
        if isinstance(event, UpdateDisplay):
            for number, shown in self._updatable.items():
                shown.update(event)
                self._updated.add(number)
        elif self._running is not None:
            number, recorded = self._running
            recorded.receive(event)
            if recorded.updatable:
                self._updatable[number] = recorded

    def page(self, payload: Mapping[str, Any]) -> None:
        """Hand it on: a notebook has no place for it."""
        self._beside.page(payload)

    def expressions(self, values: Mapping[str, Any]) -> None:
        """Hand them on."""
        self._progress.hide()
        self._beside.expressions(values)
        self._progress.go_on()

    def end(self, cell: ScriptCell, outcome: Outcome) -> None:
        """Have the file written."""
        if self._running is not None and outcome.reply is not None:
            recorded = self._running[1]
            count = outcome.reply.execution_count
            recorded.count = recorded.count if count is None else count
        self._keep()
        self._progress.hide()
        self._beside.end(cell, outcome)
        self._progress.go_on()

    def note(self, text: str) -> None:
        """Hand it on."""
        self._progress.hide()
        self._beside.note(text)
        self._progress.go_on()

    def interrupted(self) -> None:
        """Hand it on."""
        self._progress.hide()
        self._beside.interrupted()

    def close(self) -> None:
        """Write what is not written yet, also what a cell had shown that was not waited for to its end."""
        with closing(self._beside), closing(self._file):
            self._progress.close()
            self._keep()

    def _keep(self) -> None:
        """Put into the notebook what has come of the cell that ran."""
        if self._running is None:
            return
        number, recorded = self._running
        self._running = None
        self._notebook.set_outputs(number, cell_outputs(recorded))
        for each in self._updated - {number}:
            self._notebook.set_outputs(each, cell_outputs(self._updatable[each]))
        self._updated.clear()
        self._file.changed()
