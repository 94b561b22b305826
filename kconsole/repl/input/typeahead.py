"""What a key is for: for what its user saw when it was typed.

A question may be answered only by keys that were typed when it was on the screen, and seen there. What was
typed before, by somebody who is ahead of the console or by a program that waits for nothing, means what it
would have meant without the question; and so does what somebody types on who is in the middle of a word.
So a question is shown at once, but has the keyboard only a moment later, or when one has paused; unless it
follows from the last key, an Enter, whose user waits for it. A question that ends before its answer does
takes the rest of the answer with it.
"""

import asyncio
import select
from collections.abc import Callable

from kconsole.repl.screen.view import View
from kconsole.repl.state import State

__all__ = ["PAUSE_S", "Typeahead", "due"]

_AGAIN_S = 0.01  # until keys that wait are read: the loop does that between two callbacks
#: So long a question has been on the screen before a key can be meant for it: one has to see it first.
_SEEN_S = 0.3
#: So long after a key the next one is no part of the same word. Within this time after an Enter that leads
#: to a question, its user waits for that.
PAUSE_S = 1.0


def due(shown: float, pressed: float, *, led: bool) -> float:
    """When a question may have the keyboard, if no further key is pressed until then.

    :param shown: when it came onto the screen, by the loop's clock as are all.
    :param pressed: when the last key was.
    :param led: whether what that key did is what may ask.
    """
    if led and shown - pressed <= PAUSE_S:
        return shown
    return max(shown + _SEEN_S, pressed + PAUSE_S)


class Typeahead:
    """The keys between the keyboard and what they do. One question at a time has them, or waits for them.

    :param state: says whether it has.
    :param view: reads the keys.
    :param loop: in which they are read.
    """

    def __init__(self, state: State, view: View, loop: asyncio.AbstractEventLoop) -> None:
        self._state = state
        self._view = view
        self._loop = loop
        self._pressed = float("-inf")  # when the last key was
        self._led = False
        self._timer: asyncio.TimerHandle | None = None
        view.app.key_processor.before_key_press += lambda _: self._note_key()
        view.gate.on_drop = self._note_key

    @property
    def any(self) -> bool:
        """Whether keys have been typed that nobody has looked at yet."""
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

    def expect(self) -> None:
        """What the last key does may ask something, and whoever has pressed it knows that."""
        self._led = True

    def give(self, take: Callable[[], None]) -> None:
        """Give the keyboard to a question that is shown from now on, as soon as that may be.

        :param take: gives it.
        """
        self.withdraw()
        self._look(self._loop.time(), take)
        self._view.app.invalidate()

    def withdraw(self) -> None:
        """The question that has the keyboard, or waits for it, is answered, or is not asked any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._state.answerable = False

    def drop_rest(self) -> None:
        """The question that had the keyboard is gone: what is still being typed for it is for nobody."""
        if self._loop.time() - self._pressed < PAUSE_S:
            self._view.gate.drop()
            self._stop_dropping()

    def _look(self, shown: float, take: Callable[[], None]) -> None:
        self._timer = None
        if self._view.app.is_done:
            return
        now = self._loop.time()
        when = now + _AGAIN_S if self.any else due(shown, self._pressed, led=self._led)
        if when > now:
            self._timer = self._loop.call_at(when, self._look, shown, take)
        else:
            self._state.answerable = True
            take()

    def _note_key(self) -> None:
        self._pressed, self._led = self._loop.time(), False

    def _stop_dropping(self) -> None:
        """After a pause, what is typed is something new."""
        when = self._pressed + PAUSE_S
        if when > self._loop.time():
            self._loop.call_at(when, self._stop_dropping)
        else:
            self._view.gate.dropping = False
