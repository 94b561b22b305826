"""One cell that was run, and what it has shown: its outputs as a notebook would show them now.

The rules are those of the notebook: consecutive pieces of a stream are one output, of a progress bar the
last step counts, clear_output takes
the outputs away (with ``wait`` when the next one comes), an update changes what was shown before.
("Messages on the IOPub (PUB/SUB) channel" in the messaging specification.)
"""

from collections.abc import Iterator, Mapping

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
from kconsole.render.printed import Printed

__all__ = ["AT_MOST", "Output", "RecordedCell"]

AT_MOST = 10_000_000
"""Characters that are kept of what a cell prints, and as many of all else that it shows."""

_MOST_OUTPUTS = 50_000  # each takes some hundred bytes besides its text

_NOBODY = Parent()

Output = Stream | DisplayData | ExecuteResult | ErrorOutput
"""The kinds of output that a notebook knows."""


class _Shown:
    """An output that is no stream; its event changes when a display is updated."""

    __slots__ = ("event", "size")

    def __init__(self, event: DisplayData | ExecuteResult | ErrorOutput, size: int) -> None:
        self.event = event
        self.size = size

    def output(self) -> DisplayData | ExecuteResult | ErrorOutput:
        return self.event


class RecordedCell:
    """A cell, its number and its outputs.

    :param msg_id: of the execute_request.
    :param code: its source.
    :param count: its number, if it is known already.
    :param at_most: characters that are kept of what it prints, and as many of all else.
    """

    # A session has thousands of cells, most of them with one output: what few need is made when it is.
    __slots__ = (
        "_at_most",
        "_clear_next",
        "_displays",
        "_latest",
        "_outputs",
        "_printed",
        "_shown",
        "code",
        "count",
        "left_out",
        "msg_id",
    )

    def __init__(
        self, msg_id: str, code: str, count: int | None, *, at_most: int = AT_MOST
    ) -> None:
        self.msg_id = msg_id
        self.code = code
        self.count = count
        #: Characters of output that are not kept, as there is too much.
        self.left_out = 0
        self._at_most = at_most
        self._outputs: list[Printed | _Shown] = []
        #: The last output of each stream.
        self._latest: tuple[Printed, ...] = ()
        #: What can be updated: display_id -> displays; None if nothing can.
        self._displays: dict[str, list[_Shown]] | None = None
        self._printed = 0
        self._shown = 0
        self._clear_next = False

    @property
    def updatable(self) -> bool:
        """Whether something that it shows can be updated."""
        return self._displays is not None

    def outputs(self) -> Iterator[Output]:
        """Yield what the cell shows now."""
        return (one.output() for one in self._outputs)

    def receive(self, event: Event) -> None:
        """Take an event of this cell; an update goes to every cell."""
        match event:
            case Stream():
                if event.text:
                    self._before_output()
                    self._print(event)
            case DisplayData() | ExecuteResult() | ErrorOutput():
                self._before_output()
                self._show(event)
            case ClearOutput(wait=True):
                self._clear_next = True
            case ClearOutput():
                self._clear()
            case ExecuteInput():
                self._number(event.execution_count)
            case _:
                pass

    def update(self, event: UpdateDisplay) -> None:
        """Take an update, of whatever cell; what is not shown here, or no more, is not updated.

        A display stays as it is if there is no room for its new content.
        """
        if event.display_id is None or self._displays is None:
            return
        for shown in self._displays.get(event.display_id, ()):
            size = _size([event.data, event.metadata])
            if self._shown - shown.size + size > self._at_most:
                self.left_out += size
            elif not isinstance(shown.event, ErrorOutput):
                self._shown += size - shown.size
                shown.size = size
                shown.event = shown.event._replace(data=event.data, metadata=event.metadata)

    def _before_output(self) -> None:
        if self._clear_next:
            self._clear()

    def _clear(self) -> None:
        self._outputs.clear()
        self._latest = ()
        self._displays = None
        self._printed = self._shown = self.left_out = 0
        self._clear_next = False

    def _print(self, event: Stream) -> None:
        printed = self._where_it_goes(event)
        text = event.text[: max(0, self._at_most - self._printed)] if printed is not None else ""
        self.left_out += len(event.text) - len(text)
        if printed is not None:
            before = printed.size
            printed.write(text)
            self._printed += printed.size - before

    def _where_it_goes(self, event: Stream) -> Printed | None:
        """Return the output that a stream goes on in, a new one if need be; None if there are too many.

        A bar that is still being written stays below what has come beside it, as on the screen; a newline
        only ends it, where it is.
        """
        latest = next((one for one in self._latest if one.name == event.name), None)
        unfinished = latest is not None and latest.unfinished
        if latest is not None and (
            latest is self._outputs[-1] or (unfinished and not event.text.strip("\n"))
        ):
            return latest
        if self._printed >= self._at_most or len(self._outputs) >= _MOST_OUTPUTS:
            return None
        new = Printed(event.name)
        if latest is not None and unfinished:
            before = latest.size
            new = latest.go_on()
            self._printed += latest.size + new.size - before
            if not latest.size:
                self._remove(latest)
        self._outputs.append(new)
        self._note_latest(new)
        return new

    def _remove(self, empty: Printed) -> None:
        """Take an output away, and join those of one stream that it has stood between."""
        at = self._outputs.index(empty)
        del self._outputs[at]
        above, below = (*self._outputs[max(0, at - 1) : at + 1], None, None)[:2]
        if not isinstance(above, Printed) or not isinstance(below, Printed):
            return
        if above.name == below.name and not (above.unfinished or below.unfinished):
            before = above.size + below.size
            above.write(below.output().text)
            self._printed += above.size - before
            self._outputs.remove(below)
            self._note_latest(above)

    def _note_latest(self, printed: Printed) -> None:
        others = (one for one in self._latest if one.name != printed.name)
        self._latest = (*others, printed)

    def _show(self, event: DisplayData | ExecuteResult | ErrorOutput) -> None:
        if isinstance(event, ErrorOutput):
            size, display_id = _size(event[:3]), None
        else:
            size, display_id = _size([event.data, event.metadata]), event.display_id
        if isinstance(event, ExecuteResult):
            self._number(event.execution_count)
        if self._shown + size > self._at_most or len(self._outputs) >= _MOST_OUTPUTS:
            self.left_out += size
            return
        self._shown += size
        shown = _Shown(event._replace(parent=_NOBODY), size)  # the cell knows whose it is
        self._outputs.append(shown)
        if display_id is not None:
            if self._displays is None:
                self._displays = {}
            self._displays.setdefault(display_id, []).append(shown)

    def _number(self, count: int | None) -> None:
        if count is not None:
            self.count = count


def _size(value: object) -> int:
    """Return roughly how many characters a value takes; without recursion, as it may be deep."""
    total = 0
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            total += len(one)
        elif isinstance(one, Mapping):
            todo += one.keys()
            todo += one.values()
        elif isinstance(one, list | tuple):
            todo += one
        else:
            total += 8
    return total
