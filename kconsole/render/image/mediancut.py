"""At most 256 colours for a picture that has more: median cut (Heckbert, SIGGRAPH 1982). Pure."""

import heapq
import itertools
from collections.abc import Mapping
from typing import NamedTuple

from kconsole.render.image.colours import Colour

__all__ = ["reduced"]

_Counted = list[tuple[Colour, int]]
"""Colours, and how many pixels have each."""


class _Box(NamedTuple):
    """Colours that one will stand for, in the order in which they are cut."""

    urgency: int
    number: int
    channel: int
    colours: _Counted


def reduced(counts: Mapping[Colour, int], most: int) -> dict[Colour, Colour]:
    """Return for each colour the one that stands for it.

    :param counts: how many pixels have each colour.
    :param most: how many colours there may be, at least 1.
    """
    if len(counts) <= most:
        return {colour: colour for colour in counts}
    numbers = itertools.count()  # no two boxes are alike, so that colours are never compared
    boxes = [_box(list(counts.items()), next(numbers))]
    while len(boxes) < most and boxes[0].urgency:
        for half in _halves(heapq.heappop(boxes)):
            heapq.heappush(boxes, _box(half, next(numbers)))
    result: dict[Colour, Colour] = {}
    for box in boxes:
        mean = _mean(box.colours)
        result.update((colour, mean) for colour, _ in box.colours)
    return result


def _box(colours: _Counted, number: int) -> _Box:
    """Look where the colours are most apart; what there is to win from a cut is negative."""
    channels = list(zip(*(colour for colour, _ in colours), strict=True))
    spread, channel = max(
        (max(values) - min(values), channel) for channel, values in enumerate(channels)
    )
    return _Box(-spread * spread * sum(count for _, count in colours), number, channel, colours)


def _halves(box: _Box) -> tuple[_Counted, _Counted]:
    """Cut at the median pixel, in the channel where the colours are most apart."""
    colours, channel = box.colours, box.channel
    colours.sort(key=lambda item: item[0][channel])
    left = sum(count for _, count in colours) // 2
    index = 0
    while left > 0 and index < len(colours) - 1:
        left -= colours[index][1]
        index += 1
    index = max(index, 1)
    return colours[:index], colours[index:]


def _mean(box: _Counted) -> Colour:
    total = sum(count for _, count in box)
    red, green, blue = (
        sum(colour[channel] * count for colour, count in box) // total for channel in range(3)
    )
    return red, green, blue
