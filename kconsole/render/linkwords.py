"""Words for the link to another computer, in all ways to use a kernel."""

import time

from kconsole.client.linknews import LinkEvent
from kconsole.connect.ssh.status import USABLE, LinkStatus
from kconsole.render.sanitise import one_line

__all__ = [
    "LOG_IN",
    "back_note",
    "duration",
    "event_note",
    "history_note",
    "interrupted_note",
    "link_state",
    "login_note",
    "lost_note",
    "not_connected",
    "outcome_note",
    "silence_note",
]

#: What a person who is asked to log in again has to type.
LOG_IN = r"\reconnect"


def link_state(status: LinkStatus, now: float) -> str:
    """Return how a link is, in a few words, safe and in one line; "" for one that is well.

    :param status: the link's.
    :param now: by :func:`time.monotonic`.
    """
    detail = one_line(status.detail)
    if status.state == "up":
        return ""
    if status.state == "slow":
        return f"slow, no answer for {status.silent_for(now):.0f} s"
    if status.state == "down" and status.retry_at is not None:
        return f"link down, retry in {max(0.0, status.retry_at - now):.0f} s"
    if status.state == "login":
        return f"login needed: {LOG_IN}"
    if status.state == "failed":
        return f"link failed: {detail}" if detail else "link failed"
    return {"connecting": "link down, connecting", "closed": "link closed"}.get(
        status.state, "link down"
    )


def not_connected(host: str, status: LinkStatus, obstacle: str, now: float) -> str:
    """Return why nothing can be sent now, as one line.

    :param host: the other computer's name.
    :param status: the link's.
    :param obstacle: what else is in the way, if the link itself is not
        (:attr:`kconsole.client.base.ClientBase.obstacle`).
    :param now: by :func:`time.monotonic`.
    """
    why = one_line(obstacle) if status.state in USABLE else link_state(status, now)
    return f"not connected to {one_line(host)}: {why}"


def interrupted_note(host: str, status: LinkStatus, now: float) -> str:
    """Return what is said of an interrupt that is being sent: it may not get there.

    :param now: by :func:`time.monotonic`.
    """
    state = link_state(status, now)
    return f"interrupted, if it gets there ({one_line(host)}: {state})" if state else "interrupted"


def lost_note(host: str, at: float, detail: str) -> str:
    """Return what is told once when a link is lost.

    :param at: when, by :func:`time.time`.
    :param detail: why; "" if that is not known.
    """
    why = f" ({one_line(detail)})" if detail else ""
    return f"link to {one_line(host)} lost at {_clock(at)}{why}; it is tried again"


def login_note(host: str, detail: str, way: str) -> str:
    """Return what is told when only a person can make the link again.

    :param way: how; "" if nobody is there who could.
    """
    why = f" ({one_line(detail)})" if detail else ""
    then = f"; {way}" if way else ""
    return f"the link to {one_line(host)} cannot be made again without a login{why}{then}"


def back_note(host: str, down_at: float, up_at: float, *, missing: bool) -> str:
    """Return what is told when a link is back.

    :param down_at: when it was lost, by :func:`time.time`.
    :param up_at: when it was back.
    :param missing: whether something was on its way when it was lost.
    """
    back = f"link to {one_line(host)} is back ({_clock(up_at)}, {duration(up_at - down_at)})"
    return f"{back}; what was printed meanwhile may be missing" if missing else back


def event_note(event: LinkEvent, login: str = "") -> str:
    """Return what is told of the link where all of it is.

    :param login: what somebody can do where only a person can make it again; "" if nobody is there.
    """
    if event.kind == "lost":
        return lost_note(event.host, event.at, event.detail)
    if event.kind == "login":
        return login_note(event.host, event.detail, login)
    return back_note(event.host, event.lost_at, event.at, missing=True)


def silence_note(host: str, seconds: float) -> str:
    """Return what is told after a silence in which a cell may have printed: kernels drop what backs up."""
    lasted = duration(seconds)
    return (
        f"{one_line(host)} did not answer for {lasted}; what was printed meanwhile may be missing"
    )


def outcome_note(cell: str, *, begun: bool) -> str:
    """Return what is told of a cell whose reply was lost with the link.

    :param cell: what it is called: ``In[3]``.
    :param begun: whether the kernel is known to have begun with it.
    """
    doubt = "" if begun else " (or never began)"
    return f"{cell} finished{doubt} while the link was down: its outcome is unknown"


def history_note(cell: str, *, ran: bool) -> str:
    """Return what the kernel's history says of such a cell.

    :param ran: whether it has it.
    """
    if ran:
        return f"the kernel's history has {cell}: it ran"
    return f"the kernel's history does not have {cell}: it did not run"


def _clock(at: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at))


def duration(seconds: float) -> str:
    """Return a time in words: to the second, and below ten of them to the tenth."""
    seconds = max(0.0, seconds)
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
