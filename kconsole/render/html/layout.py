"""Blocks -> lines: the document as it is read from top to bottom."""

from collections.abc import Sequence

from kconsole.render.cells import text_width
from kconsole.render.html.blocks import Block, Line, Measures, Paragraph, Table
from kconsole.render.html.document import blocks_of
from kconsole.render.html.table import draw_table, measure_table
from kconsole.render.html.wrap import EMPTY, measure, wrap

__all__ = ["text_of"]

_NARROWEST = 8  # room that a long prefix leaves at least, or else it is cut
_LONGEST_RULE = 80
_RULE_ALONE = 3  # what a rule asks for


def text_of(html: str, width: int | None, color: bool) -> str:
    """See :func:`kconsole.render.html.html_to_text`."""
    layout = _Layout(color)
    lines = layout.lines(blocks_of(html, color), None if width is None else max(1, width), True)
    texts = [line.text for line in lines]
    while texts and not texts[-1]:
        texts.pop()
    first = next((at for at, text in enumerate(texts) if text), 0)
    return "\n".join(texts[first:])


class _Layout:
    """Lays out blocks, those of cells within those of the document.

    Tables in tables are not deeper than :mod:`kconsole.render.html.document` lets them be.
    """

    def __init__(self, color: bool) -> None:
        self._color = color

    def lines(self, blocks: Sequence[Block], width: int | None, whole_words: bool) -> list[Line]:
        """Lay out blocks below each other; see :func:`kconsole.render.html.wrap.wrap`."""
        lines: list[Line] = []
        for block in blocks:
            if block.gap and lines:
                lines.append(EMPTY)
            first, rest = _cut(block.first, width), _cut(block.rest, width)
            room = None if width is None else width - max(text_width(first), text_width(rest))
            body = self._body(block, room, whole_words)
            if first or rest:
                body = [_behind(rest if at else first, line) for at, line in enumerate(body)]
            lines += body
        return lines

    def _body(self, block: Block, room: int | None, whole_words: bool) -> list[Line]:
        if isinstance(block, Paragraph):
            return wrap(block.runs, room, whole_words=whole_words, verbatim=block.verbatim)
        if isinstance(block, Table):
            caption = self.lines(block.caption, room, whole_words)
            return caption + draw_table(
                block, room, self, whole_words=whole_words, color=self._color
            )
        columns = _LONGEST_RULE if room is None else min(room, _LONGEST_RULE)
        return [Line("─" * columns, columns)]

    def measure(self, blocks: Sequence[Block]) -> Measures:
        """Return how wide blocks are at least and at most, and how high then."""
        least = most = height = 0
        for block in blocks:
            prefix = max(text_width(block.first), text_width(block.rest))
            if isinstance(block, Paragraph):
                sizes = Measures(*measure(block.runs, block.verbatim))
            elif isinstance(block, Table):
                if block.measured is None:
                    block.measured = measure_table(block, self)
                sizes = block.measured
            else:
                sizes = Measures(1, _RULE_ALONE, 1)
            least = max(least, prefix + sizes.least)
            most = max(most, prefix + sizes.most)
            height += sizes.height + block.gap
        return Measures(least, most, height)


def _cut(prefix: str, width: int | None) -> str:
    """As much of a prefix as leaves room for something else."""
    return prefix if width is None else prefix[: max(width - _NARROWEST, 2 * width // 3)]


def _behind(prefix: str, line: Line) -> Line:
    if not line.text:
        prefix = prefix.rstrip()
    return Line(prefix + line.text, text_width(prefix) + line.width)
