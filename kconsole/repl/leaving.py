"""Leaving the console: at once, or after having asked about what would be lost."""

from kconsole.client.leaving import leave, way_back
from kconsole.repl.desk import Desk
from kconsole.repl.input.typeahead import PAUSE_S
from kconsole.repl.state import State

__all__ = ["CTRL_D", "Leaving", "objection"]

CTRL_D = "Ctrl-D"


def objection(state: State, *, stops_kernel: bool) -> str:
    """What speaks against leaving now; ``""`` for nothing.

    :param state: what is under way.
    :param stops_kernel: whether the kernel ends with the console.
    """
    if state.gone or state.restarting:
        return ""
    busy = _busy(state) if stops_kernel else ""
    number = len(state.cells)
    if not number:
        return busy
    if busy:
        return f"{busy} and {number} {'waits' if number == 1 else 'wait'}"
    return "a cell waits for its turn" if number == 1 else f"{number} cells wait for their turn"


def _busy(state: State) -> str:
    if state.cells.running is not None:
        return "a cell is running"
    if state.cells.abandoned:
        return "the kernel may still run a cell that was given up"
    return "the kernel is busy for others" if state.working else ""


class Leaving:
    """Asks once, and takes the same again for a yes, unless something else was done in between.

    :param desk: the console's tools.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._state = desk.state
        #: What has been done to leave, and was asked about; "" for nothing.
        self._asked = ""
        #: Whether that could be read before the next key was typed.
        self._shown = False
        self._presses = 0  # of keys
        self._asked_at = 0
        desk.view.app.key_processor.before_key_press += self._count

    def leave(self, how: str) -> None:
        """Leave, if need be after having asked.

        :param how: what was done for it, and is to be done again if it is meant.
        """
        if self.may(how):
            self.go()

    def by_word(self, code: str) -> None:
        """Leave because of an ``exit``, which no kernel is to see."""
        if not self.may("Enter"):
            return
        self._desk.scribe.echo(self._state.prompt(self._state.prompt_number), code)
        if not self._keeps and not self._owns and not self._state.gone:
            self._desk.scribe.note("left; the kernel stays (\\shutdown ends it)")
        self.go()

    def forget(self) -> None:
        """Something else was done: the next attempt to leave is a first one."""
        self._asked, self._shown = "", False

    def may(self, how: str) -> bool:
        """Whether nothing speaks against it, or it has been asked about; asks otherwise."""
        text = objection(self._state, stops_kernel=self._stops)
        if not text and how == CTRL_D and self._just_asked:
            text = "the question has just ended"  # and the key may have been meant for it
        if not text or self._is_again(how):
            return True
        if self._asked != how or self._shown:  # else the question is about to be shown
            self._ask(how, text)
        return False

    def go(self) -> None:
        """Leave without a question; a kernel that is kept can be found again."""
        kernel = self._desk.kernel
        if self._owns and self._keeps and not self._state.gone:
            self._desk.scribe.note(leave(kernel, keep=True) + way_back(kernel))
        lost = self._state.gone or self._desk.kernel.client.obstacle
        self._desk.exit(4 if lost else 0)

    @property
    def _owns(self) -> bool:
        return self._desk.kernel.process is not None

    @property
    def _keeps(self) -> bool:
        return self._desk.options.keep

    @property
    def _stops(self) -> bool:
        """Whether the kernel ends with the console; without a link nothing can end it."""
        return self._owns and not self._keeps and not self._desk.kernel.client.obstacle

    @property
    def _just_asked(self) -> bool:
        """Whether a question of a kernel that we would end was there until a moment ago, unanswered."""
        if self._state.gone or not self._stops:
            return False
        return self._desk.loop.time() - self._state.question_ended < PAUSE_S

    def _is_again(self, how: str) -> bool:
        if how != self._asked or not self._shown:
            return False
        # To type a word again takes keys of its own.
        return how != CTRL_D or self._presses == self._asked_at + 1

    def _ask(self, how: str, text: str) -> None:
        stops = ", and stops the kernel" if self._stops else ""
        self._asked, self._shown = how, False
        question = f"{text}; {how} again leaves{stops}"
        self._desk.typeahead.when_read(lambda: self._show(how, question))

    def _show(self, how: str, question: str) -> None:
        """Show a question; not before it can be answered: who presses the key then means it."""
        self._desk.scribe.note(question, "warning")
        self._desk.view.screen.flush()
        if self._asked == how:  # else it only says why it was not left
            self._shown, self._asked_at = True, self._presses

    def _count(self, _sender: object) -> None:
        self._presses += 1
