"""What of an output is for other programs: an image, a document, a page that only a browser shows.

A table says of each MIME type how a file of it ends. Vendor types (plotly's, vega's, bokeh's) are data for
a program in the notebook; the page that comes beside them is what can be looked at.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeGuard

from kconsole.render.amounts import bytes_text
from kconsole.render.embedded import embedded_in
from kconsole.render.mime import decoded, is_base64, raw_value
from kconsole.render.sanitise import one_line

__all__ = ["FILE_TYPES", "Artifact", "Fingerprint", "artifact_of", "artifacts_of", "page_of"]

#: MIME type -> the suffix of its files; the best for looking at comes first.
_SUFFIXES = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/svg+xml": "svg",
    "application/pdf": "pdf",
    "image/bmp": "bmp",
    "image/tiff": "tiff",
    "image/avif": "avif",
    "audio/wav": "wav",
    "audio/wave": "wav",
    "audio/x-wav": "wav",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
    "audio/x-flac": "flac",
    "audio/webm": "weba",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "video/ogg": "ogv",
    "video/quicktime": "mov",
}
_HTML = "text/html"
_MOST_PIXELS = 1e6
#: A frame so long that it does not bound an image, whatever its shape.
_ANY_LENGTH = 10**12
#: A page that does not say so is in UTF-8, which a browser does not guess.
_HEAD = b'<!DOCTYPE html>\n<meta charset="utf-8">\n'
_VENDOR = "application/vnd."
#: The widgets of Jupyter, which are drawn as text, or have a text.
_WIDGETS = "application/vnd.jupyter."


Fingerprint = tuple[str, int]
"""Tells one content from another, as long as this program runs."""

FILE_TYPES = frozenset({*_SUFFIXES, _HTML})
"""The types of what can be a file; of HTML, what leaves no text."""


class Artifact(NamedTuple):
    """Something that can be a file.

    Attributes:
        mime: its type, without parameters.
        suffix: of its file, without the dot.
        content: of its file.
        size: the frame that its metadata ask for: width and height in pixels.
    """

    mime: str
    suffix: str
    content: bytes
    size: tuple[int, int] | None = None

    @property
    def drawable(self) -> bool:
        """Whether it is an image that consists of pixels."""
        return self.mime.startswith("image/") and self.suffix != "svg"

    @property
    def fingerprint(self) -> Fingerprint:
        """What tells it from others."""
        return self.suffix, hash(self.content)

    @property
    def facts(self) -> str:
        """In words, for a line: ``image/png, 12.3 kB``."""
        return f"{one_line(self.mime, 60)}, {bytes_text(len(self.content))}"


def artifacts_of(data: Mapping[str, object], metadata: Mapping[str, object]) -> list[Artifact]:
    """Everything in an output that is for other programs, the best for looking at first.

    :param data: MIME type -> value.
    :param metadata: MIME type -> what is said about that value.
    :return: what can be a file; what is no base64, as its type would have it, cannot.
    """
    found = [_artifact(mime, data, metadata) for mime in _SUFFIXES]
    if not any(found):
        found.append(_embedded(data))
    if any(_is_vendors(mime) for mime in data):
        found.append(page_of(data))
    return [each for each in found if each is not None]


def artifact_of(
    mime: str, data: Mapping[str, object], metadata: Mapping[str, object]
) -> Artifact | None:
    """What an output has of a type, as a file; of HTML the sound or film that it is, or the page.

    :param mime: without parameters.
    :return: None if there is nothing, or nothing that can be a file.
    """
    if mime in _SUFFIXES:
        return _artifact(mime, data, metadata)
    return _embedded(data) or page_of(data)


def page_of(data: Mapping[str, object]) -> Artifact | None:
    """An output's HTML as a page for a browser; None if there is none."""
    _, value = raw_value(data, (_HTML,))
    if not isinstance(value, str) or not value.strip():
        return None
    content = value.encode("utf-8", "replace")
    whole = content.lstrip()[:14].lower().startswith((b"<!doctype", b"<html"))
    return Artifact(_HTML, "html", content if whole else _HEAD + content)


def _embedded(data: Mapping[str, object]) -> Artifact | None:
    """The sound, film or picture that an output's HTML consists of."""
    _, value = raw_value(data, (_HTML,))
    found = embedded_in(value) if isinstance(value, str) else None
    if found is None or found.mime not in _SUFFIXES:
        return None
    content = decoded(found.content)
    return Artifact(found.mime, _SUFFIXES[found.mime], content) if content else None


def _artifact(
    mime: str, data: Mapping[str, object], metadata: Mapping[str, object]
) -> Artifact | None:
    _, value = raw_value(data, (mime,))
    if not isinstance(value, str):
        return None
    content = decoded(value) if is_base64(mime) else value.encode("utf-8", "replace")
    return Artifact(mime, _SUFFIXES[mime], content, _size(metadata, mime)) if content else None


def _size(metadata: Mapping[str, object], mime: str) -> tuple[int, int] | None:
    """What the metadata ask for, for the type or, as old kernels say it, for all of them."""
    for place in (metadata.get(mime), metadata):
        if isinstance(place, Mapping):
            width, height = place.get("width"), place.get("height")
            # A side alone leaves the other to the image's shape, as IPython's Image(width=300).
            if width is None and _is_length(height):
                return _ANY_LENGTH, int(height)
            if height is None and _is_length(width):
                return int(width), _ANY_LENGTH
            if _is_length(width) and _is_length(height):
                return int(width), int(height)
    return None


def _is_length(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and 1 <= value < _MOST_PIXELS


def _is_vendors(mime: str) -> bool:
    name = mime.strip().lower()
    return name.startswith(_VENDOR) and not name.startswith(_WIDGETS)
