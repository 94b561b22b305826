"""Which kernel this is, and how it is reached: what ``\\conninfo`` shows. Pure."""

import textwrap
from typing import NamedTuple

from kconsole.client.health import Health
from kconsole.connect.info import ConnectionInfo
from kconsole.connect.ssh.status import USABLE, LinkStatus
from kconsole.protocol.message import CHANNELS
from kconsole.protocol.replies import KernelInfo
from kconsole.render.linkwords import duration, link_state
from kconsole.render.sanitise import one_line

__all__ = ["Connection", "Way", "conninfo_lines"]

_COLUMN = 12
_WORDS = 3  # lines of what ssh has said last


class Way(NamedTuple):
    """The link to another computer.

    Attributes:
        host: that computer.
        status: how it is.
        words: what ssh has said; safe.
    """

    host: str
    status: LinkStatus
    words: str


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
        terminal: what is known of ours; ``""`` for nothing.
        there: where it is, as its own computer sees it; None if it is this one.
        link: to that computer; None if there is none.
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
    terminal: str = ""
    there: ConnectionInfo | None = None
    link: Way | None = None


def conninfo_lines(connection: Connection, now: float, columns: int) -> list[str]:
    """Return the lines, safe to be shown; what is to be copied is never broken.

    :param connection: what is known.
    :param now: by :func:`time.monotonic`.
    :param columns: the screen's width.
    """
    facts = {
        "kernel": _kernel(connection),
        "started": _started(connection),
        "process": _process(connection),
        "file": connection.file or "none",
        "address": _address(connection.there or connection.info),
        "lock": _lock(connection),
        "link": _link(connection.link, now),
        "ssh says": _words(connection.link),
        "session": f"{connection.session} ({connection.username})",
        "heartbeat": _heartbeat(connection.health, now),
        "terminal": connection.terminal,
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


def _process(connection: Connection) -> str:
    if connection.pid is None:
        return "not known"
    where = "" if connection.link is None else f" on {connection.link.host}"
    return f"{connection.pid}{where}"


def _link(link: Way | None, now: float) -> str:
    """How the link is, since when, and how far away its other end."""
    if link is None:
        return ""
    status = link.status
    lasts = f"for {duration(status.silent_for(now) or now - status.since)} now"
    if status.state == "slow":
        lasts = ""  # its words say it
    trip = "" if status.round_trip is None else f"round trip {status.round_trip * 1000:.1f} ms"
    state = link_state(status, now) or "up"
    parts = [f"ssh {link.host}: {state}", lasts, trip if status.state in USABLE else status.detail]
    return ", ".join(part for part in parts if part)


def _words(link: Way | None) -> str:
    """What ssh has said last, where there is trouble."""
    if link is None or link.status.state == "up":
        return ""
    return " | ".join(link.words.splitlines()[-_WORDS:])


def _address(info: ConnectionInfo) -> str:
    if info.transport == "ipc":
        return f"ipc {info.ip}-*"
    ports = ", ".join(f"{name} {info.port(name)}" for name in CHANNELS if info.port(name))
    return f"tcp {info.host}: {ports}"


def _lock(connection: Connection) -> str:
    """Who can read what is said, and who can say something in our name."""
    info = connection.there or connection.info
    signed = f"signed ({info.signature_scheme})" if info.key else "not signed: anybody can run code"
    if info.transport == "ipc":
        return f"{signed}, and never on a network"
    if info.curve_publickey:
        return f"{signed}, encrypted (curve)"
    return (
        f"{signed}, {'encrypted up to its computer (ssh)' if connection.link else 'not encrypted'}"
    )


def _heartbeat(health: Health, now: float) -> str:
    parts = [health.state + (f" ({health.detail})" if health.detail else "")]
    if health.round_trip is not None:
        parts.append(f"{health.round_trip * 1000:.1f} ms")
    if health.last_echo is not None:
        parts.append(f"last {now - health.last_echo:.0f} s ago")
    return ", ".join(parts)
