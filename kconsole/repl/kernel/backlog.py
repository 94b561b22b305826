"""What the kernel has sent and the console has not come to yet; bounded, though the kernel is not.

A kernel can print faster than any terminal draws, and it cannot be held up: what its socket does not get
rid of, it drops, the end of the cell included. So all of it is taken, and waits here, where pieces of a
stream are joined, and only the last is kept of updates of a display, and of texts that each clear the one
before. When more than :data:`AT_MOST` bytes of output wait, the oldest half of them is left out, and a
:class:`Gap` stands in its place, which says how much. Statuses, inputs, results, errors, questions and
replies always come through.
"""

import sys
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from kconsole.client.inbox import Item
from kconsole.protocol.message import Channel, Message
from kconsole.protocol.streams import StreamRun, joinable_text, stream_text
from kconsole.render.bites import MOST, bites

__all__ = ["AT_MOST", "Backlog", "Entry", "Gap"]

AT_MOST = 64_000_000
"""Bytes of output that may wait; a terminal draws them for several seconds."""

#: What is never left out of iopub: it is rare, or somebody waits for it. With its names in protocol 4.
_KEPT = frozenset(
    {
        "error",
        "execute_input",
        "execute_result",
        "pyerr",
        "pyin",
        "pyout",
        "shutdown",
        "shutdown_reply",
        "status",
    }
)
_ENVELOPE = 2000  # bytes of a message, roughly, besides what it carries
_CLEARED = 3  # a clear_output, the text that follows, and the clear_output of that


class _Latest:
    """The last of some updates of a display; nobody will ever have seen those before it."""

    __slots__ = ("_count", "_display_id", "_msg", "parent", "weight")

    def __init__(self, first: Message, display_id: str) -> None:
        self._msg = first
        self._display_id = display_id
        self.parent: Mapping[str, object] = first["parent_header"]
        self._count = 1
        #: Bytes that the last takes.
        self.weight = _weight(first)

    def take(self, msg: Message, display_id: str) -> bool:
        """Take an update in place of the one before; False if it is another display's."""
        if display_id != self._display_id or msg["parent_header"] != self.parent:
            return False
        self._msg = msg
        self._count += 1
        self.weight = _weight(msg)
        return True

    def __len__(self) -> int:
        """How many messages it stands for."""
        return self._count

    def message(self) -> Message:
        """The last."""
        return self._msg


class Gap:
    """Stands where output has been left out, and counts it.

    Attributes:
        parent: of the first that was left out.
        messages: how many.
        lines: of streams.
        characters: of streams.
        displays: and their updates.
    """

    def __init__(self, parent: Mapping[str, object]) -> None:
        self.parent = parent
        self.messages = self.lines = self.characters = self.displays = 0

    def __len__(self) -> int:
        """How many messages are missing."""
        return self.messages

    def add(self, entry: "StreamRun | _Latest | Item") -> None:
        """Count something that is left out."""
        self.messages += 1 if isinstance(entry, Item) else len(entry)
        text = entry.join() if isinstance(entry, StreamRun) else None
        if isinstance(entry, Item):
            text = stream_text(entry.msg)
            self.displays += entry.msg["msg_type"] == "display_data"
        elif isinstance(entry, _Latest):
            self.displays += len(entry)
        if text is not None:
            self.lines += text.count("\n")
            self.characters += len(text)

    def __str__(self) -> str:
        """In words, for the user."""
        what = []
        if self.lines:
            what.append(_number(self.lines, "line"))
        elif self.characters:
            what.append(_number(self.characters, "character"))
        if self.displays:
            what.append(_number(self.displays, "display"))
        missing = " and ".join(what) or _number(self.messages, "message")
        return f"… {missing} not shown: they came faster than the terminal takes them"


Entry = Item | StreamRun | _Latest | Gap | Callable[[], None]


