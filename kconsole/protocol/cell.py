"""The cell: one execute_request, and the question whether it has ended.

Theory of operation. A cell has ended when two messages with its id have come: the execute_reply on
shell and the idle status on iopub. They travel over two sockets, so neither order means anything,
and kernels publish results after the idle (deno) or send the reply long after it (kotlin). Either
message can be lost, or never be sent. Hence four states::

    running --first of the two--> half --the other, or given up--> tail --quiet--> done

In ``half`` the other one is waited for as long as something still flows: a second after the last
message of the cell, also a second after any other iopub message (a backlog is being drained), but
only up to a bound. In ``tail`` the prompt may come back; what still arrives belongs to the cell.
A cell that runs has no time limit: computing is what kernels are for. It ends early only if the kernel
does, or is restarted (:meth:`Cell.lose`).

The clock is the caller's: it passes ``now`` in, and calls :meth:`Cell.poll` at ``deadline()``.
"""

from typing import Literal

from kconsole.protocol.events import (
    DisplayData,
    ErrorOutput,
    Event,
    ExecuteInput,
    ExecuteResult,
    Status,
    Stream,
    UpdateDisplay,
)
from kconsole.protocol.replies import ExecuteReply
from kconsole.protocol.wishes import Wishes, parse_wishes

__all__ = [
    "HALF_AT_MOST_S",
    "HALF_OTHER_AT_MOST_S",
    "HALF_QUIET_S",
    "INTERRUPT_S",
    "TAIL_AT_MOST_S",
    "TAIL_QUIET_S",
    "Cell",
]

HALF_QUIET_S = 1.0
"""After one of reply and idle alone: so long without an iopub message, and the other is lost."""
HALF_OTHER_AT_MOST_S = 10.0
"""So long after the first of the two, messages that are not the cell's own count no more."""
HALF_AT_MOST_S = 60.0
"""So long after the first of the two, the other is lost whatever comes."""
INTERRUPT_S = 3.0
"""So long an interrupted cell may go on before its user is told that the kernel does not react."""
TAIL_QUIET_S = 0.05
"""After reply and idle: so long without a message of the cell, and it is done."""
TAIL_AT_MOST_S = 1.0
"""So long after reply and idle it is done, even if a thread that it started prints on."""

_NUMBERED = (ExecuteInput, ExecuteResult)
_OUTPUT = (Stream, DisplayData, ExecuteResult, UpdateDisplay, ErrorOutput)


