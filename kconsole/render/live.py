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

from collections.abc import Container, Iterator
from typing import TypeGuard

from kconsole.render.cells import text_width
from kconsole.render.lines import without_tabs
from kconsole.render.liveblocks import Display, Draw, LiveText
from kconsole.render.sgr import strip_sgr

__all__ = ["LiveRegion", "line_height"]

#: Rows that are held back after a clear_output before they leave all the same.
_HELD_ROWS = 1000
#: Characters for each column, colours and marks included; what has more counts as long.
_SPARSE = 16


class LiveRegion:
    """The end of the output of one cell. Texts that go in are sanitised, and end with their line.

    Attributes:
        captured: the Output widget that what comes goes into; "" if it goes into none.
    """

    def __init__(self) -> None:
        self.captured = self._cleared = ""
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

        :param keep: the ids of displays that stay. Where there are any, only what went into the Output
            widget is cleared.
        """
        self._keep, self._cleared = keep, self.captured
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
            if (self._keep and block.captured != self._cleared)
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


def _stays(block: LiveText | Display) -> TypeGuard[Display]:
    return isinstance(block, Display) and block.updated


def _end_of(line: str, width: int) -> str:
    """The end of a line that has no room as a whole; without its colours, whose beginning is gone."""
    return strip_sgr(without_tabs(line[-4 * width :]))[-width:]
