"""A picture as text: two pixels in each cell, one upon the other, as half-blocks in colours.

What comes out is plain text and SGR of the sanitiser's list, so that it passes there unharmed.
"""

from kconsole.render.image.colours import Shade, shader
from kconsole.render.image.picture import Picture
from kconsole.render.sgr import RESET

__all__ = ["draw_blocks"]

_UPPER = "▀"
_LOWER = "▄"
#: Less alpha than this is the terminal's background. Low, for a thin line is a small part of its block.
_SEEN = 24

_CLEAR: Shade = ("39", "49")


def draw_blocks(picture: Picture, colors: int) -> str:
    """Draw a picture as lines of half-blocks, each ended by a newline.

    :param picture: a pixel for each half of a cell.
    :param colors: how many colours text can have: 16, 256 or 16777216.
    """
    lines = _shades(picture, colors)
    if len(lines) % 2:
        lines.append([_CLEAR] * picture.width)
    return "".join(
        _line(upper, lower) for upper, lower in zip(lines[0::2], lines[1::2], strict=True)
    )


def _shades(picture: Picture, colors: int) -> list[list[Shade]]:
    """The picture's rows, in colours that text can have."""
    shade = shader(colors)
    data = picture.pixels
    pixels = zip(data[0::4], data[1::4], data[2::4], data[3::4], strict=True)
    flat = [shade((r, g, b)) if alpha >= _SEEN else _CLEAR for r, g, b, alpha in pixels]
    width = picture.width
    return [flat[start : start + width] for start in range(0, len(flat), width)]


def _line(upper: list[Shade], lower: list[Shade]) -> str:
    cells = list(zip(upper, lower, strict=True))
    while cells and cells[-1] == (_CLEAR, _CLEAR):
        cells.pop()
    pieces = []
    now = _CLEAR  # foreground and background that are in force
    for top, bottom in cells:
        character, wanted = _cell(top, bottom, now)
        codes = [new for new, old in zip(wanted, now, strict=True) if new != old]
        if codes:
            pieces.append(f"\x1b[{';'.join(codes)}m")
        pieces.append(character)
        now = wanted
    if now != _CLEAR:
        pieces.append(RESET)
    return "".join(pieces) + "\n"


def _cell(top: Shade, bottom: Shade, now: Shade) -> tuple[str, Shade]:
    """The character of a cell, and the foreground and background that it needs."""
    if top == bottom:
        return " ", (now[0], top[1])
    upper, lower = (top[0], bottom[1]), (bottom[0], top[1])
    if top == _CLEAR or (bottom != _CLEAR and _changes(lower, now) < _changes(upper, now)):
        return _LOWER, lower
    return _UPPER, upper


def _changes(wanted: Shade, now: Shade) -> int:
    return (wanted[0] != now[0]) + (wanted[1] != now[1])
