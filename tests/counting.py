"""Work that is counted, where its time would be another one on each machine."""

import sys
from collections.abc import Callable

__all__ = ["calls"]


def calls(work: Callable[[], object]) -> int:
    """How many functions some work calls, those written in C included."""
    count = 0

    def heard(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(heard)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count
