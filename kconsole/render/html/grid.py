"""Rows of cells -> places in a grid.

Cells are placed as in the HTML standard, section 4.9.12.1. Columns are numbered by where cells begin and
end, so that a cell that spans a thousand columns in which there is nothing else takes one.
"""

from collections.abc import Sequence
from typing import NamedTuple

from kconsole.render.html.blocks import Cell, Row

__all__ = ["Grid", "Place", "grid_of"]

_MOST_PENDING = 64  # cells that reach down into a row; more than any index has levels


class Place(NamedTuple):
    """A cell, and what it covers: rows and columns from the first to before the last."""

    cell: Cell
    top: int
    bottom: int
    left: int
    right: int


class Grid(NamedTuple):
    """A table's cells in their places.

    Attributes:
        places: in the order of the rows, and of the columns in each.
        rows: how many there are.
        columns: how many there are.
        heads: how many rows at the top are its header.
        feet: how many rows at the bottom are its footer.
    """

    places: list[Place]
    rows: int
    columns: int
    heads: int
    feet: int


def grid_of(rows: Sequence[Row]) -> Grid:
    """Put the cells of a table in their places; its header comes first, its footer last."""
    sections = {
        name: [row for row in rows if row.section == name] for name in ("head", "body", "foot")
    }
    heads = [row for row in sections["head"] if _says_something(row)]
    body = sections["body"]
    if not sections["head"]:
        count = 0
        while count < len(body) and _is_header(body[count]):
            count += 1
        if count < len(body):
            heads, body = body[:count], body[count:]
    heads = _merged(heads)
    places: list[Place] = []
    count = 0
    for section in (heads, body, sections["foot"]):
        places += _placed(section, count)
        count += len(section)
    edges = sorted({edge for place in places for edge in (place.left, place.right)})
    numbers = {edge: number for number, edge in enumerate(edges)}
    places = [
        place._replace(left=numbers[place.left], right=numbers[place.right]) for place in places
    ]
    return Grid(places, count, max(0, len(edges) - 1), len(heads), len(sections["foot"]))


def _is_header(row: Row) -> bool:
    return bool(row.cells) and all(cell.header for cell in row.cells)


def _says_something(row: Row) -> bool:
    return any(cell.blocks for cell in row.cells)


def _merged(rows: list[Row]) -> list[Row]:
    """Make one of the header's last two rows if each says something only where the other does not.

    pandas puts the names of the index below those of the columns.
    """
    if len(rows) < 2:
        return rows
    upper, lower = (row.cells for row in rows[-2:])
    if len(upper) != len(lower) or any(
        (above.blocks and below.blocks)
        or (above.columns, above.rows, below.columns, below.rows) != (1, 1, 1, 1)
        for above, below in zip(upper, lower, strict=True)
    ):
        return rows
    cells = [below if below.blocks else above for above, below in zip(upper, lower, strict=True)]
    return [*rows[:-2], Row(rows[-1].section, cells)]


def _placed(rows: Sequence[Row], first: int) -> list[Place]:
    """Place the rows of a section, whose first one has a number."""
    places: list[Place] = []
    pending: list[Place] = []  # those that reach down into this row, from the left
    for number, row in enumerate(rows, first):
        if not row.cells:
            continue
        pending = [place for place in pending if place.bottom > number]
        reaching: list[Place] = []
        column = ahead = 0
        for cell in row.cells:
            while ahead < len(pending) and pending[ahead].left <= column:
                column = max(column, pending[ahead].right)
                ahead += 1
            end = first + len(rows)
            bottom = end if cell.rows == 0 else min(number + cell.rows, end)
            right = column + cell.columns
            if ahead < len(pending):
                right = min(right, pending[ahead].left)  # cells that overlap are nobody's wish
            if len(pending) + len(reaching) >= _MOST_PENDING:
                bottom = number + 1
            place = Place(cell, number, bottom, column, right)
            places.append(place)
            if bottom > number + 1:
                reaching.append(place)
            column = right
        if reaching:
            pending = sorted([*pending, *reaching], key=lambda place: place.left)
    return places
