"""Which part of a MIME bundle to show, and as what text.

A table maps a MIME type to the function that makes text of its value.  To show a type in a richer
way, add a row (and, if it should win over plain text, a place in the order of preference).
A type that no row knows is named in a placeholder, so that nobody waits for an output that came.
"""

import json
from collections.abc import Callable, Mapping, Sequence

from kconsole.render.amounts import bytes_text
from kconsole.render.html import html_to_text

__all__ = ["PREFERENCE", "best_text", "is_base64", "raw_value"]

Renderer = Callable[[object], str | None]
"""Makes text of a value; None if the value cannot be used (null, or nothing in it)."""

PREFERENCE = ("text/plain", "text/markdown", "text/latex", "application/json", "text/html")
"""The types that can be shown as text, the best first."""


def best_text(
    data: Mapping[str, object],
    metadata: Mapping[str, object],
    *,
    preference: Sequence[str] = PREFERENCE,
) -> tuple[str, str]:
    """Choose what to show of an output.

    :param data: MIME type -> value: a string, a list of strings, or any JSON value.
    :param metadata: MIME type -> what is said about that value (an image's width and height).
    :param preference: MIME types, the best first.
    :return: the MIME type chosen, and the text as the kernel sent it, not yet sanitised.  For what
        cannot be shown as text a placeholder, ``[image/png, 12.3 kB]``; two empty strings if there
        is nothing at all.  Never raises, whatever the values are.
    """
    by_type = {_bare_type(mime): mime for mime in reversed(list(data))}
    for mime in preference:
        key = by_type.get(mime)
        if key is not None and (text := _render(mime, data[key])) is not None:
            return mime, text
    shown = [mime for mime in data if _bare_type(mime) and data[mime] is not None]
    if not shown:
        return "", ""
    mime = next((mime for mime in shown if mime.startswith("image/")), shown[0])
    return _bare_type(mime), _placeholder(mime, data[mime], metadata.get(mime))


def raw_value(data: Mapping[str, object], wanted: Sequence[str]) -> tuple[str, object]:
    """Choose one of the wanted MIME types, as it came; nbformat's list of lines is joined.

    :param wanted: MIME types, the best first.
    :return: the type, as wanted, and its value; an empty string and None if there is none of them.
    """
    by_type = {_bare_type(mime): mime for mime in reversed(list(data))}
    for mime in wanted:
        key = by_type.get(_bare_type(mime))
        if key is None or (value := data[key]) is None:
            continue
        lines = isinstance(value, list) and all(isinstance(line, str) for line in value)
        if isinstance(value, list) and lines and not _bare_type(mime).endswith("json"):
            value = "".join(value)
        return _bare_type(mime), value
    return "", None


def _bare_type(mime: str) -> str:
    """``text/html; charset=utf-8`` -> ``text/html`` (RFC 2045, section 5.1)."""
    return mime.partition(";")[0].strip().lower()


def _render(mime: str, value: object) -> str | None:
    return _RENDERERS.get(mime, _as_is)(value)


def _as_is(value: object) -> str | None:
    """Text as it came: nbformat's list of lines is joined, a number is written out."""
    if isinstance(value, list | tuple) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    if isinstance(value, str):
        return value
    return None if value is None else _pretty_json(value)


def _pretty_json(value: object) -> str | None:
    if value is None:
        return None
    try:
        return json.dumps(value, indent=2, ensure_ascii=False, default=repr)
    except (RecursionError, TypeError, ValueError):  # too deep, a key of a strange type, a loop
        return None


def _html(value: object) -> str | None:
    html = _as_is(value)
    # Markup without any text, as an empty <div> that a script fills, is nothing to look at.
    return (html_to_text(html) or None) if html else None


_RENDERERS: Mapping[str, Renderer] = {
    "application/json": _pretty_json,
    "text/html": _html,
    "text/latex": _as_is,
    "text/markdown": _as_is,
    "text/plain": _as_is,
}


def _placeholder(mime: str, value: object, metadata: object) -> str:
    facts = [_bare_type(mime)]
    if isinstance(metadata, Mapping):
        size = (metadata.get("width"), metadata.get("height"))
        if all(isinstance(length, int | float) for length in size):
            facts.append("{:.0f}x{:.0f}".format(*size))
    facts.append(bytes_text(_size(mime, value)))
    return f"[{', '.join(facts)}]"


def _size(mime: str, value: object) -> int:
    """Bytes of the value; those of the content where it is base64 (with newlines, from R)."""
    text = _as_is(value) or ""
    if is_base64(mime):
        return len("".join(text.split()).rstrip("=")) * 3 // 4
    return len(text.encode("utf-8", "replace"))


def is_base64(mime: str) -> bool:
    """Whether values of a MIME type are bytes, as base64, in messages."""
    bare = _bare_type(mime)
    if bare.endswith(("+xml", "+json")):
        return False
    return bare == "application/pdf" or bare.startswith(("image/", "audio/", "video/"))
