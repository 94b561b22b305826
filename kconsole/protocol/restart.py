"""Whether the kernel has been restarted, by whoever: what was asked before is never answered then.

Two things have to come together. A restart is announced: the shutdown_reply of the kernel that goes, with
``restart`` true, is on iopub for all to see, and on control for who asked ("Kernel shutdown"). And it
takes place: the new kernel says ``starting`` ("Kernel status"), or the link breaks and is back.

Neither is proof alone. A kernel may be announced to restart and stay. A kernel of our own says
``starting`` after it has answered on control, one that hosts others passes theirs on, and a link may break
for any reason. A new session in the headers proves nothing (xeus has two at once), nor does an execution
count that begins anew (IPython's ``%reset`` does that).

One thing is proof alone: nobody has listened there any more, and now somebody does.
"""

from kconsole.protocol.fields import as_mapping
from kconsole.protocol.message import Message

__all__ = ["ANNOUNCED_S", "TELLING", "RestartWatch"]

#: xeus-python broadcasts its reply as ``shutdown``.
_FAREWELLS = frozenset({"shutdown_reply", "shutdown"})

TELLING = _FAREWELLS | {"status"}
"""The msg_types that can tell of a restart; others need not be shown to a watch."""

ANNOUNCED_S = 30.0
"""How long an announcement is believed, in seconds: a kernel that has stayed for so long will stay."""


class RestartWatch:
    """Sees what comes from a kernel, and says when it has become another one."""

    __slots__ = ("_announced_at", "_going")

    def __init__(self) -> None:
        self._announced_at: float | None = None
        #: Whether the link broke while the announcement was believed.
        self._going = False

    def receive(self, msg: Message, now: float) -> bool:
        """Take a message of any channel; whether it proves a restart.

        :param now: a clock's seconds, here and in all that follows.
        """
        msg_type = msg["msg_type"]
        if msg_type in _FAREWELLS:
            self._forget()
            if as_mapping(msg["content"]).get("restart") is True:
                self._announced_at = now
            return False
        if msg_type != "status" or not _is_starting(msg):
            return False
        return (self.announced(now) or self._going) and self._forget()

    def disconnected(self, now: float) -> None:
        """Take word that a link is broken."""
        self._going = self._going or self.announced(now)

    def reconnected(self, now: float, *, refused: bool) -> bool:
        """Take word that a broken link is back; whether it proves a restart.

        :param refused: whether nobody has listened there in between.
        """
        proven = refused or self._going or self.announced(now)
        return proven and self._forget()

    def announced(self, now: float) -> bool:
        """Whether a restart is announced that has not taken place, but may still do so."""
        return self._announced_at is not None and now - self._announced_at < ANNOUNCED_S

    def _forget(self) -> bool:
        self._announced_at = None
        self._going = False
        return True


def _is_starting(msg: Message) -> bool:
    return as_mapping(msg["content"]).get("execution_state") == "starting"
