"""Knocking at addresses without waiting: what each kind of neighbour says."""

import contextlib
import select
import socket
import threading
import time

import pytest
import zmq

from kconsole.connect.info import ConnectionInfo
from kconsole.connect.knock import Knock, is_of_this_machine, numeric_hosts

PATIENCE_S = 10.0


def knock(info, channel="shell", patience=PATIENCE_S):
    """Go on until there is an answer."""
    attempt = Knock(info, channel)
    end = time.monotonic() + patience
    with contextlib.closing(attempt):
        while attempt.answer == "silent" and attempt.worth_polling and time.monotonic() < end:
            reads, writes = ([], [attempt]) if attempt.wants_to_write else ([attempt], [])
            if any(select.select(reads, writes, [], 0.05)):
                attempt.go_on()
        return attempt.answer


@contextlib.contextmanager
def server(answer):
    """A program that waits for what its client says, and then says its own."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            with listening.accept()[0] as connection:
                connection.recv(100)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield ConnectionInfo(shell_port=listening.getsockname()[1])
        thread.join()


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_a_zeromq_socket_greets(transport, tmp_path):
    with zmq.Context() as context, context.socket(zmq.ROUTER) as router:
        router.linger = 0
        if transport == "tcp":
            info = ConnectionInfo(shell_port=router.bind_to_random_port("tcp://127.0.0.1"))
        else:
            info = ConnectionInfo(transport="ipc", ip=f"{tmp_path}/k", shell_port=1)
            router.bind(info.url("shell"))
        assert knock(info) == "greets"


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", b"\xff" * 10])
def test_a_program_that_waits_for_its_client_is_found_out(answer):
    with server(answer) as info:
        assert knock(info) == "foreign"


def test_nothing_there_is_a_refusal(tmp_path):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound, but not listening
        assert knock(ConnectionInfo(shell_port=held.getsockname()[1])) == "refused"
    assert knock(ConnectionInfo(transport="ipc", ip=f"{tmp_path}/k", shell_port=1)) == "refused"


def test_a_socket_file_that_nobody_listens_at_is_a_refusal(tmp_path):
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(f"{tmp_path}/k-1")
    assert knock(ConnectionInfo(transport="ipc", ip=f"{tmp_path}/k", shell_port=1)) == "refused"


def test_an_impossible_path_proves_nothing():
    info = ConnectionInfo(transport="ipc", ip="/" + "x" * 200, shell_port=1)
    assert knock(info) == "unreachable"


def test_a_process_that_does_not_accept_is_silent(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        info = ConnectionInfo(shell_port=deaf.getsockname()[1])
        assert knock(info, patience=0.05) == "silent"


def test_a_full_queue_of_callers_is_silence(tmp_path):
    info = ConnectionInfo(transport="ipc", ip=f"{tmp_path}/k", shell_port=1)
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.socket(socket.AF_UNIX))
        full.bind(f"{tmp_path}/k-1")
        full.listen(0)
        caller = stack.enter_context(socket.socket(socket.AF_UNIX))
        caller.connect(f"{tmp_path}/k-1")
        attempt = Knock(info, "shell")
        stack.callback(attempt.close)
        assert (attempt.answer, attempt.worth_polling) == ("silent", False)


def test_hosts_become_numbers():
    found = numeric_hosts(["127.0.0.1", "::1", "localhost", "no-such-host.invalid"], PATIENCE_S)
    assert found == {"127.0.0.1": "127.0.0.1", "::1": "::1", "localhost": "127.0.0.1"}


def test_a_slow_resolver_is_not_waited_for(monkeypatch):
    go_on = threading.Event()

    def slow(*_args, **_more):
        go_on.wait(PATIENCE_S)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    assert numeric_hosts(["far.example", "10.0.0.1"], 0.01) == {"10.0.0.1": "10.0.0.1"}
    go_on.set()


@pytest.mark.parametrize(
    ("ip", "here"), [("127.0.0.1", True), ("0.0.0.0", True), ("192.0.2.1", False)]
)
def test_addresses_of_this_machine_are_known(ip, here):
    assert is_of_this_machine(ConnectionInfo(ip=ip)) is here
    assert is_of_this_machine(ConnectionInfo(transport="ipc", ip="/x"))
