r"""What of a cell's output can still change, and what leaves for the scrollback.

The end of the output is kept here and drawn above the prompt: a program may still go back over it with
``\r`` or cursor-up, ``clear_output`` may take it away, ``update_display_data`` may replace a display in it.
The region is bounded in height.  What it has no room for leaves at its top, exactly once, and is the
scrollback's from then on; so does the rest when the cell is done.

How it works: the region is a list of blocks, text with a cursor or displays.  A display that has been
updated does not leave before the text below it does: a bar that is updated while lines are printed stays
in sight.  Where ``clear_output`` comes again and again, as many rows as there were between two are held
back instead of leaving, as they are about to be cleared.
"""

from collections.abc import Callable, Container, Iterator
from typing import TypeGuard

from kconsole.render.cells import text_width
from kconsole.render.grid import Grid, first_move
from kconsole.render.lines import TailLine, is_simple, without_tabs
from kconsole.render.sgr import strip_sgr

__all__ = ["Draw", "LiveRegion", "line_height"]

Draw = Callable[[], tuple[str, bool]]
"""Gives a display's text, which ends with its line, and whether it will hardly change any more."""

#: Rows that are held back after a clear_output before they leave all the same.
_HELD_ROWS = 1000
#: Rows that a cursor can reach: no screen has more. Twice as many are kept at most.
_GRID_ROWS = 250
_PIECE = 1 << 14  # characters that are written into a grid at once, and the rest of their line
#: Characters for each column, colours and marks included; what has more counts as long.
_SPARSE = 16