class Cell:
    """The state machine of one execute_request.

    :param msg_id: the request's id.
    :param now: when it was sent, in seconds of the caller's monotonic clock.
    """

    __slots__ = (
        "_began",
        "_idle",
        "_last_other",
        "_last_own",
        "execution_count",
        "given_up",
        "lost",
        "msg_id",
        "reply",
        "saw_error",
        "saw_input",
        "saw_output",
        "saw_stderr",
        "started",
        "state",
    )

    def __init__(self, msg_id: str, *, now: float) -> None:
        self.msg_id = msg_id
        self.started = now
        self.state: Literal["running", "half", "tail", "done"] = "running"
        self.reply: ExecuteReply | None = None
        #: Which of the two never came; "" as long as none has been given up.
        self.given_up: Literal["", "reply", "idle"] = ""
        #: Why nothing of it will come any more, such as "the kernel was restarted"; "" as a rule.
        self.lost = ""
        #: Whether an error, text on stderr, any output at all came on iopub.
        self.saw_error = False
        self.saw_stderr = False
        self.saw_output = False
        #: Whether the kernel has said that it runs the code; most do.
        self.saw_input = False
        self.execution_count: int | None = None
        self._idle = False
        self._began = now  # when the present state began
        self._last_own = now  # when the last message of this cell came
        self._last_other = now  # when the last iopub message of others came

    @property
    def state_since(self) -> float:
        """When the present :attr:`state` began."""
        return self._began

    @property
    def finished(self) -> bool:
        """Whether the prompt may come back: reply and idle have come, or one was given up."""
        return self.state in ("tail", "done")

    @property
    def done(self) -> bool:
        """Whether the tail is over too: nothing more is expected."""
        return self.state == "done"

    @property
    def wishes(self) -> Wishes:
        """What the cell asks of its front-end; nothing, as long as it has no reply."""
        return parse_wishes(self.reply.payload if self.reply is not None else ())

    @property
    def unshown_error(self) -> ErrorOutput | None:
        """The reply's error, if nothing else has told the user of it.

        calysto_scheme, gnuplot and tslab report on stderr or not at all instead of with an
        ``error`` message, and xeus-python repeats a former cell's error in the reply of an
        aborted one.
        """
        error = self.reply.error if self.reply is not None else None
        if error is None or self.saw_error or self.saw_stderr:
            return None
        return error if error.ename or error.traceback else None

    def latest(self, before: int | None) -> int | None:
        """The number of the kernel's last cell once this one has ended; None if that is not known.

        :param before: the number of its last cell as it was known before this one.
        """
        if self.execution_count is not None:
            return self.execution_count
        if self.reply is not None and self.reply.status == "aborted" and not self.saw_input:
            return before  # the kernel has never begun with it
        return (before or 0) + 1  # tslab and others do not tell

    def receive(self, message: Event | ExecuteReply, now: float) -> None:
        """Take a message of this cell: one whose parent is the request.

        One that comes when the cell is done changes nothing any more.
        """
        if self.state == "done":
            return
        self._last_own = now
        if isinstance(message, ExecuteReply):
            self._take_reply(message)
        else:
            self._take_event(message)
        self._advance(now)
        self.poll(now)

    def traffic(self, now: float) -> None:
        """Note an iopub message that is not of this cell."""
        self._last_other = now
        self.poll(now)

    def lose(self, reason: str, now: float) -> None:
        """Give all up that has not come: the kernel is gone, or is another one.

        A cell whose reply and idle have come has lost nothing; it only ends.

        :param reason: for the user, kept in :attr:`lost`.
        """
        if not self.finished:
            self.lost = reason
        if self.state != "done":
            self._enter("done", now)

    def deadline(self) -> float | None:
        """When :meth:`poll` must be called, in seconds of the caller's clock; None is never."""
        if self.state == "half":
            other = min(self._last_other + HALF_QUIET_S, self._began + HALF_OTHER_AT_MOST_S)
            own = self._last_own + HALF_QUIET_S
            return min(max(own, other), self._began + HALF_AT_MOST_S)
        if self.state == "tail":
            return min(self._last_own + TAIL_QUIET_S, self._began + TAIL_AT_MOST_S)
        return None

    def poll(self, now: float) -> None:
        """Let time pass: give up what is overdue, end the tail."""
        deadline = self.deadline()
        if deadline is None or now < deadline:
            return
        if self.state == "half":
            self.given_up = "idle" if self.reply is not None else "reply"
            self._enter("tail", now)
        else:
            self._enter("done", now)

    def _take_reply(self, reply: ExecuteReply) -> None:
        if self.reply is None:
            self.reply = reply
            self._count(reply.execution_count)

    def _take_event(self, event: Event) -> None:
        if isinstance(event, Status):
            self._idle = self._idle or event.execution_state == "idle"
        self.saw_input = self.saw_input or isinstance(event, ExecuteInput)
        if isinstance(event, _NUMBERED):
            self._count(event.execution_count)
        self.saw_output = self.saw_output or isinstance(event, _OUTPUT)
        self.saw_error = self.saw_error or isinstance(event, ErrorOutput)
        self.saw_stderr = self.saw_stderr or (isinstance(event, Stream) and event.name == "stderr")

    def _count(self, execution_count: int | None) -> None:
        """Keep the count last heard: tslab tells it only in the reply, or not at all."""
        if execution_count is not None:
            self.execution_count = execution_count

    def _advance(self, now: float) -> None:
        """Move on to the state that reply and idle allow."""
        replied = self.reply is not None
        if replied and self._idle:
            self.given_up = ""  # it may have come late, in the tail
            if self.state != "tail":
                self._enter("tail", now)
        elif (replied or self._idle) and self.state == "running":
            self._enter("half", now)

    def _enter(self, state: Literal["half", "tail", "done"], now: float) -> None:
        self.state = state
        self._began = self._last_own = now
