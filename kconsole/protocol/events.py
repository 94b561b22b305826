"""Events: what a message that came on iopub or stdin says, as small typed values.

Parsing is lenient and never raises: twenty kernels leave out, null or misshape nearly every field
there is. A type that is not known is an event as well, :class:`Unknown`.
("Messages on the IOPub (PUB/SUB) channel" and "Messages on the stdin (ROUTER/DEALER) channel" in
the messaging specification.)
"""

from collections.abc import Callable, Mapping
from sys import intern
from typing import Any, Literal, NamedTuple

from kconsole.protocol.adapt import from_v4
from kconsole.protocol.fields import (
    as_count,
    as_mapping,
    as_optional_text,
    as_text,
    as_texts,
)
from kconsole.protocol.message import Message

__all__ = [
    "ClearOutput",
    "CommClose",
    "CommMsg",
    "CommOpen",
    "DisplayData",
    "ErrorOutput",
    "Event",
    "ExecuteInput",
    "ExecuteResult",
    "InputRequest",
    "Parent",
    "ShutdownReply",
    "Status",
    "Stream",
    "Unknown",
    "UpdateDisplay",
    "Welcome",
    "parse_error",
    "parse_event",
]


class Parent(NamedTuple):
    """Whom a message belongs to, out of its parent header; "" where that is not known."""

    msg_id: str = ""
    session: str = ""
    username: str = ""


_NOBODY = Parent()


# Named tuples, not dataclasses: a program that runs one line of code is started thousands of times, and
# each frozen dataclass costs it 0.6 ms, each named tuple 0.1 ms.


class Stream(NamedTuple):
    """Text on the kernel's stdout or stderr; a piece, which may end anywhere."""

    name: Literal["stdout", "stderr"]
    text: str
    parent: Parent = _NOBODY


class DisplayData(NamedTuple):
    """Something shown, in several MIME types of which the reader takes the one it likes best.

    A value is a string (base64 for binary types) or, for JSON types, any JSON value.
    """

    data: Mapping[str, object]
    metadata: Mapping[str, object]
    display_id: str | None = None
    parent: Parent = _NOBODY


class ExecuteResult(NamedTuple):
    """The value of a cell, shown as ``Out[n]``."""

    data: Mapping[str, object]
    metadata: Mapping[str, object]
    display_id: str | None = None
    execution_count: int | None = None
    parent: Parent = _NOBODY


class UpdateDisplay(NamedTuple):
    """New content for what was shown with this display_id."""

    data: Mapping[str, object]
    metadata: Mapping[str, object]
    display_id: str | None = None
    parent: Parent = _NOBODY


class ClearOutput(NamedTuple):
    """Clear the cell's output: at once, or with ``wait`` when the next output comes."""

    wait: bool
    parent: Parent = _NOBODY


class ErrorOutput(NamedTuple):
    """An exception. Any field may be empty; a traceback's item may hold several lines."""

    ename: str
    evalue: str
    traceback: tuple[str, ...]
    parent: Parent = _NOBODY


class Status(NamedTuple):
    """The kernel became busy or idle for the parent; ``starting`` has no parent.

    Other words are seen too (restarting, dead, ...).
    """

    execution_state: str
    parent: Parent = _NOBODY


class ExecuteInput(NamedTuple):
    """Code that some client runs now."""

    code: str
    execution_count: int | None
    parent: Parent = _NOBODY


class InputRequest(NamedTuple):
    """The kernel wants a line from the user; a password must not be echoed."""

    prompt: str
    password: bool
    parent: Parent = _NOBODY


class CommOpen(NamedTuple):
    """The kernel opens a comm (a widget's connection)."""

    comm_id: str
    target_name: str
    data: Mapping[str, object]
    parent: Parent = _NOBODY


class CommMsg(NamedTuple):
    """A message of an open comm."""

    comm_id: str
    data: Mapping[str, object]
    parent: Parent = _NOBODY


class CommClose(NamedTuple):
    """The kernel closes a comm."""

    comm_id: str
    data: Mapping[str, object]
    parent: Parent = _NOBODY


class ShutdownReply(NamedTuple):
    """The kernel is about to end; ``restart`` says that it will come back."""

    restart: bool
    parent: Parent = _NOBODY


class Welcome(NamedTuple):
    """A subscription took effect (JEP 65); "" is the subscription to everything."""

    subscription: str
    parent: Parent = _NOBODY


class Unknown(NamedTuple):
    """A message of a type that means nothing to a console."""

    msg_type: str
    parent: Parent = _NOBODY


