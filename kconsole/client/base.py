"""The life of a client: its five channels, when they run, and whether the kernel lives.

What can be asked of a kernel is in :mod:`kconsole.client.client`, on top of this.
"""

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol, Self

import zmq

from kconsole.client.carrier import Carrier
from kconsole.client.channels import HeartbeatChannel, MessageChannel, ShellChannel
from kconsole.client.connection import ConnectionFileMixin
from kconsole.client.health import Health, judge
from kconsole.client.renewal import Renewal, ask_who_is_there
from kconsole.client.router import Router
from kconsole.client.transport import Link
from kconsole.client.zmq_transport import ZmqTransport
from kconsole.connect.info import ConnectionInfo
from kconsole.errors import (
    ChannelError,
    InvalidPortNumber,
    KconsoleError,
    KernelDiedError,
    KernelRestartedError,
)
from kconsole.protocol.activity import Activity
from kconsole.protocol.liveness import Heartbeat
from kconsole.protocol.message import CHANNELS, Channel, Message
from kconsole.protocol.restart import TELLING, RestartWatch
from kconsole.protocol.session import Session

__all__ = ["ClientBase", "Process", "Sink"]

#: iopub first: what a kernel says before we are subscribed is lost.
_START_ORDER: tuple[Channel, ...] = ("iopub", "shell", "stdin", "hb", "control")

#: Seconds between two heartbeats, and after how many without an echo one counts as late. Seldom, for
#: each wakes the machine: a process that dies closes its connections, which is noticed at once.
_PERIOD_S = 3.0
_LATE_AFTER_S = 3.0

#: A dying process closes its sockets a moment before it has an exit status, in seconds.
_ENDING_S = 0.2

Sink = Callable[[Channel, Message], None]


class Process(Protocol):
    """A kernel's process, where it is ours (:class:`kconsole.connect.process.KernelProcess`)."""

    def poll(self) -> int | None: ...

    def wait(self, timeout: float) -> bool: ...

    def interrupt(self) -> bool: ...

    def describe_exit(self) -> str: ...

    def describe_death(self) -> str: ...

    def describe_failure(self) -> str: ...

    def log_tail(self) -> str: ...


