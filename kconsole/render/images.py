"""Images in the terminal: what draws one, in the way that the terminal can.

The parts are in :mod:`kconsole.render.image`.  Nothing here reads or writes: bytes go in, and text
comes out.
"""

from typing import NamedTuple

from kconsole.errors import ImageError
from kconsole.render.canvas import Canvas
from kconsole.render.image.blocks import draw_blocks
from kconsole.render.image.decoding import decode
from kconsole.render.image.fit import fit_blocks
from kconsole.render.image.header import check_size, read_header
from kconsole.render.sanitise import one_line

__all__ = ["Drawing", "ImageError", "draw", "measure"]

#: Columns of a type in a message.
_LONGEST = 60


class Drawing(NamedTuple):
    """An image as text for the terminal.

    Attributes:
        text: begins at the start of a line, and leaves the cursor at the start of the line below.
        columns: cells that it covers from left to right.
        rows: cells from top to bottom.
    """

    text: str
    columns: int
    rows: int


def draw(data: bytes, mime: str, canvas: Canvas, *, size: tuple[int, int] | None = None) -> Drawing:
    """Draw an image.

    :param data: the image as a file would hold it.
    :param mime: its type, for messages; what it is, its first bytes say.
    :param canvas: where it is drawn, and how.
    :param size: the width and height in pixels that the bundle's metadata asks for.
    :raises ImageError: it is broken or too large, of a kind that cannot be drawn, or the terminal
        takes no images; one line, which says what it is about.
    """
    try:
        return _draw(data, canvas, size)
    except ImageError as error:
        raise ImageError(f"{one_line(mime, _LONGEST)}: {error}") from None


def measure(data: bytes, mime: str) -> tuple[int, int] | None:
    """Return an image's width and height in pixels, from its header alone; None if it has none.

    :param data: the image as a file would hold it; the first 64 kB are mostly enough.
    :param mime: its type; what it is, its first bytes say.
    """
    header = read_header(data)
    return (header.width, header.height) if header else None


def _draw(data: bytes, canvas: Canvas, size: tuple[int, int] | None) -> Drawing:
    header = read_header(data)
    if header is None:
        raise ImageError("no image that can be drawn begins like this")
    natural = header.width, header.height
    check_size(*natural)
    columns, height = fit_blocks(natural, canvas, size)
    picture = decode(data, header, (columns, height))
    return Drawing(draw_blocks(picture, canvas.colors), columns, -(-height // 2))
