"""What a session has run and what came of it, to be saved as a file (:mod:`kconsole.record.kinds`)."""

from collections.abc import Sequence

from kconsole.protocol.events import (
    ClearOutput,
    DisplayData,
    ErrorOutput,
    Event,
    ExecuteResult,
    Stream,
    UpdateDisplay,
)
from kconsole.protocol.replies import KernelInfo
from kconsole.record.cell import AT_MOST, RecordedCell
from kconsole.record.listing import screen_output
from kconsole.record.notebook import left_out_note
from kconsole.record.spill import Spill
from kconsole.render.output import RenderOptions

__all__ = ["Changes", "Transcript"]

#: What changes what a cell shows.
_OUTPUTS = (ClearOutput, DisplayData, ErrorOutput, ExecuteResult, Stream)


class Changes:
    """Since somebody has looked last.

    Attributes:
        first: the number, from 0, of the first cell that is new or otherwise than it was.
    """

    def __init__(self) -> None:
        self.first = 0

    def note(self, number: int) -> None:
        """A cell has changed."""
        self.first = min(self.first, number)


class Transcript:
    """Takes inputs and events as they come.

    What is shown of a cell without an event of its own (an answer to input(), the error that only a
    reply tells) has to be brought as one, with the cell's id as its parent's.

    :param info: what the kernel says of itself; may be set anew, as after a restart.
    :param kernel: the name of its kernelspec, if it is known.
    :param title: how the kernelspec is called for people; may be set later.
    :param at_most: characters that are kept of what a cell prints, and as many of all else that it
        shows; how much is left out is told in the file.
    :param spill: where long texts go; None keeps them in memory.
    """

    def __init__(
        self,
        info: KernelInfo,
        kernel: str = "",
        title: str = "",
        *,
        at_most: int = AT_MOST,
        spill: Spill | None = None,
    ) -> None:
        self.info = info
        self.kernel = kernel
        self.title = title
        self._at_most = at_most
        self._spill = spill
        self._cells: list[RecordedCell] = []
        self._numbers: dict[str, int] = {}  # by msg_id
        #: The cells that have shown a display, by its id.
        self._showing: dict[str | None, set[int]] = {}
        self._changes: list[Changes] = []

    @property
    def cells(self) -> Sequence[RecordedCell]:
        """All of them, in order."""
        return self._cells

    def changes(self) -> Changes:
        """Return what is told from now on which cells change; all count as changed at first."""
        self._changes.append(Changes())
        return self._changes[-1]

    def input(self, msg_id: str, code: str, count: int | None = None) -> None:
        """Take a cell that is run; a second time to say its number, where only the reply tells it."""
        number = self._numbers.setdefault(msg_id, len(self._cells))
        if number == len(self._cells):
            cell = RecordedCell(
                msg_id, code, count or None, at_most=self._at_most, spill=self._spill
            )
            self._cells.append(cell)
        elif count and self._cells[number].count != count:
            self._cells[number].count = count
        else:
            return
        self._changed(number)

    def event(self, event: Event) -> None:
        """Take an event; one of a cell that is not known changes nothing, unless it is an update."""
        if isinstance(event, UpdateDisplay):
            for number in self._showing.get(event.display_id, ()):
                self._cells[number].update(event)
                self._changed(number)
            return
        number = self._numbers.get(event.parent.msg_id, -1)
        if number < 0:
            return
        cell = self._cells[number]
        before = cell.count
        cell.receive(event)
        if isinstance(event, _OUTPUTS) or cell.count != before:
            self._changed(number)
        if isinstance(event, DisplayData | ExecuteResult) and event.display_id is not None:
            self._showing.setdefault(event.display_id, set()).add(number)

    def last(self, options: RenderOptions) -> str:
        """Return the output of the last cell that has some, safe, as it is on the screen in the end.

        :param options: how to render it.
        """
        texts = (
            screen_output(cell.outputs(), options=options) + left_out_note(cell)
            for cell in reversed(self._cells)
        )
        return next(filter(None, texts), "")

    def _changed(self, number: int) -> None:
        for changes in self._changes:
            changes.note(number)
