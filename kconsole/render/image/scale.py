"""Making a picture smaller: each new pixel is the mean of those that it stands for.

Means are taken of colours times alpha, so that what is clear has no colour.  Rows are added up as
large integers, 16 bits for each byte, before anything is done a pixel at a time: the work that
Python does for each pixel depends on the size of what comes out.
"""

import re
import sys
from collections.abc import Iterable
from itertools import accumulate, islice, pairwise

from kconsole.render.image.picture import Picture

__all__ = ["scaled"]

#: Rows that can be added up in 16 bits for each byte.
_MOST_ROWS = 256
#: What is neither clear nor opaque.
_PARTIAL = re.compile(rb"[^\x00\xff]+")
#: Which byte of a number of two is the low one, here.
_LOW = 0 if sys.byteorder == "little" else 1


def scaled(rows: Iterable[bytes], source: tuple[int, int], target: tuple[int, int]) -> Picture:
    """Make a picture of rows of pixels.

    :param rows: four bytes a pixel: red, green, blue, alpha.
    :param source: width and height of what the rows make, in pixels.
    :param target: width and height of the picture. Where it is larger than the source, pixels are
        repeated.
    """
    width, height = target
    lines = iter(rows)
    columns = _bounds(source[0], width)
    pieces: list[bytes] = []
    done = 0
    piece = b""
    for start, end in _bounds(source[1], height):
        if end > done:
            piece = _mean(list(islice(lines, start - done, end - done)), columns, source[0])
            done = end
        pieces.append(piece)
    return Picture(width, height, b"".join(pieces))


def _bounds(source: int, target: int) -> list[tuple[int, int]]:
    """Where the pixels that each new one stands for begin and end; at least one each."""
    edges = [index * source // target for index in range(target + 1)]
    return [(start, max(end, start + 1)) for start, end in pairwise(edges)]


def _mean(rows: list[bytes], columns: list[tuple[int, int]], width: int) -> bytes:
    """The pixels of one row of the picture: the means of some whole rows."""
    if len(rows) == 1 and len(columns) == width:
        return rows[0]
    counts = [(end - start) * len(rows) for start, end in columns]
    result = bytearray(4 * len(columns))
    opaque = bytes((255,)) * width
    alphas = [row[3::4] for row in rows]
    if all(alpha == opaque for alpha in alphas):
        for channel, totals in enumerate(_sums(rows, columns, 3)):
            result[channel::4] = bytes([t // n for t, n in zip(totals, counts, strict=True)])
        result[3::4] = bytes((255,)) * len(columns)
        return bytes(result)
    weighted = [_weighted(row, alpha) for row, alpha in zip(rows, alphas, strict=True)]
    *colours, seen = _sums(weighted, columns, 4)
    for channel, totals in enumerate(colours):
        means = zip(totals, seen, strict=True)
        result[channel::4] = bytes([t * 255 // a if a else 0 for t, a in means])
    result[3::4] = bytes([a // n for a, n in zip(seen, counts, strict=True)])
    return bytes(result)


def _sums(rows: list[bytes], columns: list[tuple[int, int]], channels: int) -> list[list[int]]:
    """For each of the first channels, and each of the columns, the sum of all that is in it."""
    result = [[0] * len(columns)] * channels
    for first in range(0, len(rows), _MOST_ROWS):
        lanes = _added(rows[first : first + _MOST_ROWS])
        for channel, before in enumerate(result):
            running = [0, *accumulate(lanes[channel::4].tolist())]
            sums = zip(before, columns, strict=True)
            result[channel] = [old + running[end] - running[start] for old, (start, end) in sums]
    return result


def _added(rows: list[bytes]) -> "memoryview[int]":
    """Sums of what is in the same place of each row."""
    total = 0
    wide = bytearray(2 * len(rows[0]))
    for row in rows:
        wide[_LOW::2] = row
        total += int.from_bytes(wide, sys.byteorder)
    return memoryview(total.to_bytes(len(wide), sys.byteorder)).cast("H")


def _weighted(row: bytes, alpha: bytes) -> bytes:
    """Colours times alpha, where 255 is one."""
    result = bytearray(row)
    for channel in range(3):
        result[channel::4] = _product(row[channel::4], alpha)
    return bytes(result)


def _product(values: bytes, alpha: bytes) -> bytearray:
    # Most pixels are wholly clear or not at all.
    mask = int.from_bytes(values, "big") & int.from_bytes(alpha, "big")
    result = bytearray(mask.to_bytes(len(values), "big"))
    for partial in _PARTIAL.finditer(alpha):
        for index in range(*partial.span()):
            result[index] = values[index] * alpha[index] // 255
    return result
