"""What a terminal lets one draw on."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["DEFAULT_CELL", "Canvas", "ImageProtocol"]

ImageProtocol = Literal["kitty", "iterm", "sixel", "blocks", "none"]

DEFAULT_CELL = (8, 16)
"""Width and height in pixels of a cell, where they are not known."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """Where an image is to be drawn.

    Attributes:
        protocol: how the terminal takes images; ``blocks`` is half-block characters, ``none`` nothing.
        columns: the most cells that an image may be wide.
        rows: the most cells that an image may be high.
        cell: width and height of a cell in pixels.
        colors: how many colours text can have: 16, 256 or 16777216.
        tmux: whether the escape sequences have to be wrapped to pass through tmux.
    """

    protocol: ImageProtocol
    columns: int
    rows: int
    cell: tuple[int, int] = DEFAULT_CELL
    colors: int = 256
    tmux: bool = False
