"""What goes into an Output widget, as the record of a session has it. Pure.

An Output widget shows what a part of a cell shows, and is cleared by itself: by rich's progress bars before
each step, by ipywidgets' ``interact`` before each picture. For the record, which knows no widgets, such a
step is an update of the one before; what else the cell has shown stays.
"""

from kconsole.protocol.events import ClearOutput, DisplayData, Event, UpdateDisplay

__all__ = ["Captured"]

_MOST_WIDGETS = 256  # the oldest begins anew


class Captured:
    """Turns events of what is captured to those for the record."""

    def __init__(self) -> None:
        #: Output widgets that have shown something -> whether it is to be replaced.
        self._widgets: dict[str, bool] = {}

    def take(self, event: Event, widget: str) -> Event | None:
        """Take an event.

        :param widget: the Output widget that it goes into; "" if it goes into none.
        :return: what is to be recorded; None for nothing.
        """
        if not widget:
            return event
        if isinstance(event, ClearOutput):
            if widget in self._widgets:
                self._widgets[widget] = True
            return None
        if not isinstance(event, DisplayData) or event.display_id is not None:
            return event
        known = f"\0output {widget}"
        if widget not in self._widgets:
            self._widgets[widget] = False
            if len(self._widgets) > _MOST_WIDGETS:
                del self._widgets[next(iter(self._widgets))]
            return event._replace(display_id=known)
        if self._widgets[widget]:
            self._widgets[widget] = False
            return UpdateDisplay(event.data, event.metadata, known, event.parent)
        return event
