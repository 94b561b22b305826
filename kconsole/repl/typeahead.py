"""Whether keys have been typed that nobody has looked at yet.

A question may be answered only by keys that were typed when it was on the screen. What was typed before,
by somebody who is ahead of the console or by a program that waits for nothing, means what it would have
meant without the question.
"""

import asyncio
import select
from collections.abc import Callable

from kconsole.repl.view import View

__all__ = ["Typeahead"]

_AGAIN_S = 0.01  # until keys that wait are read: the loop does that between two callbacks


class Typeahead:
    """The keys between the keyboard and what they do.

    :param view: reads them.
    :param loop: in which they are read.
    """

    def __init__(self, view: View, loop: asyncio.AbstractEventLoop) -> None:
        self._view = view
        self._loop = loop

    @property
    def any(self) -> bool:
        """Whether there are any."""
        app = self._view.app
        return (
            self._view.gate.closed
            or self._view.screen.lent
            or bool(app.key_processor.input_queue)
            or bool(select.select([app.input.fileno()], [], [], 0)[0])
        )

    def when_read(self, do: Callable[[], None]) -> None:
        """Do something now, or as soon as all keys that were typed before have had their effect.

        :param do: it is not done at all when the console is left before.
        """
        if self._view.app.is_done:
            return
        if self.any:
            self._loop.call_later(_AGAIN_S, self.when_read, do)
        else:
            do()
