"""The channels as IPython 2.x documented them: when they start, run, stop, and what they then refuse."""

import logging
import queue
import threading

import pytest
from clients import PATIENCE, connected, free_ports, info_of, once_asked, ready, replied
from fake_kernel import FakeKernel
from leaks import wait_until

from kconsole import ChannelError, InvalidPortNumber, KernelClient, Session
from kconsole.connect.info import ConnectionInfo

PORTS = {
    "shell_port": 11,
    "iopub_port": 12,
    "stdin_port": 13,
    "hb_port": 14,
    "control_port": 15,
}
CHANNELS = ("shell", "iopub", "stdin", "hb", "control")


@pytest.fixture
def fake():
    with FakeKernel() as kernel:
        yield kernel


def channel_of(client, name):
    return getattr(client, f"{name}_channel")


def io_threads():
    return [thread for thread in threading.enumerate() if thread.name == "kconsole-io"]


# --- made


def test_the_constructor_takes_keywords_only():
    with pytest.raises(TypeError):
        KernelClient(ConnectionInfo())


def test_the_constructor_knows_the_names_of_old():
    session = Session()
    client = KernelClient(
        connection_file="kernel-1.json",
        transport="ipc",
        ip="/run/kernel",
        session=session,
        **PORTS,
    )
    assert client.ports == [11, 12, 13, 14, 15]
    assert (client.transport, client.ip) == ("ipc", "/run/kernel")
    assert client.session is session
    assert client.connection_file == "kernel-1.json"
    assert isinstance(client.log, logging.Logger)


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channel_is_made_on_first_access_and_stays_the_same(name):
    client = KernelClient(**PORTS)
    channel = channel_of(client, name)
    assert channel is channel_of(client, name)
    assert channel.address == f"tcp://127.0.0.1:{PORTS[f'{name}_port']}"
    assert channel.is_alive() is False


def test_looking_whether_channels_run_makes_none_and_gives_a_bool():
    client = KernelClient(**PORTS)
    assert client.channels_running is False
    client.shell_port = 21
    assert client.shell_channel.address.endswith(":21")


# --- started


@pytest.mark.parametrize("name", CHANNELS)
def test_each_channel_can_be_started_alone(fake, name):
    client = KernelClient(info=info_of(fake))
    client.start_channels(**{each: each == name for each in CHANNELS})
    try:
        assert client.channels_running is True
        alive = [each for each in CHANNELS if channel_of(client, each).is_alive()]
        assert alive == [name]
    finally:
        client.stop_channels()


def test_all_channels_start_by_default_in_one_thread(fake):
    with connected(fake) as client:
        assert all(channel_of(client, name).is_alive() for name in CHANNELS)
        assert len(io_threads()) == 1


def test_a_channel_object_can_be_started_by_itself(fake):
    client = KernelClient(info=info_of(fake))
    client.shell_channel.start()
    try:
        assert client.shell_channel.is_alive()
        assert not client.iopub_channel.is_alive()
        assert replied(client.kernel_info(reply=True, timeout=PATIENCE))["status"] == "ok"
    finally:
        client.stop_channels()


@pytest.mark.parametrize("name", ["shell", "iopub", "stdin", "hb"])
def test_port_0_is_refused_by_name_before_any_thread_starts(name):
    client = KernelClient(**{**PORTS, f"{name}_port": 0})
    before = threading.active_count()
    with pytest.raises(InvalidPortNumber, match=f"the {name} channel") as caught:
        client.start_channels()
    assert isinstance(caught.value, RuntimeError)
    assert threading.active_count() == before
    assert client.channels_running is False


def test_port_0_is_refused_for_a_single_channel_object_too():
    with pytest.raises(InvalidPortNumber, match="hb"):
        KernelClient().hb_channel.start()


def test_a_client_that_was_refused_can_be_started_once_its_ports_are_known(fake):
    client = KernelClient()
    with pytest.raises(InvalidPortNumber):
        client.start_channels()
    client.load_connection_info(fake.connection)
    with client:
        client.wait_for_ready(PATIENCE)


