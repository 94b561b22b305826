"""The other clients of the kernel, as far as they have been seen: each has a session of its own.

A client is seen when the kernel works for it; one that only listens is not.
"""

from typing import NamedTuple

from kconsole.render.sanitise import one_line

__all__ = ["Client", "Clients"]

_AT_MOST = 100  # a client that is started anew for each cell has a new session each time
RECENT_S = 600.0
_SESSION = 8  # characters of a session that are shown: it is random


class Client(NamedTuple):
    """One session. The time is that of :func:`time.monotonic`, when it was last seen."""

    session: str
    username: str
    seen: float


class Clients:
    """A register of sessions, the one that was seen last at its end."""

    def __init__(self) -> None:
        self._known: dict[str, Client] = {}

    def see(self, session: str, username: str, now: float) -> None:
        """Note that the kernel works for another client.

        :param session: of the request that a message belongs to.
        :param now: by :func:`time.monotonic`.
        """
        self._known.pop(session, None)
        self._known[session] = Client(session, username, now)
        if len(self._known) > _AT_MOST:
            del self._known[next(iter(self._known))]

    def recent(self, now: float) -> list[Client]:
        """Those that were seen in the last ten minutes, the latest first."""
        return [one for one in self.all if now - one.seen <= RECENT_S]

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
