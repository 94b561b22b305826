"""What one kernel is asked to see how it is: over ZeroMQ, without disturbing it.

kernel_info_request goes to control and to shell at once, and an echo is asked of the heartbeat: twice, for
the first ping has to wait for the connection, and only the second one can be timed. Control
answers while a cell runs, and shell does not: that tells busy from idle. Where nothing comes, iopub is
listened to as well: what is published there, if only the welcome of a new subscriber (JEP 65), shows
with which key the kernel signs. No code is ever run.
"""

import contextlib
import logging
import time
from typing import Any

import zmq

from kconsole.client.monitor import EVENTS, read_links
from kconsole.client.sockets import SOCKET_TYPES, receive, set_options
from kconsole.connect.info import ConnectionInfo
from kconsole.connect.verdict import Evidence
from kconsole.errors import WireError
from kconsole.protocol.fields import as_text
from kconsole.protocol.message import Channel, Message
from kconsole.protocol.replies import parse_kernel_info
from kconsole.protocol.session import Session, new_id

__all__ = ["DESCRIPTORS", "Questions"]

DESCRIPTORS = 12
"""How many descriptors the sockets of one kernel take at most."""

#: Seconds that shell has to answer in once control has, before the kernel is called busy.
_SHELL_S = 0.3
#: Seconds after which iopub is listened to, if nothing has answered.
_IOPUB_S = 0.3
#: Seconds that usage_request has.
_USAGE_S = 0.2
_ASKED: tuple[Channel, ...] = ("control", "shell")
_MAX_FRAME = 1 << 24  # bytes: what is asked for is small
_HWM = 100  # messages; for iopub of a kernel that prints a lot
_AT_ONCE = 20  # messages read off one socket before the others have their turn

log = logging.getLogger(__name__)


