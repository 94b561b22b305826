"""Recorded cells as lines of JSON, as if they came now."""

from collections.abc import Iterator

from kconsole.protocol.events import Event, ExecuteInput, Parent
from kconsole.render.jsonevents import event_fields, json_line
from kconsole.render.recorded import RecordedCell

__all__ = ["event_line", "recorded_lines"]


def event_line(event: Event) -> str:
    """Return the line of an event, with whom it belongs to; "" if it has none."""
    kind, fields = event_fields(event, None)
    return json_line(kind, event.parent._asdict() | fields) if kind else ""


def recorded_lines(cell: RecordedCell) -> str:
    """Return the lines of a cell: its input, and what it shows now."""
    return "".join(map(event_line, _events(cell)))


def _events(cell: RecordedCell) -> Iterator[Event]:
    parent = Parent(cell.msg_id)
    yield ExecuteInput(cell.code, cell.count, parent)
    for output in cell.outputs():
        yield output._replace(parent=parent)
