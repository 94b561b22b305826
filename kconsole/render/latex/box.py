"""Formulas on a grid of characters: boxes of one or more lines, and how they stand together. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from kconsole.render.cells import text_width

__all__ = ["Box", "Unreadable", "beside", "box", "braced", "fence", "grid", "raised"]


#: Characters that a box of several lines may have: a long line beside a tall one makes many.
_MAX_AREA = 200_000


class Unreadable(Exception):
    """The source has to be shown instead: it is broken, unknown, too deep or too large."""


class Box(NamedTuple):
    """A rectangle of text.

    Attributes:
        lines: at least one; all as wide as the box, where there are several.
        base: which of the lines stands on the line of what is beside the box.
    """

    lines: tuple[str, ...]
    base: int = 0

    @property
    def flat(self) -> bool:
        """Whether it is a single line."""
        return len(self.lines) == 1

    @property
    def text(self) -> str:
        """The line on the base."""
        return self.lines[self.base]

    @property
    def area(self) -> int:
        """Characters in it, more or less."""
        return len(self.lines) * len(self.text)


#: Above, between and below the middle, which only braces have; then for a single line.
_TALL: dict[str, tuple[str, str, str, str]] = {
    "(": ("⎛", "⎜", "⎜", "⎝"),
    ")": ("⎞", "⎟", "⎟", "⎠"),
    "[": ("⎡", "⎢", "⎢", "⎣"),
    "]": ("⎤", "⎥", "⎥", "⎦"),
    "{": ("⎧", "⎪", "⎨", "⎩"),
    "}": ("⎫", "⎪", "⎬", "⎭"),
    "⌊": ("⎢", "⎢", "⎢", "⎣"),
    "⌋": ("⎥", "⎥", "⎥", "⎦"),
    "⌈": ("⎡", "⎢", "⎢", "⎢"),
    "⌉": ("⎤", "⎥", "⎥", "⎥"),
    "⟨": ("╱", "│", "│", "╲"),
    "⟩": ("╲", "│", "│", "╱"),
    "|": ("│", "│", "│", "│"),
    "‖": ("║", "║", "║", "║"),
}


def box(text: str) -> Box:
    """Return a text of one line as a box."""
    return Box((text,))


def beside(boxes: Sequence[Box]) -> Box:
    """Put boxes beside each other, their bases on one line.

    :raise Unreadable: if that makes too many characters; so does whatever here makes several lines.
    """
    if all(one.flat for one in boxes):
        return box("".join(one.lines[0] for one in boxes))
    above = max(one.base for one in boxes)
    below = max(len(one.lines) - one.base for one in boxes)
    _check(above + below, sum(len(one.text) for one in boxes))
    columns = []
    for one in boxes:
        blank = " " * text_width(one.text)
        before = [blank] * (above - one.base)
        behind = [blank] * (below - len(one.lines) + one.base)
        columns.append((*before, *one.lines, *behind))
    return Box(tuple(map("".join, zip(*columns, strict=True))), above)


def raised(inner: Box, script: str, lowered: str) -> Box:
    """Put a superscript at the upper right of a box of several lines, a subscript at the lower right."""
    texts = ["" for _ in inner.lines]
    texts[0] += script
    texts[-1] += lowered
    return beside([inner, Box(_padded(texts, "l"), inner.base)])


def braced(inner: Box) -> Box:
    """Return a box of two lines with one between them, where the point of a brace has its place."""
    if len(inner.lines) != 2:
        return inner
    blank = " " * text_width(inner.text)
    return Box((inner.lines[0], blank, inner.lines[1]), 1)


def fence(opening: str, inner: Box, closing: str) -> Box:
    """Put a box between brackets that are as tall as it is.

    :param opening: one character, or "" for none; one that does not grow stands on the base.
    :param closing: as the opening.
    """
    if inner.flat:
        return box(opening + inner.text + closing)
    if "{" in opening or "}" in closing:
        inner = braced(inner)
    return beside([_tall(opening, inner), inner, _tall(closing, inner)])


def _tall(bracket: str, inner: Box) -> Box:
    if bracket not in _TALL:
        return box(bracket)
    top, between, middle, bottom = _TALL[bracket]
    height = len(inner.lines)
    lines = [top, *[between] * (height - 2), bottom]
    if middle != between:
        lines[(height - 1) // 2] = middle
    return Box(tuple(lines), inner.base)


def grid(
    rows: Sequence[Sequence[Box]],
    aligned: Sequence[str],
    gaps: Sequence[str],
    rules: frozenset[int] = frozenset(),
) -> Box:
    """Lay boxes out in rows and columns.

    :param rows: of which each has as many boxes as there are columns.
    :param aligned: for each column ``l``, ``c`` or ``r``.
    :param gaps: what stands before each column; one more for what stands behind the last.
    :param rules: the numbers of the rows that a line is drawn above; that of rows is one below the last.
    """
    if not rows:
        return box("")
    widths = [
        max((text_width(row[column].text) for row in rows), default=0)
        for column in range(len(aligned))
    ]
    lines: list[str] = []
    _check(sum(max(len(cell.lines) for cell in row) for row in rows if row), sum(widths))
    total = sum(widths) + sum(map(text_width, gaps))
    for number, row in enumerate(rows):
        if number in rules:
            lines.append("─" * total)
        above = max((cell.base for cell in row), default=0)
        below = max((len(cell.lines) - cell.base for cell in row), default=1)
        cells: list[Box] = []
        for gap, cell, width, align in zip(gaps, row, widths, aligned, strict=False):
            cells += [
                Box((gap,) * (above + below), above),
                Box(tuple(_placed(line, width, align) for line in cell.lines), cell.base),
            ]
        lines += beside([*cells, box(gaps[-1])]).lines
    if len(rows) in rules:
        lines.append("─" * total)
    return Box(tuple(lines), (len(lines) - 1) // 2)


def _check(height: int, width: int) -> None:
    if height * width > _MAX_AREA:
        raise Unreadable


def _padded(lines: Sequence[str], align: str) -> tuple[str, ...]:
    width = max(map(text_width, lines))
    return tuple(_placed(line, width, align) for line in lines)


def _placed(line: str, width: int, align: str) -> str:
    free = width - text_width(line)
    before = {"l": 0, "c": free // 2, "r": free}[align]
    return " " * before + line + " " * (free - before)
