"""How the link to another computer is: what it says of itself to whoever uses it or shows it."""

from typing import Literal, NamedTuple

__all__ = ["USABLE", "LinkState", "LinkStatus"]

LinkState = Literal["connecting", "up", "slow", "down", "login", "failed", "closed"]
"""``connecting``: ssh is being started, for the first time or again. ``up``: the other computer answers.
``slow``: it has not answered for some seconds, but nothing proves that the link is lost. ``down``: it is
lost, and is tried again by itself. ``login``: only a person can go on, by a password or the like.
``failed``: it cannot be made again. ``closed``: by us."""

USABLE: frozenset[LinkState] = frozenset({"up", "slow"})
"""The states in which the link carries what it is given."""


class LinkStatus(NamedTuple):
    """One look at the link.

    Attributes:
        state: see :data:`LinkState`.
        detail: why it is so, in one line for the user; "" where that says nothing.
        since: when that began, by :func:`time.monotonic`.
        retry_at: when the next attempt is made, by the same clock; None if none is to be made.
        round_trip: seconds from the last question to the other computer to its answer; None before.
        silent_since: since when nothing has come from there, by the same clock, through however many
            attempts; None while it answers.
    """

    state: LinkState
    detail: str = ""
    since: float = 0.0
    retry_at: float | None = None
    round_trip: float | None = None
    silent_since: float | None = None

    def silent_for(self, now: float) -> float:
        """Return for how many seconds nothing has come from there; 0 while it answers.

        :param now: by :func:`time.monotonic`.
        """
        return 0.0 if self.silent_since is None else max(0.0, now - self.silent_since)

    def last_heard(self, now: float, wall: float) -> float:
        """Return when something has come from there last, by the wall clock.

        :param now: by :func:`time.monotonic`.
        :param wall: at the same moment, by :func:`time.time`.
        """
        return wall - self.silent_for(now)
