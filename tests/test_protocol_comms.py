"""The states of widgets, and which comms are closed again: right ones, wrong ones, and far too many."""

import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kconsole.protocol.comms import CLOSED, WIDGET, Unserved, WidgetModels
from kconsole.protocol.events import CommClose, CommMsg, CommOpen, Parent

MINE = Parent("cell", "me")


def opened(comm_id: str, **state: Any) -> CommOpen:
    return CommOpen(comm_id, WIDGET, {"state": state, "buffer_paths": []})


def updated(comm_id: str, method: str = "update", **state: Any) -> CommMsg:
    return CommMsg(comm_id, {"method": method, "state": state, "buffer_paths": []})


@pytest.fixture
def models() -> WidgetModels:
    return WidgetModels()


def test_a_widget_is_opened_updated_and_closed(models: WidgetModels) -> None:
    assert models.receive(opened("a", _model_name="FloatProgressModel", value=0.0, max=3)) == "a"
    assert models.receive(updated("a", value=1.5)) == "a"
    assert models.use("a") == {"_model_name": "FloatProgressModel", "value": 1.5, "max": 3}
    assert models.receive(CommClose("a", {})) == "a"
    assert models.use("a") is CLOSED
    assert models.receive(updated("a", value=2)) is None
    assert models.receive(CommClose("a", {})) is None


def test_what_another_front_end_has_changed_counts_too(models: WidgetModels) -> None:
    models.receive(opened("a", value=1))
    assert models.receive(updated("a", "echo_update", value=2)) == "a"
    assert models.use("a") == {"value": 2}


def test_what_was_set_can_be_unset(models: WidgetModels) -> None:
    models.receive(opened("a", width="20px"))
    models.receive(updated("a", width=None))
    assert not (models.use("a") or {"width": "?"})["width"]


@pytest.mark.parametrize(
    "event",
    [
        CommOpen("a", "other", {"state": {"value": 1}}),
        CommOpen("", WIDGET, {"state": {"value": 1}}),
        CommOpen("x" * 1000, WIDGET, {"state": {"value": 1}}),
        updated("a", value=1),
        updated("known", "custom", value=2),
        CommMsg("known", {}),
        CommMsg("known", {"method": "update", "state": [1]}),
        CommMsg("known", {"method": ["update"], "state": {"value": 1}}),
        CommClose("a", {}),
    ],
)
def test_what_is_no_change_of_a_widget_changes_nothing(models: WidgetModels, event: Any) -> None:
    models.receive(opened("known", value=7))
    assert models.receive(event) is None
    assert models.use("known") == {"value": 7}
    assert len(models) == 1


def test_values_are_kept_only_in_types_that_can_be_drawn(models: WidgetModels) -> None:
    state = {
        "value": {"deep": []},
        "max": 10**400,
        "min": float("nan"),
        "children": ["IPY_MODEL_a", 3, None],
        "tooltip": "unused",
        "description": "x" * 10_000_000,
    }
    models.receive(opened("a", **state))
    kept = models.use("a")
    assert kept is not None
    assert set(kept) == {"value", "children", "description"}
    assert (kept["value"], kept["children"]) == ("", ("IPY_MODEL_a",))
    assert len(str(kept["description"])) < 100_000


def test_an_output_widget_captures_a_request_for_a_while(models: WidgetModels) -> None:
    models.receive(opened("o", _model_name="OutputModel", msg_id=""))
    assert not models.capture("")
    models.receive(updated("o", msg_id="cell"))
    assert models.capture("cell")
    models.receive(updated("o", msg_id=""))
    assert not models.capture("cell")
    models.receive(updated("o", msg_id="cell"))
    models.receive(CommClose("o", {}))
    assert not models.capture("cell")


def test_the_longest_unused_are_forgotten(models: WidgetModels) -> None:
    models.receive(opened("drawn", value=1))
    for number in range(30_000):
        models.use("drawn")
        models.receive(opened(f"w{number}", value=number))
    assert len(models) <= 10_000
    assert models.use("drawn") == {"value": 1}
    assert models.use("w29999") == {"value": 29999}
    assert models.use("w0") is None


def test_a_flood_of_large_states_is_bounded(models: WidgetModels) -> None:
    for number in range(2000):
        models.receive(opened(f"w{number}", value="x" * 1_000_000, children=["y" * 300] * 5000))
        models.receive(updated(f"w{number}", description="z" * 1_000_000))
    total = sum(
        sys.getsizeof(value) for state in models._models.values() for value in state.values()
    )
    assert 1_000_000 < total < 20_000_000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
KEYS = st.sampled_from(["value", "children", "layout", "_model_name", "max"])
STATES = st.dictionaries(KEYS, JSON) | JSON
EVENTS = st.one_of(
    st.builds(
        CommOpen, st.sampled_from("ab"), st.just(WIDGET), st.builds(lambda s: {"state": s}, STATES)
    ),
    st.builds(
        CommMsg,
        st.sampled_from("abc"),
        st.builds(lambda m, s: {"method": m, "state": s}, st.just("update") | JSON, STATES),
    ),
    st.builds(CommClose, st.sampled_from("abc"), st.just({})),
)


@given(st.lists(EVENTS, max_size=20))
def test_nothing_that_comes_raises_and_the_count_of_characters_is_right(events: list[Any]) -> None:
    models = WidgetModels()
    for event in events:
        assert models.receive(event) in {None, event.comm_id}
    for comm_id in list(models._models):
        models._drop(comm_id)
    assert models._characters == 0


# --- what is closed again


def test_an_unknown_target_that_our_request_has_opened_is_closed_once() -> None:
    unserved = Unserved()
    event = CommOpen("c", "matplotlib", {}, MINE)
    assert unserved.refuses(event, "me")
    assert not unserved.refuses(event, "me")
    assert not unserved.refuses(event._replace(parent=Parent("next", "me")), "me")


@pytest.mark.parametrize(
    "event",
    [
        CommOpen("c", WIDGET, {}, MINE),
        CommOpen("c", "matplotlib", {}, Parent("cell", "somebody else")),
        CommOpen("c", "matplotlib", {}),
        CommOpen("", "matplotlib", {}, MINE),
        CommOpen("x" * 1000, "matplotlib", {}, MINE),
    ],
)
def test_widgets_and_what_is_not_ours_stay_open(event: CommOpen) -> None:
    assert not Unserved().refuses(event, "me")


def test_a_flood_is_not_answered_by_another() -> None:
    unserved = Unserved()
    refused = [unserved.refuses(CommOpen(f"c{n}", "x", {}, MINE), "me") for n in range(5000)]
    assert 0 < sum(refused) < 100
    for number in range(5000):
        unserved.refuses(CommOpen(f"d{number}", "x", {}, Parent(f"cell {number}", "me")), "me")
    assert len(unserved._refused) <= 256
