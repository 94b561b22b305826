"""HTML that is nothing but a sound, a film or a picture, whose bytes are in it.

As IPython's ``Audio`` and ``Video``, and animations of matplotlib: an element of HTML whose source is a
``data:`` URL (RFC 2397) in base64. Pure, and quick however many bytes there are.
"""

import re
from typing import NamedTuple

__all__ = ["Embedded", "embedded_in"]

# Compiled when the first such HTML comes: a script that shows nothing should not pay for them.
_MEDIA = r"(?i)\s*<(audio|video)\b[^>]*>"
_IMAGE = r"(?i)\s*<img\b[^>]*>\s*"
_SOURCE = (
    r"""(?i)<(?:audio|video|source|img)\b[^>]*?\ssrc\s*=\s*(?P<quote>["'])\s*"""
    r"data:(?P<mime>(?:audio|video|image)/[\w.+-]+)(?:;[^\"';,]*)*?;base64,"
)
#: Characters in which the source has to begin.
_NEAR = 4096


class Embedded(NamedTuple):
    """What it is.

    Attributes:
        mime: its type, without parameters.
        content: its bytes, in base64.
    """

    mime: str
    content: str


def embedded_in(html: str) -> Embedded | None:
    """Return what some HTML consists of, if that is one sound, film or picture and nothing else."""
    source = re.search(_SOURCE, html[:_NEAR]) if "data:" in html[:_NEAR] else None
    if source is None or not _is_alone(html):
        return None
    start = source.end()
    end = html.find(source["quote"], start)
    return Embedded(source["mime"].lower(), html[start:end]) if end > start else None


def _is_alone(html: str) -> bool:
    """Whether there is one such element. What is inside of it is for browsers that cannot play it."""
    found = re.match(_MEDIA, html)
    if found is None:
        return re.fullmatch(_IMAGE, html) is not None
    last = html.rfind("</")
    tag = re.fullmatch(rf"(?i)</{found[1]}\s*>\s*", html[last:]) if last >= 0 else None
    return tag is not None and not re.search(r"(?i)<(?:audio|video)\b", html[found.end() :])
