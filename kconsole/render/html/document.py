"""Markup -> blocks: what each tag means, and which cell of which table a text belongs to.

A table maps a tag to the method that begins it; most are only a :class:`_Box`, a few words on how they
look. Tags that are in neither are ignored, their text is not.
"""

import re
from collections.abc import Callable, Mapping
from typing import ClassVar, NamedTuple

from kconsole.render.html.blocks import Align, Block, Cell, Row, Rule, Section, Table
from kconsole.render.html.css import PLAIN, Look, added, look_of, rules_of
from kconsole.render.html.flow import Element, Flow
from kconsole.render.html.numerals import lowered, numeral, raised
from kconsole.render.html.tokens import Token, attributes, characters, tokens
from kconsole.render.sgr import DEFAULT

__all__ = ["blocks_of"]

_DEEPEST_TABLE = 6  # in others; those in it are lines of words
_MOST_SPANNED = (
    1000  # columns (HTML standard, section 4.9.11); rows are bounded by those that there are
)
_INTEGER = re.compile(r"\s*[-+]?[0-9]{1,9}")
_CHOICES = {"checkbox": ("[ ]", "[x]"), "radio": ("( )", "(•)")}
_BAR = 20  # columns of a progress bar
_BULLETS = "•◦▪"


class _Box(NamedTuple):
    """How an element looks; see :meth:`Flow.open`."""

    block: bool = False
    gap: bool = False
    codes: tuple[str, ...] = ()
    indent: str = ""
    mark: str = ""
    hidden: bool = False
    verbatim: bool = False
    before: str = ""
    after: str = ""
    script: Callable[[str], str] | None = None


_BLOCK = _Box(block=True)
_SPACED = _Box(block=True, gap=True)
_INLINE = _Box()
_LINED = _Box(codes=("4",))

# fmt: off
_BOXES: Mapping[str, _Box] = {
    **dict.fromkeys((
        "address", "article", "aside", "center", "div", "fieldset", "figcaption", "footer", "form",
        "header", "hgroup", "main", "nav", "optgroup", "section",
    ), _BLOCK),
    **dict.fromkeys(("dl", "figure", "p"), _SPACED),
    **dict.fromkeys(("dt", "legend", "summary"), _BLOCK._replace(codes=("1",))),
    "blockquote": _SPACED._replace(indent="│ "),
    "dd": _BLOCK._replace(indent="    "),
    "details": _BLOCK._replace(indent="  ", mark="▾ "),
    "h1": _SPACED._replace(codes=("1", "4")),
    **dict.fromkeys(("h2", "h3", "h4", "h5", "h6"), _SPACED._replace(codes=("1",))),
    **dict.fromkeys(("listing", "pre", "xmp"), _SPACED._replace(verbatim=True)),
    # The rest is within a line.
    **dict.fromkeys(("annotation", "annotation-xml", "canvas", "datalist", "rp", "svg"), _Box(hidden=True)),
    **dict.fromkeys(("b", "strong"), _Box(codes=("1",))),
    **dict.fromkeys(("cite", "dfn", "em", "i", "var"), _Box(codes=("3",))),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), _Box(codes=("36",))),
    **dict.fromkeys(("del", "s", "strike"), _Box(codes=("9",))),
    **dict.fromkeys(("ins", "u"), _LINED),
    **dict.fromkeys(("button", "select"), _Box(before="[", after="]")),
    "mark": _Box(codes=("7",)),
    "q": _Box(before="“", after="”"),
    "small": _Box(codes=("2",)),
    "sub": _Box(script=lowered),
    "sup": _Box(script=raised),
}
_IGNORED = frozenset({
    "area", "base", "body", "col", "colgroup", "head", "html", "link", "meta", "noembed", "noframes",
    "param", "script", "source", "template", "title", "track", "wbr",
})
# fmt: on
#: Attributes from before there was CSS.
_OLD_STYLES = (("bgcolor", "background-color"), ("color", "color"))
_ALIGNS: Mapping[str, Align] = {"center": "center", "left": "left", "right": "right"}
_SECTIONS: Mapping[str, Section] = {"tbody": "body", "tfoot": "foot", "thead": "head"}
_TABLE_TAGS = frozenset({"caption", "table", "td", "th", "tr", *_SECTIONS})


