"""What of the output of cells passes to the scrollback: of each cell the first lines, and its end."""

from kconsole.render.folding import Fold
from kconsole.render.page import left_out
from kconsole.render.style import paint

__all__ = ["Folding"]

_MOST_CELLS = 64  # whose output may go on; the oldest is folded anew


class Folding:
    """Stands before the scrollback.

    Attributes:
        at_most: lines of each cell that are shown at once, for cells that begin from now on; 0 is all.
        color: whether to use colours.
    """

    def __init__(self) -> None:
        self.at_most = 0
        self.color = False
        self._cells: dict[str, Fold] = {}
        self._fold = Fold(0)

    def begin(self, msg_id: str, *, kept: bool) -> None:
        r"""What comes now is output of this request.

        :param kept: whether it is in the session's record, from which ``\last`` shows it; else it is not
            folded.
        """
        fold = self._cells.get(msg_id)
        if fold is None:
            fold = self._cells[msg_id] = Fold(self.at_most if kept else 0)
            if len(self._cells) > _MOST_CELLS:
                del self._cells[next(iter(self._cells))]
        self._fold = fold

    def take(self, text: str) -> str:
        """Return what of lines that do not change any more is to be shown."""
        return self._fold.take(text) if text else ""

    def unfold(self, rest: str) -> str:
        """Return what is still to be shown: the last lines, and above them how many are hidden.

        :param rest: what could still change until now.
        """
        shown = self.take(rest)
        text, lines, characters = self._fold.unfold()
        if not characters:
            return shown + text
        hidden = _number(lines, "line") if lines > 1 else _number(characters, "character")
        note = paint(f"… {hidden} not shown; \\last shows all", "note", self.color)
        return f"{shown}{note}\n{text}"

    def clear(self) -> None:
        """What is hidden is cleared."""
        self._fold.clear()

    @property
    def line(self) -> str:
        """What tells, while more comes, how much is hidden; "" if nothing is."""
        fold = self._fold
        if not fold.characters:
            return ""
        more = (fold.lines, "more line") if fold.lines else (fold.characters, "more character")
        return left_out(_number(*more), r"\last", self.color)


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
