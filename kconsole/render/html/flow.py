"""One column of text as it comes, the document's or a cell's: open elements, white space, paragraphs.

The stack of open elements is a small part of the HTML standard's tree construction (section 13.2.6): an
end tag closes the innermost element of its name; what is not open is ignored; the end of an inline element
closes no block, the end of bold, links and their like nothing else at all, and any other end all within.
"""

import re
from collections.abc import Callable

from kconsole.render.html.blocks import Block, Paragraph, Run
from kconsole.render.html.css import added
from kconsole.render.sgr import DEFAULT, Style

__all__ = ["Element", "Flow"]

_SPACE = re.compile(r"[ \t\r\n\f]+")
_DEEPEST = 256  # open elements; browsers have such a limit, too
_WIDEST_PREFIX = 32  # lists and quotations that are nested deeper stay where they are
_NO_ITEM = frozenset({"dl", "ol", "ul"})
_ITEMS = frozenset({"dd", "dt", "li"})
# fmt: off
#: What ends alone, so that others that have begun in it go on.
_FORMATTING = frozenset({
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
})
# fmt: on
_URL_NOISE = re.compile(r"[\s\x00-\x1f]+")


class Element:
    """An open element, with what holds inside it.

    Attributes:
        tag: its name.
        block: whether it stands on lines of its own.
        gap: whether blank lines surround it.
        codes: SGR parameters that it adds.
        style: the text's.
        prefix: what stands before each line.
        verbatim: whether white space counts.
        hidden: whether nothing of it is displayed.
        after: a text that comes when it ends.
        href: a link's target; ``start`` is where in the paragraph its text begins.
        ordinal: the number of an ordered list's next item.
        step: what leads to the number after it; 0 in other lists.
        numbering: how an ordered list's numbers are written.
        script: what makes a superscript or a subscript of its text.
        marked: whether a mark stands before its first line, see :meth:`Flow.open`.
        level: how many lists it is in, itself included.
        item: the list item that it is in, as far as this list goes, itself included.
        listing: the list that it is in, itself included.
        paragraph: the ``<p>`` that it is in, itself included.
    """

    __slots__ = (
        "after",
        "block",
        "codes",
        "gap",
        "hidden",
        "href",
        "item",
        "level",
        "listing",
        "marked",
        "numbering",
        "ordinal",
        "paragraph",
        "prefix",
        "script",
        "start",
        "step",
        "style",
        "tag",
        "verbatim",
    )

    def __init__(self, tag: str, parent: "Element | None" = None) -> None:
        self.tag = tag
        self.block = self.gap = self.marked = False
        self.numbering = "1"
        self.script: Callable[[str], str] | None = None
        self.codes: tuple[str, ...] = ()
        self.after = self.href = ""
        self.start = self.ordinal = self.step = 0
        self.style: Style = parent.style if parent else DEFAULT
        self.prefix: str = parent.prefix if parent else ""
        self.verbatim: bool = parent.verbatim if parent else False
        self.hidden: bool = parent.hidden if parent else False
        self.level: int = parent.level if parent else 0
        self.item: Element | None = parent.item if parent else None
        self.listing: Element | None = parent.listing if parent else None
        self.paragraph: Element | None = parent.paragraph if parent else None
        if tag in _ITEMS:
            self.item = self
        elif tag in _NO_ITEM:
            self.item, self.listing = None, self
            self.level += 1
        elif tag == "p":
            self.paragraph = self


