"""The state machine of one execute_request under whatever comes, in any order, lost, repeated, or late."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kconsole.protocol.cell import HALF_AT_MOST_S, TAIL_AT_MOST_S, Cell
from kconsole.protocol.events import (
    DisplayData,
    ErrorOutput,
    ExecuteInput,
    ExecuteResult,
    InputRequest,
    Status,
    Stream,
)
from kconsole.protocol.replies import ExecuteReply

ORDER = ["running", "half", "tail", "done"]
ERROR = ErrorOutput("E", "v", ("t",))
REPLIES = [ExecuteReply("ok", 1), ExecuteReply("aborted"), ExecuteReply("error", 2, error=ERROR)]
NOT_IDLE = [
    *(Status(word) for word in ("busy", "starting", "", "pondering")),
    ERROR,
    Stream("stdout", "x"),
    Stream("stderr", "x"),
    ExecuteInput("1", 3),
    ExecuteResult({"text/plain": "1"}, {}, 4),
    DisplayData({"text/plain": "1"}, {}),
    InputRequest("?", False),
]
#: So long before a deadline something comes just in time.
JUST_S = 0.001
#: Pauses around each of the machine's bounds, in seconds.
PAUSES = [0.0, 0.01, 0.04, 0.06, 0.5, 0.9, 1.1, 9.0, 11.0, 61.0]
#: Whoever drives a cell looks at it at its deadline, or as late as this.
LATE_S = 5.0


class Kernel(RuleBasedStateMachine):
    """A kernel that sends what it likes, a link that loses it, and a caller who looks now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.cell = Cell("1", now=0.0)
        self.first: ExecuteReply | None = None
        self.idle = False
        self.lost = False
        self.half_at: float | None = None
        self.was = "running"
        self.final: Any = None

    @property
    def replied(self) -> bool:
        """Whether a reply has come in time."""
        return self.first is not None

    # --- what comes

    @rule(reply=st.sampled_from(REPLIES))
    def reply(self, reply: ExecuteReply) -> None:
        if not self.cell.done:
            self.first = self.first or reply
        self._note_first()
        self.cell.receive(reply, self.now)

    @rule()
    def becomes_idle(self) -> None:
        self.idle = self.idle or not self.cell.done
        self._note_first()
        self.cell.receive(Status("idle"), self.now)

    @rule(event=st.sampled_from(NOT_IDLE))
    def anything_else(self, event: Any) -> None:
        self.cell.receive(event, self.now)

    @rule()
    def others(self) -> None:
        self.cell.traffic(self.now)

    @rule(pause=st.sampled_from(PAUSES))
    def time_passes_unseen(self, pause: float) -> None:
        self.now += pause

    @rule(late=st.sampled_from([0.0, 0.001, LATE_S]))
    @precondition(lambda self: self.cell.deadline() is not None)
    def deadline_comes(self, late: float) -> None:
        before = self.cell.state
        due = self.cell.deadline()
        assert due is not None
        self.now = max(self.now, due) + late
        self.cell.poll(self.now)
        assert ORDER.index(self.cell.state) > ORDER.index(before)

    @rule(message=st.sampled_from([*REPLIES, *NOT_IDLE, Status("idle")]))
    @precondition(lambda self: self.cell.state in ("half", "tail"))
    def just_in_time(self, message: Any) -> None:
        due = self.cell.deadline()
        assert due is not None
        self.now = max(self.now, due - JUST_S)
        if isinstance(message, ExecuteReply):
            self.reply(message)
        elif message == Status("idle"):
            self.becomes_idle()
        else:
            self.anything_else(message)

    @rule()
    @precondition(lambda self: self.cell.started + 100 < self.now and not self.cell.done)
    def kernel_is_gone(self) -> None:
        self.lost = not self.cell.finished
        self.cell.lose("the kernel is gone", self.now)
        assert self.cell.done

    # --- what holds

    @invariant()
    def it_never_goes_back(self) -> None:
        assert ORDER.index(self.cell.state) >= ORDER.index(self.was)
        self.was = self.cell.state

    @invariant()
    def it_is_as_far_as_what_has_come(self) -> None:
        cell = self.cell
        assert cell.finished == (cell.state in ("tail", "done"))
        assert cell.reply is self.first  # and no later one
        if self.replied and self.idle:
            assert cell.finished
            assert not cell.given_up
        if not self.replied and not self.idle and not self.lost:
            assert cell.state == "running"
            assert cell.deadline() is None

    @invariant()
    def who_ends_without_both_says_which_is_missing(self) -> None:
        cell = self.cell
        if cell.finished:
            assert cell.given_up or cell.lost or (self.replied and self.idle)
        assert (cell.given_up == "reply") <= (self.idle and not self.replied)
        assert (cell.given_up == "idle") <= (self.replied and not self.idle)
        assert bool(cell.lost) == self.lost

    @invariant()
    def it_waits_within_its_bounds(self) -> None:
        due = self.cell.deadline()
        if self.cell.state in ("half", "tail"):
            assert due is not None
            assert self.half_at is not None
            assert due <= self.half_at + HALF_AT_MOST_S + TAIL_AT_MOST_S + self._looked_late()
        else:
            assert due is None

    @invariant()
    def nothing_changes_a_done_cell(self) -> None:
        cell = self.cell
        if cell.done:
            now = (cell.reply, cell.given_up, cell.lost, cell.execution_count, cell.saw_output)
            self.final = self.final or now
            assert now == self.final

    def teardown(self) -> None:
        """Whatever has come: after one of the two, looking at it is enough to end it."""
        self.cell.receive(Status("idle"), self.now)
        self.half_at = self.now if self.half_at is None else self.half_at
        bound = self.half_at + HALF_AT_MOST_S + TAIL_AT_MOST_S + self._looked_late()
        while not self.cell.done:
            due = self.cell.deadline()
            assert due is not None
            self.now = max(self.now, due - JUST_S)
            self.cell.receive(Stream("stdout", "a thread prints on"), self.now)
            if self.cell.deadline() in (None, due):  # that changes nothing any more
                self.now = max(self.now, due)
                self.cell.poll(self.now)
            assert self.now <= bound

    def _note_first(self) -> None:
        if self.half_at is None:
            self.half_at = self.now

    def _looked_late(self) -> float:
        """How much later than its bound the first half may have ended, because nobody looked."""
        assert self.half_at is not None
        return max(0.0, self.now - self.half_at - HALF_AT_MOST_S)


TestAnyKernel = Kernel.TestCase
TestAnyKernel.settings = settings(
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
