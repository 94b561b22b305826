"""What a claimant reads: the messages of one request, in order.

Whoever writes to a slow pipe is slower than the kernel, and must not lose anything. Then what waits takes
as much memory as its text, if the pieces of a stream are joined while they wait.
"""

import threading
from queue import SimpleQueue
from typing import NamedTuple

from kconsole.errors import KconsoleError
from kconsole.protocol.message import Channel, Message
from kconsole.protocol.streams import StreamRun, joinable_text

__all__ = ["Inbox", "Item", "JoiningInbox"]


class Item(NamedTuple):
    """One message as it lies in an inbox."""

    channel: Channel
    msg: Message


class JoiningInbox:
    """A queue whose reader gets the pieces of a stream that have come in the meantime as one message."""

    def __init__(self) -> None:
        #: Filled by the I/O thread, emptied by the claimant's.
        self._queue: SimpleQueue[Item | KconsoleError | StreamRun] = SimpleQueue()
        #: Guards _last, which only grows as long as it lies in the queue, at its end.
        self._lock = threading.Lock()
        self._last: StreamRun | None = None

    def put(self, item: Item | KconsoleError) -> None:
        """Add a message, or the reason why none will come any more."""
        is_output = isinstance(item, Item) and item.channel == "iopub"
        text = joinable_text(item.msg) if isinstance(item, Item) and is_output else None
        with self._lock:
            if text is None or not isinstance(item, Item):
                self._end_run()
                self._queue.put(item)
            elif self._last is None or not self._last.take(item.msg, text):
                self._end_run()
                self._last = StreamRun(item.msg, text)
                self._queue.put(self._last)

    def get(self, timeout: float | None = None) -> Item | KconsoleError:
        """Take out the oldest.

        :param timeout: in seconds.
        :raise queue.Empty: nothing has come in that time.
        """
        entry = self._queue.get(timeout=timeout)
        if not isinstance(entry, StreamRun):
            return entry
        with self._lock:
            if entry is self._last:
                self._last = None
            return Item("iopub", entry.message())

    def empty(self) -> bool:
        """Whether nothing waits."""
        return self._queue.empty()

    def _end_run(self) -> None:
        """Nothing is added to the last text any more: from now on it takes no more room than it needs."""
        if self._last is not None:
            self._last.join()
            self._last = None


#: An exception in it means that nothing more will come, and why.
Inbox = SimpleQueue[Item | KconsoleError] | JoiningInbox
