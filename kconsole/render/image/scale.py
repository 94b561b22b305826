"""Making a picture smaller: each new pixel is the mean of those that it stands for.

Means are taken of colours times alpha, so that what is clear has no colour.  Rows are added up as
large integers, 16 bits for each byte, before anything is done a pixel at a time: the work that
Python does for each pixel depends on the size of what comes out.
"""

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, islice, pairwise
from operator import add, floordiv, itemgetter, sub
from typing import NamedTuple

from kconsole.render.image.colours import Colour
from kconsole.render.image.ink import inked
from kconsole.render.image.picture import Picture

__all__ = ["scaled"]

#: Rows that can be added up in 16 bits for each byte.
_MOST_ROWS = 256
#: What is neither clear nor opaque.
_PARTIAL = re.compile(rb"[^\x00\xff]+")
#: Which byte of a number of two is the low one, here.
_LOW = 0 if sys.byteorder == "little" else 1


class _Spans(NamedTuple):
    """Which pixels each new one stands for.

    Attributes:
        starts: takes what stands where they begin out of a list.
        ends: likewise, behind the last of each.
        lengths: how many they are.
        edges: where they begin and end.
    """

    starts: Callable[[list[int]], Sequence[int]]
    ends: Callable[[list[int]], Sequence[int]]
    lengths: list[int]
    edges: list[tuple[int, int]]


def scaled(
    rows: Iterable[bytes],
    source: tuple[int, int],
    target: tuple[int, int],
    *,
    lines: bool = False,
) -> Picture:
    """Make a picture of rows of pixels.

    :param rows: four bytes a pixel: red, green, blue, alpha. Rows that are the same object, one
        after the other, are looked at once.
    :param source: width and height of what the rows make, in pixels.
    :param target: width and height of the picture. Where it is larger than the source, pixels are
        repeated.
    :param lines: whether thin lines are to be seen better than their means would be.
    """
    source_rows = iter(rows)
    columns = _spans(source[0], target[0])
    pieces: list[bytes] = []
    before: list[bytes] = []
    done = 0
    piece = b""
    paper: Colour | None = None
    for end in _edges(source[1], target[1])[1]:
        group = list(islice(source_rows, end - done))
        if group and group != before:
            if lines and not pieces:
                red, green, blue, _ = group[0][:4]
                paper = red, green, blue
            piece = _mean(group, columns, source[0], paper)
            before = group
        done = end
        pieces.append(piece)
    return Picture(*target, b"".join(pieces))


def _edges(source: int, target: int) -> tuple[list[int], list[int]]:
    """Where the pixels that each new one stands for begin and end; at least one each."""
    edges = [index * source // target for index in range(target + 1)]
    starts = edges[:-1]
    return starts, [max(end, start + 1) for start, end in pairwise(edges)]


def _spans(source: int, target: int) -> _Spans:
    starts, ends = _edges(source, target)
    edges = list(zip(starts, ends, strict=True))
    return _Spans(_taker(starts), _taker(ends), list(map(sub, ends, starts)), edges)


def _taker(places: list[int]) -> Callable[[list[int]], Sequence[int]]:
    """What takes the items at these places out of a list."""
    if len(places) > 1:
        return itemgetter(*places)
    return itemgetter(slice(places[0], places[0] + 1))


def _mean(rows: list[bytes], columns: _Spans, width: int, paper: Colour | None) -> bytes:
    """The pixels of one row of the picture: the means of some whole rows.

    :param paper: the background's colour, if lines on it are to be seen better.
    """
    if len(rows) == 1 and len(columns.lengths) == width:
        return rows[0]
    opaque = bytes((255,)) * width
    clear = any(row[3::4] != opaque for row in rows)
    if clear:
        rows = _weighted(rows)
    added = [_added(rows[first : first + _MOST_ROWS]) for first in range(0, len(rows), _MOST_ROWS)]
    counts = list(map(len(rows).__mul__, columns.lengths))
    alphas = _sums(added, 3, columns) if clear else []
    result = bytearray((255,)) * (4 * len(counts))
    for channel in range(3):
        sums = _sums(added, channel, columns)
        if clear:
            means = zip(sums, alphas, strict=True)
            result[channel::4] = bytes([t * 255 // a if a else 0 for t, a in means])
        else:
            result[channel::4] = bytes(map(floordiv, sums, counts))
    if clear:
        result[3::4] = bytes(map(floordiv, alphas, counts))
    elif paper:
        return inked(bytes(result), rows, columns.edges, paper)
    return bytes(result)


def _sums(added: list["memoryview[int]"], channel: int, columns: _Spans) -> list[int]:
    """The sums of all that each of the columns stands for."""
    running = [0, *accumulate(added[0][channel::4].tolist())]
    for lanes in added[1:]:
        running = list(map(add, running, [0, *accumulate(lanes[channel::4].tolist())]))
    return list(map(sub, columns.ends(running), columns.starts(running)))


def _added(rows: list[bytes]) -> "memoryview[int]":
    """Sums of what is in the same place of each row."""
    total = number = 0
    last = b""
    wide = bytearray(2 * len(rows[0]))
    for row in rows:
        if row is not last:
            last, wide[_LOW::2] = row, row
            number = int.from_bytes(wide, sys.byteorder)
        total += number
    return memoryview(total.to_bytes(len(wide), sys.byteorder)).cast("H")


def _weighted(rows: list[bytes]) -> list[bytes]:
    """Colours times alpha, where 255 is one."""
    result: list[bytes] = []
    last = b""
    for row in rows:
        if row is last:
            result.append(result[-1])
            continue
        last, weighted = row, bytearray(row)
        alpha = row[3::4]
        for channel in range(3):
            weighted[channel::4] = _product(row[channel::4], alpha)
        result.append(bytes(weighted))
    return result


def _product(values: bytes, alpha: bytes) -> bytearray:
    # Most pixels are wholly clear or not at all.
    mask = int.from_bytes(values, "big") & int.from_bytes(alpha, "big")
    result = bytearray(mask.to_bytes(len(values), "big"))
    for partial in _PARTIAL.finditer(alpha):
        for index in range(*partial.span()):
            result[index] = values[index] * alpha[index] // 255
    return result
