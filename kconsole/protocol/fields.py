"""Reading single fields of JSON that another program wrote.

Kernels leave fields out, send null, or another type than the specification says. Each function
takes whatever stands there and gives a value of the right type; none ever raises.
"""

from collections.abc import Mapping
from typing import Any

__all__ = ["as_count", "as_mapping", "as_optional_text", "as_rows", "as_text", "as_texts"]

_MOST = 1 << 53
_EMPTY: Mapping[str, Any] = {}


def as_mapping(value: object) -> Mapping[str, Any]:
    """Give an object, or an empty one."""
    return value if isinstance(value, dict) else _EMPTY


def as_text(value: object) -> str:
    """Give a string.

    A list of strings is joined (nbformat's multi-line strings), a number or a boolean is written
    out; anything else is "".
    """
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return "".join(part for part in value if isinstance(part, str))
    if isinstance(value, int | float):
        return str(value)
    return ""


def as_optional_text(value: object) -> str | None:
    """Give a string, or None where there is none or an empty one."""
    return as_text(value) or None


def as_texts(value: object) -> tuple[str, ...]:
    """Give strings: those of a list, or a single one."""
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(part for part in as_rows(value) if isinstance(part, str))


def as_count(value: object) -> int | None:
    """Give an integer, also where it came as 3.0; None if it is neither, or counts nothing that there is.

    Numbers beyond 2**53 mean different things to different programs (RFC 8259, 6); and one of thousands of
    digits cannot even be written out.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    in_range = -_MOST <= value <= _MOST  # NaN is not
    return int(value) if in_range and value == int(value) else None


def as_rows(value: object) -> tuple[Any, ...]:
    """Give the items of a list; none if it is no list."""
    return tuple(value) if isinstance(value, list | tuple) else ()
