"""Whom the kernel is busy for."""

from typing import Any

import pytest

from kconsole.protocol.activity import Activity
from kconsole.protocol.message import Message
from kconsole.protocol.session import Session

SESSION = Session()


def status(state: str, parent_id: str = "1", parent_type: str = "execute_request") -> Message:
    return SESSION.msg(
        "status",
        {"execution_state": state},
        parent={"msg_id": parent_id, "msg_type": parent_type},
    )


def after(*messages: Message) -> Activity:
    activity = Activity()
    for msg in messages:
        activity.receive(msg)
    return activity


def test_the_state_is_unknown_until_a_first_status() -> None:
    assert after().state == "unknown"
    assert after(SESSION.msg("stream", {"text": "x"})).state == "unknown"


def test_a_kernel_is_busy_until_its_last_parent_is_idle() -> None:
    activity = after(status("busy", "1"), status("busy", "2"), status("idle", "1"))
    assert (activity.state, activity.busy_parents) == ("busy", ("2",))
    activity.receive(status("idle", "2"))
    assert (activity.state, activity.busy_parents) == ("idle", ())


def test_an_idle_without_its_busy_shows_a_kernel_at_rest() -> None:
    assert after(status("idle")).state == "idle"


@pytest.mark.parametrize("request_type", ["debug_request", "interrupt_request", "usage_request"])
def test_the_control_channel_is_no_work(request_type: str) -> None:
    assert after(status("busy", "1", request_type)).state == "unknown"
    activity = after(status("busy", "1"), status("idle", "1", request_type))
    assert activity.state == "busy"


@pytest.mark.parametrize("state", ["restarting", "dead", "autorestarting", ""])
def test_unknown_states_change_nothing(state: str) -> None:
    assert after(status("busy"), status(state)).state == "busy"


def test_a_starting_kernel_has_forgotten_its_work() -> None:
    starting = SESSION.msg("status", {"execution_state": "starting"})
    assert after(status("busy"), starting).state == "unknown"


def test_a_lost_idle_can_be_forgotten() -> None:
    activity = after(status("busy", "1"))
    activity.forget("1")
    activity.forget("2")
    assert activity.state == "idle"
    activity.clear()
    assert activity.state == "unknown"


def test_lost_idles_do_not_fill_the_memory() -> None:
    activity = after(*(status("busy", str(number)) for number in range(1000)))
    assert len(activity.busy_parents) == 256
    assert activity.busy_parents[-1] == "999"


@pytest.mark.parametrize("parent", [None, {}, {"msg_id": None, "msg_type": []}])
def test_a_misshapen_parent_is_nobody(parent: Any) -> None:
    msg = status("busy")
    msg["parent_header"] = parent
    assert after(msg).busy_parents == ("",)
