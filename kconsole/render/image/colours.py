"""Colours that text can have, and the nearest of them to one that it cannot. Pure.

The palette of 256 is xterm's: 16 that users choose, a cube of 6 × 6 × 6, and 24 greys.  The 16 are
taken for what xterm has; nobody can know what a user made of them.
"""

from collections.abc import Callable
from functools import lru_cache

from kconsole.render.palette import CUBE

__all__ = ["Colour", "Shade", "shader"]

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255 each."""

Shade = tuple[str, str]
"""A colour as SGR codes: as the foreground, and as the background."""

#: Each value's nearest of these.
_STEPS = [min(range(6), key=lambda step: abs(CUBE[step] - value)) for value in range(256)]
#: Channels further apart make a colour, for which no grey stands, though it may be nearer.
_DULL = 20
_SIXTEEN: tuple[Colour, ...] = (
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
)
_BRIGHT = [index for index, (red, green, blue) in enumerate(_SIXTEEN) if not red == green == blue]


def shader(colors: int) -> Callable[[Colour], Shade]:
    """Return what finds the shade nearest to a colour.

    :param colors: how many the terminal has: 16, 256 or 16777216.
    """
    if colors > 256:
        return _of_all
    return _of_256 if colors == 256 else _of_16


def _of_all(colour: Colour) -> Shade:
    code = "2;{};{};{}".format(*colour)
    return f"38;{code}", f"48;{code}"


@lru_cache(maxsize=4096)
def _of_256(colour: Colour) -> Shade:
    code = f"5;{_nearest(colour)}"
    return f"38;{code}", f"48;{code}"


def _nearest(colour: Colour) -> int:
    steps = [_STEPS[value] for value in colour]
    cube = CUBE[steps[0]], CUBE[steps[1]], CUBE[steps[2]]
    grey = min(23, max(0, (sum(colour) // 3 - 3) // 10))
    level = 8 + 10 * grey
    dull = max(colour) - min(colour) <= _DULL
    if dull and _distance(colour, (level, level, level)) < _distance(colour, cube):
        return 232 + grey
    return 16 + 36 * steps[0] + 6 * steps[1] + steps[2]


@lru_cache(maxsize=4096)
def _of_16(colour: Colour) -> Shade:
    dull = max(colour) - min(colour) <= 2 * _DULL
    choice = range(16) if dull else _BRIGHT
    index = min(choice, key=lambda index: _distance(colour, _SIXTEEN[index]))
    code = index + 30 if index < 8 else index + 82  # bright ones begin at 90
    return str(code), str(code + 10)


def _distance(one: Colour, other: Colour) -> int:
    """How unlike two colours are; an eye sees green best, and blue worst."""
    red, green, blue = (a - b for a, b in zip(one, other, strict=True))
    return 3 * red * red + 6 * green * green + blue * blue
