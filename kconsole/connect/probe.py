"""Tells whether a kernel listens where a connection file says, without speaking its protocol.

A ZeroMQ socket introduces itself as soon as a peer connects: the first ten bytes of its greeting
are FF, eight bytes of anything, 7F (ZeroMQ RFC 23, ZMTP 3.1, "signature"). That comes from
libzmq's own thread, so a kernel that is busy computing still greets, while neither a stopped
process nor another program that got the port meanwhile does.
"""

import socket
import threading
import time
from collections.abc import Sequence
from typing import Literal

from kconsole.connect.info import ConnectionInfo
from kconsole.protocol.message import Channel

__all__ = [
    "SIGNATURE_LENGTH",
    "Answer",
    "first_that_answers",
    "is_greeting",
    "listens",
    "unix_address",
]

Answer = Literal["yes", "refused", "silent"]

SIGNATURE_LENGTH = 10
#: How many kernels are probed at the same time: one thread and one socket each.
BATCH = 32


def listens(info: ConnectionInfo, channel: Channel = "hb", timeout: float = 0.5) -> Answer:
    """Connect to the socket of `channel` and read its greeting, for at most `timeout` seconds.

    "yes": a ZeroMQ socket greets. "refused": no kernel is there - nothing listens, the address
    cannot be reached, or who listens hangs up or speaks another protocol. "silent": the connection
    stands or is being made, but not a byte comes, as from a stopped process or over a dead link.
    (A host name is looked up by the system, which keeps its own time.)
    """
    if not info.port(channel):
        return "refused"
    deadline = time.monotonic() + timeout
    try:
        with _connect(info, channel, timeout) as connection:
            return _read_signature(connection, deadline)
    except (TimeoutError, BlockingIOError):
        # BlockingIOError is how a Unix socket says that its queue of callers is full.
        return "silent"
    except OSError:
        return "refused"


def first_that_answers(
    infos: Sequence[ConnectionInfo], timeout: float = 0.5
) -> ConnectionInfo | None:
    """Return the first of `infos` at which a kernel greets; later ones are tried in parallel."""
    for start in range(0, len(infos), BATCH):
        batch = infos[start : start + BATCH]
        for info, answer in zip(batch, _probe_batch(batch, "hb", timeout), strict=True):
            if answer == "yes":
                return info
    return None


def is_greeting(received: bytes) -> bool | None:
    """Whether what a peer says first is the signature of ZMTP; None if more has to come to tell."""
    if received and received[0] != 0xFF:
        return False
    if len(received) < SIGNATURE_LENGTH:
        return None
    return received[SIGNATURE_LENGTH - 1] == 0x7F


def unix_address(info: ConnectionInfo, channel: Channel) -> str:
    """Return the address of an ipc kernel's socket, as :meth:`socket.socket.connect` takes it.

    libzmq writes the name of a socket in Linux' abstract namespace with an at sign.
    """
    path = info.ipc_path(channel)
    return "\0" + path[1:] if path.startswith("@") else path


def _probe_batch(infos: Sequence[ConnectionInfo], channel: Channel, timeout: float) -> list[Answer]:
    answers: list[Answer] = ["refused"] * len(infos)

    def probe(index: int) -> None:
        answers[index] = listens(infos[index], channel, timeout)

    # Owned by this call, which waits for all of them; each writes to a slot of its own.
    threads = [
        threading.Thread(target=probe, args=(index,), name=f"kconsole-probe-{index}", daemon=True)
        for index in range(len(infos))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _connect(info: ConnectionInfo, channel: Channel, timeout: float) -> socket.socket:
    if info.transport == "tcp":
        return socket.create_connection((info.host, info.port(channel)), timeout)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout)
        connection.connect(unix_address(info, channel))
    except BaseException:
        connection.close()
        raise
    return connection


def _read_signature(connection: socket.socket, deadline: float) -> Answer:
    received = b""
    while True:
        # A timeout of 0 would mean non-blocking; a reply that is here already still counts.
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        chunk = connection.recv(SIGNATURE_LENGTH - len(received))
        received += chunk
        greets = is_greeting(received) if chunk else False
        if greets is not None:
            return "yes" if greets else "refused"
