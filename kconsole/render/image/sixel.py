"""Sixel graphics (DEC STD 070, chapter 9; VT330/VT340 Programmer Reference Manual, chapter 14).

A band of six rows is drawn colour by colour; a character says which of the six pixels of a column
have it.  What no colour draws stays as it is on the screen (``P2`` is 1): it is clear.
"""

import re
import sys
from collections import Counter
from functools import cache

from kconsole.render.image.colours import Colour
from kconsole.render.image.mediancut import reduced
from kconsole.render.image.picture import Picture
from kconsole.render.image.placing import placed

__all__ = ["draw_sixel", "sixel_height"]

_COLOURS = 255
#: The index of what is clear.
_CLEAR = 255
#: The number of a pixel that is clear.
_NOTHING = 0
_BAND = 6
#: Alpha from which on a pixel is drawn; low, for lines of a picture made smaller are faint.
_SEEN = bytes(255 * (alpha >= 40) for alpha in range(256))
#: To the 32 768 colours that a picture of more colours than the terminal has is reduced first.
_COARSE = bytes(value & 0xF8 | value >> 5 for value in range(256))
#: Six bits -> a character.
_CHARACTERS = bytes(63 + bits for bits in range(64)).ljust(256, b"?")
#: Four of a kind and more are shorter with a repeat introducer.
_RUN = re.compile(r"(.)\1{3,}")


def sixel_height(height: int, rows: int, cell_height: int) -> int:
    """Return the height, in pixels, of which no band reaches below so many rows of the screen."""
    whole = rows * cell_height // _BAND * _BAND
    return min(height, whole) if whole else height


def draw_sixel(picture: Picture, rows: int, *, tmux: bool = False) -> str:
    """Return what draws a picture at the start of the line.

    :param rows: how many rows of the screen it covers.
    :param tmux: whether the sequence has to pass through tmux.
    """
    indices, palette = _indexed(picture.pixels)
    width = picture.width
    size = _BAND * width
    raster = f'"1;1;{width};{picture.height}'
    colours = [f"#{index};2;{_percents(colour)}" for index, colour in enumerate(palette)]
    bands = [_band(indices[top : top + size], width) for top in range(0, len(indices), size)]
    body = "".join([raster, *colours, "-".join(bands)])
    return placed([f"\x1bP0;1;0q{body}\x1b\\"], rows, tmux=tmux)


def _indexed(pixels: bytes) -> tuple[bytes, list[Colour]]:
    """Each pixel's index in a palette, and the palette."""
    seen = _seen(pixels)
    counts = Counter(_keys(seen))
    if len(counts) > _COLOURS:
        seen = seen.translate(_COARSE)
        counts = Counter(_keys(seen))
    del counts[_NOTHING]
    colours = {key: _colour(key) for key in counts}
    stands_for = reduced({colours[key]: count for key, count in counts.items()}, _COLOURS)
    palette = list(dict.fromkeys(stands_for.values()))
    places = {colour: place for place, colour in enumerate(palette)}
    index = {key: places[stands_for[colour]] for key, colour in colours.items()}
    index[_NOTHING] = _CLEAR
    return bytes(map(index.__getitem__, _keys(seen))), palette


def _seen(pixels: bytes) -> bytes:
    """The pixels, either opaque or nothing at all."""
    seen = pixels[3::4].translate(_SEEN)
    mask = bytearray(len(pixels))
    for channel in range(4):
        mask[channel::4] = seen
    result = bytearray(pixels)
    result[3::4] = seen
    masked = int.from_bytes(result, "big") & int.from_bytes(mask, "big")
    return masked.to_bytes(len(pixels), "big")


def _keys(pixels: bytes) -> list[int]:
    """A number for each pixel, of its four bytes."""
    return memoryview(pixels).cast("I").tolist()


def _colour(key: int) -> Colour:
    red, green, blue, _ = key.to_bytes(4, sys.byteorder)
    return red, green, blue


def _percents(colour: Colour) -> str:
    return ";".join(str(round(value * 100 / 255)) for value in colour)


def _band(indices: bytes, width: int) -> str:
    """Six rows, or fewer at the bottom: each colour's pixels, with a return between the colours."""
    drawn = sorted(set(indices) - {_CLEAR})
    return "$".join(f"#{index}{_plane(indices.translate(_only(index)), width)}" for index in drawn)


def _plane(there: bytes, width: int) -> str:
    """One colour's characters, of a byte for each of the band's pixels: 1 where it has the colour."""
    sixels = 0
    for row in range(len(there) // width):
        sixels |= int.from_bytes(there[row * width : (row + 1) * width], "big") << row
    text = sixels.to_bytes(width, "big").translate(_CHARACTERS).decode("ascii").rstrip("?")
    return _RUN.sub(lambda run: f"!{len(run[0])}{run[0][0]}", text)


@cache
def _only(index: int) -> bytes:
    """A table that makes 1 of a number, and 0 of all others."""
    return bytes(number == index for number in range(256))
