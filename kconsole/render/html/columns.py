"""How wide each column of a table is, and which are left out where there is no room for all."""

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["GAP", "Columns", "columns_of"]

GAP = 2
"""Blanks between two columns."""

_ELLIPSIS = 1  # columns that stand for those that are left out


class Columns(NamedTuple):
    """The columns that are shown.

    Attributes:
        widths: of each of them, the one that stands for others included.
        gone: the first column that is left out, and the one after the last; equal if all are shown.
    """

    widths: list[int]
    gone: tuple[int, int]

    @property
    def offsets(self) -> list[int]:
        """Where each column begins, and where one more would."""
        offsets = [0]
        for width in self.widths:
            offsets.append(offsets[-1] + width + GAP)
        return offsets

    @property
    def total(self) -> int:
        """The width of the table."""
        return max(0, self.offsets[-1] - GAP)

    def shown(self, left: int, right: int) -> tuple[int, int]:
        """Where a cell is among the columns that are shown; the two are equal if it is not.

        Above the one that stands for others is what begins before it and ends in it or behind it.

        :param left: the first column that it covers, among all.
        :param right: the one after the last.
        """
        start, end = self.gone
        if start == end or right <= start:
            return left, right
        back = end - start - 1
        if left >= end:
            return left - back, right - back
        if right > end:
            return (left if left < start else start + 1), right - back
        return (left, start + 1) if left < start else (start, start)


def columns_of(least: Sequence[int], most: Sequence[int], room: int | None) -> Columns:
    """Choose the widths.

    While there is too little room, first the widest columns are narrowed, down to what is comfortable;
    then columns in the middle are left out, as pandas does it; at last what is left is narrowed further.

    :param least: how wide each column is comfortably at least.
    :param most: how wide it would be best.
    :param room: columns of the screen; None for no bound.
    """
    count = len(most)
    gaps = GAP * (count - 1)
    if room is None or sum(most) + gaps <= room:
        return Columns(list(most), (count, count))
    if sum(least) + gaps <= room:
        return Columns(_narrowed(least, most, room - gaps), (count, count))
    front, back = _kept(least, room)
    if front + back == count:  # few, and all too wide
        return Columns(_narrowed([1] * count, most, max(count, room - gaps)), (count, count))
    kept = [*range(front), *range(count - back, count)]
    free = room - GAP * len(kept) - _ELLIPSIS
    floors = [least[each] for each in kept]
    if sum(floors) > free:
        floors = [1] * len(kept)
    widths = _narrowed(floors, [most[each] for each in kept], max(len(kept), free))
    return Columns([*widths[:front], _ELLIPSIS, *widths[front:]], (front, count - back))


def _kept(least: Sequence[int], room: int) -> tuple[int, int]:
    """How many columns to keep at the left and at the right, at least one of each."""
    count = len(least)
    if count <= 2:
        return count, 0
    front = back = 1
    used = least[0] + least[-1] + _ELLIPSIS + 2 * GAP
    while front + back < count:
        after, before = least[front], least[count - 1 - back]
        turns = (
            ((after, 1, 0), (before, 0, 1)) if front <= back else ((before, 0, 1), (after, 1, 0))
        )
        for width, more_front, more_back in turns:
            if used + width + GAP <= room:
                used += width + GAP
                front += more_front
                back += more_back
                break
        else:
            break
    return front, back


def _narrowed(least: Sequence[int], most: Sequence[int], room: int) -> list[int]:
    """Narrow the widest columns, until all together fit; none below its least."""

    def at(limit: int) -> list[int]:
        return [max(low, min(high, limit)) for low, high in zip(least, most, strict=True)]

    below, above = 0, max(most)
    while below < above:
        middle = (below + above + 1) // 2
        if sum(at(middle)) <= room:
            below = middle
        else:
            above = middle - 1
    widths = at(below)
    spare = room - sum(widths)
    for each, high in enumerate(most):
        if spare > 0 and widths[each] < high:
            widths[each] += 1
            spare -= 1
    return widths
