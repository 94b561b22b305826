"""How many cells and pixels of a screen an image takes. Pure."""

import math
from dataclasses import dataclass
from typing import Literal

from kconsole.render.canvas import Canvas

__all__ = ["Layout", "fit", "fit_blocks"]

#: How far a whole number of cells may be from the image's shape: three in a hundred are not seen.
_STRETCH = 0.03
#: As many as the largest of usual screens has. A terminal may say whatever it likes of its cells.
_MOST_PIXELS = 3840 * 2160


@dataclass(frozen=True, slots=True)
class Layout:
    """Where an image goes.

    Attributes:
        columns: cells that it covers from left to right, at least 1.
        rows: cells from top to bottom, at least 1.
        width: pixels from left to right, at most those of the columns.
        height: pixels from top to bottom, at most those of the rows.
        exact: what fits in cells exactly or nearly: the columns, the rows, or both. Where it is one
            of them, an image that is scaled to it keeps within the other, and keeps its shape.
    """

    columns: int
    rows: int
    width: int
    height: int
    exact: Literal["columns", "rows", "both"]


def fit(
    natural: tuple[int, int],
    canvas: Canvas,
    size: tuple[int, int] | None = None,
    *,
    most: int = _MOST_PIXELS,
) -> Layout:
    """Fit an image into the canvas: its shape is kept, and it is not enlarged.

    :param natural: its width and height in pixels.
    :param size: the width and height in pixels that are wished instead; the image may fill less.
    :param most: the pixels that it may have.
    """
    width, height = natural
    cell_width, cell_height = canvas.cell
    scale = _wished(natural, size) if size else 1.0
    scale = min(scale, canvas.columns * cell_width / width, canvas.rows * cell_height / height)
    scale = min(scale, math.sqrt(most / width / height))
    across, down = max(1, int(width * scale)), max(1, int(height * scale))
    columns, rows = -(-across // cell_width), -(-down // cell_height)
    wide, high = columns * cell_width / across, rows * cell_height / down
    exact: Literal["columns", "rows", "both"] = "columns" if wide < high else "rows"
    if abs(wide / high - 1) <= _STRETCH:
        exact = "both"
    return Layout(columns, rows, across, down, exact)


def fit_blocks(
    natural: tuple[int, int], canvas: Canvas, size: tuple[int, int] | None = None
) -> tuple[int, int]:
    """Fit an image into cells of two blocks each, one upon the other.

    A block is much larger than a pixel: what nobody wished in a size of its own may become as
    large as a block for each of its pixels.

    :param natural: the image's width and height in pixels.
    :param size: the width and height in pixels that are wished instead.
    :return: blocks from left to right and from top to bottom.
    """
    width, height = natural
    # A block's sides in pixels.
    side, rise = canvas.cell[0], canvas.cell[1] / 2
    scale = _wished(natural, size) if size else float(max(side, rise))
    scale = min(scale, canvas.columns * side / width, 2 * canvas.rows * rise / height)
    return max(1, round(width * scale / side)), max(1, round(height * scale / rise))


def _wished(natural: tuple[int, int], size: tuple[int, int]) -> float:
    return min(max(1, wish) / side for wish, side in zip(size, natural, strict=True))
