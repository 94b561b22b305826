"""The one meeting point between the client's I/O thread and the console's event loop.

The I/O thread puts, and wakes the loop once per burst; the loop takes bounded bites, and looks at the
keyboard between two of them. So a flood of output never keeps a key waiting.

A flood is many small pieces of one stream. They are joined as they are put
(:mod:`kconsole.repl.kernel.backlog`), so that whatever is done with a message is done once for hundreds of
them; and as long as they flood, the loop comes for them by the clock, because to be woken for each would
cost both threads more than the messages do. What the screen has no room for waits here.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from kconsole.client.inbox import Item
from kconsole.protocol.message import Channel, Message
from kconsole.repl.kernel.backlog import Backlog, Entry, Gap

__all__ = ["Bridge"]

_BITE = 256  # messages, or runs of pieces
_BITE_S = 0.008
_SKIPPED_AT_MOST = 64  # requests; of the oldest, all is long over

#: So many messages within so many seconds are a flood, for which the loop comes at this interval.
_FLOOD = 64
_FLOOD_S = 0.02
_INTERVAL_S = 0.01
_FULL_S = 0.001  # until a full screen is looked at again; it has drawn by then, or is about to


class Bridge:
    """Carries messages from the I/O thread into an event loop.

    :param loop: where messages are wanted.
    :param receive: called in the loop with each message.
    :param after: called in the loop after each bite.
    :param room: tells how many characters of text are wanted for the moment; 0: nothing at all is.
    :param lost: called in the loop where output has been left out, as too much has come to wait.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        receive: Callable[[Item], None],
        after: Callable[[], None],
        room: Callable[[], int],
        lost: Callable[[Gap], None],
    ) -> None:
        self._loop = loop
        self._receive = receive
        self._after = after
        self._room = room
        self._lost = lost
        #: Guards the following four, between the I/O thread that puts and the loop that takes.
        self._lock = threading.Lock()
        self._backlog = Backlog()
        #: Whether a turn is on its way.
        self._scheduled = False
        self._count = 0  # of messages, since _since
        #: Requests whose output nobody wants, with the number of messages that were left out.
        self._skipped: dict[str, int] = {}
        #: Only the loop touches these three.
        self._since = 0.0
        self._flooded = False
        self._paused = False
        #: Written by the loop.
        self._closed = False

    def put(self, channel: Channel, msg: Message) -> None:
        """Take a message from the I/O thread; a sink of the client."""
        with self._lock:
            self._count += 1
            if self._skipped and self._is_unwanted(channel, msg):
                return
            self._backlog.put(channel, msg)
            if self._scheduled:
                return
            self._scheduled = True
        self._call(self._turn)

    def call(self, callback: Callable[[], None]) -> None:
        """Have something called in the loop, after the messages that have come before."""
        with self._lock:
            self._backlog.call(callback)
            if self._scheduled:
                return
            self._scheduled = True
        self._call(self._turn)

    def pause(self) -> None:
        """Hand out nothing until :meth:`go_on`: something takes its time that comes before the rest."""
        self._paused = True

    def go_on(self) -> None:
        """Hand out what has come to wait."""
        self._paused = False
        self._call(self._turn)

    def skip(self, msg_id: str) -> None:
        """Leave out what a request brings on iopub, also what waits here; but for its status."""
        with self._lock:
            self._skipped[msg_id] = 0
            if len(self._skipped) > _SKIPPED_AT_MOST:
                del self._skipped[next(iter(self._skipped))]
            self._backlog.filter(lambda entry: not self._is_left_out(entry))

    def skipped(self, msg_id: str) -> int:
        """How many messages of a request were left out; 0 for one that was never to be skipped."""
        with self._lock:
            return self._skipped.get(msg_id, 0)

    @property
    def behind(self) -> bool:
        """Whether there are messages that the loop has not come to yet."""
        return bool(self._backlog)

    def close(self) -> None:
        """Take no more: the loop is about to end."""
        self._closed = True

    def _is_unwanted(self, channel: Channel, msg: Message) -> bool:
        """Whether a message is to be left out, and counted; needs the lock."""
        if channel != "iopub" or msg["msg_type"] == "status":
            return False
        return self._leave_out(msg["parent_header"], 1)

    def _is_left_out(self, entry: Entry) -> bool:
        """The same for what waits here."""
        if isinstance(entry, Item):
            return self._is_unwanted(entry.channel, entry.msg)
        return not callable(entry) and self._leave_out(entry.parent, len(entry))

    def _leave_out(self, parent: Mapping[str, Any], number: int) -> bool:
        msg_id = parent.get("msg_id")
        if not isinstance(msg_id, str) or msg_id not in self._skipped:
            return False
        self._skipped[msg_id] += number
        return True

    def _call(self, callback: Callable[[], None]) -> None:
        if self._closed:
            return
        try:
            self._loop.call_soon_threadsafe(callback)
        except RuntimeError:  # the loop was closed between the two lines
            return

    def _turn(self) -> None:
        """Take one bite, and see to the next turn; also after a mistake."""
        try:
            self._bite()
        finally:
            self._go_on()
            self._after()

    def _bite(self) -> None:
        until = time.monotonic() + _BITE_S
        for _ in range(_BITE):
            room = 0 if self._paused else self._room()
            entry = self._next(room) if room else None
            if entry is None:
                return
            if isinstance(entry, Item):
                self._receive(entry)
            elif isinstance(entry, Gap):
                self._lost(entry)
            elif callable(entry):
                entry()
            else:
                self._receive(Item("iopub", entry.message()))
            if time.monotonic() > until:
                return

    def _next(self, room: int) -> Entry | None:
        with self._lock:
            return self._backlog.next(room)

    def _go_on(self) -> None:
        """Come again if something is left, or in a moment if there is a flood."""
        if self._paused:
            with self._lock:
                self._scheduled = True  # by whoever paused
            return
        now = time.monotonic()
        with self._lock:
            if now - self._since >= _FLOOD_S:
                self._flooded = self._count >= _FLOOD
                self._since, self._count = now, 0
            behind = self._backlog.ready
            self._scheduled = again = bool(self._backlog) or self._flooded
        if again:
            short = 0.0 if self._room() else _FULL_S
            self._loop.call_later(short if behind or not self._flooded else _INTERVAL_S, self._turn)
