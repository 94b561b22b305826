"""The heartbeat's arithmetic: when to ping, and what the silence means.

A missing echo proves nothing: IRkernel and tslab answer no heartbeat while a cell runs, a link may
be slow. So there is no state for dead; the worst that a heartbeat can say is late. While the kernel
is silent the pauses between pings double, because each new ping needs a new REQ socket (a REQ
may not send twice) and a new socket would never hear an echo slower than the pause.
("Heartbeat for kernels" in the messaging specification.)

The clock is the caller's, in seconds of a monotonic clock.
"""

from typing import Literal

__all__ = ["Heartbeat"]

_MAX_PATIENCE = 8  # times late_after_s, between two pings that nobody answers


class Heartbeat:
    """The state of one heartbeat channel.

    The caller does ``if heartbeat.poll(now): send; heartbeat.ping(now)`` at ``deadline()``, on a
    fresh socket if ``waiting`` is true, and ``heartbeat.pong(now)`` when an echo comes.

    :param period_s: seconds from one answered ping to the next.
    :param late_after_s: seconds without an echo after which the kernel is late.
    """

    __slots__ = (
        "_patience",
        "_pinged",
        "_waiting_since",
        "last_pong",
        "late_after_s",
        "paused",
        "period_s",
        "rtt",
        "state",
    )

    def __init__(self, period_s: float = 1.0, late_after_s: float = 3.0) -> None:
        self.period_s = period_s
        self.late_after_s = late_after_s
        self.state: Literal["unknown", "ok", "late"] = "unknown"
        #: The last echo's round-trip time in seconds; None before the first, and after one that was late.
        self.rtt: float | None = None
        #: When the last echo came.
        self.last_pong: float | None = None
        #: While true nothing is due and nobody is late; see pause and resume.
        self.paused = False
        self._pinged: float | None = None  # the last ping, answered or not
        self._waiting_since: float | None = None  # the first ping since the last echo
        self._patience = 1

    @property
    def waiting(self) -> bool:
        """Whether a ping is unanswered: its socket cannot send another one."""
        return self._waiting_since is not None

    def ping(self, now: float) -> None:
        """Note that a ping was sent."""
        if self._waiting_since is None:
            self._waiting_since = now
        else:
            self._patience = min(2 * self._patience, _MAX_PATIENCE)
        self._pinged = now

    def pong(self, now: float) -> None:
        """Note that an echo came; one that no ping was sent for is ignored.

        One that was late tells how long the kernel was held up, not how far away it is: that is measured
        anew at once.
        """
        if self._waiting_since is None or self._pinged is None:
            return
        if self.state == "late":
            self.rtt = self._pinged = None
        else:
            self.rtt = now - self._pinged
        self.last_pong = now
        self.state = "ok"
        self._waiting_since = None
        self._patience = 1

    def deadline(self) -> float | None:
        """When :meth:`poll` must be called: 0 is at once, None is never."""
        if self.paused:
            return None
        if self._pinged is None:
            return 0.0
        pause = self._patience * self.late_after_s if self.waiting else self.period_s
        return self._pinged + pause

    def poll(self, now: float) -> bool:
        """Let time pass.

        :return: whether a ping is to be sent now.
        """
        deadline = self.deadline()
        if deadline is None or now < deadline:
            return False
        if self.waiting:
            self.state = "late"
        return True

    def late_by(self, now: float) -> float:
        """Give how many seconds the oldest unanswered ping has been waiting; 0 if none is late."""
        if self.state != "late" or self._waiting_since is None:
            return 0.0
        return now - self._waiting_since

    def pause(self) -> None:
        """Stop: nothing is due until :meth:`resume`."""
        self.paused = True

    def resume(self) -> None:
        """Go on as from the start, so that the gap counts for nothing; what is known is kept.

        Also for a link that was broken and is back, and for a computer that slept.
        A ping that was on its way is forgotten: its socket must be replaced.
        """
        self.paused = False
        self.state = "unknown"
        self._pinged = self._waiting_since = None
        self._patience = 1
