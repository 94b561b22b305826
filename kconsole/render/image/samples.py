"""From a PNG's samples to red, green, blue and alpha (ISO/IEC 15948, 6.1, 11.2.3 and 11.3.2.1)."""

from collections.abc import Callable
from functools import cache, partial

from kconsole.errors import ImageError

__all__ = ["CHANNELS", "Unpacker", "unpacker"]

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Colour type -> samples of a pixel: grey, RGB, palette index, grey and alpha, RGBA."""

_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}

Unpacker = Callable[[bytes, int], bytes]
"""Makes four bytes a pixel (red, green, blue, alpha) of an unfiltered row and its width in pixels."""

_OPAQUE = 255


def unpacker(colour: int, depth: int, palette: bytes, transparency: bytes) -> Unpacker:
    """Return what makes four bytes a pixel of an unfiltered row and its width in pixels.

    :param colour: the colour type.
    :param depth: bits of a sample.
    :param palette: the body of the PLTE chunk, or nothing.
    :param transparency: the body of the tRNS chunk, or nothing.
    :raises ImageError: there is no such colour type, it has not this depth, or its palette lacks.
    """
    if depth not in _DEPTHS.get(colour, ()):
        raise ImageError(f"no PNG has colour type {colour} with {depth} bits")
    if colour == 3:
        if not palette or len(palette) % 3:
            raise ImageError(f"the PNG's palette has {len(palette)} bytes")
        return _indexed(depth, palette, transparency)
    if colour == 0 and depth < 8:
        return _small_grey(depth, transparency)
    return partial(_direct, CHANNELS[colour], depth // 8, _clear_pixel(colour, depth, transparency))


def _clear_pixel(colour: int, depth: int, transparency: bytes) -> bytes:
    """The pixel that tRNS makes clear, as it stands in a row; nothing if there is none."""
    size = {0: 2, 2: 6}.get(colour)
    if size is None or len(transparency) != size:
        return b""
    return transparency if depth == 16 else transparency[1::2]


def _direct(channels: int, size: int, clear: bytes, row: bytes, width: int) -> bytes:
    """Samples of one or two bytes, of which the first says enough."""
    step = channels * size
    planes = [row[channel * size :: step] for channel in range(channels)]
    if clear:
        starts = range(0, width * step, step)
        alpha = bytes([_OPAQUE * (row[start : start + step] != clear) for start in starts])
    else:
        alpha = planes.pop() if channels in (2, 4) else bytes((_OPAQUE,)) * width
    if len(planes) == 1:
        planes *= 3
    return _joined([*planes, alpha], width)


def _joined(planes: list[bytes], width: int) -> bytes:
    pixels = bytearray(4 * width)
    for channel, plane in enumerate(planes):
        pixels[channel::4] = plane
    return bytes(pixels)


def _indexed(depth: int, palette: bytes, transparency: bytes) -> Unpacker:
    # What is beyond the palette is black, as libpng has it.
    tables = [palette[channel::3].ljust(256, b"\0") for channel in range(3)]
    alpha = transparency[:256].ljust(256, bytes((_OPAQUE,)))
    return partial(_translated, depth, (*tables, alpha))


def _small_grey(depth: int, transparency: bytes) -> Unpacker:
    most = (1 << depth) - 1
    grey = bytes(index * 255 // most for index in range(most + 1)).ljust(256, b"\0")
    alpha = bytearray((_OPAQUE,) * 256)
    if len(transparency) == 2:
        alpha[transparency[1]] = 0
    return partial(_translated, depth, (grey, grey, grey, bytes(alpha)))


def _translated(depth: int, tables: tuple[bytes, ...], row: bytes, width: int) -> bytes:
    indices = row if depth == 8 else b"".join(map(_spread(depth).__getitem__, row))[:width]
    return _joined([indices.translate(table) for table in tables], width)


@cache
def _spread(depth: int) -> list[bytes]:
    """A byte -> the samples that are packed in it, the leftmost in its high bits."""
    most = (1 << depth) - 1
    shifts = range(8 - depth, -1, -depth)
    return [bytes(byte >> shift & most for shift in shifts) for byte in range(256)]
