"""The frames of a traceback: where each one is, and whether it is the user's own code. Pure.

A traceback is text, and each language, each library that shows errors has its own way to write it. What is
known here are the frames of IPython 5 to 9 (ultratb in all its modes), of CPython, of JavaScript and of the
JVM. All other lines are passed on as they are.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from kconsole.render.sgr import strip_sgr

__all__ = ["Frame", "frames"]

#: What a margin of an exception group may stand before (PEP 654).
_MARGIN = re.compile(r" *\| ")
_CELL = r"(?:Cell In|Input In) ?\[[ \d]*\]"
#: The first line of a frame; a place, and perhaps a line in it and a function's name.
_HEADS = tuple(
    re.compile(pattern)
    for pattern in (
        # IPython from 8 on: "Cell In[3], line 1, in f(x)", "File ~/a.py:12, in f(x)", "File <string>:1"
        rf"\s*(?P<place>{_CELL})(?:, line (?P<line>\d+))?(?:,? in (?P<name>.+))?",
        r"\s*File (?P<place>[^\s\"].*?):(?P<line>\d+)(?:,? in (?P<name>.+))?",
        # CPython: 'File "a.py", line 12, in f'
        r"\s*File \"(?P<place>[^\"]+)\", line (?P<line>\d+)(?:, in (?P<name>.+))?",
        # IPython before: "<ipython-input-3-2e5ded214ee2> in f(x)", "~/a.py in f(x)"
        r"(?P<place><[^<>]+>|[~./\w][^:\s]*[/\\][^:]*|[\w.-]+\.\w+)(?P<line>) in (?P<name>\S.*)",
    )
)
#: V8 and the JVM: "    at f (file:///a.ts:1:2)"; the frame in which it happened comes first.
_AT = re.compile(
    r"\s+at (?:(?P<name>[^()]*?) ?\()?(?P<place>[^()]+?)(?::(?P<line>\d+)(?::\d+)?)?\)?"
)
#: What IPython writes in place of code that it has not.
_NO_SOURCE = "'Could not get source"
#: Lines that belong to the frame above: blank ones, code with or without its number, values of variables.
_BODY = re.compile(r"\s*$|\s{4}|\s*(?:-*> *)?\d+(?:\s|$)|-+>|\s*\(\.\.\.\)")
#: Characters; a longer line is no head, and is not looked at as one.
_LONGEST_HEAD = 2000
#: IPython's gives way to the number, which has as many places: "----> 1", "> 12345", ">123456".
_ARROW = re.compile(r"\s*(?:-+>\s*(?:\d+\s?)?|> ?\d+\s)\s*(.*)")

_OWN = re.compile(
    rf"{_CELL}|<ipython-input-|<timed |<magic-timeit|<stdin>|<string>"
    r"|.*[/\\](?:ipykernel|xpython)_\d+[/\\]|.*Line_\d+"
)
#: Where a library is, and what it is called.
_LIBRARIES = tuple(
    re.compile(pattern)
    for pattern in (
        r".*[/\\](?:site|dist)-packages[/\\]([^/\\.]+)",
        r".*[/\\]lib(?:64)?[/\\]python[\d.]+[/\\]([^/\\.]+)",
        r"<frozen ([^.>]+)",
        r".*[/\\]node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)",
        r"(?:npm|jsr):[/\\]*([^@/\\]+)",
        r"(?:ext|node):([^/\\]+)",
        r"(?:internal)[/\\]([^/\\.]+)",
        # Cython names its sources from the root of what was built.
        r"(?!~|[/\\]|\w:)([^/\\.]+).*\.p(?:yx|xd|xi)$",
        r"(<[^<>]+>)",
    )
)


class Frame(NamedTuple):
    """A frame of a traceback.

    Attributes:
        lines: as they came, from its head on, blank ones behind it included.
        place: a cell, a file.
        line: its number there, as digits; "" where that is not told.
        name: of the function, with its arguments perhaps; "" where that is not told.
        library: what the code belongs to; "" is the user's own.
        margin: what stands before each of its lines, in an exception group.
        first: whether the frame in which it happened is the first of its neighbours, not the last.
    """

    lines: tuple[str, ...]
    place: str
    line: str
    name: str
    library: str
    margin: str
    first: bool

    @property
    def code(self) -> str:
        """The line of code that was run, without colours; "" where it is not told."""
        plain = [strip_sgr(line)[len(self.margin) :] for line in self.lines[1:]]
        arrow = next((found for line in plain if (found := _ARROW.fullmatch(line))), None)
        if arrow is not None:
            return "" if arrow[1].startswith(_NO_SOURCE) else arrow[1].strip()
        return next((line.strip() for line in plain if line.strip()), "")

    @property
    def marked(self) -> bool:
        """Whether a mark tells where in the line it is, as for an error of the syntax."""
        plain = (strip_sgr(line)[len(self.margin) :].strip() for line in self.lines[1:])
        return any(line and not line.strip("^~") for line in plain)


def frames(lines: Iterable[str]) -> list[Frame | str]:
    """Return a traceback's frames, and between them the lines that belong to none, in their order.

    :param lines: without their newlines, with or without colours.
    """
    parts: list[Frame | str] = []
    body: list[str] = []  # of the last frame
    for line in lines:
        plain = strip_sgr(line)
        margin = found[0] if (found := _MARGIN.match(plain)) else ""
        plain = plain[len(margin) :]
        last = parts[-1] if parts else None
        frame = _begun(line, plain, margin)
        if (
            frame is None
            and isinstance(last, Frame)
            and last.margin == margin
            and _goes_on(last, plain)
        ):
            body.append(line)
            continue
        _end(parts, body)
        parts.append(line if frame is None else frame)
    _end(parts, body)
    return parts


def _end(parts: list[Frame | str], body: list[str]) -> None:
    """Give the last frame the lines below its head."""
    if body and isinstance(last := parts[-1], Frame):
        parts[-1] = last._replace(lines=(*last.lines, *body))
        body.clear()


def _begun(line: str, plain: str, margin: str) -> Frame | None:
    """The frame that begins with a line, if one does."""
    if len(plain) > _LONGEST_HEAD:
        return None
    for head in _HEADS:
        if (match := head.fullmatch(plain)) is not None:
            place = match["place"]
            return Frame(
                (line,),
                place,
                match["line"] or "",
                match["name"] or "",
                _library(place),
                margin,
                False,
            )
    if (match := _AT.fullmatch(plain)) is not None:
        place, number, name = match["place"], match["line"] or "", match["name"] or ""
        return Frame((line,), place, number, name, _library_at(place, number, name), margin, True)
    return None


def _goes_on(frame: Frame, plain: str) -> bool:
    return not frame.first and _BODY.match(plain) is not None


def _library(place: str) -> str:
    """What library a place of Python's is in; "" if it is the user's own."""
    if _OWN.match(place):
        return ""
    return next((found[1] for each in _LIBRARIES if (found := each.match(place))), "")


def _library_at(place: str, line: str, name: str) -> str:
    """The same for JavaScript and the JVM."""
    if place == "<anonymous>":
        return "" if line else "JavaScript"
    if place.endswith((".java", ".kt")) or place == "Native Method":
        return ".".join(name.rpartition("/")[2].split(".")[:2]) or place
    return _library(place)
