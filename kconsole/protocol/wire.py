"""Frames and JSON: what a message looks like on the wire, before and after signing.

::

    [id or topic ...,  b"<IDS|MSG>",  signature,  header, parent, metadata, content,  buffer ...]

("The Wire Protocol" in the messaging specification.) This module cuts such a list apart and turns
single frames into JSON values and back; :mod:`kconsole.protocol.session` signs, verifies and
assembles. Whatever cannot be a message raises :class:`~kconsole.errors.WireError`, nothing else.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kconsole.errors import WireError
from kconsole.protocol.dates import format_date
from kconsole.protocol.message import Buffer

__all__ = ["DELIMITER", "Frame", "Parts", "check_buffers", "decode", "encode", "split"]

DELIMITER = b"<IDS|MSG>"
"""Stands between the routing ids (or the topic) and the signed part."""

_SIGNED_FRAMES = 4
"""header, parent header, metadata, content: these are signed, and nothing else is."""


Frame = bytes | memoryview
"""A frame as it is looked at: plain bytes in one piece."""

# A plain tuple, because it is made for each message and a named one costs three times as much.
Parts = tuple[Frame, list[Frame], list[Frame]]
"""One multipart message, cut apart but not yet looked into: the signature; header, parent header,
metadata and content, which are signed; the buffers."""


def split(frames: Sequence[Buffer]) -> Parts:
    """Cut a received multipart message at the first delimiter.

    There may be any number of frames before it: deno, ilua and ipykernel 7 publish without a
    topic frame, a ROUTER in between adds ids. They say nothing that the message does not.

    :param frames: the whole multipart message; any objects with the buffer protocol.
    :raise WireError: no delimiter, or fewer than the signature and four frames after it.
    """
    try:
        flat = [frame if type(frame) is bytes else _flat(frame) for frame in frames]
    except (TypeError, ValueError, BufferError) as error:
        raise WireError(f"Malformed Message: a frame is no buffer: {error}") from None
    try:
        at = flat.index(DELIMITER)
    except ValueError:
        raise WireError(f"Malformed Message: no delimiter in {len(flat)} frames") from None
    first, end = at + 2, at + 2 + _SIGNED_FRAMES
    if len(flat) < end:
        raise WireError(
            f"Malformed Message: {len(flat) - at - 1} frames after the delimiter, "
            f"{_SIGNED_FRAMES + 1} are needed"
        )
    return flat[at + 1], flat[first:end], flat[end:]


def _flat(frame: Buffer) -> bytes | memoryview:
    """View a frame as plain bytes, copied only if they do not lie in one piece."""
    view = memoryview(frame)
    plain = view.c_contiguous and view.format == "B" and view.ndim == 1
    return view if plain else view.tobytes()


def check_buffers(buffers: Sequence[Buffer]) -> None:
    """Check that each buffer can be sent as one frame.

    :raise TypeError: an object without the buffer protocol.
    :raise ValueError: a buffer whose bytes do not lie in one piece.
    """
    for index, buffer in enumerate(buffers):
        try:
            view = memoryview(buffer)
        except TypeError:
            kind = type(buffer).__name__
            raise TypeError(f"buffer {index}: {kind} has no buffer protocol") from None
        if not view.contiguous:
            raise ValueError(f"buffer {index}: not contiguous")


def _default(value: object) -> object:
    """Give the JSON form of the few types beyond JSON that messages hold."""
    if isinstance(value, datetime):
        return format_date(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be sent as JSON")


# Kept, because json.dumps with separators builds a new encoder for each call (2-3 times slower).
_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_default
).encode
# JSONDecoder.decode looks for space at both ends with two regular expressions, which takes as long as a
# short message itself.
_decode = json.JSONDecoder().raw_decode
_SPACE = " \t\n\r"


def encode(value: object) -> bytes:
    """Turn a value into JSON in UTF-8.

    Halves of surrogate pairs that belong together are joined; single ones, which UTF-8 cannot
    hold (file names read with ``surrogateescape`` have them), become U+FFFD.

    :raise TypeError: an object that JSON has no form for.
    :raise ValueError: NaN, an infinity, a circular or bottomless value.
    """
    try:
        text = _encode(value)
    except RecursionError:
        raise ValueError("nested too deeply for JSON") from None
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def decode(frame: Buffer, what: str) -> Any:
    """Read a frame's JSON: invalid UTF-8 becomes U+FFFD, NaN and Infinity are accepted.

    :param what: the frame's name, for the error's text.
    :raise WireError: not JSON, nested too deeply, or an integer of thousands of digits (which
        Python refuses to convert, because the time for it grows with the square of their number).
    """
    text = str(frame, "utf-8", "replace").strip(_SPACE)
    try:
        value, end = _decode(text)
    except RecursionError:
        raise WireError(f"Malformed Message: {what} is nested too deeply") from None
    except ValueError as error:
        raise WireError(f"Malformed Message: {what} is not JSON: {error}") from None
    if end != len(text):
        raise WireError(f"Malformed Message: {what} is not JSON: more follows at character {end}")
    return value
