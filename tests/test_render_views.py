"""Where widgets are shown, how they look then, and what is written where nothing can be drawn anew."""

from typing import Any

import pytest

from kconsole.protocol.comms import WIDGET
from kconsole.protocol.events import (
    CommClose,
    CommMsg,
    CommOpen,
    DisplayData,
    ErrorOutput,
    ExecuteResult,
    Stream,
    UpdateDisplay,
)
from kconsole.render.views import VIEW, LastViews, WidgetViews

TEXT = "text/plain"


def opened(comm_id: str, name: str = "Label", **state: Any) -> CommOpen:
    return CommOpen(comm_id, WIDGET, {"state": {"_model_name": f"{name}Model", **state}})


def updated(comm_id: str, **state: Any) -> CommMsg:
    return CommMsg(comm_id, {"method": "update", "state": state})


def bundle(model: object) -> dict[str, object]:
    return {TEXT: "fallback", VIEW: {"model_id": model, "version_major": 2}}


@pytest.fixture
def views() -> WidgetViews:
    views = WidgetViews(lambda: 40, color=False)
    views.receive(opened("a", value="one"))
    return views


def test_a_widget_is_shown_as_it_looks(views: WidgetViews) -> None:
    view = views.see(DisplayData(bundle("a"), {"x": 1}))
    assert view is not None
    event, finished = views.look(view)
    assert (event.data, event.metadata, finished) == ({TEXT: "one\n"}, {}, False)
    assert event.display_id == view.display_id


def test_a_change_names_the_views_that_look_otherwise(views: WidgetViews) -> None:
    views.receive(opened("box", "HBox", children=["IPY_MODEL_a"]))
    views.receive(opened("b", value="two"))
    first = views.see(DisplayData(bundle("a"), {}))
    second = views.see(ExecuteResult(bundle("box"), {}, None, 3))
    other = views.see(DisplayData(bundle("b"), {}, "own id"))
    assert first and second and other
    assert len({first.display_id, second.display_id, "own id"}) == 3
    assert views.receive(updated("a", value="three")) == [first, second]
    assert views.look(second)[0].data == {TEXT: "three\n"}
    assert views.receive(updated("b", value="four")) == [other]
    assert views.receive(updated("nobody", value="five")) == []
    assert views.receive(CommClose("box", {})) == [second]
    assert views.look(second)[0].data == {}


def test_a_child_that_came_later_is_followed_too(views: WidgetViews) -> None:
    views.receive(opened("box", "HBox", children=["IPY_MODEL_a"]))
    view = views.see(DisplayData(bundle("box"), {}))
    assert view is not None
    views.receive(opened("b", value="two"))
    assert views.receive(updated("box", children=["IPY_MODEL_b"])) == [view]
    views.look(view)
    assert views.receive(updated("b", value="three")) == [view]
    assert views.receive(updated("a", value="four")) == []


@pytest.mark.parametrize("model", ["nobody", None, 3, ["a"], "slider"])
def test_what_cannot_be_drawn_is_shown_as_it_came(views: WidgetViews, model: object) -> None:
    views.receive(opened("slider", "IntSlider"))
    assert views.see(DisplayData(bundle(model), {})) is None
    assert views.see(DisplayData({TEXT: "x", VIEW: model}, {})) is None


def test_a_display_that_is_updated_to_something_else_is_no_widget_any_more(
    views: WidgetViews,
) -> None:
    view = views.see(DisplayData(bundle("a"), {}, "id"))
    assert view is not None
    assert views.see(UpdateDisplay({TEXT: "x"}, {}, "id")) is None
    assert views.receive(updated("a", value="two")) == []
    again = views.see(UpdateDisplay(bundle("a"), {}, "id"))
    assert again is not None
    assert views.receive(updated("a", value="three")) == [again]


def test_a_widget_that_is_forgotten_is_shown_as_it_came(views: WidgetViews) -> None:
    view = views.see(DisplayData(bundle("a"), {}))
    assert view is not None
    for number in range(20_000):
        views.receive(opened(f"w{number}"))
    event, finished = views.look(view)
    assert (event.data, finished) == (bundle("a"), True)


def test_only_so_many_are_followed(views: WidgetViews) -> None:
    for _ in range(1000):
        views.see(DisplayData(bundle("a"), {}))
    assert 100 < len(views.receive(updated("a", value="x"))) < 500


def test_where_nothing_is_drawn_anew_a_widget_is_written_once(views: WidgetViews) -> None:
    last = LastViews(views)
    printed, error = Stream("stdout", "x\n"), ErrorOutput("E", "v", ())
    assert last.take(opened("b", value="two")) == []
    assert last.take(DisplayData(bundle("b"), {})) == []
    assert last.take(printed) == [printed]
    assert last.take(updated("b", value="three")) == []
    widget, then = last.take(error)
    assert isinstance(widget, DisplayData)
    assert (widget.data, then) == ({TEXT: "three\n"}, error)
    assert last.take(updated("b", value="four")) == []
    assert last.rest() == []
    assert last.take(ExecuteResult(bundle("b"), {}, None, 1)) == []
    assert [event.data for event in last.rest()] == [{TEXT: "four\n"}]  # type: ignore[union-attr]


def test_what_is_no_widget_is_written_at_once(views: WidgetViews) -> None:
    event = DisplayData(bundle("nobody"), {})
    assert LastViews(views).take(event) == [event]
