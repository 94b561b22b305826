"""Markdown within a paragraph -> HTML.

As CommonMark 0.31 describes in its appendix "A parsing strategy": runs of ``*``, ``_`` and ``~``, and
opening brackets, are remembered, and become emphasis and links when what ends them comes.  Also GitHub's
``~~``, and formulas in ``$…$`` by the rules of Pandoc: no blank within its dollars, no letter outside.
"""

import re
from bisect import bisect_right
from html import escape, unescape
from typing import NamedTuple

from kconsole.render.latex import math_to_text
from kconsole.render.markdown.code import verbatim_html
from kconsole.render.markdown.emphasis import Run, Runs
from kconsole.render.markdown.rawhtml import html_end
from kconsole.render.markdown.references import ESCAPED, FORMULAS, References, label_key, resolved

__all__ = ["Manner", "inline_html"]

_SPECIAL = re.compile(r"[\n\\`*_~\[\]!<&$]")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>\x00-\x1f]{0,2000}+)>")
_MAIL = re.compile(
    r"<([\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,9})>"
)
_TITLE = re.compile(
    r"""\s{1,99}+(?:"(?:[^"\\]|\\.){0,1000}+"|'(?:[^'\\]|\\.){0,1000}+'|\((?:[^()\\]|\\.){0,1000}+\))""",
    re.DOTALL,
)
_POINTED = re.compile(r"<((?:[^<>\\\n]|\\.){0,2000}+)>")
_LABEL = re.compile(r"\[((?:[^\\\[\]]|\\.){0,999}+)\]", re.DOTALL)
_BLANKS = re.compile(r"\s{0,99}+")
_BEGIN = re.compile(r"\\begin\{([a-z]{1,20}\*?)\}")
#: What ends a formula as LaTeX has it, and language models, by what begins it; what is in most formulas.
_LATEX = {"(": "\\)", "[": "\\]"}
_LIKE_LATEX = re.compile(r"\\[A-Za-z]|[\^_=]")
_UNBROKEN = 32  # characters of a formula that stay on one line
_LONGEST_DESTINATION = 2000
_DEEPEST_BRACKETS = 32
_RUN = {one: re.compile(re.escape(one) + "+") for one in "`*_~$"}
_ALT_TAGS = re.compile(r"<img alt=\"([^\"]*)\"[^>]*>|<[^>]*>")


class Manner(NamedTuple):
    """How it is written.

    Attributes:
        marks: show in the text what no style will show: that something is code, or struck out.
        indent: what stands before the lines of a formula that is displayed; None where none can be.
        width: the columns that its lines may take; None for no bound.
    """

    marks: bool = False
    indent: str | None = None
    width: int | None = None


def inline_html(text: str, references: References, manner: Manner) -> str:
    """Return a paragraph's content as HTML.

    :param text: its lines, without blanks at their beginnings.
    :param references: what links may refer to.
    """
    return _Inline(text, references, manner).html()


class _Bracket(NamedTuple):
    """A ``[`` or ``![`` that may begin a link or an image."""

    piece: int
    image: bool
    at: int  # behind it, in the text
    run: Run | None  # the last one before it


