"""Streams in pieces: a program that prints much sends one piece after the other, and they are one text.

A message of 80 characters takes some 2 kB as a dict, and as much work as one of 8,000. So whoever has
to keep messages for a while joins the pieces of one stream to one message.
"""

import re
import sys
from collections.abc import Mapping

from kconsole.protocol.message import Message

__all__ = ["StreamRun", "joinable_text", "stream_text"]

_JOINED = 32768  # characters that are joined to one message at the most
_SLOT = 8  # bytes of a list's item

#: What may begin an escape sequence, unless it is a colour or an ESC[K that is whole.
_INTRODUCER = re.compile(r"[\x80-\x9f]|\x1b(?!\[[0-9;:]{0,32}[mK])")


class StreamRun:
    """A stream's message, and the texts of those that followed it and say more of the same.

    :param first: the message; its name and text are strings.
    :param text: its text.
    """

    __slots__ = ("_count", "_first", "_length", "_name", "_texts", "parent", "weight")

    def __init__(self, first: Message, text: str) -> None:
        self._first = first
        self._name = first["content"]["name"]
        self.parent: Mapping[str, object] = first["parent_header"]
        self._texts = [text]
        self._length = len(text)
        self._count = 1
        #: Bytes that its text takes.
        self.weight = sys.getsizeof(text) + _SLOT

    def take(self, msg: Message, text: str) -> bool:
        """Add a message's text; False if it is another stream's, or this is long enough."""
        if (
            self._length >= _JOINED
            or msg["content"]["name"] != self._name
            or msg["parent_header"] != self.parent
        ):
            return False
        self._texts.append(text)
        self._length += len(text)
        self._count += 1
        self.weight += sys.getsizeof(text) + _SLOT
        return True

    def __len__(self) -> int:
        """Of how many messages it consists."""
        return self._count

    @property
    def bare(self) -> bool:
        """Whether it is ordinary output, and sets no colour that what follows would have."""
        return self._name == "stdout" and not any("\x1b" in text for text in self._texts)

    def join(self) -> str:
        """Return all of it; from now on it takes no more memory than that."""
        if len(self._texts) > 1:
            self._texts = ["".join(self._texts)]
            self.weight = sys.getsizeof(self._texts[0]) + _SLOT
        return self._texts[0]

    def message(self) -> Message:
        """All of it as one message."""
        if self._count == 1:
            return self._first
        return {**self._first, "content": {"name": self._name, "text": self.join()}}


def stream_text(msg: Message) -> str | None:
    """Return the text of a stream's message; None for another kind of message, or a misshapen one."""
    if msg["msg_type"] != "stream":
        return None
    name, text = msg["content"].get("name"), msg["content"].get("text")
    return text if isinstance(text, str) and isinstance(name, str) else None


def joinable_text(msg: Message) -> str | None:
    """Return the text, if the message is a piece of a stream that may be joined to others for a terminal.

    A piece with any escape but a colour in it stays by itself: a control string that is cut at its end
    must not be completed by the next message before the sanitiser has seen it.
    """
    text = stream_text(msg)
    if text is None or (text.isascii() and "\x1b" not in text):
        return text
    return None if _INTRODUCER.search(text) else text
