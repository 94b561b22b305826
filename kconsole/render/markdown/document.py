"""Markdown's tree of blocks -> HTML."""

import re
from collections.abc import Callable, Sequence
from html import escape

from kconsole.render.latex import math_to_text
from kconsole.render.markdown.blocks import parse
from kconsole.render.markdown.code import code_html, verbatim_html
from kconsole.render.markdown.inline import Manner, inline_html
from kconsole.render.markdown.nodes import Node
from kconsole.render.markdown.references import References
from kconsole.render.markdown.tables import cells

__all__ = ["html_of"]

_INDENT = "    "
_ALIGN = {"": "", **{side: f' align="{side}"' for side in ("left", "center", "right")}}
_ALERT = re.compile(r"\[!([A-Za-z]{1,20})\][ ]*")
_TASKS = {"[ ]": '<input type="checkbox" />', "[x]": '<input type="checkbox" checked="" />'}


def html_of(
    source: str,
    *,
    marks: bool = False,
    indent: str = _INDENT,
    style: str = "",
    width: int | None = None,
) -> str:
    """Return Markdown as HTML.

    :param marks: show in the text what no style will show: levels of headings, that something is code.
    :param indent: what stands before each line of code.
    :param style: of the colours of code; "" for none.
    :param width: the columns that there are, for formulas of several lines; None for no bound.
    """
    tree, references = parse(source)
    if width is not None:
        width = max(1, width - len(indent))
    writer = _Writer(references, Manner(marks, indent, width), style)
    writer.blocks(tree.children, tight=False)
    return "\n".join(writer.pieces)


class _Writer:
    """Writes blocks."""

    def __init__(self, references: References, manner: Manner, style: str) -> None:
        self.pieces: list[str] = []
        self._references = references
        self._indent = manner.indent or ""
        self._width = manner.width
        self._marks = manner.marks
        self._paragraph = manner
        self._text = manner._replace(indent=None)
        self._style = style

    def blocks(self, nodes: Sequence[Node], *, tight: bool) -> None:
        """Write blocks that follow each other; paragraphs of a tight list are only text."""
        for node in nodes:
            if node.kind == "paragraph":
                text = self._inline("\n".join(node.lines), self._paragraph)
                self.pieces.append(text if tight else f"<p>{text}</p>")
            else:
                _WRITERS[node.kind](self, node)

    def _inline(self, text: str, manner: Manner) -> str:
        return inline_html(text.strip(), self._references, manner)

    def _heading(self, node: Node) -> None:
        mark = "#" * node.level + " " if self._marks else ""
        text = self._inline("\n".join(node.lines), self._text)
        self.pieces.append(f"<h{node.level}>{mark}{text}</h{node.level}>")

    def _quote(self, node: Node) -> None:
        first = node.children[0] if node.children else None
        if (
            first is not None
            and first.kind == "paragraph"
            and (alert := _ALERT.fullmatch(first.lines[0]))
        ):
            del first.lines[0]
            self._quotation(node.children, alert[1].capitalize())
        else:
            self._quotation(node.children)

    def _admonition(self, node: Node) -> None:
        self._quotation(node.children, escape(node.info or "", quote=False))

    def _quotation(self, nodes: Sequence[Node], title: str = "") -> None:
        """Write a quotation; its title, which is HTML, stands on a line above its first paragraph."""
        self.pieces.append("<blockquote>")
        if title:
            bold = f"<b>{title}</b>"
            if nodes and nodes[0].kind == "paragraph":
                bold += "<br />" + self._inline("\n".join(nodes[0].lines), self._paragraph)
                nodes = nodes[1:]
            self.pieces.append(f"<p>{bold}</p>")
        self.blocks(nodes, tight=False)
        self.pieces.append("</blockquote>")

    def _list(self, node: Node) -> None:
        tag = "ul" if node.level < 0 else "ol"
        start = f' start="{node.level}"' if node.level not in (-1, 1) else ""
        self.pieces.append(f"<{tag}{start}>")
        for item in node.children:
            self.pieces.append("<li>")
            self._task(item)
            self.blocks(item.children, tight=node.tight)
            self.pieces.append("</li>")
        self.pieces.append(f"</{tag}>")

    def _task(self, item: Node) -> None:
        """Make a box of the ``[x]`` that an item begins with."""
        first = item.children[0] if item.children else None
        if first is None or first.kind != "paragraph":
            return
        box, blank, rest = first.lines[0][:3].lower(), first.lines[0][3:4], first.lines[0][4:]
        if box in _TASKS and blank == " " and rest.strip():
            first.lines[0] = f"{_TASKS[box]} {rest}"

    def _code(self, node: Node) -> None:
        html = code_html("\n".join(node.lines), node.info or "", self._style)
        self.pieces.append(verbatim_html(html, self._indent))

    def _math(self, node: Node) -> None:
        source = "\n".join(node.lines).strip()
        bare = source.removeprefix("$$").removesuffix("$$")
        text = math_to_text(bare, flat=False, width=self._width)
        html = escape(source if text is None else text, quote=False)
        self.pieces.append(verbatim_html(html, self._indent))

    def _html(self, node: Node) -> None:
        self.pieces.append("\n".join(node.lines))

    def _rule(self, _: Node) -> None:
        self.pieces.append("<hr />")

    def _table(self, node: Node) -> None:
        self.pieces.append("<table>")
        for number, line in enumerate(node.lines):
            tag = "td" if number else "th"
            # A row may be shorter. To fill it up would make much of a short source.
            html = "".join(
                f"<{tag}{_ALIGN[align]}>{self._inline(cell, self._text)}</{tag}>"
                for cell, align in zip(cells(line), node.aligned, strict=False)
            )
            self.pieces.append(f"<tr>{html}</tr>")
        self.pieces.append("</table>")


_WRITERS: dict[str, Callable[[_Writer, Node], None]] = {
    "heading": _Writer._heading,
    "admonition": _Writer._admonition,
    "quote": _Writer._quote,
    "list": _Writer._list,
    "code": _Writer._code,
    "html": _Writer._html,
    "rule": _Writer._rule,
    "table": _Writer._table,
    "math": _Writer._math,
}
