"""Whether a terminal lets a line be written over."""

from collections.abc import Mapping

__all__ = ["can_write_over"]


def can_write_over(environ: Mapping[str, str]) -> bool:
    """Return whether the terminal is of a kind that knows escape sequences, as far as is told.

    :param environ: has ``TERM``; where it is missing, nothing is known to work.
    """
    return environ.get("TERM", "") not in ("", "dumb", "unknown")
