"""The blocks of a document, as a tree."""

import re
from typing import Literal

__all__ = ["Kind", "Node", "has_gaps"]

# fmt: off
Kind = Literal[
    "document", "quote", "list", "item", "paragraph", "heading", "code", "html", "rule", "table", "math",
    "admonition",
]
# fmt: on


class Node:
    """A block.

    Attributes:
        kind: what it is.
        children: blocks in it.
        lines: of text, where it has no children.
        info: a code block's language and more; None if it is indented. A list's
            delimiter; an admonition's title.
        level: a heading's, 1 to 6; an ordered list's first number, -1 for bullets.
        tight: of a list, whether no blank lines stand between its items.
        aligned: of a table, each column's alignment.
        offset: columns that a list item is indented by, or that are taken from a fenced block's lines.
        fence: what ends it.
        end: what ends an HTML block; None for a blank line.
        blank: whether a blank line comes last in it.
    """

    __slots__ = (
        "aligned",
        "blank",
        "children",
        "end",
        "fence",
        "info",
        "kind",
        "level",
        "lines",
        "offset",
        "tight",
    )

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.children: list[Node] = []
        self.lines: list[str] = []
        self.info: str | None = None
        self.level = 0
        self.tight = True
        self.aligned: list[str] = []
        self.offset = 0
        self.fence = ""
        self.end: re.Pattern[str] | None = None
        self.blank = False


def has_gaps(listing: Node) -> bool:
    """Whether a blank line stands between the items of a list, or within one between its blocks."""
    for number, item in enumerate(listing.children):
        last = number == len(listing.children) - 1
        if _ends_blank(item) and not last:
            return True
        for position, child in enumerate(item.children):
            if _ends_blank(child) and not (last and position == len(item.children) - 1):
                return True
    return False


def _ends_blank(node: Node) -> bool:
    while not node.blank and node.kind in ("list", "item") and node.children:
        node = node.children[-1]
    return node.blank
