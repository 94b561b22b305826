"""What of a value JSON (RFC 8259) can hold. Pure."""

import math
from collections.abc import Mapping

__all__ = ["writable"]

_DEEPEST = 100  # programs that read it, and json that writes it, go down a stack


def writable(value: object) -> object:
    """Copy a value with null for infinities and NaN, as JavaScript does, and for what is too deep."""
    return _copy(value, 0)


def _copy(value: object, depth: int) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if not isinstance(value, Mapping | list | tuple):
        return value
    if depth >= _DEEPEST:
        return None
    if isinstance(value, Mapping):
        return {str(key): _copy(each, depth + 1) for key, each in value.items()}
    return [_copy(each, depth + 1) for each in value]