class Questions:
    """The sockets of one kernel while it is being asked. Poll :attr:`sockets`, all for reading.

    :param context: a context of its own or shared; who gives it ends it.
    :param info: where the kernel is; its host is a number, as libzmq's look-ups would hold up all others.
    :param evidence: gets what is seen.
    :param now: by :func:`time.monotonic`.
    :param patience: seconds that the kernel has to answer anything.
    :param wants_usage: also ask for pid and memory, if it is a kernel that knows that question.
    """

    def __init__(
        self,
        context: zmq.Context[Any],
        info: ConnectionInfo,
        evidence: Evidence,
        now: float,
        patience: float,
        *,
        wants_usage: bool,
    ) -> None:
        self.sockets: dict[zmq.Socket[bytes], Channel | None] = {}
        #: The content of the usage_reply.
        self.usage: dict[str, Any] | None = None
        self._context = context
        self._info = info
        self._evidence = evidence
        self._session = Session(key=info.key, signature_scheme=info.signature_scheme)
        self._asked: dict[str, str] = {}  # msg_id -> its type
        self._by_channel: dict[Channel, zmq.Socket[bytes]] = {}
        self._wants_usage = wants_usage
        self._end = now + patience
        self._iopub_at = now + min(_IOPUB_S, patience / 2)
        for channel in _ASKED:
            self._open(channel)
            self._ask(channel, "kernel_info_request")
        #: When the last ping was sent.
        self._pinged = now
        self._open("hb")
        self._ping()

    @property
    def deadline(self) -> float:
        """When :meth:`look` wants to be called again, or nothing more is expected."""
        waits_for_iopub = not self._evidence.verified and "iopub" not in self._by_channel
        return min(self._end, self._iopub_at) if waits_for_iopub else self._end

    def is_done(self, now: float) -> bool:
        """Whether all is known that can be, or was waited for long enough."""
        if now >= self._end or self._evidence.denied:
            return True
        replied = "shell" in self._evidence.replied
        return replied and not (self._wants_usage and self._usage_is_out) and not self._ping_is_out

    def look(self, now: float) -> None:
        """Read what has come, on whatever socket, and go on to the next question."""
        for socket, channel in list(self.sockets.items()):
            if channel is None:
                self._read_monitor(socket)
            else:
                self._read(socket, channel, now)
        if (
            now >= self._iopub_at
            and not self._evidence.verified
            and "iopub" not in self._by_channel
        ):
            self._open("iopub")

    def close(self) -> None:
        """Close all sockets at once."""
        for socket, channel in self.sockets.items():
            if channel is not None:
                socket.disable_monitor()
        # A monitor goes before its socket: one left open keeps the context from ending.
        for socket in sorted(self.sockets, key=lambda each: self.sockets[each] is not None):
            socket.close(0)
        self.sockets.clear()

    @property
    def _usage_is_out(self) -> bool:
        return "usage_request" in self._asked.values() and self.usage is None

    @property
    def _ping_is_out(self) -> bool:
        return "hb" in self._by_channel and self._evidence.round_trip_s is None

    def _ping(self) -> None:
        self._pinged = time.monotonic()
        self._send("hb", [b"ping"])

    def _open(self, channel: Channel) -> None:
        if not self._info.port(channel):
            return
        try:
            socket: zmq.Socket[bytes] = self._context.socket(SOCKET_TYPES[channel])
            self.sockets[socket] = channel
            set_options(socket, channel, self._info, self._session.session)
            socket.setsockopt(zmq.MAXMSGSIZE, _MAX_FRAME)
            socket.linger, socket.rcvhwm = 0, _HWM
            if channel == "iopub":
                # XPUB welcomes a topic that is new to it, which b"" is not for a second subscriber.
                socket.setsockopt(zmq.SUBSCRIBE, f"kconsole-{new_id()}".encode())
            if channel == "shell":
                self.sockets[socket.get_monitor_socket(EVENTS)] = None
            socket.connect(self._info.url(channel))
        except zmq.ZMQError as error:
            log.debug("%s: %s", self._info.url(channel), error.strerror)
            return
        self._by_channel[channel] = socket

    def _ask(self, channel: Channel, msg_type: str) -> None:
        msg = self._session.msg(msg_type)
        self._asked[msg["msg_id"]] = msg_type
        self._send(channel, self._session.serialize(msg))

    def _send(self, channel: Channel, frames: list[Any]) -> None:
        socket = self._by_channel.get(channel)
        if socket is not None:
            with contextlib.suppress(zmq.ZMQError):  # no pipe any more: the handshake has failed
                socket.send_multipart(frames, zmq.NOBLOCK)

    def _read(self, socket: zmq.Socket[bytes], channel: Channel, now: float) -> None:
        for _ in range(_AT_ONCE):
            try:
                frames = receive(socket)
            except zmq.ZMQError:  # nothing there (EAGAIN), or no ping is out (EFSM)
                return
            if channel == "hb":
                self._take_echo()
                continue
            try:
                msg = self._session.deserialize(frames)
            except WireError:
                dropped = self._session.dropped
                self._evidence.forged = bool(dropped["forged"] or dropped["unsigned"])
                continue
            self._evidence.verified = True
            self._take(channel, msg, now)

    def _take_echo(self) -> None:
        if self._evidence.echoed:
            self._evidence.round_trip_s = time.monotonic() - self._pinged
        else:
            self._evidence.echoed = True
            self._ping()

    def _take(self, channel: Channel, msg: Message, now: float) -> None:
        asked = self._asked.get(as_text(msg["parent_header"].get("msg_id")))
        if asked is None or channel == "iopub":
            return
        if asked == "usage_request":
            self.usage = msg["content"]
            return
        self._evidence.replied.add(channel)
        if self._evidence.info is None:
            self._evidence.info = parse_kernel_info(msg)
            # Others than ipykernel do not know the question, and may say so in their log.
            ipykernel = self._evidence.info.implementation == "ipython"
            self._wants_usage = self._wants_usage and ipykernel
            if self._wants_usage:
                self._ask("control", "usage_request")
        wait = _USAGE_S if "shell" in self._evidence.replied else _SHELL_S
        self._end = min(self._end, now + wait)

    def _read_monitor(self, monitor: zmq.Socket[bytes]) -> None:
        for link in read_links(monitor, encrypted=self._info.encrypted):
            if link.state == "denied":
                self._evidence.denied = link.detail
