"""A table as lines: a header above a rule, columns side by side, numbers at their right."""

import re
from collections.abc import Mapping, Sequence
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple, Protocol

from kconsole.render.cells import fit, text_width
from kconsole.render.html.blocks import Block, Cell, Line, Measures, Paragraph, Run, Table
from kconsole.render.html.columns import GAP, Columns, columns_of
from kconsole.render.html.css import added
from kconsole.render.html.grid import Grid, Place, grid_of
from kconsole.render.html.wrap import painted
from kconsole.render.sgr import DEFAULT, Style

__all__ = ["draw_table", "measure_table"]

_COMFORTABLE = 12  # columns that a text is not narrowed below for the sake of others
_LONGEST_WORD = 24  # that is not broken for the sake of others
_NARROW = 200  # columns of a table that has more blanks than text, and would have more still
_BLANKS = 32  # for each character of a table that it may have for nothing
_FREE_BLANKS = 100_000
_MOST_SHARING = 64  # columns that share what a cell needs that spans them

_NUMBER = re.compile(
    r"[-+−]?[$€£¥]?\s?(?:[0-9][0-9,_'\u202f\xa0]*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\s?[%j]?"
    r"|[-+]?inf|nan|NaN"
)
#: What stands for a missing value, and for rows that are left out, in columns of any kind.
_MISSING = frozenset({"", "-", "–", "—", "...", "…", "⋮", "None", "null", "NA", "<NA>", "NaT"})


_LEFT = itemgetter(0)
_Drawn = tuple[Place, tuple[int, int], list[Line]]
"""A cell that is shown, where it begins and how wide it is, and its lines."""


class Layout(Protocol):
    """What lays out the content of cells."""

    def lines(
        self, blocks: Sequence[Block], width: int | None, whole_words: bool
    ) -> list[Line]: ...

    def measure(self, blocks: Sequence[Block]) -> Measures: ...


def measure_table(table: Table, layout: Layout) -> Measures:
    """Measure a table, its caption included."""
    grid = grid_of(table.rows)
    sizes = _measured(grid, layout)
    caption = layout.measure(table.caption)
    gaps = GAP * max(0, grid.columns - 1)
    return Measures(
        max(caption.least, min(_LONGEST_WORD, sum(sizes.least) + gaps)),
        max(caption.most, sum(sizes.most) + gaps),
        caption.height + sum(sizes.heights) + 3,
    )


def draw_table(
    table: Table, room: int | None, layout: Layout, *, whole_words: bool, color: bool
) -> list[Line]:
    """Draw a table, without its caption.

    :param room: the columns that there are; None for no bound, unless it were nearly all blanks.
    :param layout: draws the cells.
    :param whole_words: let a long word stand out, if there is nothing beside it.
    """
    grid = grid_of(table.rows)
    if not grid.columns:
        return []
    sizes = _measured(grid, layout)
    area = sum(sizes.heights) * (sum(sizes.most) + GAP * grid.columns)
    if area > _FREE_BLANKS + _BLANKS * sizes.characters:
        room = _NARROW if room is None else min(room, _NARROW)
    columns = columns_of(sizes.least, sizes.most, room)
    drawing = _Drawing(grid, columns, sizes.numeric, color)
    return drawing.lines(layout, whole_words and grid.columns == 1)


class _Sizes(NamedTuple):
    """What is known of a table before it is drawn.

    Attributes:
        least: of each column, the width that is comfortable.
        most: of each column, the width that its longest line takes.
        heights: of each row, the lines that it has when it is widest.
        numeric: of each column, whether there are numbers in it.
        characters: how many there are in it, roughly.
    """

    least: list[int]
    most: list[int]
    heights: list[int]
    numeric: list[bool]
    characters: int


