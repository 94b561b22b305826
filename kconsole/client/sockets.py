"""The five ZeroMQ sockets: of which kind, with which options, and how a message is read off one."""

from typing import Any

import zmq

from kconsole.connect.info import ConnectionInfo
from kconsole.protocol.message import Channel

__all__ = ["LINGER", "SOCKET_TYPES", "receive", "set_options"]

SOCKET_TYPES: dict[Channel, int] = {
    "shell": zmq.DEALER,
    "control": zmq.DEALER,
    "stdin": zmq.DEALER,
    "iopub": zmq.SUB,
    "hb": zmq.REQ,
}

#: How long a closing socket may go on sending what is queued, in milliseconds. A heartbeat or a
#: subscription is worth no wait; a shutdown_request is.
LINGER: dict[Channel, int] = {"shell": 1000, "control": 1000, "stdin": 1000, "iopub": 0, "hb": 0}

_MAX_FRAME = 1 << 30  # bytes; a larger frame is no message of any kernel, and would be our memory
#: First and longest wait between two attempts to connect, in milliseconds; each is twice the one before.
_RECONNECT_MS = (100, 2000)
#: The same to a kernel that we start: it will listen in a moment, and somebody waits for it.
_RECONNECT_OWN_MS = (20, 200)
#: The same where a link carries the connection: the way back is to be quick, and the socket is near.
_RECONNECT_CARRIED_MS = (50, 500)


def set_options(
    socket: zmq.Socket[Any],
    channel: Channel,
    info: ConnectionInfo,
    routing_id: str,
    *,
    own: bool = False,
    carried: bool = False,
) -> None:
    """Set all that has to be set before a socket is connected.

    :param routing_id: of the DEALER sockets; the session's id.
    :param own: whether the kernel is one that we start.
    :param carried: whether a link that may break carries the connection.
    :raise zmq.ZMQError: libzmq does not take one of the values.
    """
    socket.linger = LINGER[channel]
    socket.setsockopt(zmq.MAXMSGSIZE, _MAX_FRAME)
    waits = _RECONNECT_OWN_MS if own else _RECONNECT_MS
    if carried:
        waits = _RECONNECT_CARRIED_MS
    socket.reconnect_ivl, socket.reconnect_ivl_max = waits
    socket.ipv6 = True
    if socket.type == zmq.DEALER:
        socket.setsockopt(zmq.ROUTING_ID, routing_id.encode())
    if channel == "iopub":
        socket.rcvhwm = 0
        socket.setsockopt(zmq.SUBSCRIBE, b"")
    if info.curve_publickey:
        socket.curve_serverkey = info.curve_publickey
        socket.curve_publickey, socket.curve_secretkey = zmq.curve_keypair()


def receive(socket: zmq.Socket[bytes]) -> list[bytes]:
    """Receive one message, or raise :class:`zmq.Again`.

    recv_multipart asks the socket after each frame whether more follow; a Frame knows. That is a third
    of the time of a message.
    """
    frame = socket.recv(zmq.NOBLOCK, copy=False)
    frames = [frame.bytes]
    while frame.more:
        frame = socket.recv(copy=False)
        frames.append(frame.bytes)
    return frames
