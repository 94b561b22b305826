"""What a value is to be rendered for: the room there is, and the taste of whoever looks."""

from collections.abc import Container
from dataclasses import dataclass

__all__ = ["Page"]


@dataclass(frozen=True, slots=True)
class Page:
    """Where a display or result is to be shown.

    Attributes:
        width: columns; None where there is no bound, as in a file or a pipe.
        color: whether colours may be used.
        style: of pygments, for code, or ``default``.
        lines: the most lines of a value that is folded, as JSON is; None folds nothing.
        drawn: the MIME types that are shown in another way than as text: drawn, or saved.
    """

    width: int | None = None
    color: bool = False
    style: str = "default"
    lines: int | None = None
    drawn: Container[str] = frozenset()
