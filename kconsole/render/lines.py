r"""The last line of a program's output, as long as it can still change.

A line is finished by its newline and is then somebody else's.  Until then ``\r``, ``\b``, tabs,
``ESC[K`` and overwriting can change what is in it: that is how progress bars are made.

How it works: as long as nothing moves the cursor back, the line is a list of pieces that is joined
when somebody looks.  The first ``\r``, ``\b`` or ``ESC[K`` turns it into cells, a character and a
style for each column, and every later piece is written over them.  The cells are those of a row of
:data:`COLUMNS`; what is longer wraps, and the full row before it is settled, because no ``\r``
reaches back over a row.  So the work for each character is bounded, however long the line is.
"""

import re
from itertools import groupby

from kconsole.render.cells import cell_width
from kconsole.render.sgr import DEFAULT, RESET, Style, restyle, serialise

__all__ = ["COLUMNS", "Row", "TailLine", "is_simple", "without_tabs"]

COLUMNS = 1024
"""Columns of the row that is emulated: more than any screen has."""

_TAB = 8
#: Marks on one character ("Stream-Safe Text Format", Unicode Standard Annex 15); more are dropped.
_MAX_MARKS = 30
_ERASE = re.compile(r"\x1b\[[0-2]?K")
_SGR = re.compile(r"\x1b\[([0-9;]*)m")
_TOKEN = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])|[\r\b\t]|[^\x1b\r\b\t]+")


class TailLine:
    """Takes a terminal's text, gives finished lines, and keeps the unfinished one.

    Every line that comes out stands for itself: it begins by setting the style that it has from
    the line before, and resets it at its end.  The text has to be sanitised.
    """

    def __init__(self, style: Style = DEFAULT) -> None:
        self._pieces: list[str] = []
        self._row: Row | None = None  # in place of pieces, once the cursor has moved back
        self._start_style = style  # at the beginning of the pieces
        self._style = style

    def feed(self, text: str) -> list[str]:
        """Add text; return the lines that it completes, each with its newline."""
        *complete, rest = text.split("\n")
        if complete and not (self._pieces or self._row or self._style) and is_simple(text):
            self._pieces = [rest] if rest else []
            return [line + "\n" for line in complete]
        lines = []
        for part in complete:
            self._write(part)
            lines.append(self.text + "\n")
            self._clear()
        self._write(rest)
        return lines

    @property
    def text(self) -> str:
        """The unfinished line, rendered with its styles, without any cursor movement."""
        if self._row is not None:
            return self._row.text
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        if not self._pieces:
            return ""
        text = serialise(self._start_style) + self._pieces[0]
        return text + RESET if self._style else text

    @property
    def moved(self) -> bool:
        """Whether the cursor has moved back in the unfinished line."""
        return self._row is not None

    @property
    def wiped(self) -> bool:
        """Whether there is an unfinished line of blanks that the next text would be written over."""
        return self._row is not None and self._row.wiped and bool(self.text)

    def finish(self) -> str:
        """Return the unfinished line and forget it and the style; the output is at its end."""
        text = self.text
        self._style = DEFAULT
        self._clear()
        return text

    def _write(self, part: str) -> None:
        if not part:
            return
        if self._row is None and not _moves(part):
            self._pieces.append(part)
            last = part.rfind("\x1b")
            if part.startswith(RESET, last):  # as most coloured texts end
                self._style = DEFAULT
            elif last >= 0:
                for match in _SGR.finditer(part):
                    self._style, _ = restyle(self._style, match[1])
            return
        row = self.row()
        row.write(part)
        self._style = row.style

    def row(self) -> "Row":
        """The unfinished line as cells with a cursor, for whoever moves it further."""
        if self._row is None:
            self._row = Row(self._start_style)
            self._row.write("".join(self._pieces))
            self._pieces = []
        return self._row

    def _clear(self) -> None:
        self._pieces = []
        self._row = None
        self._start_style = self._style


