"""The content of a connection file: where a kernel's five sockets are, and the keys to them.

The fields are those of JEP 106 (connection file schema) and JEP 145 (Curve keys). This module
reads no file; :mod:`kconsole.connect.files` does.
"""

import hashlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self, cast

from kconsole.connect.paths import shown
from kconsole.errors import ConnectionFileError
from kconsole.protocol.message import CHANNELS, Channel

__all__ = ["ConnectionInfo", "Transport", "ipc_path_limit"]

Transport = Literal["tcp", "ipc"]

DEFAULT_SCHEME = "hmac-sha256"
CURVE_KEY_LENGTH = 40
#: The alphabet of ZeroMQ RFC 32 (Z85), in which a 32-byte Curve key takes 40 characters.
Z85_CHARACTERS = frozenset(
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
)
#: Addresses to bind to, which nobody can connect to.
WILDCARDS = {"*": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}

_KNOWN_KEYS = frozenset(
    [f"{channel}_port" for channel in CHANNELS]
    + ["transport", "ip", "key", "signature_scheme", "kernel_name"]
    + ["curve_publickey", "curve_secretkey"]
)


@dataclass(frozen=True, slots=True)
class ConnectionInfo:
    """Where a kernel's sockets are, and the keys that its messages are signed with (JEP 106).

    Built directly, nothing is checked: a client may be made before the ports are known.
    :meth:`from_dict` checks everything. Keys are left out of ``repr``, so that no log shows them.
    """

    transport: Transport = "tcp"
    #: For ``ipc``, the path that the five socket files' names begin with.
    ip: str = "127.0.0.1"
    #: 0 = not set.
    shell_port: int = 0
    iopub_port: int = 0
    stdin_port: int = 0
    hb_port: int = 0
    #: 0 = the kernel has no control channel (before protocol 5.0, many had none).
    control_port: int = 0
    #: b"" = messages are not signed.
    key: bytes = field(default=b"", repr=False)
    signature_scheme: str = DEFAULT_SCHEME
    kernel_name: str = ""
    #: The kernel's Curve key pair in Z85 (JEP 145); b"" = not encrypted.
    curve_publickey: bytes = b""
    curve_secretkey: bytes = field(default=b"", repr=False)
    #: What else the file holds, kept for when it is written again.
    extra: Mapping[str, object] = field(default_factory=dict, repr=False, hash=False)
    #: The file that this was read from or written to.
    path: Path | None = None

    @classmethod
    def from_dict(cls, data: object, *, source: str, path: Path | None = None) -> Self:
        """Check the content of a connection file, and take it over.

        Ports may be integers or numeric strings. A missing `ip` is 127.0.0.1, a missing `transport`
        tcp, a missing `control_port` 0; the other ports must be there, as a kernel with a port 0
        cannot be attached to.

        :param data: the parsed JSON.
        :param source: how error messages call it: a path, "standard input".
        :param path: the file, if there is one.
        :raise ConnectionFileError: one line with every fault.
        """
        name = shown(source)
        if not isinstance(data, dict):
            raise ConnectionFileError(f"{name}: is not a JSON object")
        reader = _Reader(data)
        info = cls(
            transport=(transport := reader.transport()),
            ip=reader.ip(transport, path),
            shell_port=reader.port("shell_port"),
            iopub_port=reader.port("iopub_port"),
            stdin_port=reader.port("stdin_port"),
            hb_port=reader.port("hb_port"),
            control_port=reader.port("control_port", required=False),
            key=reader.text("key").encode(),
            signature_scheme=reader.signature_scheme(),
            kernel_name=reader.text("kernel_name"),
            curve_publickey=reader.curve_key("curve_publickey"),
            curve_secretkey=reader.curve_key("curve_secretkey"),
            extra={key: value for key, value in data.items() if key not in _KNOWN_KEYS},
            path=path,
        )
        reader.check_together(info)
        if reader.faults:
            raise ConnectionFileError(f"{name}: {'; '.join(reader.faults)}")
        return info

    def to_dict(self) -> dict[str, object]:
        """Return what the file is to hold, unknown keys included (JEP 106)."""
        content: dict[str, object] = {f"{name}_port": self.port(name) for name in CHANNELS}
        content |= {
            "transport": self.transport,
            "ip": self.ip,
            "key": self.key.decode(),
            "signature_scheme": self.signature_scheme,
            "kernel_name": self.kernel_name,
        }
        if self.curve_publickey:
            content["curve_publickey"] = self.curve_publickey.decode("ascii")
            content["curve_secretkey"] = self.curve_secretkey.decode("ascii")
        return dict(self.extra) | content

    def port(self, channel: Channel) -> int:
        """Return the port of `channel`; 0 = not set."""
        return cast(int, getattr(self, f"{channel}_port"))

    @property
    def host(self) -> str:
        """The address to connect to; the wildcards that a kernel binds to mean this machine."""
        return WILDCARDS.get(self.ip, self.ip)

    @property
    def encrypted(self) -> bool:
        """Whether the sockets speak Curve (JEP 145)."""
        return bool(self.curve_publickey)

    def ipc_path(self, channel: Channel) -> str:
        """Return the path of the socket file of `channel`; means something for ipc only."""
        return f"{self.ip}-{self.port(channel)}"

    def ipc_fault(self, platform: str = sys.platform) -> str:
        """Return what is wrong with the length of the socket files' paths; "" = nothing."""
        if self.transport != "ipc":
            return ""
        length = max(len(os.fsencode(self.ipc_path(channel))) for channel in CHANNELS)
        limit = ipc_path_limit(platform)
        if length <= limit:
            return ""
        return f"ip is too long: an ipc socket's path may have {limit} bytes, this has {length}"

    def url(self, channel: Channel) -> str:
        """Return the ZeroMQ endpoint to connect `channel` to."""
        if self.transport == "ipc":
            return f"ipc://{self.ipc_path(channel)}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"tcp://{host}:{self.port(channel)}"


