"""What a value is to be rendered for: the room there is, and the taste of whoever looks."""

from collections.abc import Container
from dataclasses import dataclass

from kconsole.render.style import paint

__all__ = ["Page", "left_out"]


@dataclass(frozen=True, slots=True)
class Page:
    """Where a display or result is to be shown.

    Attributes:
        width: columns; None where there is no bound, as in a file or a pipe.
        color: whether colours may be used.
        style: of pygments, for code, or ``default``.
        lines: the most lines of JSON, of which the rest is counted; where there is such a number, a very
            long document is cut too. None shows all.
        rest: what shows all of it, for where something is left out; ``""``: nothing does.
        drawn: the MIME types that are shown in another way than as text: drawn, or saved.
    """

    width: int | None = None
    color: bool = False
    style: str = "default"
    lines: int | None = None
    rest: str = ""
    drawn: Container[str] = frozenset()


def left_out(what: str, rest: str, color: bool) -> str:
    """Return the line that stands in the place of what is left out.

    :param what: how much it is, in words.
    :param rest: what shows it; ``""``: nothing does.
    :param color: whether to use colours.
    """
    return paint(f"… {what}" + (f"; {rest} shows them" if rest else ""), "note", color)
