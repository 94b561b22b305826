"""What the live region consists of: the text of a stream, with a cursor in it, and displays."""

from collections.abc import Callable, Iterator

from kconsole.render.grid import Grid, first_move
from kconsole.render.lines import TailLine, is_simple

__all__ = ["Display", "Draw", "LiveText"]

Draw = Callable[[], tuple[str, bool]]
"""Gives a display's text, which ends with its line, and whether it will hardly change any more."""

#: Rows that a cursor can reach: no screen has more. Twice as many are kept at most.
_GRID_ROWS = 250
_PIECE = 1 << 14  # characters that are written into a grid at once, and the rest of their line


class LiveText:
    """The text of one of a program's streams; its last rows can be written over.

    :param stream: ``stdout`` or ``stderr``.
    :param lines: finished ones, each with its newline.
    :param captured: the Output widget that it went into; "" if it went into none.
    """

    def __init__(self, stream: str, lines: list[str] | None = None, *, captured: str = "") -> None:
        self.stream = stream
        self.captured = captured
        self._lines = lines if lines is not None else []
        self._tail = TailLine()
        self._grid: Grid | None = None  # in place of both, once the cursor has gone up

    def write(self, text: str) -> None:
        """Add text, which has to be sanitised."""
        if self._grid is None:
            move = first_move(text)
            self._lines += self._tail.feed(text[:move])
            text = text[move:]
            if not text:
                return
            above, self._lines = self._lines[-_GRID_ROWS:], self._lines[:-_GRID_ROWS]
            self._grid = Grid([line[:-1] for line in above], self._tail)
        for piece in _pieces(text):
            self._grid.write(piece)
            self._settle_rows()
        if (tail := self._grid.tail) is not None:
            self._lines += [line + "\n" for line in self._grid.lines[:-1]]
            self._tail, self._grid = tail, None

    def _settle_rows(self) -> None:
        """No screen has as many rows: what is above is out of the cursor's reach."""
        if self._grid is not None and len(self._grid) > 2 * _GRID_ROWS:
            rows = self._grid.take(len(self._grid) - _GRID_ROWS)
            self._lines += [row + "\n" for row in rows]

    @property
    def open(self) -> bool:
        """Whether the next text goes on where something stands, rather than on a new line."""
        return self._grid is not None or bool(self._tail.text)

    @property
    def painting(self) -> bool:
        """Whether rows are being written over."""
        return self._grid is not None

    def part(self) -> list[str]:
        """Take out the rows above those that are being written."""
        lines, self._lines = self._lines, []
        if self._grid is not None:
            lines += [line + "\n" for line in self._grid.take_untouched()]
        return lines

    @property
    def rewritten(self) -> bool:
        """Whether what is being written has been written over, as a progress bar is, and says something."""
        if self._grid is not None:
            return not self._grid.wiped
        return self._tail.moved and not self._tail.wiped

    @property
    def lines(self) -> list[str]:
        """The finished rows and, unless it is empty, the one that the cursor is in."""
        if self._grid is not None:
            return [*self._lines, *(line + "\n" for line in self._grid.lines)]
        rest = self._tail.text
        return [*self._lines, rest + "\n"] if rest else self._lines

    @property
    def final(self) -> list[str]:
        """The same, once nothing more comes: without the row of a bar that was cleared."""
        tail = self._tail if self._grid is None else self._grid
        return self.lines[:-1] if tail.wiped else self.lines

    def take(self, count: int) -> list[str]:
        """Remove finished rows at the top."""
        taken = self._lines[:count]
        del self._lines[:count]
        if self._grid is not None and count > len(taken):
            taken += [line + "\n" for line in self._grid.take(count - len(taken))]
        return taken


class Display:
    """Something that is shown as a whole.

    :param text: it ends with its line.
    :param updated: whether it has been updated, or is an update of what has left.
    :param captured: the Output widget that it went into; "" if it went into none.
    """

    __slots__ = ("_draw", "_lines", "_text", "_updated", "captured", "display_id")

    def __init__(
        self,
        text: str | Draw,
        display_id: str | None,
        *,
        updated: bool = False,
        captured: str = "",
    ) -> None:
        self.captured = captured
        self._text = ""
        self._lines: list[str] | None = (
            None  # of the text, once somebody asks: of a flood, most just leave
        )
        self._draw: Draw | None = None
        self._updated = updated
        self.display_id = display_id
        self._put(text)

    def update(self, text: str | Draw) -> None:
        """Replace what is shown."""
        self._updated = True
        self._put(text)

    def _put(self, text: str | Draw) -> None:
        if isinstance(text, str):
            self._text, self._lines, self._draw = text, None, None
        else:
            self._draw = text

    def _look(self) -> None:
        if self._draw is not None:
            text, finished = self._draw()
            self._put(text)
            self._updated = not finished

    @property
    def lines(self) -> list[str]:
        """What is shown, in lines with their newlines."""
        self._look()
        if self._lines is None:
            self._lines = _split(self._text)
        return self._lines

    @property
    def final(self) -> list[str]:
        """The same, once nothing more comes."""
        return self.lines

    @property
    def updated(self) -> bool:
        """Whether it is expected to change again."""
        self._look()
        return self._updated

    def rest(self) -> None:
        """Expect no more change, and let it leave."""
        self._updated = False

    def take(self, count: int) -> list[str]:
        """Remove it if any of its rows is to go."""
        if not count:
            return []
        self._look()
        taken = [self._text] if is_simple(self._text) else self.lines
        self._text, self._lines = "", []
        return taken


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces that end with a line, in which no sequence is cut."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + _PIECE) + 1 or len(text)
        yield text[start:end]
        start = end


def _split(text: str) -> list[str]:
    """The lines of a text that ends with its line, each standing for itself."""
    return TailLine().feed(text)
