"""Broken messages, each with a name: what a client has to throw away, or to put up with.

``DROPPED`` are those that no client may look at; ``TOLERATED`` are those that it has to survive
and may show in part. Each is sent on iopub in place of a stream message of the cell.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fake.wire import DELIMITER

if TYPE_CHECKING:
    from fake.cell import Cell

__all__ = ["DROPPED", "FAULTS", "TOLERATED", "send"]

Frames = list[bytes]
Fault = Callable[["Cell"], list[Frames]]


def send(cell: "Cell", name: str) -> None:
    """Send the broken messages of that name."""
    for frames in FAULTS[name](cell):
        cell.kernel.send("iopub", frames)


def _good(cell: "Cell", text: str = "from a broken message\n") -> Frames:
    """The frames of a sound stream message of the cell, to be broken afterwards."""
    content = {"name": "stdout", "text": text}
    return cell.kernel.frames("stream", content, cell.header, b"stream.stdout")


def _signature_at(frames: Frames) -> int:
    return frames.index(DELIMITER) + 1


def _with_signature(cell: "Cell", signature: bytes) -> Frames:
    frames = _good(cell)
    frames[_signature_at(frames)] = signature
    return frames


def _replayed(cell: "Cell") -> list[Frames]:
    """The first one is sound and is to be shown, once."""
    frames = _good(cell, "replayed\n")
    return [frames, frames]


def _parts(cell: "Cell", position: int, value: Any) -> list[Frames]:
    """A signed message one of whose four parts (header 0, parent 1, ...) is something else."""
    content = {"name": "stdout", "text": "from an odd message\n"}
    wire = cell.kernel.wire
    header = wire.header("stream", cell.kernel.session, cell.kernel.username)
    parts: list[Any] = [header, cell.header, {}, content]
    parts[position] = value
    return [wire.pack([b"stream"], parts)]


def _content(msg_type: str, content: Any) -> Fault:
    """A signed message of the cell with that type and content."""
    return lambda cell: [cell.kernel.frames(msg_type, content, cell.header, b"odd")]


DEEP = b"[" * 100_000 + b"]" * 100_000

DROPPED: dict[str, Fault] = {
    "forged": lambda cell: [_with_signature(cell, b"0" * 64)],
    "unsigned": lambda cell: [_with_signature(cell, b"")],
    "not_ascii_signature": lambda cell: [_with_signature(cell, b"\xff" * 64)],
    "no_frames": lambda _cell: [[b""]],
    "no_delimiter": lambda cell: [_good(cell)[2:]],
    "only_delimiter": lambda _cell: [[DELIMITER]],
    "truncated": lambda cell: [(frames := _good(cell))[: _signature_at(frames) + 3]],
    "bad_json": lambda cell: _parts(cell, 0, b"{not json"),
    "bad_utf8": lambda cell: _parts(cell, 0, b'{"msg_id": "\xff\xfe'),
    "deep_json": lambda cell: _parts(cell, 3, DEEP),
    "header_is_list": lambda cell: _parts(cell, 0, []),
    "header_is_null": lambda cell: _parts(cell, 0, None),
    "header_is_empty": lambda cell: _parts(cell, 0, {}),
    "garbage": lambda _cell: [[b"\x00\xff" * 1000, b"", b"\x1b]0;owned\x07"]],
}

TOLERATED: dict[str, Fault] = {
    "replayed": _replayed,
    "parent_null": lambda cell: _parts(cell, 1, None),
    "parent_is_list": lambda cell: _parts(cell, 1, []),
    "metadata_null": lambda cell: _parts(cell, 2, None),
    "content_null": lambda cell: _parts(cell, 3, None),
    "content_is_list": lambda cell: _parts(cell, 3, [1]),
    "content_is_empty": lambda cell: _parts(cell, 3, {}),
    "no_topic": lambda cell: [(frames := _good(cell, "no topic\n"))[frames.index(DELIMITER) :]],
    "many_topics": lambda cell: [[b"a", b"", b"c", *_good(cell, "many topics\n")]],
    "lone_surrogate": _content("stream", b'{"name": "stdout", "text": "a\\ud800b\\n"}'),
    "huge_integer": _content(
        "stream", b'{"name":"stdout","text":"x\\n","n":' + b"9" * 10_000 + b"}"
    ),
    "nan": _content("stream", b'{"name": "stdout", "text": "nan\\n", "n": NaN, "i": -Infinity}'),
    "unknown_type": _content("no_such_message", {"text": "unknown"}),
    "unknown_stream": _content("stream", {"name": "stdlog", "text": "third stream\n"}),
    "stream_nulls": _content("stream", {"name": None, "text": None}),
    "status_null": _content("status", {"execution_state": None}),
    "unknown_status": _content("status", {"execution_state": "pondering"}),
    "display_nulls": _content("display_data", {"data": None, "metadata": None, "transient": None}),
    "display_no_plain": _content("display_data", {"data": {"image/x-none": 1}, "metadata": {}}),
    "display_list": _content("display_data", {"data": {"text/plain": ["a\n", "b"]}}),
    "result_nulls": _content("execute_result", {"data": None, "execution_count": None}),
    "error_nulls": _content("error", {"ename": None, "evalue": None, "traceback": None}),
    "error_text": _content("error", {"ename": "E", "evalue": "v", "traceback": "one text"}),
    "update_unknown": _content("update_display_data", {"transient": {"display_id": "nobody"}}),
    "comm_nulls": _content("comm_open", {"comm_id": None, "target_name": None, "data": None}),
    "version_4": _content("pyout", {"data": {"text/plain": "old"}, "execution_count": 1}),
}

FAULTS = DROPPED | TOLERATED
