"""One cell that was run, and what it has shown: its outputs as a notebook would show them now.

The rules are those of the notebook: consecutive pieces of a stream are one output, of a progress bar the
last step counts, clear_output takes the outputs away (with ``wait`` when the next one comes), an update
changes what was shown before.
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
from kconsole.record.printed import Printed
from kconsole.record.spill import Slip, Spill

__all__ = ["AT_MOST", "Output", "RecordedCell"]

AT_MOST = 10_000_000
"""Characters that are kept in memory of what a cell prints, and as many of all else that it shows."""

_PIECE = 1 << 17  # characters that are kept at once
_LARGE = 1 << 20  # characters of an output, of which long texts go to a file, if there is one

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

    def output(self, spill: Spill | None) -> DisplayData | ExecuteResult | ErrorOutput:
        event = self.event
        if spill is None or isinstance(event, ErrorOutput):
            return event
        slips = {mime: each for mime, each in event.data.items() if isinstance(each, Slip)}
        if not slips:
            return event
        texts = {mime: spill.get(slip) for mime, slip in slips.items()}
        return event._replace(data={**event.data, **texts})


class RecordedCell:
    """A cell, its number and its outputs.

    :param msg_id: of the execute_request.
    :param code: its source.
    :param count: its number, if it is known already.
    :param at_most: characters that are kept in memory of what it prints, and as many of all else.
    :param spill: where long texts go; None keeps them in memory.
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
        "_spill",
        "code",
        "count",
        "left_out",
        "msg_id",
    )

    def __init__(
        self,
        msg_id: str,
        code: str,
        count: int | None,
        *,
        at_most: int = AT_MOST,
        spill: Spill | None = None,
    ) -> None:
        self.msg_id = msg_id
        self.code = code
        self.count = count
        #: Characters of output that are not kept, as there is too much.
        self.left_out = 0
        self._at_most = at_most
        self._spill = spill
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
        spill = self._spill
        return (
            one.output(spill) if isinstance(one, _Shown) else one.output() for one in self._outputs
        )

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
            data, size = self._kept(event.data, event.metadata)
            if self._shown - shown.size + size > self._at_most:
                self.left_out += size
            elif not isinstance(shown.event, ErrorOutput):
                self._shown += size - shown.size
                shown.size = size
                shown.event = shown.event._replace(data=data, metadata=event.metadata)

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
        if printed is None:
            self.left_out += len(event.text)
            return
        for start in range(0, len(event.text), _PIECE):
            text = event.text[start : start + _PIECE]
            kept = text[: max(0, self._at_most - self._printed)]
            self.left_out += len(text) - len(kept)
            before = printed.size
            printed.write(kept)
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
        new = Printed(event.name, self._spill)
        if latest is not None and unfinished:
            before = latest.size
            new = latest.go_on()
            self._printed += latest.size + new.size - before
            if latest.empty:
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
            data, size = self._kept(event.data, event.metadata)
            display_id = event.display_id
            if data is not event.data:
                event = event._replace(data=data)
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

    def _kept(
        self, data: Mapping[str, object], metadata: Mapping[str, object]
    ) -> tuple[Mapping[str, object], int]:
        """The data of a display, long texts of very large ones as slips; and what is in memory of it."""
        size = _size([data, metadata])
        if size <= _LARGE or self._spill is None:
            return data, size
        kept = dict(data)
        for mime, value in data.items():
            if isinstance(value, str) and len(value) > _LARGE // 16:
                slip = self._spill.put(value)
                if slip is not None:
                    kept[mime] = slip
                    size -= len(value)
        return kept, size

    def _number(self, count: int | None) -> None:
        if count:  # IPython's is 0 for a cell that it is to forget
            self.count = count


def _size(value: object) -> int:
    """Return roughly how many characters a value takes; without recursion, as it may be deep."""
    total = 0
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            total += len(one)
        elif isinstance(one, dict):
            todo += one.keys()
            todo += one.values()
        elif isinstance(one, list | tuple):
            todo += one
        else:
            total += 8
    return total
