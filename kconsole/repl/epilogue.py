"""What is said and done when a cell of ours has ended: how long it took, the bell, the terminal's mark."""

import os
import time

from kconsole.repl.desk import Desk
from kconsole.repl.notifying import Notifier
from kconsole.repl.queue import Running

__all__ = ["Epilogue"]


class Epilogue:
    """Ends cells.

    :param desk: the console's tools.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._notifier: Notifier | None = None

    def ended(self, running: Running, *, failed: bool) -> None:
        """A cell is done with; all that it has shown is on the screen.

        :param failed: whether it raised or was aborted, or the kernel died of it.
        """
        cell = running.cell
        seconds = time.monotonic() - cell.started
        self.given_up(running, failed=failed)
        if self._desk.options.timing:
            self._desk.scribe.note(_precise(seconds))
        if self._notifier is None:
            self._notifier = Notifier(self._desk.view.app.output, os.environ)
        if running.interrupted_at is None:  # else its user is there, and knows
            self._notifier.ended(self._desk.options, cell.execution_count, seconds)
        if failed or not len(self._desk.state.cells):
            self._notifier.rest(self._desk.options)

    def given_up(self, running: Running, *, failed: bool = True) -> None:
        """A cell is not waited for any more: only its place on the screen and in files ends."""
        self._desk.scribe.end_mark(failed=failed)
        self._desk.filing.ended(running.cell.msg_id, running.cell.execution_count)


def _precise(seconds: float) -> str:
    """Return a time for comparing it with others: to the millisecond, as long as that matters."""
    if seconds < 60:
        return f"{seconds:.3f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{seconds:.0f} s ({minutes} min {rest} s)"
