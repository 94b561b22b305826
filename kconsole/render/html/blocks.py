"""What a document is made of, between markup and lines: paragraphs, rules and tables."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from kconsole.render.sgr import DEFAULT, Style

__all__ = [
    "Align",
    "Block",
    "Cell",
    "Line",
    "Measures",
    "Paragraph",
    "Row",
    "Rule",
    "Run",
    "Section",
    "Table",
]

Align = Literal["", "left", "center", "right"]
Section = Literal["head", "body", "foot"]


class Line(NamedTuple):
    """A finished line, with its SGR sequences, and the columns that it takes."""

    text: str
    width: int


class Run(NamedTuple):
    """A text in one style. A newline breaks the line."""

    text: str
    style: Style = DEFAULT


class Measures(NamedTuple):
    """How wide something is at least and at most, and how many lines it has when it is widest."""

    least: int
    most: int
    height: int


@dataclass(slots=True)
class Block:
    """What begins on a line of its own.

    Attributes:
        first: what stands before its first line: an indent, a bullet, a quotation's bar.
        rest: what stands before its other lines.
        gap: whether a blank line is above it, if anything is.
    """

    first: str = ""
    rest: str = ""
    gap: bool = False


@dataclass(slots=True)
class Paragraph(Block):
    """Text to be wrapped, or, if it is verbatim, as it is."""

    runs: list[Run] = field(default_factory=list)
    verbatim: bool = False


@dataclass(slots=True)
class Rule(Block):
    """A horizontal rule."""


@dataclass(slots=True)
class Cell:
    """A cell of a table.

    Attributes:
        blocks: its content.
        header: whether it is a ``<th>``.
        columns: how many it spans, at least 1.
        rows: how many it spans; 0 is to the end of the section.
        align: "" where the cell does not say.
        fill: the style of the blanks around the content.
    """

    blocks: list[Block] = field(default_factory=list)
    header: bool = False
    columns: int = 1
    rows: int = 1
    align: Align = ""
    fill: Style = DEFAULT

    @property
    def text(self) -> str | None:
        """What a cell says that has one line in it at most; None if it has more."""
        if not self.blocks:
            return ""
        block = self.blocks[0]
        if len(self.blocks) > 1 or not isinstance(block, Paragraph):
            return None
        text = "".join(run.text for run in block.runs)
        return None if "\n" in text else block.first + text


@dataclass(slots=True)
class Row:
    """A row: its cells, and the section that it is in."""

    section: Section = "body"
    cells: list[Cell] = field(default_factory=list)


@dataclass(slots=True)
class Table(Block):
    """A table.

    Attributes:
        rows: in the order of the markup.
        caption: stands above it.
        measured: how wide it is at least and at most, and how high then; None if not known yet.
    """

    rows: list[Row] = field(default_factory=list)
    caption: list[Block] = field(default_factory=list)
    measured: Measures | None = None
