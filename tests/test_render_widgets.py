"""What widgets look like in text; those of tqdm.notebook above all, from messages that it has sent."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kconsole.protocol.comms import WIDGET, WidgetModels
from kconsole.protocol.events import CommClose, CommMsg, CommOpen
from kconsole.render.sgr import strip_sgr
from kconsole.render.widgets import Drawing, draw_widget


class Kernel:
    """The widgets of a kernel."""

    def __init__(self) -> None:
        self.models = WidgetModels()

    def open(self, comm_id: str, name: str, **state: Any) -> None:
        data = {"state": {"_model_name": f"{name}Model", **state}}
        self.models.receive(CommOpen(comm_id, WIDGET, data))

    def update(self, comm_id: str, **state: Any) -> None:
        self.models.receive(CommMsg(comm_id, {"method": "update", "state": state}))

    def close(self, comm_id: str) -> None:
        self.models.receive(CommClose(comm_id, {}))

    def box(self, comm_id: str, *children: str, name: str = "HBox", **state: Any) -> None:
        references = [f"IPY_MODEL_{child}" for child in children]
        self.open(comm_id, name, children=references, **state)

    def draw(self, comm_id: str, columns: int = 80, *, color: bool = False) -> Drawing | None:
        return draw_widget(self.models, comm_id, columns + 1, color=color)

    def text(self, comm_id: str, columns: int = 80) -> str | None:
        drawing = self.draw(comm_id, columns)
        return None if drawing is None else drawing.text


@pytest.fixture
def kernel() -> Kernel:
    return Kernel()


@pytest.fixture
def tqdm(kernel: Kernel) -> Kernel:
    """``trange(3, desc="outer")`` of tqdm.notebook 4 and ipywidgets 8, after the first round."""
    kernel.open("space", "Layout", visibility=None, width=None)
    kernel.open("barstyle", "ProgressStyle", bar_color=None, description_width="")
    kernel.open(
        "bar",
        "FloatProgress",
        bar_style="",
        description="",
        layout="IPY_MODEL_space",
        style="IPY_MODEL_barstyle",
        max=3.0,
        min=0.0,
        value=0.0,
    )
    kernel.open("left", "HTML", value="", description="", placeholder="\u200b")
    kernel.open("right", "HTML", value="", description="")
    kernel.open("boxspace", "Layout")
    kernel.box("box", "left", "bar", "right", layout="IPY_MODEL_boxspace")
    kernel.update("bar", value=1.0)
    kernel.update("left", value="outer:\u2007\u200733%")
    kernel.update("right", value="\u20071/3\u2007[00:00&lt;00:00,\u2007\u20075.26it/s]")
    return kernel


def test_a_bar_of_tqdm_looks_like_one_on_a_terminal(tqdm: Kernel) -> None:
    assert tqdm.text("box", 60) == "outer:  33%|█████▎          | 1/3 [00:00<00:00,  5.26it/s]\n"


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_the_bar_takes_the_width_that_the_labels_leave(tqdm: Kernel, columns: int) -> None:
    text = tqdm.text("box", columns)
    assert text is not None
    assert columns - 5 < len(text.rstrip("\n")) < columns


@pytest.mark.parametrize("columns", [-5, 0, 1, 20])
def test_a_bar_without_room_is_a_column_wide(tqdm: Kernel, columns: int) -> None:
    assert "33%|▎| 1/3" in (tqdm.text("box", columns) or "")


def test_a_bar_of_unknown_length_is_as_narrow_as_tqdm_has_it(tqdm: Kernel) -> None:
    tqdm.update("space", width="20px")
    tqdm.update("bar", max=1.0, value=1.0, bar_style="info")
    tqdm.update("left", value="")
    tqdm.update("right", value="\u20073/?\u2007[00:00&lt;00:00]")
    assert tqdm.text("box") == "|██| 3/? [00:00<00:00]\n"


@pytest.mark.parametrize("end", ["success", "danger"])
def test_a_bar_at_its_end_is_finished(tqdm: Kernel, end: str) -> None:
    drawing = tqdm.draw("box")
    assert drawing is not None and not drawing.finished
    tqdm.update("bar", bar_style=end)
    drawing = tqdm.draw("box", color=True)
    assert drawing is not None and drawing.finished
    assert "\x1b[" in drawing.text
    assert strip_sgr(drawing.text) == tqdm.text("box")


def test_a_bar_that_is_not_left_is_gone(tqdm: Kernel) -> None:
    tqdm.close("box")
    assert tqdm.draw("box") == Drawing("", frozenset({"box"}), True)


def test_what_is_hidden_or_not_displayed_is_not_drawn(tqdm: Kernel) -> None:
    tqdm.update("boxspace", visibility="hidden")
    tqdm.box("all", "box", "right")
    assert tqdm.text("all") == " 1/3 [00:00<00:00,  5.26it/s]\n"
    tqdm.update("boxspace", visibility=None, display="none")
    assert tqdm.text("all") == " 1/3 [00:00<00:00,  5.26it/s]\n"


def test_a_drawing_depends_on_all_that_it_shows(tqdm: Kernel) -> None:
    drawing = tqdm.draw("box")
    assert drawing is not None
    assert drawing.models == {"box", "boxspace", "left", "bar", "space", "barstyle", "right"}


@pytest.mark.parametrize(
    ("colour", "sequence"),
    [("green", "\x1b[32m"), ("#00ff80", "\x1b[38;2;0;255;128m"), ("\x1b[2J", "|█")],
)
def test_a_colour_that_the_program_chose(tqdm: Kernel, colour: str, sequence: str) -> None:
    tqdm.update("barstyle", bar_color=colour)
    drawing = tqdm.draw("box", color=True)
    assert drawing is not None and sequence in drawing.text
    assert "2J" not in drawing.text
    assert "\x1b" not in (tqdm.text("box") or "")


@pytest.mark.parametrize(
    ("state", "bar"),
    [
        ({"value": 5, "max": 10}, "|██  |"),
        ({"value": 5.5, "max": 10.0}, "|██▏ |"),
        ({"value": 15, "min": 10, "max": 20}, "|██  |"),
        ({"value": 11, "max": 10}, "|████|"),
        ({"value": -3, "max": 10}, "|    |"),
        ({"value": 3, "max": 0}, "|    |"),
        ({"value": "x", "max": None}, "|    |"),
        ({"value": 1e299, "max": 1e-300}, "|████|"),
        ({}, "|    |"),
    ],
)
def test_how_far_a_bar_is(kernel: Kernel, state: dict[str, Any], bar: str) -> None:
    kernel.open("a", "IntProgress", **state)
    assert kernel.text("a", 6) == f"{bar}\n"


def test_a_bar_alone_has_its_description(kernel: Kernel) -> None:
    kernel.open("a", "IntProgress", description="load", value=1, max=2)
    assert kernel.text("a", 15) == "load |████    |\n"


def test_labels_and_html(kernel: Kernel) -> None:
    kernel.open("a", "Label", value="<b> \x1b[2J", description="of")
    kernel.open("b", "HTML", value="<b>x</b><script>alert(1)</script><br>&lt;y\x1b]0;t\x07")
    assert kernel.text("a") == "of <b> \n"
    assert kernel.text("b") == "x\n<y\n"


def test_boxes_stand_side_by_side_and_below_each_other(kernel: Kernel) -> None:
    kernel.open("a", "HTML", value="one<br>three")
    kernel.open("b", "Label", value="2")
    kernel.open("bar", "IntProgress", value=1, max=1)
    kernel.box("v", "b", "bar", name="VBox")
    kernel.box("h", "a", "v")
    assert kernel.text("h", 14) == "one   2\nthree |██████|\n"


def test_a_box_with_two_bars_shares_its_width(kernel: Kernel) -> None:
    kernel.open("bar", "IntProgress", value=1, max=1)
    kernel.open("a", "Label", value="a")
    kernel.box("h", "bar", "a", "bar", "a", name="Box")
    assert kernel.text("h", 20) == "|█████| a |█████| a\n"


def test_what_cannot_be_drawn_is_named_beside_what_can(kernel: Kernel) -> None:
    kernel.open("bar", "IntProgress", value=1, max=1)
    kernel.open("b", "Button", description="Stop")
    kernel.open("s", "IntSlider", description="x", value=5)
    kernel.open("o", "Output")
    kernel.box("all", "bar", "b", "s", "o", name="VBox")
    assert kernel.text("all", 5) == "|███|\n[Button Stop]\n[IntSlider x 5]\n"


@pytest.mark.parametrize("name", ["Button", "IntSlider", "Dropdown", "Image"])
def test_alone_it_is_not_drawn(kernel: Kernel, name: str) -> None:
    kernel.open("a", name)
    kernel.box("box", "a")
    assert kernel.draw("a") is None
    assert kernel.draw("box") is None


def test_an_output_widget_is_what_was_put_into_it(kernel: Kernel) -> None:
    kernel.open("o", "Output", outputs=[])
    assert kernel.text("o") == ""
    stream = {"output_type": "stream", "name": "stdout", "text": "a\x1b[2J\nb\n"}
    result = {"output_type": "display_data", "data": {"text/plain": "c"}, "metadata": {}}
    error = {"output_type": "error", "ename": "E", "evalue": "v", "traceback": []}
    kernel.update("o", outputs=[stream, result, error, 3, {"text": {}}])
    assert kernel.text("o") == "a\nb\nc\nE: v\n"
    kernel.update("o", outputs="?")
    assert kernel.text("o") is not None


def test_a_tree_with_an_unknown_part_is_not_drawn(tqdm: Kernel) -> None:
    tqdm.box("more", "box", "nobody knows this")
    assert tqdm.draw("more") is None
    assert tqdm.draw("nobody knows this") is None


def test_a_part_that_was_closed_is_not_there(tqdm: Kernel) -> None:
    tqdm.box("more", "box", "right", name="VBox")
    tqdm.close("box")
    assert tqdm.text("more") == " 1/3 [00:00<00:00,  5.26it/s]\n"


def test_trees_without_an_end_are_not_drawn_and_take_no_time(kernel: Kernel) -> None:
    kernel.open("bar", "IntProgress")
    kernel.box("loop", "bar", "loop")
    kernel.box("b0", *["bar"] * 1000)
    for depth in range(1, 60):
        kernel.box(f"b{depth}", *[f"b{depth - 1}"] * 2)
    # Drawn without a bound, the last would take longer than the universe has.
    assert [kernel.draw(name) for name in ("loop", "b0", "b15", "b59")] == [None] * 4


def test_a_huge_picture_is_not_painted(kernel: Kernel) -> None:
    kernel.open("wide", "Label", value="x" * 60_000)
    kernel.open("high", "HTML", value="y<br>" * 12_000)
    kernel.box("box", "wide", "high", "high")
    assert kernel.draw("box") is None


NAMES = st.sampled_from(["HBox", "VBox", "FloatProgress", "HTML", "Label", "Button", "Output", "x"])
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["IPY_MODEL_a", "50%", "9px", "hidden", "#12345g", "\x1b[31m\r\n"]),
    st.lists(st.sampled_from(["IPY_MODEL_a", "IPY_MODEL_b", "IPY_MODEL_c", "b"]), max_size=4),
)
KEYS = st.sampled_from(
    ["value", "min", "max", "children", "layout", "style", "description", "width", "bar_color"]
)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), NAMES, st.dictionaries(KEYS, VALUES)), max_size=6),
    st.integers(-3, 300),
)
def test_any_state_is_drawn_or_not_and_drives_no_terminal(opened: list[Any], columns: int) -> None:
    kernel = Kernel()
    for comm_id, name, state in opened:
        kernel.open(comm_id, name, **state)
    for comm_id in "abc":
        drawing = kernel.draw(comm_id, columns, color=True)
        if drawing is not None:
            plain = strip_sgr(drawing.text)
            assert plain == "" or plain.endswith("\n")
            assert not set(plain) & {"\x1b", "\r", "\x9b"}
