"""The wire protocol once more, independent of the program under test.

A message is ``[routing ids or topics..., b"<IDS|MSG>", signature, header, parent_header,
metadata, content, buffers...]`` ("The Wire Protocol" in "Messaging in Jupyter"). The signature is
the hex HMAC of the four JSON frames; an empty key means no signature.
"""

import hmac
import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

__all__ = ["DELIMITER", "Rejected", "Request", "Wire", "new_id"]

DELIMITER = b"<IDS|MSG>"


class Rejected(Exception):
    """Frames that a kernel throws away: malformed, forged or replayed."""


def new_id() -> str:
    """A fresh id, for a session or a message."""
    return os.urandom(16).hex()


@dataclass(slots=True)
class Request:
    """One message from a client, as the kernel got it."""

    channel: str
    header: dict[str, Any]
    parent_header: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    content: dict[str, Any] = field(default_factory=dict)
    buffers: list[bytes] = field(default_factory=list)
    idents: list[bytes] = field(default_factory=list)

    @property
    def msg_type(self) -> str:
        """The request's type, from its header."""
        return str(self.header["msg_type"])

    @property
    def msg_id(self) -> str:
        """The request's id, which everything that answers it has as parent."""
        return str(self.header["msg_id"])

    @property
    def session(self) -> str:
        """The id of the client that sent it."""
        return str(self.header.get("session", ""))


def to_json(value: Any) -> bytes:
    """``value`` as UTF-8 JSON; only a lone surrogate is escaped, since UTF-8 cannot hold it."""
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value).encode()


class Wire:
    """Frames and signs the messages of one kernel, and checks those of its clients."""

    def __init__(self, key: str, scheme: str) -> None:
        self._key = key.encode()
        self._hash = scheme.removeprefix("hmac-")
        self._seen: set[bytes] = set()

    def sign(self, parts: list[bytes]) -> bytes:
        """The signature frame for the four JSON frames."""
        if not self._key:
            return b""
        return hmac.new(self._key, b"".join(parts), self._hash).hexdigest().encode()

    def header(self, msg_type: str, session: str, username: str) -> dict[str, Any]:
        """A header for a new message."""
        return {
            "msg_id": new_id(),
            "msg_type": msg_type,
            "session": session,
            "username": username,
            "date": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "version": "5.4",
        }

    def pack(
        self, prefix: list[bytes], parts: list[Any], buffers: list[bytes] | None = None
    ) -> list[bytes]:
        """The frames of a message whose header, parent, metadata and content are ``parts``.

        A part that is bytes already is taken as it is: that is how broken JSON is sent.
        """
        encoded = [part if isinstance(part, bytes) else to_json(part) for part in parts]
        return [*prefix, DELIMITER, self.sign(encoded), *encoded, *(buffers or [])]

    def unpack(self, channel: str, frames: list[bytes]) -> Request:
        """The request in ``frames``; raises Rejected with the reason if it is no good one."""
        if DELIMITER not in frames:
            raise Rejected("no delimiter")
        cut = frames.index(DELIMITER)
        idents, (signature, *parts) = frames[:cut], frames[cut + 1 :] or [b""]
        if len(parts) < 4:
            raise Rejected("too few frames")
        self._check(signature, parts[:4])
        try:
            header, parent, metadata, content = (json.loads(part) for part in parts[:4])
        except ValueError as error:
            raise Rejected(f"not JSON: {error}") from None
        if not isinstance(header, dict) or not {"msg_id", "msg_type"} <= header.keys():
            raise Rejected("no usable header")
        return Request(channel, header, parent, metadata, content, parts[4:], idents)

    def _check(self, signature: bytes, parts: list[bytes]) -> None:
        if not self._key:
            return
        if not hmac.compare_digest(signature, self.sign(parts)):
            raise Rejected("bad signature")
        if signature in self._seen:
            raise Rejected("replayed")
        self._seen.add(signature)
