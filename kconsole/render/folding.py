"""The output of a cell, folded: its first and its last lines are shown, and the others counted. Pure."""

from kconsole.render.sgr import RESET, strip_sgr

__all__ = ["Fold"]

#: Characters of a line that count as one; a longer line counts as several.
_WIDTH = 200
_TAIL = 12  # lines that are shown of the end
_TAIL_WIDTH = 400  # characters of each, without its colours
_SPARSE = 16  # characters for each of these, with colours: some styles colour every comma
_LONGEST_SGR = 64


class Fold:
    """Takes lines that do not change any more, and tells what of them is to be shown.

    :param at_most: lines that are shown in a row; 0 is all of them.

    Attributes:
        lines: that are hidden.
        characters: the same.
    """

    __slots__ = ("_folds", "_room", "_tail", "characters", "lines")

    def __init__(self, at_most: int) -> None:
        self._folds = at_most > 0
        self._room = at_most
        self._tail: list[str] = []
        self.lines = self.characters = 0

    def take(self, text: str) -> str:
        """Return the part of some lines that is to be shown at once.

        :param text: safe, each line with its newline, and with no colours but its own.
        """
        if not self._folds:
            return text
        end = self._fitting(text)
        if end == len(text):
            return text
        shown, hidden = text[:end], text[end:]
        self.lines += hidden.count("\n")
        self.characters += len(hidden)
        self._keep_tail(hidden)
        return shown if not shown or shown.endswith("\n") else f"{shown}{RESET}\n"

    def clear(self) -> None:
        """Forget what is hidden: it would not be there any more."""
        self.lines = self.characters = 0
        self._tail = []

    def unfold(self) -> tuple[str, int, int]:
        """End what is hidden: something else comes now.

        :return: the last lines, and how many lines and characters before them are not shown.
        """
        text = "".join(self._tail)
        lines, characters = self.lines - len(self._tail), max(0, self.characters - len(text))
        self.clear()
        return text, max(0, lines), characters

    def _fitting(self, text: str) -> int:
        """How many characters of a text there is room for, which is taken."""
        start = 0
        while start < len(text):
            if self._room <= 0:
                return start
            end = text.find("\n", start)
            end = len(text) if end < 0 else end + 1
            cost = 1 + _width(text, start, end - 1) // _WIDTH
            if cost > self._room:
                end = _before_sequence(text, start + self._room * _WIDTH)
                self._room = 0
                return end
            self._room -= cost
            start = end
        return start

    def _keep_tail(self, hidden: str) -> None:
        start = len(hidden) - _TAIL * _TAIL_WIDTH * _SPARSE
        if start > 0:
            hidden = hidden[_before_sequence(hidden, start) :]
            if hidden.count("\n") > _TAIL:  # the first line of it is only a part of one
                hidden = hidden[hidden.index("\n") + 1 :]
        *lines, rest = hidden.split("\n")
        lines = [*lines, rest] if rest else lines
        self._tail = [*self._tail, *(_end_of(line) + "\n" for line in lines)][-_TAIL:]


def _width(text: str, start: int, end: int) -> int:
    """The characters of a line; without its colours where these may be most of it."""
    length = end - start
    if _WIDTH <= length <= _WIDTH * _SPARSE and text.find("\x1b", start, end) >= 0:
        return len(strip_sgr(text[start:end]))
    return length


def _before_sequence(text: str, at: int) -> int:
    """The place itself, or that before the sequence of a colour that it is in."""
    start = text.rfind("\x1b", max(0, at - _LONGEST_SGR), at)
    return start if start >= 0 and "m" not in text[start:at] else at


def _end_of(line: str) -> str:
    """A line without its newline, or the end of a long one."""
    if len(line) <= _TAIL_WIDTH:
        return line
    most = _TAIL_WIDTH * _SPARSE
    start = max(0, len(line) - most)
    plain = strip_sgr(line[_before_sequence(line, start) :] if start else line)
    return line if not start and len(plain) <= _TAIL_WIDTH else f"…{plain[-_TAIL_WIDTH:]}"
