"""How large an image is and of what kind, from its first bytes alone.

PNG: the IHDR chunk (ISO/IEC 15948, 11.2.2).  JPEG: a start-of-frame marker (ITU-T T.81, B.2.2).
GIF: the logical screen (GIF89a, section 18).  WebP: the first chunk (RFC 9649).
"""

from typing import Literal, NamedTuple

from kconsole.errors import ImageError

__all__ = ["MAX_PIXELS", "MAX_SIDE", "Format", "Header", "check_size", "read_header"]

Format = Literal["PNG", "JPEG", "GIF", "WEBP"]

#: Longest side that kitty takes (graphics.c, MAX_IMAGE_DIMENSION); others take no more.
MAX_SIDE = 10_000
MAX_PIXELS = 50_000_000

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

#: Start of frame, but for 0xC4, 0xC8 and 0xCC, which are tables and extensions.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_APP1, _ORIENTATION = 0xE1, 0x0112
#: Markers that stand alone, without a length behind them.
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})


class Header(NamedTuple):
    """What the first bytes of an image say.

    Attributes:
        format: of the file.
        width: in pixels, as the image is to be seen.
        height: likewise.
        orientation: how its pixels have to be turned for that, as EXIF numbers it; 1 is not at all.
    """

    format: Format
    width: int
    height: int
    orientation: int = 1

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.width, self.height

    @property
    def lies(self) -> bool:
        """Whether the rows of the file are columns of the image."""
        return self.orientation > 4


def read_header(data: bytes) -> Header | None:
    """Read the size of an image off its header; None if these bytes are no image that we know."""
    if data.startswith(PNG_SIGNATURE) and data[12:16] == b"IHDR":
        return _header("PNG", _big(data[16:20]), _big(data[20:24]))
    if data.startswith((b"GIF87a", b"GIF89a")):
        return _header("GIF", _little(data[6:8]), _little(data[8:10]))
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _webp(data)
    return None


def check_size(width: int, height: int) -> None:
    """Refuse an image that is too large, before anything of it is decoded.

    :param width: in pixels, as the header says it.
    :param height: likewise.
    :raises ImageError: it is, with the numbers.
    """
    if max(width, height) > MAX_SIDE:
        raise ImageError(f"{width} × {height} pixels: a side is longer than {MAX_SIDE}")
    if width * height > MAX_PIXELS:
        raise ImageError(f"{width} × {height} pixels: more than {MAX_PIXELS // 1_000_000} million")


def _header(kind: Format, width: int, height: int) -> Header | None:
    return Header(kind, width, height) if width and height else None


def _big(field: bytes) -> int:
    return int.from_bytes(field, "big")


def _little(field: bytes) -> int:
    return int.from_bytes(field, "little")


def _jpeg(data: bytes) -> Header | None:
    """Walk over the segments as far as the frame."""
    position = 2
    orientation = 1
    while position + 9 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:  # fill bytes (B.1.1.2)
            position += 1
        elif marker in _ALONE:
            position += 2
        elif marker in _FRAMES:
            height, width = (
                _big(data[position + 5 : position + 7]),
                _big(data[position + 7 : position + 9]),
            )
            if orientation > 4:
                width, height = height, width
            return Header("JPEG", width, height, orientation) if width and height else None
        else:
            end = position + 2 + max(2, _big(data[position + 2 : position + 4]))
            if marker == _APP1:
                orientation = _orientation(data[position + 4 : end]) or orientation
            position = end
    return None


def _orientation(segment: bytes) -> int:
    """What EXIF says of the orientation (Exif 2.32, 4.5.4 and 4.6.4: a TIFF in a segment); else 0."""
    if not segment.startswith((b"Exif\0\0II*\0", b"Exif\0\0MM\0*")):
        return 0
    tiff = segment[6:]
    number = _little if tiff.startswith(b"I") else _big
    first = number(tiff[4:8])
    for entry in range(number(tiff[first : first + 2])):
        field = tiff[first + 2 + 12 * entry :][:12]
        if len(field) < 12:
            break
        if number(field[:2]) == _ORIENTATION:
            value = number(field[8:10])
            return value if 1 <= value <= 8 else 0
    return 0


def _webp(data: bytes) -> Header | None:
    kind, body = data[12:16], data[20:30]
    if kind == b"VP8X" and len(body) == 10:
        return _header("WEBP", _little(body[4:7]) + 1, _little(body[7:10]) + 1)
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        return _header("WEBP", _little(body[6:8]) & 0x3FFF, _little(body[8:10]) & 0x3FFF)
    if kind == b"VP8L" and body[:1] == b"\x2f" and len(body) >= 5:
        bits = _little(body[1:5])
        return _header("WEBP", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    return None
