"""Which messages and links prove that the kernel is another one."""

import pytest

from kconsole.protocol.restart import RestartWatch


def message(msg_type, **content):
    return {"msg_type": msg_type, "content": content, "parent_header": {}}


STARTING = message("status", execution_state="starting")


@pytest.mark.parametrize("msg_type", ["shutdown_reply", "shutdown"])
def test_a_restart_is_announced_and_proven_by_the_new_kernels_first_word(msg_type):
    watch = RestartWatch()
    assert not watch.receive(message(msg_type, restart=True))
    assert not watch.receive(message("status", execution_state="idle"))
    assert watch.receive(STARTING)
    assert not watch.receive(STARTING)  # once is enough


def test_a_link_that_breaks_and_comes_back_proves_it_too():
    watch = RestartWatch()
    watch.receive(message("shutdown_reply", restart=True))
    assert watch.reconnected()
    assert not watch.reconnected()


def test_an_end_is_no_restart():
    watch = RestartWatch()
    watch.receive(message("shutdown_reply", restart=False))
    assert not watch.receive(STARTING)
    assert not watch.reconnected()


def test_an_end_takes_the_announcement_of_a_restart_back():
    watch = RestartWatch()
    watch.receive(message("shutdown_reply", restart=True))
    watch.receive(message("shutdown_reply", restart=False))
    assert not watch.receive(STARTING)


def test_starting_without_an_announcement_is_no_proof():
    """A kernel of our own says so late, and one that hosts others passes theirs on."""
    assert not RestartWatch().receive(STARTING)


@pytest.mark.parametrize(
    "msg",
    [
        message("status"),
        message("status", execution_state=["starting"]),
        {"msg_type": "shutdown_reply", "content": None, "parent_header": None},
        message("shutdown_reply", restart="no"),
    ],
)
def test_odd_messages_end_nothing(msg):
    watch = RestartWatch()
    assert not watch.receive(msg)
