"""Which requests have been sent and are not answered yet.

A kernel answers what comes on one channel in order, and so does each of its subshells (JEP 91). So they are
kept by *lane*: what is answered in order.
"""

import threading
from typing import NamedTuple

from kconsole.protocol.fields import as_text
from kconsole.protocol.message import Channel, Message

__all__ = ["Lane", "Pending", "is_reply"]

_AT_MOST = 256  # of requests that are never answered, as some are, the oldest are forgotten


class Lane(NamedTuple):
    """What a kernel answers in order.

    Attributes:
        channel: ``shell`` or ``control``.
        subshell_id: of a subshell; "" is the main shell.
    """

    channel: Channel
    subshell_id: str = ""


class Pending:
    """The msg_ids of requests without a reply, the oldest first. Any thread may use it."""

    def __init__(self) -> None:
        #: Guards _lanes: any thread sends, the I/O thread receives.
        self._lock = threading.Lock()
        self._lanes: dict[str, Lane] = {}

    def add(self, channel: Channel, msg: Message) -> None:
        """Note a message that is about to leave; only a request has a reply."""
        if not msg["msg_type"].endswith("_request"):
            return
        lane = Lane(channel, as_text(msg["header"].get("subshell_id")))
        with self._lock:
            self._lanes[msg["msg_id"]] = lane
            if len(self._lanes) > _AT_MOST:
                del self._lanes[next(iter(self._lanes))]

    def discard(self, msg_id: str) -> bool:
        """Take a request out; whether it was there."""
        with self._lock:
            return self._lanes.pop(msg_id, None) is not None

    def all(self) -> tuple[str, ...]:
        """The msg_ids of all of them."""
        with self._lock:
            return tuple(self._lanes)

    def by_lane(self) -> dict[Lane, tuple[str, ...]]:
        """All of them, for each lane that has any."""
        found: dict[Lane, list[str]] = {}
        with self._lock:
            for msg_id, lane in self._lanes.items():
                found.setdefault(lane, []).append(msg_id)
        return {lane: tuple(ids) for lane, ids in found.items()}

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._lanes.clear()


def is_reply(channel: Channel, msg: Message) -> bool:
    """Whether a message is what a request of ours was waiting for."""
    return channel in ("shell", "control") and msg["msg_type"].endswith("_reply")
