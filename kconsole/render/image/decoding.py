"""From the bytes of an image to a picture of the size that is wanted."""

from kconsole.errors import ImageError
from kconsole.render.image import png
from kconsole.render.image.header import Header, check_size
from kconsole.render.image.picture import Picture
from kconsole.render.image.scale import scaled

__all__ = ["decode"]

#: What Python decodes in some seconds at worst.
_MOST_PIXELS = 4_000_000
_EXTRA = "pip install 'kconsole[images]'"


def decode(data: bytes, header: Header, target: tuple[int, int]) -> Picture:
    """Decode an image and scale it.

    :param data: the whole image.
    :param header: what its first bytes say.
    :param target: the picture's width and height in pixels.
    :raises ImageError: it cannot be decoded.
    """
    if header.format != "PNG":
        raise ImageError(f"to draw {header.format} takes Pillow: {_EXTRA}")
    check_size(
        header.width, header.height, most=_MOST_PIXELS, hint=f", which takes Pillow: {_EXTRA}"
    )
    return scaled(png.rows(png.parse(data)), (header.width, header.height), target)
