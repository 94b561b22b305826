"""The channel objects of the seed API: IPython 2.x's ``kernel.channels``, without a thread each.

A channel is the view that a user of the library has of one of the five sockets: a queue of what no
claim took (see :mod:`kconsole.client.router`), and the verbs start, stop, is_alive, flush. The sockets
themselves belong to the transport's one I/O thread.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Protocol

from kconsole.errors import ChannelError
from kconsole.protocol.liveness import Heartbeat
from kconsole.protocol.message import Channel, Message

__all__ = [
    "UNREAD_AT_MOST",
    "Handler",
    "HeartbeatChannel",
    "MessageChannel",
    "Owner",
    "ShellChannel",
]

Handler = Callable[[Message], None]

UNREAD_AT_MOST = 65_536
"""How many messages a channel keeps for a reader. A program that only waits for replies, by
``reply=True`` or ``execute_interactive``, never reads iopub, where all that others do arrives: it must
not grow for as long as it runs. Whoever reads at all is far from this, and zmq's own mark is 1000."""

_log = logging.getLogger("kconsole")


class Owner(Protocol):
    """What a channel needs of its client."""

    def _start_channel(self, channel: Channel, address: str) -> None: ...

    def _is_open(self, channel: Channel) -> bool: ...

    def _flush_channel(self, channel: Channel, done: threading.Event) -> None: ...

    def _wake(self) -> None: ...


class _BaseChannel:
    """What all five have in common: a name, an address fixed at creation, a life."""

    def __init__(self, owner: Owner, name: Channel, address: str) -> None:
        self._owner = owner
        self.name: Channel = name
        self.address = address

    def start(self) -> None:
        """Open the channel.

        :raise InvalidPortNumber: its port is 0.
        :raise ChannelError: the client's channels have been stopped, or its ports have changed since
            this object was made.
        """
        self._owner._start_channel(self.name, self.address)

    def is_alive(self) -> bool:
        """Whether the channel is open."""
        return self._owner._is_open(self.name)


class MessageChannel(_BaseChannel):
    """A channel that carries messages: shell, iopub, stdin or control.

    Without a handler, messages wait in a queue for :meth:`get_msg`, the latest 65,536 of them. Override
    :meth:`call_handlers`, or set :attr:`handler`, to have them in the I/O thread as they come.

    Attributes:
        handler: called with each unclaimed message in the I/O thread, in place of the queue.
        dropped: how many messages, the oldest each time, went because nobody has read them.
    """

    def __init__(self, owner: Owner, name: Channel, address: str) -> None:
        super().__init__(owner, name, address)
        self.handler: Handler | None = None
        self.dropped = 0
        #: The I/O thread puts, any thread gets; None means that the channel has been stopped, and is
        #: put back by whoever gets it, so that every reader wakes.
        self._queue: SimpleQueue[Message | None] = SimpleQueue()
        self._stopped = False

    def call_handlers(self, msg: Message) -> None:
        """Take one message, in the I/O thread. To be overridden by whoever wants it there."""
        if self.handler is not None:
            self.handler(msg)
            return
        if self._queue.qsize() >= UNREAD_AT_MOST:
            self._drop_oldest()
        self._queue.put(msg)

    def get_msg(self, block: bool = True, timeout: float | None = None) -> Message:
        """Take the oldest message that no one has claimed.

        :param block: wait for one if there is none.
        :param timeout: how long to wait, in seconds; None is without limit.
        :raise queue.Empty: none has come in that time.
        :raise ChannelError: the channel is stopped, or is stopped while this waits; or it was never
            started and the wait would be without end.
        """
        if block and timeout is None and not self._stopped and not self.is_alive():
            raise ChannelError(f"the {self.name} channel is not running")
        msg = self._queue.get(block, None if timeout is None else max(0.0, timeout))
        if msg is None:
            self._queue.put(None)
            raise ChannelError(f"the {self.name} channel has been stopped")
        return msg

    def get_msgs(self) -> list[Message]:
        """Take all messages that wait, without blocking."""
        msgs = []
        try:
            while True:
                msgs.append(self.get_msg(block=False))
        except (Empty, ChannelError):
            return msgs

    def msg_ready(self) -> bool:
        """Whether :meth:`get_msg` would return at once."""
        return not self._queue.empty() and not (self._stopped and self._queue.qsize() == 1)

    def flush(self, timeout: float = 1.0) -> None:
        """Wait until all that has arrived at this machine by now has been delivered.

        :param timeout: how long to wait at most, in seconds; it is no error if that is too short.
        :raise OSError: the channel is closed.
        """
        if not self.is_alive():
            raise OSError(f"the {self.name} channel is closed")
        done = threading.Event()
        self._owner._flush_channel(self.name, done)
        done.wait(timeout)

    def _drop_oldest(self) -> None:
        with suppress(Empty):  # a reader may have been quicker
            self._queue.get_nowait()
            self.dropped += 1
            if self.dropped == 1:
                _log.warning("nobody reads the %s channel: its oldest messages go", self.name)

    def _deliver(self, msg: Message) -> None:
        """Called by the I/O thread; a handler's mistake is logged and ends nothing."""
        try:
            self.call_handlers(msg)
        except Exception:  # noqa: BLE001  the handler is anybody's code; the I/O thread must live on
            _log.exception("the handler of the %s channel failed", self.name)

    def _close(self) -> None:
        """Called once the I/O thread has ended: wakes every blocked reader."""
        self._stopped = True
        self._queue.put(None)


