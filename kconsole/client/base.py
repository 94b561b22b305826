"""The life of a client: what comes through its channels, and whether the kernel lives.

What can be asked of a kernel is in :mod:`kconsole.client.client`, on top of this.
"""

import logging
import time
from collections.abc import Callable
from typing import Any, Protocol

import zmq

from kconsole.client.carrier import Carrier
from kconsole.client.channelset import ChannelSet
from kconsole.client.health import Health, judge
from kconsole.client.renewal import Renewal, ask_who_is_there
from kconsole.client.transport import Link
from kconsole.client.zmq_transport import ZmqTransport
from kconsole.connect.info import ConnectionInfo
from kconsole.errors import ChannelError, KconsoleError, KernelDiedError, KernelRestartedError
from kconsole.protocol.activity import Activity
from kconsole.protocol.message import Channel, Message
from kconsole.protocol.restart import TELLING, RestartWatch
from kconsole.protocol.session import Session

__all__ = ["ClientBase", "Process", "Sink"]

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


class ClientBase(ChannelSet):
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
        super().__init__()
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

    def _make_transport(self) -> ZmqTransport:
        return ZmqTransport(
            self.info,
            self.session,
            self,
            self.heartbeat,
            context=self.context,
            own=self.process is not None,
            log=self.log,
        )

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
