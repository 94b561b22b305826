"""Whose turn it is: what the kernel runs, and which cells wait for it."""

from typing import Any

import pytest

from kconsole.client.health import Health
from kconsole.protocol.events import ExecuteInput, Parent
from kconsole.protocol.replies import KernelInfo
from kconsole.repl.kernel.turns import Turn, has_begun, turns, waits_for
from kconsole.repl.state import State

ADA = "ada@3f2c's In[7]"


@pytest.fixture
def state() -> State:
    return State(KernelInfo(), Health("ok"), ours=True, busy=False)


def be_busy(state: State, msg_id: str, name: str = "") -> None:
    """Have the kernel say that it is busy with a request, which is another client's if it has a name."""
    msg: Any = {
        "msg_type": "status",
        "content": {"execution_state": "busy"},
        "parent_header": {"msg_type": "execute_request", "msg_id": msg_id},
    }
    state.activity.receive(msg)
    if name:
        state.clients.name_cell(msg_id, name)


def test_at_rest_there_is_nothing(state: State) -> None:
    assert turns(state) == []
    assert waits_for(state) == ""


def test_a_cell_that_was_sent_is_not_said_to_run_before_it_does(state: State) -> None:
    state.cells.start("own", "f()")
    assert turns(state) == [Turn("sent", "In [1]: f()")]
    be_busy(state, "own")
    assert turns(state) == [Turn("runs", "In [1]: f()")]


def test_an_input_that_is_broadcast_says_that_it_runs_too(state: State) -> None:
    running = state.cells.start("own", "f()")
    running.cell.receive(ExecuteInput("f()", 1, Parent("own")), 0.0)
    assert has_begun(state)


def test_it_waits_for_the_cell_of_another(state: State) -> None:
    be_busy(state, "hers", ADA)
    state.cells.start("own", "f()")
    state.cells.add("a\nb\nc")
    assert waits_for(state) == ADA
    assert turns(state) == [
        Turn("runs", ADA),
        Turn("waits", "In [1]: f()"),
        Turn("waits", "In [2]: a (+2 lines)"),
    ]
    be_busy(state, "own")
    assert waits_for(state) == ""


def test_another_that_is_not_known_is_told_of_all_the_same(state: State) -> None:
    state.shell_answers.clear()
    state.cells.start("own", "f()")
    assert waits_for(state) == "a cell of another client"
    assert turns(state)[0] == Turn("runs", "a cell of another client")


def test_a_cell_that_was_given_up_is_listed_as_long_as_it_lives(state: State) -> None:
    state.cells.start("old", "g()")
    be_busy(state, "old")
    state.cells.abandon(1)
    state.count = 1
    assert turns(state) == [Turn("runs", "(given up) In [1]: g()")]
    state.cells.start("own", "f()")
    assert waits_for(state) == "In[1]"
    assert turns(state)[1:] == [Turn("waits", "In [2]: f()")]


def test_one_that_was_given_up_before_its_turn_waits(state: State) -> None:
    be_busy(state, "hers", ADA)
    state.cells.start("old", "g()")
    state.cells.abandon(1)
    assert turns(state) == [Turn("runs", ADA), Turn("waits", "(given up) In [1]: g()")]


def test_what_others_have_sent_does_nothing_to_the_terminal(state: State) -> None:
    state.cells.start("own", "x\x1b[2J")
    assert "\x1b" not in turns(state)[0].text