def _measured(grid: Grid, layout: Layout) -> _Sizes:
    least, most = [1] * grid.columns, [1] * grid.columns
    heights = [1] * grid.rows
    numbers, words = [False] * grid.columns, [False] * grid.columns
    characters = 0
    spanning: list[tuple[Place, Measures]] = []
    for place in grid.places:
        sizes = layout.measure(place.cell.blocks)
        characters += sizes.most + sizes.height + 8  # and its markup
        if place.bottom == place.top + 1:
            heights[place.top] = max(heights[place.top], sizes.height)
        if place.right > place.left + 1:
            spanning.append((place, sizes))
            continue
        text = place.cell.text
        word = None if text is None else text.strip()
        number = word is not None and _is_number(word)
        if place.top >= grid.heads and word not in _MISSING:
            (numbers if number else words)[place.left] = True
        # A header costs few lines, however narrow it is.
        comfortable = _COMFORTABLE if place.top >= grid.heads else 1
        floor = max(min(sizes.least, _LONGEST_WORD), min(sizes.most, comfortable))
        least[place.left] = max(least[place.left], sizes.most if number else floor)
        most[place.left] = max(most[place.left], sizes.most)
    _widen(most, spanning)
    numeric = [number and not word for number, word in zip(numbers, words, strict=True)]
    return _Sizes(least, most, heights, numeric, characters)


def _is_number(text: str) -> bool:
    return len(text) <= _LONGEST_WORD and _NUMBER.fullmatch(text) is not None


def _widen(most: list[int], spanning: Sequence[tuple[Place, Measures]]) -> None:
    """Let columns have together what the cells need that span them."""
    sums = [0]
    for width in most:
        sums.append(sums[-1] + width + GAP)
    for (_, _, _, left, right), sizes in spanning:
        lacking = sizes.most - (sums[right] - sums[left] - GAP)
        if lacking > 0:
            left = max(left, right - _MOST_SHARING)
            share, more = divmod(lacking, right - left)
            for each in range(left, right):
                wanted = sums[each + 1] - sums[each] - GAP + share + (each - left < more)
                most[each] = max(most[each], wanted)


