r"""HTML reduced to text, for results that come in no other form.

Not built on :class:`html.parser.HTMLParser`: 100 kB of ``<!--`` keep Python 3.11's busy for six
seconds, the time growing with the square, and ``<![`` makes it raise.  Here each markup token, once
it has begun, runs to its end or to the end of the document ("eof-in-comment" and its like in the
HTML standard, section 13.2.2), so that one pass does.
"""

import re
from html import unescape

__all__ = ["html_to_text"]

_MARKUP = re.compile(
    r"""
    <!-- .*? (?:-->|\Z)                                           # comment
  | <(?P<raw>script|style|template|title)\b .*? (?:</(?P=raw)\b[^>]*>?|\Z)
  | <(?P<end>/?) (?P<tag>[a-z][^\s/>]*+)
    (?: [^=>]++ | =\s*+ (?: "[^"]*+"? | '[^']*+'? )? )* >?        # a quoted value may hold ">"
  | <[!?/][^>]*+>?                                               # doctype and the like
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)

# fmt: off
_LINE_BREAKING = frozenset({
    "address", "article", "aside", "blockquote", "br", "caption", "dd", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "tfoot",
    "thead", "tr", "ul",
})
# fmt: on
_CELLS = frozenset({"td", "th"})
_BULLET = "- "
_SPACE = re.compile(r"[ \t\r\n\f]+")


def html_to_text(html: str) -> str:
    """Return the text of an HTML document or fragment, one line for each block or table row.

    Never raises, and takes time in proportion to the length, whatever the markup is.
    """
    text = _Text()
    position = 0
    for match in _MARKUP.finditer(html):
        text.add(html[position : match.start()])
        if tag := match["tag"]:
            text.mark(tag.lower(), bool(match["end"]))
        position = match.end()
    text.add(html[position:])
    return text.result()


class _Text:
    """The text so far, in pieces."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._preformatted = False

    def add(self, data: str) -> None:
        if not self._preformatted:
            data = _SPACE.sub(" ", data)
            if self._at_line_start():
                data = data.lstrip(" ")
        if data:
            self._pieces.append(unescape(data))

    def mark(self, tag: str, end: bool) -> None:
        if tag == "pre":
            self._preformatted = not end
        if tag in _LINE_BREAKING and (tag == "br" or not self._at_line_start()):
            self._pieces.append("\n")
        elif tag in _CELLS and not end and not self._at_line_start():
            self._pieces.append("  ")
        if tag == "li" and not end:
            self._pieces.append(_BULLET)

    def result(self) -> str:
        """The lines, without the empty ones that markup leaves behind."""
        lines = (line.rstrip() for line in "".join(self._pieces).split("\n"))
        return "\n".join(line for line in lines if line)

    def _at_line_start(self) -> bool:
        return not self._pieces or self._pieces[-1].endswith("\n") or self._pieces[-1] is _BULLET
