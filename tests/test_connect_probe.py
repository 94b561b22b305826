"""Is there a kernel at that address? Asked with plain sockets of plain sockets, and of libzmq's."""

import contextlib
import os
import socket
import threading

import pytest
import zmq

from kconsole.connect.info import ConnectionInfo
from kconsole.connect.probe import BATCH, first_that_answers, listens

GREETING = b"\xff\0\0\0\0\0\0\0\x01\x7f"


@pytest.fixture(autouse=True)
def no_thread_left():
    before = threading.active_count()
    yield
    assert threading.active_count() == before


@contextlib.contextmanager
def server(chunks, family=socket.AF_INET, host="127.0.0.1"):
    """Answer one connection with `chunks`, then hang up; gives the connection info."""
    with socket.create_server((host, 0), family=family) as listening:

        def serve():
            connection, _ = listening.accept()
            with connection:
                for chunk in chunks:
                    connection.sendall(chunk)

        thread = threading.Thread(target=serve)
        thread.start()
        yield ConnectionInfo(ip=host, hb_port=listening.getsockname()[1])
        thread.join()


@pytest.fixture
def unused_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound, but not listening: connections are refused
        yield held.getsockname()[1]


@pytest.fixture
def deaf():
    """A socket that the system lets others connect to, while its process does not care."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield ConnectionInfo(hb_port=listening.getsockname()[1])


def test_a_greeting_means_yes():
    with server([GREETING]) as info:
        assert listens(info) == "yes"


def test_a_greeting_may_come_in_pieces():
    with server([GREETING[:1], GREETING[1:4], GREETING[4:] + b"more"]) as info:
        assert listens(info) == "yes"


@pytest.mark.parametrize("text", [b"SSH-2.0-OpenSSH_9.2\r\n", b"\xff" * 10, b"\xff\0\0", b""])
def test_another_program_is_no_kernel(text):
    with server([text]) as info:
        assert listens(info) == "refused"


def test_nothing_there_means_refused(unused_port):
    assert listens(ConnectionInfo(hb_port=unused_port)) == "refused"
    assert listens(ConnectionInfo(hb_port=0)) == "refused"
    assert listens(ConnectionInfo(transport="ipc", ip="/nonexistent/k", hb_port=1)) == "refused"
    assert listens(ConnectionInfo(transport="ipc", ip="/" + "x" * 200, hb_port=1)) == "refused"


def test_a_stopped_process_is_silent(deaf):
    assert listens(deaf, timeout=0.02) == "silent"


def test_the_timeout_bounds_a_trickle_of_bytes():
    go_on = threading.Event()

    def chunks():
        yield b"\xff"
        go_on.wait()

    with server(chunks()) as info:
        assert listens(info, timeout=0.05) == "silent"
        go_on.set()


def test_an_ipv6_address_is_probed():
    try:
        with server([GREETING], family=socket.AF_INET6, host="::1") as info:
            assert listens(info) == "yes"
    except OSError as error:
        pytest.skip(f"no IPv6 here: {error}")


def test_a_wildcard_address_means_this_machine():
    with server([GREETING]) as info:
        assert listens(ConnectionInfo(ip="0.0.0.0", hb_port=info.hb_port)) == "yes"


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_libzmq_greets_although_its_application_is_busy(transport, tmp_path):
    with zmq.Context() as context, context.socket(zmq.ROUTER) as router:
        router.linger = 0
        if transport == "tcp":
            info = ConnectionInfo(shell_port=router.bind_to_random_port("tcp://127.0.0.1"))
        else:
            info = ConnectionInfo(transport="ipc", ip=f"{tmp_path}/k", shell_port=1)
            router.bind(info.url("shell"))
        assert listens(info, "shell", timeout=5) == "yes"


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="abstract sockets are Linux' own")
def test_an_abstract_unix_socket_is_probed():
    name = f"@kconsole-{os.urandom(8).hex()}"
    with zmq.Context() as context, context.socket(zmq.ROUTER) as router:
        info = ConnectionInfo(transport="ipc", ip=name, hb_port=1)
        router.bind(info.url("hb"))
        assert listens(info, timeout=5) == "yes"


def test_more_than_a_batch_is_probed_too(unused_port):
    refusing = ConnectionInfo(hb_port=unused_port)
    with server([GREETING]) as info:
        many = [refusing] * BATCH + [info]
        assert first_that_answers(many) is info


def test_the_first_that_answers_wins(deaf, unused_port):
    refusing = ConnectionInfo(hb_port=unused_port)
    with server([GREETING]) as first, server([GREETING]) as second:
        assert first_that_answers([refusing, first, second]) is first
    assert first_that_answers([refusing, deaf], timeout=0.02) is None
    assert first_that_answers([]) is None
