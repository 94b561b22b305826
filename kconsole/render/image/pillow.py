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


#: How many times larger than the target an image still is that gives the best one (Pillow: reducing_gap).
_GAP = 3
#: Pixels of an image for which the memory counts more than that.
_LARGE = 16_000_000
_STRIP = 512  # rows that are made smaller at once
#: What turns an image as its EXIF orientation (tag 0x0112 of TIFF 6.0) wants it, by Pillow's names.
_TURNS = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}


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
    size = target[::-1] if header.lies else target
    try:
        with (
            warnings.catch_warnings(),
            pillow.open(BytesIO(data), formats=[header.format]) as image,
        ):
            warnings.simplefilter("ignore")  # of what is odd in a file nobody else would hear
            image.draft(None, size)  # a JPEG is decoded no larger than it has to be
            if image.mode.startswith("I"):  # 16 bits of grey, which become white otherwise
                image = image.convert("I").point(lambda value: value / 256).convert("L")
            pixels = _reduced(pillow, image, size)
            if pixels.size != size:
                pixels = pixels.resize(size, pillow.Resampling.LANCZOS)
            pixels = pixels.convert("RGBA")
            if turn := _TURNS.get(header.orientation):
                pixels = pixels.transpose(pillow.Transpose[turn])
    except Exception as error:  # noqa: BLE001  in broken files its readers stumble over anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ImageError(f"the {header.format} is broken: {reason}") from None
    return Picture(*target, pixels.tobytes())


def _reduced(pillow: Any, image: Any, target: tuple[int, int]) -> Any:
    """The image in a mode that can be made smaller, and at most six times as wide or high as the target.

    It goes strip by strip: of a large one, a whole copy with alpha would take 200 MB, and Pillow makes two.
    """
    factor = min(image.width // target[0], image.height // target[1])
    if image.width * image.height < _LARGE:
        factor //= _GAP
    image.load()
    if factor < 2:
        ready = image.mode in ("L", "RGB") and "transparency" not in image.info
        return image if ready else image.convert("RGBA")
    small = pillow.new("RGBA", (-(-image.width // factor), -(-image.height // factor)))
    step = -(-_STRIP // factor)
    for top in range(0, small.height, step):
        box = (0, top * factor, image.width, min((top + step) * factor, image.height))
        small.paste(image.crop(box).convert("RGBA").reduce(factor), (0, top))
    return small
