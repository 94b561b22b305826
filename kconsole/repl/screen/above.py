"""What waits to be written above the prompt, and what was, as far back as it can be written anew.

A terminal's scrollback does not change any more. But what stands just above the prompt and is still on the
screen does: the cursor goes up, everything below it is erased and written again. That is done for pictures,
which are not drawn by the layout: a terminal takes them in sequences of its own, and as coloured blocks
they have more to draw than a layout can in time. A picture that is updated, or that clear_output takes
away, changes in its place as long as it is whole on the screen; later, a new one comes below.
"""

from dataclasses import dataclass

from kconsole.render.live import line_height
from kconsole.repl.screen.output import ERASE_BELOW

__all__ = ["Above", "Picture", "height"]


@dataclass(slots=True, eq=False)
class Picture:
    """Something whose height is known, whatever it is made of.

    Attributes:
        text: what is written; it ends below itself, at the left.
        rows: of the screen that it takes.
        key: names what can be updated; None if it cannot be.
        wipe: what has to be written at its top left before it is erased; None if it cannot be erased.
    """

    text: str
    rows: int
    key: str | None = None
    wipe: str | None = ""


@dataclass(slots=True, eq=False)
class _Text:
    """Lines of text, whose height is asked for only below a picture.

    Attributes:
        lasting: whether a clear_output leaves it.
    """

    text: str
    lasting: bool


_Piece = _Text | Picture


