"""Whether the kernel is busy, and for whom: what the status messages of all clients add up to.

A status belongs to its parent, the request that made the kernel busy; with subshells, several
can be busy at once. So the indicator is a set of parents. What goes on on the control channel
is no work (a debugger's requests, the interrupt itself) and is left out by its msg_type; so are the
questions that consoles ask behind their users' backs and that take no time, and a comm's end.
("Kernel status" in the messaging specification.)
"""

from typing import Literal

from kconsole.protocol.fields import as_mapping, as_text
from kconsole.protocol.message import Message

__all__ = ["Activity"]

_NO_WORK = frozenset(
    {
        "comm_close",
        "comm_info_request",
        "create_subshell_request",
        "debug_request",
        "delete_subshell_request",
        "history_request",
        "interrupt_request",
        "is_complete_request",
        "kernel_info_request",
        "list_subshell_request",
        "shutdown_request",
        "usage_request",
    }
)

_MAX_PARENTS = 256  # of parents whose idle was lost, the oldest are forgotten


class Activity:
    """The set of requests that the kernel is working on."""

    __slots__ = ("_busy", "_known")

    def __init__(self) -> None:
        self._busy: dict[str, None] = {}  # an ordered set of parent ids
        self._known = False

    @property
    def state(self) -> Literal["unknown", "busy", "idle"]:
        """The kernel's state; unknown until a first status has come."""
        if self._busy:
            return "busy"
        return "idle" if self._known else "unknown"

    @property
    def busy_parents(self) -> tuple[str, ...]:
        """The msg_ids that the kernel is busy for, the oldest first."""
        return tuple(self._busy)

    def receive(self, msg: Message) -> None:
        """Take a message off iopub; all but status messages are ignored."""
        if msg["msg_type"] != "status":
            return
        parent = as_mapping(msg["parent_header"])
        if as_text(parent.get("msg_type")) in _NO_WORK:
            return
        change = _CHANGES.get(as_text(as_mapping(msg["content"]).get("execution_state")))
        if change is not None:
            change(self, as_text(parent.get("msg_id")))

    def forget(self, parent_id: str) -> None:
        """Take a parent out whose idle is known to be lost."""
        self._busy.pop(parent_id, None)

    def clear(self) -> None:
        """Forget all: the kernel is another one."""
        self._busy.clear()
        self._known = False

    def _become_busy(self, parent_id: str) -> None:
        self._known = True
        self._busy[parent_id] = None
        if len(self._busy) > _MAX_PARENTS:
            del self._busy[next(iter(self._busy))]

    def _become_idle(self, parent_id: str) -> None:
        self._known = True
        self.forget(parent_id)

    def _start(self, _parent_id: str) -> None:
        """``starting`` comes from a new kernel and has no parent."""
        self.clear()


_CHANGES = {
    "busy": Activity._become_busy,
    "idle": Activity._become_idle,
    "starting": Activity._start,
}
