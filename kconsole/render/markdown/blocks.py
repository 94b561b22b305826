"""Markdown's blocks: lines -> a tree of quotes, lists, paragraphs, code and tables.

As CommonMark 0.31 describes in its appendix "A parsing strategy": each line first goes on with the blocks
that are open, then begins new ones, and its rest is added to the innermost.  Tables are those of GitHub's
dialect; formulas on lines of their own are those of notebooks, and ``!!! note`` is that of Julia's help.
"""

import re
from collections.abc import Callable

from kconsole.render.markdown.nodes import Kind, Node, has_gaps
from kconsole.render.markdown.rawhtml import html_block
from kconsole.render.markdown.references import FORMULAS, References, take_definitions
from kconsole.render.markdown.tables import alignments, cells

__all__ = ["parse"]


_DEEPEST = 24  # quotes and lists within each other
_TAB = 4
_MOST_CELLS = 200

_ATX = re.compile(r"(#{1,6})(?:[ ]+|$)")
_ATX_END = re.compile(r"(?:^|[ ]+)#+[ ]*$")
_SETEXT = re.compile(r"(?:=+|-+)[ ]*$")
_RULE = re.compile(r"(?:(?:\*[ ]*+){3,}|(?:-[ ]*+){3,}|(?:_[ ]*+){3,})$")
_FENCE = re.compile(r"(`{3,})([^`]*)$|(~{3,})(.*)$")
_MARKER = re.compile(r"([-+*]|(\d{1,9})([.)]))(?=[ ]|$)")
_ADMONITION = re.compile(r"!!![ ]+([A-Za-z]+)(?:[ ]+\"([^\"]*)\")?[ ]*$")
_MATH = re.compile(r"\$\$|\\begin\{([a-z]+\*?)\}")
_VERBATIM = frozenset({"code", "html", "math"})
_CONTAINERS = frozenset({"admonition", "document", "quote", "list", "item"})


def parse(source: str) -> tuple[Node, References]:
    """Return a text's blocks, and what its link references are defined to be."""
    parser = _Parser()
    for line in (
        source.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd").split("\n")
    ):
        parser.add(line.expandtabs(_TAB) if "\t" in line else line)
    return parser.finish()


