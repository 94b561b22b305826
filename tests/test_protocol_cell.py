"""The state machine of one execute_request."""

from typing import Any

import pytest

from kconsole.protocol.cell import (
    HALF_AT_MOST_S,
    HALF_OTHER_AT_MOST_S,
    HALF_QUIET_S,
    TAIL_AT_MOST_S,
    TAIL_QUIET_S,
    Cell,
)
from kconsole.protocol.events import (
    DisplayData,
    ErrorOutput,
    ExecuteInput,
    ExecuteResult,
    Status,
    Stream,
    UpdateDisplay,
)
from kconsole.protocol.replies import ExecuteReply

REPLY = ExecuteReply("ok", 1)
BUSY = Status("busy")
IDLE = Status("idle")
OUT = Stream("stdout", "x")
ERROR = ErrorOutput("E", "v", ("t",))
FAILED = ExecuteReply("error", 1, error=ERROR)


def cell_after(*messages: Any, at: float = 0.0) -> Cell:
    cell = Cell("1", now=0.0)
    for message in messages:
        cell.receive(message, at)
    return cell


def test_a_running_cell_has_no_time_limit() -> None:
    cell = cell_after(BUSY, OUT)
    cell.poll(1e9)
    assert (cell.state, cell.deadline(), cell.finished) == ("running", None, False)


@pytest.mark.parametrize("messages", [(REPLY, IDLE), (IDLE, REPLY), (IDLE, IDLE, REPLY, REPLY)])
def test_reply_and_idle_end_a_cell_in_either_order(messages: tuple[Any, ...]) -> None:
    cell = cell_after(BUSY, *messages)
    assert (cell.state, cell.finished, cell.done) == ("tail", True, False)
    assert cell.deadline() == TAIL_QUIET_S
    cell.poll(TAIL_QUIET_S)
    assert (cell.state, cell.finished, cell.done) == ("done", True, True)
    assert (cell.given_up, cell.deadline()) == ("", None)


@pytest.mark.parametrize("state", ["busy", "starting", "", "restarting", "dead"])
def test_only_idle_is_idle(state: str) -> None:
    assert cell_after(REPLY, Status(state)).state == "half"


@pytest.mark.parametrize(("first", "missing"), [(REPLY, "idle"), (IDLE, "reply")])
def test_after_a_second_of_silence_the_other_half_is_given_up(first: Any, missing: str) -> None:
    cell = cell_after(first)
    assert (cell.state, cell.deadline()) == ("half", HALF_QUIET_S)
    cell.poll(HALF_QUIET_S - 0.01)
    assert cell.given_up == ""
    cell.poll(HALF_QUIET_S)
    assert (cell.given_up, cell.state, cell.finished) == (missing, "tail", True)


@pytest.mark.parametrize("messages", [(), (BUSY, OUT), (REPLY,), (IDLE,)])
def test_a_cell_whose_kernel_is_restarted_is_over_and_knows_why(messages: tuple[Any, ...]) -> None:
    cell = cell_after(*messages)
    cell.lose("the kernel was restarted", 1.0)
    assert (cell.state, cell.finished, cell.done) == ("done", True, True)
    assert (cell.lost, cell.given_up) == ("the kernel was restarted", "")
    cell.lose("another reason", 2.0)
    assert cell.lost == "the kernel was restarted"


def test_a_cell_that_has_all_that_it_waits_for_loses_nothing() -> None:
    cell = cell_after(REPLY, IDLE)
    cell.lose("the kernel was restarted", 0.0)
    assert (cell.state, cell.lost) == ("done", "")


def test_output_of_the_cell_extends_the_wait() -> None:
    cell = cell_after(REPLY)
    cell.receive(OUT, 0.9)
    assert cell.deadline() == 0.9 + HALF_QUIET_S


def test_a_backlog_of_others_extends_the_wait_up_to_a_bound() -> None:
    cell = cell_after(REPLY)
    cell.traffic(0.9)
    assert cell.deadline() == 0.9 + HALF_QUIET_S
    cell.traffic(9.9)
    assert cell.deadline() == HALF_OTHER_AT_MOST_S
    cell.traffic(HALF_OTHER_AT_MOST_S)
    assert cell.given_up == "idle"


def test_a_message_in_hand_counts_even_if_nobody_polled_in_time() -> None:
    cell = cell_after(REPLY)
    cell.receive(IDLE, 30.0)
    assert (cell.given_up, cell.state) == ("", "tail")


