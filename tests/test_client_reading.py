"""Reading from the channels, and handlers that get messages in the I/O thread."""

import queue
import signal
import subprocess
import sys
import threading

import pytest
from clients import PATIENCE, connected, info_of, ready, replied
from fake_kernel import FakeKernel
from leaks import wait_until

from kconsole import ChannelError, KernelClient

PORTS = {"shell_port": 11, "iopub_port": 12, "stdin_port": 13, "hb_port": 14}


@pytest.fixture
def fake():
    with FakeKernel() as kernel:
        yield kernel


# --- reading


@pytest.mark.parametrize("name", ["shell", "stdin", "control"])
def test_nothing_there_raises_empty(fake, name):
    with connected(fake) as client:
        getter = getattr(client, f"get_{name}_msg")
        for options in ({"block": False}, {"timeout": 0}, {"timeout": 0.01}, {"timeout": -1}):
            with pytest.raises(queue.Empty):
                getter(**options)


def test_waiting_without_end_on_a_channel_that_never_started_is_refused():
    client = KernelClient(**PORTS)
    with pytest.raises(ChannelError, match="the iopub channel is not running"):
        client.get_iopub_msg()
    with pytest.raises(queue.Empty):
        client.get_iopub_msg(timeout=0.01)


def test_messages_nobody_waits_for_come_through_their_channel(kernel):
    with ready(kernel) as client:
        msg_id = client.execute(kernel.code("print hello"))
        reply = client.get_shell_msg(timeout=PATIENCE)
        assert (reply["msg_type"], reply["parent_header"]["msg_id"]) == ("execute_reply", msg_id)
        texts = []
        while True:
            msg = client.get_iopub_msg(timeout=PATIENCE)
            if msg["parent_header"].get("msg_id") == msg_id:
                texts.append(msg["content"].get("text", ""))
                if msg["content"].get("execution_state") == "idle":
                    break
        assert "".join(texts) == "hello\n"
        info = client._ask("control", "kernel_info_request", {}, False, None)
        assert client.get_control_msg(timeout=PATIENCE)["parent_header"]["msg_id"] == info


def test_get_msgs_takes_all_that_is_there(fake):
    with connected(fake) as client:
        asked = [client.kernel_info() for _ in range(3)]
        fake.wait_for("kernel_info_request", count=3)
        wait_until(lambda: client.shell_channel._queue.qsize() == 3)
        msgs = client.shell_channel.get_msgs()
        assert [msg["parent_header"]["msg_id"] for msg in msgs] == asked
        assert client.shell_channel.get_msgs() == []


def test_what_nobody_reads_does_not_pile_up_without_end(fake, monkeypatch, caplog):
    monkeypatch.setattr("kconsole.client.channels.UNREAD_AT_MOST", 100)
    with ready(fake) as client:
        client.iopub_channel.get_msgs()
        client.execute("%fake flood 500", reply=True, timeout=PATIENCE)
        wait_until(
            lambda: not client.is_busy
        )  # the idle, on another socket, may come after the reply
        client.iopub_channel.flush(PATIENCE)
        dropped = client.iopub_channel.dropped
        msgs = client.iopub_channel.get_msgs()
        assert len(msgs) == 100
        assert msgs[-1]["content"] == {"execution_state": "idle"}
        assert "line 499 " in msgs[-2]["content"]["text"]  # the oldest are those that went
        assert dropped >= 403  # busy, input, 500 lines, idle, less those that are left
    assert "nobody reads the iopub channel" in caplog.text
    assert len(caplog.records) == 1


WAITER = """
import sys
from kconsole import KernelClient
client = KernelClient()
client.load_connection_file(sys.argv[1])
with client:
    client.wait_for_ready()
    try:
        print("waiting", flush=True)
        client.get_shell_msg()
    except KeyboardInterrupt:
        print("interrupted", client.channels_running, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for one process")
def test_ctrl_c_interrupts_a_wait_without_end(fake, tmp_path):
    path = fake.write_connection_file(tmp_path / "kernel-1.json")
    with subprocess.Popen(
        [sys.executable, "-c", WAITER, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=PATIENCE)[0] == "interrupted True\n"
    assert process.returncode == 0


# --- flushing


def test_after_a_flush_all_that_had_arrived_can_be_read(fake):
    with ready(fake) as client:
        reply = client.execute("%fake flood 500", reply=True, timeout=PATIENCE)
        client.iopub_channel.flush(timeout=PATIENCE)
        mine = [
            msg
            for msg in client.iopub_channel.get_msgs()
            if msg["parent_header"].get("msg_id") == reply["parent_header"]["msg_id"]
        ]
        assert mine


def test_a_flush_that_takes_too_long_is_no_error(fake):
    with connected(fake) as client:
        goes_on = threading.Event()
        client.shell_channel.handler = lambda _msg: goes_on.wait(PATIENCE)
        client.kernel_info()
        fake.wait_for("kernel_info_request")
        client.shell_channel.flush(timeout=0.01)
        goes_on.set()


def test_flushing_a_closed_channel_is_an_oserror(fake):
    client = KernelClient(info=info_of(fake))
    with pytest.raises(OSError, match="the iopub channel is closed"):
        client.iopub_channel.flush()


# --- handlers


def test_an_overridden_call_handlers_runs_in_the_io_thread(fake):
    with connected(fake) as client:
        seen = queue.SimpleQueue()
        client.shell_channel.call_handlers = lambda msg: seen.put(
            (threading.current_thread().name, msg["msg_type"])
        )
        client.kernel_info()
        assert seen.get(timeout=PATIENCE) == ("kconsole-io", "kernel_info_reply")
        with pytest.raises(queue.Empty):
            client.get_shell_msg(block=False)


def test_a_handlers_mistake_is_logged_and_the_channel_goes_on(fake, caplog):
    with connected(fake) as client:
        seen = queue.SimpleQueue()

        def fail(msg):
            seen.put(msg)
            raise ZeroDivisionError("told so")

        client.shell_channel.handler = fail
        for _ in range(2):
            client.kernel_info()
            seen.get(timeout=PATIENCE)
        wait_until(lambda: len(caplog.records) == 2)
        assert "the handler of the shell channel failed" in caplog.text
        assert "told so" in caplog.text
        assert replied(client.kernel_info(reply=True, timeout=PATIENCE))["status"] == "ok"


def test_a_sink_gets_every_unclaimed_message_and_its_mistakes_are_logged(fake, caplog):
    seen = queue.SimpleQueue()

    def sink(channel, msg):
        seen.put((channel, msg["msg_type"]))
        raise ZeroDivisionError

    with connected(fake, sink=sink) as client:
        client.kernel_info()
        got = {seen.get(timeout=PATIENCE)}
        while ("shell", "kernel_info_reply") not in got:
            got.add(seen.get(timeout=PATIENCE))
        assert replied(client.kernel_info(reply=True, timeout=PATIENCE))["status"] == "ok"
    assert "the sink of the shell channel failed" in caplog.text
