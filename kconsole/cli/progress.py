"""Says what is being waited for, where somebody can see it."""

import os
import sys
import time
from collections.abc import Callable

from kconsole.cli.saying import complain
from kconsole.render.cells import fit
from kconsole.render.cursor import can_write_over
from kconsole.render.terminalsize import columns_of

__all__ = ["Progress"]

_PATIENCE_S = 0.5
#: After so many seconds a line of its own is due where none can be written over, and then again.
_FIRST_LINE_S = 5.0
_NEXT_LINE_S = 30.0
_TURNS = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_PLAIN_TURNS = "|/-\\"


class Progress:
    """One line on stderr that says what is being waited for, once that takes longer than a moment.

    Where nobody would see it, stderr being no terminal, nothing is written but a hint. Where the terminal
    knows no escape sequences, there is a line of its own every half a minute.

    :param text: what it is.
    :param hint: gives what may be the matter, "" while there is nothing to say.
    :param last_line: gives what was printed last by what is waited for, one printable line or "".
    :param plain: never write over a line, whatever the terminal can do.
    """

    def __init__(
        self,
        text: str,
        hint: Callable[[], str],
        last_line: Callable[[], str],
        *,
        plain: bool = False,
    ) -> None:
        self._hint = hint
        self._hinted = False
        self._last_line = last_line
        self._text = "".join(each if each.isprintable() else "?" for each in text)
        self._shown = 0
        self._plain = plain or not can_write_over(os.environ)
        self._due = _FIRST_LINE_S if self._plain else _PATIENCE_S
        self._start = time.monotonic()
        encoding = getattr(sys.stderr, "encoding", None) or "ascii"
        self._turns = _TURNS if encoding.lower().startswith("utf") else _PLAIN_TURNS

    def show(self, _waited: float) -> None:
        """Called about ten times a second while waiting."""
        if not self._hinted and (hint := self._hint()):
            self._hinted = True
            self.clear()
            complain(f"{self._text}: {hint}")
        seconds = time.monotonic() - self._start
        if sys.stderr is None or not sys.stderr.isatty() or seconds < self._due:
            return
        if self._plain:
            self._due = seconds + _NEXT_LINE_S
            complain(f"{self._text}: {seconds:.0f} s (Ctrl-C cancels)")
            return
        columns = columns_of(sys.stderr) or 80
        turn = self._turns[self._shown % len(self._turns)]
        self._shown += 1
        line = f"{turn} {self._text}: {seconds:.0f} s (Ctrl-C cancels)"
        if last := self._last_line():
            line += f": {last}"
        # The terminal's echo of Ctrl-C has to fit in, to be taken away with the line.
        sys.stderr.write(f"\r{fit(line, max(0, columns - 3))}\x1b[K")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
