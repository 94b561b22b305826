"""The one meeting point between the client's I/O thread and the console's event loop.

The I/O thread puts, and wakes the loop once per burst; the loop takes bounded bites, and looks at the
keyboard between two of them. So a flood of output never keeps a key waiting.

A flood is many small pieces of one stream. They are joined as they are put, so that whatever is done with a
message is done once for hundreds of them; and as long as they flood, the loop comes for them by the clock,
because to be woken for each would cost both threads more than the messages do. Of updates of a display that
come faster than they are taken, only the last is. What the screen has no room for waits here.
"""

import asyncio
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from kconsole.client.router import Item
from kconsole.protocol.message import Channel, Message

__all__ = ["Bridge"]

_BITE = 256  # messages, or runs of pieces
_BITE_S = 0.008
_INTRODUCER = re.compile("[\x1b\x80-\x9f]")  # what may begin an escape sequence
_JOINED = 32768  # characters of one stream that are joined to one message at the most
_SKIPPED_AT_MOST = 64  # requests; of the oldest, all is long over

#: So many messages within so many seconds are a flood, for which the loop comes at this interval.
_FLOOD = 64
_FLOOD_S = 0.02
_INTERVAL_S = 0.01
_FULL_S = 0.001  # until a full screen is looked at again; it has drawn by then, or is about to


class _Run:
    """A stream's message, and the texts of those that followed it and say more of the same."""

    __slots__ = ("_first", "_name", "_size", "_texts", "parent")

    def __init__(self, first: Message, text: str) -> None:
        self._first = first
        self._name = first["content"]["name"]
        self.parent = first["parent_header"]
        self._texts = [text]
        self._size = len(text)

    def take(self, msg: Message, text: str) -> bool:
        """Add a message's text; False if it is another stream's, or this is long enough."""
        if (
            self._size >= _JOINED
            or msg["content"]["name"] != self._name
            or msg["parent_header"] != self.parent
        ):
            return False
        self._texts.append(text)
        self._size += len(text)
        return True

    def __len__(self) -> int:
        """Of how many messages it consists."""
        return len(self._texts)

    def item(self) -> Item:
        """All of it as one message."""
        if len(self._texts) == 1:
            return Item("iopub", self._first)
        content = {"name": self._name, "text": "".join(self._texts)}
        return Item("iopub", {**self._first, "content": content})


class _Latest:
    """The last of some updates of a display; nobody will ever have seen those before it."""

    __slots__ = ("_count", "_display_id", "_msg", "parent")

    def __init__(self, first: Message, display_id: str) -> None:
        self._msg = first
        self._display_id = display_id
        self.parent = first["parent_header"]
        self._count = 1

    def take(self, msg: Message, display_id: str) -> bool:
        """Take an update in place of the one before; False if it is another display's."""
        if display_id != self._display_id or msg["parent_header"] != self.parent:
            return False
        self._msg = msg
        self._count += 1
        return True

    def __len__(self) -> int:
        """How many messages it stands for."""
        return self._count

    def item(self) -> Item:
        """The last."""
        return Item("iopub", self._msg)


_Entry = Item | _Run | _Latest | Callable[[], None]