def blocks_of(html: str, color: bool) -> list[Block]:
    """Read a document or fragment.

    :param color: whether styles are wanted; without, every style is the default.
    """
    document = _Document(color)
    for token in tokens(html):
        document.take(token)
    return document.blocks()


class _OpenTable:
    """A table that has begun.

    Attributes:
        flow: where it stands.
        look: what holds in it.
        row: the one that is being filled.
    """

    def __init__(self, flow: Flow, look: Look) -> None:
        self.table = Table()
        self.flow = flow
        self.look = look
        self.section: Section = "body"
        self.row: Row | None = None
        self.row_look = PLAIN


class _Document:
    """Takes tokens, gives blocks."""

    def __init__(self, color: bool) -> None:
        self._color = color
        self._flows = [Flow(color)]  # the document's, and that of the open cell of each open table
        self._tables: list[_OpenTable] = []
        self._flat_tables = 0  # open ones beyond the deepest
        self._into: list[list[Block]] = []  # where the blocks of the open cells go
        self._rules: dict[str, str] = {}

    def blocks(self) -> list[Block]:
        """End the document."""
        while self._tables:
            self._end_table()
        return self._flow.finish()

    def take(self, token: Token) -> None:
        """Go on with a token."""
        if token.text and not (self._between_cells and token.text.isspace()):
            self._flows[-1].text(characters(token.text))
        tag = token.tag
        if tag in _TABLE_TAGS:
            if token.end:
                self._end_part(tag)
            else:
                self._start_part(tag, attributes(token.options))
        elif token.end:
            self._end(tag)
        elif tag:
            self._start(token)

    @property
    def _flow(self) -> Flow:
        return self._flows[-1]

    @property
    def _between_cells(self) -> bool:
        """Whether the innermost table has no open cell."""
        return len(self._tables) == len(self._flows)

    # -- elements ------------------------------------------------------------------------------------

    def _start(self, token: Token) -> None:
        said = attributes(token.options)
        box = _BOXES.get(token.tag)
        if method := self._METHODS.get(token.tag):
            method(self, token, said)
        elif box is not None:
            self._open(token.tag, box, said)
        elif token.tag not in _IGNORED and not token.options.endswith("/>"):  # as in <svg>
            self._open(token.tag, _INLINE, said)

    def _open(self, tag: str, box: _Box, said: Mapping[str, str]) -> Element:
        look = self._look(said)
        element = self._flow.open(
            tag,
            block=box.block,
            gap=box.gap,
            codes=box.codes + look.codes,
            indent=box.indent,
            mark=box.mark,
            hidden=box.hidden or look.hidden,
            verbatim=box.verbatim or look.verbatim,
            after=box.after,
        )
        element.script = box.script
        if box.before:
            self._flow.put(box.before)
        return element

    def _end(self, tag: str) -> None:
        if tag == "br":  # as browsers do
            self._flow.put("\n")
        else:
            self._flow.close(tag)

    def _look(self, said: Mapping[str, str]) -> Look:
        declarations = said.get("style", "")
        if self._rules and (more := self._rules.get(said.get("id", ""))):
            declarations = f"{more};{declarations}"
        for attribute, name in _OLD_STYLES:
            if value := said.get(attribute):
                declarations = f"{name}:{value};{declarations}"
        if "hidden" in said:
            declarations += ";display:none"
        return look_of(declarations) if declarations else PLAIN

    def _sheet(self, token: Token, _: Mapping[str, str]) -> None:
        self._rules.update(rules_of(token.body))

    def _link(self, _: Token, said: Mapping[str, str]) -> None:
        self._flow.close("a")
        target = _web_address(said.get("href"))
        self._open("a", _LINED if target else _INLINE, said).href = target

    def _list(self, token: Token, said: Mapping[str, str]) -> None:
        nested = self._flow.top.item is not None
        element = self._open(token.tag, _BLOCK if nested else _SPACED, said)
        if token.tag == "ol":
            element.step = -1 if "reversed" in said else 1
            element.ordinal = _integer(said.get("start"), 1)
            element.numbering = said.get("type", "1")

    def _item(self, _: Token, said: Mapping[str, str]) -> None:
        listing = self._flow.top.listing
        if listing is not None and listing.step:
            number = _integer(said.get("value"), listing.ordinal)
            listing.ordinal = number + listing.step
            mark = f"{numeral(number, listing.numbering)}. "
        else:
            level = listing.level if listing else 1
            mark = f"{_BULLETS[min(level, len(_BULLETS)) - 1]} "
        self._open("li", _BLOCK._replace(indent=" " * len(mark), mark=mark), said)

    def _line_break(self, _: Token, __: Mapping[str, str]) -> None:
        self._flow.put("\n")

    def _rule(self, _: Token, said: Mapping[str, str]) -> None:
        flow = self._flow
        if not (flow.top.hidden or self._look(said).hidden):
            flow.start_block()
            flow.end_block(gap=True)
            flow.add(Rule())
            flow.end_block(gap=True)

    # -- what is not text ----------------------------------------------------------------------------

    def _image(self, _: Token, said: Mapping[str, str]) -> None:
        address = "" if self._tables else _web_address(said.get("src"))  # too long for a cell
        alternative = " ".join(said.get("alt", f"image {address}").split())
        if alternative and not self._look(said).hidden:
            self._flow.put(f"[{alternative}]")

    def _embedded(self, token: Token, said: Mapping[str, str]) -> None:
        """Its kind, and where on the web it is."""
        if not self._look(said).hidden:
            self._flow.put(f"[{token.tag} {_web_address(said.get('src'))}".rstrip() + "]")
        if token.tag in ("audio", "video"):
            self._open(token.tag, _BOXES["svg"], said)  # inside is what old browsers show

    def _input(self, _: Token, said: Mapping[str, str]) -> None:
        kind = said.get("type", "text").lower()
        value = said.get("value") or said.get("placeholder") or "____"
        if kind in _CHOICES:
            self._flow.put(_CHOICES[kind]["checked" in said])
        elif kind != "hidden" and not self._look(said).hidden:
            self._flow.put(f"[{'****' if kind == 'password' else ' '.join(value.split())}]")

    def _text_area(self, token: Token, said: Mapping[str, str]) -> None:
        if not self._look(said).hidden:
            self._flow.put(f"[{' '.join(characters(token.body).split()) or '____'}]")

    def _option(self, token: Token, said: Mapping[str, str]) -> None:
        flow = self._flow
        flow.close("option")
        listing = flow.top
        if listing.ordinal:
            flow.put(" | ")
        listing.ordinal = 1
        self._open("option", _Box(codes=("1",)) if "selected" in said else _INLINE, said)

    def _progress(self, token: Token, said: Mapping[str, str]) -> None:
        part = _fraction(said.get("value"), said.get("max"))
        if not self._look(said).hidden:
            full = round(part * _BAR)
            self._flow.put(f"[{'█' * full}{'░' * (_BAR - full)}] {part:.0%}")
        self._open(token.tag, _BOXES["svg"], said)

    # -- tables --------------------------------------------------------------------------------------

    def _start_part(self, tag: str, said: Mapping[str, str]) -> None:
        if tag == "table":
            self._start_table(said)
        elif self._flat_tables or not self._tables:
            self._flat_part(tag)
        else:
            self._end_cell()
            table = self._tables[-1]
            if tag in _SECTIONS:
                table.section, table.row = _SECTIONS[tag], None
            elif tag == "tr":
                self._start_row(table, self._look(said))
            elif tag == "caption":
                self._start_cell(table, table.table.caption, self._look(said), ("3",))
            else:
                self._start_data(table, tag == "th", said)

    def _end_part(self, tag: str) -> None:
        if self._flat_tables:
            self._flat_tables -= tag == "table"
            self._flat_part(tag)
        elif not self._tables:
            self._flat_part(tag)
        elif tag == "table":
            self._end_table()
        else:
            self._end_cell()
            table = self._tables[-1]
            if tag not in ("caption", "td", "th"):
                table.row = None
            if tag in _SECTIONS:
                table.section = "body"

    def _flat_part(self, tag: str) -> None:
        """A part of a table that is too deep, or that is in no table."""
        if tag in ("td", "th"):
            self._flow.space()
        else:
            self._flow.end_block()

    def _start_table(self, said: Mapping[str, str]) -> None:
        if self._flat_tables or len(self._tables) > _DEEPEST_TABLE:
            self._flat_tables += 1
            self._flow.end_block()
            return
        if self._between_cells and self._tables:
            self._end_table()
        self._flow.start_block()
        self._tables.append(_OpenTable(self._flow, self._look(said)))

    def _end_table(self) -> None:
        self._end_cell()
        ended = self._tables.pop()
        ended.flow.end_block()
        if ended.table.rows or ended.table.caption:
            ended.flow.add(ended.table)

    def _start_row(self, table: _OpenTable, look: Look) -> None:
        table.row, table.row_look = Row(table.section), look
        if not look.hidden:
            table.table.rows.append(table.row)

    def _start_data(self, table: _OpenTable, header: bool, said: Mapping[str, str]) -> None:
        if table.row is None:
            self._start_row(table, PLAIN)
        assert table.row is not None
        look = self._look(said)
        cell = Cell(
            header=header,
            columns=max(1, min(_MOST_SPANNED, _integer(said.get("colspan"), 1))),
            rows=max(0, _integer(said.get("rowspan"), 1)),
            align=look.align or _ALIGNS.get(said.get("align", "").lower(), ""),
        )
        if self._color and look.filled:
            cell.fill = added(DEFAULT, look.codes)
        if not look.hidden:
            table.row.cells.append(cell)
        self._start_cell(table, cell.blocks, look, ())

    def _start_cell(
        self, table: _OpenTable, into: list[Block], look: Look, codes: tuple[str, ...]
    ) -> None:
        top = table.flow.top
        style, hidden = top.style, top.hidden
        for each in (table.look, table.row_look, look):
            if each is not PLAIN:
                hidden = hidden or each.hidden
                codes += each.codes
        if self._color and codes:
            style = added(style, codes)
        self._flows.append(Flow(self._color, style, hidden))
        self._into.append(into)

    def _end_cell(self) -> None:
        """End the innermost table's open cell, if it has one."""
        if len(self._flows) > len(self._tables):
            self._into.pop().extend(self._flows.pop().finish())

    _METHODS: ClassVar[Mapping[str, Callable[["_Document", Token, Mapping[str, str]], None]]] = {
        "a": _link,
        "audio": _embedded,
        "br": _line_break,
        "embed": _embedded,
        "hr": _rule,
        "iframe": _embedded,
        "img": _image,
        "input": _input,
        "li": _item,
        "meter": _progress,
        "ol": _list,
        "option": _option,
        "progress": _progress,
        "style": _sheet,
        "textarea": _text_area,
        "ul": _list,
        "video": _embedded,
    }


def _web_address(reference: str | None) -> str:
    """A reference if it is one to the web, else ""."""
    reference = (reference or "").strip()
    return reference if reference.lower().startswith(("http://", "https://")) else ""


def _integer(text: str | None, default: int) -> int:
    match = _INTEGER.match(text) if text else None
    return int(match[0]) if match else default


def _fraction(value: str | None, most: str | None) -> float:
    """How far a bar is, from 0 to 1."""
    try:
        return min(1.0, max(0.0, float(value or 0) / float(most or 1)))
    except (ValueError, ZeroDivisionError):
        return 0.0
