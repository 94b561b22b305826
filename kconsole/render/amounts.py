"""Sizes and ages in a few characters. Pure."""

__all__ = ["bytes_text", "short_age", "short_size"]

_SIZES = "KMGT"
_BYTES = ("B", "kB", "MB", "GB")
_UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


def short_size(amount: float) -> str:
    """Return an amount of memory, in bytes, with a unit of 1000 bytes or more, as ``212M``."""
    units = list(_SIZES)
    amount /= 1000
    while amount >= 1000 and len(units) > 1:
        amount /= 1000
        units.pop(0)
    return f"{amount:.{1 if amount < 9.95 and units[0] != 'K' else 0}f}{units[0]}"


def bytes_text(size: float) -> str:
    """Return a number of bytes as a sentence has it, as ``12.3 kB``."""
    unit = 0
    while size >= 1000 and unit < len(_BYTES) - 1:
        size /= 1000
        unit += 1
    return f"{size:.1f} {_BYTES[unit]}" if unit else f"{size:.0f} B"


def short_age(seconds: float) -> str:
    """Return an age, in seconds, in the largest unit of which it has one, as ``3h``."""
    for length, unit in _UNITS:
        if seconds >= length:
            return f"{int(seconds // length)}{unit}"
    return "0s"
