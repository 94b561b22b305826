"""The session: makes messages, signs them, and lets only authentic ones in.

Theory of operation. What arrives goes through four gates, cheapest and safest first: enough
frames? signature right? seen for the first time? JSON of the right shape? Only what has passed the
signature is remembered, else anyone could fill the memory with junk; and nothing is parsed that is
not signed. The memory of signatures is bounded and belongs to this object: two clients in
one process must not share it, because each receives its own copy of every iopub message.

The signature is the lower-case hex HMAC over the four JSON frames as they are on the wire; ids
and buffers are not signed ("The Wire Protocol" in the messaging specification).
"""

import hashlib
import hmac
import os
import sys
from binascii import unhexlify
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from kconsole.errors import WireError
from kconsole.protocol.dates import parse_date
from kconsole.protocol.message import Buffer, Header, Message
from kconsole.protocol.wire import DELIMITER, Frame, check_buffers, decode, encode, split

if sys.platform != "win32":
    import pwd

__all__ = ["PROTOCOL_VERSION", "Session", "new_id"]

PROTOCOL_VERSION = "5.4"
"""Our headers' version: what jupyter_client 8 sends, so every kernel has met it."""

_DEFAULT_SCHEME = "hmac-sha256"
_DIGEST_DIGITS = 30  # of a signature, that are kept to know it by
_CULL_DIVISOR = 10  # a full digest memory drops its oldest tenth

# HMAC is a hash in a hash, each begun with the key (RFC 2104, section 2). Kept begun, a signature takes
# 60 per cent of what a copied hmac.HMAC takes, whose every step is a call in Python.
Mac = tuple["hashlib._Hash", "hashlib._Hash"]
_PADS = (0x36, 0x5C)


def new_id() -> str:
    """Make an id that is unique across machines, processes and forks.

    The randomness is the operating system's, so a forked child does not repeat its parent's.
    """
    return f"{os.urandom(16).hex()}_{os.getpid()}"


class Session:
    """One client's identity towards one kernel: its ids, its key, its memory of signatures.

    ``deserialize`` belongs to the thread that receives; the other methods may be called from any.

    :param session: the id in each header, also the routing id of the sockets; made if not given.
    :param username: made from the environment if not given.
    :param key: the connection file's key; empty means that nothing is signed or verified.
    :param signature_scheme: ``hmac-`` and a name that :mod:`hashlib` knows; "" is the default,
        ``hmac-sha256``.
    :param digest_history_size: how many signatures are remembered against replay; 0 disables it.
    :raise ValueError: an unknown signature scheme.
    """

    def __init__(
        self,
        *,
        session: str | None = None,
        username: str | None = None,
        key: bytes = b"",
        signature_scheme: str = _DEFAULT_SCHEME,
        digest_history_size: int = 65536,
    ) -> None:
        self.session = session or new_id()
        self.username = username if username is not None else _username()
        #: How many messages were refused, by reason: malformed, unsigned, forged, replayed.
        self.dropped: Counter[str] = Counter()
        self._digests = _DigestHistory(digest_history_size)
        # The last parent header, unparsed and parsed: a cell's outputs all have the same.
        self._last_parent: tuple[bytes, Header] = (b"{}", {})
        self._key = bytes(key)
        self._scheme = signature_scheme or _DEFAULT_SCHEME
        self._mac = _new_mac(self._key, self._scheme)

    @property
    def key(self) -> bytes:
        """The key; empty if nothing is signed."""
        return self._key

    @key.setter
    def key(self, key: bytes) -> None:
        self._mac = _new_mac(bytes(key), self._scheme)
        self._key = bytes(key)

    @property
    def signature_scheme(self) -> str:
        """The scheme, such as ``hmac-sha256``."""
        return self._scheme

    @signature_scheme.setter
    def signature_scheme(self, scheme: str) -> None:
        scheme = scheme or _DEFAULT_SCHEME
        self._mac = _new_mac(self._key, scheme)
        self._scheme = scheme

    def msg(
        self,
        msg_type: str,
        content: Mapping[str, Any] | None = None,
        *,
        parent: Message | Header | None = None,
        metadata: Mapping[str, Any] | None = None,
        buffers: Sequence[Buffer] = (),
        subshell_id: str | None = None,
    ) -> Message:
        """Make a message of this session, with a new id and the present time.

        :param parent: the message (or its header) that this one answers.
        :param subshell_id: the subshell to address (JEP 91); absent from the header if None.
        """
        header: Header = {
            "msg_id": new_id(),
            "msg_type": msg_type,
            "session": self.session,
            "username": self.username,
            "date": datetime.now(UTC),
            "version": PROTOCOL_VERSION,
        }
        if subshell_id is not None:
            header["subshell_id"] = subshell_id
        return {
            "header": header,
            "msg_id": header["msg_id"],
            "msg_type": msg_type,
            "parent_header": _header_of(parent),
            "metadata": dict(metadata or {}),
            "content": dict(content or {}),
            "buffers": list(buffers),
        }

    def serialize(self, msg: Message, *, idents: Sequence[bytes] = ()) -> list[Buffer]:
        """Turn a message into signed frames.

        :param idents: routing ids to put first.
        :raise TypeError: content that JSON cannot hold, or a buffer that is none.
        :raise ValueError: NaN or a circular value in the content, a buffer that is not contiguous.
        """
        check_buffers(msg["buffers"])
        signed = [
            encode(msg["header"]),
            encode(msg["parent_header"]),
            encode(msg["metadata"]),
            encode(msg["content"]),
        ]
        return [*idents, DELIMITER, self.sign(signed), *signed, *msg["buffers"]]

    def sign(self, frames: Sequence[Buffer]) -> bytes:
        """Give the signature of frames in lower-case hex; empty if there is no key."""
        if self._mac is None:
            return b""
        inner, outer = self._mac
        mac = inner.copy()
        for frame in frames:
            mac.update(frame)
        digest = mac.digest()
        mac = outer.copy()
        mac.update(digest)
        return mac.hexdigest().encode()

    def deserialize(self, frames: Sequence[Buffer]) -> Message:
        """Verify and parse one multipart message, and count it in ``dropped`` if it is refused.

        :param frames: all frames as received, ids or topic first.
        :raise WireError: malformed, unsigned, forged or replayed; nothing else is ever raised.
        """
        try:
            signature, signed, buffers = split(frames)
        except WireError:
            self.dropped["malformed"] += 1
            raise
        if self._mac is not None:
            self._verify(bytes(signature), signed)
        try:
            return self._parse(signed, buffers)
        except WireError:
            self.dropped["malformed"] += 1
            raise

    def _verify(self, signature: bytes, signed: list[Frame]) -> None:
        """Let a message pass whose signature is right and new, and remember it."""
        if not signature:
            self.dropped["unsigned"] += 1
            raise WireError("Unsigned Message")
        if not hmac.compare_digest(signature, self.sign(signed)):
            self.dropped["forged"] += 1
            raise WireError("Invalid Signature")
        if not self._digests.add(signature):
            self.dropped["replayed"] += 1
            raise WireError("Duplicate Signature")

    def _parse(self, signed: list[Frame], buffers: list[Frame]) -> Message:
        header_frame, parent_frame, metadata_frame, content_frame = signed
        header = decode(header_frame, "header")
        if type(header) is not dict:
            raise WireError("Malformed Message: header is no object")
        msg_id, msg_type = header.get("msg_id"), header.get("msg_type")
        if type(msg_id) is not str or type(msg_type) is not str:
            raise WireError("Malformed Message: header without msg_id or msg_type")
        content = decode(content_frame, "content")
        if content is None:
            content = {}
        elif type(content) is not dict:
            raise WireError("Malformed Message: content is no object")
        return {
            "header": _read_date(header),
            "msg_id": msg_id,
            "msg_type": msg_type,
            "parent_header": self._parse_parent(parent_frame),
            "metadata": _object_or_empty(metadata_frame, "metadata"),
            "content": content,
            "buffers": [memoryview(buffer) for buffer in buffers] if buffers else [],
        }

    def _parse_parent(self, frame: Frame) -> Header:
        """Parse a parent header, which xeus-python sends as null where there is none."""
        known, parent = self._last_parent
        if frame != known:
            parent = _read_date(_object_or_empty(frame, "parent header"))
            self._last_parent = (bytes(frame), parent)
        return parent.copy()


