"""A kernel of our own has died: whether it is to be started again is asked, never just done.

The question is in nobody's way. Ctrl-D leaves, as it does without it; and an input that is no answer is
entered, as it would have been without it.
"""

from collections.abc import Callable

from kconsole.repl.desk import Desk
from kconsole.repl.kernel.restarting import Restarting

__all__ = ["NOT_STARTED", "START_AGAIN", "Reviving", "is_no", "is_yes"]

START_AGAIN = "start it again? [y/N] "
NOT_STARTED = r"not started again; \restart does it at any time"


def is_yes(answer: str) -> bool:
    """Whether an answer to the question says yes."""
    return answer.strip().lower() in ("y", "yes")


def is_no(answer: str) -> bool:
    """Whether it says no, as nothing at all does."""
    return answer.strip().lower() in ("", "n", "no")


class Reviving:
    """Asks, and does what is wanted.

    :param desk: the console's tools.
    :param restarting: starts the kernel.
    :param enter: takes what is no answer, as an input.
    """

    def __init__(self, desk: Desk, restarting: Restarting, enter: Callable[[str], None]) -> None:
        self._desk = desk
        self._restarting = restarting
        self._enter = enter

    def offer(self) -> None:
        """Ask, after any other question of ours."""
        if not self._desk.state.gone or self._desk.state.restarting:
            return
        if self._desk.asker.active:
            self._desk.asker.afterwards(self.offer)
        else:
            self._desk.asker.ask(START_AGAIN, self._decide, may_leave=True)

    def _decide(self, answer: str) -> None:
        if is_yes(answer):
            self._restarting.start()
        elif not is_no(answer):
            self._enter(answer)
        elif not self._desk.state.restarting:
            self._desk.scribe.note(NOT_STARTED)
