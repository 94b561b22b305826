"""Messages that no kernel should send: dropped and counted, and the client goes on."""

import pytest
from clients import PATIENCE, ready, replied
from fake import faults
from fake.faults import DROPPED, TOLERATED
from fake_kernel import FakeKernel
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from leaks import wait_until

from kconsole.client.execution import Execution
from kconsole.protocol.events import Stream
from kconsole.protocol.requests import execute_request

#: What these faults are counted as.
REASONS = {"forged": "forged", "unsigned": "unsigned", "not_ascii_signature": "forged"}
MSG_TYPES = (
    "clear_output",
    "comm_open",
    "display_data",
    "error",
    "execute_reply",
    "execute_result",
    "input_request",
    "iopub_welcome",
    "kernel_info_reply",
    "shutdown_reply",
    "status",
    "stream",
)
MESSAGES = ("shell", "control", "stdin", "iopub")


@pytest.fixture(scope="module")
def connection():
    """One kernel and one client for all that follows: each fault must leave them as they were."""
    with FakeKernel() as kernel, ready(kernel) as client:
        yield kernel, client


@pytest.fixture(autouse=True)
def no_leaks(connection):
    """The leak check would see the module's kernel as this test's; others check the same code."""


def run(client, code):
    """What a cell prints."""
    with Execution(client, execute_request(code)) as cell:
        steps = list(cell.steps(PATIENCE))
    assert cell.reply["content"]["status"] == "ok"
    assert cell.cell.given_up == ""
    return "".join(step.event.text for step in steps if isinstance(step.event, Stream))


def send(kernel, client, channel, frames):
    """Send frames to the client on a channel, as the kernel would."""
    idents = [] if channel == "iopub" else [client.session.session.encode()]
    kernel.send(channel, [*idents, *frames])


class Sender:
    """Stands in for a cell of the scripted kernel, so that its faults can go to any channel."""

    def __init__(self, kernel, header):
        self.kernel = kernel
        self.header = header


@pytest.mark.parametrize("name", sorted(DROPPED))
def test_a_broken_message_is_dropped_and_counted(connection, name):
    _, client = connection
    before = client.session.dropped.total()
    assert run(client, f"print(1)\n%fake fault {name}\nprint(2)") == "1\n2\n"
    assert client.session.dropped.total() == before + 1


@pytest.mark.parametrize(("name", "reason"), REASONS.items())
def test_what_is_not_signed_rightly_is_counted_by_its_reason(connection, name, reason):
    _, client = connection
    before = client.session.dropped[reason]
    run(client, f"%fake fault {name}")
    assert client.session.dropped[reason] == before + 1


def test_a_replayed_message_is_shown_once(connection):
    _, client = connection
    before = client.session.dropped["replayed"]
    assert run(client, "%fake fault replayed") == "replayed\n"
    assert client.session.dropped["replayed"] == before + 1


@pytest.mark.parametrize("name", sorted(TOLERATED))
def test_an_odd_message_ends_nothing(connection, name):
    _, client = connection
    assert "after\n" in run(client, f'%fake fault {name}\nprint("after")')


@pytest.mark.parametrize("channel", MESSAGES)
def test_every_fault_on_every_channel_leaves_the_client_as_it_was(connection, channel):
    kernel, client = connection
    header = kernel.wire.header("execute_request", client.session.session, "us")
    before = client.session.dropped.total()
    for name, fault in faults.FAULTS.items():
        for frames in fault(Sender(kernel, header)):
            send(kernel, client, channel, frames)
        assert replied(client.kernel_info(reply=True, timeout=PATIENCE))["status"] == "ok", name
        on_control = client._ask("control", "kernel_info_request", {}, True, PATIENCE)
        assert replied(on_control)["status"] == "ok", name
    assert run(client, 'print("fine")') == "fine\n"
    wait_until(lambda: client.session.dropped.total() >= before + len(DROPPED))
    assert client.hb_channel.is_beating()


def test_replies_to_nobody_and_events_on_the_wrong_channel_end_nothing(connection):
    kernel, client = connection
    for channel in MESSAGES:
        for msg_type in ("execute_reply", "status", "stream", "input_request", "iopub_welcome"):
            for parent in (None, {"msg_id": "no such request"}, {"msg_id": 7}, {"msg_id": None}):
                frames = kernel.frames(msg_type, {"execution_state": "idle"}, parent)
                send(kernel, client, channel, frames)
    assert run(client, 'print("fine")') == "fine\n"


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    channel=st.sampled_from(MESSAGES),
    frames=st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.just(b"<IDS|MSG>"),
            st.sampled_from([b"{}", b"[]", b"null", b'{"msg_id": 1}', b"NaN", b"\xff"]),
        ),
        min_size=1,
        max_size=9,
    ),
)
def test_random_frames_are_dropped_and_the_client_goes_on(connection, channel, frames):
    kernel, client = connection
    before = client.session.dropped.total()
    send(kernel, client, channel, frames)
    assert replied(client.kernel_info(reply=True, timeout=PATIENCE))["status"] == "ok"
    wait_until(lambda: client.session.dropped.total() == before + 1)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    channel=st.sampled_from(MESSAGES),
    msg_type=st.sampled_from(MSG_TYPES),
    content=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["data", "text", "name", "execution_state", "subscription", "x"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=9,
    ),
)
def test_signed_messages_of_any_content_end_nothing(connection, channel, msg_type, content):
    kernel, client = connection
    send(kernel, client, channel, kernel.frames(msg_type, content, None))
    assert replied(client.kernel_info(reply=True, timeout=PATIENCE))["status"] == "ok"


def test_a_flood_of_forged_messages_ends_nothing(connection):
    kernel, client = connection
    before = client.session.dropped["forged"]
    run(client, "\n".join(["%fake fault forged"] * 500))
    assert client.session.dropped["forged"] == before + 500
    assert replied(client.kernel_info(reply=True, timeout=PATIENCE))["status"] == "ok"
    assert kernel.count("kernel_info_request") > 0


def test_many_messages_all_come_though_the_reader_stalls():
    """Nor is the idle lost: with zmq's receive mark of 1000, most of them could be."""
    count = 6_000
    # Without a key the same frames may be sent over and over, which is quick.
    with FakeKernel(key="") as kernel, ready(kernel) as client:
        content = {"name": "stdout", "text": "x\n"}
        with Execution(client, execute_request("import time\ntime.sleep(60)")) as cell:
            header = kernel.wait_for("execute_request").header
            frames = kernel.frames("stream", content, header)
            for _ in range(count):
                kernel.send("iopub", frames)
            kernel.interrupt()
            # The reader stalls until everything is here: busy, input, error, idle, reply too.
            wait_until(lambda: cell._claim.inbox.qsize() == count + 5, 3 * PATIENCE)
            steps = list(cell.steps(PATIENCE))
        assert sum(isinstance(step.event, Stream) for step in steps) == count
        assert cell.cell.given_up == ""
