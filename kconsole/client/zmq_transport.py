"""Five ZeroMQ sockets and the one thread that owns them.

Theory of operation: no other thread ever touches a socket. Whoever wants something sent appends a task
to a queue and rings a bell, which wakes the thread's poll (:mod:`kconsole.client.tasks`). The thread runs
the tasks, drains whatever socket is ready (in slices, so that a flood on iopub cannot starve a send),
verifies and parses, and hands each message to the listener. Sends never block: what a socket does not
take is kept and tried again when it becomes writable, so a peer that failed its Curve handshake (where
libzmq leaves a DEALER without any pipe) cannot hang us.

iopub has no receive mark: a PUB socket drops what a slow reader leaves lying, the closing idle included.
What is bounded, is bounded where it is drawn.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import zmq

from kconsole.client.monitor import read_links
from kconsole.client.newcomers import Newcomers
from kconsole.client.openchannel import OpenChannel
from kconsole.client.sockets import LINGER, SOCKET_TYPES, receive, set_options
from kconsole.client.tasks import Tasks
from kconsole.client.transport import Link, Listener
from kconsole.connect.info import ConnectionInfo
from kconsole.connect.probe import listens
from kconsole.errors import AuthenticationError, ChannelError, WireError
from kconsole.protocol.liveness import Heartbeat
from kconsole.protocol.message import Channel, Message
from kconsole.protocol.session import Session

__all__ = ["ZmqTransport"]

_SLICE_S = 0.008  # the longest one socket is drained before the others have their turn
_REFUSED_TIMEOUT_S = 0.2
_LAST_WORDS_S = 3.0  # the longest that a lost connection's backlog is read before anything else


class ZmqTransport:
    """The connections of one kernel's channels.

    :param info: where the kernel listens, and its Curve keys.
    :param session: signs and verifies; its id is the routing id of the three DEALER sockets, because a
        kernel sends input_request to the identity that its shell request came from
        ("Messages on the stdin channel").
    :param listener: told of messages and changes, in the I/O thread.
    :param heartbeat: the pure state of the heartbeat, driven by the I/O thread alone.
    :param context: a ZeroMQ context to share; without one, the transport has its own and ends it.
    :param own: whether the kernel is one that we start, and which may not listen yet.
    :param carried: whether a link carries the connections: then a refusal says nothing of the kernel.
    :param log: where dropped messages and a listener's mistakes go.
    """

    def __init__(
        self,
        info: ConnectionInfo,
        session: Session,
        listener: Listener,
        heartbeat: Heartbeat,
        *,
        context: zmq.Context[Any] | None = None,
        own: bool = False,
        carried: bool = False,
        log: logging.Logger,
    ) -> None:
        if info.curve_publickey and not zmq.has("curve"):
            raise AuthenticationError(
                "the connection file has Curve keys, but this pyzmq has no Curve"
            )
        self._info = info
        self._session = session
        self._listener = listener
        self._heartbeat = heartbeat
        self._own = own
        self._log = log
        self._carried = carried
        self._own_context = context is None
        self._context: zmq.Context[Any] = context or zmq.Context()
        #: Only the I/O thread touches these seven.
        self._open: dict[Channel, OpenChannel] = {}
        self._links: dict[Channel, Link] = {}
        self._routing_ids: dict[Channel, str] = {}
        self._poller = zmq.Poller()
        self._ping_out = False
        #: What to do for whatever the poll says is ready: a socket, or the wake-up's descriptor.
        self._handlers: dict[object, Callable[[], None]] = {}
        self._newcomers = Newcomers(self._context, session, self._watch, self._unwatch)
        #: What other threads want done, in order; the I/O thread does it.
        self._tasks = Tasks()
        #: Guards _accepting, the start of the thread, and who cleans up after it; not the sockets.
        self._lock = threading.Lock()
        #: The channels that are open as other threads see it.
        self._accepting: set[Channel] = set()
        self._closing = False
        #: The one thread that touches the sockets; a daemon, so that a forgotten client cannot keep
        #: the interpreter from ending.
        self._thread = threading.Thread(target=self._run, name="kconsole-io", daemon=True)
        self._started = False
        self._ended = False
        #: Whether close() has stopped waiting for the thread, which then cleans up itself.
        self._left_alone = False

    # -- called from any thread ------------------------------------------------------------------

    def open(self, channels: Iterable[Channel]) -> None:
        """Connect these channels, in this order; those that are open already are left alone."""
        with self._lock:
            if self._closing:
                raise ChannelError("the channels have been stopped; make a new client")
            for channel in channels:
                if channel not in self._accepting:
                    self._accepting.add(channel)
                    self._tasks.add(partial(self._connect, channel))
            if not self._started:
                self._started = True
                self._thread.start()

    def close(self, timeout: float = 2.0) -> None:
        """Send what is queued, close every channel and end the thread.

        :param timeout: how long the thread may take, in seconds.
        :raise ChannelError: called in the I/O thread itself.
        """
        if threading.current_thread() is self._thread:
            raise ChannelError("stop_channels cannot be called from a handler in the I/O thread")
        with self._lock:
            first = not self._closing
            self._closing = True
            self._accepting.clear()
        self.wake()
        if self._started:
            self._thread.join(timeout)
        with self._lock:
            over = self._ended or not self._started
            self._left_alone = not over
        if first and over:
            self._clean_up()

    def send(self, channel: Channel, msg: Message) -> None:
        """Queue a message; never blocks.

        :raise ValueError: the content cannot be put into JSON, or a buffer is none.
        :raise TypeError: the content cannot be put into JSON, or a buffer is none.
        :raise ChannelError: the channel is not open.
        """
        if channel not in self._accepting:
            raise ChannelError(f"the {channel} channel is not running")
        frames = self._session.serialize(msg)
        self._tasks.add(partial(self._send, channel, frames))

    def is_open(self, channel: Channel) -> bool:
        """Whether the channel is open now, connected or not."""
        return channel in self._accepting and (not self._started or self._thread.is_alive())

    def subscribe(self, topic: bytes) -> None:
        """Add a topic to iopub's subscriptions; a JEP 65 kernel answers with an iopub_welcome."""
        self._tasks.add(partial(self._set_iopub, zmq.SUBSCRIBE, topic))

    def unsubscribe(self, topic: bytes) -> None:
        """Take a topic back from iopub's subscriptions."""
        self._tasks.add(partial(self._set_iopub, zmq.UNSUBSCRIBE, topic))

    def flush(self, channel: Channel, done: threading.Event | None = None) -> None:
        """Deliver all that has arrived on a channel by now, and set ``done`` then."""
        self._tasks.add(partial(self._flush, channel, done))

    def call(self, task: Callable[[], None]) -> None:
        """Have something done in the I/O thread, after all that was asked of it before."""
        self._tasks.add(task)

    def call_at(self, when: float, task: Callable[[], None]) -> None:
        """Have something done in the I/O thread at a time, by :func:`time.monotonic`."""
        self._tasks.at(when, task)

    def reopen(self, channels: Iterable[Channel], routing_id: str) -> None:
        """Connect some channels anew as somebody else; what has not left yet is lost.

        The listener is told of each that it is connecting.
        """
        self._tasks.add(partial(self._reopen, tuple(channels), routing_id))

    def probe(self, channel: Channel, msg: Message, answered: Callable[[], None]) -> None:
        """Ask something as a newcomer, over one more connection, and have its answer told of.

        :param answered: called in the I/O thread when the kernel has said something to the newcomer.
        """
        frames = self._session.serialize(msg)
        self._tasks.add(
            lambda: self._newcomers.ask(
                self._info, channel, frames, answered, carried=self._carried
            )
        )

    def end_probes(self) -> None:
        """Forget the questions of :meth:`probe`; to be called in the I/O thread."""
        self._newcomers.end()

    def relocate(self, info: ConnectionInfo) -> None:
        """Connect every open channel to other addresses; what has not left yet is lost."""
        self._tasks.add(partial(self._relocate, info))

    def wake(self) -> None:
        """Make the thread look at its tasks and its heartbeat now."""
        self._tasks.wake()

    # -- the I/O thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._serve()
        except Exception:  # noqa: BLE001  a mistake of ours must not leave sockets that nobody closes
            self._log.exception("the I/O thread failed")
        finally:
            self._accepting.clear()
            self.end_probes()
            for channel in list(self._open):
                self._disconnect(channel)
            with self._lock:
                self._ended = True
                left_alone = self._left_alone
            if left_alone:
                self._clean_up()

    def _clean_up(self) -> None:
        """Give back what the thread has used, once it uses it no more."""
        self._tasks.close()
        if self._own_context:
            self._context.term()

    def _serve(self) -> None:
        self._watch(self._tasks.fileno(), self._tasks.woken)
        while not self._closing or self._tasks:
            for ready, _ in self._poller.poll(self._timeout_ms()):
                handler = self._handlers.get(ready)
                if handler is not None:  # a handler before this one may have closed its socket
                    handler()
            self._tasks.run()
            self._beat()

    def _watch(self, ready: Any, handler: Callable[[], None]) -> None:
        self._handlers[ready] = handler
        self._poller.register(ready, zmq.POLLIN)

    def _unwatch(self, ready: Any) -> None:
        del self._handlers[ready]
        self._poller.unregister(ready)

    def _timeout_ms(self) -> int | None:
        """How long the poll may sleep, in milliseconds; None is for ever."""
        if self._closing or self._tasks:
            return 0
        beat = self._heartbeat.deadline() if self._beats() else None
        deadline = min(
            (each for each in (beat, self._tasks.deadline()) if each is not None), default=None
        )
        return None if deadline is None else max(0, int((deadline - time.monotonic()) * 1000) + 1)

    def _connect(self, channel: Channel) -> None:
        self._links[channel] = Link("connecting")
        sock: zmq.Socket[bytes] = self._context.socket(SOCKET_TYPES[channel])
        try:
            routing_id = self._routing_ids.get(channel, self._session.session)
            set_options(sock, channel, self._info, routing_id, own=self._own, carried=self._carried)
            opened = self._open[channel] = OpenChannel(sock)
            self._watch(sock, self._read_echo if channel == "hb" else partial(self._drain, channel))
            self._watch(opened.monitor, partial(self._read_monitor, channel))
            sock.connect(self._info.url(channel))
        except zmq.ZMQError as error:  # an address or an option that libzmq cannot make sense of
            if channel not in self._open:
                sock.close(0)
            self._link(channel, Link("denied", f"{self._info.url(channel)}: {error.strerror}"))

    def _reopen(self, channels: Sequence[Channel], routing_id: str) -> None:
        for channel in [each for each in channels if each in self._open]:
            self._routing_ids[channel] = routing_id
            self._disconnect(channel, linger=0)
            self._connect(channel)
            self._tell("on_change", self._listener.link_changed, channel, self._links[channel])

    def _relocate(self, info: ConnectionInfo) -> None:
        self._info = info
        for channel in list(self._open):
            self._disconnect(channel, linger=0)
            self._connect(channel)
        self._ping_out = False
        self._heartbeat.resume()

    def _disconnect(self, channel: Channel, linger: int | None = None) -> None:
        opened = self._open.pop(channel)
        self._unwatch(opened.socket)
        self._unwatch(opened.monitor)
        reachable = self._links[channel].state in ("up", "connecting")
        if linger is None:
            linger = LINGER[channel] if reachable else 0
        opened.close(linger)

    def _send(self, channel: Channel, frames: Sequence[Any]) -> None:
        opened = self._open.get(channel)
        if opened is None:
            return
        if not opened.send(frames):
            self._poller.modify(opened.socket, zmq.POLLIN | zmq.POLLOUT)

    def _drain(self, channel: Channel, slice_s: float = _SLICE_S) -> None:
        """Deliver what has arrived on a channel, for as long as its slice lasts."""
        opened = self._open[channel]
        if opened.waiting and opened.empty_outbox():
            self._poller.modify(opened.socket, zmq.POLLIN)
        until = time.monotonic() + slice_s
        while True:
            try:
                frames = receive(opened.socket)
            except zmq.Again:
                return
            self._deliver(channel, frames)
            if time.monotonic() > until:
                return

    def _deliver(self, channel: Channel, frames: list[bytes]) -> None:
        try:
            msg = self._session.deserialize(frames)
        except WireError as error:
            self._log.debug("dropped a message on %s: %s", channel, error)
            return
        try:
            self._listener.received(channel, msg)
        except Exception:  # noqa: BLE001  behind it is anybody's code: this thread must live on
            self._log.exception("the sink of the %s channel failed", channel)

    def _tell(self, who: str, news: Callable[..., None], *arguments: Any) -> None:
        """Call the listener, behind which is anybody's code: this thread must live on."""
        try:
            news(*arguments)
        except Exception:  # noqa: BLE001  as it says
            self._log.exception("%s failed", who)

    def _set_iopub(self, option: int, topic: bytes) -> None:
        if "iopub" in self._open:
            self._open["iopub"].socket.setsockopt(option, topic)

    def _flush(self, channel: Channel, done: threading.Event | None) -> None:
        if channel in self._open and channel != "hb":
            self._drain(channel, slice_s=1.0)
        if done is not None:
            done.set()

    # -- links ---------------------------------------------------------------------------------------

    def _read_monitor(self, channel: Channel) -> None:
        monitor = self._open[channel].monitor
        for link in read_links(monitor, encrypted=self._info.encrypted, carried=self._carried):
            self._link(channel, link)

    def _link(self, channel: Channel, link: Link) -> None:
        before = self._links[channel]
        if before.state == "denied" and link.state != "up":
            return  # libzmq hangs up and tries again after a denial: that is no news
        if link.state == "refused" and self._carried:
            self._tell("on_change", self._listener.still_refused)
            return
        if link.state == before.state == "refused":
            self._tell("on_change", self._listener.still_refused)
            return
        if link.state == "refused" and not self._is_refused(channel):
            return
        if link == before:
            return
        self._links[channel] = link
        if channel == "hb" and link.state == "down":
            self._reopen_heartbeat()
            self._heartbeat.resume()
        if link.state in ("down", "refused"):
            self._drain_all()  # what the kernel said before its end comes before the news of it
        self._tell("on_change", self._listener.link_changed, channel, link)

    def _drain_all(self) -> None:
        for channel in list(self._open):
            if channel != "hb":
                self._drain(channel, slice_s=_LAST_WORDS_S)

    def _is_refused(self, channel: Channel) -> bool:
        """A failed attempt may be a timeout; only a refusal proves that nothing listens."""
        return listens(self._info, channel, timeout=_REFUSED_TIMEOUT_S) == "refused"

    # -- the heartbeat -------------------------------------------------------------------------------

    def _beats(self) -> bool:
        """Whether there is somebody to ping: else the time to connect would count as a round trip."""
        return "hb" in self._open and self._links["hb"].state == "up"

    def _beat(self) -> None:
        if not self._beats():
            return
        before = self._pulse()
        now = time.monotonic()
        if self._heartbeat.poll(now):
            if self._ping_out:
                self._reopen_heartbeat()
            self._send("hb", [b"ping"])
            self._ping_out = True
            self._heartbeat.ping(now)
        self._tell_heartbeat(before)

    def _read_echo(self) -> None:
        before = self._pulse()
        try:
            self._open["hb"].socket.recv_multipart(zmq.NOBLOCK)
        except zmq.ZMQError:  # nothing there after all (EAGAIN), or no ping is out (EFSM)
            return
        self._ping_out = False
        self._heartbeat.pong(time.monotonic())
        self._tell_heartbeat(before)

    def _pulse(self) -> tuple[str, bool]:
        """What is news when it changes: whether the kernel is late, and whether its distance is known."""
        return self._heartbeat.state, self._heartbeat.rtt is not None

    def _tell_heartbeat(self, before: tuple[str, bool]) -> None:
        if self._pulse() != before:
            self._tell("on_change", self._listener.heartbeat_changed)

    def _reopen_heartbeat(self) -> None:
        """A REQ socket whose echo is lost can never send again: a new one takes its place."""
        link = self._links["hb"]
        self._disconnect("hb")
        self._connect("hb")
        self._links["hb"] = link
        self._ping_out = False
