"""Follows a kernel for other programs: every client's messages as lines of JSON."""

from collections.abc import Sequence

from kconsole.protocol.events import parse_event
from kconsole.protocol.message import Message
from kconsole.record.jsonevents import event_fields, of_types
from kconsole.script.jsonlines import JsonLines

__all__ = ["JsonWatcher"]


class JsonWatcher:
    """Writes each message as an event, with whom it belongs to: ``msg_id``, ``session``, ``username``.

    :param lines: writes them.
    :param mime: the MIME types of displays and results that are wanted, and no others; none are all.
    """

    def __init__(self, lines: JsonLines, mime: Sequence[str] = ()) -> None:
        self._lines = lines
        self._mime = tuple(mime)

    def take(self, msg: Message | None) -> None:
        """Write what a message says.

        :param msg: off iopub; None says that the kernel was restarted.
        """
        if msg is None:
            self._lines.write("restarted", {})
            return
        event = of_types(parse_event(msg), self._mime)
        kind, fields = event_fields(event, msg)
        if kind:
            self._lines.write(kind, event.parent._asdict() | fields)

    def say(self, text: str) -> None:
        """Write something of our own."""
        self._lines.write("note", {"text": text})

    def close(self) -> None:
        """Nothing is unfinished."""