def test_a_second_start_is_no_error_and_starts_what_is_missing(fake):
    client = KernelClient(info=info_of(fake))
    client.start_channels(hb=False, control=False)
    try:
        transport = client._transport
        client.start_channels()
        assert client._transport is transport
        assert all(channel_of(client, name).is_alive() for name in CHANNELS)
        assert len(io_threads()) == 1
        assert replied(client.kernel_info(reply=True, timeout=PATIENCE))["status"] == "ok"
    finally:
        client.stop_channels()


@pytest.mark.parametrize("name", ["shell", "hb"])
def test_a_channel_made_for_another_port_is_refused(fake, name):
    client = KernelClient(**PORTS)
    stale = channel_of(client, name)
    client.info = info_of(fake)
    for start in (stale.start, client.start_channels):
        with pytest.raises(ChannelError, match=f"the {name} channel was made for"):
            start()
    assert client.channels_running is False
    assert not io_threads()


def test_a_kernel_without_control_port_gets_no_control_channel():
    with FakeKernel(control=False) as kernel, ready(kernel) as client:
        assert not client.control_channel.is_alive()
        assert replied(client.shutdown(reply=True, timeout=PATIENCE))["restart"] is False
        assert kernel.wait_for("shutdown_request").channel == "shell"


def test_control_alone_of_a_kernel_without_it_is_refused():
    client = KernelClient(**{**PORTS, "control_port": 0})
    with pytest.raises(InvalidPortNumber, match="control"):
        client.start_channels(shell=False, iopub=False, stdin=False, hb=False)


def test_a_client_may_share_a_context_which_survives_it(fake):
    import zmq

    with zmq.Context() as context:
        with connected(fake, context=context) as client:
            client.wait_for_ready(PATIENCE)
        assert not context.closed


# --- stopped


def test_stopping_joins_the_thread_and_may_be_repeated(fake):
    client = KernelClient(info=info_of(fake))
    client.stop_channels()  # before any start: nothing to do
    client.start_channels()
    client.stop_channels()
    assert not io_threads()
    assert client.channels_running is False
    client.stop_channels()


def test_leaving_the_context_stops_the_channels_also_after_an_error(fake):
    client = KernelClient(info=info_of(fake))
    with pytest.raises(ZeroDivisionError), client:
        assert client.channels_running
        raise ZeroDivisionError
    assert not client.channels_running
    assert not io_threads()


def test_a_stopped_client_refuses_to_start_again(fake):
    client = KernelClient(info=info_of(fake))
    with client:
        pass
    for start in (client.start_channels, client.shell_channel.start):
        with pytest.raises(RuntimeError, match="have been stopped"):
            start()
    assert not io_threads()


def test_a_stopped_client_sends_nothing(fake):
    client = KernelClient(info=info_of(fake))
    with client:
        pass
    requests = [client.kernel_info, client.shutdown, client.interrupt, lambda: client.input("x")]
    for request in requests:
        with pytest.raises(ChannelError, match="not running"):
            request()


def test_a_request_on_a_channel_that_was_not_started_is_refused(fake):
    client = KernelClient(info=info_of(fake))
    client.start_channels(shell=False)
    try:
        with pytest.raises(ChannelError, match="the shell channel is not running"):
            client.kernel_info()
    finally:
        client.stop_channels()


@pytest.mark.parametrize("name", ["shell", "iopub", "stdin", "control"])
def test_stopping_wakes_whoever_waits_for_a_message(fake, name):
    client = KernelClient(info=info_of(fake))
    client.start_channels()
    getter = getattr(client, f"get_{name}_msg")
    if name == "iopub":
        with pytest.raises(queue.Empty):
            while True:
                getter(timeout=0.2)  # the welcome, and whatever else a kernel says unasked
    errors = queue.SimpleQueue()
    entered = [threading.Event(), threading.Event()]

    def wait(event):
        event.set()
        try:
            getter()
        except ChannelError as error:
            errors.put(error)

    threads = [threading.Thread(target=wait, args=(event,)) for event in entered]
    for thread in threads:
        thread.start()
    for event in entered:
        assert event.wait(PATIENCE)
    client.stop_channels()
    for thread in threads:
        thread.join(PATIENCE)
    texts = [str(errors.get_nowait()) for _ in threads]
    assert all(name in text for text in texts), texts


