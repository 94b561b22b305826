"""Cells that were run before this console came, as the kernel's history has them."""

from collections.abc import Callable, Iterable

from kconsole.protocol.events import ExecuteResult
from kconsole.protocol.replies import HistoryRow
from kconsole.render.output import Renderer
from kconsole.render.style import paint

__all__ = ["earlier_text"]

_LINES = 10  # of a result that is longer, its beginning is shown


def earlier_text(
    rows: Iterable[HistoryRow],
    draw: Callable[[HistoryRow], str],
    renderer: Renderer,
    *,
    color: bool,
) -> str:
    """Return the cells with their results, under a heading and with an empty line behind.

    :param rows: the oldest first.
    :param draw: makes the text of an input, with its prompt.
    :param renderer: makes that of a result.
    :param color: whether to use colours.
    """
    parts = [paint("earlier:", "note", color) + "\n"]
    for row in rows:
        parts.append(draw(row))
        if row.output:
            result = ExecuteResult({"text/plain": row.output}, {}, None, row.line)
            lines = renderer.block(result).splitlines(keepends=True)
            if len(lines) > _LINES:
                more = f"({len(lines) - _LINES} more lines)"
                lines[_LINES:] = [paint(more, "note", color) + "\n"]
            parts += lines
    return "".join([*parts, "\n"])
