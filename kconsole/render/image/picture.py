"""Decoded pixels. Pure."""

from dataclasses import dataclass

__all__ = ["Picture"]


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels, row by row from the top, four bytes each: red, green, blue and alpha (0 is clear)."""

    width: int
    height: int
    pixels: bytes

    @property
    def opaque(self) -> bool:
        """Whether no pixel lets anything shine through."""
        return self.pixels[3::4].count(255) == self.width * self.height