class _Inline:
    """Reads a text, once."""

    def __init__(self, text: str, references: References, manner: Manner) -> None:
        self._text = text
        self._references = references
        self._marks, self._indent, self._width = manner
        self._at = 0
        self._pieces: list[str] = []
        self._runs = Runs(manner.marks)
        self._brackets: list[_Bracket] = []
        self._dead = 0  # links may not be in links: so many of the brackets are none any more
        self._backticks: dict[int, list[int]] | None = None
        self._missing: set[str] = set()  # what does not come any more

    def html(self) -> str:
        """Return all of it."""
        text = self._text
        while self._at < len(text):
            match = _SPECIAL.search(text, self._at)
            end = match.start() if match else len(text)
            if end > self._at:
                self._pieces.append(escape(text[self._at : end], quote=False))
            self._at = end
            if match:
                _HANDLERS[match[0]](self)
        self._runs.pair(self._pieces, None)
        return "".join(self._pieces)

    def _put(self, html: str, length: int) -> None:
        self._pieces.append(html)
        self._at += length

    def _literal(self, length: int = 1) -> None:
        self._put(escape(self._text[self._at : self._at + length], quote=False), length)

    # -- what stands for itself ----------------------------------------------------------------------

    def _newline(self) -> None:
        if self._pieces:
            before = self._pieces[-1]
            bare = before.rstrip(" ")
            self._pieces[-1] = bare
            if len(before) - len(bare) >= 2:
                self._pieces.append("<br />")
        self._put("\n", 1)

    def _backslash(self) -> None:
        following = self._text[self._at + 1 : self._at + 2]
        if (following == "b" and self._environment()) or (
            following in _LATEX and self._latex(following)
        ):
            return
        if following == "\n":
            self._put("<br />\n", 2)
        elif ESCAPED.match(self._text, self._at):
            self._put(escape(following, quote=False), 2)
        else:
            self._literal()

    def _latex(self, opening: str) -> bool:
        r"""Read ``\(…\)`` or ``\[…\]``, which are brackets in CommonMark, if there is a formula between."""
        start = self._at + 2
        found = self._find(_LATEX[opening], start)
        if found < 0 or not _LIKE_LATEX.search(self._text, start, found):
            return False
        return self._put_formula(self._text[start:found], found + 2 - self._at, opening == "[")

    def _environment(self) -> bool:
        match = _BEGIN.match(self._text, self._at)
        if match is None or match[1].removesuffix("*") not in FORMULAS:
            return False
        end = f"\\end{{{match[1]}}}"
        found = self._find(end, match.end())
        stop = found + len(end)
        return found > 0 and self._put_formula(self._text[self._at : stop], stop - self._at, True)

    def _entity(self) -> None:
        match = _ENTITY.match(self._text, self._at)
        if match is None:
            self._literal()
        else:
            self._put(escape(unescape(match[0]), quote=False), len(match[0]))

    def _code(self) -> None:
        run = len(self._run("`"))
        if self._backticks is None:
            self._backticks = {}
            for match in _RUN["`"].finditer(self._text):
                self._backticks.setdefault(len(match[0]), []).append(match.start())
        ends = self._backticks.get(run, [])
        following = bisect_right(ends, self._at)
        if following == len(ends):
            self._literal(run)
            return
        code = self._text[self._at + run : ends[following]].replace("\n", " ")
        if code[:1] == code[-1:] == " " and code.strip(" "):
            code = code[1:-1]
        html = escape(code, quote=False)
        html = f"`{html}`" if self._marks else f"<code>{html}</code>"
        self._put(html, ends[following] + run - self._at)

    def _formula(self) -> None:
        text, at = self._text, self._at
        run = len(self._run("$"))
        before, behind = text[at - 1 : at], text[at + run : at + run + 1]
        end = -1
        if run == 2:
            end = self._find("$$", at + 2)
        elif run == 1 and behind.strip() and not (before.isalnum() or before == "\\"):
            end = self._dollar(at + 1)
        if end < 0 or not self._put_formula(
            text[at + run : end], end + run - at, displayed=run == 2
        ):
            self._literal(run)

    def _put_formula(self, source: str, length: int, displayed: bool) -> bool:
        """Write a formula; False if it cannot be read."""
        displayed = displayed and self._indent is not None
        formula = math_to_text(source, flat=not displayed, width=self._width)
        if formula is None:
            return False
        html = escape(formula, quote=False)
        if displayed:
            html = verbatim_html(html, self._indent or "")
        elif len(formula) < _UNBROKEN:
            html = html.replace(" ", "\xa0")
        self._put(html, length)
        return True

    def _dollar(self, start: int) -> int:
        """Find the dollar that ends a formula; -1 if the next one does not."""
        end = self._find("$", start)
        while end > 0 and self._text[end - 1] == "\\":
            end = self._find("$", end + 1)
        if end < 0 or self._text[end - 1].isspace() or self._text[end + 1 : end + 2].isalnum():
            return -1
        return end

    def _find(self, wanted: str, start: int) -> int:
        """Find a text; one that was missing once is not looked for again."""
        if wanted in self._missing:
            return -1
        found = self._text.find(wanted, start)
        if found < 0:
            self._missing.add(wanted)
        return found

    def _angle(self) -> None:
        text, at = self._text, self._at
        if match := _AUTOLINK.match(text, at) or _MAIL.match(text, at):
            scheme = "mailto:" if match.re is _MAIL else ""
            address = escape(match[1])
            self._put(
                f'<a href="{scheme}{address}">{escape(match[1], quote=False)}</a>', len(match[0])
            )
        elif (end := html_end(text, at, self._find)) > 0:
            self._put(text[at:end], end - at)
        else:
            self._literal()

    def _run(self, character: str) -> str:
        match = _RUN[character].match(self._text, self._at)
        return match[0] if match else ""

    def _delimiters(self) -> None:
        text, at = self._text, self._at
        count = len(self._run(text[at]))
        before, behind = text[at - 1 : at] if at else "", text[at + count : at + count + 1]
        self._runs.add(text[at], count, len(self._pieces), before, behind)
        self._literal(count)

    # -- links ---------------------------------------------------------------------------------------

    def _bracket(self, image: bool = False) -> None:
        length = 2 if image else 1
        self._brackets.append(
            _Bracket(len(self._pieces), image, self._at + length, self._runs.last)
        )
        self._literal(length)

    def _exclamation(self) -> None:
        if self._text.startswith("![", self._at):
            self._bracket(image=True)
        else:
            self._literal()

    def _close_bracket(self) -> None:
        if not self._brackets:
            self._literal()
            return
        opener = self._brackets.pop()
        dead = len(self._brackets) < self._dead and not opener.image
        self._dead = min(self._dead, len(self._brackets))
        found = None if dead else self._target(opener)
        if found is None:
            self._literal()
            return
        destination, end = found
        self._runs.pair(self._pieces, opener.run)
        if opener.image:
            alternative = "".join(self._pieces[opener.piece + 1 :])
            plain = _ALT_TAGS.sub(r"\1", alternative).replace('"', "&quot;")
            del self._pieces[opener.piece :]
            self._pieces.append(f'<img alt="{plain}" src="{escape(destination)}" />')
        else:
            self._pieces[opener.piece] = f'<a href="{escape(destination)}">'
            self._pieces.append("</a>")
            self._dead = len(self._brackets)
        self._at = end

    def _target(self, opener: _Bracket) -> tuple[str, int] | None:
        """Return where a link leads to, and where what says so ends; None if it is no link."""
        behind = self._at + 1
        if self._text.startswith("(", behind) and (found := self._destination(behind + 1)):
            return found
        label = _LABEL.match(self._text, behind)
        if label and label[1].strip():
            key, end = label[1], label.end()
        else:
            if self._at - opener.at > 999:
                return None
            key, end = self._text[opener.at : self._at], label.end() if label else behind
            if "[" in ESCAPED.sub("", key):
                return None
        destination = self._references.get(label_key(key))
        return None if destination is None else (_address(destination), end)

    def _destination(self, at: int) -> tuple[str, int] | None:
        """Read ``destination "title")``."""
        text = self._text
        at = _end(_BLANKS.match(text, at))
        if match := _POINTED.match(text, at):
            destination, at = match[1], match.end()
        else:
            start, at = at, self._bare(at)
            destination = text[start:at]
            if destination.startswith("<"):
                return None
        if match := _TITLE.match(text, at):
            at = match.end()
        at = _end(_BLANKS.match(text, at))
        return (_address(destination), at + 1) if text.startswith(")", at) else None

    def _bare(self, at: int) -> int:
        """Return where a destination without ``<>`` ends."""
        text = self._text
        depth = 0
        limit = min(len(text), at + _LONGEST_DESTINATION)
        while at < limit:
            character = text[at]
            if character == "\\" and ESCAPED.match(text, at):
                at += 1
            elif character == "(":
                depth += 1
                if depth > _DEEPEST_BRACKETS:
                    break
            elif character == ")":
                depth -= 1
                if depth < 0:
                    break
            elif character <= " ":
                break
            at += 1
        return at


def _address(destination: str) -> str:
    return unescape(resolved(destination)) if "&" in destination else resolved(destination)


def _end(match: re.Match[str] | None) -> int:
    return match.end() if match else 0


_HANDLERS = {
    "\n": _Inline._newline,
    "\\": _Inline._backslash,
    "`": _Inline._code,
    "*": _Inline._delimiters,
    "_": _Inline._delimiters,
    "~": _Inline._delimiters,
    "[": _Inline._bracket,
    "]": _Inline._close_bracket,
    "!": _Inline._exclamation,
    "<": _Inline._angle,
    "&": _Inline._entity,
    "$": _Inline._formula,
}
