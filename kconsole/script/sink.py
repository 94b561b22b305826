"""Where a script's happenings go: one interface for each way of writing them down."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, Protocol

from kconsole.protocol.events import Event
from kconsole.protocol.message import Message
from kconsole.protocol.replies import ExecuteReply
from kconsole.script.cells import ScriptCell

__all__ = ["Outcome", "Sink", "Verdict"]

#: How a cell has ended. ``left``: it said that it wants to leave, and so was not sent; ``lost``: the kernel
#: died on the way.
Verdict = Literal["ok", "error", "aborted", "timeout", "interrupted", "left", "lost"]


class Outcome(NamedTuple):
    """The end of a cell.

    Attributes:
        verdict: how it has ended.
        seconds: how long it took from its sending on.
        reply: the kernel's; None if none came.
    """

    verdict: Verdict
    seconds: float = 0.0
    reply: ExecuteReply | None = None


class Sink(Protocol):
    """Takes what happens, in order, in the thread of the runner. All methods may raise OSError."""

    def begin(self, cell: ScriptCell, msg_id: str) -> None:
        """A cell has been sent."""

    def event(self, event: Event, msg: Message | None) -> None:
        """A message of the running cell came on iopub, or on stdin: output, a status, a question.

        :param msg: as it came; None for an error that only the reply tells.
        """

    def page(self, payload: Mapping[str, Any]) -> None:
        """The cell wants something shown in a pager: what ``name?`` shows in IPython."""

    def expressions(self, values: Mapping[str, Any]) -> None:
        """The values of the user expressions, as the kernel has sent them, by name."""

    def end(self, cell: ScriptCell, outcome: Outcome) -> None:
        """A cell has ended, or will not be waited for any more."""

    def note(self, text: str) -> None:
        """Something that the user should know; one line, not yet safe for a terminal."""

    def interrupted(self) -> None:
        """The user has pressed Ctrl-C, while nothing was being asked."""

    def close(self) -> None:
        """Nothing more will come."""
