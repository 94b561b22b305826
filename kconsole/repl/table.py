"""Rows of plain texts as a table that fits a screen. Pure."""

from collections.abc import Sequence

from kconsole.render.cells import fit, text_width

__all__ = ["table"]

_GAP = "  "
_NARROWEST = 6  # columns that a column keeps


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], columns: int) -> list[str]:
    """Lay out a table; the last column has what the others leave, cut if it must be.

    :param heads: the columns' names.
    :param rows: texts of one line, as many in each row as there are heads.
    :param columns: the screen's width.
    """
    all_rows = [list(heads), *rows]
    widths = [max(text_width(row[each]) for row in all_rows) for each in range(len(heads))]
    spare = columns - sum(widths) - len(_GAP) * (len(widths) - 1)
    # Wide columns give way from the right: the first one says what the row is about.
    for each in reversed(range(len(widths))):
        if spare < 0:
            cut = min(-spare, max(0, widths[each] - _NARROWEST))
            widths[each] -= cut
            spare += cut
    return [fit(_line(row, widths), max(1, columns)) for row in all_rows]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (_padded(fit(text, width), width) for text, width in zip(row, widths, strict=True))
    return _GAP.join(cells).rstrip()


def _padded(text: str, width: int) -> str:
    return text + " " * (width - text_width(text))
