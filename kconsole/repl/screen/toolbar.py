"""The toolbar: facts in, a line of styled text out. Pure."""

from typing import NamedTuple

from kconsole.client.health import Health
from kconsole.connect.info import ConnectionInfo
from kconsole.connect.ssh.status import USABLE, LinkStatus
from kconsole.render.cells import fit, text_width
from kconsole.render.linkwords import link_state
from kconsole.render.sanitise import one_line

__all__ = ["Facts", "toolbar"]

_Fragment = tuple[str, str]
_Fragments = list[_Fragment]

_SEPARATOR = " · "
#: Of what is told of a link.
_LINK_COLUMNS = 40


class _Part(NamedTuple):
    """One fact as it is shown, and its rank: what has the highest goes first when space is short."""

    rank: int
    fragment: _Fragment


class Facts(NamedTuple):
    """What the toolbar tells.

    Attributes:
        kernel: the kernel's name.
        language: its language and version.
        info: where it is.
        health: how it is.
        busy_since: when the running cell was sent, by :func:`time.monotonic`; None while none runs.
        interrupted: whether that cell has been interrupted, and goes on.
        cell: the running cell's number; None where it is not known.
        queued: how many cells wait behind it.
        working: whether the kernel is busy, be it for others.
        asking: whether the cell waits for input.
        answerable: whether that can be typed already.
        given_up: whether the running cell is not waited for any more.
        waits_for: what the kernel runs before the running cell; "" if it has begun with it.
        notice: what the console is doing besides, such as waiting for completions.
        mode: how keys are taken, if that has to be said: ``vi: normal``.
        usage: the memory and processor time that the kernel takes, if it tells.
        clients: how many other clients are active.
        host: the kernel's computer, where a link leads to it; "" for this one.
        link: how that link is; None if there is none.
        obstacle: why the kernel cannot be asked although the link is up; "" if it can.
    """

    kernel: str
    language: str
    info: ConnectionInfo
    health: Health
    busy_since: float | None
    cell: int | None
    queued: int
    working: bool
    asking: bool
    notice: str
    mode: str = ""
    usage: str = ""
    clients: int = 0
    interrupted: bool = False
    answerable: bool = True
    given_up: bool = False
    waits_for: str = ""
    host: str = ""
    link: LinkStatus | None = None
    obstacle: str = ""


def toolbar(facts: Facts, now: float, columns: int) -> _Fragments:
    """Put the toolbar together.

    :param facts: what to tell.
    :param now: by :func:`time.monotonic`.
    :param columns: the screen's width; what does not fit is left out, the least important first.
    :return: prompt_toolkit's formatted text: pairs of style and text.
    """
    # Nobody uses a dead kernel any more, nor does it use anything; of one out of reach nothing is known.
    mute = facts.health.state == "gone" or not _is_usable(facts)
    parts = [
        _Part(0, _plain(one_line(facts.kernel))),
        _Part(7, _plain(one_line(facts.language))),
        _Part(6, _plain(_where(facts))),
        _Part(0, _state(facts, now)),
        _Part(1, _plain(f"+{facts.queued} queued" if facts.queued else "")),
        _Part(0, _link(facts, now)),
        _Part(3, _heartbeat(facts, now)),
        _Part(4, _plain("" if mute else facts.usage)),
        _Part(5, _plain("" if mute else _others(facts.clients))),
        _Part(2, _plain(facts.notice)),
        _Part(2, _plain(facts.mode)),
    ]
    parts = [part for part in parts if part.fragment[1]]
    while sum(text_width(part.fragment[1]) + len(_SEPARATOR) for part in parts) > columns:
        least = max(parts, key=lambda part: part.rank)
        if least.rank == 0:
            break
        parts.remove(least)
    fragments: _Fragments = []
    for part in parts:
        fragments += [("class:toolbar.separator", _SEPARATOR if fragments else " "), part.fragment]
    return fragments


def elapsed(seconds: float) -> str:
    """Seconds as ``mm:ss`` or ``h:mm:ss``."""
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def _plain(text: str) -> tuple[str, str]:
    return ("class:toolbar", text)


def _state(facts: Facts, now: float) -> tuple[str, str]:
    if facts.health.state == "gone":
        return ("class:toolbar.error", "dead")
    if facts.health.state == "starting" and facts.health.detail:
        return ("class:toolbar.busy", one_line(facts.health.detail))
    if facts.asking:
        pause = "" if facts.answerable else ", once you pause"
        return ("class:toolbar.busy", f"waiting for input{pause}")
    if facts.busy_since is not None:
        number = "" if facts.cell is None else f" In[{facts.cell}]"
        time = elapsed(now - facts.busy_since)
        doing = "interrupting" if facts.interrupted else "busy"
        if facts.waits_for:
            doing = "interrupting" if facts.interrupted else "waiting"
            return ("class:toolbar.busy", f"{doing} {time} for {facts.waits_for}")
        given_up = ", given up" if facts.given_up else ""
        return ("class:toolbar.busy", f"{doing} {time}{number}{given_up}")
    if facts.working:
        return ("class:toolbar.busy", "busy for others")
    if not _is_usable(facts) or facts.obstacle:
        return _plain("")  # what it does is not known
    return ("class:toolbar.idle", "idle")


def _is_usable(facts: Facts) -> bool:
    return facts.link is None or facts.link.state in USABLE


def _link(facts: Facts, now: float) -> tuple[str, str]:
    """How the link to the kernel's computer is, if that is worth a word."""
    if facts.link is None:
        return _plain("")
    if text := link_state(facts.link, now):
        waits = facts.link.state in ("slow", "connecting")
        return (f"class:toolbar.{'warning' if waits else 'error'}", fit(text, _LINK_COLUMNS))
    return ("class:toolbar.warning", "connecting to the kernel" if facts.obstacle else "")


def _others(clients: int) -> str:
    if not clients:
        return ""
    return "1 other active" if clients == 1 else f"{clients} others active"


def _heartbeat(facts: Facts, now: float) -> tuple[str, str]:
    """How long the kernel takes to echo; the link's own answers say whether it is to blame."""
    health, link = facts.health, facts.link
    if facts.obstacle or (link is not None and link.state != "up"):
        return _plain("")  # that says it all
    if health.state == "late":
        since = "" if health.last_echo is None else f" {now - health.last_echo:.0f} s"
        trip = None if link is None or link.state != "up" else link.round_trip
        answers = "" if trip is None else f", link {_milliseconds(trip)}"
        return ("class:toolbar.warning", f"late{since}{answers}")
    if health.state in ("down", "refused", "denied", "gone"):
        return ("class:toolbar.error", one_line(health.detail))
    if health.round_trip is None:
        return _plain("")
    return _plain(f"hb {_milliseconds(health.round_trip)}")


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.{0 if seconds > 0.01 else 1}f} ms"


def _where(facts: Facts) -> str:
    """Where the kernel is, and who else could listen on the way."""
    if facts.host:
        return f"ssh {one_line(facts.host)}"
    info = facts.info
    if info.transport == "ipc":
        return "ipc"
    lock = "curve" if info.curve_publickey else "tcp"
    local = info.host in ("127.0.0.1", "::1", "localhost")
    return f"{lock} local" if local else f"{lock} {one_line(info.host)}"
