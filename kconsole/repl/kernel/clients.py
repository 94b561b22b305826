"""The other clients of the kernel, as far as they have been seen: each has a session of its own.

A client is seen when the kernel works for it, and does more than tell what kernel it is: that is also what
those want to know who pass by, as ``kconsole --list``. One that only listens is not seen, and that one has
left is told by nobody: what is known is who was active, and when.
"""

from typing import NamedTuple

from kconsole.render.sanitise import one_line

__all__ = ["ACTIVE_S", "RECENT_S", "Client", "Clients"]

_AT_MOST = 100  # a client that is started anew for each cell has a new session each time
#: What those ask, too, who do not stay.
_PASSING = ("kernel_info_request", "connect_request")
_MOST_CELLS = 256  # whose names are known; the oldest is forgotten
#: For how long after it was last seen a client is called active, and one that has used the kernel lately.
ACTIVE_S = 60.0
RECENT_S = 600.0
_SESSION = 8  # characters of a session that are shown: it is random


class Client(NamedTuple):
    """One session. The time is that of :func:`time.monotonic`, when it was last seen."""

    session: str
    username: str
    seen: float


class Clients:
    """A register of sessions, the one that was seen last at its end; and of their cells that run."""

    def __init__(self) -> None:
        self._known: dict[str, Client] = {}
        self._cells: dict[str, str] = {}

    def see(self, session: str, username: str, now: float, asked: object = "") -> None:
        """Note that the kernel works for another client.

        :param session: of the request that a message belongs to.
        :param now: by :func:`time.monotonic`.
        :param asked: the type of its request, as it came.
        """
        if asked in _PASSING and session not in self._known:
            return
        self._known.pop(session, None)
        self._known[session] = Client(session, username, now)
        if len(self._known) > _AT_MOST:
            del self._known[next(iter(self._known))]

    def name_cell(self, msg_id: str, name: str) -> None:
        """Note what a request of theirs, which the kernel works on, is to be called.

        :param name: safe to be shown.
        """
        self._cells[msg_id] = name
        if len(self._cells) > _MOST_CELLS:
            del self._cells[next(iter(self._cells))]

    def cell(self, msg_id: str) -> str:
        """What it is called; "" if it is none of theirs."""
        return self._cells.get(msg_id, "")

    def end_cell(self, msg_id: str) -> None:
        """The kernel is done with it."""
        self._cells.pop(msg_id, None)

    def recent(self, now: float, seconds: float = RECENT_S) -> list[Client]:
        """Those that were seen in the last ten minutes, or so many seconds, the latest first."""
        return [one for one in self.all if now - one.seen < seconds]

    def fades(self, now: float) -> float | None:
        """In how many seconds the next of those that are active is so no more; None if none is."""
        active = self.recent(now, ACTIVE_S)
        return active[-1].seen + ACTIVE_S - now if active else None

    @property
    def all(self) -> list[Client]:
        """All that are remembered, the latest first."""
        return list(reversed(self._known.values()))

    def table(self, now: float) -> list[tuple[str, str, str]]:
        """Rows to be shown: session, user, and how long ago it was last seen."""
        return [
            (
                one_line(one.session[:_SESSION]),
                one_line(one.username) or "-",
                _ago(now - one.seen),
            )
            for one in self.all
        ]


def _ago(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min ago"
    return f"{minutes} min ago" if minutes else f"{seconds} s ago"
