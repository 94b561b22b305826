"""Questions of the console's own to its user, answered with a line: one at a time.

Not those of the kernel, which a cell asks by input() and which go to
:meth:`kconsole.repl.input.editing.Editing.answer`. Those wait until this one is answered.
"""

from collections.abc import Callable

from prompt_toolkit.utils import get_cwidth

from kconsole.repl.input.typeahead import Typeahead
from kconsole.repl.screen.scribe import Scribe
from kconsole.repl.screen.view import View
from kconsole.repl.state import Query, State

__all__ = ["Asker"]


class Asker:
    """Asks, and hands the answer to whoever wanted it.

    :param state: what is asked is kept there, to be shown.
    :param view: whose keyboard is asked for.
    :param scribe: writes the answer down.
    :param typeahead: says when the keyboard may be had.
    """

    def __init__(self, state: State, view: View, scribe: Scribe, typeahead: Typeahead) -> None:
        self._state = state
        self._view = view
        self._scribe = scribe
        self._typeahead = typeahead
        self._waiting: list[Callable[[], None]] = []

    @property
    def active(self) -> bool:
        """Whether a question is asked."""
        return self._state.query is not None

    @property
    def open(self) -> bool:
        """Whether the keyboard belongs to it."""
        return self.active and self._state.answerable

    def ask(self, prompt: str, take: Callable[[str], None], *, may_leave: bool = False) -> None:
        """Ask a question; keys that were typed before one could see it do not answer it.

        :param prompt: one line, safe to be shown.
        :param take: called with the answer; it is empty if the user did not want to give one, or if the
            kernel, or another question of ours, came first.
        :param may_leave: whether Ctrl-D is to leave the console too.
        """
        self._show(Query(prompt, take, may_leave))

    def answer(self) -> None:
        """Enter: what was typed is the answer."""
        self._close(self._view.query.text.strip())

    def cancel(self) -> bool:
        """Ctrl-C, or Ctrl-D on an empty line: no answer; whether that Ctrl-D is to leave the console."""
        may_leave = self._state.query is not None and self._state.query.may_leave
        self._close("")
        return may_leave

    def afterwards(self, do: Callable[[], None]) -> None:
        """Do something when the question is answered."""
        self._waiting.append(do)

    def _show(self, query: Query) -> None:
        if self._state.query is not None or self._state.question is not None:
            query.take("")
            return
        if 2 * get_cwidth(query.prompt) > self._view.app.output.get_size().columns:
            self._scribe.question(query.prompt)  # it would leave too little room for the answer
            query = query._replace(prompt="")
        self._view.screen.flush()  # what was said before the question stands above it
        self._state.query = query
        self._typeahead.give(lambda: self._view.ask(self._view.query))

    def _close(self, text: str) -> None:
        query = self._state.query
        if query is None:
            return
        self._state.query = None
        self._typeahead.withdraw()
        self._view.stop_asking(self._view.query)
        self._scribe.answer(query.prompt, text)
        query.take(text)
        waiting, self._waiting = self._waiting, []
        for do in waiting:
            do()