class ShellChannel(MessageChannel):
    """The shell channel, which also says whether its execute requests may ask for input."""

    #: The default of ``allow_stdin`` in execute; False once channels are started without stdin.
    allow_stdin = True


class HeartbeatChannel(_BaseChannel):
    """The heartbeat: an echo asked for now and then ("Heartbeat for kernels").

    A late echo is no proof of death: R and others answer none while a cell runs.
    """

    def __init__(self, owner: Owner, address: str, heartbeat: Heartbeat) -> None:
        super().__init__(owner, "hb", address)
        self.heartbeat = heartbeat

    @property
    def time_to_dead(self) -> float:
        """After how many seconds without an echo the heartbeat counts as missed."""
        return self.heartbeat.late_after_s

    @time_to_dead.setter
    def time_to_dead(self, seconds: float) -> None:
        self.heartbeat.late_after_s = seconds

    def is_beating(self) -> bool:
        """Whether the channel is open, not paused, and the last echo came in time."""
        return self.is_alive() and not self.heartbeat.paused and self.heartbeat.state != "late"

    def pause(self) -> None:
        """Send no more pings."""
        self.heartbeat.pause()

    def unpause(self) -> None:
        """Send pings again; the silence meanwhile counts for nothing."""
        self.heartbeat.resume()
        self._owner._wake()

    @property
    def round_trip(self) -> float | None:
        """Seconds from the last ping to its echo; None before the first."""
        return self.heartbeat.rtt

    @property
    def since_last_heartbeat(self) -> float | None:
        """Seconds since the last echo; None before the first."""
        last = self.heartbeat.last_pong
        return None if last is None else time.monotonic() - last

    def call_handlers(self, since_last_heartbeat: float) -> None:
        """Told in the I/O thread when an echo is late; to be overridden by whoever wants to know.

        :param since_last_heartbeat: seconds since the last echo, or the first ping if there was none.
        """
        _log.debug("no heartbeat for %.1f s", since_last_heartbeat)

    def _deliver(self, since_last_heartbeat: float) -> None:
        try:
            self.call_handlers(since_last_heartbeat)
        except Exception:  # noqa: BLE001  as above: anybody's code in the I/O thread
            _log.exception("the handler of the heartbeat failed")
