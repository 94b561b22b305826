"""The cells of a script, and where a source file is cut into them.

A line that is a comment of the kernel's language and begins with ``%%`` begins a cell, as in Spyder, VS
Code and jupytext's percent format (https://jupytext.readthedocs.io, "The percent format")::

    # %% a title
    # %% [markdown] is text, and is not run, like [md] and [raw]
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["ScriptCell", "comment_sign", "language_family", "split_cells"]


class ScriptCell(NamedTuple):
    """A piece of code that is sent as one execute_request.

    Attributes:
        source: the code.
        origin: what it comes from, as messages name it: a file, ``standard input``, ``-c``.
        number: which of the origin's cells it is, from 1; those that are not run are counted too.
        only: whether the origin is this one cell.
        may_fail: whether an error in it is no failure.
    """

    source: str
    origin: str
    number: int = 1
    only: bool = True
    may_fail: bool = False

    @property
    def name(self) -> str:
        """How messages name it: ``job.py, cell 3``."""
        return self.origin if self.only else f"{self.origin}, cell {self.number}"


#: What begins a comment, where that is not ``#``: sign -> the languages, as kernels name themselves.
_SIGNS = {
    "//": (
        "c c++ c# cpp csharp cuda d dart f# fsharp go groovy java javascript js kotlin objective-c php"
        " processing rust scala solidity stata swift typescript ts zig"
    ),
    "--": "ada elm haskell idris lean lean4 lua mysql plsql postgresql purescript sql sqlite sqlite3 tsql",
    "%": "erlang matlab mercury octave prolog tex latex",
    ";": "common-lisp lisp racket scheme",
    ";;": "clojure",
    "!": "fortran",
}
_SIGN_OF = {name: sign for sign, names in _SIGNS.items() for name in names.split()}
_VERSION = re.compile(r"[ \d.]+\Z")  # as in C++17

#: What stands behind ``%%``: a title, then the kind of the cell, then its metadata.
_KIND = re.compile(r"[^\[{]*\[(markdown|md|raw)\]")


def comment_sign(language: str) -> str:
    """What begins a comment in a language, as kernels name it (``language_info.name``)."""
    return _SIGN_OF.get(language_family(language), "#")


def language_family(language: str) -> str:
    """A language's name in lower case, without its version."""
    return _VERSION.sub("", language.lower())


def split_cells(source: str, origin: str, language: str) -> list[ScriptCell]:
    """Cut a source file into its cells.

    :param source: the code, with ``\\n`` at the ends of its lines.
    :param origin: what it comes from.
    :param language: the kernel's, as it names it; decides what is a comment.
    :return: the cells that are to be run: not the text, nothing that is empty, and no comments before
        the first marker, where editors and jupytext keep their notes. A file without a marker is one cell.
    """
    sign = comment_sign(language)
    cells = []
    for number, (kind, lines) in enumerate(_pieces(source, sign)):
        text = "\n".join(lines).strip("\n")
        if kind is None and not _has_code(lines, sign):
            continue
        if text.strip() and not kind:
            cells.append(ScriptCell(text, origin, number, only=False))
    first = cells[0] if cells else None
    if first is not None and first.number == 0:  # the code before the first marker is a cell too
        cells = [each._replace(number=each.number + 1) for each in cells]
    return cells


def _pieces(source: str, sign: str) -> Iterator[tuple[str | None, list[str]]]:
    """Each cell's kind (None before the first marker, "" for code) and its lines, without the marker."""
    marker = _marker(sign)
    kind: str | None = None
    lines: list[str] = []
    for line in source.split("\n"):
        found = marker.match(line)
        if found is None:
            lines.append(line)
            continue
        yield kind, lines
        said = _KIND.match(found[1] or "")
        kind, lines = said[1] if said else "", []
    yield kind, lines


def _marker(sign: str) -> re.Pattern[str]:
    """What begins a cell; ``%%`` alone does so in MATLAB, where it is a comment."""
    bare = "" if sign != "%" else "?"
    return re.compile(rf"[ \t]*(?:{re.escape(sign)}+[ \t]*){bare}%%+(?:[ \t]+(.*))?\s*\Z")


def _has_code(lines: list[str], sign: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith(sign) for line in lines)
