"""Says what is being waited for, where somebody can see it."""

import os
import sys
import time
from collections.abc import Callable

from kconsole.cli.saying import complain

__all__ = ["Progress"]

_PATIENCE_S = 0.5


class Progress:
    """One line on stderr that says what is being waited for, once that takes longer than a moment.

    :param text: what it is.
    :param hint: gives what may be the matter, "" while there is nothing to say.
    """

    def __init__(self, text: str, hint: Callable[[], str]) -> None:
        self._hint = hint
        self._hinted = False
        self._text = "".join(each if each.isprintable() else "?" for each in text)
        self._shown = False
        self._start = time.monotonic()

    def show(self, _waited: float) -> None:
        """Called about ten times a second while waiting."""
        if not self._hinted and (hint := self._hint()):
            self._hinted = True
            self.clear()
            complain(f"{self._text}: {hint}")
        seconds = time.monotonic() - self._start
        if sys.stderr is None or not sys.stderr.isatty() or seconds < _PATIENCE_S:
            return
        self._shown = True
        columns = os.get_terminal_size(sys.stderr.fileno()).columns or 80  # 0: it does not know
        line = f"{self._text}: {seconds:.0f} s (Ctrl-C cancels)"
        sys.stderr.write(f"\r{line[: max(0, columns - 1)]}\x1b[K")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
