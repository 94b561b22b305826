"""The screen of a pseudo-terminal as an SVG, cell by cell."""

import html
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from pyte.screens import Char
from terminal import Terminal

__all__ = ["DARK", "LIGHT", "Palette", "draw"]

WIDTH, HEIGHT = 8.4, 18.0  # of a character
MARGIN = 10
#: Half-blocks have to meet without a gap, which a font does not grant.
UPPER, LOWER, FULL = "▀", "▄", "█"


class Palette(NamedTuple):
    """A terminal's colours, by pyte's names of them."""

    background: str
    names: dict[str, str]


DARK = Palette(
    "#1e2127",
    {
        "default": "#d0d0d0",
        "black": "#3a3a3a",
        "red": "#e06c75",
        "green": "#98c379",
        "brown": "#e5c07b",
        "blue": "#61afef",
        "magenta": "#c678dd",
        "cyan": "#56b6c2",
        "white": "#ffffff",
    },
)
LIGHT = Palette(
    "#fafafa",
    {
        "default": "#383a42",
        "black": "#383a42",
        "red": "#ca1243",
        "green": "#40751f",
        "brown": "#8f6200",
        "blue": "#2f5bd7",
        "magenta": "#a626a4",
        "cyan": "#0a6e8c",
        "white": "#a0a1a7",
    },
)


class _Look(NamedTuple):
    """What neighbours have in common."""

    fg: str
    bg: str  # "" = the terminal's own
    bold: bool
    italic: bool
    underline: bool
    block: str


def draw(terminal: Terminal, palette: Palette = DARK) -> str:
    """The terminal's screen, down to its last row that is not empty."""
    rows = max((number for number, row in enumerate(terminal.screen, 1) if row.strip()), default=1)
    columns = terminal.columns
    shapes = [shape for row in range(rows) for shape in _row(terminal, row, palette)]
    y, x = terminal.cursor
    if not terminal.cursor_hidden:
        shapes.append(_rectangle(x, y, 1, palette.names["default"], ' opacity="0.6"'))
    width, height = columns * WIDTH + 2 * MARGIN, rows * HEIGHT + 2 * MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}"'
        ' font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14"'
        ' xml:space="preserve">\n'
        f'<rect width="100%" height="100%" rx="6" fill="{palette.background}"/>\n'
        + "\n".join(shapes)
        + "\n</svg>\n"
    )


def _row(terminal: Terminal, row: int, palette: Palette) -> Iterator[str]:
    column = 0
    cells_of_row = [terminal.cell(row, each) for each in range(terminal.columns)]
    for look, run in groupby(cells_of_row, lambda cell: _look(cell, palette)):
        cells = list(run)
        text = "".join(cell.data for cell in cells)
        if look.bg:
            yield _rectangle(column, row, len(cells), look.bg)
        if look.block:
            top = 0.5 if look.block == LOWER else 0.0
            height = 1.0 if look.block == FULL else 0.5
            yield _rectangle(column, row + top, len(cells), look.fg, height=height)
        elif text.strip():
            x, y = MARGIN + column * WIDTH, MARGIN + 14 + row * HEIGHT
            more = ' font-weight="bold"' * look.bold + ' font-style="italic"' * look.italic
            more += ' text-decoration="underline"' * look.underline
            yield (
                f'<text x="{x:.1f}" y="{y:.0f}" textLength="{len(cells) * WIDTH:.1f}"'
                f' fill="{look.fg}"{more}>{html.escape(text)}</text>'
            )
        column += len(cells)


def _look(cell: Char, palette: Palette) -> _Look:
    fg = _colour(cell.fg, palette) or palette.names["default"]
    bg = _colour(cell.bg, palette) if cell.bg != "default" else ""
    if cell.reverse:
        fg, bg = bg or palette.background, fg
    block = cell.data if cell.data in (UPPER, LOWER, FULL) else ""
    return _Look(fg, bg, cell.bold, cell.italics, cell.underscore, block)


def _colour(name: str, palette: Palette) -> str:
    return palette.names.get(name.removeprefix("bright"), f"#{name}")


def _rectangle(
    x: float, y: float, width: float, fill: str, more: str = "", *, height: float = 1.0
) -> str:
    return (
        f'<rect x="{MARGIN + x * WIDTH:.1f}" y="{MARGIN + y * HEIGHT:.0f}" width="{width * WIDTH:.1f}"'
        f' height="{HEIGHT * height:.0f}" fill="{fill}" shape-rendering="crispEdges"{more}/>'
    )
