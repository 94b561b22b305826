"""What the parts of the console share: the kernel, the state, the screen, and a few verbs."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from kconsole.client.kernel import Kernel
from kconsole.render.cabinet import Cabinet
from kconsole.repl.asker import Asker
from kconsole.repl.filing import Filing
from kconsole.repl.history.inputs import KernelHistory
from kconsole.repl.history.keeper import Keeper
from kconsole.repl.input.typeahead import Typeahead
from kconsole.repl.kernel.bridge import Bridge
from kconsole.repl.kernel.inquiry import Inquiry
from kconsole.repl.options import ConsoleOptions
from kconsole.repl.screen.dressing import Dressing
from kconsole.repl.screen.scribe import Scribe
from kconsole.repl.screen.view import View
from kconsole.repl.state import Question, State
from kconsole.repl.terminal.interview import Interview

__all__ = ["Desk"]


@dataclass(slots=True, eq=False, repr=False)
class Desk:
    """The console's tools, in the hands of its parts. Everything here belongs to the event loop."""

    kernel: Kernel
    options: ConsoleOptions
    state: State
    view: View
    scribe: Scribe
    inquiry: Inquiry
    interview: Interview
    history: KernelHistory
    keeper: Keeper
    filing: Filing
    cabinet: Cabinet
    loop: asyncio.AbstractEventLoop
    behind: Callable[[], bool]  # whether messages have come that were not looked at yet
    bridge: Bridge = field(init=False)  # made last: it hands out to those who have this desk
    asker: Asker = field(init=False)
    dressing: Dressing = field(init=False)
    typeahead: Typeahead = field(init=False)
    #: Called after an option has got another value.
    listeners: list[Callable[[], None]] = field(default_factory=list)
    #: Called while the kernel works, once a second, and when it begins or ends.
    ticks: list[Callable[[], None]] = field(default_factory=list)
    _clock: asyncio.TimerHandle | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.typeahead = Typeahead(self.state, self.view, self.loop)
        self.dressing = Dressing(self.view, self.scribe, self.interview, lambda: self.options.theme)
        self.listeners.append(self.dressing.choose)
        self.asker = Asker(self.state, self.view, self.scribe, self.typeahead)

    def change(self, **values: Any) -> None:
        """Give options other values, and tell those who have to know."""
        self.options = self.options._replace(**values)
        for hear in self.listeners:
            hear()
        self.view.app.invalidate()

    def exit(self, status: int) -> None:
        """Leave the console."""
        self.view.screen.settle()
        self.view.screen.flush()
        if not self.view.app.is_done:
            self.view.app.exit(result=status)

    def spawn(self, start: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        """Start a task that ends with the console."""
        task = self.loop.create_task(start())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def close(self) -> None:
        """End what was spawned."""
        for task in self._tasks:
            task.cancel()

    def keep_time(self) -> None:
        """Draw the bottom of the screen; once a second, as long as there is anything to time."""
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
        if self.state.working or self.state.health.state == "late" or not self._is_link_well:
            self._clock = self.loop.call_later(1.0, self.keep_time)
        for tick in self.ticks:
            tick()
        self.view.app.invalidate()

    @property
    def _is_link_well(self) -> bool:
        carrier = self.kernel.client.carrier
        return carrier is None or (carrier.status.state == "up" and not self.kernel.client.obstacle)

    def show_question(self, question: Question) -> None:
        """Have the kernel's question answered, once it has been seen."""
        self.state.question = question
        self.typeahead.give(self.view.ask)

    def close_question(self) -> str:
        """Take the kernel's question away; returns what had been typed as an answer."""
        if self.state.question is None:
            return ""
        self.state.question = None
        self.state.question_ended = self.loop.time()
        had_keyboard = self.state.answerable
        self.typeahead.withdraw()
        self.view.app.invalidate()
        return self.view.stop_asking() if had_keyboard else ""

    def lose_question(self, cell: str | None = None) -> str:
        """The same where it was not its user who ended it: what is being typed for it goes with it.

        :param cell: only the question of the cell with this msg_id; None is any.
        """
        question = self.state.question
        if question is None or cell not in (None, question.cell):
            return ""
        if typed := self.close_question():
            self.typeahead.drop_rest()
        return typed
