"""What Pillow reads, if it is there: JPEG, GIF and WebP, and large PNGs (https://pillow.readthedocs.io).

Pillow is not asked for until there is an image.  It may read only the format that the header says,
and only what was found small enough.
"""

import warnings
from importlib import import_module
from io import BytesIO
from typing import Any

from kconsole.errors import ImageError
from kconsole.render.image.header import Header
from kconsole.render.image.picture import Picture

__all__ = ["decoded", "find_pillow"]


def find_pillow() -> Any | None:
    """Return Pillow's module ``PIL.Image``, or None if it is not installed or broken."""
    try:
        return import_module("PIL.Image")
    except ImportError:
        return None


def decoded(pillow: Any, data: bytes, header: Header, target: tuple[int, int]) -> Picture:
    """Decode an image, the first frame if it moves, and scale it.

    :param pillow: the module, as it was found.
    :param data: the whole image.
    :param header: what its first bytes say.
    :param target: the picture's width and height in pixels.
    :raises ImageError: Pillow cannot do it.
    """
    try:
        with (
            warnings.catch_warnings(),
            pillow.open(BytesIO(data), formats=[header.format]) as image,
        ):
            warnings.simplefilter("ignore")  # of what is odd in a file nobody else would hear
            image.draft(None, target)  # a JPEG is decoded no larger than it has to be
            if image.mode.startswith("I"):  # 16 bits of grey, which become white otherwise
                image = image.convert("I").point(lambda value: value / 256).convert("L")
            pixels = image.convert("RGBA")
            if pixels.size != target:
                pixels = pixels.resize(target, pillow.Resampling.LANCZOS, reducing_gap=3.0)
    except Exception as error:  # noqa: BLE001  in broken files its readers stumble over anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ImageError(f"the {header.format} is broken: {reason}") from None
    return Picture(*target, pixels.tobytes())
