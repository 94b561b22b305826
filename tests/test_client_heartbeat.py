"""The heartbeat channel, and whether the kernel is taken for alive."""

import queue
import threading

import pytest
from clients import PATIENCE, OwnProcess, connected, info_of, ready
from fake_kernel import FakeKernel
from leaks import wait_until

from kconsole import KernelClient

SHORT_S = 0.05


def test_a_kernel_that_echoes_beats(kernel):
    with ready(kernel) as client:
        wait_until(lambda: client.hb_channel.round_trip is not None, PATIENCE)
        assert client.hb_channel.is_beating() is True
        assert client.is_alive() is True
        assert 0 <= client.hb_channel.since_last_heartbeat < PATIENCE
        assert client.health.round_trip == client.hb_channel.round_trip


def test_nothing_is_known_before_the_first_echo():
    client = KernelClient(hb_port=1)
    assert client.hb_channel.round_trip is None
    assert client.hb_channel.since_last_heartbeat is None
    assert client.hb_channel.is_beating() is False


def test_time_to_dead_can_be_set():
    client = KernelClient(hb_port=1)
    assert client.hb_channel.time_to_dead == 3.0
    client.hb_channel.time_to_dead = 7.5
    assert client.heartbeat.late_after_s == client.hb_channel.time_to_dead == 7.5


def test_a_silent_kernel_is_late_and_the_handler_is_told_since_when():
    with FakeKernel(heartbeat="off") as kernel:
        client = KernelClient(info=info_of(kernel))
        told = queue.SimpleQueue()
        client.hb_channel.call_handlers = lambda since: told.put(
            (threading.current_thread().name, since)
        )
        client.hb_channel.time_to_dead = SHORT_S
        with client:
            name, since = told.get(timeout=PATIENCE)
            assert name == "kconsole-io"
            assert SHORT_S <= since < PATIENCE
            assert client.hb_channel.is_beating() is False
            assert client.is_alive() is False
            wait_until(lambda: client.health.state == "late")


def test_a_handlers_mistake_is_logged_and_the_heartbeat_goes_on(caplog):
    with FakeKernel(heartbeat="off") as kernel:
        client = KernelClient(info=info_of(kernel))
        told = threading.Event()

        def fail(_since):
            told.set()
            raise ZeroDivisionError

        client.hb_channel.call_handlers = fail
        client.hb_channel.time_to_dead = SHORT_S
        with client:
            assert told.wait(PATIENCE)
            kernel.behaviour.change("heartbeat", "thread")
            wait_until(client.hb_channel.is_beating)
    assert "the handler of the heartbeat failed" in caplog.text


def test_a_kernel_that_echoes_again_is_alive_again():
    with FakeKernel(heartbeat="off") as kernel:
        changed = queue.SimpleQueue()
        client = KernelClient(info=info_of(kernel), on_change=lambda: changed.put(client.health))
        client.hb_channel.time_to_dead = SHORT_S
        with client:
            while changed.get(timeout=PATIENCE).state != "late":
                pass
            kernel.behaviour.change("heartbeat", "thread")
            while changed.get(timeout=PATIENCE).state != "ok":
                pass
            assert client.is_alive()


def test_after_a_late_echo_the_round_trip_is_measured_anew_and_that_is_news():
    with FakeKernel(heartbeat="off") as kernel:
        changed = queue.SimpleQueue()
        client = KernelClient(info=info_of(kernel), on_change=lambda: changed.put(client.health))
        client.hb_channel.time_to_dead = SHORT_S
        with client:
            while changed.get(timeout=PATIENCE).state != "late":
                pass
            kernel.behaviour.change("heartbeat", "thread")
            while (health := changed.get(timeout=PATIENCE)).state != "ok":
                pass
            assert health.last_echo is not None
            while changed.get(timeout=PATIENCE).round_trip is None:
                pass


def test_it_starts_unpaused_and_pause_stops_it():
    with FakeKernel() as kernel, connected(kernel) as client:
        wait_until(client.hb_channel.is_beating)
        wait_until(lambda: client.hb_channel.round_trip is not None)
        client.hb_channel.pause()
        assert client.hb_channel.is_beating() is False
        before = client.heartbeat.last_pong
        client.hb_channel.unpause()
        assert client.hb_channel.is_beating() is True
        wait_until(lambda: client.heartbeat.last_pong != before)


def test_a_kernel_is_taken_for_alive_without_a_heartbeat_channel():
    with FakeKernel(heartbeat="off") as kernel:
        client = KernelClient(info=info_of(kernel))
        assert client.is_alive() is True
        client.start_channels(hb=False)
        try:
            assert client.is_alive() is True
        finally:
            client.stop_channels()


def test_a_kernel_is_dead_when_its_process_has_ended():
    with FakeKernel() as kernel, connected(kernel, process=OwnProcess(3)) as client:
        assert client.is_alive() is False
        assert client.health[:2] == ("gone", "its process ended with status 3")


@pytest.mark.parametrize("kernel", ["fake"], indirect=True)
def test_a_kernel_that_is_gone_is_not_alive(kernel):
    with ready(kernel) as client:
        wait_until(lambda: client.health.state == "ok")
        kernel.close()
        wait_until(lambda: client.health.state == "gone", PATIENCE)
        assert client.is_alive() is False
