"""What the console knows of the kernel and of its own cells."""

import asyncio
from typing import NamedTuple

from kconsole.client.health import Health
from kconsole.protocol.activity import Activity
from kconsole.protocol.message import Message
from kconsole.protocol.replies import KernelInfo
from kconsole.repl.queue import CellQueue

__all__ = ["Question", "State"]


class Question(NamedTuple):
    """An input_request of the kernel that waits for its answer."""

    request: Message
    prompt: str
    password: bool


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
        notice: what the toolbar is to say besides; ``""`` for nothing.
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
        self.notice = ""

    @property
    def language(self) -> str:
        """The kernel's language."""
        return self.info.language_info.name

    @property
    def working(self) -> bool:
        """Whether the kernel is at work, for whomever."""
        return (
            self.cells.running is not None
            or self.activity.state == "busy"
            or not self.shell_answers.is_set()
        )

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
