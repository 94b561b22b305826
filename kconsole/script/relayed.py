"""A sink for a thread that must not write: the main one does it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from kconsole.protocol.events import Event
from kconsole.protocol.message import Message
from kconsole.script.cells import ScriptCell
from kconsole.script.sink import Outcome, Sink

__all__ = ["RelayedSink"]


class RelayedSink:
    """Posts whatever happens to a sink of the main thread.

    :param sink: which.
    :param post: has the main thread call something, one after the other.
    """

    def __init__(self, sink: Sink, post: Callable[[Callable[[], object]], None]) -> None:
        self._sink = sink
        self._post = post

    def begin(self, cell: ScriptCell, msg_id: str) -> None:
        """Post it."""
        self._post(partial(self._sink.begin, cell, msg_id))

    def event(self, event: Event, msg: Message | None) -> None:
        """Post it."""
        self._post(partial(self._sink.event, event, msg))

    def page(self, payload: Mapping[str, Any]) -> None:
        """Post it."""
        self._post(partial(self._sink.page, payload))

    def expressions(self, values: Mapping[str, Any]) -> None:
        """Post it."""
        self._post(partial(self._sink.expressions, values))

    def end(self, cell: ScriptCell, outcome: Outcome) -> None:
        """Post it."""
        self._post(partial(self._sink.end, cell, outcome))

    def note(self, text: str) -> None:
        """Post it."""
        self._post(partial(self._sink.note, text))

    def interrupted(self) -> None:
        """Nothing: there is one Ctrl-C for all of several kernels, which the main thread has seen."""

    def close(self) -> None:
        """Post it."""
        self._post(self._sink.close)
