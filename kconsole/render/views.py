"""The widgets that are shown: which displays a change of the kernel's changes, and how they look then.

A widget is shown by a display or result whose data have a :data:`VIEW`, the id of a model. In the place of
these data, an event has the text that the widget looks like.
"""

from collections.abc import Callable, Container
from typing import NamedTuple

from kconsole.protocol.comms import CommEvent, WidgetModels
from kconsole.protocol.events import (
    CommClose,
    CommMsg,
    CommOpen,
    DisplayData,
    ErrorOutput,
    Event,
    ExecuteResult,
    UpdateDisplay,
)
from kconsole.protocol.fields import as_mapping
from kconsole.render.widgets import Drawing, draw_widget

__all__ = ["VIEW", "LastViews", "Shown", "View", "WidgetViews"]

VIEW = "application/vnd.jupyter.widget-view+json"
"""The MIME type that names the widget that is shown."""

_MOST_VIEWS = 256  # the oldest change no more

Shown = DisplayData | ExecuteResult | UpdateDisplay
"""The kinds of events that may show a widget."""


class View(NamedTuple):
    """A widget on the screen.

    Attributes:
        display_id: under which it is updated; made up, if the kernel gave none.
        event: that has shown it.
        model: that is shown.
    """

    display_id: str
    event: Shown
    model: str


class WidgetViews:
    """A kernel's widgets, and where they are shown.

    :param columns: tells the room for them.
    :param color: whether to use colours.
    """

    def __init__(self, columns: Callable[[], int], *, color: bool) -> None:
        self._columns = columns
        self._color = color
        self._models = WidgetModels()
        #: display_id -> the view, and the models that it depended on when it was looked at last.
        self._views: dict[str, tuple[View, frozenset[str]]] = {}
        self._made = 0

    def receive(self, event: CommEvent) -> list[View]:
        """Take an event; gives the views that look otherwise now."""
        model = self._models.receive(event)
        if model is None:
            return []
        return [view for view, models in self._views.values() if model in models]

    def captured(self, msg_id: str) -> str:
        """The Output widget that what a request shows goes into at the moment; "" if it goes into none."""
        return self._models.capture(msg_id)

    def spared(self, msg_id: str) -> Container[str | None]:
        """The displays that stay when the output of a request is cleared.

        All widgets, if what the request shows goes into an Output widget: that alone is to be cleared.
        """
        return self._views.keys() if self._models.capture(msg_id) else ()

    def see(self, event: Shown) -> View | None:
        """Take something that is shown; None if it is no widget, or one that cannot be drawn."""
        model = as_mapping(event.data.get(VIEW)).get("model_id")
        if event.display_id is not None:
            self._views.pop(event.display_id, None)
        if not isinstance(model, str):
            return None
        display_id = event.display_id
        if display_id is None:
            self._made += 1
            display_id = f"\0widget {self._made}"
        view = View(display_id, event, model)
        drawing = self._draw(view)
        if drawing is None:
            return None
        self._views[display_id] = (view, drawing.models)
        if len(self._views) > _MOST_VIEWS:
            del self._views[next(iter(self._views))]
        return view

    def look(self, view: View) -> tuple[Shown, bool]:
        """How a view looks now.

        :return: an event like that which has shown it, with a text and the display's id; and whether it
            will hardly change any more.
        """
        drawing = self._draw(view)
        if drawing is None:  # a part of it is forgotten
            return view.event._replace(display_id=view.display_id), True
        if view.display_id in self._views:
            self._views[view.display_id] = (view, drawing.models)
        data = {"text/plain": drawing.text} if drawing.text else {}
        return (
            view.event._replace(data=data, metadata={}, display_id=view.display_id),
            drawing.finished,
        )

    def _draw(self, view: View) -> Drawing | None:
        columns = self._columns()
        if isinstance(view.event, ExecuteResult):
            columns -= len(f"Out[{view.event.execution_count}]: ")
        return draw_widget(self._models, view.model, columns, color=self._color)


class LastViews:
    """Holds back the widgets that a cell shows, for where nothing can be drawn anew: each is written once.

    :param views: those of the kernel; perhaps other cells' too.
    """

    def __init__(self, views: WidgetViews) -> None:
        self._views = views
        self._held: dict[str, View] = {}

    def take(self, event: Event) -> list[Event]:
        """Take an event; gives what is to be written now. What ends a cell comes behind its widgets."""
        if isinstance(event, CommOpen | CommMsg | CommClose):
            self._views.receive(event)
            return []
        if isinstance(event, DisplayData | ExecuteResult | UpdateDisplay):
            view = self._views.see(event)
            if view is not None:
                self._held[view.display_id] = view
                return []
        if isinstance(event, ErrorOutput | ExecuteResult):
            return [*self.rest(), event]
        return [event]

    def rest(self) -> list[Event]:
        """Give the widgets as they look now; nothing of them is held any more."""
        held, self._held = self._held, {}
        return [self._views.look(view)[0] for view in held.values()]
