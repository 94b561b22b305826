"""Whether the kernel has been restarted, by whoever: what was asked before is never answered then.

Two things have to come together. A restart is announced: the shutdown_reply of the kernel that goes, with
``restart`` true, is on iopub for all to see, and on control for who asked ("Kernel shutdown"). And it
takes place: the new kernel says ``starting`` ("Kernel status"), or the link breaks and is back.

Neither is proof alone. A kernel may be announced to restart and stay. A kernel of our own says
``starting`` after it has answered on control, one that hosts others passes theirs on, and a link may break
for any reason. A new session in the headers proves nothing (xeus has two at once), nor does an execution
count that begins anew (IPython's ``%reset`` does that).
"""

from kconsole.protocol.fields import as_mapping
from kconsole.protocol.message import Message

__all__ = ["TELLING", "RestartWatch"]

#: xeus-python broadcasts its reply as ``shutdown``.
_FAREWELLS = frozenset({"shutdown_reply", "shutdown"})

TELLING = _FAREWELLS | {"status"}
"""The msg_types that can tell of a restart; others need not be shown to a watch."""


class RestartWatch:
    """Sees what comes from a kernel, and says when it has become another one."""

    __slots__ = ("_announced",)

    def __init__(self) -> None:
        self._announced = False

    def receive(self, msg: Message) -> bool:
        """Take a message of any channel; whether it proves a restart."""
        msg_type = msg["msg_type"]
        if msg_type in _FAREWELLS:
            self._announced = as_mapping(msg["content"]).get("restart") is True
            return False
        return self._announced and msg_type == "status" and _is_starting(msg) and self._take_place()

    def reconnected(self) -> bool:
        """Take word that a broken link is back; whether it proves a restart."""
        return self._announced and self._take_place()

    def _take_place(self) -> bool:
        self._announced = False
        return True


def _is_starting(msg: Message) -> bool:
    return as_mapping(msg["content"]).get("execution_state") == "starting"
