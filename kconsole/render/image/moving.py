"""How many frames a moving image has; nothing is decoded, and a broken one counts as far as it goes. Pure.

GIF: the blocks of GIF89a, section 12 and appendix A.  PNG: the acTL chunk ("Portable Network Graphics,
Third Edition", 11.3.6.1).  WebP: the ANMF chunks (RFC 9649, section 2.7.1.1).
"""

from collections.abc import Callable, Mapping

from kconsole.render.image.header import Format

__all__ = ["frames"]

_IMAGE, _EXTENSION = 0x2C, 0x21


def frames(data: bytes, form: Format) -> int:
    """Return the number of frames; 1 for an image that does not move."""
    count = _COUNTS.get(form)
    return max(1, count(data)) if count is not None else 1


def _gif(data: bytes) -> int:
    count = 0
    position = 13 + _table(data[10:11])
    while position < len(data) and data[position] in (_IMAGE, _EXTENSION):
        if data[position] == _IMAGE:
            count += 1
            position += 10 + _table(data[position + 9 : position + 10]) + 1
        else:
            position += 2
        while (length := int.from_bytes(data[position : position + 1])) > 0:  # sub-blocks
            position += 1 + length
        position += 1
    return count


def _table(flags: bytes) -> int:
    """Bytes of the colours that these flags announce."""
    packed = int.from_bytes(flags)
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0


def _png(data: bytes) -> int:
    found = data.find(b"acTL", 0, data.find(b"IDAT"))
    return int.from_bytes(data[found + 4 : found + 8]) if found > 0 else 1


def _webp(data: bytes) -> int:
    count, position = 0, 12
    while position + 8 <= len(data):
        count += data[position : position + 4] == b"ANMF"
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        position += 8 + length + length % 2
    return count


_COUNTS: Mapping[Format, Callable[[bytes], int]] = {"GIF": _gif, "PNG": _png, "WEBP": _webp}
