"""The one meeting point between the client's I/O thread and the console's event loop.

The I/O thread appends, and wakes the loop once per burst; the loop takes bounded bites, and looks at the
keyboard between two of them. So a flood of output never keeps a key waiting.
"""

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable

from kconsole.client.router import Item
from kconsole.protocol.message import Channel, Message

__all__ = ["Bridge"]

_BITE = 256  # messages
_BITE_S = 0.008
_INTRODUCER = re.compile("[\x1b\x80-\x9f]")  # what may begin an escape sequence
_JOINED = 8192  # characters of one stream that are joined to one message at the most


class Bridge:
    """Carries messages from the I/O thread into an event loop.

    Parameters:
        loop: where messages are wanted.
        receive: called in the loop with each message.
        after: called in the loop after each bite.
        changed: called in the loop when the client's health may have changed.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        receive: Callable[[Item], None],
        after: Callable[[], None],
        changed: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._receive = receive
        self._after = after
        self._changed = changed
        #: The I/O thread appends, the loop pops.
        self._queue: deque[Item] = deque()
        #: Whether a turn is on its way; set before it is asked for, cleared when the queue is empty.
        self._scheduled = False
        self._closed = False

    def put(self, channel: Channel, msg: Message) -> None:
        """Take a message from the I/O thread; a sink of the client."""
        self._queue.append(Item(channel, msg))
        if not self._scheduled:
            self._scheduled = True
            self._call(self._turn)

    def change(self) -> None:
        """Take word from the I/O thread that the client's health may have changed."""
        self._call(self._changed)

    def close(self) -> None:
        """Take no more: the loop is about to end."""
        self._closed = True

    @property
    def backlog(self) -> int:
        """How many messages wait for their turn."""
        return len(self._queue)

    def _call(self, callback: Callable[[], None]) -> None:
        if self._closed:
            return
        try:
            self._loop.call_soon_threadsafe(callback)
        except RuntimeError:  # the loop was closed between the two lines
            return

    def _join(self, item: Item) -> Item:
        """Add to a piece of a stream those that follow it in the queue: a flood is many small ones."""
        name = _stream_name(item)
        if name is None:
            return item
        msg = item.msg
        texts = [msg["content"]["text"]]
        size = len(texts[0])
        while self._queue and size < _JOINED:
            following = self._queue[0]
            parent = following.msg["parent_header"]
            if _stream_name(following) != name or parent != msg["parent_header"]:
                break
            texts.append(following.msg["content"]["text"])
            size += len(texts[-1])
            self._queue.popleft()
        if len(texts) == 1:
            return item
        joined: Message = {**msg, "content": {"name": name, "text": "".join(texts)}}
        return Item(item.channel, joined)

    def _turn(self) -> None:
        """Take one bite, and ask for another turn if something is left; also after a mistake."""
        try:
            self._bite()
        finally:
            self._scheduled = False
            if self._queue and not self._scheduled:  # or the I/O thread has asked in this moment
                self._scheduled = True
                self._loop.call_soon(self._turn)
            self._after()

    def _bite(self) -> None:
        until = time.monotonic() + _BITE_S
        for _ in range(_BITE):
            try:
                item = self._queue.popleft()
            except IndexError:
                return
            self._receive(self._join(item))
            if time.monotonic() > until:
                return


def _stream_name(item: Item) -> str | None:
    """The stream's name, if the message is a piece of plain text, which may be joined to others.

    A piece with an escape in it stays by itself: a control string that is cut at its end must not be
    completed by the next message before the sanitiser has seen it.
    """
    msg = item.msg
    if item.channel != "iopub" or msg["msg_type"] != "stream":
        return None
    name, text = msg["content"].get("name"), msg["content"].get("text")
    if not isinstance(name, str) or not isinstance(text, str):
        return None
    return None if _INTRODUCER.search(text) else name
