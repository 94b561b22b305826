"""What is said of a link where nobody is there who could log in again: in scripts and in --watch."""

import time
from collections.abc import Callable

from kconsole.client.carrier import Carrier
from kconsole.client.linknews import LinkEvent
from kconsole.connect.ssh.status import USABLE
from kconsole.errors import LinkLostError
from kconsole.render.linkwords import event_note, interrupted_note, not_connected

__all__ = ["interrupting_note", "is_silent", "tell_unattended", "why_unreachable"]


def interrupting_note(carrier: Carrier | None) -> str:
    """Return what is said of an interrupt that is about to be sent.

    :param carrier: the link that it goes over; None is no link.
    """
    if carrier is None:
        return "interrupted"
    return interrupted_note(carrier.host, carrier.status, time.monotonic())


def is_silent(carrier: Carrier | None) -> bool:
    """Whether a link has not answered for a while."""
    return carrier is not None and carrier.status.state != "up"


def why_unreachable(carrier: Carrier | None) -> str:
    """Return why nothing reaches the other computer now, in one line; "" if something may."""
    if carrier is None or carrier.status.state in USABLE:
        return ""
    return not_connected(carrier.host, carrier.status, "", time.monotonic())


def tell_unattended(say: Callable[[str], None], event: LinkEvent) -> None:
    """Tell what has happened to the link.

    :param say: writes a line.
    :raise LinkLostError: only a person could make it again.
    """
    note = event_note(event)
    say(note)
    if event.kind == "login":
        raise LinkLostError(note)
