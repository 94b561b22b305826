"""How large the terminal is, at this moment."""

import os
from typing import TextIO

__all__ = ["columns_of", "size_of"]


def size_of(stream: TextIO) -> tuple[int, int]:
    """Return the columns and rows of the terminal that a stream is; 0 for what is not known of them."""
    try:
        return os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):  # no terminal; ValueError: the stream is closed
        return 0, 0


def columns_of(stream: TextIO) -> int | None:
    """Return the width of the terminal that a stream is; None if it is none, or does not tell."""
    return size_of(stream)[0] or None