def ipc_path_limit(platform: str = sys.platform) -> int:
    """Return how many bytes long the path of a Unix socket may be (``sun_path`` without its NUL).

    Linux takes 107 bytes, macOS and the BSDs 103.

    :param platform: a ``sys.platform`` word.
    """
    return 107 if platform.startswith("linux") else 103


class _Reader:
    """Reads the fields of one parsed file; collects the faults that it meets."""

    def __init__(self, data: Mapping[str, object]) -> None:
        self.data = data
        self.faults: list[str] = []

    def text(self, name: str) -> str:
        value = self.data.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.faults.append(f"{name} must be a string")
            return ""
        if not _encodable(value):
            self.faults.append(f"{name} is not valid text")
            return ""
        return value

    def port(self, name: str, *, required: bool = True) -> int:
        value = self.data.get(name)
        if value is None:
            if required:
                self.faults.append(f"{name} is missing")
            return 0
        number = _port_number(value)
        if number is None:
            self.faults.append(f"{name} must be a number from 1 to 65535, not {_shown(value)}")
            return 0
        if number == 0 and required:
            self.faults.append(f"{name} is 0")
        return number

    def transport(self) -> Transport:
        value = self.text("transport") or "tcp"
        if value.lower() == "ipc":
            return "ipc"
        if value.lower() != "tcp":
            self.faults.append(f"transport must be tcp or ipc, not {_shown(value)}")
        return "tcp"

    def ip(self, transport: Transport, path: Path | None) -> str:
        value = self.text("ip")
        if transport == "tcp":
            if any(char.isspace() or not char.isprintable() or char in "/;" for char in value):
                self.faults.append(f"ip is not an address: {_shown(value)}")
            return value.removeprefix("[").removesuffix("]") or "127.0.0.1"
        if "\0" in value:
            self.faults.append(f"ip is not a path: {_shown(value)}")
        if not value and path is None:
            self.faults.append("ip is missing (for ipc, the path that the socket files begin with)")
        if not value and path is not None:
            # What Jupyter's own launcher calls the sockets when no name was asked for.
            return os.path.splitext(os.path.abspath(path))[0] + "-ipc"
        return value

    def signature_scheme(self) -> str:
        value = self.text("signature_scheme") or DEFAULT_SCHEME
        if not _usable_scheme(value):
            self.faults.append(
                f"signature_scheme must be hmac-md5, hmac-sha256 or the like, not {_shown(value)}"
            )
        return value

    def curve_key(self, name: str) -> bytes:
        value = self.text(name)
        if value and not (len(value) == CURVE_KEY_LENGTH and Z85_CHARACTERS.issuperset(value)):
            # The value itself is not shown: it may be most of a secret key.
            self.faults.append(f"{name} must be {CURVE_KEY_LENGTH} characters of Z85")
            return b""
        return value.encode()

    def check_together(self, info: ConnectionInfo) -> None:
        """Find the faults that lie in no single field."""
        present = [bool(self.data.get(f"curve_{half}key")) for half in ("public", "secret")]
        if any(present) and not all(present):
            names = "curve_secretkey", "curve_publickey"
            missing, given = names if present[0] else names[::-1]
            self.faults.append(f"{missing} is missing, but {given} is there")
        if fault := info.ipc_fault():
            self.faults.append(fault)


def _port_number(value: object) -> int | None:
    """Return the port, or None; JEP 106 lets it be an integer or a string."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 5:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= 65535 else None


def _usable_scheme(scheme: str) -> bool:
    """Whether `scheme` is ``hmac-`` and a hash function that HMAC can be built on."""
    prefix, _, name = scheme.partition("-")
    if prefix != "hmac":
        return False
    try:
        # The shake functions have no size of their own, so they cannot be used.
        return hashlib.new(name).digest_size > 0
    except ValueError:
        return False


def _encodable(text: str) -> bool:
    """Whether `text` is free of lone surrogates, which JSON can express and UTF-8 cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(value: object) -> str:
    """Return `value` for an error message: printable, on one line, short."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "an array"
    if isinstance(value, int) and value.bit_length() > 64:
        return "a huge number"
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