def test_stopping_wakes_whoever_waits_for_a_reply():
    with FakeKernel(deaf=["kernel_info_request"]) as kernel:
        client = KernelClient(info=info_of(kernel))
        client.start_channels()
        with once_asked(kernel, "kernel_info_request", client.stop_channels):
            with pytest.raises(ChannelError, match="have been stopped"):
                client.kernel_info(reply=True)


def test_what_had_come_before_the_stop_can_still_be_read(fake):
    client = KernelClient(info=info_of(fake))
    with client:
        msg_id = client.kernel_info()
        wait_until(client.shell_channel.msg_ready)
    assert client.get_shell_msg()["parent_header"]["msg_id"] == msg_id
    assert not client.shell_channel.msg_ready()
    with pytest.raises(ChannelError, match="has been stopped"):
        client.get_shell_msg(timeout=1)


def test_stopping_from_a_handler_is_refused_and_the_channels_run_on(fake):
    outcome = queue.SimpleQueue()
    client = KernelClient(info=info_of(fake))

    def stop(_msg):
        try:
            client.stop_channels()
        except ChannelError as error:
            outcome.put(error)

    with client:
        client.shell_channel.handler = stop
        client.kernel_info()
        assert "handler" in str(outcome.get(timeout=PATIENCE))
        assert client.channels_running
        assert replied(client.kernel_info(reply=True, timeout=PATIENCE))["status"] == "ok"
    assert not io_threads()


def test_what_was_sent_just_before_the_stop_still_arrives(fake):
    with connected(fake) as client:
        client.execute("x = 1")
    assert fake.wait_for("execute_request").content["code"] == "x = 1"


# --- what execute refuses, and whether input is allowed


@pytest.mark.parametrize("code", [None, 1, b"x", ["x"]])
def test_code_that_is_no_string_is_a_valueerror(fake, code):
    with connected(fake) as client, pytest.raises(ValueError, match="code"):
        client.execute(code)


@pytest.mark.parametrize("expressions", [{"a": 1}, {1: "a"}, {"a": None}])
def test_user_expressions_that_are_no_strings_are_a_valueerror(fake, expressions):
    with connected(fake) as client, pytest.raises(ValueError, match="user_expressions"):
        client.execute("1", user_expressions=expressions)


@pytest.mark.parametrize("stdin", [True, False])
def test_input_is_allowed_if_the_stdin_channel_was_started(fake, stdin):
    client = KernelClient(info=info_of(fake))
    client.start_channels(stdin=stdin)
    try:
        assert client.shell_channel.allow_stdin is stdin
        client.execute("1")
        client.execute("2", allow_stdin=not stdin)
        assert fake.wait_for("execute_request").content["allow_stdin"] is stdin
        assert fake.wait_for("execute_request", count=2).content["allow_stdin"] is not stdin
    finally:
        client.stop_channels()


def test_a_start_that_asks_for_no_stdin_leaves_a_running_one_as_it_is(fake):
    with connected(fake) as client:
        client.start_channels(stdin=False)
        assert client.stdin_channel.is_alive()
        assert client.shell_channel.allow_stdin is True
        client.shell_channel.allow_stdin = False  # the user's own word counts on too
        client.start_channels()
        assert client.shell_channel.allow_stdin is False


def test_input_is_allowed_once_the_stdin_channel_is_started_after_all(fake):
    client = KernelClient(info=info_of(fake))
    client.start_channels(stdin=False)
    try:
        assert client.shell_channel.allow_stdin is False
        client.start_channels()
        assert client.shell_channel.allow_stdin is True
    finally:
        client.stop_channels()


def test_ports_that_nothing_listens_on_start_nevertheless():
    with free_ports(1) as (port,):
        client = KernelClient(**dict.fromkeys(PORTS, port))
        with client:
            assert client.channels_running