class _DigestHistory:
    """The signatures seen last: a set to look them up and a queue to know the oldest.

    Of each, 120 bits are kept: no two of them are ever the same, and all take half the memory.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._known: set[bytes] = set()
        self._queue: deque[bytes] = deque()

    def add(self, signature: bytes) -> bool:
        """Remember a signature in hex, which is a right one; False if it is known already."""
        if self._size <= 0:
            return True
        digest = unhexlify(signature[:_DIGEST_DIGITS])
        if digest in self._known:
            return False
        if len(self._queue) >= self._size:
            for _ in range(max(1, self._size // _CULL_DIVISOR)):
                self._known.discard(self._queue.popleft())
        self._known.add(digest)
        self._queue.append(digest)
        return True


def _new_mac(key: bytes, scheme: str) -> Mac | None:
    """Check the scheme and make the keyed hashes that each signature starts as copies of."""
    name = scheme.removeprefix("hmac-")
    if name == scheme:
        raise ValueError(f"signature_scheme {scheme!r}: must begin with 'hmac-'")
    try:
        # shake_128 and shake_256 have no fixed length, and fail only when asked for it
        hmac.new(key, digestmod=name).hexdigest()
        block = hashlib.new(name).block_size
        padded = (key if len(key) <= block else hashlib.new(name, key).digest()).ljust(block, b"\0")
        inner, outer = (hashlib.new(name, bytes(byte ^ pad for byte in padded)) for pad in _PADS)
    except (ValueError, TypeError):
        raise ValueError(
            f"signature_scheme {scheme!r}: hashlib has no HMAC with {name!r}"
        ) from None
    return (inner, outer) if key else None


def _username() -> str:
    """Give the user's name: the environment's, else the system's; only for display, so never an error."""
    if name := os.environ.get("USER") or os.environ.get("USERNAME"):
        return name
    if sys.platform == "win32":
        return "username"
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # in a container, a user may have no name
        return "username"


def _header_of(parent: Message | Header | None) -> Header:
    """Copy the header out of a message; a header is copied as it is."""
    if parent is None:
        return {}
    header = parent.get("header", parent)
    return cast(Header, dict(cast(Header, header)))


def _read_date(header: dict[str, Any]) -> Header:
    """Turn a header's date into a datetime; one that is not even a string is dropped."""
    date = header.get("date")
    if type(date) is str:
        header["date"] = parse_date(date)
    else:
        header.pop("date", None)
    return cast(Header, header)


def _object_or_empty(frame: Frame, what: str) -> dict[str, Any]:
    """Parse a frame whose content is dispensable: null, or anything but an object, is {}."""
    if frame == b"{}":
        return {}
    value = decode(frame, what)
    return value if type(value) is dict else {}