class LiveText:
    """The text of one of a program's streams; its last rows can be written over.

    :param stream: ``stdout`` or ``stderr``.
    :param lines: finished ones, each with its newline.
    :param captured: whether it went into an Output widget.
    """

    def __init__(
        self, stream: str, lines: list[str] | None = None, *, captured: bool = False
    ) -> None:
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
    :param captured: whether it went into an Output widget.
    """

    __slots__ = ("_draw", "_lines", "_text", "_updated", "captured", "display_id")

    def __init__(
        self,
        text: str | Draw,
        display_id: str | None,
        *,
        updated: bool = False,
        captured: bool = False,
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


class LiveRegion:
    """The end of the output of one cell. Texts that go in are sanitised, and end with their line.

    Attributes:
        captured: whether what comes goes into an Output widget.
    """

    def __init__(self) -> None:
        self.captured = False
        self._blocks: list[LiveText | Display] = []
        self._clear_before_next = False
        self._keep: Container[str | None] = ()  # displays that the next clear does not take away
        self._left = 0  # lines, since the last clear
        self._tallest = 0  # lines between two clears

    @property
    def empty(self) -> bool:
        """Whether nothing is here."""
        return not self._blocks

    def write(self, text: str, stream: str = "stdout") -> None:
        """Add a piece of a program's output.

        What is still being written, a progress bar above all, stays below whatever else has come: on a
        terminal, ipykernel's other stream would write into the bar, for the kernel sends both by their
        own clocks.
        """
        self._clear_if_due()
        last = self._blocks[-1] if self._blocks else None
        if isinstance(last, LiveText) and (last.stream, last.captured) == (stream, self.captured):
            last.write(text)
        elif (block := self._open_block(stream)) is not None:
            if text.strip("\n"):  # a newline only ends it, where it is
                at = self._blocks.index(block)
                above = block.part()
                self._blocks[at : at + 1] = (
                    [LiveText(stream, above, captured=block.captured)] if above else []
                )
                self._blocks.append(block)
            block.write(text)
        else:
            block = LiveText(stream, captured=self.captured)
            self._blocks.append(block)
            block.write(text)

    def show(self, text: str, display_id: str | None = None) -> None:
        """Add a display, result or error."""
        self._clear_if_due()
        if text or display_id is not None:
            self._blocks.append(Display(text, display_id, captured=self.captured))

    def update(self, text: str | Draw, display_id: str | None) -> None:
        """Replace what is shown under this id; what has left already is shown anew, and stays.

        :param text: or what draws it: that is called when somebody looks, not at each change.
        """
        found = False
        for block in self._blocks:
            if isinstance(block, Display) and block.display_id == display_id is not None:
                block.update(text)
                found = True
        if not found:
            self._clear_if_due()
            self._blocks.append(Display(text, display_id, updated=True, captured=self.captured))

    def clear(self, *, wait: bool, keep: Container[str | None] = ()) -> None:
        """Take everything away that has not left: at once, or when the next output comes.

        :param keep: the ids of displays that stay. Where there are any, only what went into an Output
            widget is cleared.
        """
        self._keep = keep
        self._tallest = max(self._tallest, self._left + sum(len(b.lines) for b in self._blocks))
        self._left = 0
        self._clear_before_next = wait
        if not wait:
            self._clear()

    def overflow(self, rows: int, columns: int) -> str:
        """Take out what does not fit.

        :param rows: of the screen, for the region.
        :param columns: of the screen, for the region.
        :return: whole lines, which can no longer change.
        """
        if self._fits(max(rows, min(2 * self._tallest, _HELD_ROWS)), columns):
            return ""
        leaving = self._leave(rows, columns)
        self._left += leaving.count("\n")
        return leaving

    def drop(self, display_id: str | None) -> None:
        """Take a display away: something else has come in its place."""
        self._blocks = [
            block
            for block in self._blocks
            if not isinstance(block, Display) or block.display_id != display_id is not None
        ]

    def give_way(self) -> str:
        """Take out what stands above something that comes now and is not kept here.

        What is being written over, and a display that goes on changing, stay, and stand below it.
        """
        self._clear_if_due()
        above: list[str] = []
        staying: list[LiveText | Display] = []
        for block in self._blocks:
            if _stays(block):
                staying.append(block)
            elif isinstance(block, LiveText) and block.rewritten:
                above += block.part()
                staying.append(block)
            else:
                above += block.final
        self._blocks = staying
        self._left = self._tallest = 0
        return "".join(above)

    def finish(self) -> str:
        """Take everything out: the output is at its end."""
        text = "".join(line for block in self._blocks for line in block.final)
        self._blocks.clear()
        self._clear_before_next = False
        self._left = self._tallest = 0
        return text

    def view(self, rows: int, columns: int) -> list[str]:
        """The last lines, as many as the region has room for, without their newlines."""
        shown: list[str] = []
        for line in self._from_the_end():
            height = line_height(line, columns, rows)
            if height > rows:
                if rows > 0:
                    shown.append(_end_of(line[:-1], rows * columns))
                break
            rows -= height
            shown.append(without_tabs(line[:-1]))
        return shown[::-1]

    @property
    def painting(self) -> bool:
        """Whether a program writes over its rows, so that all of them should be in reach."""
        return any(isinstance(block, LiveText) and block.painting for block in self._blocks)

    def _open_block(self, stream: str) -> LiveText | None:
        for block in reversed(self._blocks):
            if isinstance(block, LiveText) and block.stream == stream:
                return block if block.open and block.captured == self.captured else None
        return None

    def _from_the_end(self) -> Iterator[str]:
        for block in reversed(self._blocks):
            yield from reversed(block.lines)

    def _clear_if_due(self) -> None:
        if self._clear_before_next:
            self._clear_before_next = False
            self._clear()

    def _clear(self) -> None:
        self._blocks = [
            block
            for block in self._blocks
            if (self._keep and not block.captured)
            or (isinstance(block, Display) and block.display_id in self._keep)
        ]

    def _fits(self, rows: int, columns: int) -> bool:
        for line in self._from_the_end():
            rows -= line_height(line, columns, rows)
            if rows < 0:
                return False
        return True

    def _leave(self, rows: int, columns: int) -> str:
        """Take out lines at the top until the others fit, or only what must stay is left."""
        rows -= self._reserve(rows, columns)
        leaving: list[list[str]] = []
        staying: list[LiveText | Display] = []
        for block in reversed(self._blocks):
            if not _stays(block):
                if rows < 0 and isinstance(block, Display):
                    leaving.append(block.take(1))
                    continue
                first, rows = _first_that_fits(block.lines, rows, columns)
                leaving.append(block.take(first))
            if block.lines:
                staying.append(block)
        self._blocks = staying[::-1]
        return "".join(line for lines in reversed(leaving) for line in lines)

    def _reserve(self, rows: int, columns: int) -> int:
        """How many rows are for displays that stay; the oldest that have no room stay no longer."""
        reserved = 0
        for block in filter(_stays, reversed(self._blocks)):
            height = sum(line_height(line, columns, rows) for line in block.lines)
            if reserved and reserved + height > rows:
                block.rest()
            else:
                reserved += height
        return reserved


def line_height(line: str, columns: int, most: int) -> int:
    """How many rows of a screen a line takes, colours in it and wide characters considered.

    :param line: with its newline.
    :param columns: of the screen.
    :param most: what is more than that is not counted, for a line may have five million characters.
    """
    columns = max(1, columns)
    if len(line) > _SPARSE * (most + 1) * columns:
        return most + 1
    return max(1, -(-text_width(strip_sgr(without_tabs(line[:-1]))) // columns))


def _first_that_fits(lines: list[str], rows: int, columns: int) -> tuple[int, int]:
    """From which line on they fit into so many rows, and how many are left then; below 0: not all do."""
    for index in range(len(lines) - 1, -1, -1):
        rows -= line_height(lines[index], columns, rows)
        if rows < 0:
            return index + 1, rows
    return 0, rows


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces that end with a line, in which no sequence is cut."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + _PIECE) + 1 or len(text)
        yield text[start:end]
        start = end


def _stays(block: LiveText | Display) -> TypeGuard[Display]:
    return isinstance(block, Display) and block.updated


def _split(text: str) -> list[str]:
    """The lines of a text that ends with its line, each standing for itself."""
    return TailLine().feed(text)


def _end_of(line: str, width: int) -> str:
    """The end of a line that has no room as a whole; without its colours, whose beginning is gone."""
    return strip_sgr(without_tabs(line[-4 * width :]))[-width:]