class Bridge:
    """Carries messages from the I/O thread into an event loop.

    :param loop: where messages are wanted.
    :param receive: called in the loop with each message.
    :param after: called in the loop after each bite.
    :param full: whether nothing is wanted for the moment.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        receive: Callable[[Item], None],
        after: Callable[[], None],
        full: Callable[[], bool],
    ) -> None:
        self._loop = loop
        self._receive = receive
        self._after = after
        self._full = full
        #: Guards the following five, between the I/O thread that puts and the loop that takes.
        self._lock = threading.Lock()
        self._queue: deque[_Entry] = deque()
        #: What comes after the queue, and can still grow: only what is here does, never what was taken.
        self._run: _Run | _Latest | None = None
        #: Whether a turn is on its way.
        self._scheduled = False
        self._count = 0  # of messages, since _since
        #: Requests whose output nobody wants, with the number of messages that were left out.
        self._skipped: dict[str, int] = {}
        #: Only the loop touches these two.
        self._since = 0.0
        self._flooded = False
        #: Written by the loop.
        self._closed = False

    def put(self, channel: Channel, msg: Message) -> None:
        """Take a message from the I/O thread; a sink of the client."""
        kind: type[_Run | _Latest] = _Run
        if (key := _plain_text(channel, msg)) is None:
            kind, key = _Latest, _display_id(channel, msg)
        with self._lock:
            self._count += 1
            if self._skipped and self._is_unwanted(channel, msg):
                return
            if key is None:
                self._add(Item(channel, msg))
            elif not isinstance(self._run, kind) or not self._run.take(msg, key):
                self._end_run()
                self._run = kind(msg, key)
            if self._scheduled:
                return
            self._scheduled = True
        self._call(self._turn)

    def call(self, callback: Callable[[], None]) -> None:
        """Have something called in the loop, after the messages that have come before."""
        with self._lock:
            self._add(callback)
            if self._scheduled:
                return
            self._scheduled = True
        self._call(self._turn)

    def skip(self, msg_id: str) -> None:
        """Leave out what a request brings on iopub, also what waits here; but for its status."""
        with self._lock:
            self._skipped[msg_id] = 0
            if len(self._skipped) > _SKIPPED_AT_MOST:
                del self._skipped[next(iter(self._skipped))]
            self._end_run()
            self._queue = deque(each for each in self._queue if not self._is_left_out(each))

    def skipped(self, msg_id: str) -> int:
        """How many messages of a request were left out; 0 for one that was never to be skipped."""
        with self._lock:
            return self._skipped.get(msg_id, 0)

    @property
    def behind(self) -> bool:
        """Whether there are messages that the loop has not come to yet."""
        return bool(self._queue) or self._run is not None

    def close(self) -> None:
        """Take no more: the loop is about to end."""
        self._closed = True

    def _add(self, entry: _Entry) -> None:
        self._end_run()
        self._queue.append(entry)

    def _is_unwanted(self, channel: Channel, msg: Message) -> bool:
        """Whether a message is to be left out, and counted; needs the lock."""
        if channel != "iopub" or msg["msg_type"] == "status":
            return False
        return self._leave_out(msg["parent_header"], 1)

    def _is_left_out(self, entry: _Entry) -> bool:
        """The same for what waits here."""
        if isinstance(entry, _Run | _Latest):
            return self._leave_out(entry.parent, len(entry))
        return isinstance(entry, Item) and self._is_unwanted(entry.channel, entry.msg)

    def _leave_out(self, parent: Mapping[str, Any], number: int) -> bool:
        msg_id = parent.get("msg_id")
        if not isinstance(msg_id, str) or msg_id not in self._skipped:
            return False
        self._skipped[msg_id] += number
        return True

    def _end_run(self) -> None:
        if self._run is not None:
            self._queue.append(self._run)
            self._run = None

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
            entry = None if self._full() else self._next()
            if entry is None:
                return
            if isinstance(entry, _Run | _Latest):
                self._receive(entry.item())
            elif isinstance(entry, Item):
                self._receive(entry)
            else:
                entry()
            if time.monotonic() > until:
                return

    def _next(self) -> _Entry | None:
        with self._lock:
            if self._queue:
                return self._queue.popleft()
            run, self._run = self._run, None
            return run

    def _go_on(self) -> None:
        """Come again if something is left, or in a moment if there is a flood."""
        now = time.monotonic()
        with self._lock:
            if now - self._since >= _FLOOD_S:
                self._flooded = self._count >= _FLOOD
                self._since, self._count = now, 0
            behind = bool(self._queue)
            self._scheduled = again = behind or self._run is not None or self._flooded
        if again:
            short = _FULL_S if self._full() else 0.0
            self._loop.call_later(short if behind or not self._flooded else _INTERVAL_S, self._turn)


def _plain_text(channel: Channel, msg: Message) -> str | None:
    """The text, if the message is a piece of a stream without escapes, which may be joined to others.

    A piece with an escape in it stays by itself: a control string that is cut at its end must not be
    completed by the next message before the sanitiser has seen it.
    """
    if channel != "iopub" or msg["msg_type"] != "stream":
        return None
    name, text = msg["content"].get("name"), msg["content"].get("text")
    if not isinstance(text, str) or not isinstance(name, str):
        return None
    if text.isascii():
        return None if "\x1b" in text else text
    return None if _INTRODUCER.search(text) else text


def _display_id(channel: Channel, msg: Message) -> str | None:
    """The display's id, if all that the message says is how it looks from now on."""
    if channel != "iopub" or msg["msg_type"] != "update_display_data":
        return None
    transient = msg["content"].get("transient")
    display_id = transient.get("display_id") if isinstance(transient, Mapping) else None
    return display_id if isinstance(display_id, str) else None