class Row:
    """One row of cells. A wide character takes a cell and an empty string in the next one.

    Attributes:
        style: in which the next character is written.
        column: of the cursor, counted from 0.
    """

    def __init__(self, style: Style) -> None:
        self.style = style
        self.column = 0
        self._settled: list[str] = []  # rows before this one
        self._characters: list[str] = []
        self._styles: list[Style] = []

    @property
    def text(self) -> str:
        """The row, rendered with its styles, without any cursor movement."""
        if len(self._settled) > 1:
            self._settled = ["".join(self._settled)]
        return "".join([*self._settled, self._render()])

    @property
    def wiped(self) -> bool:
        """Whether only blanks are here, and the cursor before them: what a bar leaves that was cleared."""
        return self.column == 0 and not self.text.strip()

    def write(self, text: str) -> None:
        """Write text at the cursor."""
        for match in _TOKEN.finditer(text):
            if (final := match[2]) == "m":
                self.style, _ = restyle(self.style, match[1])
            elif final == "K":
                self.erase(match[1])
            elif final is None:
                self._print(match[0])

    def _print(self, text: str) -> None:
        match text:
            case "\r":
                self.column = 0
            case "\b":
                self.column = max(0, min(self.column, COLUMNS - 1) - 1)
            case "\t":
                self.column = min((self.column // _TAB + 1) * _TAB, COLUMNS - 1)
            case _ if text.isascii():
                self._put_ascii(text)
            case _:
                for character in text:
                    self._put(character)

    def _put_ascii(self, text: str) -> None:
        """Write characters of one column each, a row's rest at a time."""
        position = 0
        while position < len(text):
            self._wrap(1)
            run = text[position : position + COLUMNS - self.column]
            self._replace(list(run))
            position += len(run)

    def _put(self, character: str) -> None:
        width = cell_width(character)
        if width:
            self._wrap(width)
            self._replace([character, ""][:width])
        else:
            self._join(character)

    def _join(self, mark: str) -> None:
        """Add a combining mark to the character before the cursor, if there is one."""
        index = self.column - 1
        if index > 0 and index < len(self._characters) and not self._characters[index]:
            index -= 1
        if 0 <= index < len(self._characters) and len(self._characters[index]) <= _MAX_MARKS:
            self._characters[index] += mark

    def _wrap(self, width: int) -> None:
        if self.column + width > COLUMNS:
            self._settled.append(self._render())
            self._characters, self._styles, self.column = [], [], 0

    def _replace(self, cells: list[str]) -> None:
        """Write cells at the cursor, and move it behind them."""
        start, end = self.column, self.column + len(cells)
        self._pad(start)
        self._split_wide(start)
        self._split_wide(end)
        self._characters[start:end] = cells
        self._styles[start:end] = [self.style] * len(cells)
        self.column = end

    def erase(self, part: str) -> None:
        """``ESC[K``: to the end of the row; with 1 up to the cursor, with 2 the whole row."""
        column = min(self.column, COLUMNS - 1)
        if part == "2":
            self._characters, self._styles = [], []
        elif part == "1":
            count = min(column + 1, len(self._characters))
            self._split_wide(count)
            self._characters[:count] = [" "] * count
            self._styles[:count] = [DEFAULT] * count
        else:
            self._split_wide(column)
            del self._characters[column:], self._styles[column:]

    def _pad(self, column: int) -> None:
        missing = column - len(self._characters)
        if missing > 0:
            self._characters += [" "] * missing
            self._styles += [DEFAULT] * missing

    def _split_wide(self, column: int) -> None:
        """Blank both halves of a wide character whose second half is at this column."""
        if 0 < column < len(self._characters) and not self._characters[column]:
            self._characters[column - 1 : column + 1] = "  "

    def _render(self) -> str:
        if not any(self._styles):
            return "".join(self._characters)
        pieces = []
        position = 0
        for style, group in groupby(self._styles):
            end = position + sum(1 for _ in group)
            run = "".join(self._characters[position:end])
            pieces.append(f"{serialise(style)}{run}{RESET}" if style else run)
            position = end
        return "".join(pieces)


def without_tabs(line: str) -> str:
    """Return a line as it looks on a terminal: prompt_toolkit would draw a tab as ``^I``."""
    if "\t" not in line:
        return line
    row = Row(DEFAULT)
    row.write(line)
    return row.text


def _moves(text: str) -> bool:
    return "\r" in text or "\b" in text or ("\x1b" in text and _ERASE.search(text) is not None)


def is_simple(text: str) -> bool:
    """Whether a sanitised text has neither colours nor movement: each of its lines stands for itself."""
    return "\x1b" not in text and "\r" not in text and "\b" not in text
