"""What the parts of the console share: the kernel, the state, the screen, and a few verbs."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from kconsole.client.kernel import Kernel
from kconsole.repl.inquiry import Inquiry
from kconsole.repl.scribe import Scribe
from kconsole.repl.state import State
from kconsole.repl.view import View

__all__ = ["Desk"]


@dataclass(slots=True)
class Desk:
    """The console's tools, in the hands of its parts. Everything here belongs to the event loop."""

    kernel: Kernel
    state: State
    view: View
    scribe: Scribe
    inquiry: Inquiry
    loop: asyncio.AbstractEventLoop
    behind: Callable[[], bool]  # whether messages have come that were not looked at yet
    _clock: asyncio.TimerHandle | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def exit(self, status: int) -> None:
        """Leave the console."""
        self.view.screen.end_line()
        self.view.screen.flush()
        if not self.view.app.is_done:
            self.view.app.exit(result=status)

    def spawn(self, start: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start a task that ends with the console."""
        task = self.loop.create_task(start())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """End what was spawned."""
        for task in self._tasks:
            task.cancel()

    def keep_time(self) -> None:
        """Draw the bottom of the screen; once a second, as long as there is anything to time."""
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
        if self.state.working or self.state.health.state == "late":
            self._clock = self.loop.call_later(1.0, self.keep_time)
        self.view.app.invalidate()

    def close_question(self) -> str:
        """Take the kernel's question away; returns what had been typed as an answer."""
        if self.state.question is None:
            return ""
        self.state.question = None
        return self.view.stop_asking()
