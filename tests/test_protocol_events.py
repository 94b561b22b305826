"""Messages off iopub and stdin as events."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kconsole.protocol import events, replies
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
    Welcome,
    parse_event,
)
from kconsole.protocol.fields import as_count, as_text
from kconsole.protocol.message import Header, Message
from kconsole.protocol.session import Session

# No limits on time: a busy machine is no failure.
QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

SESSION = Session()

BUNDLE = {"data": {"text/plain": "1"}, "metadata": {"a": 1}, "transient": {"display_id": "d"}}
SHOWN: tuple[Any, ...] = ({"text/plain": "1"}, {"a": 1}, "d")


def parse(msg_type: str, content: object) -> Event:
    msg = SESSION.msg(msg_type)
    msg["content"] = content  # type: ignore[typeddict-item]
    return parse_event(msg)


@pytest.mark.parametrize(
    ("msg_type", "content", "event"),
    [
        ("stream", {"name": "stdout", "text": "a\r"}, Stream("stdout", "a\r")),
        ("stream", {"name": "stderr", "text": "a"}, Stream("stderr", "a")),
        ("display_data", BUNDLE, DisplayData(*SHOWN)),
        ("execute_result", {**BUNDLE, "execution_count": 3}, ExecuteResult(*SHOWN, 3)),
        ("update_display_data", BUNDLE, UpdateDisplay(*SHOWN)),
        ("clear_output", {"wait": True}, ClearOutput(True)),
        (
            "error",
            {"ename": "E", "evalue": "v", "traceback": ["a", "b\nc"]},
            ErrorOutput("E", "v", ("a", "b\nc")),
        ),
        ("status", {"execution_state": "busy"}, Status("busy")),
        ("execute_input", {"code": "1", "execution_count": 2}, ExecuteInput("1", 2)),
        ("input_request", {"prompt": "?", "password": True}, InputRequest("?", True)),
        (
            "comm_open",
            {"comm_id": "c", "target_name": "t", "data": {"x": 1}},
            CommOpen("c", "t", {"x": 1}),
        ),
        ("comm_msg", {"comm_id": "c", "data": {"x": 1}}, CommMsg("c", {"x": 1})),
        ("comm_close", {"comm_id": "c", "data": {}}, CommClose("c", {})),
        ("shutdown_reply", {"restart": True}, ShutdownReply(True)),
        ("shutdown", {"restart": False}, ShutdownReply(False)),
        ("iopub_welcome", {"subscription": "x"}, Welcome("x")),
        ("debug_event", {"type": "event"}, Unknown("debug_event")),
    ],
)
def test_each_message_has_its_event(msg_type: str, content: object, event: Event) -> None:
    parsed = parse(msg_type, content)
    assert (type(parsed), parsed) == (type(event), event)


@pytest.mark.parametrize(
    ("msg_type", "content", "event"),
    [
        ("stream", {}, Stream("stdout", "")),
        ("stream", {"name": "log", "text": ["a", "b"]}, Stream("stdout", "ab")),
        ("stream", {"name": None, "text": None}, Stream("stdout", "")),
        ("stream", {"data": "protocol 4"}, Stream("stdout", "protocol 4")),
        ("display_data", {}, DisplayData({}, {}, None)),
        ("display_data", {"data": None, "metadata": None}, DisplayData({}, {}, None)),
        ("display_data", {"transient": {"display_id": 7}}, DisplayData({}, {}, "7")),
        ("display_data", {"transient": {"display_id": ""}}, DisplayData({}, {}, None)),
        ("execute_result", {"execution_count": "1"}, ExecuteResult({}, {}, None, None)),
        ("execute_result", {"execution_count": 4.0}, ExecuteResult({}, {}, None, 4)),
        ("clear_output", {}, ClearOutput(False)),
        ("clear_output", {"stdout": True, "stderr": True}, ClearOutput(False)),
        ("error", {}, ErrorOutput("", "", ())),
        ("error", {"evalue": 5, "traceback": "one\ntwo"}, ErrorOutput("", "5", ("one\ntwo",))),
        ("error", {"traceback": [None, "a", 1]}, ErrorOutput("", "", ("a",))),
        ("status", {}, Status("")),
        ("execute_input", {}, ExecuteInput("", None)),
        ("execute_input", {"execution_count": True}, ExecuteInput("", None)),
        ("input_request", {"prompt": "name?"}, InputRequest("name?", False)),
        ("comm_open", {"comm_id": "c", "data": None}, CommOpen("c", "", {})),
        ("shutdown_reply", {}, ShutdownReply(False)),
        ("iopub_welcome", {}, Welcome("")),
        ("stream", None, Stream("stdout", "")),
        ("status", ["idle"], Status("")),
    ],
)
def test_missing_and_misshapen_fields_are_read_leniently(
    msg_type: str, content: object, event: Event
) -> None:
    parsed = parse(msg_type, content)
    assert (type(parsed), parsed) == (type(event), event)


@pytest.mark.parametrize(
    ("mime", "value", "read"),
    [
        ("text/html", ["<b>\n", "</b>"], "<b>\n</b>"),
        ("text/plain", [], ""),
        ("application/json", ["a", "b"], ["a", "b"]),
        ("application/vnd.x+json", ["a"], ["a"]),
        ("application/json", "text", "text"),
        ("text/plain", [1, "a"], [1, "a"]),
        ("image/svg+xml", "<svg/>", "<svg/>"),
        ("text/plain", None, None),
    ],
)
def test_lines_in_lists_are_joined_except_in_json(mime: str, value: object, read: object) -> None:
    assert parse("display_data", {"data": {mime: value}}) == DisplayData({mime: read}, {}, None)


def test_an_event_knows_whose_it_is() -> None:
    parent: Header = {"msg_id": "1", "session": "s", "username": "u"}
    msg = SESSION.msg("status", {"execution_state": "idle"}, parent=parent)
    event = parse_event(msg)
    assert event.parent == Parent("1", "s", "u")


@pytest.mark.parametrize("parent", [{}, None, [], {"msg_id": None, "session": {}}])
def test_an_event_without_parent_belongs_to_nobody(parent: Any) -> None:
    msg = SESSION.msg("whatever")
    msg["parent_header"] = parent
    event = parse_event(msg)
    assert event.parent == Parent()


def test_numbers_are_no_booleans_and_texts_are_written_out() -> None:
    assert [as_count(value) for value in (True, 1.5, float("nan"), float("inf"), -1)] == [
        *[None] * 4,
        -1,
    ]
    # A number of 4,300 digits plus one can be written out no more.
    assert [as_count(value) for value in (10**20, -(10**20), 1e300, 10**15)] == [
        *[None] * 3,
        10**15,
    ]
    assert [as_text(value) for value in (1, 2.5, True, {}, None)] == ["1", "2.5", "True", "", ""]


# properties

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = [
    "name",
    "text",
    "data",
    "metadata",
    "transient",
    "execution_count",
    "wait",
    "ename",
    "evalue",
    "traceback",
    "execution_state",
    "code",
    "prompt",
    "password",
    "comm_id",
    "target_name",
    "restart",
    "subscription",
    "status",
    "payload",
    "user_expressions",
    "matches",
    "cursor_start",
    "cursor_end",
    "matched_text",
    "history",
    "comms",
    "found",
    "indent",
    "banner",
    "language_info",
    "help_links",
    "supported_features",
    "protocol_version",
    "language",
    "ipython_version",
    "docstring",
    "implementation",
]
INNER = [
    "text/plain",
    "application/json",
    "display_id",
    "_jupyter_types_experimental",
    "source",
    "text",
    "name",
    "url",
]
inner_objects = st.dictionaries(st.sampled_from(INNER), json_values, max_size=4)
contents = (
    st.dictionaries(
        st.sampled_from(FIELDS),
        json_values | inner_objects | st.lists(inner_objects, max_size=3),
        max_size=8,
    )
    | json_values
)
TYPES = [
    "stream",
    "display_data",
    "execute_result",
    "update_display_data",
    "clear_output",
    "error",
    "status",
    "execute_input",
    "input_request",
    "comm_open",
    "comm_msg",
    "comm_close",
    "shutdown_reply",
    "iopub_welcome",
    "pyin",
    "pyout",
    "pyerr",
    "object_info_reply",
    "execute_reply",
    "kernel_info_reply",
    "complete_reply",
    "x",
]


def any_message(msg_type: str, content: Any, parent: Any, header: Any) -> Message:
    msg = SESSION.msg(msg_type)
    msg["content"], msg["parent_header"], msg["header"] = content, parent, header
    return msg


@given(st.sampled_from(TYPES), contents, json_values, json_values)
@settings(QUICK)
def test_any_content_is_an_event(msg_type: str, content: Any, parent: Any, header: Any) -> None:
    event = parse_event(any_message(msg_type, content, parent, header))
    assert isinstance(event, events.Event)
    assert isinstance(event.parent.msg_id, str)


@given(st.sampled_from(TYPES), contents, json_values, json_values, st.integers())
@settings(QUICK)
def test_any_content_is_a_reply(
    msg_type: str, content: Any, parent: Any, header: Any, cursor: int
) -> None:
    msg = any_message(msg_type, content, parent, header)
    reply = replies.parse_execute_reply(msg)
    assert (reply.error is not None) == (reply.status == "error")
    assert isinstance(replies.parse_kernel_info(msg).banner, str)
    assert isinstance(replies.parse_is_complete(msg).indent, str)
    assert isinstance(replies.parse_inspect(msg).found, bool)
    assert isinstance(replies.parse_history(msg).rows, tuple)
    for start, end in replies.parse_complete(msg, "abc", cursor).spans:
        assert 0 <= start <= end <= 3
