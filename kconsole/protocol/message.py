"""The message as a plain dict: the one type that travels through kconsole.

A message is what the seed API hands out: a dict with ``header``, ``parent_header``, ``metadata``,
``content`` and ``buffers``, plus ``msg_id`` and ``msg_type`` copied up from the header
("General Message Format" in the messaging specification).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, TypedDict

__all__ = ["CHANNELS", "Buffer", "Channel", "Header", "Message"]

Channel = Literal["shell", "iopub", "stdin", "hb", "control"]
"""The specification's names of the five channels."""

CHANNELS: tuple[Channel, ...] = ("shell", "iopub", "stdin", "hb", "control")

Buffer = bytes | bytearray | memoryview
"""A binary buffer that follows the four JSON frames."""


class Header(TypedDict, total=False):
    """A message's header; a parent header may be empty, so no key is required."""

    msg_id: str
    msg_type: str
    session: str
    username: str
    #: A datetime, or the string as it came where it could not be parsed.
    date: datetime | str
    version: str
    #: JEP 91: only present in messages that address a subshell.
    subshell_id: str


class Message(TypedDict):
    """One message, on its way out or in."""

    header: Header
    msg_id: str
    msg_type: str
    parent_header: Header
    metadata: dict[str, Any]
    content: dict[str, Any]
    buffers: Sequence[Buffer]
