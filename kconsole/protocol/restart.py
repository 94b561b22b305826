"""Whether the kernel has been restarted, by whoever: what was asked before is never answered then.

Two things have to come together. A restart is announced: the shutdown_reply of the kernel that goes, with
``restart`` true, is on iopub for all to see, and on control for who asked ("Kernel shutdown"). And it
takes place: the new kernel says ``starting`` ("Kernel status"), or the link breaks and is back.

Neither is proof alone. A kernel may be announced to restart and stay. A kernel of our own says
``starting`` after it has answered on control, one that hosts others passes theirs on, and a link may break
for any reason. A new session in the headers proves nothing by itself (xeus has two at once), nor does an
execution count that begins anew (IPython's ``%reset`` does that).

One thing is proof alone: nobody has listened there any more, and now somebody does. A kernel may be back
before anybody has tried: where a link broke, it is in doubt which kernel is there, until a status or a
kernel_info_reply has come from it. Where these were always of one session or two, and that one is of
another, it is a new kernel.
"""

from kconsole.protocol.fields import as_mapping, as_text
from kconsole.protocol.message import Message

__all__ = ["ANNOUNCED_S", "TELLING", "RestartWatch"]

#: xeus-python broadcasts its reply as ``shutdown``.
_FAREWELLS = frozenset({"shutdown_reply", "shutdown"})

#: What a kernel's sessions are known by; it is asked for the latter when a link has broken.
_SIGNED = frozenset({"status", "kernel_info_reply"})

TELLING = _FAREWELLS | _SIGNED
"""The msg_types that can tell of a restart; others need not be shown to a watch."""

_SESSIONS = 2  # that a kernel has at once; one that has more than these has one for each message
_ENOUGH = 4  # messages, to know a kernel's sessions by

ANNOUNCED_S = 30.0
"""How long an announcement is believed, in seconds: a kernel that has stayed for so long will stay."""


class RestartWatch:
    """Sees what comes from a kernel, and says when it has become another one."""

    __slots__ = ("_announced_at", "_going", "_heard", "_sessions", "in_doubt")

    def __init__(self) -> None:
        #: Of the statuses and the like that have come, and how many these were.
        self._sessions: set[str] = set()
        self._heard = 0
        #: Whether a link broke and is back, and nothing has proven yet which kernel is behind it.
        self.in_doubt = False
        self._announced_at: float | None = None
        #: Whether the link broke while the announcement was believed.
        self._going = False

    def receive(self, msg: Message, now: float) -> bool:
        """Take a message of any channel; whether it proves a restart.

        :param now: a clock's seconds, here and in all that follows.
        """
        msg_type = msg["msg_type"]
        if msg_type in _FAREWELLS:
            self._announced_at, self._going = None, False
            if as_mapping(msg["content"]).get("restart") is True:
                self._announced_at = now
            return False
        if msg_type not in _SIGNED:
            return False
        if self._is_of_another(msg):
            return self._forget()
        return _is_starting(msg) and (self.announced(now) or self._going) and self._forget()

    def disconnected(self, now: float) -> None:
        """Take word that a link is broken."""
        self._going = self._going or self.announced(now)

    def reconnected(self, now: float, *, refused: bool) -> bool:
        """Take word that a broken link is back; whether it proves a restart.

        :param refused: whether nobody has listened there in between.
        """
        proven = refused or self._going or self.announced(now)
        self.in_doubt = not proven and self._heard > 0
        return proven and self._forget()

    def announced(self, now: float) -> bool:
        """Whether a restart is announced that has not taken place, but may still do so."""
        return self._announced_at is not None and now - self._announced_at < ANNOUNCED_S

    def _is_of_another(self, msg: Message) -> bool:
        """Whether a message ends the doubt with a proof; takes its session down."""
        session = as_text(as_mapping(msg.get("header")).get("session"))
        if not session:
            return False
        known = session in self._sessions
        telling = self._heard >= _ENOUGH and len(self._sessions) <= _SESSIONS
        doubted, self.in_doubt = self.in_doubt, False
        if doubted and telling and not known:
            return True
        if len(self._sessions) <= _SESSIONS:
            self._sessions.add(session)
        self._heard += 1
        return False

    def _forget(self) -> bool:
        """The kernel is another one: what was known of the one before does not count any more."""
        self._announced_at = None
        self._going = self.in_doubt = False
        self._sessions, self._heard = set(), 0
        return True


def _is_starting(msg: Message) -> bool:
    return (
        msg["msg_type"] == "status"
        and as_mapping(msg["content"]).get("execution_state") == "starting"
    )
