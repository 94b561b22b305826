"""The news of a link where nobody is there who could log in again: in scripts and in --watch."""

from collections.abc import Callable

from kconsole.client.linknews import LinkEvent
from kconsole.errors import LinkLostError
from kconsole.render.linkwords import event_note

__all__ = ["tell_unattended"]


def tell_unattended(say: Callable[[str], None], event: LinkEvent) -> None:
    """Tell what has happened to the link.

    :param say: writes a line.
    :raise LinkLostError: only a person could make it again.
    """
    note = event_note(event)
    say(note)
    if event.kind == "login":
        raise LinkLostError(note)
