"""Rows of plain texts as a table that fits a screen. Pure."""

from collections.abc import Collection, Sequence

from kconsole.render.cells import fit, text_width

__all__ = ["GAP", "table"]

GAP = "  "
"""What stands between two columns."""


def table(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    columns: int | None,
    *,
    yielding: Sequence[int] | None = None,
    narrowest: int = 6,
    right: Collection[int] = (),
) -> list[str]:
    """Lay out a table; the last column has what the others leave, cut if it must be.

    :param heads: the columns' names.
    :param rows: texts of one line, as many in each row as there are heads.
    :param columns: the screen's width; None is as wide as need be.
    :param yielding: the columns that may be cut, the first one first. By default all, from the right: the
        first one says what the row is about.
    :param narrowest: how much of a column is kept then.
    :param right: the columns whose texts stand at their right.
    """
    all_rows = [list(heads), *rows]
    widths = [max(text_width(row[each]) for row in all_rows) for each in range(len(heads))]
    if columns is not None:
        spare = columns - sum(widths) - len(GAP) * (len(widths) - 1)
        for each in reversed(range(len(widths))) if yielding is None else yielding:
            if spare < 0:
                cut = min(-spare, max(0, widths[each] - narrowest))
                widths[each] -= cut
                spare += cut
    lines = [_line(row, widths, right) for row in all_rows]
    return lines if columns is None else [fit(line, max(1, columns)) for line in lines]


def _line(row: Sequence[str], widths: Sequence[int], right: Collection[int]) -> str:
    cells = []
    for each, (text, width) in enumerate(zip(row, widths, strict=True)):
        cell = fit(text, width)
        blanks = " " * (width - text_width(cell))
        cells.append(blanks + cell if each in right else cell + blanks)
    return GAP.join(cells).rstrip()
