"""What happens when a message comes from the kernel."""

import asyncio
import time

from prompt_toolkit.utils import get_cwidth

from kconsole.client.inbox import Item
from kconsole.protocol.events import (
    Event,
    ExecuteInput,
    ExecuteResult,
    InputRequest,
    ShutdownReply,
    Status,
    Stream,
    parse_event,
)
from kconsole.protocol.message import Message
from kconsole.protocol.replies import parse_execute_reply
from kconsole.render.labels import client_label, question_prompt
from kconsole.render.sanitise import one_line
from kconsole.repl.desk import Desk
from kconsole.repl.kernel.backlog import Gap
from kconsole.repl.kernel.company import SPOKEN, Company
from kconsole.repl.kernel.others import Others
from kconsole.repl.kernel.widgets import Widgets
from kconsole.repl.state import Question
from kconsole.repl.work import Work

__all__ = ["Intake"]

#: What an editor asks while somebody types: nobody has run anything to see what is printed meanwhile.
_EDITORS = frozenset(
    {"complete_request", "history_request", "inspect_request", "is_complete_request"}
)


class Intake:
    """Takes messages off the bridge: to the cell, to whoever asked, onto the screen."""

    def __init__(self, desk: Desk, work: Work) -> None:
        self._desk = desk
        self._state = desk.state
        self._scribe = desk.scribe
        self._scribe.kept = desk.filing.knows
        self._work = work
        self._others = Others(desk, self._note_lost_end)
        self._company = Company(desk)
        self._widgets = Widgets(desk)
        self._fading: asyncio.TimerHandle | None = None

    def receive(self, item: Item) -> None:
        """One message has come."""
        msg = item.msg
        if item.channel == "iopub":
            self._take_output(msg)
        elif item.channel == "stdin":
            self._take_question(msg)
        else:
            # A subshell answers also while the shell does not.
            if item.channel == "shell" and not msg["parent_header"].get("subshell_id"):
                self._state.shell_answers.set()
            if not self._desk.inquiry.take(msg) and self._is_running(msg):
                self._take_reply(msg)

    def lost(self, gap: Gap) -> None:
        """Output was left out here: say so in its place, on the screen and in the record."""
        msg_id = gap.parent.get("msg_id")
        if msg_id in self._state.cells.abandoned or self._company.hides(gap.parent.get("session")):
            return
        self._scribe.end_cell()
        self._scribe.note(str(gap), "warning")
        if isinstance(msg_id, str):
            self._desk.filing.left_out(msg_id, str(gap))

    def _is_running(self, msg: Message) -> bool:
        running = self._state.cells.running
        return running is not None and msg["parent_header"].get("msg_id") == running.cell.msg_id

    def _take_reply(self, msg: Message) -> None:
        if msg["msg_type"] == "execute_reply":
            self._work.receive(parse_execute_reply(msg))

    def _take_output(self, msg: Message) -> None:
        event = parse_event(msg)
        if type(event) in SPOKEN:
            self._state.printed_at = time.monotonic()
        if self._company.is_foreign(event.parent):
            self._see(event, msg)
        if isinstance(event, Status):
            self._take_status(event, msg)
        self._widgets.hear(event, msg, shown=not self._company.hides(event.parent.session))
        if event.parent.msg_id in self._state.cells.abandoned:
            return
        running = self._state.cells.running
        if running is not None:
            if event.parent.msg_id == running.cell.msg_id:
                self._work.receive(event)
            else:
                running.cell.traffic(time.monotonic())
        if isinstance(event, ExecuteInput):
            self._take_input(event)
        elif isinstance(event, Stream) and msg["parent_header"].get("msg_type") in _EDITORS:
            pass  # such as the traceback of a completion that was interrupted: no cell has printed it
        elif isinstance(event, ShutdownReply):
            if event.parent.session == self._desk.kernel.client.session.session:
                return  # we know what we have asked for
            self._scribe.note("the kernel was asked to " + ("restart" if event.restart else "end"))
        elif self._company.admits(event, msg):
            self._widgets.show(event)
            if _is_whole(event) and not self._is_running(msg):
                self._company.ends_late(event.parent)

    def _see(self, event: Event, msg: Message) -> None:
        """The kernel works for another client: note for whom, and on what."""
        parent, clients = event.parent, self._state.clients
        asked = msg["parent_header"].get("msg_type")
        clients.see(parent.session, parent.username, time.monotonic(), asked)
        if isinstance(event, Status):
            if event.execution_state == "busy":
                clients.name_cell(parent.msg_id, client_label(parent))
            elif event.execution_state == "idle":
                clients.end_cell(parent.msg_id)
        elif isinstance(event, ExecuteInput) and event.execution_count is not None:
            name = f"{client_label(parent)}'s In[{event.execution_count}]"
            clients.name_cell(parent.msg_id, name)
        if self._fading is None:
            self._fade()

    def _fade(self) -> None:
        """Have the toolbar drawn anew when a client is called active no more; at rest nobody else does."""
        left = self._state.clients.fades(time.monotonic())
        self._fading = None if left is None else self._desk.loop.call_later(left, self._fade)
        self._desk.view.app.invalidate()

    def _take_status(self, event: Status, msg: Message) -> None:
        """The kernel begins or ends something; a question of the console's own is no work."""
        before = self._state.activity.state
        if not self._desk.inquiry.awaits(event.parent.msg_id):
            self._state.activity.receive(msg)
        if event.execution_state == "idle":
            self._work.note_end(event.parent.msg_id)
            self._desk.inquiry.idle(event.parent.msg_id)
            self._company.ends(event.parent)
        if self._state.activity.state != before:
            self._desk.keep_time()
        self._others.look()

    def _note_lost_end(self, msg_id: str) -> None:
        """A request has turned out to have ended unheard."""
        self._work.note_end(msg_id)
        self._scribe.end_output(msg_id)
        self._desk.filing.ended(msg_id)

    def _take_input(self, event: ExecuteInput) -> None:
        """The kernel has begun with a cell: of ours, then it is shown already; or of others."""
        count = event.execution_count
        self._desk.filing.event(event)
        if self._company.is_foreign(event.parent):
            self._company.begins(event)
            if count is not None:
                self._state.count = count
                running = self._state.cells.running
                if running is not None and running.cell.execution_count is not None:
                    running.overtaken_by = count
        elif self._state.count is None and count is not None:
            self._state.count = count - 1  # the cells before this one

    def _take_question(self, msg: Message) -> None:
        """The kernel asks for input: for a cell of ours, or it is none of our business."""
        event: Event = parse_event(msg)
        if not isinstance(event, InputRequest):
            return
        cell = event.parent.msg_id
        abandoned = self._state.cells.abandoned.get(cell)
        if abandoned is None and not self._is_running(msg):
            self._company.asks(event)
            return
        if self._desk.asker.active:  # one question at a time
            self._desk.asker.afterwards(lambda: self._take_question(msg))
            return
        self._desk.lose_question()
        self._scribe.end_cell()
        if abandoned is not None:
            self._scribe.note(
                f"{abandoned.name}, which was given up, asks for input; Ctrl-C interrupts it",
                "warning",
            )
        above, _, last = event.prompt.rpartition("\n")
        columns = self._desk.view.app.output.get_size().columns
        if (
            2 * get_cwidth(one_line(last)) > columns
        ):  # it would leave too little room for the answer
            above, last = event.prompt, ""
        self._scribe.question(above)
        prompt = question_prompt(event._replace(prompt=last))
        self._desk.view.screen.flush()  # what was said before the question stands above it
        self._desk.show_question(Question(msg, prompt, event.password, cell))


def _is_whole(event: Event) -> bool:
    """Whether an event, if it comes after its cell has ended, leaves nothing that will change."""
    return isinstance(event, ExecuteResult) or (
        isinstance(event, Stream) and event.text.endswith("\n")
    )
