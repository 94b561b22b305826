"""MIME bundles: which form of an output is shown, and as what text.

A table maps a MIME type to the function that makes text of its value.  To show a type in a richer
way, add a row; :mod:`kconsole.render.preference` says which of several forms is shown.
A type that no row knows is named in a placeholder, so that nobody waits for an output that came.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from kconsole.render.amounts import bytes_text
from kconsole.render.embedded import embedded_in
from kconsole.render.html import html_to_text
from kconsole.render.jsontext import json_to_text
from kconsole.render.latex import latex_to_text
from kconsole.render.markdown import markdown_to_text
from kconsole.render.page import Page, left_out
from kconsole.render.preference import (
    PLAIN,
    bare_type,
    in_order,
    is_json,
    is_media,
    is_program,
    is_text,
    joined,
)
from kconsole.render.sanitise import one_line

__all__ = [
    "Choice",
    "best_text",
    "choose",
    "decoded",
    "is_base64",
    "is_lengthy",
    "placeholder",
    "raw_value",
]

Renderer = Callable[[object, Page], str | None]
"""Makes text of a value; None if the value cannot be used (null, or nothing in it)."""

_MOST_PIXELS = 10**9
#: Characters of markup that are laid out where long values are cut: a second's work, or two.
_MOST_MARKUP = 250_000
#: Behind what it is cut, if there is such a thing near the end: a row of a table, a paragraph, a line.
_ENDS = ("</tr>", "\n\n", "\n")
#: Characters of markup that may take a tenth of a second.
_LENGTHY = 10_000
_MARKUP = ("text/html", "text/latex", "text/markdown")
#: Characters of it in which scripts are looked for, and left out, before it is cut: some 50 ms' work.
_MOST_SEARCHED = 2_000_000
#: What leaves nothing on a page, to its end or to that of the document.
_UNSEEN = re.compile(r"<(script|style)\b.*?(?:</\1\b[^>]*>?|\Z)", re.IGNORECASE | re.DOTALL)
#: Elements that only hold text, and nothing in them; one with an id may be filled by a script.
_EMPTY = re.compile(r"(?:\s|</?(?:code|div|p|pre|span)\b(?![^>]*\bid\b)[^>]*>)*+", re.IGNORECASE)
#: What stands for things that only a browser shows.
_STANDS_IN = re.compile(r"(?:\s|\[(?:audio|embed|iframe|image|video)\])*+")
_ANYWHERE = Page()


class Choice(NamedTuple):
    """The form of an output that is shown.

    Attributes:
        mime: its MIME type, without parameters; ``""`` if there is nothing to show at all.
        key: the same as it is in the data.
        text: as the kernel sent it or as it was made of that, not yet sanitised; None for what is no text:
            it has to be drawn or saved, or a :func:`placeholder` stands for it.
    """

    mime: str
    key: str
    text: str | None


def choose(data: Mapping[str, object], page: Page, wanted: Sequence[str] = ()) -> Choice:
    """Choose what to show of an output.

    :param data: MIME type -> value: a string, a list of strings, or any JSON value.
    :param page: what it is to be shown on.
    :param wanted: MIME types that the user prefers, the best first; where there is none of them, the choice
        is that which a person would make.
    :return: what is shown. Never raises, whatever the values are.
    """
    if _is_empty(data):
        return Choice("", "", "")
    silent: list[str] = []
    for key in in_order(data, page, wanted, _natural):
        mime = bare_type(key)
        drawn = mime in page.drawn
        draws_only = drawn and mime not in _RENDERERS
        text = None if draws_only else _renderer(mime, mime in wanted)(data[key], page)
        if text is not None or drawn or (is_media(mime) and mime not in wanted):
            return Choice(mime, key, text)
        silent.append(key)
    if not silent:
        return Choice("", "", "")
    key = min(silent, key=lambda key: is_program(bare_type(key)))
    return Choice(bare_type(key), key, None)


def best_text(
    data: Mapping[str, object],
    metadata: Mapping[str, object],
    page: Page = _ANYWHERE,
    wanted: Sequence[str] = (),
) -> tuple[str, str]:
    """Choose what to show of an output, as text.

    :param data: as for :func:`choose`.
    :param metadata: MIME type -> what is said about that value (an image's width and height).
    :param page: what it is to be shown on.
    :param wanted: as for :func:`choose`.
    :return: the MIME type chosen, and the text, not yet sanitised; a :func:`placeholder` for what cannot be
        shown as text, and two empty strings if there is nothing at all.  Never raises.
    """
    mime, key, text = choose(data, page, wanted)
    if text is None:
        text = placeholder(key, data[key], metadata.get(key))
    return mime, text


def raw_value(data: Mapping[str, object], wanted: Sequence[str]) -> tuple[str, object]:
    """Choose one of the wanted MIME types, as it came; nbformat's list of lines is joined.

    :param wanted: MIME types, the best first.
    :return: the type, as wanted, and its value; an empty string and None if there is none of them.
    """
    by_type = {bare_type(mime): mime for mime in reversed(list(data))}
    for mime in wanted:
        key = by_type.get(bare_type(mime))
        if key is None or (value := data[key]) is None:
            continue
        bare = bare_type(mime)
        return bare, value if bare.endswith("json") else joined(value)
    return "", None


def _is_empty(data: Mapping[str, object]) -> bool:
    """Whether an output is empty in each form, as what rich shows before a progress bar."""
    if data.keys() != {PLAIN, "text/html"} or joined(data[PLAIN]) != "":
        return False
    html = joined(data["text/html"])
    return isinstance(html, str) and _EMPTY.fullmatch(html) is not None


def _renderer(mime: str, wanted: bool) -> Renderer:
    """What makes text of a type; those without a row have to be text or JSON, or to be asked for."""
    if (renderer := _RENDERERS.get(mime)) is not None:
        return renderer
    if is_json(mime) or (wanted and mime.endswith("+json")):
        return json_to_text
    if is_text(mime) or (wanted and not is_base64(mime)):
        return _as_is
    return _nothing


def _as_is(value: object, page: Page) -> str | None:
    """Text as it came: nbformat's list of lines is joined, a number is written out."""
    value = joined(value)
    return value if isinstance(value, str) else json_to_text(value, page)


def _nothing(value: object, page: Page) -> None:
    return None


def is_lengthy(data: Mapping[str, object]) -> bool:
    """Whether it may take long to choose from an output and to make text of it; afterwards, it is known."""
    return any(
        len(value) > _LENGTHY
        for mime in _MARKUP
        if (value := joined(data.get(mime))) is not None and isinstance(value, str)
    )


def _is_too_long(source: str, page: Page) -> bool:
    """Whether markup would keep somebody waiting who can do nothing meanwhile."""
    return page.lines is not None and len(source) > _MOST_MARKUP


def _laid_out(source: str, lay_out: Callable[[str], str], page: Page) -> str | None:
    """Markup as text, of a very long one its beginning.

    Markup without any text, as an empty <div> that a script fills, is nothing to look at: None.
    """
    if not _is_too_long(source, page):
        return lay_out(source) or None
    end = _end(source)
    text = lay_out(source[:end])
    more = left_out(f"{len(source) - end:,} more characters of markup", page.rest, page.color)
    return f"{text}\n{more}" if text else None


def _once(lay_out: Callable[..., str], source: str, **options: object) -> str:
    """Lay out a text; a long one that is looked at twice, to choose a form and to show it, only once."""
    known = _LENGTHY < len(source) <= _MOST_MARKUP
    return (_remembered if known else _now)(lay_out, source, **options)


def _now(lay_out: Callable[..., str], source: str, **options: object) -> str:
    return lay_out(source, **options)


_remembered = lru_cache(maxsize=4)(_now)


def _end(source: str) -> int:
    """Where a very long text is cut."""
    for each in _ENDS:
        at = source.rfind(each, _MOST_MARKUP * 9 // 10, _MOST_MARKUP)
        if at >= 0:
            return at + len(each)
    return _MOST_MARKUP


def _html(value: object, page: Page) -> str | None:
    html = joined(value)
    if not isinstance(html, str):
        return _as_is(value, page)
    if embedded_in(html) is not None:
        return None
    if _is_too_long(html, page):
        html = _UNSEEN.sub("", html[:_MOST_SEARCHED]) + html[_MOST_SEARCHED:]

    def lay_out(source: str) -> str:
        text = _once(html_to_text, source, width=page.width, color=page.color)
        return "" if _STANDS_IN.fullmatch(text) else text

    return _laid_out(html, lay_out, page)


def _markdown(value: object, page: Page) -> str | None:
    source = joined(value)
    if not isinstance(source, str):
        return _as_is(value, page)

    def lay_out(source: str) -> str:
        return _once(markdown_to_text, source, width=page.width, color=page.color, style=page.style)

    return _laid_out(source, lay_out, page)


def _latex(value: object, page: Page) -> str | None:
    source = joined(value)
    return (
        _once(latex_to_text, source, width=page.width)
        if isinstance(source, str)
        else _as_is(value, page)
    )


def _natural(value: object) -> str | None:
    """HTML as text, as wide as it is."""
    return _html(value, _ANYWHERE)


_RENDERERS: Mapping[str, Renderer] = {
    "application/json": json_to_text,
    "text/html": _html,
    "text/latex": _latex,
    "text/markdown": _markdown,
    PLAIN: _as_is,
}


def placeholder(mime: str, value: object, metadata: object) -> str:
    """Return what stands for a value that is not text, as ``[image/png, 640x480, 12.3 kB]``.

    :param mime: its type, which may have parameters.
    :param value: its value, base64 if :func:`is_base64` says so.
    :param metadata: what is said about it.
    """
    # The line is ours, and it may go to a pipe, where text passes as it is.
    facts = [one_line(bare_type(mime))]
    if isinstance(metadata, Mapping):
        size = (metadata.get("width"), metadata.get("height"))
        if all(isinstance(length, int | float) and 0 < length < _MOST_PIXELS for length in size):
            facts.append("{:.0f}x{:.0f}".format(*size))
    facts.append(bytes_text(_size(mime, value)))
    return f"[{', '.join(facts)}]"


def _size(mime: str, value: object) -> int:
    """Bytes of the value; those of the content where it is base64 (with newlines, from R)."""
    value = joined(value)
    if not isinstance(value, str):
        value = _dumped(value)
    if is_base64(mime):
        return len("".join(value.split()).rstrip("=")) * 3 // 4
    return len(value.encode("utf-8", "replace"))


def _dumped(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=repr)
    except (RecursionError, TypeError, ValueError):  # too deep, a key of a strange type, a loop
        return ""


def is_base64(mime: str) -> bool:
    """Whether values of a MIME type are bytes, as base64, in messages."""
    bare = bare_type(mime)
    if bare.endswith(("+xml", "+json")):
        return False
    return is_media(bare)


def decoded(value: object) -> bytes:
    """Return the bytes that a value in base64 stands for, newlines in it or not; none if it is broken."""
    try:
        text = "".join(value.split()) if isinstance(value, str) else ""
        return base64.b64decode(text, validate=True)
    except ValueError:  # no base64, or not even ASCII
        return b""
