"""The other clients of the kernel: what they run, and what comes of it, each time under their name.

Their cells go to the screen the way ours do, one after the other. A label stands wherever another one
begins to speak, so output needs no prefix and can be copied as it is.
"""

from datetime import datetime

from kconsole.connect.lastwords import is_chatter
from kconsole.protocol.dates import local_time
from kconsole.protocol.events import (
    DisplayData,
    ErrorOutput,
    Event,
    ExecuteInput,
    ExecuteResult,
    InputRequest,
    Parent,
    Stream,
    UpdateDisplay,
)
from kconsole.protocol.message import Message
from kconsole.render.labels import client_label
from kconsole.repl.desk import Desk
from kconsole.repl.screen.prompts import input_prompt

__all__ = ["SPOKEN", "Company"]

#: What a kernel shows.
SPOKEN = frozenset({DisplayData, ErrorOutput, ExecuteResult, Stream, UpdateDisplay})
_MOST_CELLS = 256  # whose numbers are known; the oldest is forgotten


class Company:
    """Lets the work of others onto the screen, or keeps it away (``others`` of the options).

    :param desk: the console's tools.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._prompts: dict[str, str] = {}  # msg_id of a cell of others -> its prompt

    def is_foreign(self, parent: Parent) -> bool:
        """Whether a message belongs to a request of somebody else."""
        return self._is_other(parent.session)

    def hides(self, session: object) -> bool:
        """Whether what belongs to a session is kept off the screen."""
        return self._is_other(session) and not self._desk.options.others

    def _is_other(self, session: object) -> bool:
        return bool(session) and session != self._desk.kernel.client.session.session

    def begins(self, event: ExecuteInput) -> None:
        """A cell of somebody else has begun."""
        self._know(event.parent.msg_id, input_prompt(event.execution_count).rstrip())
        if self._desk.options.others:
            self._desk.scribe.foreign_input(event)
            self._desk.filing.began(event.parent.msg_id, event.code, event.execution_count)

    def admits(self, event: Event, msg: Message) -> bool:
        """Whether an event is to be shown; says whose it is if somebody else has spoken before.

        :param msg: the message that the event was made of.
        """
        parent = event.parent
        if isinstance(event, Stream) and not parent.msg_id and is_chatter(event.text):
            return False  # of a kernel that starts, for no request
        foreign = self.is_foreign(parent)
        if foreign and not self._desk.options.others:
            return False
        speaker = parent.session if foreign else ""
        if speaker != self._desk.scribe.speaker and parent.session and type(event) in SPOKEN:
            label = self._label(parent, msg) if foreign else self._own_label(parent)
            self._desk.scribe.label(label, speaker)
        return True

    def ends(self, parent: Parent) -> None:
        """The kernel is done with a request; what it has shown does not change any more."""
        if self.is_foreign(parent):
            self._desk.scribe.end_output(parent.msg_id)
            self._desk.filing.ended(parent.msg_id)

    def ends_late(self, parent: Parent) -> None:
        """Something whole has come for no cell that runs here; nobody tells when more of it comes."""
        if not self.is_foreign(parent):
            self._desk.scribe.end_output(parent.msg_id)

    def asks(self, event: InputRequest) -> None:
        """The kernel asks for input, and it is not for us to answer.

        A kernel sends this to the client alone whose cell asks, and broadcasts nothing of it; so it is
        only heard of where a kernel sends it to all.
        """
        if self.is_foreign(event.parent) and self._desk.options.others:
            prompt = self._prompts.get(event.parent.msg_id, "").removesuffix(":")
            cell = f"{prompt} of " if prompt else ""
            who = client_label(event.parent)
            self._desk.scribe.note(f"{cell}{who} asks for input; answer it there")

    def _label(self, parent: Parent, msg: Message) -> str:
        """What stands above output that goes on, or whose beginning was before our time."""
        who = client_label(parent)
        prompt = self._prompts.get(parent.msg_id)
        if prompt is not None:
            return f"{who} {prompt}".rstrip()
        self._know(parent.msg_id, "")
        sent = msg["parent_header"].get("date")
        began = local_time(sent) if isinstance(sent, datetime) else None
        since = "" if began is None else f", since {began:%H:%M:%S}"
        return f"running now: a cell of {who}{since}"

    def _own_label(self, parent: Parent) -> str:
        running = self._desk.state.cells.running
        if running is None or running.cell.msg_id != parent.msg_id:
            return "here:"
        number = running.cell.execution_count or self._desk.state.next_number
        return f"here {input_prompt(number).rstrip()}"

    def _know(self, msg_id: str, prompt: str) -> None:
        self._prompts[msg_id] = prompt
        if len(self._prompts) > _MOST_CELLS:
            del self._prompts[next(iter(self._prompts))]
