"""The state machine of a link: when ssh is started, pinged, given up, and what a user is told meanwhile.

Rules:

* There is at most one ssh: after a start none follows before :meth:`LinkMachine.died`.
* Who is lost is tried again by itself, first soon, then ever more rarely, and never again once a
  person is needed. Only a person's wish (:meth:`LinkMachine.login`) starts an ssh that may ask something.
* Silence is told (``slow``), but ends nothing: ssh itself ends a dead connection (ServerAliveInterval), and
  one that a sleeping computer has interrupted may well go on.
* Closed is final.

The clock is the caller's, in seconds of a monotonic clock. Events are methods; what is to be done is
returned, in that order.
"""

from collections.abc import Callable
from typing import Literal

from kconsole.connect.ssh.status import USABLE, LinkState, LinkStatus
from kconsole.connect.ssh.trouble import Trouble

__all__ = ["ATTEMPT_S", "Action", "LinkMachine"]

Action = Literal["ask", "start", "ping", "kill"]
"""``ask``: start an ssh that may ask the user. ``start``: one that asks nothing. ``ping``: the far shell.
``kill``: end ssh; that is not over before :meth:`LinkMachine.died`."""

PING_S = 2.0  # from one answer to the next ping
SLOW_S = 3.0  # without an answer
#: An attempt that asks nothing and has not come so far by then never will. ConnectTimeout covers only the
#: beginning of a connection, and there may be more than one on the way.
ATTEMPT_S = 45.0
#: Pauses between attempts: the first; the longest in the first minute; the longest after it.
FIRST_S, EARLY_S, LATE_S = 0.25, 5.0, 30.0
EARLY_FOR_S = 60.0
#: Each pause is that much shorter or longer, so that not all come back to a server at once.
JITTER = 0.2
#: A connection that lasted so long was good: the next pause is the first again.
GOOD_AFTER_S = 1.0


