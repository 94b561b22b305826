"""JEP 66: a kernel of ours chooses its ports itself, and tells us; so nobody can take one meanwhile.

We listen at a socket that the kernel's connection file names; the kernel sends its ports there, signed,
and gets an answer. The file has ports that we have reserved as well, as ever: a kernel that does not
know this handshake, whatever its kernelspec says, uses those and never misses the rest, and nobody has
to wait for a registration that does not come.

Seen with xeus 6: ``registration_port`` must be a string, and ``ip`` must be there; the kernel sends
``[delimiter, signature, {"kernel_id": …, "shell_port": "4711", …}]`` with a signature over that single
frame, and takes the first answer for what it wants to hear.
"""

import hmac
import logging
import socket as sockets
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import zmq

from kconsole.connect.info import ConnectionInfo
from kconsole.errors import ConnectionFileError, WireError
from kconsole.protocol.message import CHANNELS
from kconsole.protocol.session import Session, new_id
from kconsole.protocol.wire import DELIMITER, decode

__all__ = ["Registration", "read_registration"]

_ADDRESS = "127.0.0.1"
_ACCEPTED = b'{"status":"ok"}'
_MAX_FRAME = 1 << 16  # bytes; five numbers and an id take 200

log = logging.getLogger("kconsole")


class Registration:
    """A place on this machine where one kernel can register, as often as it is started."""

    def __init__(self) -> None:
        self._context: zmq.Context[Any] = zmq.Context()
        #: Of the thread, once that is started.
        self._socket: zmq.Socket[bytes] = self._context.socket(zmq.ROUTER)
        self._socket.linger = 0
        self._socket.setsockopt(zmq.MAXMSGSIZE, _MAX_FRAME)
        self._socket.bind(f"tcp://{_ADDRESS}:*")
        endpoint: bytes = self._socket.getsockopt(zmq.LAST_ENDPOINT)  # type: ignore[assignment]
        self._kernel_id = new_id()
        self.fields: Mapping[str, str] = {
            "kernel_id": self._kernel_id,
            "registration_ip": _ADDRESS,
            "registration_port": endpoint.rstrip(b"\0").rpartition(b":")[2].decode(),
        }
        """What the connection file has to say."""
        #: A byte in the pair means "end".
        self._wake_in, self._wake_out = sockets.socketpair()
        self._thread: threading.Thread | None = None

    def start(self, session: Session, registered: Callable[[list[int]], None]) -> None:
        """Begin to listen; what has come before is not lost.

        :param session: signs as the kernel does.
        :param registered: called with the ports, in the order of CHANNELS, in a thread of its own.
        """
        #: Waits for a kernel to register; the only user of the socket from now on.
        self._thread = threading.Thread(
            target=self._listen,
            args=(session, registered),
            name="kconsole-registration",
            daemon=True,
        )
        self._thread.start()

    def close(self) -> None:
        """Stop listening. Does nothing the second time."""
        if self._socket.closed:
            return
        self._wake_in.send(b"!")
        if self._thread is not None:
            self._thread.join()
        self._context.destroy(0)
        self._wake_in.close()
        self._wake_out.close()

    def _listen(self, session: Session, registered: Callable[[list[int]], None]) -> None:
        poller = zmq.Poller()
        poller.register(self._socket, zmq.POLLIN)
        poller.register(self._wake_out, zmq.POLLIN)
        while self._wake_out.fileno() not in (ready := dict(poller.poll())):
            if self._socket not in ready:
                continue
            sender, *frames = self._socket.recv_multipart()
            try:
                ports = read_registration(frames, session, self._kernel_id)
                answer = [sender, DELIMITER, session.sign([_ACCEPTED]), _ACCEPTED]
                self._socket.send_multipart(answer, zmq.NOBLOCK)
            except (ValueError, zmq.ZMQError) as error:
                log.debug("dropped a registration: %s", error)
                continue
            try:
                registered(ports)
            except Exception:
                log.exception("a registered kernel could not be followed")


def read_registration(frames: Sequence[bytes], session: Session, kernel_id: str) -> list[int]:
    """Return the ports that a kernel has registered with, in the order of CHANNELS.

    :param frames: without the routing id.
    :param session: verifies the signature.
    :param kernel_id: which kernel it has to be.
    :raise ValueError: it is no registration, or somebody else's.
    """
    if len(frames) < 3 or frames[-3] != DELIMITER:
        raise ValueError("it is no message")
    signature, body = frames[-2:]
    if not hmac.compare_digest(signature, session.sign([body])):
        raise ValueError("its signature is wrong")
    try:
        content = decode(body, "the registration")
    except WireError as error:
        raise ValueError(str(error)) from None
    if not isinstance(content, dict) or content.get("kernel_id") != kernel_id:
        raise ValueError("it is of another kernel")
    # JEP 106 lets a port be a number or a text, as for a connection file.
    facts = {name: content.get(name) for name in (f"{channel}_port" for channel in CHANNELS)}
    try:
        info = ConnectionInfo.from_dict(facts, source="the registration")
    except ConnectionFileError as error:
        raise ValueError(str(error)) from None
    ports = [info.port(channel) for channel in CHANNELS]
    if not all(ports):
        raise ValueError("control_port is missing")
    return ports
