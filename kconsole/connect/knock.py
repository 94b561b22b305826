"""Knocks at many addresses at once: is there a ZeroMQ socket behind each? Nothing here ever waits.

:func:`kconsole.connect.probe.listens` asks one address and waits for it; a list of kernels asks
hundreds. A :class:`Knock` is one attempt, for whoever polls its descriptor. It says the first ten bytes
of ZMTP itself, as another program that got the port often waits for its client to begin, and then
complains or hangs up. A ZeroMQ socket takes us for a peer that was in a hurry.
"""

import errno
import socket
import threading
from collections.abc import Iterable
from typing import Literal

from kconsole.connect.info import ConnectionInfo
from kconsole.connect.probe import SIGNATURE_LENGTH, is_greeting, unix_address
from kconsole.protocol.message import Channel

__all__ = ["Knock", "KnockAnswer", "is_of_this_machine", "numeric_hosts"]

KnockAnswer = Literal["greets", "foreign", "refused", "unreachable", "silent"]
"""``greets``: a ZeroMQ socket. ``foreign``: another program. ``refused``: nothing listens, which is
proof. ``unreachable``: no way there, or we may not. ``silent``: the connection stands or is being made,
and not a byte comes."""

_GREETING = b"\xff\0\0\0\0\0\0\0\x01\x7f"
_UNDER_WAY = {errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EINTR, errno.EAGAIN}
_NOTHING_THERE = {errno.ECONNREFUSED, errno.ENOENT}
_HUNG_UP = {errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN}


class Knock:
    """One attempt. Poll :meth:`fileno` for `wants_to_write` or else for reading, then call
    :meth:`go_on`; once :attr:`answer` is no longer ``silent``, or nobody wants to wait, :meth:`close`.

    :param info: a kernel whose host is a number (see :func:`numeric_hosts`).
    :param channel: whose socket to knock at.
    """

    def __init__(self, info: ConnectionInfo, channel: Channel) -> None:
        self.answer: KnockAnswer = "silent"
        self.wants_to_write = True
        #: False: nothing will come of it, as the queue of a Unix socket's callers is full.
        self.worth_polling = True
        self._received = b""
        self._socket: socket.socket | None = None
        ipc = info.transport == "ipc"
        try:
            self._socket = socket.socket(_family(info), socket.SOCK_STREAM)
            self._socket.setblocking(False)
            address = unix_address(info, channel) if ipc else (info.host, info.port(channel))
            code = self._socket.connect_ex(address)
            self.worth_polling = not (ipc and code in _UNDER_WAY)
            self._connected(code, self._socket)
        except (OSError, ValueError):  # no IPv6 here, a path that is too long, no descriptor left
            self.answer = "unreachable"

    @property
    def heard(self) -> bool:
        """Whether whoever listens has said anything."""
        return bool(self._received)

    def fileno(self) -> int:
        """The descriptor to poll; -1 if there is none."""
        return -1 if self._socket is None else self._socket.fileno()

    def go_on(self) -> None:
        """Do what can be done now that the descriptor is ready."""
        if self._socket is None:
            return
        try:
            if self.wants_to_write:
                code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                self._connected(code, self._socket)
            else:
                self._read(self._socket)
        except BlockingIOError:
            return
        except OSError as error:
            self.answer = "foreign" if error.errno in _HUNG_UP else "unreachable"

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()

    def _connected(self, code: int, connection: socket.socket) -> None:
        if code in _UNDER_WAY:
            return
        if code:
            self.answer = "refused" if code in _NOTHING_THERE else "unreachable"
            return
        self.wants_to_write = False
        connection.send(_GREETING)

    def _read(self, connection: socket.socket) -> None:
        chunk = connection.recv(SIGNATURE_LENGTH - len(self._received))
        self._received += chunk
        greets = is_greeting(self._received) if chunk else False
        if greets is not None:
            self.answer = "greets" if greets else "foreign"


def is_of_this_machine(info: ConnectionInfo) -> bool:
    """Whether a kernel's address, its host being a number, belongs to this machine."""
    if info.transport == "ipc":
        return True
    try:
        with socket.socket(_family(info), socket.SOCK_STREAM) as trial:
            trial.bind((info.host, 0))  # only an address of one's own can be bound
    except OSError:
        return False
    return True


def numeric_hosts(hosts: Iterable[str], timeout: float) -> dict[str, str]:
    """Look hosts up, all within `timeout` seconds; those that cannot be found are missing.

    IPv4 is preferred, as kernels bind to it unless told otherwise.
    """
    found: dict[str, str] = {}
    names = [host for host in dict.fromkeys(hosts) if not _numeric(host, found)]
    if names:
        looked_up: dict[str, str] = {}
        # The system's resolver cannot be interrupted, so it has a thread that is left behind when it
        # takes too long: it alone writes to `looked_up`, one entry at a time.
        thread = threading.Thread(
            target=_look_up, args=(names, looked_up), name="kconsole-hosts", daemon=True
        )
        thread.start()
        thread.join(timeout)
        found |= dict(looked_up)
    return found


def _family(info: ConnectionInfo) -> socket.AddressFamily:
    if info.transport == "ipc":
        return socket.AF_UNIX
    return socket.AF_INET6 if ":" in info.host else socket.AF_INET


def _numeric(host: str, found: dict[str, str]) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host.partition("%")[0])
        except (OSError, ValueError):
            continue
        found[host] = host
        return True
    return False


def _look_up(names: list[str], found: dict[str, str]) -> None:
    for name in names:
        try:
            addresses = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
        except (OSError, ValueError):  # no such name; UnicodeError: no name at all
            continue
        if addresses:
            found[name] = str(min(addresses, key=lambda one: one[0] != socket.AF_INET)[4][0])
