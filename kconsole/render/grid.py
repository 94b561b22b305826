r"""Several rows of a program's output, with a cursor that moves between them.

Nested progress bars and live displays go up with ``ESC[A`` and write their rows anew.  This is the small
part of a terminal that they need; everything is clamped to the rows that there are, so that nothing a
program writes reaches what is not its own.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from kconsole.render.lines import COLUMNS, Row, TailLine
from kconsole.render.sgr import DEFAULT

__all__ = ["Grid", "first_move", "moves_between_rows"]

_MOVE = re.compile(r"\x1b\[[0-9;]*[A-HJ]")
_TOKEN = re.compile(r"\n|\x1b\[([0-9;]*)([A-HJ])|(?:[^\n\x1b]|\x1b\[[0-9;]*[^A-HJ0-9;])+")


def moves_between_rows(text: str) -> bool:
    """Tell whether sanitised text moves the cursor in a way for which one line is not enough."""
    return first_move(text) < len(text)


def first_move(text: str) -> int:
    """Return where the first such movement is; the text's length if there is none."""
    match = _MOVE.search(text) if "\x1b" in text else None
    return len(text) if match is None else match.start()


class Grid:
    """Rows of cells and a cursor.

    :param lines: the finished rows above the cursor, each standing for itself.
    :param tail: the row that the cursor is in.
    """

    def __init__(self, lines: Sequence[str], tail: TailLine) -> None:
        self._rows = [_row(line) for line in lines]
        self._rows.append(tail.row())
        self._at = len(lines)
        self._highest = self._at  # row that the cursor has been in

    def write(self, text: str) -> None:
        """Write text at the cursor. It has to be sanitised."""
        for match in _TOKEN.finditer(text):
            if match[2]:
                self._MOVES[match[2]](self, [int(each or 0) for each in match[1].split(";")])
            elif match[0] == "\n":
                self._line_feed()
            else:
                self._rows[self._at].write(match[0])

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    @property
    def lines(self) -> list[str]:
        """The rows, rendered with their styles; below the cursor's, those that are not blank."""
        lines = [row.text for row in self._rows]
        while len(lines) > self._at + 1 and not lines[-1].strip():
            lines.pop()
        return lines

    @property
    def wiped(self) -> bool:
        """Whether the cursor's row is the last of the lines, and blank behind the cursor."""
        below = self._rows[self._at + 1 :]
        return self._rows[self._at].wiped and not any(row.text.strip() for row in below)

    @property
    def tail(self) -> TailLine | None:
        """The cursor's row for one who only appends to it; None unless it is the last, and empty."""
        row = self._rows[self._at]
        if self._at < len(self._rows) - 1 or row.column or row.text:
            return None
        return TailLine(row.style)

    def take(self, count: int) -> list[str]:
        """Remove rows at the top; the cursor keeps its column, and its row or else the first that stays."""
        count = min(count, len(self._rows) - 1)
        taken = [row.text for row in self._rows[:count]]
        cursor = self._rows[self._at]
        del self._rows[:count]
        self._at -= count
        if self._at < 0:
            self._at = 0
            self._rows[0].style, self._rows[0].column = cursor.style, cursor.column
        self._highest = max(0, self._highest - count)
        return taken

    def take_untouched(self) -> list[str]:
        """Remove the rows above all those that have been written over."""
        return self.take(self._highest)

    def _line_feed(self) -> None:
        style = self._rows[self._at].style
        if self._at == len(self._rows) - 1:
            self._rows.append(Row(style))
        self._go(self._at + 1, 0)

    def _go(self, at: int, column: int) -> None:
        """Put the cursor somewhere; the style goes with it."""
        style = self._rows[self._at].style
        self._at = min(max(0, at), len(self._rows) - 1)
        self._highest = min(self._highest, self._at)
        row = self._rows[self._at]
        row.style = style
        row.column = min(max(0, column), COLUMNS - 1)

    @property
    def _column(self) -> int:
        return self._rows[self._at].column

    def _up(self, numbers: list[int]) -> None:
        self._go(self._at - max(1, numbers[0]), self._column)

    def _down(self, numbers: list[int]) -> None:
        self._go(self._at + max(1, numbers[0]), self._column)

    def _right(self, numbers: list[int]) -> None:
        self._go(self._at, self._column + max(1, numbers[0]))

    def _left(self, numbers: list[int]) -> None:
        self._go(self._at, self._column - max(1, numbers[0]))

    def _next_line(self, numbers: list[int]) -> None:
        self._go(self._at + max(1, numbers[0]), 0)

    def _previous_line(self, numbers: list[int]) -> None:
        self._go(self._at - max(1, numbers[0]), 0)

    def _to_column(self, numbers: list[int]) -> None:
        self._go(self._at, max(1, numbers[0]) - 1)

    def _to_position(self, numbers: list[int]) -> None:
        row, column = (*numbers, 0)[:2]
        self._go(max(1, row) - 1, max(1, column) - 1)

    def _erase(self, numbers: list[int]) -> None:
        """``ESC[J``: to the end; with 2 or 3, everything."""
        if numbers[0] in (2, 3):
            style = self._rows[self._at].style
            self._rows, self._at, self._highest = [Row(style)], 0, 0
        elif numbers[0] == 0:
            self._rows[self._at].erase("")
            del self._rows[self._at + 1 :]

    _MOVES: ClassVar[Mapping[str, Callable[["Grid", list[int]], None]]] = {
        "A": _up,
        "B": _down,
        "C": _right,
        "D": _left,
        "E": _next_line,
        "F": _previous_line,
        "G": _to_column,
        "H": _to_position,
        "J": _erase,
    }


def _row(line: str) -> Row:
    row = Row(DEFAULT)
    row.write(line)
    return row