class _Parser:
    """Reads lines."""

    def __init__(self) -> None:
        self._open = [Node("document")]
        self._references: References = {}
        self._line = ""
        self._at = 0
        self._read = False  # whether a block has taken the whole line

    def finish(self) -> tuple[Node, References]:
        """End all blocks."""
        self._close(1)
        return self._open[0], self._references

    def add(self, line: str) -> None:
        """Read one line, without its newline."""
        self._line, self._at, self._read = line, 0, False
        matched = self._continue()
        if matched < 0:  # it ended a fenced block
            return
        lazy = matched < len(self._open)
        if self._open[matched - 1].kind not in _VERBATIM and not self._begin(matched):
            if lazy and self._open[-1].kind == "paragraph" and not self._is_blank():
                self._open[-1].lines.append(self._line[self._at :].lstrip(" "))
                return
            self._close(matched)
        elif self._open[matched - 1].kind in _VERBATIM:
            self._close(matched)
        self._note_blank()
        if not self._read:
            self._add_text()

    # -- the blocks that are open --------------------------------------------------------------------

    def _continue(self) -> int:
        """Return how many of the open blocks go on; -1 if the line is the end of one."""
        for number, node in enumerate(self._open[1:], 1):
            goes_on = _GOES_ON[node.kind](self, node)
            if goes_on is None:
                self._close(number)
                return -1
            if not goes_on:
                return number
        return len(self._open)

    def _quote_goes_on(self, _: Node) -> bool:
        indent = self._indent()
        if indent > 3 or self._line[self._at + indent : self._at + indent + 1] != ">":
            return False
        self._at += indent + 1
        self._at += self._line.startswith(" ", self._at)
        return True

    def _admonition_goes_on(self, _: Node) -> bool:
        if self._is_blank():
            self._at = len(self._line)
        elif self._indent() >= _TAB:
            self._at += _TAB
        else:
            return False
        return True

    def _item_goes_on(self, item: Node) -> bool:
        if self._is_blank():
            if not item.children:
                return False
            self._at = len(self._line)
            return True
        if self._indent() < item.offset:
            return False
        self._at += item.offset
        return True

    def _code_goes_on(self, node: Node) -> bool | None:
        indent = self._indent()
        if not node.fence:
            if indent >= 4:
                self._at += 4
            elif self._is_blank():
                self._at = len(self._line)
            else:
                return False
            return True
        rest = self._line[self._at + indent :].rstrip(" ")
        if indent < 4 and len(rest) >= len(node.fence) and not rest.strip(node.fence[0]):
            return None
        self._at += min(indent, node.offset)
        return True

    def _html_goes_on(self, node: Node) -> bool:
        return node.end is not None or not self._is_blank()

    def _math_goes_on(self, node: Node) -> bool | None:
        if self._is_blank():
            return False
        if node.fence in self._line[self._at :]:
            node.lines.append(self._line[self._at :])
            node.fence = ""
            return None
        return True

    def _text_goes_on(self, _: Node) -> bool:
        return not self._is_blank()

    def _always(self, _: Node) -> bool:
        return True

    def _never(self, _: Node) -> bool:
        return False

    # -- new blocks ----------------------------------------------------------------------------------

    def _begin(self, matched: int) -> bool:
        """Begin the blocks that the rest of the line begins; tell whether it did any."""
        begun = False
        while True:
            leaf = self._open[matched - 1] if not begun else self._open[-1]
            indent = self._indent()
            if self._is_blank():
                return begun
            if indent >= 4:
                if begun or self._open[-1].kind != "paragraph":
                    if not begun:
                        self._close(matched)
                    self._at += 4
                    self._push(Node("code"))
                    return True
                return begun
            start = self._at + indent
            for method in _BEGINNERS.get(self._line[start], ()):
                if (node := method(self, start, leaf)) is not None:
                    break
            else:
                node = self._table(leaf)
            if node is None:
                return begun
            if not begun and node is not leaf:
                self._close(matched)
            begun = True
            if node is leaf:  # it has only become another kind
                return True
            self._push(node)
            if node.kind not in _CONTAINERS:
                return True

    def _quote(self, start: int, _: Node) -> Node | None:
        if len(self._open) > _DEEPEST:
            return None
        self._at = start + 1
        self._at += self._line.startswith(" ", self._at)
        return Node("quote")

    def _heading(self, start: int, _: Node) -> Node | None:
        match = _ATX.match(self._line, start)
        if match is None:
            return None
        node = Node("heading")
        node.level = len(match[1])
        node.lines.append(_ATX_END.sub("", self._line[match.end() :].strip(" ")).strip(" "))
        self._read = True
        return node

    def _fenced(self, start: int, _: Node) -> Node | None:
        match = _FENCE.match(self._line, start)
        if match is None:
            return None
        node = Node("code")
        node.fence = match[1] or match[3]
        node.info = (match[2] or match[4] or "").strip()
        node.offset = start - self._at
        self._read = True
        return node

    def _html(self, start: int, leaf: Node) -> Node | None:
        paragraph = leaf.kind in ("paragraph", "table") or self._open[-1].kind == "paragraph"
        begins, end = html_block(self._line, start, interrupts=paragraph)
        if not begins:
            return None
        node = Node("html")
        node.end = end
        return node

    def _setext(self, start: int, leaf: Node) -> Node | None:
        if leaf.kind != "paragraph" or not _SETEXT.match(self._line, start):
            return None
        leaf.lines = take_definitions(leaf.lines, self._references)
        if not leaf.lines:
            return None
        leaf.kind = "heading"
        leaf.level = 1 if self._line[start] == "=" else 2
        self._read = True
        return leaf

    def _rule(self, start: int, _: Node) -> Node | None:
        if not _RULE.match(self._line, start):
            return None
        self._read = True
        return Node("rule")

    def _item(self, start: int, leaf: Node) -> Node | None:
        match = _MARKER.match(self._line, start)
        if match is None or len(self._open) > _DEEPEST:
            return None
        rest = self._line[match.end() :]
        # Neither an empty item nor one with another number than 1 interrupts a paragraph.
        if leaf.kind == "paragraph" and (not rest.strip(" ") or match[2] not in (None, "1")):
            return None
        blanks = len(rest) - len(rest.lstrip(" "))
        if blanks > 4 or not rest.strip(" "):
            blanks = 1
        item = Node("item")
        item.offset = match.end() + blanks - self._at
        item.info = match[3] or match[1]
        item.level = int(match[2]) if match[2] else -1
        self._at = min(match.end() + blanks, len(self._line))
        return item

    def _admonition(self, start: int, _: Node) -> Node | None:
        match = _ADMONITION.match(self._line, start)
        if match is None or len(self._open) > _DEEPEST:
            return None
        node = Node("admonition")
        node.info = match[2] or match[1].capitalize()
        self._at = len(self._line)
        return node

    def _formula(self, start: int, leaf: Node) -> Node | None:
        match = _MATH.match(self._line, start)
        if match is None or leaf.kind == "paragraph":
            return None
        name = match[1]
        if name and name.removesuffix("*") not in FORMULAS:
            return None
        node = Node("math")
        node.fence = f"\\end{{{name}}}" if name else "$$"
        if node.fence in self._line[match.end() :]:
            return None  # on one line: a part of a paragraph
        return node

    def _table(self, leaf: Node) -> Node | None:
        if leaf.kind != "paragraph" or not leaf.lines:
            return None
        aligned = alignments(self._line[self._at :])
        if aligned is None or not 0 < len(aligned) <= _MOST_CELLS:
            return None
        header = leaf.lines[-1]
        if len(cells(header)) != len(aligned):
            return None
        leaf.lines.pop()
        self._read = True
        table = leaf if not leaf.lines else Node("table")
        table.kind = "table"
        table.aligned = aligned
        table.lines = [header]
        return table

    # -- the tree ------------------------------------------------------------------------------------

    def _push(self, node: Node) -> None:
        if node.kind == "item":
            self._into_list(node)
        else:
            while self._open[-1].kind not in _CONTAINERS or self._open[-1].kind == "list":
                self._close(len(self._open) - 1)
        self._open[-1].children.append(node)
        self._open.append(node)

    def _into_list(self, item: Node) -> None:
        while self._open[-1].kind not in _CONTAINERS:
            self._close(len(self._open) - 1)
        if self._open[-1].kind == "list" and self._open[-1].info != item.info:
            self._close(len(self._open) - 1)
        if self._open[-1].kind != "list":
            listing = Node("list")
            listing.info, listing.level = item.info, item.level
            self._open[-1].children.append(listing)
            self._open.append(listing)

    def _close(self, count: int) -> None:
        """End the open blocks from this one on, the innermost first."""
        while len(self._open) > count:
            node = self._open.pop()
            if node.kind == "paragraph":
                self._end_paragraph(node)
            elif node.kind == "code" and node.info is None:
                while node.lines and not node.lines[-1].strip():
                    node.lines.pop()
            elif node.kind == "math" and node.fence:  # it never ended
                node.kind = "paragraph"
            elif node.kind == "list":
                node.tight = not has_gaps(node)

    def _end_paragraph(self, node: Node) -> None:
        if node.lines and node.lines[0].startswith("["):
            node.lines = take_definitions(node.lines, self._references)
        if not node.lines:
            self._open[-1].children.pop()

    def _note_blank(self) -> None:
        tip = self._open[-1]
        blank = self._is_blank() and not self._read
        if blank and tip.children:
            tip.children[-1].blank = True
        silent = tip.kind == "quote" or (tip.kind == "code" and tip.fence)
        for node in self._open:
            node.blank = blank and not silent and not (tip.kind == "item" and not tip.children)

    def _add_text(self) -> None:
        tip = self._open[-1]
        rest = self._line[self._at :]
        if tip.kind in _VERBATIM:
            tip.lines.append(rest)
            if tip.kind == "html" and tip.end is not None and tip.end.search(rest):
                self._close(len(self._open) - 1)
        elif self._is_blank():
            return
        else:
            if tip.kind not in ("paragraph", "table"):
                tip = Node("paragraph")
                self._push(tip)
            tip.lines.append(rest.lstrip(" "))

    # -- the line ------------------------------------------------------------------------------------

    def _indent(self) -> int:
        rest = len(self._line)
        at = self._at
        while at < rest and self._line[at] == " ":
            at += 1
        return at - self._at

    def _is_blank(self) -> bool:
        return not self._line[self._at :].strip(" ")


