"""Runs of styled text as lines that fit a width, and how wide they would be."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from operator import attrgetter

from kconsole.render.cells import cell_width, text_width
from kconsole.render.html.blocks import Line, Run
from kconsole.render.sgr import RESET, Style, serialise

__all__ = ["EMPTY", "measure", "painted", "wrap"]

EMPTY = Line("", 0)
#: Ideographs, kana and hangul, among which a line may be broken: most of what is two columns wide.
_WIDE = (
    "\u2e80-\u2fff\u3005-\u30ff\u3100-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff"
    "\U00020000-\U0003fffd"
)
#: What may not begin a line (Unicode Standard Annex 14, class CL and its like), and marks that join.
_CLOSING = (
    "、。，．！？：；」』）】〕〉》］｝ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
    "\u0300-\u036f\u3099\u309a\ufe00-\ufe0f"
)
_OPENING = "「『（【〔〈《［｛"
_PIECE = re.compile(
    rf"(?P<space>\ +)|(?P<wide>[{_OPENING}]*[{_WIDE}][{_CLOSING}]*)|[^\ {_WIDE}]+|."
)
_TAB = 8

Span = tuple[int, int]
"""A part of a text, from the first character to before the last."""


def wrap(
    runs: Sequence[Run], width: int | None, *, whole_words: bool, verbatim: bool
) -> list[Line]:
    """Lay out a paragraph.

    :param width: in columns, at least 1; None for no bound.
    :param whole_words: leave a word that is longer than the width in one piece.
    :param verbatim: keep the blanks, and break only what does not fit, if words may be broken.
    """
    lines: list[Line] = []
    for line in _split(_merged(runs)):
        if verbatim:
            line = _without_tabs(line)
        text = line[0].text if len(line) == 1 else "".join(run.text for run in line)
        if width is None or (verbatim and whole_words) or len(text) * 2 <= width:
            spans: Iterable[Span] = [(0, len(text))]
        elif verbatim:
            spans = _chopped(text, 0, len(text), width)
        elif text.isascii():
            spans = _wrapped_ascii(text, width, whole_words)
        else:
            spans = _wrapped(text, width, whole_words)
        lines += _cut(line, text, spans)
    return lines


def measure(runs: Sequence[Run], verbatim: bool) -> tuple[int, int, int]:
    """Return the widths of the longest word and the longest line, and how many lines there are."""
    text = "".join(run.text for run in runs) if len(runs) != 1 else runs[0].text
    if verbatim:
        text = text.expandtabs(_TAB)
    lines = text.split("\n")
    most = max(map(text_width, lines))
    if verbatim:
        return most, most, len(lines)
    if text.isascii():
        return max(map(len, text.replace("\n", " ").split(" "))), most, len(lines)
    pieces = (match for match in _PIECE.finditer(text.replace("\n", " ")) if not match["space"])
    return max((text_width(match[0]) for match in pieces), default=0), most, len(lines)


def painted(text: str, style: Style) -> str:
    """Return a text in a style, which ends with it; a no-break space has done its work."""
    if "\xa0" in text:
        text = text.replace("\xa0", " ")
    return f"{serialise(style)}{text}{RESET}" if style and text else text


def _wrapped_ascii(text: str, width: int, whole_words: bool) -> Iterator[Span]:
    """The lines of an ASCII text; much faster than :func:`_wrapped`, which gives the same."""
    start, length = 0, len(text)
    while length - start > width:
        cut = text.rfind(" ", start, start + width + 1)
        if cut <= start:
            cut = text.find(" ", start + width) if whole_words else start + width
            if cut < 0:
                break
        yield start, cut
        start = cut
        while text.startswith(" ", start):
            start += 1
    if start < length:
        yield start, length


def _wrapped(text: str, width: int, whole_words: bool) -> Iterator[Span]:
    """The lines of a text that may be broken at blanks, and before and after an ideograph."""
    start = end = column = 0  # of the line, up to the last piece that is in it
    for match in _PIECE.finditer(text):
        if match["space"]:
            continue
        at = match.start()
        needed = text_width(match[0])
        gap = at - end
        if end > start and column + gap + needed > width:
            yield start, end
            start = end
        if end == start:  # the line begins here
            start, column, gap = at, 0, 0
        column += gap + needed
        end = match.end()
        if column > width and not whole_words:
            *full, (start, end) = _chopped(text, start, end, width)
            yield from full
            column = text_width(text[start:end])
    if end > start:
        yield start, end


def _chopped(text: str, start: int, end: int, width: int) -> list[Span]:
    """A part of a text cut wherever it does not fit."""
    if text.isascii():
        cuts = [*range(start, end, width), end]
    else:
        cuts, column = [start], 0
        for at in range(start, end):
            columns = cell_width(text[at])
            if column and column + columns > width:
                cuts.append(at)
                column = 0
            column += columns
        cuts.append(end)
    return list(pairwise(cuts)) if len(cuts) > 1 else [(start, end)]


def _cut(runs: Sequence[Run], text: str, spans: Iterable[Span]) -> Iterator[Line]:
    """Cut runs, and leave out the blanks at the end of each line.

    :param text: of all the runs together.
    """
    spans = list(spans) or [(0, 0)]
    if len(runs) == 1:
        style = runs[0].style
        for start, end in spans:
            part = text[start:end].rstrip(" \xa0")
            yield Line(painted(part, style), text_width(part))
        return
    index = at = 0  # the run that a line begins in, and where that begins in the text
    for start, end in spans:
        end = start + len(text[start:end].rstrip(" \xa0"))
        pieces = []
        while index < len(runs):
            part, style = runs[index]
            begin, stop = max(start - at, 0), end - at
            if stop > 0 and begin < len(part):
                pieces.append(painted(part[begin:stop], style))
            if stop <= len(part):
                break
            at += len(part)
            index += 1
        yield Line("".join(pieces), text_width(text[start:end]))


def _merged(runs: Sequence[Run]) -> Sequence[Run]:
    """Make one of runs that follow each other in the same style."""
    if len(runs) < 2:
        return runs
    return [
        Run("".join(run.text for run in same), style)
        for style, same in groupby(runs, key=attrgetter("style"))
    ]


def _split(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """Cut runs at newlines."""
    line: list[Run] = []
    for text, style in runs:
        if "\n" not in text:
            line.append(Run(text, style))
            continue
        first, *others = text.split("\n")
        line.append(Run(first, style))
        for other in others:
            yield line
            line = [Run(other, style)]
    yield line


def _without_tabs(runs: list[Run]) -> list[Run]:
    expanded = []
    column = 0
    for text, style in runs:
        if "\t" in text:
            blanks = " " * (column % _TAB)
            text = (blanks + text).expandtabs(_TAB)[len(blanks) :]
        column += text_width(text)
        expanded.append(Run(text, style))
    return expanded
