"""The kernel's comms: widgets are drawn where they are shown, and what nobody here can serve is closed."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from kconsole.client.comms import CommCloser
from kconsole.protocol.events import (
    CommClose,
    CommMsg,
    CommOpen,
    DisplayData,
    Event,
    ExecuteResult,
    UpdateDisplay,
)
from kconsole.protocol.message import Message
from kconsole.render.captured import Captured
from kconsole.render.sgr import strip_sgr
from kconsole.render.views import View, WidgetViews
from kconsole.repl.desk import Desk

__all__ = ["Widgets"]

# Kept, because a union is made anew each time that it is written, and these are asked of every message.
_COMMS = (CommOpen, CommMsg, CommClose)
_SHOWN = (DisplayData, ExecuteResult, UpdateDisplay)
_MOST_CHANGED = 256  # that are not in the record yet


class Widgets:
    """Brings widgets to the screen and into the files of the session.

    :param desk: the console's tools.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._views = WidgetViews(lambda: desk.view.screen.columns, color=desk.options.color)
        self._closer = CommCloser(desk.kernel.client)
        self._captured = Captured()
        #: What looks otherwise than the session's record has it.
        self._changed: dict[str, View] = {}
        desk.filing.changed = self._record
        desk.scribe.spared = self._views.spared

    def hear(self, event: Event, msg: Message, *, shown: bool = True) -> None:
        """Take an event of whomever; those that are not about comms change nothing.

        :param msg: that it was made of.
        :param shown: whether what it changes is for the screen.
        """
        if not isinstance(event, _COMMS):
            return
        self._closer.hear(event, msg)
        changed = self._views.receive(event)
        if not shown or event.parent.msg_id in self._desk.state.cells.abandoned:
            return
        self._desk.view.screen.capture(self._views.captured(event.parent.msg_id))
        running = self._desk.state.cells.running
        if changed and running is not None:
            running.cell.saw_output = (
                True  # be it of an earlier cell: it stands above the next prompt
            )
        for view in changed:
            self._changed[view.display_id] = view
            if len(self._changed) > _MOST_CHANGED:
                for each in self._record():
                    self._desk.filing.event(each)
            self._desk.scribe.redraw(view.display_id, partial(self._views.look, view))

    def show(self, event: Event) -> None:
        """Show and record an event that may be shown."""
        view = None
        if isinstance(event, _SHOWN):
            view = self._views.see(event)
        if view is not None:
            event, _ = self._views.look(view)
        self._desk.scribe.event(event)
        recorded = self._captured.take(event, self._views.captured(event.parent.msg_id))
        if recorded is not None:
            self._desk.filing.event(recorded if view is None else _without_colours(recorded))

    def _record(self) -> Iterator[Event]:
        changed, self._changed = self._changed, {}
        for view in changed.values():
            event, _ = self._views.look(view)
            plain = _without_colours(event)
            yield UpdateDisplay(plain.data, {}, view.display_id, event.parent)


def _without_colours(event: Any) -> Any:
    """A display as the files have it."""
    return event._replace(
        data={
            mime: strip_sgr(text) if isinstance(text, str) else text
            for mime, text in event.data.items()
        }
    )
