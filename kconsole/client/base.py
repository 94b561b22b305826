"""The life of a client: what comes through its channels, and whether the kernel lives.

What can be asked of a kernel is in :mod:`kconsole.client.client`, on top of this.
"""

import logging
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

import zmq

from kconsole.client.channelset import ChannelSet
from kconsole.client.health import Health, judge
from kconsole.client.renewal import Renewal, ask_who_is_there
from kconsole.client.transport import Link
from kconsole.client.zmq_transport import ZmqTransport
from kconsole.connect.info import ConnectionInfo
from kconsole.errors import (
    ChannelError,
    KconsoleError,
    KernelDiedError,
    KernelRestartedError,
    LinkLostError,
)
from kconsole.protocol.activity import Activity
from kconsole.protocol.message import Channel, Message
from kconsole.protocol.restart import TELLING, RestartWatch
from kconsole.protocol.session import Session

if TYPE_CHECKING:
    from kconsole.client.carrier import Carrier
    from kconsole.client.resumption import Gap, Resumed, Resumption
    from kconsole.connect.ssh.status import LinkStatus

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
    :param on_gap_end: called in the I/O thread when a link that was lost is back and requests can be sent
        again: see :class:`~kconsole.client.resumption.Gap`. What came before has been handed out.
        Output of the time between is missing. The beginning of a gap is told by ``on_change``.
    :param on_resumed: called in the I/O thread after that, once it is known what has become of all that was
        under way: at once, or when the kernel is done with it; see
        :class:`~kconsole.client.resumption.Resumed`. What has come for it until then has been
        handed out, and whoever waited for a reply that is lost has been told.
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
        carrier: "Carrier | None" = None,
        sink: Sink | None = None,
        on_change: Callable[[], None] | None = None,
        on_restart: Callable[[], None] | None = None,
        on_gap_end: "Callable[[Gap], None] | None" = None,
        on_resumed: "Callable[[Resumed], None] | None" = None,
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
        self.on_gap_end = on_gap_end
        self.on_resumed = on_resumed
        #: Sees us through the gaps of the carrier.
        self._resumption: Resumption | None = None
        if carrier is not None:  # else nothing of all that is needed
            resumption = import_module("kconsole.client.resumption")
            self._resumption = resumption.Resumption(self, carrier)
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
        #: Whether the kernel was found to tell nobody when it is idle; of whoever waits for a cell.
        self.publishes_no_status = False

    def _make_transport(self) -> ZmqTransport:
        transport = ZmqTransport(
            self.info,
            self.session,
            self,
            self.heartbeat,
            context=self.context,
            own=self.process is not None,
            carried=self.carrier is not None,
            log=self.log,
        )
        if self._resumption is not None:
            self._resumption.follow(transport)
        return transport

    def _send(self, channel: Channel, msg: Message) -> None:
        """Send a message, unless its way is known to be broken.

        :raise LinkDownError: nothing was sent, for the link is down.
        :raise ChannelError: the channel does not run.
        """
        transport = self._running()
        if self._resumption is None:
            transport.send(channel, msg)
            return
        self._resumption.admit(channel, msg)
        try:
            transport.send(channel, msg)
        except BaseException:
            self._resumption.pending.discard(msg["msg_id"])
            raise

    # -- the link to the kernel's computer -------------------------------------------------------

    @property
    def settled(self) -> bool:
        """Whether a link that was lost leaves nothing in doubt: no gap, no reply that may be lost."""
        return self._resumption is None or self._resumption.settled

    @property
    def obstacle(self) -> str:
        """Why requests would raise LinkDownError now, in a few words; "" if they would not."""
        return "" if self._resumption is None else self._resumption.obstacle

    def _given_up(self) -> LinkLostError | None:
        """What whoever waits is to raise, because the link will not come back; None if it may."""
        return None if self._resumption is None else self._resumption.given_up()

    def wait_for_link(self, timeout: float | None = None) -> None:
        """Wait until requests can be sent; at once where no link carries them, or it is up.

        :param timeout: how long to wait, in seconds; None is without limit.
        :raise ReplyTimeoutError: it is not up in that time.
        :raise LinkLostError: it has been given up.
        :raise KernelDiedError: the link is up, but the kernel is gone.
        :raise ChannelError: the channels have been stopped.
        """
        if self._resumption is not None:
            self._resumption.wait(timeout)

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
        elif self._resumption is not None and (down := self._resumption.link_down):
            return Health("down", down, self.heartbeat.rtt, self.heartbeat.last_pong)
        restarting = self._restarts.announced(time.monotonic())
        links = self._seen_links()
        return judge(links, self._ever_up, self.heartbeat, death, restarting=restarting)

    def _seen_links(self) -> Mapping[Channel, Link]:
        """The state of each channel's connection. Where a link carries them, it knows who refuses them."""
        up = any(link.state == "up" for link in self._links.values())
        refused = "" if self._resumption is None else self._resumption.refused
        if up or not refused:
            return self._links
        return dict.fromkeys(self._links or ("shell",), Link("refused", refused))

    def _death(self) -> KernelDiedError | None:
        """What to raise if the kernel is known to be gone."""
        health = self.health
        if health.state != "gone":
            return None
        return KernelDiedError(f"the kernel is gone: {health.detail}")

    @property
    def end(self) -> KconsoleError | None:
        """Why nothing will come any more, as an exception to raise; None if something may.

        The channels have been stopped, the link has been given up, or the kernel is gone.
        """
        if not self.channels_running:
            return ChannelError("the channels have been stopped")
        return self._given_up() or self._death()

    def _check_alive(self) -> None:
        """Raise what :attr:`end` says."""
        if end := self.end:
            raise end

    # -- the listener of the transport: all of this runs in the I/O thread ---------------------------

    def received(self, channel: Channel, msg: Message) -> None:
        """A message has come: to its claimant, or to the sink, or to the channel."""
        if channel == "iopub":
            self._last_iopub = time.monotonic()
        if self._resumption is not None:
            self._resumption.receive(channel, msg)
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
        if self.carrier is not None and self._ever_up and link.state == "denied":
            link = Link("down")  # with Curve it looks the same when a link hangs up for the kernel
        before = self._links.get(channel)
        refused = self._is_refused()
        self._links = self._links | {channel: link}
        self._ever_up = self._ever_up or link.state == "up"
        self.renewal.note_links(self._links)
        if not self.renewal.active:
            self._judge_link(link, before, refused=refused)
        if self._resumption is not None:
            self._resumption.look()
        if not self.renewal.active:
            self._changed()

    def _judge_link(self, link: Link, before: Link | None, *, refused: bool) -> None:
        """See what a change of a connection says of the kernel."""
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
        if link.state == "up" and self._restarts.in_doubt and self._resumption is None:
            ask_who_is_there(self)

    def _carrier_changed(self, status: "LinkStatus") -> None:
        """The link that carries us has said something of itself."""
        if self._resumption is None:
            return
        if lost := self._given_up():
            self._router.fail(lost)
        if not self.renewal.active:
            self._mourn()
        self._resumption.carrier_changed(status)
        self._changed()

    def still_refused(self) -> None:
        """Time has passed: a kernel that was to be restarted may have failed to come back."""
        if not self._mourned and not self.renewal.active and self._mourn():
            self._changed()

    def _is_refused(self) -> bool:
        """Whether nobody listens any more where the kernel was."""
        states = {link.state for link in self._seen_links().values()}
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
        if self._resumption is not None:
            self._resumption.forget_kernel()
        if self.on_restart is not None:
            try:
                self.on_restart()
            except Exception:  # anybody's code; the message that told us must go on
                self.log.exception("on_restart failed")

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()