Event = (
    Stream
    | DisplayData
    | ExecuteResult
    | UpdateDisplay
    | ClearOutput
    | ErrorOutput
    | Status
    | ExecuteInput
    | InputRequest
    | CommOpen
    | CommMsg
    | CommClose
    | ShutdownReply
    | Welcome
    | Unknown
)


def parse_event(msg: Message) -> Event:
    """Give a message's meaning; never raises.

    :param msg: a message off iopub or stdin, of protocol 5 or 4.
    """
    msg = from_v4(msg)
    parent = _parent(msg)
    parser = _PARSERS.get(msg["msg_type"])
    if parser is None:
        return Unknown(msg["msg_type"], parent)
    return parser(as_mapping(msg["content"]), parent)


def parse_error(msg: Message) -> ErrorOutput:
    """Give the error that a message's content describes: of ``error``, or of a failed reply."""
    return _error(as_mapping(msg["content"]), _parent(msg))


def _parent(msg: Message) -> Parent:
    header = as_mapping(msg["parent_header"])
    return Parent(
        as_text(header.get("msg_id")),
        as_text(header.get("session")),
        as_text(header.get("username")),
    )


def _data(content: Mapping[str, Any]) -> dict[str, object]:
    """Give a MIME bundle; lines in lists are joined, except where a list is a JSON value."""
    return {
        intern(mime): as_text(value)
        if isinstance(value, list) and not _is_json(mime, value)
        else value
        for mime, value in as_mapping(content.get("data")).items()
    }


def _is_json(mime: str, value: list[object]) -> bool:
    return "json" in mime or not all(isinstance(part, str) for part in value)


def _bundle(
    content: Mapping[str, Any],
) -> tuple[dict[str, object], Mapping[str, object], str | None]:
    """Give the three fields that each kind of display has."""
    transient = as_mapping(content.get("transient"))
    return (
        _data(content),
        as_mapping(content.get("metadata")),
        as_optional_text(transient.get("display_id")),
    )


def _stream(content: Mapping[str, Any], parent: Parent) -> Stream:
    name: Literal["stdout", "stderr"] = "stderr" if content.get("name") == "stderr" else "stdout"
    return Stream(name, as_text(content.get("text")), parent)


def _execute_result(content: Mapping[str, Any], parent: Parent) -> ExecuteResult:
    count = as_count(content.get("execution_count"))
    return ExecuteResult(*_bundle(content), count, parent)


def _error(content: Mapping[str, Any], parent: Parent) -> ErrorOutput:
    return ErrorOutput(
        as_text(content.get("ename")),
        as_text(content.get("evalue")),
        as_texts(content.get("traceback")),
        parent,
    )


def _execute_input(content: Mapping[str, Any], parent: Parent) -> ExecuteInput:
    return ExecuteInput(
        as_text(content.get("code")), as_count(content.get("execution_count")), parent
    )


def _input_request(content: Mapping[str, Any], parent: Parent) -> InputRequest:
    # kotlin leaves out password
    return InputRequest(as_text(content.get("prompt")), bool(content.get("password")), parent)


def _comm_open(content: Mapping[str, Any], parent: Parent) -> CommOpen:
    return CommOpen(
        as_text(content.get("comm_id")),
        as_text(content.get("target_name")),
        as_mapping(content.get("data")),
        parent,
    )


def _comm(content: Mapping[str, Any]) -> tuple[str, Mapping[str, object]]:
    return as_text(content.get("comm_id")), as_mapping(content.get("data"))


def _shutdown(content: Mapping[str, Any], parent: Parent) -> ShutdownReply:
    return ShutdownReply(bool(content.get("restart")), parent)


_PARSERS: dict[str, Callable[[Mapping[str, Any], Parent], Event]] = {
    "stream": _stream,
    "display_data": lambda content, parent: DisplayData(*_bundle(content), parent),
    "execute_result": _execute_result,
    "update_display_data": lambda content, parent: UpdateDisplay(*_bundle(content), parent),
    "clear_output": lambda content, parent: ClearOutput(bool(content.get("wait")), parent),
    "error": _error,
    "status": lambda content, parent: Status(as_text(content.get("execution_state")), parent),
    "execute_input": _execute_input,
    "input_request": _input_request,
    "comm_open": _comm_open,
    "comm_msg": lambda content, parent: CommMsg(*_comm(content), parent),
    "comm_close": lambda content, parent: CommClose(*_comm(content), parent),
    "shutdown_reply": _shutdown,
    # xeus-python's name for it on iopub
    "shutdown": _shutdown,
    "iopub_welcome": lambda content, parent: Welcome(as_text(content.get("subscription")), parent),
}
