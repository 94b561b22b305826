"""A clock that leaps: a cell takes too long behind what it shows, however slow the machine is."""

import time
from typing import Any

import pytest

__all__ = ["HOUR_S", "Clock"]

HOUR_S = 3600.0


class Clock:
    """Stands in for the module time where limits of cells are watched: it goes as that does, and leaps.

    :param patch: puts it there.
    :param sink: a class of sinks. Behind each event that one of them gets, of that kind, an hour passes.
    :param kind: a class of events.
    :param text: what the event's text begins with.
    """

    def __init__(self, patch: pytest.MonkeyPatch, sink: type, kind: type, text: str = "") -> None:
        self._ahead = 0.0
        for user in ("kconsole.client.execution", "kconsole.script.runner"):
            patch.setattr(f"{user}.time", self)
        take: Any = vars(sink)["event"]

        def event(one: object, happening: Any, msg: object) -> None:
            take(one, happening, msg)
            if isinstance(happening, kind) and getattr(happening, "text", "").startswith(text):
                self._ahead += HOUR_S

        patch.setattr(sink, "event", event)

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead
