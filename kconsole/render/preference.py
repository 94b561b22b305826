"""Which of the forms of an output a person would like to see. Pure.

Kernels send most things as plain text, and in richer forms beside it.  On a terminal the plain text is
the best as long as it says what the thing is: a table with its columns, a formula, a number.  It is not
if it only names an object, ``<IPython.core.display.Markdown object>``; if it quotes the source of the
richer form; or if it is a table that goes on below its end, or that the screen would break.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from kconsole.render.cells import text_width
from kconsole.render.page import Page
from kconsole.render.sgr import strip_sgr

__all__ = [
    "PLAIN",
    "bare_type",
    "in_order",
    "is_json",
    "is_media",
    "is_program",
    "is_text",
    "joined",
]

PLAIN = "text/plain"
_HTML = "text/html"
_LATEX = "text/latex"

#: Those that can be made to read well, the best first.
_RICH = ("text/markdown", _LATEX, _HTML, "application/json")
#: The best first; of what comes in several, the first that can be drawn.
_PICTURES = (
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/svg+xml",
    "application/pdf",
)
_PROGRAM = re.compile(r"(?:text|application)/(?:x-)?(?:java|ecma)script")

#: ``<IPython.core.display.HTML object>``, ``<PIL.Image.Image image mode=L at 0x7f01>``, ``alt.Chart(...)``.
_NAMES_AN_OBJECT = re.compile(
    r"\s*+(?:<[^\n]{1,300}(?: object| instance| at 0x[0-9A-Fa-f]+)>|[\w.]++\(\.\.\.\))?\s*+"
)
#: ``'<table>...'``, ``HTML{String}("<b>...")``.
_QUOTES_MARKUP = re.compile(r"""\s*+(?:[\w{}.]++\()?["']\s*+<[A-Za-z!]""")
#: A table of pandas goes on below: it was made for 80 columns.
_GOES_ON = re.compile(r" \\$", re.MULTILINE)
#: Characters of a table in HTML that takes the place of one in plain text.
_LARGEST = 100_000
#: Characters that are looked at to see how wide a table is.
_SAMPLE = 1 << 16


def in_order(
    data: Mapping[str, object],
    page: Page,
    wanted: Sequence[str],
    natural: Callable[[object], str | None],
) -> Iterator[str]:
    """Yield the MIME types of an output, as they are in the data, that to be shown first at first.

    :param data: MIME type -> value; a type may have parameters. What has no value is left out.
    :param page: what it is to be shown on.
    :param wanted: the types that the user prefers, the best first, before all that a person would choose.
    :param natural: makes text of HTML, as wide as that is.
    """
    left = {bare_type(mime): mime for mime in reversed(list(data)) if data[mime] is not None}
    left.pop("", None)
    for mime in wanted:
        if mime in left:
            yield left.pop(mime)
    for mime in _by_default({bare: data[mime] for bare, mime in left.items()}, page, natural):
        if mime in left:
            yield left.pop(mime)


def _by_default(
    data: Mapping[str, object], page: Page, natural: Callable[[object], str | None]
) -> Iterator[str]:
    """All types in the order in which a person would look at them; some of them are not in the data."""
    plain = joined(data.get(PLAIN))
    tells = not isinstance(plain, str) or not _NAMES_AN_OBJECT.fullmatch(plain)
    html = joined(data.get(_HTML))
    if tells and isinstance(plain, str) and isinstance(html, str):
        yield from (_HTML,) if _is_better(html, plain, page, natural) else ()
    if _LATEX not in data:
        yield from (mime for mime in _PICTURES if mime in page.drawn)
    if tells:
        yield PLAIN
    yield from _RICH
    yield from (mime for mime in data if mime != PLAIN and (is_text(mime) or is_json(mime)))
    yield from _PICTURES
    yield from filter(is_media, data)
    yield PLAIN
    yield from data


def _is_better(html: str, plain: str, page: Page, natural: Callable[[object], str | None]) -> bool:
    """Whether HTML is nearer to what a person wants to see than a plain text that tells something."""
    if _QUOTES_MARKUP.match(plain):
        return True
    if page.width is None or len(html) > _LARGEST or "<table" not in html:
        return False
    if _width(plain) > page.width:
        return True
    if not _GOES_ON.search(plain, 0, _SAMPLE):
        return False
    whole = natural(html)
    return whole is not None and _width(whole) <= page.width


def _width(text: str) -> int:
    """The columns of the widest line, of those at the beginning if there are many."""
    lines = strip_sgr(text[:_SAMPLE]).split("\n")
    return max(map(len if text.isascii() else text_width, lines))


def is_media(mime: str) -> bool:
    """Whether values of a MIME type are images, sounds, films or documents: there is no text in them."""
    return mime == "application/pdf" or mime.startswith(("image/", "audio/", "video/"))


def is_program(mime: str) -> bool:
    """Whether values of a MIME type are code for a browser, and nothing to look at."""
    return _PROGRAM.fullmatch(mime) is not None


def is_text(mime: str) -> bool:
    """Whether values of a MIME type are text for people."""
    return mime.startswith("text/") and not is_program(mime)


def is_json(mime: str) -> bool:
    """Whether values of a MIME type are JSON that may be looked at: a vendor's own is for programs."""
    kind = mime.partition("/")[2]
    return kind == "json" or (kind.endswith("+json") and not kind.startswith("vnd."))


@lru_cache(maxsize=256)
def bare_type(mime: str) -> str:
    """``text/html; charset=utf-8`` -> ``text/html`` (RFC 2045, section 5.1)."""
    return mime.partition(";")[0].strip().lower()


def joined(value: object) -> object:
    """A value in which nbformat's list of lines is joined."""
    if isinstance(value, list | tuple) and all(isinstance(line, str) for line in value):
        return "".join(value)
    return value