class Flow:
    """Builds the blocks of one column.

    :param style: what holds already, of a cell.
    :param hidden: whether nothing of it is displayed.
    :param color: whether styles are wanted.
    """

    def __init__(self, color: bool, style: Style = DEFAULT, hidden: bool = False) -> None:
        self._color = color
        root = Element("")
        root.style, root.hidden = style, hidden
        self._stack = [root]
        self._open: dict[str, int] = {}  # how many of each name
        self._ignored = 0  # start tags beyond the deepest
        self._blocks: list[Block] = []
        self._runs: list[Run] = []
        self._verbatim = False
        self._after_space = True  # so that a blank would be dropped
        self._after_start = False  # of <pre>, whose first newline does not count
        self._gap = False
        self._lead: str | None = None  # stands before the next block, once

    @property
    def top(self) -> Element:
        """The innermost open element."""
        return self._stack[-1]

    def finish(self) -> list[Block]:
        """Return the blocks; whatever is open ends here."""
        while len(self._stack) > 1:
            self._pop()
        self.end_block()
        return self._blocks

    # -- text ----------------------------------------------------------------------------------------

    def text(self, data: str) -> None:
        """Add text, its character references resolved."""
        top = self.top
        if top.hidden or not data:
            return
        if top.verbatim:
            data = data.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ")
            if self._after_start and data.startswith("\n"):
                data = data[1:]
            self._after_start = False
        else:
            data = _SPACE.sub(" ", data)
            if self._after_space and data.startswith(" "):
                data = data[1:]
            if top.script and data.strip():
                data = top.script(data)
        if data:
            self.put(data)

    def put(self, data: str) -> None:
        """Add text whose white space is as it should be."""
        top = self.top
        if top.hidden:
            return
        if not self._runs:
            self._verbatim = top.verbatim
        self._after_space = not top.verbatim and data.endswith((" ", "\n"))
        self._runs.append(Run(data, top.style))

    def space(self) -> None:
        """Set what follows apart from what is on the line already."""
        if self._runs:
            self.put("  ")

    def end_block(self, gap: bool = False) -> None:
        """End the paragraph, if there is any text in it.

        :param gap: whether a blank line follows, if anything does.
        """
        if self._runs:
            runs, self._runs = self._runs, []
            runs = _trimmed(runs, " \n" if self._verbatim else " \n\xa0")
            if len(runs) > 1 and not self._verbatim:
                runs = _without_blank_lines(runs)
            if runs:
                self.add(Paragraph(runs=runs, verbatim=self._verbatim))
        self._after_space = True
        if gap and self._blocks:
            self._gap = True

    def add(self, block: Block) -> None:
        """Add a block."""
        top = self.top
        block.rest = top.prefix
        block.first = top.prefix if self._lead is None else self._lead
        block.gap = self._gap
        self._blocks.append(block)
        self._lead, self._gap = None, False

    def start_block(self) -> None:
        """End the paragraph, and the ``<p>`` that it may be in."""
        self._close_implied("")
        self.end_block()

    # -- elements ------------------------------------------------------------------------------------

    def open(
        self,
        tag: str,
        *,
        block: bool = False,
        gap: bool = False,
        codes: tuple[str, ...] = (),
        indent: str = "",
        mark: str = "",
        hidden: bool = False,
        verbatim: bool = False,
        after: str = "",
    ) -> Element:
        """Open an element; see :class:`Element`.

        :param indent: what is added to the prefix of each line in it.
        :param mark: what stands in its place, once, before the first line.
        """
        if block:
            self._close_implied(tag)
        parent = self.top
        hidden = hidden or parent.hidden
        if block and not hidden:
            self.end_block(gap)
        element = Element(tag, parent)
        if len(self._stack) > _DEEPEST:
            self._ignored += 1
            return element
        element.hidden = hidden
        element.block, element.gap = block and not hidden, gap
        element.after = after
        if self._color and codes:
            element.codes = codes
            element.style = added(parent.style, codes)
        if verbatim:
            element.verbatim = self._after_start = True
        if not hidden and (indent or mark) and len(parent.prefix) < _WIDEST_PREFIX:
            if mark:
                self._lead = (parent.prefix if self._lead is None else self._lead) + mark
                element.marked = True
            element.prefix = parent.prefix + indent
        self._stack.append(element)
        self._open[tag] = self._open.get(tag, 0) + 1
        element.start = len(self._runs)
        return element

    def close(self, tag: str) -> None:
        """End an element, if one of this name is open."""
        if self._ignored:
            self._ignored -= 1
            return
        if not self._open.get(tag):
            return
        if tag in _ITEMS:
            item = self.top.item
            if item is not None and item.tag == tag:
                self._pop_to(item)
            return
        at = len(self._stack) - 1
        while self._stack[at].tag != tag:
            at -= 1
        element = self._stack[at]
        within = self._stack[at + 1 :]
        if element.block or not (tag in _FORMATTING or any(each.block for each in within)):
            self._pop_to(element)
        else:
            self._remove(at)

    def _close_implied(self, tag: str) -> None:
        """End what a block's start tag ends: a paragraph, and the item before an item."""
        item = self.top.item
        if tag in _ITEMS and item is not None and (tag == "li") == (item.tag == "li"):
            self._pop_to(item)
        elif self.top.paragraph is not None:
            self._pop_to(self.top.paragraph)

    def _pop_to(self, element: Element) -> None:
        while self._pop() is not element:
            pass

    def _pop(self) -> Element:
        element = self.top
        self._end(element)
        if element.block:
            self.end_block(element.gap)
            if element.marked and self._lead is not None:
                self.add(Paragraph())  # an item with nothing in it
        self._stack.pop()
        self._open[element.tag] -= 1
        return element

    def _remove(self, at: int) -> None:
        """End an inline element, and keep those that have begun in it."""
        self._end(self._stack[at])
        self._open[self._stack[at].tag] -= 1
        del self._stack[at]
        style = self._stack[at - 1].style
        for element in self._stack[at:]:
            style = element.style = added(style, element.codes)

    def _end(self, element: Element) -> None:
        if element.after:
            self.put(element.after)
        if element.href:
            self._end_link(element)

    def _end_link(self, link: Element) -> None:
        """Put a link's target behind its text, unless the text says it."""
        target = _URL_NOISE.sub("", link.href)
        text = "".join(run.text for run in self._runs[link.start :]).strip()
        if link.hidden or text.rstrip("/") == target.rstrip("/"):
            return
        style = added(self._stack[0].style, ("2",)) if self._color else DEFAULT
        self._runs.append(Run(f" ({target})" if text else target, style))
        self._after_space = False


def _trimmed(runs: list[Run], blank: str) -> list[Run]:
    """Drop blanks and line breaks at a paragraph's end."""
    while runs:
        text, style = runs[-1]
        if text[-1] not in blank:
            break
        runs.pop()
        if text := text.rstrip(blank):
            runs.append(Run(text, style))
    return runs


def _without_blank_lines(runs: list[Run]) -> list[Run]:
    """Leave one blank line where ``<br>`` makes several, and none at the beginning."""
    breaks = 2
    kept = []
    for run in runs:
        if run.text == "\n":
            breaks += 1
        elif run.text.strip():
            breaks = 0
        if run.text != "\n" or breaks <= 2:
            kept.append(run)
    return kept
