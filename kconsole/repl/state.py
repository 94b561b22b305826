"""What the console knows of the kernel and of its own cells."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from kconsole.client.health import Health
from kconsole.protocol.activity import Activity
from kconsole.protocol.message import Message
from kconsole.protocol.replies import KernelInfo
from kconsole.repl.kernel.clients import Clients
from kconsole.repl.queue import CellQueue
from kconsole.repl.screen.prompts import DEFAULT_PROMPT, input_prompt

__all__ = ["Query", "Question", "State"]


class Question(NamedTuple):
    """An input_request of the kernel that waits for its answer.

    Attributes:
        cell: the msg_id of the cell that asks.
    """

    request: Message
    prompt: str
    password: bool
    cell: str


class Query(NamedTuple):
    """A question of the console's own; ``take`` gets the answer, ``""`` for none.

    Attributes:
        may_leave: whether Ctrl-D leaves the console, as it does where nothing is asked.
    """

    prompt: str
    take: Callable[[str], None]
    may_leave: bool = False


class State:
    """One value that the console's parts read and write, all in the event loop.

    Attributes:
        info: what the kernel has said of itself.
        cells: the cells of this console, running and waiting.
        activity: whom the kernel is busy for.
        shell_answers: set once the kernel's shell is known to answer; until then another's cell runs.
        count: how many cells the kernel has run; None while that is not known.
        health: the kernel's, as it was when last looked at.
        question: what the kernel asks the user; None while it asks nothing.
        query: what the console itself asks the user; None while it asks nothing.
        answerable: whether what is asked has the keyboard; until then it is only shown, and keys are for
            the code (:mod:`kconsole.repl.input.typeahead`).
        renewal: there while a kernel of ours is being restarted; done once all that the one before has
            left is shown.
        ending: whether we have asked the kernel to end.
        notice: what the toolbar is to say besides; ``""`` for nothing.
        prompt_format: of the prompt, as the user wants it.
        numbered: whether the kernel counts our cells: not those that it is to forget.
        watched: an expression with its value, to be shown above the toolbar; ``""`` for nothing.
        usage: the memory and processor time that the kernel takes; ``""`` while that is not known.
        clients: the other clients that were seen.
        question_ended: when a question of the kernel has ended in another way than by an answer, by
            the loop's clock.
        printed_at: when the kernel has last shown something, by :func:`time.monotonic`.
    """

    def __init__(self, info: KernelInfo, health: Health, *, ours: bool, busy: bool) -> None:
        self.info = info
        self.cells = CellQueue()
        self.activity = Activity()
        self.shell_answers = asyncio.Event()
        if not busy:
            self.shell_answers.set()
        self.count: int | None = 0 if ours else None
        self.health = health
        self.question: Question | None = None
        self.query: Query | None = None
        self.answerable = False
        self.renewal: asyncio.Future[None] | None = None
        self.ending = False
        self.notice = ""
        self.prompt_format = DEFAULT_PROMPT
        self.numbered = True
        self.watched = ""
        self.usage = ""
        self.clients = Clients()
        self.printed_at = self.question_ended = float("-inf")

    @property
    def language(self) -> str:
        """The kernel's language."""
        return self.info.language_info.name

    def prompt(self, number: int | None) -> str:
        """What stands before the input with this number."""
        return input_prompt(number if self.numbered else None, self.prompt_format)

    @property
    def working(self) -> bool:
        """Whether the kernel is at work, for whomever."""
        return (
            self.cells.running is not None
            or self.question is not None
            or self.activity.state == "busy"
            or not self.shell_answers.is_set()
            or self.restarting
        )

    @property
    def restarting(self) -> bool:
        """Whether a kernel of ours is being restarted, by us."""
        return self.renewal is not None

    @property
    def gone(self) -> bool:
        """Whether the kernel is known to be dead."""
        return self.health.state == "gone"

    @property
    def next_number(self) -> int | None:
        """The number of the next cell to be sent; None while that is not known."""
        return None if self.count is None else self.count + 1

    @property
    def prompt_number(self) -> int | None:
        """The number that what is being typed will have, if all goes well before it."""
        ahead = len(self.cells) + (self.cells.running is not None)
        return None if self.count is None else self.count + 1 + ahead
