"""Somebody else restarts the kernel; the link to it breaks meanwhile, or does not even do that."""

import queue
import threading
from functools import partial

import pytest
from clients import PATIENCE, OwnProcess, connected, info_of, once_asked, ready, replied
from fake_kernel import FakeKernel
from leaks import wait_until

from kconsole import KernelClient, KernelDiedError, KernelRestartedError, attach
from kconsole.client.execution import Execution
from kconsole.protocol import restart
from kconsole.protocol.requests import execute_request


@pytest.fixture
def deaf():
    """A kernel that leaves questions about names unanswered."""
    with FakeKernel(deaf=["inspect_request"]) as kernel:
        yield kernel


def test_a_wait_for_a_reply_ends_and_says_why(deaf):
    with ready(deaf) as client:
        with once_asked(deaf, "inspect_request", deaf.restart):
            with pytest.raises(KernelRestartedError, match=r"^the kernel was restarted$") as caught:
                client.inspect("print", reply=True, timeout=PATIENCE)
        assert isinstance(caught.value, KernelDiedError)
        # What is asked from then on is asked of the new kernel.
        reply = client.execute("1", reply=True, timeout=PATIENCE)
        assert replied(reply)["execution_count"] == 1


def test_a_cell_ends_and_says_why():
    with FakeKernel() as kernel, ready(kernel) as client:
        code = execute_request("print(1)\n%fake order\n%fake restart")
        with Execution(client, code) as cell:
            with pytest.raises(KernelRestartedError):
                list(cell.steps(PATIENCE))
            assert cell.cell.done
            assert cell.cell.lost == "the kernel was restarted"
            assert list(cell.steps(PATIENCE)) == []


def test_the_program_is_told_after_all_that_came_before(deaf):
    news = queue.SimpleQueue()

    def sink(_channel, msg):
        content = msg["content"]
        news.put(content.get("text") or content.get("execution_state"))

    def told():
        news.put(threading.current_thread().name)

    with ready(deaf, sink=sink, on_restart=told) as client:
        client.execute('%fake chunks ["a", "b"]\n%fake restart')
        got = []
        while "starting" not in got:
            got.append(news.get(timeout=PATIENCE))
        assert [each for each in got if each in ("a", "b", "kconsole-io", "starting")] == [
            "a",
            "b",
            "kconsole-io",
            "starting",
        ]


def test_a_mistake_of_the_program_that_is_told_loses_nothing(deaf, caplog):
    def fail():
        raise ZeroDivisionError

    with ready(deaf, on_restart=fail) as client:
        deaf.restart()
        while client.get_iopub_msg(timeout=PATIENCE)["content"] != {"execution_state": "starting"}:
            pass
        assert replied(client.kernel_info(reply=True, timeout=PATIENCE))["status"] == "ok"
    assert "on_restart failed" in caplog.text


@pytest.mark.parametrize("is_restart", [True, False])
def test_an_announcement_alone_ends_no_wait(deaf, is_restart):
    """The kernel answers what it has begun, and may even stay."""
    with ready(deaf) as client:
        assert replied(
            client.execute(
                f"%fake shutdown_by_other restart={str(is_restart).lower()}",
                reply=True,
                timeout=PATIENCE,
            )
        )
        assert replied(client.kernel_info(reply=True, timeout=PATIENCE))["status"] == "ok"


def test_the_first_word_of_a_kernel_that_this_one_hosts_ends_no_wait(deaf):
    with ready(deaf) as client:
        code = '%fake publish status {"execution_state":"starting"} parent=null'
        assert replied(client.execute(code, reply=True, timeout=PATIENCE))["status"] == "ok"


@pytest.mark.parametrize("announced", [True, False])
def test_a_kernel_that_ends_and_comes_back_is_told_of_once(deaf, announced):
    told = queue.SimpleQueue()
    states = []
    missed = ("down", "restarting") if announced else ("gone", "connection refused")

    def look():
        states.append((client.health.state, client.health.detail))

    with ready(deaf, on_restart=lambda: told.put("restarted"), on_change=look) as client:
        for _ in range(2):
            states.clear()
            deaf.come_back(PATIENCE, announced=announced)
            wait_until(lambda: missed in states, PATIENCE)
            deaf.end_gap()
            assert told.get(timeout=PATIENCE) == "restarted"
            wait_until(lambda: client.health.state == "ok", PATIENCE)
            deaf.wait_for_subscriber(PATIENCE)
            deaf.publish("status", {"execution_state": "starting"})
            while client.get_iopub_msg(timeout=PATIENCE)["content"] != {
                "execution_state": "starting"
            }:
                pass
            assert told.empty()
            assert (("gone", "connection refused") in states) is not announced
            assert (("down", "restarting") in states) is announced
        assert replied(client.kernel_info(reply=True, timeout=PATIENCE))["status"] == "ok"


