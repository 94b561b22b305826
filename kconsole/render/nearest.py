"""What somebody may have meant who has mistyped a name."""

from collections.abc import Iterable
from importlib import import_module

__all__ = ["nearest"]


def nearest(name: str, names: Iterable[str], most: int = 3, cutoff: float = 0.6) -> list[str]:
    """Return those of some names that are near to one, the nearest first.

    :param name: what was typed.
    :param names: those that there are.
    :param most: how many to return at most.
    :param cutoff: how alike they have to be, from 0 to 1.
    """
    # Imported by those alone who have mistyped something; it takes a millisecond.
    difflib = import_module("difflib")
    near: list[str] = difflib.get_close_matches(name, list(names), n=most, cutoff=cutoff)
    return near