def test_output_that_never_ends_does_not_hold_a_half_cell_for_ever() -> None:
    cell = cell_after(REPLY)
    now = 0.0
    while not cell.finished and now < 2 * HALF_AT_MOST_S:
        now += 0.5
        cell.receive(OUT, now)
    assert (cell.given_up, now) == ("idle", HALF_AT_MOST_S)


def test_output_after_the_end_belongs_to_the_cell_and_extends_the_tail() -> None:
    cell = cell_after(REPLY, IDLE)
    cell.receive(ExecuteResult({}, {}, None, 4), 0.04)
    assert (cell.saw_output, cell.execution_count) == (True, 4)
    assert cell.deadline() == 0.04 + TAIL_QUIET_S


def test_a_thread_that_prints_on_does_not_hold_the_tail_for_ever() -> None:
    cell = cell_after(REPLY, IDLE)
    now = 0.0
    while not cell.done and now < 10 * TAIL_AT_MOST_S:
        now += TAIL_QUIET_S / 2
        cell.receive(OUT, now)
    assert now == pytest.approx(TAIL_AT_MOST_S, abs=TAIL_QUIET_S)


def test_others_do_not_extend_the_tail() -> None:
    cell = cell_after(REPLY, IDLE)
    cell.traffic(0.04)
    assert cell.deadline() == TAIL_QUIET_S


def test_what_was_given_up_and_comes_in_the_tail_was_not_lost() -> None:
    cell = cell_after(IDLE)
    cell.poll(HALF_QUIET_S)
    assert cell.given_up == "reply"
    cell.receive(REPLY, HALF_QUIET_S + 0.01)
    assert (cell.given_up, cell.reply, cell.state) == ("", REPLY, "tail")


def test_nothing_changes_a_done_cell() -> None:
    cell = cell_after(REPLY, IDLE)
    cell.poll(1.0)
    cell.receive(ERROR, 2.0)
    cell.traffic(2.0)
    assert (cell.state, cell.saw_error, cell.saw_output) == ("done", False, False)


@pytest.mark.parametrize(
    ("event", "error", "stderr", "output"),
    [
        (BUSY, False, False, False),
        (ExecuteInput("1", 1), False, False, False),
        (OUT, False, False, True),
        (Stream("stderr", "x"), False, True, True),
        (DisplayData({}, {}), False, False, True),
        (UpdateDisplay({}, {}), False, False, True),
        (ExecuteResult({}, {}), False, False, True),
        (ERROR, True, False, True),
        (FAILED, False, False, False),
    ],
)
def test_a_cell_knows_what_it_has_shown(
    event: Any, error: bool, stderr: bool, output: bool
) -> None:
    cell = cell_after(event)
    assert (cell.saw_error, cell.saw_stderr, cell.saw_output) == (error, stderr, output)


def test_the_count_is_the_last_one_heard_of() -> None:
    cell = cell_after(ExecuteInput("1", 3))
    assert cell.execution_count == 3
    cell.receive(ExecuteReply("aborted"), 0.0)  # tslab's has no count
    assert cell.execution_count == 3


@pytest.mark.parametrize(
    ("messages", "latest"),
    [
        ((ExecuteInput("1", 7), ExecuteReply("ok")), 7),
        ((ExecuteReply("ok"),), 5),  # tslab does not tell
        ((ExecuteReply("aborted"),), 4),  # never begun
        ((ExecuteInput("1", None), ExecuteReply("aborted")), 5),
        ((), 5),  # no reply came
    ],
)
def test_a_cell_that_never_began_takes_no_number(messages: tuple[Any, ...], latest: int) -> None:
    assert cell_after(*messages).latest(4) == latest


def test_no_number_is_known_behind_a_cell_that_never_began_at_a_kernel_that_has_told_none() -> None:
    assert cell_after(ExecuteReply("aborted")).latest(None) is None


@pytest.mark.parametrize(
    ("messages", "shown"),
    [
        ((FAILED,), ERROR),
        ((ERROR, FAILED), None),
        ((Stream("stderr", "E: v"), FAILED), None),
        ((OUT, FAILED), ERROR),
        ((REPLY,), None),
        ((), None),
        ((ExecuteReply("error", error=ErrorOutput("", "v", ())),), None),
        ((ExecuteReply("aborted"),), None),
    ],
)
def test_the_replys_error_is_shown_only_if_nothing_else_told_of_it(
    messages: tuple[Any, ...], shown: ErrorOutput | None
) -> None:
    assert cell_after(*messages).unshown_error == shown
