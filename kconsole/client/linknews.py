"""The news of the link to the kernel's computer, for somebody who looks now and then."""

import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple

from kconsole.client.client import KernelClient
from kconsole.connect.ssh.status import USABLE

if TYPE_CHECKING:
    from kconsole.client.resumption import Gap

__all__ = ["LinkEvent", "LinkNews"]


class LinkEvent(NamedTuple):
    """Something has happened to the link.

    Attributes:
        kind: it was ``lost``; it is ``back``; only a person can make it again, by a ``login``.
        host: the other computer's name, as it may be shown.
        at: when, by :func:`time.time`.
        lost_at: when a link was lost that is back.
        detail: why it was lost, or is not made again; "" if that is not known.
    """

    kind: Literal["lost", "back", "login"]
    host: str
    at: float
    lost_at: float = 0.0
    detail: str = ""


class LinkNews:
    """Tells once that the link is lost, and that it is back; also of a gap that nobody has looked into.

    A context manager, for it is told of the ends of gaps. Without a link it does nothing.

    :param client: whose link it is.
    :param tell: takes what is new; called in :meth:`look`. What it raises, that raises.
    """

    def __init__(self, client: KernelClient, tell: Callable[[LinkEvent], None]) -> None:
        self._client = client
        self._carrier = client.carrier
        self._tell = tell
        #: Filled by the client's I/O thread.
        self._ended: deque[Gap] = deque()
        self._told = self._asked = False

    def __enter__(self) -> "LinkNews":
        if self._carrier is not None:
            self._client.on_gap_end = self._ended.append
        return self

    def __exit__(self, *_: object) -> None:
        if self._carrier is not None:
            self._client.on_gap_end = None

    def look(self) -> None:
        """Tell what is new."""
        if self._carrier is None:
            return
        host, status = self._carrier.host, self._carrier.status
        while self._ended:
            gap = self._ended.popleft()
            if not self._told:
                self._tell(LinkEvent("lost", host, gap.down_at))
            self._told = self._asked = False
            self._tell(LinkEvent("back", host, gap.up_at, gap.down_at))
        if status.state in USABLE:
            return
        if not self._told:
            self._told = True
            lost_at = status.last_heard(time.monotonic(), time.time())
            self._tell(LinkEvent("lost", host, lost_at, detail=status.detail))
        if status.state == "login" and not self._asked:
            self._asked = True
            self._tell(LinkEvent("login", host, time.time(), detail=status.detail))
