"""When a kernel is ready: what counts as proof, and what is said if there is none."""

import contextlib
import queue
import socket
import threading

import pytest
from clients import (
    PATIENCE,
    OwnProcess,
    connected,
    info_of,
    nobody,
    once_asked,
    ready,
    replied,
    wait_for_output,
)
from fake_kernel import FakeKernel
from leaks import wait_until
from raw_client import RawClient

from kconsole import (
    AuthenticationError,
    ChannelError,
    KernelClient,
    KernelNotReadyError,
    KernelStartError,
)
from kconsole.client import readiness
from kconsole.client.readiness import Readiness
from kconsole.protocol.replies import KernelInfo

QUICK_S = 0.2


@pytest.fixture
def quick(monkeypatch):
    """Everything that is waited for before an error, in a short time."""
    for name in ("_REFUSED_S", "_UNPROVEN_S", "_FORGED_S", "_SILENT_S"):
        monkeypatch.setattr(readiness, name, QUICK_S)


@contextlib.contextmanager
def beating(kernel, changes=None):
    """A client that has heard the kernel's heartbeat."""
    with connected(kernel, changes) as client:
        wait_until(lambda: client.health.round_trip is not None, PATIENCE)
        yield client


class LateDoor:
    """A port at which one is kept waiting: what comes there is passed on once it has been opened."""

    def __init__(self, target):
        self._target = target
        self._server = socket.create_server(("127.0.0.1", 0))
        self._ends = []
        self._threads = []
        self.port = self._server.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for end in self._ends:
            end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)
        for end in (*self._ends, self._server):
            end.close()

    def open(self):
        if self._ends:
            return
        client, _ = self._server.accept()
        kernel = socket.create_connection(("127.0.0.1", self._target))
        self._ends = [client, kernel]
        for one, other in ((client, kernel), (kernel, client)):
            self._threads.append(threading.Thread(target=self._pass_on, args=(one, other)))
            self._threads[-1].start()

    def _pass_on(self, one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(1 << 16):
                other.sendall(data)


@contextlib.contextmanager
def asked(client):
    """The questions to a kernel under way."""
    one = Readiness(client)
    try:
        yield one
    finally:
        one.close()


@contextlib.contextmanager
def listener(greeting=b""):
    """A port where somebody accepts, says that, and no more."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        accepted = []

        def accept():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    accepted.append(connection)
                    connection.sendall(greeting)

        thread = threading.Thread(target=accept)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE)
        for connection in accepted:
            connection.close()


# --- proofs


def test_a_kernel_says_what_it_is_and_its_output_comes(kernel):
    with connected(kernel) as client:
        info = client.wait_for_ready(PATIENCE)
        assert info.language_info.name == kernel.language
        texts = []

        def show(msg):
            texts.append(msg["content"].get("text", ""))

        client.execute_interactive(kernel.code("print hello"), output_hook=show, timeout=PATIENCE)
        assert "".join(texts) == "hello\n"


def test_clients_that_come_at_once_are_all_ready(kernel):
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connected(kernel)) for _ in range(3)]
        for client in clients:
            client.wait_for_ready(PATIENCE)
        for client in clients:
            reply = client.execute(kernel.code("one plus one"), reply=True, timeout=PATIENCE)
            assert replied(reply)["status"] == "ok"


def test_a_busy_kernel_is_ready_at_once():
    with FakeKernel(busy=60) as kernel, connected(kernel) as client, asked(client) as questions:
        questions.wait(PATIENCE)
        assert questions.busy
        assert questions.iopub_proven


@pytest.mark.parametrize("kernel", ["ipykernel7", "ipykernel6"], indirect=True)
def test_a_real_kernel_that_is_busy_is_ready_at_once(kernel):
    with ready(kernel) as first:
        wait_for_output(first, first.execute("print('on', flush=True)\n" + kernel.code("sleep 10")))
        with connected(kernel) as second:
            second.wait_for_ready(PATIENCE)
            first.interrupt(reply=True, timeout=PATIENCE)
            assert first.get_shell_msg(timeout=PATIENCE)["content"]["status"] == "error"


def test_an_idle_kernel_is_not_taken_for_busy(kernel, monkeypatch):
    monkeypatch.setattr(readiness, "_SHELL_S", PATIENCE)
    with connected(kernel) as client, asked(client) as questions:
        questions.wait(PATIENCE)
        assert not questions.busy


@pytest.mark.parametrize("deaf", ["control:kernel_info_request", "shell:kernel_info_request"])
def test_an_answer_on_one_of_shell_and_control_is_enough(deaf):
    with FakeKernel(deaf=[deaf]) as kernel, connected(kernel) as client:
        assert client.wait_for_ready(PATIENCE).implementation == "fake"


def test_a_kernel_without_control_channel_is_asked_on_shell():
    with FakeKernel(control=False) as kernel, connected(kernel) as client:
        assert client.wait_for_ready(PATIENCE).implementation == "fake"


@pytest.mark.parametrize("welcome", ["none", "first", "always"])
def test_output_is_proven_whatever_the_kernel_welcomes(welcome):
    with (
        FakeKernel(welcome=welcome) as kernel,
        connected(kernel) as first,
        connected(kernel) as two,
    ):
        for client in (first, two):
            with asked(client) as questions:
                questions.wait(PATIENCE)
                assert questions.iopub_proven


def test_a_welcome_proves_the_output_of_a_kernel_that_publishes_nothing_else():
    with FakeKernel(omit=["status"]) as kernel, connected(kernel) as client:
        with asked(client) as questions:
            questions.wait(PATIENCE)
            assert questions.iopub_proven
        assert any(topic.startswith(b"kconsole-") for topic in kernel.subscriptions)


def test_a_kernel_that_answers_but_publishes_nothing_is_used_after_a_while(quick):
    with FakeKernel(omit=["status"], welcome="none") as kernel, connected(kernel) as client:
        with asked(client) as questions:
            assert questions.wait(PATIENCE).implementation == "fake"
            assert not questions.iopub_proven


def test_the_output_of_a_kernel_that_took_long_to_start_is_waited_for_all_the_same():
    with FakeKernel(omit=["status"], welcome="none") as kernel, connected(kernel) as client:
        with asked(client) as questions:
            questions._start -= 30  # so long ago was the first question
            take = questions.take

            def taken(item):
                take(item)
                # What came before the first answer has missed our subscription.
                kernel.behaviour.change("omit", [])

            questions.take = taken
            questions.wait(PATIENCE)
            assert questions.iopub_proven


def test_without_iopub_an_answer_is_enough():
    with FakeKernel() as kernel:
        client = KernelClient(info=info_of(kernel))
        client.start_channels(iopub=False)
        try:
            assert client.wait_for_ready(PATIENCE).implementation == "fake"
        finally:
            client.stop_channels()


def test_a_kernel_that_is_still_being_started_is_waited_for():
    with nobody() as info, KernelClient(info=info) as client:
        with FakeKernel({**info.to_dict(), "key": "k"}):
            assert client.wait_for_ready(PATIENCE).implementation == "fake"


def test_a_kernel_is_not_ready_before_it_can_ask_something():
    """What it asks on stdin goes to nobody until that is connected, and it would wait for ever."""
    with FakeKernel() as kernel, LateDoor(info_of(kernel).port("stdin")) as door:
        with connected(kernel, {"stdin_port": door.port}) as client:
            client.wait_for_ready(PATIENCE, progress=lambda _: door.open())
            assert client._links["stdin"].state == "up"


def test_a_kernel_that_never_opens_stdin_is_ready_all_the_same(monkeypatch):
    monkeypatch.setattr(readiness, "_STDIN_S", QUICK_S)
    with FakeKernel() as kernel, LateDoor(info_of(kernel).port("stdin")) as door:
        with ready(kernel, changes={"stdin_port": door.port}) as client:
            assert getattr(client._links.get("stdin"), "state", "") != "up"


def test_a_waiting_program_is_told_of_the_progress():
    with FakeKernel(deaf=["kernel_info_request"]) as kernel, connected(kernel) as client:
        waited = queue.SimpleQueue()

        def progress(seconds):
            waited.put(seconds)
            if seconds:
                kernel.behaviour.change("deaf", [])

        client.wait_for_ready(PATIENCE, progress=progress)
        assert 0 <= waited.get_nowait() < PATIENCE


@pytest.mark.parametrize("protocol_version", ["5.0", "4.1", "", "nonsense", "99.9.9"])
def test_no_protocol_version_is_refused(protocol_version):
    with FakeKernel(protocol_version=protocol_version) as kernel, connected(kernel) as client:
        assert client.wait_for_ready(PATIENCE).protocol_version == protocol_version


def test_a_kernel_info_reply_that_says_nothing_is_enough():
    with FakeKernel(answers={"kernel_info_request": {}}) as kernel, connected(kernel) as client:
        assert client.wait_for_ready(PATIENCE).language_info.name == ""


# --- no kernel


def test_ports_where_nothing_listens_are_not_waited_for_to_the_end(quick):
    with nobody() as info, KernelClient(info=info) as client:
        with pytest.raises(KernelNotReadyError, match="connection refused") as caught:
            client.wait_for_ready()
        assert isinstance(caught.value, RuntimeError)
        assert info.url("shell") in str(caught.value)


def test_a_port_that_is_silent_is_given_up_at_the_timeout():
    with listener() as port:
        names = ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port")
        client = KernelClient(**dict.fromkeys(names, port))
        with client, pytest.raises(KernelNotReadyError, match=f"no answer from .*{port}"):
            client.wait_for_ready(QUICK_S)


def test_a_kernel_that_beats_but_does_not_answer_is_described_so():
    with FakeKernel(deaf=["kernel_info_request"]) as kernel, beating(kernel) as client:
        with pytest.raises(KernelNotReadyError, match="heartbeat answers"):
            client.wait_for_ready(QUICK_S)


def test_a_process_that_ended_is_a_start_error():
    with nobody() as info, KernelClient(info=info, process=OwnProcess(3)) as client:
        with pytest.raises(KernelStartError, match="ended with status 3"):
            client.wait_for_ready()


def test_a_kernel_that_goes_away_while_it_is_waited_for_is_not_ready(quick):
    with FakeKernel(deaf=["kernel_info_request"]) as kernel, connected(kernel) as client:
        with once_asked(kernel, "kernel_info_request", kernel.close):
            with pytest.raises(KernelNotReadyError, match="refused"):
                client.wait_for_ready()


def test_stopping_the_channels_ends_the_wait():
    with FakeKernel(deaf=["kernel_info_request"]) as kernel:
        client = KernelClient(info=info_of(kernel))
        client.start_channels()
        with once_asked(kernel, "kernel_info_request", client.stop_channels):
            with pytest.raises(ChannelError, match="have been stopped"):
                client.wait_for_ready()


# --- a kernel that is there, and answers nothing

#: As R does while a cell runs: one thread does all, and control is not listened to at all.
SILENT = {"heartbeat": "shell", "deaf": ["control:kernel_info_request"]}


def test_a_kernel_that_answers_nothing_may_be_taken_as_it_is(quick, monkeypatch):
    with FakeKernel(busy=60, **SILENT) as kernel, connected(kernel) as client:
        with asked(client) as questions:
            assert questions.wait(PATIENCE, silent=True) == KernelInfo()
            assert questions.silent
            assert questions.busy
        kernel.interrupt()
        monkeypatch.setattr(readiness, "_SILENT_S", PATIENCE)
        with asked(client) as questions:
            assert questions.wait(PATIENCE, silent=True).implementation == "fake"
            assert not questions.silent


def test_a_silent_kernel_is_not_ready_unless_that_is_enough(quick):
    with FakeKernel(busy=60, **SILENT) as kernel, connected(kernel) as client:
        with pytest.raises(KernelNotReadyError, match="no answer"):
            client.wait_for_ready(4 * QUICK_S)


def test_ports_behind_which_there_is_no_kernel_are_never_enough(quick):
    with listener() as port:
        names = ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port")
        client = KernelClient(**dict.fromkeys(names, port))
        with client, asked(client) as questions, pytest.raises(KernelNotReadyError):
            questions.wait(4 * QUICK_S, silent=True)


@pytest.mark.parametrize(
    ("behaviour", "client_of", "hint"),
    [
        ({"deaf": ["kernel_info_request"]}, beating, "its heartbeat answers, but not our requests"),
        ({"busy": 60, **SILENT}, connected, "its ports are open, but nothing is answered"),
    ],
)
def test_a_long_wait_has_a_hint_and_goes_on(quick, behaviour, client_of, hint):
    with FakeKernel(**behaviour) as kernel, client_of(kernel) as client, asked(client) as questions:
        assert questions.hint == ""

        def answer_once_it_is_told(_waited):
            if questions.hint:
                hints.append(questions.hint)
                kernel.interrupt()
                kernel.behaviour.change("deaf", [])

        hints = []
        assert questions.wait(PATIENCE, answer_once_it_is_told).implementation == "fake"
        assert hints[0].startswith(hint)
        assert questions.hint == ""


@pytest.mark.parametrize("fresh_kernel", ["ipykernel6", "bash"], indirect=True)
def test_a_real_kernel_with_another_key_is_told_by_its_heartbeat(fresh_kernel, quick):
    """These send nothing by themselves whose signature could be wrong."""
    with RawClient(fresh_kernel.connection) as other:  # behind what the start has asked
        other.wait_for_iopub()
        other.published(other.send("kernel_info_request"))
    hints = []
    with beating(fresh_kernel, {"key": "ours"}) as client, asked(client) as questions:

        def leave_once_it_is_told(_waited):
            if questions.hint:
                hints.append(questions.hint)
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            questions.wait(PATIENCE, leave_once_it_is_told, silent=True)
        assert "the key is another one" in hints[0]


# --- another key


@pytest.mark.parametrize("key", ["another", ""])
def test_a_kernel_that_signs_otherwise_is_an_authentication_error(quick, key):
    with FakeKernel(key=key) as kernel, connected(kernel, {"key": "ours"}) as client:
        with pytest.raises(AuthenticationError, match="signs with another key"):
            client.wait_for_ready()


def test_a_kernel_that_does_not_know_our_key_and_is_silent_is_told_from_a_dead_one():
    changes = {"key": "ours"}
    with FakeKernel(welcome="none") as kernel, beating(kernel, changes) as client:
        with pytest.raises(KernelNotReadyError, match="the key may be another kernel's"):
            client.wait_for_ready(QUICK_S * 2)
        assert kernel.wait_for_rejection() == "bad signature"


@pytest.mark.parametrize("kernel", ["ipykernel7"], indirect=True)
def test_a_real_kernel_with_another_key_is_an_authentication_error(kernel, quick):
    with connected(kernel, {"key": "ours"}) as client:
        with pytest.raises(AuthenticationError, match="another key"):
            client.wait_for_ready()