class ClientBase(ConnectionFileMixin):
    """The channels of one kernel, their start and stop, and the kernel's health.

    :param info: where the kernel is; the following six are an older way to say the same.
    :param connection_file: path or name of a file for :meth:`load_connection_file`.
    :param transport: ``"tcp"`` or ``"ipc"``.
    :param ip: address, or path prefix for ipc.
    :param shell_port: TCP ports, or suffixes for ipc.
    :param iopub_port: TCP ports, or suffixes for ipc.
    :param stdin_port: TCP ports, or suffixes for ipc.
    :param hb_port: TCP ports, or suffixes for ipc.
    :param control_port: TCP ports, or suffixes for ipc.
    :param session: the session to send as; a new one by default.
    :param context: a ZeroMQ context to share; by default the client has its own while channels run.
    :param process: the kernel's process, if it is ours: its end is a proof of death, and it can be sent
        signals.
    :param carrier: the link that carries the connections, where the kernel is on another computer.
    :param sink: called in the I/O thread with each message that nobody has claimed, in place of the
        channels' queues.
    :param on_change: called in the I/O thread when :attr:`health` may have changed.
    :param on_restart: called in the I/O thread when the kernel has turned out to be another one than
        before, restarted by whomever, once for each time: after an announcement, or after nobody had
        listened there for a while. All that came before has been handed out by then, and
        whoever waited for a reply has been told. What was known of the kernel, its features, its
        subshells and its execution count, is void.
    """

    def __init__(
        self,
        *,
        info: ConnectionInfo | None = None,
        connection_file: str = "",
        transport: str | None = None,
        ip: str | None = None,
        shell_port: int = 0,
        iopub_port: int = 0,
        stdin_port: int = 0,
        hb_port: int = 0,
        control_port: int = 0,
        session: Session | None = None,
        context: zmq.Context[Any] | None = None,
        process: Process | None = None,
        carrier: Carrier | None = None,
        sink: Sink | None = None,
        on_change: Callable[[], None] | None = None,
        on_restart: Callable[[], None] | None = None,
    ) -> None:
        self.log = logging.getLogger("kconsole")
        self.info = info or ConnectionInfo()
        self.session = session or Session(
            key=self.info.key, signature_scheme=self.info.signature_scheme
        )
        self.connection_file = connection_file or str(self.info.path or "")
        given = {
            "transport": transport,
            "ip": ip,
            "shell_port": shell_port,
            "iopub_port": iopub_port,
            "stdin_port": stdin_port,
            "hb_port": hb_port,
            "control_port": control_port,
        }
        for name, value in given.items():
            if value:
                setattr(self, name, value)
        self.context = context
        self.process = process
        self.carrier = carrier
        self.sink = sink
        self.on_change = on_change
        self.on_restart = on_restart
        self.heartbeat = Heartbeat(_PERIOD_S, _LATE_AFTER_S)
        self._router = Router()
        self._transport: ZmqTransport | None = None
        #: Guards the making of channels and of the transport, and _stopped.
        self._lock = threading.RLock()
        self._stopped = False
        self._channels: dict[Channel, MessageChannel] = {}
        self._hb_channel: HeartbeatChannel | None = None
        #: Written by the I/O thread alone; replaced, never changed in place.
        self._links: dict[Channel, Link] = {}
        self._ever_up = False
        #: Whether the kernel has been restarted, and whom it is busy for; fed by the I/O thread alone.
        self._restarts = RestartWatch()
        self._activity = Activity()
        #: Whether those who wait have been told that the kernel is dead; of the I/O thread alone.
        self._mourned = False
        #: Whether we restart the kernel ourselves.
        self.renewal = Renewal()
        #: When the last iopub message came, whosever it was; written by the I/O thread alone.
        self._last_iopub = 0.0

    def __enter__(self) -> Self:
        self.start_channels()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop_channels()

    # -- channels --------------------------------------------------------------------------------

    @property
    def shell_channel(self) -> ShellChannel:
        """The shell channel; made on first access, the same object ever after."""
        channel = self._channel("shell")
        assert isinstance(channel, ShellChannel)
        return channel

    @property
    def iopub_channel(self) -> MessageChannel:
        """The iopub channel; made on first access."""
        return self._channel("iopub")

    @property
    def stdin_channel(self) -> MessageChannel:
        """The stdin channel; made on first access."""
        return self._channel("stdin")

    @property
    def control_channel(self) -> MessageChannel:
        """The control channel; made on first access. A kernel before protocol 5 may have none."""
        return self._channel("control")

    @property
    def hb_channel(self) -> HeartbeatChannel:
        """The heartbeat channel; made on first access."""
        with self._lock:
            if self._hb_channel is None:
                self._hb_channel = HeartbeatChannel(self, self.info.url("hb"), self.heartbeat)
            return self._hb_channel

    def _channel(self, name: Channel) -> MessageChannel:
        with self._lock:
            if name not in self._channels:
                kind = ShellChannel if name == "shell" else MessageChannel
                self._channels[name] = kind(self, name, self.info.url(name))
            return self._channels[name]

    def start_channels(
        self,
        shell: bool = True,
        iopub: bool = True,
        stdin: bool = True,
        hb: bool = True,
        control: bool = True,
    ) -> None:
        """Open channels and start the I/O thread. Those that run already are left alone.

        Returns at once; :meth:`wait_for_ready` waits for the kernel. ``control`` is passed over for a
        kernel that has no control port. Without ``stdin``, execute requests allow no input, unless that
        channel runs already.

        :raise InvalidPortNumber: the port of a channel is 0. Nothing has been started then.
        :raise ChannelError: the channels have been stopped (make a new client), or the ports have
            changed since a channel object was made.
        """
        asked = {"shell": shell, "iopub": iopub, "stdin": stdin, "hb": hb, "control": control}
        names = [name for name in _START_ORDER if asked[name]]
        if not self.info.control_port and (shell or iopub or stdin or hb) and "control" in names:
            names.remove("control")
        had_stdin = self._is_open("stdin")
        self._start([(name, self._address(name)) for name in names])
        if not had_stdin:
            self.shell_channel.allow_stdin = stdin

    def stop_channels(self) -> None:
        """Close all channels, wake whoever waits on one, and join the I/O thread.

        May be called again, and before any start. From then on this client cannot be started again.

        :raise ChannelError: called from a handler, that is, in the I/O thread.
        """
        with self._lock:
            transport, self._transport = self._transport, None
            if transport is None:
                return
            self._stopped = True
        try:
            transport.close()
        except ChannelError:
            self._transport = transport
            self._stopped = False
            raise
        self._router.fail(ChannelError("the channels have been stopped"), closed=True)
        for channel in self._channels.values():
            channel._close()

    @property
    def channels_running(self) -> bool:
        """Whether any channel is open. Looking makes none."""
        return any(self._is_open(name) for name in CHANNELS)

    def _address(self, name: Channel) -> str:
        channel = self._hb_channel if name == "hb" else self._channels.get(name)
        return channel.address if channel else self.info.url(name)

    def _start_channel(self, name: Channel, address: str) -> None:
        self._start([(name, address)])

    def _start(self, wanted: list[tuple[Channel, str]]) -> None:
        """Check all that can be wrong before anything starts, so that it starts whole or not."""
        with self._lock:
            if self._stopped:
                raise ChannelError("the channels have been stopped; make a new client")
            for name, address in wanted:
                if not self.info.port(name):
                    raise InvalidPortNumber(f"the {name} channel cannot be started: its port is 0")
                if address != self.info.url(name):
                    raise ChannelError(
                        f"the {name} channel was made for {address}, but is now {self.info.url(name)}"
                    )
            if self._transport is None:
                self._transport = ZmqTransport(
                    self.info,
                    self.session,
                    self,
                    self.heartbeat,
                    context=self.context,
                    log=self.log,
                )
            self._transport.open([name for name, _ in wanted])

    def _is_open(self, name: Channel) -> bool:
        transport = self._transport
        return transport is not None and transport.is_open(name)

    def _running(self) -> ZmqTransport:
        transport = self._transport
        if transport is None:
            raise ChannelError("the channels are not running")
        return transport

    def _flush_channel(self, name: Channel, done: threading.Event) -> None:
        self._running().flush(name, done)

    def _wake(self) -> None:
        if self._transport is not None:
            self._transport.wake()

    # -- the kernel's health ---------------------------------------------------------------------

    def is_alive(self) -> bool:
        """Whether the kernel lives, by the best evidence there is.

        Its process, if it is ours; else the heartbeat; without a heartbeat channel, True.
        """
        if self.process is not None:
            return self.process.poll() is None
        if self._is_open("hb"):
            return self.health.state != "gone" and self.hb_channel.is_beating()
        return True

    @property
    def is_busy(self) -> bool:
        """Whether the kernel is known to run something, for whomever; by its status messages."""
        return self._activity.state == "busy"

    @property
    def health(self) -> Health:
        """The kernel's state of health, judged anew at each look."""
        if self.renewal.active:
            return Health("starting", "restarting")
        death = None
        if self.process is not None and self.process.poll() is not None:
            death = f"its process {self.process.describe_exit()}"
        restarting = self._restarts.announced(time.monotonic())
        return judge(self._links, self._ever_up, self.heartbeat, death, restarting=restarting)

    def _death(self) -> KernelDiedError | None:
        """What to raise if the kernel is known to be gone."""
        health = self.health
        if health.state != "gone":
            return None
        return KernelDiedError(f"the kernel is gone: {health.detail}")

    def _end(self) -> KconsoleError | None:
        """What whoever waits is to raise, because nothing will come any more; None if it may."""
        if not self.channels_running:
            return ChannelError("the channels have been stopped")
        return self._death()

    def _check_alive(self) -> None:
        """Raise what :meth:`_end` says."""
        if end := self._end():
            raise end

    # -- the listener of the transport: all of this runs in the I/O thread ---------------------------

    def received(self, channel: Channel, msg: Message) -> None:
        """A message has come: to its claimant, or to the sink, or to the channel."""
        if channel == "iopub":
            self._last_iopub = time.monotonic()
        if msg["msg_type"] in TELLING:  # few are, and this is done for every message
            self._learn(channel, msg)
        if self._router.route(channel, msg):
            return
        if self.sink is not None:
            self.sink(channel, msg)
        else:
            self._channel(channel)._deliver(msg)

    def _learn(self, channel: Channel, msg: Message) -> None:
        """Take what a message says of the kernel's life."""
        if channel == "iopub":
            self._activity.receive(msg)
        if self._restarts.receive(msg, time.monotonic()) and not self.renewal.active:
            self._restarted()

    def link_changed(self, channel: Channel, link: Link) -> None:
        """A channel's connection is up, down, refused or denied."""
        before = self._links.get(channel)
        refused = self._is_refused()
        self._links = self._links | {channel: link}
        self._ever_up = self._ever_up or link.state == "up"
        self.renewal.note_links(self._links)
        if self.renewal.active:
            return
        if link.state == "refused" and self._ever_up and self.process is not None:
            self.process.wait(_ENDING_S)
        now = time.monotonic()
        if link.state == "down":
            self._restarts.disconnected(now)
        self._mourn()
        if (
            link.state == "up"
            and before is not None
            and self._restarts.reconnected(now, refused=refused)
        ):
            self._restarted()
        if link.state == "up" and self._restarts.in_doubt:
            ask_who_is_there(self)
        self._changed()

    def still_refused(self) -> None:
        """Time has passed: a kernel that was to be restarted may have failed to come back."""
        if not self._mourned and not self.renewal.active and self._mourn():
            self._changed()

    def _is_refused(self) -> bool:
        """Whether nobody listens any more where the kernel was."""
        states = {link.state for link in self._links.values()}
        return self._ever_up and "refused" in states and "up" not in states

    def _mourn(self) -> bool:
        """If the kernel is dead, tell whoever waits; whether it is."""
        death = self._death()
        if death is not None:
            self._router.fail(death)
        self._mourned = death is not None
        return self._mourned

    def heartbeat_changed(self) -> None:
        """The heartbeat is late, or on time again."""
        if self.heartbeat.state == "late":
            now = time.monotonic()
            last = self.heartbeat.last_pong
            self.hb_channel._deliver(self.heartbeat.late_by(now) if last is None else now - last)
        self._changed()

    def _restarted(self) -> None:
        """The kernel is another one: nobody will answer what was asked of the one before."""
        self._activity.clear()
        self._router.fail(KernelRestartedError("the kernel was restarted"))
        if self.on_restart is not None:
            try:
                self.on_restart()
            except Exception:  # anybody's code; the message that told us must go on
                self.log.exception("on_restart failed")

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()
