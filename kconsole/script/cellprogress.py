"""How far a script is, on one line of a terminal."""

import os
import threading
import time
from typing import TextIO

from kconsole.render.cells import fit
from kconsole.render.cursor import can_write_over
from kconsole.render.sanitise import one_line
from kconsole.render.terminalsize import columns_of

__all__ = ["CellProgress"]

_TICK_S = 0.5


class CellProgress:
    """Says which of how many cells runs, and for how long all has taken; without a terminal that a
    line can be written over on, nothing.

    :param stream: where to say it.
    :param name: what is run.
    :param total: how many cells that are.
    """

    def __init__(self, stream: TextIO, name: str, total: int) -> None:
        self._stream = stream
        self._name = one_line(name)
        self._total = total
        self._number = 0
        self._start = time.monotonic()
        self._drawn = self._hidden = False
        #: Held by whoever writes: the ticking thread, or the runner's that takes the line away.
        self._lock = threading.Lock()
        #: Set when the line is not to be drawn any more; the ticking thread waits for it between two.
        self._over = threading.Event()
        #: Draws the line anew twice a second, as the runner's thread waits for the kernel.
        self._thread = threading.Thread(target=self._tick, name="progress", daemon=True)
        if stream.isatty() and can_write_over(os.environ):
            self._thread.start()

    @property
    def active(self) -> bool:
        """Whether the line is drawn at all."""
        return self._thread.is_alive()

    def next(self) -> None:
        """The next cell begins."""
        self._number += 1

    def hide(self) -> None:
        """Take the line away for something else, which stays alone until :meth:`go_on`."""
        with self._lock:
            self._hidden = True
            self._clear()

    def go_on(self) -> None:
        """The line may come back."""
        self._hidden = False

    def close(self) -> None:
        """Take the line away for good."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        self._clear()

    def _tick(self) -> None:
        while not self._over.wait(_TICK_S):
            with self._lock:
                if not self._hidden and self._number:
                    self._draw()

    def _draw(self) -> None:
        seconds = int(time.monotonic() - self._start)
        line = f"cell {self._number} of {self._total}, {seconds} s: {self._name}"
        columns = columns_of(self._stream) or 80
        # The terminal's echo of Ctrl-C has to fit in, to be taken away with the line.
        self._drawn = self._write(f"\r{fit(line, max(0, columns - 3))}\x1b[K")

    def _clear(self) -> None:
        if self._drawn:
            self._drawn = False
            self._write("\r\x1b[K")

    def _write(self, text: str) -> bool:
        """Write, if the terminal is still there: what is at work must not end because it is gone."""
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            self._over.set()
            return False
        return True
