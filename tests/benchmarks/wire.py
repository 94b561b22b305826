"""Messages as raw as they can be: json, hmac, and lists of frames; for the flood kernel and the floors.

Written apart from kconsole's own protocol layer, so that neither can make the other look fast.
"""

import hmac
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

__all__ = ["DELIMITER", "Incoming", "Wire"]

DELIMITER = b"<IDS|MSG>"
VERSION = "5.3"


class Incoming(NamedTuple):
    """A message that has come.

    Attributes:
        idents: the frames before the delimiter.
        header: the header's frame, to be sent back as a parent.
        msg_type, parent_id: of the header, and of the parent header ("" if there is none).
        content: the parsed content.
    """

    idents: list[bytes]
    header: bytes
    msg_type: str
    parent_id: str
    content: dict[str, Any]


class Wire:
    """Packs, signs, verifies and unpacks for one connection key."""

    def __init__(self, key: str) -> None:
        self._mac = hmac.new(key.encode(), digestmod="sha256")
        self._session = os.urandom(16).hex()
        self._count = 0
        self._encode = json.JSONEncoder(separators=(",", ":")).encode
        # The outputs of one cell have one parent: parsed once, known again by its bytes.
        self._parent: tuple[bytes, str] = (b"{}", "")

    def header(self, msg_type: str) -> dict[str, str]:
        """A header with a new id."""
        self._count += 1
        return {
            "msg_id": f"{self._session}_{self._count}",
            "msg_type": msg_type,
            "session": self._session,
            "username": "benchmark",
            "date": datetime.now(UTC).isoformat(),
            "version": VERSION,
        }

    def encode(self, value: object) -> bytes:
        """A value as a JSON frame."""
        return self._encode(value).encode()

    def sign(self, frames: Sequence[bytes]) -> bytes:
        """The signature of the four JSON frames."""
        mac = self._mac.copy()
        for frame in frames:
            mac.update(frame)
        return mac.hexdigest().encode()

    def pack(
        self,
        msg_type: str,
        content: object,
        *,
        parent: bytes = b"{}",
        idents: Sequence[bytes] = (),
    ) -> list[bytes]:
        """A whole signed message; ``content`` may be an encoded frame already."""
        body = content if isinstance(content, bytes) else self.encode(content)
        signed = [self.encode(self.header(msg_type)), parent, b"{}", body]
        return [*idents, DELIMITER, self.sign(signed), *signed]

    def request(self, msg_type: str, content: object) -> tuple[str, list[bytes]]:
        """A request, and its msg_id."""
        frames = self.pack(msg_type, content)
        return f"{self._session}_{self._count}", frames

    def unpack(self, frames: list[bytes]) -> Incoming:
        """Verify and parse.

        Raises:
            ValueError: no delimiter, a wrong signature, or no JSON.
        """
        at = frames.index(DELIMITER)
        signed = frames[at + 2 : at + 6]
        if not hmac.compare_digest(frames[at + 1], self.sign(signed)):
            raise ValueError("wrong signature")
        header = json.loads(signed[0])
        known, parent_id = self._parent
        if signed[1] != known:
            parent_id = json.loads(signed[1]).get("msg_id", "")
            self._parent = (signed[1], parent_id)
        return Incoming(
            frames[:at], signed[0], header["msg_type"], parent_id, json.loads(signed[3])
        )