class LinkMachine:
    """The state of one link.

    The caller tells what happens, does what is returned, and calls :meth:`tick` at :meth:`deadline`.

    :param random: gives a number from 0 to 1.
    """

    def __init__(self, random: Callable[[], float], now: float = 0.0) -> None:
        self._random = random
        #: What is known now.
        self.status = LinkStatus("connecting", since=now)
        self._alive = False  # ssh was started, and has not died
        self._asking = False  # it may ask
        self._killed = False
        self._once_up = False  # in all its life
        self._needs_person = False  # to get in again
        self._up_at: float | None = None  # of the connection that is there
        self._lost_at: float | None = None  # the beginning of the gap
        self._pause = FIRST_S
        self._attempt_at = now
        self._pinged: float | None = None  # unanswered
        self._silent_since = now  # while a ping is unanswered
        self._life_at = now  # the last sign of life
        self._next_ping = now

    @property
    def opening(self) -> bool:
        """Whether somebody waits for this attempt: the first, or one that may ask."""
        return self.status.state == "connecting" and (self._asking or not self._once_up)

    @property
    def is_up(self) -> bool:
        """Whether the connection that is there, or that is just being ended, has carried anything."""
        return self._up_at is not None

    # --- what is asked of us

    def open(self, now: float, *, asking: bool) -> list[Action]:
        """Make the link for the first time."""
        return self._begin(now, asking=asking)

    def login(self, now: float) -> list[Action]:
        """Try again with a person who answers what is asked; only where the link is not there."""
        if self.status.state not in {"down", "login"} or self._alive:
            return []
        return self._begin(now, asking=True)

    def retry(self, now: float) -> list[Action]:
        """Try again at once, if the link is down: somebody waits for it."""
        if self.status.state != "down" or self._alive:
            return []
        self._pause = FIRST_S
        return self._begin(now, asking=False)

    def close(self, now: float) -> list[Action]:
        """End it for good."""
        self._become("closed", now)
        return self._kill()

    # --- what happens

    def opened(self, now: float) -> list[Action]:
        """The far shell answers, and all forwards are made."""
        if self.status.state != "connecting" or not self._alive or self._killed:
            return []
        self._once_up = True
        self._needs_person = False
        self._up_at = self._life_at = now
        self._lost_at = None
        self._pinged = None
        self._become("up", now)
        self._next_ping = now
        return self.tick(now)

    def died(self, now: float, trouble: Trouble) -> list[Action]:
        """Ssh has ended, or could not be started."""
        state = self.status.state
        was_up = self._up_at is not None
        self._alive = self._killed = self._asking = False
        if self._up_at is not None:
            self._lost_at = now
            if now - self._up_at >= GOOD_AFTER_S:
                self._pause = FIRST_S
        self._up_at = self._pinged = None
        if state == "closed":
            return []
        if not self._once_up:
            self._become("failed", now, trouble.line)
            return []
        self._needs_person |= not was_up and trouble.needs_a_person
        if self._needs_person:
            self._become("login", now, trouble.line)
        else:
            self._wait(now, trouble.line)
        return []

    def pong(self, now: float) -> list[Action]:
        """The far shell has answered the ping."""
        if self._pinged is None:
            return []
        took, self._pinged = now - self._pinged, None
        self._next_ping = now + PING_S
        self._life_at = now
        self.status = self.status._replace(round_trip=took)
        self._alive_again(now)
        return []

    def heard(self, now: float) -> list[Action]:
        """Something has come through a forward; `now` may lie in the past, or have been told before."""
        self._life_at = max(self._life_at, now)
        if now > self._silent_since:
            self._silent_since = now
            self._alive_again(now)
        return []

    def broken(self, now: float) -> list[Action]:
        """The connection is of no use any more, as when the far shell has ended."""
        return self._kill()

    def woke(self, now: float) -> list[Action]:
        """The computer has slept: what was waited for is due, and the silence proves nothing."""
        if self.status.state == "down":
            return self.retry(now)
        self._silent_since = now
        return []

    def tick(self, now: float) -> list[Action]:
        """Let time pass."""
        deadline = self.deadline()
        if deadline is None or now < deadline:
            return []
        state = self.status.state
        if state == "down":
            return self._begin(now, asking=False)
        if state == "connecting":
            return self._kill()
        if self._pinged is None:
            self._pinged = self._silent_since = now
            return ["ping"]
        self._become("slow", now, f"no answer for {SLOW_S:.0f} s")
        return []

    def unsent(self, now: float) -> None:
        """The ping was not sent, as the far shell is at work."""
        self._pinged = None
        self._next_ping = now + PING_S

    def deadline(self) -> float | None:
        """When :meth:`tick` must be called; None is never."""
        state = self.status.state
        if state == "down":
            return self.status.retry_at
        if state == "connecting":
            waiting = self._alive and not self._asking and not self._killed
            return self._attempt_at + ATTEMPT_S if waiting else None
        if self._killed or state not in USABLE:
            return None
        if self._pinged is None:
            return self._next_ping
        return self._silent_since + SLOW_S if state == "up" else None

    # --- how

    def _become(self, state: LinkState, now: float, detail: str = "") -> None:
        if self.status.state != "closed":
            known = self.status.round_trip
            silent = self._silent_from(state, now)
            self.status = LinkStatus(state, detail, now, round_trip=known, silent_since=silent)

    def _silent_from(self, state: LinkState, now: float) -> float | None:
        """Since when nothing has come through, if the link becomes so now."""
        if state == "up":
            return None
        if state == "slow":
            return self._silent_since
        if self.status.silent_since is not None:
            return self.status.silent_since
        # Where the far shell was at work, no ping has shown that the link is slow.
        return self._life_at if now - self._life_at > PING_S + SLOW_S else now

    def _begin(self, now: float, *, asking: bool) -> list[Action]:
        if self._alive or self.status.state == "closed":
            return []
        self._alive = True
        self._asking = asking
        self._attempt_at = now
        self._become("connecting", now, self.status.detail)
        return ["ask" if asking else "start"]

    def _wait(self, now: float, detail: str) -> None:
        early = self._lost_at is None or now - self._lost_at < EARLY_FOR_S
        pause = min(self._pause, EARLY_S if early else LATE_S)
        self._pause = min(2 * pause, LATE_S)
        jitter = 1 + JITTER * (2 * self._random() - 1)
        self._become("down", now, detail)
        self.status = self.status._replace(retry_at=now + pause * jitter)

    def _kill(self) -> list[Action]:
        if not self._alive or self._killed:
            return []
        self._killed = True
        return ["kill"]

    def _alive_again(self, now: float) -> None:
        if self.status.state == "slow" and not self._killed:
            self._become("up", now)