class Above:
    """The pieces, in order. Nothing is written here: :meth:`take` gives what is to be."""

    def __init__(self) -> None:
        self._pieces: list[_Piece] = []
        #: The height of each of the first of them, that have been written and stand as they were.
        self._heights: list[int] = []
        #: So many of the first of them stay, whatever is cleared.
        self._sealed = 0
        #: What has been written of the others, and is to be erased: rows and wipes, from top to bottom.
        self._stale: list[tuple[int, str]] = []
        #: Those of the others that were not there before, or were otherwise.
        self._changed: list[_Piece] = []
        #: Whether to seal once what is stale has been written anew.
        self._sealing = False
        #: The most rows that the prompt had since the first of the pieces was written.
        self._tallest = 0

    def __bool__(self) -> bool:
        """Whether something is to be written."""
        return bool(self._stale) or len(self._heights) < len(self._pieces)

    def add(self, text: str, *, lasting: bool = False) -> None:
        """Add text, in whole lines.

        :param lasting: whether a clear_output leaves it.
        """
        if text:
            self._append(_Text(text, lasting))

    def place(self, picture: Picture) -> None:
        """Add a picture."""
        self._append(picture)

    def has(self, key: str | None) -> bool:
        """Whether there is a picture with this key that is in reach."""
        return key is not None and any(
            isinstance(each, Picture) and each.key == key for each in self._pieces
        )

    def reaches(self, key: str | None, rows: int) -> bool:
        """Whether an update of a picture with this key would be written in its place.

        :param rows: of the screen.
        """
        if key is None:
            return False
        for index, piece in enumerate(self._pieces):
            if isinstance(piece, Picture) and piece.key == key:
                written = self._heights[index:]
                return not written or sum(written) + self._tallest <= rows
        return False

    def update(self, picture: Picture) -> bool:
        """Put a picture in the place of those with its key; False if there is none that is in reach."""
        found = False
        for index, piece in enumerate(self._pieces):
            if isinstance(piece, Picture) and piece.key == picture.key is not None:
                self._disturb(index)
                if piece in self._changed:
                    self._changed.remove(piece)
                self._pieces[index] = picture
                found = True
        if found:
            self._changed.append(picture)
        return found

    def clear(self) -> None:
        """Take away what a cell has shown since its first picture, as far as it is in reach."""
        first = self._first()
        if first == len(self._pieces):
            return
        self._disturb(first)
        self._pieces[first:] = [each for each in self._pieces[first:] if _lasts(each)]
        self._changed = [each for each in self._changed if each in self._pieces]

    def seal(self) -> None:
        """Let it all stand as it is: from now on nothing of it is in reach."""
        if self._stale:
            self._sealing = True
            return
        del self._pieces[: len(self._heights)]
        self._heights.clear()
        self._sealed, self._tallest = len(self._pieces), 0

    def lose(self) -> None:
        """The same, when nothing is where it was: what has changed and is not written yet comes below."""
        self._drop_unchanged()
        self.seal()

    def drawn(self, rows: int) -> None:
        """Note that the prompt has been drawn, in so many rows."""
        self._tallest = max(self._tallest, rows)

    def take(self, rows: int, columns: int) -> list[str]:
        """What is to be written now, at the left, just above the prompt; it counts as written.

        :param rows: of the screen.
        :param columns: of the screen.
        """
        done = len(self._heights)
        written = []
        if self._stale:
            if sum(height for height, _ in self._stale) + self._tallest <= rows:
                written = _erasure(self._stale)
            else:  # it is partly in the scrollback: what has changed comes once more
                self._drop_unchanged()
        written += [piece.text for piece in self._pieces[done:]]
        self._stale.clear()
        self._changed.clear()
        self._keep_reachable(rows, columns)
        if self._sealing:
            self._sealing = False
            self.seal()
        return written

    def _drop_unchanged(self) -> None:
        done = len(self._heights)
        self._pieces[done:] = [each for each in self._pieces[done:] if each in self._changed]
        self._stale.clear()

    def _append(self, piece: _Piece) -> None:
        self._pieces.append(piece)
        self._changed.append(piece)

    def _first(self) -> int:
        """Where what can be taken back begins: at a picture, or the text of its cell before it."""
        first = len(self._pieces)
        for index in range(self._sealed, len(self._pieces)):
            if isinstance(self._pieces[index], Picture):
                first = index
                break
        else:
            return first
        while first > self._sealed and not _lasts(self._pieces[first - 1]):
            first -= 1
        return first

    def _disturb(self, index: int) -> None:
        """Have all from a piece on written anew."""
        gone = self._pieces[index : len(self._heights)]
        wipes = ((each.wipe or "") if isinstance(each, Picture) else "" for each in gone)
        self._stale[:0] = zip(self._heights[index:], wipes, strict=True)
        del self._heights[index:]

    def _keep_reachable(self, rows: int, columns: int) -> None:
        """Keep what has been written, if it can still change: from its first picture on."""
        first = self._first()
        for index, piece in enumerate(self._pieces):
            if isinstance(piece, Picture) and piece.wipe is None:
                first = index + 1
        missing = self._pieces[max(first, len(self._heights)) :]
        heights = self._heights[first:] + [_height(each, rows, columns) for each in missing]
        while sum(heights) > rows:
            first += 1
            del heights[0]
        del self._pieces[:first]
        self._heights, self._sealed = heights, 0
        if not heights:
            self._tallest = 0


def _lasts(piece: _Piece) -> bool:
    return isinstance(piece, _Text) and piece.lasting


def height(text: str, rows: int, columns: int) -> int:
    """How many rows some lines take; where that is more than the screen has, just more.

    :param rows: of the screen.
    :param columns: of the screen.
    """
    total = start = 0
    while start < len(text) and total <= rows:
        end = text.find("\n", start) + 1 or len(text)
        total += line_height(text[start:end], columns, rows)
        start = end
    return total


def _height(piece: _Piece, rows: int, columns: int) -> int:
    return piece.rows if isinstance(piece, Picture) else height(piece.text, rows, columns)


def _erasure(stale: list[tuple[int, str]]) -> list[str]:
    """Go up over what is stale, wiping each picture from its top left, and erase all below."""
    steps = [f"\x1b[{height}A{wipe}" for height, wipe in reversed(stale) if height]
    return [*steps, ERASE_BELOW]
