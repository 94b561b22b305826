"""Parts of the layout that do their work once for each frame, and lay out as prompt_toolkit's own do."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.application import Application
from prompt_toolkit.application.current import set_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.input import DummyInput
from prompt_toolkit.layout import Dimension, FormattedTextControl, HSplit, Layout, Window
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.screen import WritePosition
from prompt_toolkit.output import DummyOutput

from kconsole.repl.screen.once import CodeControl, Column


@pytest.fixture
def app() -> Iterator[Application[None]]:
    app: Application[None] = Application(input=DummyInput(), output=DummyOutput())
    with set_app(app):
        yield app


class Counting(Window):
    """A window that counts how often it is measured."""

    times = 0

    def preferred_height(self, width: int, max_available_height: int) -> Dimension:
        self.times += 1
        return super().preferred_height(width, max_available_height)


def test_a_column_is_measured_once_for_each_frame(app: Application[None]) -> None:
    child = Counting(height=3)
    column = Column([child])
    for frame in (1, 2):
        app.render_counter = frame
        # The room that there is, then just what it needs, as it is in a frame.
        assert column.preferred_height(80, 24).preferred == 3
        assert column.preferred_height(80, 3).preferred == 3
        assert child.times == frame


def test_a_column_is_measured_anew_for_less_room_or_another_width(app: Application[None]) -> None:
    text = FormattedTextControl("a\nb\nc\n" + "d" * 30)
    column = Column([Window(text, wrap_lines=True)])
    app.render_counter = 1
    found = [
        column.preferred_height(width, rows).preferred
        for width, rows in ((80, 24), (80, 2), (80, 3), (10, 3), (10, 24), (80, 24))
    ]
    assert found == [4, 2, 3, 3, 6, 4]


_DIMENSIONS = st.tuples(*[st.integers(0, 6)] * 3).map(
    lambda rows: Dimension(min=min(rows), preferred=sorted(rows)[1], max=max(rows))
)


@given(st.lists(_DIMENSIONS, max_size=5), st.integers(0, 30))
def test_a_column_gives_its_children_what_prompt_toolkit_gives_them(
    heights: list[Dimension], rows: int
) -> None:
    app: Application[None] = Application(input=DummyInput(), output=DummyOutput())
    with set_app(app):
        app.render_counter += 1
        place = WritePosition(0, 0, 80, rows)
        own, other = (
            kind([Window(height=height) for height in heights])._divide_heights(place)
            for kind in (Column, HSplit)
        )
    # Between any two, prompt_toolkit has a window of no height.
    assert own == (None if other is None else other[::2])


class Seen(Processor):
    """Counts the lines that are processed."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        self.lines.append(transformation_input.document.lines[transformation_input.lineno])
        return Transformation(transformation_input.fragments)


async def processed(*texts: str) -> list[str]:
    """The lines that are processed while each of these inputs is drawn once."""
    seen, buffer = Seen(), Buffer()
    control = CodeControl(buffer, input_processors=[seen], include_default_input_processors=False)
    app: Application[None] = Application(
        Layout(Column([Window(control, wrap_lines=True)])),
        input=DummyInput(),
        output=DummyOutput(),
    )
    with set_app(app):
        for text in texts:
            buffer.text = text
            app.render_counter += 1
            app.renderer.render(app, app.layout)
    return seen.lines


def test_a_line_is_processed_once_for_each_frame() -> None:
    assert asyncio.run(processed("one", "another")) == ["one", "another"]
