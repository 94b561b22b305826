"""Events as lines of JSON: one object for each, for programs that run kconsole or read its logs.

``kconsole/script/events.schema.json`` says what they hold (https://json-schema.org, draft 2020-12).
An object's first keys are ``event``, its kind, and ``time``, when it was written. Of what a kernel has
sent, the fields are named as in the messaging specification, and buffers are in base64.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from kconsole import __version__
from kconsole.protocol.dates import format_date
from kconsole.protocol.events import (
    ClearOutput,
    CommClose,
    CommMsg,
    CommOpen,
    DisplayData,
    ErrorOutput,
    Event,
    ExecuteInput,
    ExecuteResult,
    InputRequest,
    Parent,
    ShutdownReply,
    Status,
    Stream,
    Unknown,
    UpdateDisplay,
)
from kconsole.protocol.message import Message
from kconsole.record.jsonvalue import writable
from kconsole.render.mime import raw_value

if TYPE_CHECKING:
    from kconsole.record.cell import RecordedCell

__all__ = [
    "VERSION",
    "event_fields",
    "event_line",
    "json_line",
    "of_types",
    "recorded_lines",
    "start_fields",
]

VERSION = 1
"""Goes up when what a consumer relies on changes; new kinds of events and new fields do not count."""

#: What a message's event is called. Others are none: a subscription's welcome is nobody's output.
_KINDS: Mapping[type, str] = {
    ExecuteInput: "input",
    Stream: "stream",
    DisplayData: "display",
    UpdateDisplay: "update",
    ExecuteResult: "result",
    ClearOutput: "clear",
    ErrorOutput: "error",
    Status: "status",
    InputRequest: "question",
    CommOpen: "comm_open",
    CommMsg: "comm_msg",
    CommClose: "comm_close",
    ShutdownReply: "shutdown",
    Unknown: "other",
}

#: What to keep: any escape but a half of a surrogate pair alone, at which strict parsers give up.
_ESCAPE = re.compile(r"(\\[^u]|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2})|\\ud[89a-f][0-9a-f]{2}")


def json_line(event: str, fields: Mapping[str, Any]) -> str:
    """Return an event as one line in ASCII, with its newline; its time is now.

    :param event: its kind.
    :param fields: what it holds besides its kind and the time.
    """
    value = {"event": event, "time": format_date(datetime.now(UTC)), **fields}
    try:
        text = json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        text = json.dumps(writable(value))
    if "\\ud" in text:
        text = _ESCAPE.sub(lambda found: found[1] or "\\ufffd", text)
    return text + "\n"


def start_fields(mode: Literal["run", "watch", "log"]) -> dict[str, Any]:
    """Return the fields of ``start``, the first line.

    :param mode: what is done.
    """
    return {"version": VERSION, "kconsole": __version__, "mode": mode}


def event_fields(event: Event, msg: Message | None) -> tuple[str, dict[str, Any]]:
    """Return what to write of a message: the kind of the event and its fields.

    :param msg: the message as it came; None if there was none.
    :return: an empty kind for what is not to be written.
    """
    kind = _KINDS.get(type(event), "")
    fields = event._asdict()
    del fields["parent"]
    if msg is not None and kind == "other":
        fields["content"] = msg["content"]
    if msg is not None and msg["buffers"]:
        fields["buffers"] = [base64.b64encode(each).decode() for each in msg["buffers"]]
    return kind, fields


def event_line(event: Event) -> str:
    """Return the line of an event, with whom it belongs to; "" if it has none."""
    kind, fields = event_fields(event, None)
    return json_line(kind, event.parent._asdict() | fields) if kind else ""


def recorded_lines(cell: "RecordedCell") -> str:
    """Return the lines of a cell, as if it came now: its input, and what it shows."""
    return "".join(map(event_line, _events(cell)))


def _events(cell: "RecordedCell") -> Iterator[Event]:
    parent = Parent(cell.msg_id)
    yield ExecuteInput(cell.code, cell.count, parent)
    for output in cell.outputs():
        yield output._replace(parent=parent)


def of_types(event: Event, mime: Sequence[str]) -> Event:
    """Return an event whose data, if it is a display or a result, are of the types that are wanted.

    :param mime: MIME types; none are all.
    """
    if not mime or not isinstance(event, DisplayData | ExecuteResult | UpdateDisplay):
        return event
    found = (raw_value(event.data, (each,)) for each in mime)
    return event._replace(data={each: value for each, value in found if each})
