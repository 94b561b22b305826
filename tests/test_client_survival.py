"""The I/O thread lives on whatever its listeners raise, and tells things in the order of their coming."""

import logging
import queue
import threading

import pytest
from clients import PATIENCE, connected, info_of, ready, replied
from fake_kernel import FakeKernel
from leaks import wait_until

from kconsole import AuthenticationError, ChannelError, KernelClient
from kconsole.connect.probe import listens


def fail(*_arguments):
    raise ZeroDivisionError("told so")


@pytest.fixture
def fake():
    with FakeKernel() as kernel:
        yield kernel


# --- whatever a listener raises


def test_a_program_that_fails_to_take_news_of_a_link_loses_nothing(fake, caplog):
    with ready(fake, on_change=fail) as client:
        assert replied(client.kernel_info(reply=True, timeout=PATIENCE))["status"] == "ok"
        fake.close()
        wait_until(lambda: client.health.state == "gone", PATIENCE)
    assert "on_change failed" in caplog.text
    assert "told so" in caplog.text


def test_a_program_that_fails_to_take_news_of_the_heartbeat_loses_nothing(caplog):
    with FakeKernel(heartbeat="off") as kernel, connected(kernel) as client:
        client.wait_for_ready(PATIENCE)
        client.on_change = fail
        client.hb_channel.time_to_dead = 0.05
        client.hb_channel.unpause()
        wait_until(lambda: client.health.state == "late", PATIENCE)
        wait_until(lambda: "on_change failed" in caplog.text)
        assert replied(client.kernel_info(reply=True, timeout=PATIENCE))["status"] == "ok"


def test_a_program_that_fails_to_take_a_message_gets_the_next_one(fake, caplog):
    seen = queue.SimpleQueue()

    def sink(_channel, msg):
        seen.put(msg["msg_type"])
        fail()

    with ready(fake, sink=sink) as client:
        for _ in range(2):
            client.kernel_info()
            while seen.get(timeout=PATIENCE) != "kernel_info_reply":
                pass
    assert "the sink of the shell channel failed" in caplog.text


def test_an_address_that_libzmq_cannot_make_sense_of_is_told_and_ends_nothing(caplog):
    caplog.set_level(logging.ERROR)
    ports = dict.fromkeys(("shell_port", "iopub_port", "stdin_port", "hb_port"), 4711)
    with KernelClient(ip="no such host", **ports) as client:
        with pytest.raises(AuthenticationError, match="no such host"):
            client.wait_for_ready(PATIENCE)
        assert client.shell_channel.is_alive()
    assert not caplog.records  # it is nobody's mistake


class Failing(KernelClient):
    """A client of ours with a mistake in the one place where nothing catches it."""

    def received(self, channel, msg):
        raise GeneratorExit


def test_when_the_io_thread_ends_all_the_same_it_leaves_nothing_open(fake, monkeypatch):
    """Not an Exception, so nothing of ours takes it for a listener's mistake."""
    monkeypatch.setattr(threading, "excepthook", lambda args: None)  # it is what is wanted here
    client = Failing(info=info_of(fake))
    client.start_channels()
    thread = client._transport._thread
    with pytest.raises(ChannelError, match="have been stopped"):
        client.kernel_info(reply=True)  # nor does anybody wait for ever
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert client.channels_running is False
    assert not client._transport._open
    with pytest.raises(ChannelError, match="not running"):
        client.kernel_info()
    client.stop_channels()


def test_a_thread_that_the_stop_does_not_wait_for_leaves_nothing_open_either(fake):
    """Its listener is slow: the leak check sees whether what it used is closed when it ends after all."""
    stalls, goes_on = threading.Event(), threading.Event()

    def sink(_channel, _msg):
        stalls.set()
        goes_on.wait(PATIENCE)

    with ready(fake) as client:
        client.sink = sink
        client.kernel_info()
        assert stalls.wait(PATIENCE)
        transport = client._transport
        transport.close(timeout=0.01)
        assert transport._thread.is_alive()
        goes_on.set()
        transport._thread.join(PATIENCE)
        assert transport._context.closed


# --- in the order in which they came


def test_what_came_before_a_death_is_handed_out_before_the_news_of_it():
    """The program is slow: all of the output and the end of the kernel wait for it at once."""
    texts = 5_000
    news = []
    goes_on = threading.Event()
    stalls = threading.Event()

    def sink(_channel, msg):
        stalls.set()
        goes_on.wait(PATIENCE)
        if msg["msg_type"] == "stream":
            news.append("text")

    # Without a key the same frames may be sent over and over, which is quick.
    with FakeKernel(key="") as kernel, ready(kernel) as client:
        client.on_change = lambda: news.append(client.health.state)
        client.sink = sink
        frames = kernel.frames("stream", {"name": "stdout", "text": "x\n"})
        for _ in range(texts):
            kernel.send("iopub", frames)
        assert stalls.wait(PATIENCE)
        kernel.end()
        wait_until(lambda: listens(info_of(kernel), "iopub", timeout=1.0) == "refused", PATIENCE)
        kernel.close()
        goes_on.set()
        wait_until(lambda: "gone" in news, PATIENCE)
        bad = next(at for at, each in enumerate(news) if each in ("down", "gone"))
        assert news[:bad].count("text") == texts
        assert "text" not in news[bad:]
