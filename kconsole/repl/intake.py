"""What happens when a message comes from the kernel."""

import time

from prompt_toolkit.utils import get_cwidth

from kconsole.client.router import Item
from kconsole.protocol.events import (
    Event,
    ExecuteInput,
    InputRequest,
    ShutdownReply,
    Status,
    parse_event,
)
from kconsole.protocol.message import Message
from kconsole.protocol.replies import parse_execute_reply
from kconsole.render.sanitise import one_line
from kconsole.repl.desk import Desk
from kconsole.repl.others import Others
from kconsole.repl.state import Question
from kconsole.repl.work import Work

__all__ = ["Intake"]


class Intake:
    """Takes messages off the bridge: to the cell, to whoever asked, onto the screen."""

    def __init__(self, desk: Desk, work: Work) -> None:
        self._desk = desk
        self._state = desk.state
        self._scribe = desk.scribe
        self._work = work
        self._others = Others(desk)

    def receive(self, item: Item) -> None:
        """One message has come."""
        msg = item.msg
        if item.channel == "iopub":
            self._take_output(msg)
        elif item.channel == "stdin":
            self._take_question(msg)
        else:
            if item.channel == "shell":
                self._state.shell_answers.set()
            if not self._desk.inquiry.take(msg) and self._is_running(msg):
                self._take_reply(msg)

    def _is_running(self, msg: Message) -> bool:
        running = self._state.cells.running
        return running is not None and msg["parent_header"].get("msg_id") == running.cell.msg_id

    def _take_reply(self, msg: Message) -> None:
        if msg["msg_type"] == "execute_reply":
            self._work.receive(parse_execute_reply(msg))

    def _take_output(self, msg: Message) -> None:
        event = parse_event(msg)
        if isinstance(event, Status):
            self._take_status(event, msg)
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
        elif isinstance(event, ShutdownReply):
            self._scribe.note("the kernel was asked to " + ("restart" if event.restart else "end"))
        else:
            self._scribe.event(event)

    def _take_status(self, event: Status, msg: Message) -> None:
        """The kernel begins or ends something; a question of the console's own is no work."""
        before = self._state.activity.state
        if not self._desk.inquiry.awaits(event.parent.msg_id):
            self._state.activity.receive(msg)
        if event.execution_state == "idle":
            self._desk.inquiry.idle(event.parent.msg_id)
        if self._state.activity.state != before:
            self._desk.keep_time()
        self._others.look()

    def _take_input(self, event: ExecuteInput) -> None:
        """The kernel has begun with a cell: of ours, then it is shown already; or of others."""
        session = event.parent.session
        count = event.execution_count
        if session and session != self._desk.kernel.client.session.session:
            self._scribe.foreign_input(event)
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
        if not isinstance(event, InputRequest) or not self._is_running(msg):
            return
        self._scribe.end_cell()
        above, _, last = event.prompt.rpartition("\n")
        columns = self._desk.view.app.output.get_size().columns
        if (
            2 * get_cwidth(one_line(last)) > columns
        ):  # it would leave too little room for the answer
            above, last = event.prompt, ""
        self._scribe.question(above)
        # ipykernel's getpass sends no prompt at all
        prompt = one_line(last) or ("Password: " if event.password else "")
        self._desk.view.screen.flush()  # what was said before the question stands above it
        self._state.question = Question(msg, prompt, event.password)
        self._desk.view.ask()
