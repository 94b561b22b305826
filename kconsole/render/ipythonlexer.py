"""Python as IPython's kernels take it: magics, commands of the shell, and help asked for with ``?``.

What IPython rewrites, and where, is in its ``core/inputtransformer2.py``: ``%name``, ``!command`` and
``?name`` at the beginning of a statement, ``%name`` and ``!command`` behind an assignment's ``=``,
``name?`` at the end of a line, and ``%%name`` at the beginning of a cell, all of which is then the magic's.
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pygments.lexer import Lexer, bygroups
from pygments.lexers.python import PythonLexer
from pygments.token import Keyword, Operator, Punctuation, Text, Whitespace, _TokenType

from kconsole.render.lexers import find_lexer

__all__ = ["IPythonLexer"]

_Token = tuple[int, _TokenType, str]

_CELL = re.compile(r"(\s*)(%%)(!|[^\W\d]\w*)(?![\w?])([^\n]*)(\n?)")

#: Magic -> the name of pygments for what their cells, and the rest of their lines, are written in.
_LANGUAGES = {
    "!": "bash",
    "bash": "bash",
    "cython": "cython",
    "html": "html",
    "javascript": "javascript",
    "js": "javascript",
    "latex": "latex",
    "markdown": "markdown",
    "perl": "perl",
    "ruby": "ruby",
    "sh": "bash",
    "sql": "sql",
    "svg": "xml",
    "sx": "bash",
    "system": "bash",
}
#: Magics that take Python on their line.
_PYTHON_LINES = frozenset({"prun", "time", "timeit"})

_BLANKS = r"([^\S\n]*)"
#: The rest of a line, with those that a backslash joins to it.
_REST = r"((?:.*\\\n)*.*)"
_HELP = r"(\?\??)([^\S\n]*)$"


def _shell(_: Lexer, match: re.Match[str], context: object = None) -> Iterator[_Token]:
    """A mark and a command, in groups 1 to 4: what comes before it, blanks, ``!``, and the command."""
    yield match.start(1), Operator, match[1]
    yield match.start(2), Whitespace, match[2]
    yield match.start(3), Operator, match[3]
    yield from _written_in(find_lexer("alias", "bash"), match[4], match.start(4))


def _magic(_: Lexer, match: re.Match[str], context: object = None) -> Iterator[_Token]:
    """A line magic, in groups 1 to 5: what comes before it, blanks, ``%``, its name, and the rest."""
    yield match.start(1), Operator, match[1]
    yield match.start(2), Whitespace, match[2]
    yield match.start(3), Operator, match[3]
    yield match.start(4), Keyword, match[4]
    name = match[4].lower()
    lexer = (
        PythonLexer() if name in _PYTHON_LINES else find_lexer("alias", _LANGUAGES.get(name, ""))
    )
    yield from _written_in(lexer, match[5], match.start(5))


def _written_in(lexer: Lexer | None, text: str, start: int) -> Iterator[_Token]:
    """The tokens of a part of the text that is in another language; without a lexer, one of plain text."""
    if lexer is None:
        yield start, Text, text
        return
    for index, token, value in lexer.get_tokens_unprocessed(text):
        yield start + index, token, value


_groups: Callable[..., Any] = bygroups  # which has no types

#: In brackets a line may begin with an operator.
_OPENING: Any = (r"[(\[{]", Punctuation, "bracketed")


class IPythonLexer(PythonLexer):
    """Colours a cell of IPython's.

    It has the name of its parent, by which prompt_toolkit knows where in a long input it may begin.
    """

    aliases = ["ipython", "ipython2", "ipython3"]  # noqa: RUF012  (pygments' metaclass reads it so)
    tokens = {  # noqa: RUF012
        "root": [
            # One by one: the parent looks for a docstring behind all the blank lines that follow.
            (r"^[^\S\n]+(?=\n)", Whitespace),
            (
                rf"^{_BLANKS}(%{{1,2}})([^\W\d]\w*){_HELP}",
                _groups(Whitespace, Operator, Keyword, Operator, Whitespace),
            ),
            (rf"^(){_BLANKS}(%)([^\W\d]\w*){_REST}", _magic),
            (rf"(=){_BLANKS}(%)([^\W\d]\w*){_REST}", _magic),
            (rf"^(){_BLANKS}(!!?){_REST}", _shell),
            (rf"(=){_BLANKS}(!)(?!=){_REST}", _shell),
            (rf"^{_BLANKS}(\?\??)(.*)", _groups(Whitespace, Operator, Text)),
            (_HELP, _groups(Operator, Whitespace)),
            (r"(\\\n)([^\S\n]*)([%!?]?)", _groups(Text, Whitespace, Operator)),
            _OPENING,
            *PythonLexer.tokens["root"],
        ],
        "bracketed": [
            (r"^[^\S\n]+(?=\n)", Whitespace),
            (r"[)\]}]", Punctuation, "#pop"),
            _OPENING,
            *PythonLexer.tokens["root"],
        ],
    }

    def get_tokens_unprocessed(
        self, text: str, stack: Iterable[str] = ("root",)
    ) -> Iterator[_Token]:
        """Yield where each token begins, what it is, and its text; together they are the whole text."""
        start = 0
        lexer: Lexer | None = None
        # Cells of magics that take Python may begin with another such magic.
        while lexer is None and (head := _CELL.match(text, start)):
            kinds = (Whitespace, Operator, Keyword, Text, Whitespace)
            for group, kind in enumerate(kinds, 1):
                if head[group]:
                    yield head.start(group), kind, head[group]
            start = head.end()
            lexer = _body(head[3].lower(), head[4].split())
        if lexer is not None:
            yield from _written_in(lexer, text[start:], start)
            return
        for index, token, value in super().get_tokens_unprocessed(text[start:], stack):
            yield start + index, token, value


def _body(magic: str, words: list[str]) -> Lexer | None:
    """The lexer for the cell of a magic, None for Python.

    :param words: those on its line.
    """
    if magic in {"writefile", "file"} and words:
        ending = posixpath.splitext(words[-1])[1].lower()
        if ending == ".py":
            return None
        return find_lexer("pattern", f"*{ending}") or find_lexer("alias", "text")
    if magic == "script" and words:
        program = posixpath.basename(words[0]).lower()
        return find_lexer("alias", program) or find_lexer("alias", "text")
    return find_lexer("alias", _LANGUAGES.get(magic, ""))