class _Drawing:
    """Draws one table."""

    def __init__(self, grid: Grid, columns: Columns, numeric: Sequence[bool], color: bool) -> None:
        self._grid = grid
        self._columns = columns
        self._offsets = columns.offsets
        self._numeric = numeric
        self._faint: Style = ("2",) if color else DEFAULT
        self._color = color
        #: What stands on each line: where it begins, and the text.
        self._canvas: list[list[tuple[int, Line]]] = []

    def lines(self, layout: Layout, whole_words: bool) -> list[Line]:
        """Return the lines of the table."""
        single: dict[int, list[Line]] = {}
        for at, place in enumerate(self._grid.places):
            if place.right == place.left + 1 and (span := self._span(place)) is not None:
                single[at] = self._content(place, span, layout, whole_words)
        self._tighten(single)
        drawn = [
            (place, span, single.get(at) or self._content(place, span, layout, whole_words))
            for at, place in enumerate(self._grid.places)
            if (span := self._span(place)) is not None
        ]
        heights = self._heights(drawn)
        starts = self._ruled(drawn, heights)
        for place, (left, width), lines in drawn:
            row = place.top
            start = starts[row]
            if row < self._grid.heads and place.bottom == row + 1:
                start += heights[row] - len(lines)  # a name stands on the rule
            align = place.cell.align or ("right" if self._is_numeric(place) else "left")
            for at, line in enumerate(lines, start):
                self._canvas[at].append(_aligned(line, left, width, align, place.cell.fill))
        self._draw_ellipses(starts)
        return [_joined(pieces) for pieces in self._canvas]

    def _tighten(self, single: Mapping[int, list[Line]]) -> None:
        """Take from each column what its wrapped lines leave free, unless something spans it."""
        used = [1] * len(self._columns.widths)
        for at, lines in single.items():
            column, _ = self._columns.shown(*self._grid.places[at][-2:])
            used[column] = max(used[column], max((line.width for line in lines), default=0))
        spans = [0] * (len(used) + 1)  # how many more begin than end
        for place in self._grid.places:
            left, right = self._columns.shown(place.left, place.right)
            if right > left + 1 and place.cell.blocks:
                spans[left] += 1
                spans[right] -= 1
        widths = self._columns.widths
        spanned = accumulate(spans)
        used = [
            wide if over else narrow
            for narrow, wide, over in zip(used, widths, spanned, strict=False)
        ]
        self._columns = self._columns._replace(widths=used)
        self._offsets = self._columns.offsets

    def _span(self, place: Place) -> tuple[int, int] | None:
        """Where a cell begins, and its width; None if it is left out."""
        left, right = self._columns.shown(place.left, place.right)
        if left == right:
            return None
        return self._offsets[left], self._offsets[right] - GAP - self._offsets[left]

    def _content(
        self, place: Place, span: tuple[int, int], layout: Layout, whole_words: bool
    ) -> list[Line]:
        cell, width = place.cell, span[1]
        if self._color and place.top < self._grid.heads:
            _restyle(cell, "1" if cell.header else "2")
        if place.right > place.left + 1 and layout.measure(cell.blocks).least > width and cell.text:
            # Most of what it stands above is left out.
            style = (
                cell.blocks[0].runs[0].style if isinstance(cell.blocks[0], Paragraph) else DEFAULT
            )
            line = fit(cell.text, width)
            return [Line(painted(line, style), text_width(line))]
        return layout.lines(cell.blocks, width, whole_words)

    def _heights(self, drawn: Sequence[_Drawn]) -> list[int]:
        """How many lines each row takes; what reaches over several makes the last one higher."""
        heights = [1] * self._grid.rows
        tall = []
        for place, _, lines in drawn:
            if place.bottom == place.top + 1:
                heights[place.top] = max(heights[place.top], len(lines))
            elif len(lines) > 1:
                tall.append((place, len(lines)))
        for place, height in tall:
            lacking = height - sum(heights[place.top : min(place.bottom, place.top + height)])
            if lacking > 0:
                heights[place.bottom - 1] += lacking
        return heights

    def _ruled(self, drawn: Sequence[_Drawn], heights: Sequence[int]) -> list[int]:
        """Give each row its place, and draw what is between rows; return where each begins."""
        heads, feet = self._grid.heads, self._grid.rows - self._grid.feet
        groups: dict[int, list[tuple[int, int]]] = {}
        for place, span, lines in drawn:
            group = 1 < place.right - place.left < self._grid.columns  # and no title above all
            if place.top < heads - 1 and group and lines:
                groups.setdefault(place.bottom - 1, []).append(span)
        apart = any(
            len(lines) > 1
            and place.left == 0
            and place.bottom == place.top + 1
            and place.top >= heads
            for place, _, lines in drawn
        )
        starts = []
        for row, height in enumerate(heights):
            if row in (heads, feet) and row:
                self._canvas.append([(0, self._rule(self._columns.total))])
            elif row > heads and apart and self._grid.columns > 1:
                self._canvas.append([])
            starts.append(len(self._canvas))
            self._canvas += [[] for _ in range(height)]
            if spans := groups.get(row):
                self._canvas.append([(left, self._rule(width)) for left, width in spans])
        if heads == self._grid.rows:
            self._canvas.append([(0, self._rule(self._columns.total))])
        return starts

    def _rule(self, width: int) -> Line:
        return Line(painted("─" * width, self._faint), width)

    def _is_numeric(self, place: Place) -> bool:
        return self._numeric[place.left] and place.right == place.left + 1

    def _draw_ellipses(self, starts: Sequence[int]) -> None:
        """Show in each row that columns are left out, but where a cell goes over them."""
        first, last = self._columns.gone
        if first == last:
            return
        covered: set[int] = set()
        for place in self._grid.places:
            left, right = self._columns.shown(place.left, place.right)
            if left < first < right:
                covered.update(range(place.top, place.bottom))
        for row, start in enumerate(starts):
            if row not in covered:
                piece = (self._offsets[first], Line(painted("…", self._faint), 1))
                self._canvas[start].append(piece)


def _restyle(cell: Cell, code: str) -> None:
    """Add a style to a cell of the header."""
    for block in cell.blocks:
        if isinstance(block, Paragraph):
            block.runs = [Run(text, added(style, (code,))) for text, style in block.runs]


def _aligned(line: Line, left: int, width: int, align: str, fill: Style) -> tuple[int, Line]:
    """A line at its place within a cell's width, and where it begins then."""
    spare = max(0, width - line.width)
    before = {"right": spare, "center": spare // 2}.get(align, 0)
    if not fill:
        return left + before, line
    blanks = painted(" " * before, fill), painted(" " * (spare - before), fill)
    return left, Line(f"{blanks[0]}{line.text}{blanks[1]}", line.width + spare)


def _joined(pieces: list[tuple[int, Line]]) -> Line:
    texts: list[str] = []
    column = 0
    for left, line in sorted(pieces, key=_LEFT):
        if line.text:
            texts.append(" " * (left - column) + line.text)
            column = max(left, column) + line.width
    return Line("".join(texts), column)
