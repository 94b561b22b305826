"""HTML in Markdown: where it begins and ends (CommonMark 0.31, sections 4.6 and 6.6)."""

import re
from collections.abc import Callable

__all__ = ["html_block", "html_end"]

_BLOCKS: tuple[tuple[re.Pattern[str], re.Pattern[str] | None], ...] = (
    (
        re.compile(r"<(?:script|pre|style|textarea)(?:[\s>]|$)", re.IGNORECASE),
        re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE),
    ),
    (re.compile(r"<!--"), re.compile(r"-->")),
    (re.compile(r"<\?"), re.compile(r"\?>")),
    (re.compile(r"<![A-Za-z]"), re.compile(r">")),
    (re.compile(r"<!\[CDATA\["), re.compile(r"\]\]>")),
    (
        re.compile(
            r"""</?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd
            |details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head
            |header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p
            |param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul)(?:\s|/?>|$)""",
            re.IGNORECASE | re.VERBOSE,
        ),
        None,
    ),
    (
        re.compile(
            r"""(?: <[a-z][a-z0-9-]*+
            (?:\s++ [a-z_:][\w.:-]*+ (?:\s*+=\s*+ (?:[^\s"'=<>`]++|'[^']*+'|"[^"]*+"))?)*+ \s*+ /?>
            | </[a-z][a-z0-9-]*+ \s*+ > ) \s*+ $""",
            re.IGNORECASE | re.VERBOSE,
        ),
        None,
    ),
)
_ONE_TAG = len(_BLOCKS) - 1  # interrupts no paragraph
_TAG = re.compile(
    r"""<[A-Za-z][A-Za-z0-9-]{0,99}+
        (?:\s{1,99}+[A-Za-z_:][\w.:-]{0,99}+ (?:\s{0,99}+=\s{0,99}+
            (?:[^\s"'=<>`]{1,2000}+|'[^']{0,2000}+'|"[^"]{0,2000}+"))?){0,99}+
        \s{0,99}+/?>
    | </[A-Za-z][A-Za-z0-9-]{0,99}+\s{0,99}+>""",
    re.VERBOSE,
)
#: What begins markup of other kinds, and what ends it.
_OTHERS = (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"))
_DECLARATION = re.compile(r"<![A-Za-z][^>]{0,2000}+>")


def html_block(line: str, start: int, *, interrupts: bool) -> tuple[bool, re.Pattern[str] | None]:
    """Tell whether a block of HTML begins in a line, and what ends it: None is a blank line.

    :param start: where the line's first character is that is not blank.
    :param interrupts: whether it would interrupt a paragraph.
    """
    for number, (begin, end) in enumerate(_BLOCKS):
        if begin.match(line, start) and not (number == _ONE_TAG and interrupts):
            return True, end
    return False, None


def html_end(text: str, at: int, find: Callable[[str, int], int]) -> int:
    """Return where the tag or comment ends that begins in a text; -1 if none does.

    :param find: as ``str.find`` of the text; it may remember what is not there.
    """
    if match := _TAG.match(text, at) or _DECLARATION.match(text, at):
        return match.end()
    for begin, end in _OTHERS:
        if text.startswith(begin, at) and (found := find(end, at + len(begin))) > 0:
            return found + len(end)
    return -1
