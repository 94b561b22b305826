"""Colours for a traceback that has none: those that code has at the prompt."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from pygments import format as pygments_format
from pygments.formatters.terminal256 import Terminal256Formatter
from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Token, _TokenType

from kconsole.render.frames import Frame
from kconsole.render.highlight import style_named

__all__ = ["painted"]

_NUMBERED = re.compile(r"(\s*(?:-+>\s*)?\d+\s)(.*)|(\s*)(.*)")
#: The name of an exception at the beginning of a line.
_EXCEPTION = re.compile(
    r"(\s*(?:\| *)?)([A-Za-z_][\w.$]*?(?:Error|Exception|Exit|Group|Interrupt|Warning))(?=:|\s*$|\s{2})"
)
_LONGEST = 2000  # characters of a line that has colours

Piece = tuple[_TokenType, str]


def painted(parts: Iterable[Frame | str], ename: str, style: str) -> list[str]:
    """Return the lines of a traceback in colours.

    :param parts: frames, and lines that belong to none; safe, without colours.
    :param ename: the exception's name.
    :param style: the name of a style of pygments.
    """
    formatter: Terminal256Formatter[str] = Terminal256Formatter(style=style_named(style))

    @lru_cache(maxsize=4096)  # of a recursion, a thousand frames are alike
    def paint(line: str, kind: str) -> str:
        if len(line) > _LONGEST:
            return line
        return pygments_format(_KINDS[kind](line, ename), formatter)

    lines = []
    for part in parts:
        if isinstance(part, Frame):
            lines.append(pygments_format(_head(part), formatter))
            lines += [paint(line, "code") for line in part.lines[1:]]
        else:
            lines.append(paint(part, "text"))
    return lines


def _head(frame: Frame) -> Iterator[Piece]:
    """A frame's first line: its place, its number, the function, and what else is there."""
    place, line, name = (
        (Name.Namespace, frame.place),
        (Number, frame.line),
        (Name.Function, frame.name),
    )
    rest = frame.lines[0]
    for kind, what in (name, place, line) if frame.first else (place, line, name):
        before, found, after = rest.partition(what or "\0")
        if found:
            yield Token, before
            yield kind, found
            rest = after
    yield Token, rest


def _code(line: str, _ename: str) -> Iterator[Piece]:
    match = _NUMBERED.fullmatch(line)
    if match is None:
        yield Token, line
        return
    gutter, code = match[1] or match[3] or "", match[2] or match[4] or ""
    kind = Keyword if ">" in gutter else Comment
    yield (kind if gutter.strip() else Token), gutter
    yield from PythonLexer(stripnl=False, ensurenl=False).get_tokens(code)


def _text(line: str, ename: str) -> Iterator[Piece]:
    match = _EXCEPTION.match(line)
    if match is not None:
        yield Token, match[1]
        yield Name.Exception, match[2]
        yield Token, line[match.end() :]
    elif ename and line.startswith(ename):
        yield Name.Exception, ename
        yield Token, line[len(ename) :]
    elif line.startswith("…"):
        yield Comment, line
    else:
        yield Token, line


_KINDS = {"code": _code, "text": _text}