_GOES_ON: dict[Kind, Callable[[_Parser, Node], bool | None]] = {
    "quote": _Parser._quote_goes_on,
    "admonition": _Parser._admonition_goes_on,
    "list": _Parser._always,
    "item": _Parser._item_goes_on,
    "paragraph": _Parser._text_goes_on,
    "table": _Parser._text_goes_on,
    "heading": _Parser._never,
    "rule": _Parser._never,
    "code": _Parser._code_goes_on,
    "html": _Parser._html_goes_on,
    "math": _Parser._math_goes_on,
}

_ITEM = (_Parser._item,)
_BEGINNERS: dict[str, tuple[Callable[[_Parser, int, Node], Node | None], ...]] = {
    ">": (_Parser._quote,),
    "#": (_Parser._heading,),
    "`": (_Parser._fenced,),
    "~": (_Parser._fenced,),
    "<": (_Parser._html,),
    "=": (_Parser._setext,),
    "-": (_Parser._setext, _Parser._rule, *_ITEM),
    "*": (_Parser._rule, *_ITEM),
    "_": (_Parser._rule,),
    "!": (_Parser._admonition,),
    "$": (_Parser._formula,),
    "\\": (_Parser._formula,),
    **dict.fromkeys("+0123456789", _ITEM),
}
