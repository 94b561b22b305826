"""From the bytes of an image to a picture of the size that is wanted."""

from kconsole.errors import ImageError
from kconsole.render.image import pillow, png
from kconsole.render.image.header import Header
from kconsole.render.image.picture import Picture
from kconsole.render.image.scale import scaled

__all__ = ["decodable", "decode"]

#: What Python alone decodes in a few seconds at worst.
_MOST_PIXELS = 4_000_000


def decode(data: bytes, header: Header, target: tuple[int, int], *, lines: bool = False) -> Picture:
    """Decode an image and scale it.

    :param data: the whole image.
    :param header: what its first bytes say.
    :param target: the picture's width and height in pixels.
    :param lines: whether thin lines are to be seen better than their means would be.
    :raises ImageError: it cannot be decoded.
    """
    if _plain(header):  # with Pillow or without, it is the same that is broken
        return scaled(png.rows(png.parse(data)), header.size, target, lines=lines)
    module = pillow.find_pillow()
    if module is None:
        large = header.format == "PNG"
        what = f"{header.width} × {header.height} pixels" if large else header.format
        raise ImageError(f"to draw {what} takes Pillow: pip install 'kconsole[images]'")
    return pillow.decoded(module, data, header, target)


def decodable(header: Header) -> bool:
    """Tell whether an image of this kind and size can be decoded here."""
    return _plain(header) or pillow.find_pillow() is not None


def _plain(header: Header) -> bool:
    return header.format == "PNG" and header.width * header.height <= _MOST_PIXELS
