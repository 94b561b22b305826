"""A row of bytes as one large integer: what is done to all of them is done in a few steps.

No byte carries into its neighbour, for the highest bits are left out of sums and put in afterwards.
"""

from functools import lru_cache

__all__ = ["add", "extremes", "sort"]


@lru_cache(maxsize=4)
def _masks(length: int) -> tuple[int, int]:
    """The lower seven bits of as many bytes, and the highest one."""
    return int.from_bytes(b"\x7f" * length, "little"), int.from_bytes(b"\x80" * length, "little")


def add(x: int, y: int, length: int) -> int:
    """Add byte to byte, modulo 256; what is above so many bytes is dropped."""
    low, high = _masks(length)
    return ((x & low) + (y & low)) ^ ((x ^ y) & high)


def sort(x: int, y: int, length: int) -> tuple[int, int]:
    """Return the lower byte of each two, and the higher one."""
    low, high = _masks(length)
    both = x ^ y
    # The highest bit of a byte stays if the lower bits of x are no less than those of y.
    no_less = ((x | high) - (y & low)) & ~both
    swapped = ((x & both) | no_less) & high
    mask = swapped | (swapped - (swapped >> 7))
    return x ^ (both & mask), y ^ (both & mask)


def extremes(rows: list[bytes]) -> tuple[bytes, bytes]:
    """Return, for each place, the lowest byte that any of the rows has there, and the highest."""
    length = len(rows[0])
    last = rows[0]
    lowest = highest = int.from_bytes(last, "little")
    for row in rows:
        if row is not last:
            last, number = row, int.from_bytes(row, "little")
            lowest, _ = sort(lowest, number, length)
            _, highest = sort(highest, number, length)
    return lowest.to_bytes(length, "little"), highest.to_bytes(length, "little")
