"""Undoing PNG's filters, a row at a time (ISO/IEC 15948, section 9).

A filter made each byte a difference to a prediction from its neighbours: *a* to the left, *b*
above, *c* above to the left.  Where all bytes of a row can be treated alike, they are.  Where each
byte needs the one before it (Average, Paeth), the channels are done one after the other, and what
is flat, most of a plot, is copied.
"""

import re
from collections.abc import Callable

from kconsole.errors import ImageError
from kconsole.render.image.lanes import add

__all__ = ["unfilter"]

#: Where nothing differs from the prediction, in runs that are worth it.
_ZEROS = re.compile(rb"\x00{8,}")


def unfilter(kind: int, row: bytes, above: bytes, step: int) -> bytes:
    """Return the bytes of a row.

    :param kind: the filter's number, 0 to 4.
    :param row: the filtered bytes.
    :param above: the row above as it was returned, as long; zeros for the first one.
    :param step: bytes of a pixel, at least 1.
    :raises ImageError: there is no such filter.
    """
    if kind == 0:
        return row
    if kind == 1:
        return _sub(row, step)
    if kind == 2:
        return _up(row, above)
    function = _SEQUENTIAL.get(kind)
    if function is None:
        raise ImageError(f"a row of the PNG has filter {kind}, and there are only 0 to 4")
    return _by_channel(function, row, above, step)


def _up(row: bytes, above: bytes) -> bytes:
    x, y = int.from_bytes(row, "little"), int.from_bytes(above, "little")
    return add(x, y, len(row)).to_bytes(len(row), "little")


def _sub(row: bytes, step: int) -> bytes:
    """Sums of all bytes to the left: of two, of four, of eight, and so on."""
    x = int.from_bytes(row, "little")
    distance = step
    while distance < len(row):
        x = add(x, x << (8 * distance), len(row))
        distance *= 2
    return x.to_bytes(len(row), "little")


_Sequential = Callable[[bytes, bytes], bytearray]


def _by_channel(function: _Sequential, row: bytes, above: bytes, step: int) -> bytes:
    result = bytearray(len(row))
    known: dict[tuple[bytes, bytes], bytearray] = {}
    for channel in range(step):
        question = row[channel::step], above[channel::step]
        if question not in known:  # greys have all channels alike
            known[question] = function(*question)
        result[channel::step] = known[question]
    return bytes(result)


def _average(row: bytes, above: bytes) -> bytearray:
    a = 0
    return bytearray([a := (x + ((a + b) >> 1)) & 255 for x, b in zip(row, above, strict=True)])


def _paeth(row: bytes, above: bytes) -> bytearray:
    result = bytearray()
    position = 0
    for zeros in _ZEROS.finditer(row):
        start, end = zeros.span()
        _paeth_bytes(row, above, position, start, result)
        a, c = (result[-1], above[start - 1]) if start else (0, 0)
        over = above[start:end]
        if a == c:  # then b is predicted, and is the next a
            result += over
        elif over.count(c) == len(over):  # then a is predicted
            result += bytes((a,)) * len(over)
        else:
            _paeth_bytes(row, above, start, end, result)
        position = end
    _paeth_bytes(row, above, position, len(row), result)
    return result


def _paeth_bytes(row: bytes, above: bytes, start: int, end: int, result: bytearray) -> None:
    a, c = (result[-1], above[start - 1]) if start else (0, 0)
    append = result.append
    for x, b in zip(row[start:end], above[start:end], strict=True):
        if b == c:
            pass
        elif a == c:
            a = b
        else:
            to_a, to_b = b - c, a - c
            to_c = abs(to_a + to_b)
            to_a, to_b = abs(to_a), abs(to_b)
            if to_a > to_b or to_a > to_c:
                a = b if to_b <= to_c else c
        a = (a + x) & 255
        append(a)
        c = b


_SEQUENTIAL: dict[int, _Sequential] = {3: _average, 4: _paeth}
