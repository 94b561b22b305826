"""Which messages and links prove that the kernel is another one."""

import pytest

from kconsole.protocol.restart import ANNOUNCED_S, RestartWatch


def message(msg_type, **content):
    return {"msg_type": msg_type, "content": content, "parent_header": {}}


STARTING = message("status", execution_state="starting")
RESTART = message("shutdown_reply", restart=True)
NOW = 1000.0
LATER = NOW + ANNOUNCED_S


@pytest.mark.parametrize("msg_type", ["shutdown_reply", "shutdown"])
def test_a_restart_is_announced_and_proven_by_the_new_kernels_first_word(msg_type):
    watch = RestartWatch()
    assert not watch.receive(message(msg_type, restart=True), NOW)
    assert not watch.receive(message("status", execution_state="idle"), NOW)
    assert watch.receive(STARTING, NOW)
    assert not watch.receive(STARTING, NOW)  # once is enough


def test_a_link_that_breaks_and_comes_back_proves_it_too():
    watch = RestartWatch()
    watch.receive(message("shutdown_reply", restart=True), NOW)
    assert watch.reconnected(NOW, refused=False)
    assert not watch.reconnected(NOW, refused=False)


def test_so_does_one_behind_which_nobody_listened_for_a_while():
    watch = RestartWatch()
    assert watch.reconnected(NOW, refused=True)
    assert not watch.reconnected(NOW, refused=False)


def test_an_announced_restart_that_nobody_listened_during_counts_once():
    watch = RestartWatch()
    watch.receive(RESTART, NOW)
    assert watch.reconnected(NOW, refused=True)
    assert not watch.receive(STARTING, NOW)
    assert not watch.reconnected(NOW, refused=False)


def test_a_restart_is_announced_until_it_takes_place():
    watch = RestartWatch()
    assert not watch.announced(NOW)
    watch.receive(RESTART, NOW)
    assert watch.announced(NOW)
    watch.reconnected(NOW, refused=False)
    assert not watch.announced(NOW)


def test_an_announcement_is_not_believed_for_ever():
    watch = RestartWatch()
    watch.receive(RESTART, NOW)
    assert watch.announced(LATER - 1)
    assert not watch.announced(LATER)
    assert not watch.reconnected(LATER, refused=False)
    assert not watch.receive(STARTING, LATER)


@pytest.mark.parametrize("by_link", [True, False])
def test_a_kernel_that_went_in_time_may_take_its_time_to_come_back(by_link):
    watch = RestartWatch()
    watch.receive(RESTART, NOW)
    watch.disconnected(LATER - 1)
    assert not watch.announced(LATER)
    assert watch.reconnected(LATER, refused=False) if by_link else watch.receive(STARTING, LATER)
    assert not watch.reconnected(LATER, refused=False)


def test_a_link_that_breaks_without_an_announcement_proves_nothing():
    watch = RestartWatch()
    watch.disconnected(NOW)
    assert not watch.reconnected(NOW, refused=False)


def test_an_end_is_no_restart():
    watch = RestartWatch()
    watch.receive(message("shutdown_reply", restart=False), NOW)
    assert not watch.receive(STARTING, NOW)
    assert not watch.reconnected(NOW, refused=False)


def test_an_end_takes_the_announcement_of_a_restart_back():
    watch = RestartWatch()
    watch.receive(message("shutdown_reply", restart=True), NOW)
    watch.receive(message("shutdown_reply", restart=False), NOW)
    assert not watch.receive(STARTING, NOW)


def test_starting_without_an_announcement_is_no_proof():
    """A kernel of our own says so late, and one that hosts others passes theirs on."""
    assert not RestartWatch().receive(STARTING, NOW)


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
    assert not watch.receive(msg, NOW)


def said(session, msg_type="status"):
    return message(msg_type, execution_state="idle") | {"header": {"session": session}}


def heard(*sessions):
    """A watch that knows a kernel by so many messages."""
    watch = RestartWatch()
    assert not any(watch.receive(said(each), NOW) for each in sessions)
    return watch


@pytest.mark.parametrize("msg_type", ["status", "kernel_info_reply"])
@pytest.mark.parametrize("sessions", ["aaaa", "abab"])
def test_where_a_link_broke_a_word_of_another_session_is_proof(msg_type, sessions):
    watch = heard(*sessions)
    watch.disconnected(NOW)
    assert not watch.reconnected(NOW, refused=False)
    assert watch.in_doubt
    assert watch.receive(said("c", msg_type), NOW)
    assert not watch.in_doubt
    assert not watch.receive(said("c"), NOW)


@pytest.mark.parametrize("msg_type", ["status", "kernel_info_reply"])
def test_a_word_of_a_session_that_is_known_ends_the_doubt(msg_type):
    watch = heard(*"abab")
    watch.reconnected(NOW, refused=False)
    assert not watch.receive(said("b", msg_type), NOW)
    assert not watch.in_doubt
    assert not watch.receive(said("c"), NOW)


@pytest.mark.parametrize("sessions", ["aaa", "abcd", "abcaaaaaa"])
def test_a_kernel_that_is_little_known_or_has_many_sessions_is_not_known_by_them(sessions):
    watch = heard(*sessions)
    watch.reconnected(NOW, refused=False)
    assert not watch.receive(said("z"), NOW)


def test_another_session_alone_is_no_proof():
    assert not heard(*"aaaa").receive(said("b"), NOW)


def test_a_kernel_that_is_proven_to_be_another_has_to_become_known_anew():
    watch = heard(*"aaaa")
    assert watch.reconnected(NOW, refused=True)
    watch.reconnected(NOW, refused=False)
    assert not watch.receive(said("b"), NOW)


@pytest.mark.parametrize("header", [None, {}, {"session": None}, {"session": ["a"]}])
def test_a_word_without_a_session_leaves_the_doubt(header):
    watch = heard(*"aaaa")
    watch.reconnected(NOW, refused=False)
    assert not watch.receive(message("status", execution_state="idle") | {"header": header}, NOW)
