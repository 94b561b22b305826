"""PNG, with the standard library alone (ISO/IEC 15948).

All colour types and depths, filters and interlacing are read.  Colour spaces, gamma and text are
not: what they would change is little, and what a terminal shows is never exact.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from kconsole.errors import ImageError
from kconsole.render.image.header import PNG_SIGNATURE, check_size, read_header
from kconsole.render.image.samples import CHANNELS, Unpacker, unpacker
from kconsole.render.image.unfilter import unfilter

__all__ = ["Png", "bare", "check", "parse", "rows"]

#: Chunks that say what is to be seen.
_WANTED = (b"IHDR", b"PLTE", b"tRNS", b"IDAT")
_HEADER = ">IIBBBBB"
#: Starts and steps of Adam7's passes: x, y, step of x, step of y (8.2).
_ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
#: Bytes that are decompressed in one go.
_BITE = 1 << 16


@dataclass(frozen=True, slots=True)
class Png:
    """The chunks of a PNG that matter."""

    width: int
    height: int
    depth: int
    colour: int
    interlaced: bool
    palette: bytes
    transparency: bytes
    compressed: bytes

    def line(self, width: int) -> int:
        """How many bytes a row of so many pixels has, without the number of its filter."""
        return (width * self.depth * CHANNELS[self.colour] + 7) // 8


def parse(data: bytes) -> Png:
    """Take a PNG apart; nothing is decompressed yet.

    :raises ImageError: it is too large, its chunks are broken, or it ends too early.
    """
    header = read_header(data)
    if header is None or header.format != "PNG":
        raise ImageError("no PNG begins like this")
    check_size(header.width, header.height)
    chunks: dict[bytes, list[bytes]] = {name: [] for name in _WANTED}
    for name, body in _chunks(data):
        if name in chunks:
            chunks[name].append(body)
    first = chunks[b"IHDR"][0]
    if len(first) != 13:
        raise ImageError(f"the PNG's header has {len(first)} bytes, and 13 make one")
    _, _, depth, colour, compression, filtering, interlace = struct.unpack(_HEADER, first)
    if compression or filtering or interlace > 1:
        raise ImageError("the PNG's methods of compression, filtering and interlacing are unknown")
    palette, transparency, compressed = (b"".join(chunks[name]) for name in _WANTED[1:])
    unpacker(colour, depth, palette, transparency)
    return Png(
        header.width,
        header.height,
        depth,
        colour,
        interlace == 1,
        palette,
        transparency,
        compressed,
    )


def rows(png: Png) -> Iterator[bytes]:
    """Decode row by row from the top: four bytes a pixel, red, green, blue and alpha.

    :raises ImageError: the data are broken, or end too early.
    """
    unpack = unpacker(png.colour, png.depth, png.palette, png.transparency)
    source = _Source(png.compressed)
    if png.interlaced:
        yield from _interlaced(png, source, unpack)
        return
    last, pixels = b"", b""
    (whole,) = _passes(png)
    for row in _lines(png, source, whole):
        if row is not last:
            last, pixels = row, unpack(row, png.width)
        yield pixels


def check(png: Png) -> None:
    """Decompress all rows and forget them: of broken ones a terminal shows nothing, nor says it.

    :raises ImageError: the data are broken, or end too early.
    """
    source = _Source(png.compressed)
    for part in _passes(png):
        for _ in range(part.height):
            source.row(png, part.width)


def bare(png: Png) -> bytes:
    """Write the PNG again, with nothing but what is to be seen."""
    header = (png.width, png.height, png.depth, png.colour, 0, 0, int(png.interlaced))
    bodies = [struct.pack(_HEADER, *header), png.palette, png.transparency, png.compressed]
    chunks = [_chunk(name, body) for name, body in zip(_WANTED, bodies, strict=True) if body]
    return b"".join([PNG_SIGNATURE, *chunks, _chunk(b"IEND", b"")])


def _chunk(name: bytes, body: bytes) -> bytes:
    check_sum = zlib.crc32(name + body)
    return len(body).to_bytes(4, "big") + name + body + check_sum.to_bytes(4, "big")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every chunk's type and body, as far as IEND (5.3)."""
    position = len(PNG_SIGNATURE)
    while True:
        length = int.from_bytes(data[position : position + 4], "big")
        name = data[position + 4 : position + 8]
        end = position + 8 + length
        if end + 4 > len(data):
            raise ImageError(f"the PNG ends too early, after {len(data)} bytes")
        if zlib.crc32(data[position + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            raise ImageError(f"the PNG is broken: a checksum is wrong at byte {position}")
        if name == b"IEND":
            return
        yield name, data[position + 8 : end]
        position = end + 4


class _Source:
    """Decompressed bytes, as many as are asked for and little more."""

    def __init__(self, compressed: bytes) -> None:
        self._inflate = zlib.decompressobj()
        self._compressed = memoryview(compressed)
        self._ready = b""

    def row(self, png: Png, width: int) -> bytes:
        """Return the next row, of so many pixels: the number of its filter, and its bytes."""
        ready, count = self._ready, png.line(width) + 1
        while len(ready) < count:
            more = self._more()
            if not more:
                raise ImageError("the PNG has fewer pixels than its header says")
            ready += more
        self._ready = ready[count:]
        return ready[:count]

    def _more(self) -> bytes:
        """Decompress a bite, or nothing at the end."""
        more = b""
        while not more and not self._inflate.eof:
            left = self._inflate.unconsumed_tail
            fed = left or self._compressed[:_BITE]
            try:
                more = self._inflate.decompress(fed, _BITE)
            except zlib.error as error:
                raise ImageError(f"the PNG's pixels are broken: {error}") from None
            if not left:
                self._compressed = self._compressed[_BITE:]
            if not fed:
                break
        return more


class _Pass(NamedTuple):
    """Where the pixels of a pass stand in the image, and how many there are."""

    x: int
    y: int
    step_x: int
    step_y: int
    width: int
    height: int


def _passes(png: Png) -> Iterator[_Pass]:
    """The passes that have any pixels; without interlacing there is one."""
    for x, y, step_x, step_y in _ADAM7 if png.interlaced else ((0, 0, 1, 1),):
        width, height = -(-(png.width - x) // step_x), -(-(png.height - y) // step_y)
        if width > 0 and height > 0:
            yield _Pass(x, y, step_x, step_y, width, height)


def _lines(png: Png, source: _Source, part: _Pass) -> Iterator[bytes]:
    """The unfiltered rows of a pass; one that is like the one above is the same object."""
    step = max(1, png.depth * CHANNELS[png.colour] // 8)
    row = bytes(png.line(part.width))
    question: tuple[bytes, bytes] = b"", b""
    for _ in range(part.height):
        filtered = source.row(png, part.width)
        above = row
        if (filtered, above) != question:
            question = filtered, above
            row = unfilter(filtered[0], filtered[1:], above, step)
            if row == above:
                row = above
        yield row


def _interlaced(png: Png, source: _Source, unpack: Unpacker) -> Iterator[bytes]:
    """Put the passes together; only then any row is complete."""
    image = [bytearray(4 * png.width) for _ in range(png.height)]
    for part in _passes(png):
        targets = image[part.y :: part.step_y]
        for target, line in zip(targets, _lines(png, source, part), strict=True):
            pixels = unpack(line, part.width)
            for channel in range(4):
                target[4 * part.x + channel :: 4 * part.step_x] = pixels[channel::4]
    yield from map(bytes, image)
