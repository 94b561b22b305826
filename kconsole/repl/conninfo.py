"""Which kernel this is, and how it is reached: what ``\\conninfo`` shows. Pure."""

import textwrap
from typing import NamedTuple

from kconsole.client.health import Health
from kconsole.connect.info import ConnectionInfo
from kconsole.protocol.message import CHANNELS
from kconsole.protocol.replies import KernelInfo
from kconsole.render.sanitise import one_line

__all__ = ["Connection", "conninfo_lines"]

_COLUMN = 12


class Connection(NamedTuple):
    """What is known of the way to the kernel.

    Attributes:
        name: the kernel's.
        kernel: what it has said of itself.
        info: where it is.
        file: its connection file; ``""`` for none.
        ours: whether it was started here.
        kept: whether it stays when the console is left, although it is ours.
        pid: of its process; None if that is not known, or on another machine.
        session: ours.
        username: ours.
        command: what attaches to it from a shell; ``""`` if nothing does.
        health: how it is.
    """

    name: str
    kernel: KernelInfo
    info: ConnectionInfo
    file: str
    ours: bool
    kept: bool
    pid: int | None
    session: str
    username: str
    health: Health
    command: str = ""


def conninfo_lines(connection: Connection, now: float, columns: int) -> list[str]:
    """Return the lines, safe to be shown; what is to be copied is never broken.

    :param connection: what is known.
    :param now: by :func:`time.monotonic`.
    :param columns: the screen's width.
    """
    facts = {
        "kernel": _kernel(connection),
        "started": _started(connection),
        "process": "not known" if connection.pid is None else str(connection.pid),
        "file": connection.file or "none",
        "address": _address(connection.info),
        "lock": _lock(connection.info),
        "session": f"{connection.session} ({connection.username})",
        "heartbeat": _heartbeat(connection.health, now),
        "attach with": connection.command,
    }
    whole = ("file", "attach with")
    return [
        label.ljust(_COLUMN) + line if not number else " " * _COLUMN + line
        for label, text in facts.items()
        if text
        for number, line in enumerate(
            [one_line(text)] if label in whole else _wrapped(one_line(text), columns)
        )
    ]


def _wrapped(text: str, columns: int) -> list[str]:
    return textwrap.wrap(text, max(_COLUMN, columns - _COLUMN), break_long_words=False)


def _kernel(connection: Connection) -> str:
    kernel, language = connection.kernel, connection.kernel.language_info
    said = (
        f"{kernel.implementation} {kernel.implementation_version}".strip(),
        f"{language.name} {language.version}".strip(),
        f"protocol {kernel.protocol_version}" if kernel.protocol_version else "",
    )
    details = ", ".join(part for part in said if part)
    return f"{connection.name} ({details})" if details else connection.name


def _started(connection: Connection) -> str:
    if not connection.ours:
        return "by somebody else; it stays when the console is left"
    return "here; it stays when the console is left" if connection.kept else "here; it ends with us"


def _address(info: ConnectionInfo) -> str:
    if info.transport == "ipc":
        return f"ipc {info.ip}-*"
    ports = ", ".join(f"{name} {info.port(name)}" for name in CHANNELS if info.port(name))
    return f"tcp {info.host}: {ports}"


def _lock(info: ConnectionInfo) -> str:
    """Who can read what is said, and who can say something in our name."""
    signed = f"signed ({info.signature_scheme})" if info.key else "not signed: anybody can run code"
    if info.transport == "ipc":
        return f"{signed}, and never on a network"
    return f"{signed}, {'encrypted (curve)' if info.curve_publickey else 'not encrypted'}"


def _heartbeat(health: Health, now: float) -> str:
    parts = [health.state + (f" ({health.detail})" if health.detail else "")]
    if health.round_trip is not None:
        parts.append(f"{health.round_trip * 1000:.1f} ms")
    if health.last_echo is not None:
        parts.append(f"last {now - health.last_echo:.0f} s ago")
    return ", ".join(parts)
