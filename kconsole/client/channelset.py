"""A client's five channels: made when they are first looked at, started and stopped together.

What the client makes of what comes through them is in :mod:`kconsole.client.base`.
"""

import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from kconsole.client.channels import HeartbeatChannel, MessageChannel, ShellChannel
from kconsole.client.connection import ConnectionFileMixin
from kconsole.client.router import Router
from kconsole.client.zmq_transport import ZmqTransport
from kconsole.errors import ChannelError, InvalidPortNumber
from kconsole.protocol.liveness import Heartbeat
from kconsole.protocol.message import CHANNELS, Channel

__all__ = ["ChannelSet"]

#: iopub first: what a kernel says before we are subscribed is lost.
_START_ORDER: tuple[Channel, ...] = ("iopub", "shell", "stdin", "hb", "control")

#: Seconds between two heartbeats, and after how many without an echo one counts as late. Seldom, for
#: each wakes the machine: a process that dies closes its connections, which is noticed at once.
_PERIOD_S = 3.0
_LATE_AFTER_S = 3.0


class ChannelSet(ConnectionFileMixin, ABC):
    """The channels of one kernel, their start and stop.

    A context manager: entering starts all channels, leaving stops them.
    """

    def __init__(self) -> None:
        self.heartbeat = Heartbeat(_PERIOD_S, _LATE_AFTER_S)
        self._router = Router()
        self._transport: ZmqTransport | None = None
        #: Guards the making of channels and of the transport, and _stopped.
        self._lock = threading.RLock()
        self._stopped = False
        self._channels: dict[Channel, MessageChannel] = {}
        self._hb_channel: HeartbeatChannel | None = None

    @abstractmethod
    def _make_transport(self) -> ZmqTransport:
        """Give what carries the channels' messages; called once, when the first of them is started."""

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
                self._transport = self._make_transport()
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
