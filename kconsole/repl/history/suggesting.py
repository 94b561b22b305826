"""How an earlier input went on, shown behind the cursor while the same is typed (as fish does)."""

from collections.abc import Sequence
from itertools import islice

from prompt_toolkit.auto_suggest import Suggestion
from prompt_toolkit.buffer import Buffer

from kconsole.repl.history.inputs import KernelHistory

__all__ = ["Suggesting", "word_of"]

_LONGEST = 10_000  # characters of an input for which it is still done


class Suggesting:
    """Looks for the newest input that begins as the present one does.

    What is typed on begins all that it is the beginning of: the search goes on from where it stood,
    so that a line as it is typed costs one look at each earlier input at most (of 100,000: some
    milliseconds).

    :param history: where to look.
    """

    def __init__(self, history: KernelHistory) -> None:
        self._history = history
        self._searched: Sequence[str] = ()
        self._text = ""
        #: Of the newest input that begins with the text; their number if there is none.
        self._position = 0

    def look(self, buffer: Buffer) -> None:
        """After a change: note the suggestion in the buffer, which shows it at its end."""
        rest = self.rest(buffer.text)
        if rest:
            buffer.suggestion = Suggestion(rest)

    def rest(self, text: str) -> str:
        """Return how the current line went on; "" if nothing is known of that."""
        if not text.strip() or len(text) > _LONGEST:
            return ""
        inputs = self._history.newest_first
        goes_on = inputs is self._searched and text.startswith(self._text) and self._text
        start = self._position if goes_on else 0
        found = (
            position
            for position, each in enumerate(islice(inputs, start, None), start)
            if each.startswith(text) and len(each) > len(text)
        )
        self._position = next(found, len(inputs))
        self._searched, self._text = inputs, text
        if self._position == len(inputs):
            return ""
        return inputs[self._position][len(text) :].partition("\n")[0]


def word_of(rest: str) -> str:
    """Return the beginning of a suggestion up to the end of its first word."""
    begun = False
    for position, each in enumerate(rest):
        if each.isalnum() or each == "_":
            begun = True
        elif begun:
            return rest[:position]
    return rest
