"""PNGs of every sort, written the way the standard tells it (ISO/IEC 15948), a byte at a time.

Slow and plain on purpose: what reads PNGs is fast, and is compared with this.
"""

import struct
import zlib
from collections.abc import Sequence
from itertools import cycle

SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
PASSES = [
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
]

Pixel = tuple[int, ...]
"""The samples of a pixel."""


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(
    rows: Sequence[Sequence[Pixel]],
    *,
    colour: int = 6,
    depth: int = 8,
    filters: Sequence[int] = (0,),
    palette: bytes = b"",
    transparency: bytes = b"",
    interlaced: bool = False,
    pieces: int = 1,
) -> bytes:
    """Write a PNG.

    :param rows: samples as large as the depth has it.
    :param filters: the numbers of the filters, taken in turn.
    :param pieces: IDAT chunks.
    """
    height, width = len(rows), len(rows[0])
    passes = PASSES if interlaced else [(0, 0, 1, 1)]
    numbers = cycle(filters)
    body = bytearray()
    for x, y, step_x, step_y in passes:
        lines = [row[x::step_x] for row in rows[y::step_y] if row[x::step_x]]
        above = b""
        for line in lines:
            packed = pack(line, depth)
            body += filtered(next(numbers), packed, above, max(1, SAMPLES[colour] * depth // 8))
            above = packed
    compressed = zlib.compress(bytes(body))
    size = -(-len(compressed) // pieces)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)),
            chunk(b"PLTE", palette) if palette else b"",
            chunk(b"tRNS", transparency) if transparency else b"",
            *(
                chunk(b"IDAT", compressed[start : start + size])
                for start in range(0, len(compressed), size)
            ),
            chunk(b"IEND", b""),
        ]
    )


def plain_png(width: int, height: int, pixel: Pixel = (255, 0, 0, 255)) -> bytes:
    """A PNG in one colour: red, green, blue, alpha."""
    return png([[pixel] * width] * height)


def bare_png(width: int, height: int, *, compressed: bytes = b"", depth: int = 8) -> bytes:
    """A PNG of which only the header says how large it is."""
    header = struct.pack(">IIBBBBB", width, height, depth, 6, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", compressed) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def pack(line: Sequence[Pixel], depth: int) -> bytes:
    samples = [sample for pixel in line for sample in pixel]
    bits = "".join(f"{sample:0{depth}b}" for sample in samples)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[start : start + 8], 2) for start in range(0, len(bits), 8))


def filtered(kind: int, row: bytes, above: bytes, step: int) -> bytes:
    result = bytearray([kind])
    for index, byte in enumerate(row):
        a = row[index - step] if index >= step else 0
        b = above[index] if above else 0
        c = above[index - step] if above and index >= step else 0
        prediction = [0, a, b, (a + b) // 2, paeth(a, b, c)][kind]
        result.append((byte - prediction) % 256)
    return bytes(result)


def paeth(a: int, b: int, c: int) -> int:
    p = a + b - c
    return min((a, b, c), key=lambda near: abs(p - near))
