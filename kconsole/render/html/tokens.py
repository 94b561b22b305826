r"""HTML cut into text and tags.

Not built on :class:`html.parser.HTMLParser`: 100 kB of ``<!--`` keep Python 3.11's busy for six
seconds, the time growing with the square, and ``<![`` makes it raise.  Here each markup token, once
it has begun, runs to its end or to the end of the document ("eof-in-comment" and its like in the
HTML standard, section 13.2.2), so that one pass does.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

from kconsole.render.sanitise import sanitise

__all__ = ["Token", "attributes", "characters", "tokens"]

_ATTRIBUTES = (
    r"""(?: [^=>]++ | =\s*+ (?: "[^"]*+"? | '[^']*+'? )? )*+ >?"""  # a quoted value may hold ">"
)
_MARKUP = re.compile(
    rf"""
    <(?=[a-z/!?]) (?:
      !-- (?: -?> | .*? (?:--!?>|\Z) )                                   # comment
    | (?P<raw>script|style|template|title|textarea|iframe|noembed|noframes) (?=[\s/>])
      (?P<options> {_ATTRIBUTES} ) (?P<body> .*? ) (?: </(?P=raw)\b[^>]*+>? | \Z )
    | (?P<end>/?) (?P<tag>[a-z][^\s/>]*+) (?P<attributes> {_ATTRIBUTES} )
    | [!?/][^>]*+>?                                                     # doctype and the like
    )
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL | re.ASCII,
)
_ATTRIBUTE = re.compile(
    r"""([^\s=>/"']++) (?: \s*+ = \s*+ (?: "([^"]*+) | '([^']*+) | ([^\s>]*+) ) )?+""", re.VERBOSE
)
# fmt: off
#: Attributes that somebody asks for; the others are not kept, however many there are.
_KNOWN = frozenset({
    "align", "alt", "bgcolor", "checked", "color", "colspan", "hidden", "href", "id", "label",
    "max", "placeholder", "reversed", "rowspan", "selected", "src", "start", "style", "type",
    "value",
})
# fmt: on
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_MOTION = re.compile(r"\x1b\[[0-9;]*[mK]|\x08")
#: Longer numbers of characters than Unicode has; :func:`int` refuses the very long ones.
_HUGE_REFERENCE = re.compile(r"&#(?:[0-9]{9,}+|x[0-9a-f]{9,}+);?", re.IGNORECASE)


class Token(NamedTuple):
    """A piece of text, and the tag that follows it.

    Attributes:
        text: may hold character references.
        tag: in lower case; "" for none, as at the end and before a comment.
        end: whether it is an end tag.
        options: the attributes, see :func:`attributes`.
        body: what is inside an element that holds no markup, such as ``<style>``.
    """

    text: str
    tag: str = ""
    end: bool = False
    options: str = ""
    body: str = ""


def tokens(html: str) -> Iterator[Token]:
    """Cut HTML into tokens. Controls that would act on a terminal are gone, or shown."""
    if _CONTROLS.search(html):
        html = _MOTION.sub("", sanitise(html, "display"))
    position = 0
    for match in _MARKUP.finditer(html):
        text = html[position : match.start()]
        position = match.end()
        if tag := match["raw"]:
            yield Token(text, tag.lower(), False, match["options"], match["body"])
        elif tag := match["tag"]:
            yield Token(text, tag.lower(), bool(match["end"]), match["attributes"])
        elif text:
            yield Token(text)
    yield Token(html[position:])


def characters(text: str) -> str:
    """Return a text with its character references resolved; soft hyphens are left out."""
    if "&" in text:
        text = unescape(_HUGE_REFERENCE.sub("\ufffd", text))
    return text.replace("\xad", "")


def attributes(options: str) -> dict[str, str]:
    """Return those attributes of a tag that mean something here; of equal names the first one counts."""
    found: dict[str, str] = {}
    if len(options) < 3:
        return found
    for match in _ATTRIBUTE.finditer(options):
        name = match[1].lower()
        if name in _KNOWN and name not in found:
            found[name] = characters(match[2] or match[3] or match[4] or "")
    return found
