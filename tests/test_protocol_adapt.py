"""Protocol 4 in the form of protocol 5."""

import copy
from typing import Any

import pytest

from kconsole.protocol.adapt import from_v4
from kconsole.protocol.events import ErrorOutput, ExecuteInput, ExecuteResult, parse_event
from kconsole.protocol.message import Message
from kconsole.protocol.replies import KernelInfo, LanguageInfo, parse_inspect, parse_kernel_info
from kconsole.protocol.session import Session

SESSION = Session()


def old(msg_type: str, content: dict[str, Any]) -> Message:
    """A message as an old kernel sends it: its header has no version."""
    msg = SESSION.msg(msg_type, content)
    del msg["header"]["version"]
    return msg


def new_content(msg_type: str, content: dict[str, Any]) -> dict[str, Any]:
    """The content in protocol 5, after a check that the message itself was left alone."""
    msg = old(msg_type, content)
    before = copy.deepcopy(msg)
    after = from_v4(msg)["content"]
    assert msg == before
    return after


@pytest.mark.parametrize(
    ("msg_type", "content"),
    [
        ("stream", {"name": "stdout", "text": "a", "data": "b"}),
        ("execute_reply", {"payload": [{"source": "page", "data": {"text/plain": "x"}}]}),
        ("kernel_info_reply", {"protocol_version": "5.3", "language_info": {"name": "python"}}),
        ("complete_reply", {"matches": [], "cursor_start": 0, "cursor_end": 0}),
        ("display_data", {"data": {"application/json": '"text"'}}),
        ("status", {"execution_state": "idle"}),
    ],
)
def test_a_message_of_protocol_5_is_left_as_it_is(msg_type: str, content: dict[str, Any]) -> None:
    msg = SESSION.msg(msg_type, content)
    assert from_v4(msg) is msg


def test_the_old_names_are_understood() -> None:
    assert parse_event(old("pyin", {"code": "1", "execution_count": 1})) == ExecuteInput("1", 1)
    data = {"text/plain": "1"}
    assert parse_event(old("pyout", {"data": data, "execution_count": 1})) == ExecuteResult(
        data, {}, None, 1
    )
    assert parse_event(old("pyerr", {"ename": "E"})) == ErrorOutput("E", "", ())


def test_stream_data_becomes_text() -> None:
    assert new_content("stream", {"name": "stderr", "data": "a"})["text"] == "a"


def test_a_page_of_text_becomes_a_mime_bundle() -> None:
    pages = [{"source": "IPython.kernel.zmq.page.page", "text": "help"}, {"source": "ask_exit"}]
    page, other = new_content("execute_reply", {"payload": pages})["payload"]
    assert (page["source"], page["data"]) == ("page", {"text/plain": "help"})
    assert other == {"source": "ask_exit"}


def test_other_payloads_with_text_stay_what_they_are() -> None:
    payload = [{"source": "set_next_input", "text": "x"}]
    assert new_content("execute_reply", {"payload": payload})["payload"] == payload


def test_version_lists_become_strings() -> None:
    content = {
        "protocol_version": [4, 1],
        "language_version": [2, 7, 6],
        "ipython_version": [2, 4, 1, ""],
        "language": "python",
    }
    assert parse_kernel_info(old("kernel_info_reply", content)) == KernelInfo(
        "4.1", "ipython", "2.4.1", language_info=LanguageInfo("python", "2.7.6")
    )


def test_object_info_becomes_an_inspection() -> None:
    content = {
        "found": True,
        "name": "f",
        "definition": "f(x)",
        "docstring": "Doc.",
        "length": None,
    }
    reply = parse_inspect(old("object_info_reply", content))
    assert reply.data == {"text/plain": "Name: f\nDefinition: f(x)\nDocstring: Doc."}
    assert not parse_inspect(old("object_info_reply", {"found": False, "name": "f"})).found


@pytest.mark.parametrize(
    ("text", "value"), [('{"a": [1]}', {"a": [1]}), ("no json", "no json"), ("\ud800", "\ud800")]
)
def test_json_in_a_string_is_read_if_the_header_has_no_version(text: str, value: object) -> None:
    content = {"data": {"application/json": text, "text/plain": "x"}}
    assert new_content("display_data", content)["data"] == {
        "application/json": value,
        "text/plain": "x",
    }
