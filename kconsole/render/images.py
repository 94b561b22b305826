"""Images in the terminal: what draws one, in the way that the terminal can.

The parts are in :mod:`kconsole.render.image`.  Nothing here reads or writes: bytes go in, and text
comes out.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from kconsole.errors import ImageError
from kconsole.render.canvas import Canvas, ImageProtocol
from kconsole.render.image import png
from kconsole.render.image.blocks import draw_blocks
from kconsole.render.image.decoding import decodable, decode
from kconsole.render.image.fit import Layout, fit, fit_blocks
from kconsole.render.image.header import Header, check_size, read_header
from kconsole.render.image.iterm import draw_iterm
from kconsole.render.image.kitty import (
    MARKS,
    Payload,
    draw_kitty,
    draw_kitty_in_tmux,
    of_picture,
    of_png,
)
from kconsole.render.image.moving import frames
from kconsole.render.image.sixel import draw_sixel, sixel_height
from kconsole.render.sanitise import one_line

__all__ = ["Drawing", "draw"]

#: Columns of a type in a message.
_LONGEST = 60

#: Pixels as sixels: to find the colours and to write them takes more than a second.
_MOST_SIXEL = 2_000_000

#: How many times smaller is much smaller.
_MUCH = 1.4

_Size = tuple[int, int] | None


class Drawing(NamedTuple):
    """An image as text for the terminal.

    Attributes:
        text: begins at the start of a line, and leaves the cursor at the start of the line below.
        columns: cells that it covers from left to right.
        rows: cells from top to bottom.
        frames: how many the image has, if only the first of them is drawn.
    """

    text: str
    columns: int
    rows: int
    frames: int = 1


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


def _draw(data: bytes, canvas: Canvas, size: _Size) -> Drawing:
    header = read_header(data)
    if header is None:
        raise ImageError("no image that can be drawn begins like this")
    check_size(*header.size)
    if canvas.protocol == "none":
        raise ImageError("this terminal takes no images")
    drawing = _WAYS[canvas.protocol](data, header, canvas, size)
    moves = canvas.protocol == "iterm" and header.format != "PNG"  # the terminal plays it
    return drawing if moves else drawing._replace(frames=frames(data, header.format))


def _blocks(data: bytes, header: Header, canvas: Canvas, size: _Size) -> Drawing:
    columns, height = fit_blocks(header.size, canvas, size)
    picture = decode(data, header, (columns, height), lines=True)
    return Drawing(draw_blocks(picture, canvas.colors), columns, -(-height // 2))


def _kitty(data: bytes, header: Header, canvas: Canvas, size: _Size) -> Drawing:
    if canvas.tmux:
        canvas = replace(canvas, rows=min(canvas.rows, len(MARKS)))
    layout = fit(header.size, canvas, size)
    payload = _payload(data, header, layout, canvas.cell)
    text = (draw_kitty_in_tmux if canvas.tmux else draw_kitty)(payload, layout)
    return Drawing(text, layout.columns, layout.rows)


def _payload(data: bytes, header: Header, layout: Layout, cell: tuple[int, int]) -> Payload:
    """What kitty is sent: a PNG as it is, unless it would get much smaller.

    Kitty leaves out pixels then, and with them thin lines (seen with 0.26).
    """
    sound = _sound(data) if header.format == "PNG" else None
    if sound and (header.width < _MUCH * layout.width or not decodable(header)):
        return of_png(sound)
    target = layout.width, layout.height
    if layout.exact == "both":  # pixel for pixel, as the terminal stretches it
        target = layout.columns * cell[0], layout.rows * cell[1]
    return of_picture(decode(data, header, target))


def _iterm(data: bytes, header: Header, canvas: Canvas, size: _Size) -> Drawing:
    layout = fit(header.size, canvas, size)
    if header.format == "PNG":
        data = _sound(data)
    return Drawing(draw_iterm(data, layout, tmux=canvas.tmux), layout.columns, layout.rows)


def _sixel(data: bytes, header: Header, canvas: Canvas, size: _Size) -> Drawing:
    layout = fit(header.size, canvas, size, most=_MOST_SIXEL)
    height = sixel_height(layout.height, layout.rows, canvas.cell[1])
    picture = decode(data, header, (layout.width, height))
    text = draw_sixel(picture, layout.rows, tmux=canvas.tmux)
    return Drawing(text, layout.columns, layout.rows)


def _sound(data: bytes) -> bytes:
    """A PNG as it is sent to a terminal: found whole, and without text and other extras."""
    parsed = png.parse(data)
    png.check(parsed)
    return png.bare(parsed)


_WAYS: dict[ImageProtocol, Callable[[bytes, Header, Canvas, _Size], Drawing]] = {
    "kitty": _kitty,
    "iterm": _iterm,
    "sixel": _sixel,
    "blocks": _blocks,
}