class Backlog:
    """A queue of messages and callbacks. Not safe for threads: whoever uses it has a lock.

    Attributes:
        weight: bytes of output in it, roughly; what cannot be left out is not counted.
    """

    def __init__(self, at_most: int = AT_MOST) -> None:
        self._at_most = at_most
        #: With the bytes that each takes; see :func:`_cost`.
        self._queue: deque[tuple[Entry, int]] = deque()
        #: What comes after the queue, and can still grow: only what is here does, never what was taken.
        self._last: StreamRun | _Latest | None = None
        self.weight = 0

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._queue) or self._last is not None

    @property
    def ready(self) -> bool:
        """Whether something waits that does not grow any more."""
        return bool(self._queue)

    def put(self, channel: Channel, msg: Message) -> None:
        """Add a message."""
        kind: type[StreamRun | _Latest] = StreamRun
        key = joinable_text(msg) if channel == "iopub" else None
        if key is None:
            kind, key = _Latest, _display_id(channel, msg)
        if key is None:
            self._append(Item(channel, msg))
        else:
            self._join(kind, msg, key)
        if self.weight > self._at_most:
            self._shed()

    def call(self, callback: Callable[[], None]) -> None:
        """Add something that is to be called."""
        self._append(callback)

    def next(self, room: int = AT_MOST) -> Entry | None:
        """Take out the oldest, of a large text the part that is drawn at once; None if nothing is there.

        :param room: characters of text that are wanted; short texts are not cut for that.
        """
        if not self._queue:
            self._end_last()
        if not self._queue:
            return None
        entry, cost = self._queue.popleft()
        self.weight -= cost
        parts = _bites(entry, room)
        if not parts:
            return entry
        for part in reversed(parts[1:]):
            cost = _cost(part)
            self._queue.appendleft((part, cost))
            self.weight += cost
        return parts[0]

    def filter(self, wanted: Callable[[Entry], bool]) -> None:
        """Keep only what is wanted."""
        self._end_last()
        self._queue = deque(each for each in self._queue if wanted(each[0]))
        self.weight = sum(cost for _, cost in self._queue)

    def _join(self, kind: type[StreamRun | _Latest], msg: Message, key: str) -> None:
        last = self._last
        if last is not None:
            before = last.weight
            if isinstance(last, kind) and last.take(msg, key):
                self.weight += last.weight - before
                return
            self._end_last()
        elif kind is StreamRun:
            self._forget_cleared(msg)
        self._last = kind(msg, key)
        self.weight += self._last.weight

    def _forget_cleared(self, msg: Message) -> None:
        """Where a text comes that clears one that has cleared something itself, forget that one."""
        queue = self._queue
        if (
            len(queue) < _CLEARED
            or not _clears(queue[-1][0], msg)
            or not _clears(queue[-3][0], msg)
        ):
            return
        between = queue[-2][0]
        if (
            isinstance(between, StreamRun)
            and between.parent == msg["parent_header"]
            and between.bare
        ):
            for _ in range(_CLEARED - 1):
                self.weight -= queue.pop()[1]

    def _append(self, entry: Entry) -> None:
        self._end_last()
        cost = _cost(entry)
        self._queue.append((entry, cost))
        self.weight += cost

    def _end_last(self) -> None:
        last, self._last = self._last, None
        if isinstance(last, StreamRun):
            self.weight -= last.weight
            last.join()
            self.weight += last.weight
        if last is not None:
            self._queue.append((last, last.weight))

    def _shed(self) -> None:
        """Leave out the oldest output until half of what may wait is left.

        Not the very first, which is about to be taken, and not the last: one message may be as large as it
        likes.
        """
        first, weight = self._queue[0] if self._queue else (None, 0)
        excess = self.weight - weight - self._at_most
        if excess <= 0:
            return
        excess += self._at_most // 2
        newest = self._queue[-1][0] if self._last is None else None
        kept: deque[tuple[Entry, int]] = deque()
        gap: Gap | None = None
        for entry, cost in self._queue:
            if isinstance(entry, Gap) and gap is None:
                gap = entry
            stays = not cost or excess <= 0 or entry is first or entry is newest
            if stays or not isinstance(entry, StreamRun | _Latest | Item):
                kept.append((entry, cost))
                continue
            if gap is None:
                gap = Gap(_parent(entry))
                kept.append((gap, 0))
            gap.add(entry)
            excess -= cost
            self.weight -= cost
        self._queue = kept


def _cost(entry: Entry) -> int:
    """The bytes that are won when something is left out; 0 if it must not be."""
    if isinstance(entry, StreamRun | _Latest):
        return entry.weight
    if isinstance(entry, Item) and entry.channel == "iopub" and entry.msg["msg_type"] not in _KEPT:
        return _weight(entry.msg)
    return 0


def _weight(msg: Message) -> int:
    """Roughly the bytes that a message takes: its texts, be they deep in it, and its buffers."""
    total = _ENVELOPE
    for each in msg["buffers"]:
        total += memoryview(each).nbytes
    parts: list[Any] = [msg["content"]]
    for one in parts:  # which grow
        total += sys.getsizeof(one)
        if isinstance(one, dict):
            parts += one.values()
        elif isinstance(one, list):
            parts += one
    return total


def _clears(entry: Entry, msg: Message) -> bool:
    """Whether something clears what came before, as soon as there is more of the same request."""
    if not isinstance(entry, Item) or entry.msg["msg_type"] != "clear_output":
        return False
    return bool(entry.msg["content"].get("wait")) and _parent(entry) == msg["parent_header"]


def _bites(entry: Entry, room: int) -> list[Item]:
    """A stream's text in parts that are drawn without a key having to wait; none of what is one."""
    text = None
    if isinstance(entry, Item) and entry.channel == "iopub":
        text = stream_text(entry.msg)
    elif isinstance(entry, StreamRun):
        text = entry.join()
    parts = [] if text is None else bites(text, min(room, MOST))
    if len(parts) < 2 or not isinstance(entry, Item | StreamRun):
        return []
    msg = entry.msg if isinstance(entry, Item) else entry.message()
    name = msg["content"]["name"]
    return [Item("iopub", {**msg, "content": {"name": name, "text": part}}) for part in parts]


def _parent(entry: StreamRun | _Latest | Item) -> Mapping[str, object]:
    return entry.msg["parent_header"] if isinstance(entry, Item) else entry.parent


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _display_id(channel: Channel, msg: Message) -> str | None:
    """The display's id, if all that the message says is how it looks from now on."""
    if channel != "iopub" or msg["msg_type"] != "update_display_data":
        return None
    transient = msg["content"].get("transient")
    display_id = transient.get("display_id") if isinstance(transient, Mapping) else None
    return display_id if isinstance(display_id, str) else None
