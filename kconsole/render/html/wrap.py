"""Runs of styled text as lines that fit a width, and how wide they would be."""

import re
from collections.abc import Iterator, Sequence

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


def wrap(
    runs: Sequence[Run], width: int | None, *, whole_words: bool, verbatim: bool
) -> list[Line]:
    """Lay out a paragraph.

    :param width: in columns, at least 1; None for no bound.
    :param whole_words: leave a word that is longer than the width in one piece.
    :param verbatim: keep the blanks, and break only what does not fit, if words may be broken.
    """
    if verbatim and whole_words:
        width = None
    if len(runs) == 1:
        run = runs[0]
        if run.text.isascii() and not verbatim and "\n" not in run.text:
            return [
                Line(painted(line, run.style), len(line))
                for line in _wrapped_ascii(run.text, width, whole_words)
            ]
    lines: list[Line] = []
    for pieces in _split(runs):
        if verbatim:
            pieces = _without_tabs(pieces)
        if width is None:
            lines.append(_joined(pieces))
        elif verbatim:
            lines += map(_joined, _chopped(pieces, width))
        else:
            lines += _Wrapper(width, whole_words).lines(pieces)
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


def _wrapped_ascii(text: str, width: int | None, whole_words: bool) -> Iterator[str]:
    """The lines of a text of one line, without control characters."""
    text = text.strip(" ")
    start, length = 0, len(text)
    while width is not None and length - start > width:
        cut = text.rfind(" ", start, start + width + 1)
        if cut <= start:
            if whole_words:
                cut = text.find(" ", start)
                if cut < 0:
                    break
            else:
                yield text[start : start + width]
                start += width
                continue
        yield text[start:cut].rstrip(" ")
        start = cut + 1
        while text.startswith(" ", start):
            start += 1
    if start < length or not length:
        yield text[start:]


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


def _joined(runs: Sequence[Run]) -> Line:
    """One line, without blanks at its end; equal styles that follow each other become one."""
    texts: list[list[str]] = []
    styles: list[Style] = []
    width = 0
    runs = list(runs)
    while runs and not (kept := runs[-1].text.rstrip(" ")):
        runs.pop()
    if runs:
        runs[-1] = Run(kept, runs[-1].style)
    for text, style in runs:
        width += text_width(text)
        if styles and styles[-1] == style:
            texts[-1].append(text)
        else:
            texts.append([text])
            styles.append(style)
    pieces = (painted("".join(each), style) for each, style in zip(texts, styles, strict=True))
    return Line("".join(pieces), width)


def _chopped(runs: Sequence[Run], width: int) -> list[list[Run]]:
    """A line cut wherever it does not fit."""
    lines: list[list[Run]] = [[]]
    column = 0
    for text, style in runs:
        start = 0
        for at, character in enumerate(text):
            columns = cell_width(character)
            if column and column + columns > width:
                lines[-1].append(Run(text[start:at], style))
                lines.append([])
                start, column = at, 0
            column += columns
        lines[-1].append(Run(text[start:], style))
    return lines


class _Wrapper:
    """Fills lines with words; a word may be of several runs."""

    def __init__(self, width: int, whole_words: bool) -> None:
        self._width = width
        self._whole_words = whole_words
        self._lines: list[Line] = []
        self._line: list[Run] = []
        self._column = 0
        self._space: list[Run] = []
        self._word: list[Run] = []

    def lines(self, runs: Sequence[Run]) -> list[Line]:
        for text, style in runs:
            for match in _PIECE.finditer(text):
                if match["space"]:
                    self._end_word()
                    self._space.append(Run(match[0], style))
                elif match["wide"]:
                    self._end_word()
                    self._word.append(Run(match[0], style))
                    self._end_word()
                else:
                    self._word.append(Run(match[0], style))
        self._end_word()
        self._end_line()
        return self._lines

    def _end_word(self) -> None:
        word, self._word = self._word, []
        if not word:
            return
        space, self._space = self._space, []
        gap = sum(len(run.text) for run in space) if self._line else 0
        needed = sum(text_width(run.text) for run in word)
        if self._line and self._column + gap + needed > self._width:
            self._end_line()
            gap = 0
        if gap:
            self._line += space
        self._line += word
        self._column += gap + needed
        if self._column > self._width and not self._whole_words:
            *full, self._line = _chopped(self._line, self._width)
            self._lines += map(_joined, full)
            self._column = sum(text_width(run.text) for run in self._line)

    def _end_line(self) -> None:
        self._lines.append(_joined(self._line))
        self._line, self._column, self._space = [], 0, []
