"""The cells of this console: the one that runs, and those that wait behind it."""

import time
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

from kconsole.protocol.cell import Cell
from kconsole.render.sanitise import one_line

__all__ = ["Abandoned", "CellQueue", "Running", "in_short"]


def in_short(code: str, width: int | None = None) -> str:
    """Return a cell's first line, and how many more there are.

    :param width: the columns that the first line may take; what is longer is cut.
    """
    first, _, rest = code.strip().partition("\n")
    more = f" (+{rest.count(chr(10)) + 1} lines)" if rest else ""
    return one_line(first, width) + more


@dataclass(slots=True, eq=False, repr=False)
class Running:
    """The cell that has been sent.

    Attributes:
        cell: its state.
        code: what was sent.
        interrupted_at: when Ctrl-C was pressed for it, by :func:`time.monotonic`.
        unreached: whether the kernel did not get that interrupt, as the link to it is down.
        overtaken_by: the number of another client's cell that began after this one, and was heard of
            before this one's end: iopub is often ahead of shell.
        after: the number of the last cell that was known when it was sent; None if none was.
        heard_at: when something came for it last, by :func:`time.monotonic`.
        cut: whether a link was lost while it ran, and that was told.
    """

    cell: Cell
    code: str = ""
    interrupted_at: float | None = None
    unreached: bool = False
    overtaken_by: int | None = None
    after: int | None = None
    heard_at: float = 0.0
    cut: bool = False


class Abandoned(NamedTuple):
    """A cell that is not waited for any more, and that the kernel may still run.

    Attributes:
        number: of the cell; None if that is not known.
        started: when it was sent, by :func:`time.monotonic`.
        code: what was sent.
    """

    number: int | None
    started: float
    code: str = ""

    @property
    def name(self) -> str:
        """What it is called where it is told of."""
        return "the cell" if self.number is None else f"In[{self.number}]"


class CellQueue:
    """At most one cell runs; the others wait here, not in the kernel, so that what happens to them
    after an error is ours to say.
    """

    def __init__(self) -> None:
        self._waiting: deque[str] = deque()
        self.running: Running | None = None
        #: Cells that were given up and have not ended yet, by msg_id, the oldest first: what still comes
        #: for them is not shown.
        self.abandoned: dict[str, Abandoned] = {}

    def add(self, code: str) -> None:
        """Put a cell at the end of the queue."""
        self._waiting.append(code)

    def put_back(self, code: str) -> None:
        """Put a cell that was taken, and could not be sent, back where it was."""
        self._waiting.appendleft(code)

    def next(self) -> str | None:
        """Take the next cell, if none runs and one waits."""
        if self.running is not None or not self._waiting:
            return None
        return self._waiting.popleft()

    def start(self, msg_id: str, code: str = "", after: int | None = None) -> Running:
        """Note that a cell has been sent.

        :param after: the number of the last cell that is known.
        """
        self.running = Running(Cell(msg_id, now=time.monotonic()), code, after=after)
        return self.running

    def end(self) -> None:
        """Note that the running cell is done with."""
        self.running = None

    def abandon(self, number: int | None = None) -> None:
        """Wait for the running cell no more, and show nothing that still comes of it.

        :param number: of the cell.
        """
        if self.running is not None:
            cell = self.running.cell
            self.abandoned[cell.msg_id] = Abandoned(number, cell.started, self.running.code)
            self.running = None

    def is_interrupted(self, msg_id: str) -> bool:
        """Whether a request is the running cell, and Ctrl-C was pressed for it."""
        running = self.running
        return (
            running is not None
            and running.cell.msg_id == msg_id
            and running.interrupted_at is not None
        )

    @property
    def waiting(self) -> tuple[str, ...]:
        """The cells that wait, in the order in which they will be run."""
        return tuple(self._waiting)

    def drop(self) -> list[str]:
        """Empty the queue; returns what was in it."""
        dropped = list(self._waiting)
        self._waiting.clear()
        return dropped

    def __len__(self) -> int:
        """How many cells wait."""
        return len(self._waiting)