def test_a_kernel_that_comes_back_before_anybody_has_missed_it_is_told_of(deaf):
    """No attempt to connect is refused then, and nothing is announced: it is asked who it is."""
    told = queue.SimpleQueue()
    with ready(deaf, on_restart=lambda: told.put("restarted")) as client:
        for _ in range(2):
            for _ in range(3):  # by then enough was heard of the kernel to know it again
                assert replied(client.execute("1", reply=True, timeout=PATIENCE))["status"] == "ok"
            deaf.come_back(0.0, announced=False)
            assert told.get(timeout=PATIENCE) == "restarted"
            wait_until(lambda: client.health.state == "ok", PATIENCE)
        reply = client.execute("1", reply=True, timeout=PATIENCE)
        assert replied(reply)["execution_count"] == 1
        assert told.empty()


@pytest.mark.parametrize("announced", [True, False])
def test_who_waits_for_a_kernel_that_ends_and_comes_back_learns_why(deaf, announced):
    with ready(deaf) as client:
        # A gap that nobody had missed would be a restart.
        come_back = partial(deaf.come_back, 0.1 if announced else PATIENCE, announced=announced)
        with once_asked(deaf, "inspect_request", come_back):
            with pytest.raises(KernelDiedError) as caught:
                client.inspect("print", reply=True, timeout=PATIENCE)
    assert isinstance(caught.value, KernelRestartedError) is announced


def test_a_kernel_that_was_to_be_restarted_and_does_not_come_back_is_dead(monkeypatch):
    monkeypatch.setattr(restart, "ANNOUNCED_S", 1.0)
    news = queue.SimpleQueue()
    with FakeKernel() as kernel:
        client = KernelClient(
            info=info_of(kernel), on_change=lambda: news.put(client.health), sink=lambda *_: None
        )
        client.start_channels()
        client.wait_for_ready(PATIENCE)
        kernel.come_back(60.0)
        try:
            while (health := news.get(timeout=PATIENCE)).state != "gone":
                pass
            assert health.detail == "connection refused"
            with pytest.raises(KernelDiedError, match="connection refused"):
                client.kernel_info(reply=True, timeout=PATIENCE)
        finally:
            client.stop_channels()


def test_a_kernel_of_our_own_whose_process_has_ended_is_dead_whatever_was_announced():
    process = OwnProcess()
    with FakeKernel() as kernel, ready(kernel, process=process) as client:
        kernel.broadcast_shutdown(restart=True)
        while client.get_iopub_msg(timeout=PATIENCE)["msg_type"] != "shutdown_reply":
            pass
        process.status = 0
        kernel.die()
        assert client.health.state == "gone"
        wait_until(lambda: client._links["shell"].state == "refused", PATIENCE)
        assert client.health.state == "gone"


def test_a_client_that_connects_while_a_restart_is_announced_is_told_nothing(deaf):
    """Its own first connection is no proof of anything."""
    told = queue.SimpleQueue()
    client = KernelClient(info=info_of(deaf), on_restart=lambda: told.put("restarted"))
    client.start_channels(shell=False, stdin=False, hb=False, control=False)
    try:
        deaf.wait_for_subscriber(PATIENCE)
        deaf.broadcast_shutdown(restart=True)
        while client.get_iopub_msg(timeout=PATIENCE)["msg_type"] != "shutdown_reply":
            pass
        client.start_channels()
        client.wait_for_ready(PATIENCE)
        assert told.empty()
    finally:
        client.stop_channels()


def test_a_kernel_can_be_asked_anew_what_it_is(tmp_path):
    with FakeKernel() as fake:
        path = fake.write_connection_file(tmp_path / "kernel-1.json")
        with attach(str(path)) as kernel:
            assert not kernel.wait(PATIENCE).has_subshells
            restarted = threading.Event()
            kernel.client.on_restart = restarted.set
            fake.behaviour.change("implementation", "ipython")
            fake.behaviour.change("supported_features", ["kernel subshells"])
            fake.restart()
            assert restarted.wait(PATIENCE)
            assert kernel.renew(PATIENCE).has_subshells
            assert kernel.info.has_subshells
            assert not kernel.busy


def test_the_questions_of_wait_for_ready_survive_a_restart():
    with FakeKernel(deaf=["kernel_info_request"]) as kernel, connected(kernel) as client:

        def come_back():
            kernel.restart()
            kernel.behaviour.change("deaf", [])

        with once_asked(kernel, "kernel_info_request", come_back):
            assert client.wait_for_ready(PATIENCE).implementation == "fake"
