"""What a ZeroMQ socket monitor reports, in words.

libzmq tells the life of a connection as numbered events. A table turns them into the link states of
:mod:`kconsole.client.transport`; the texts explain a failed Curve handshake (ZMTP 3.1, RFC 26), which
is otherwise nothing but silence. Seen with libzmq 4.3.5: a peer with another security mechanism is
FAILED_PROTOCOL, and libzmq gives up; a peer that does not know our key just hangs up, FAILED_NO_DETAIL,
and is tried again and again. A peer without Curve is now the one and now the other, whoever looks first.
"""

import struct

import zmq

from kconsole.client.transport import Link

__all__ = ["EVENTS", "read_links"]

EVENTS = (
    zmq.EVENT_CONNECT_RETRIED
    | zmq.EVENT_DISCONNECTED
    | zmq.EVENT_HANDSHAKE_SUCCEEDED
    | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
    | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
    | zmq.EVENT_HANDSHAKE_FAILED_AUTH
)
"""The events asked for. CONNECTED is not among them: a forwarded port accepts whatever is behind it."""

#: The first frame of an event: its number and a value, in the machine's byte order (zmq_socket_monitor(3)).
#: pyzmq would parse it too, but zmq.utils.monitor imports asyncio.
_EVENT = struct.Struct("=Hi")

_PLAIN: dict[int, Link] = {
    zmq.EVENT_CONNECT_RETRIED: Link("refused"),
    zmq.EVENT_DISCONNECTED: Link("down"),
    zmq.EVENT_HANDSHAKE_SUCCEEDED: Link("up"),
    zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL: Link("down"),
    zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL: Link(
        "denied", "the kernel wants encryption, but the connection file has no Curve keys"
    ),
    zmq.EVENT_HANDSHAKE_FAILED_AUTH: Link("denied", "the kernel refused the connection"),
}

_CURVE: dict[int, Link] = _PLAIN | {
    zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL: Link(
        "denied",
        "the kernel does not have the Curve key of the connection file, or is not encrypted at all",
    ),
    zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL: Link(
        "denied", "the kernel is not encrypted, but the connection file has Curve keys"
    ),
    zmq.EVENT_HANDSHAKE_FAILED_AUTH: Link("denied", "the kernel refused our Curve key"),
}

#: A link takes the call before the kernel does, and hangs up if nobody is there.
_CURVE_CARRIED = _CURVE | {zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL: Link("down")}


def read_links(monitor: zmq.Socket[bytes], *, encrypted: bool, carried: bool = False) -> list[Link]:
    """Read every event that waits in a monitor socket.

    :param monitor: the PAIR socket of :meth:`zmq.Socket.get_monitor_socket`.
    :param encrypted: whether our side of the connection uses Curve; it decides the wording.
    :param carried: whether a link carries it, so that who hangs up need not be the kernel.
    :return: the link states that the events stand for, oldest first. ``refused`` only means that a
        connection attempt has failed; whether anything listens is the caller's to find out.
    """
    table = (_CURVE_CARRIED if carried else _CURVE) if encrypted else _PLAIN
    links: list[Link] = []
    while True:
        try:
            number, _ = _EVENT.unpack(monitor.recv_multipart(zmq.NOBLOCK)[0])
        except zmq.Again:
            return links
        link = table.get(number)
        if link is not None:
            links.append(link)
