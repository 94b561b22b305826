"""A window that is made narrower: what wrapping adds, and which terminals wrap."""

import asyncio

import pytest
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.layout import BufferControl, Layout, Window
from prompt_toolkit.output import DummyOutput

from kconsole.repl.screen.reflow import ReflowingApplication, reflows, rows_added


@pytest.mark.parametrize(
    ("widths", "cursor", "columns", "added"),
    [
        ([8], 8, 80, 0),
        ([95], 95, 40, 2),
        ([95], 10, 40, 0),  # the cursor is in the first of the three
        ([80], 80, 40, 1),  # full to the brim: the cursor stays behind the last character
        ([81], 81, 40, 2),
        ([80, 80, 8], 8, 40, 2),
        ([41, 0, 3], 3, 40, 1),
        ([0], 0, 1, 0),
    ],
)
def test_how_far_the_cursor_moves_down(
    widths: list[int], cursor: int, columns: int, added: int
) -> None:
    assert rows_added(widths, cursor, columns) == added


@pytest.mark.parametrize(
    ("environ", "known"),
    [
        ({}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600", "XTERM_VERSION": "XTerm(390)"}, False),
        ({"TERM": "st-256color", "VTE_VERSION": "7600"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/tmux-0/default,1,0"}, True),
        (
            {"TERM": "screen", "TMUX": "/tmp/tmux-0/default,1,0", "XTERM_VERSION": "XTerm(390)"},
            True,
        ),
        ({"TERM": "screen", "STY": "1.pts-0.host"}, False),
        ({"TERM": "screen", "STY": "1.pts-0.host", "TMUX": "/tmp/tmux-0/default,1,0"}, False),
    ],
)
def test_which_terminals_are_known_to_wrap_anew(environ: dict[str, str], known: bool) -> None:
    assert reflows(environ) == known


class Window100(DummyOutput):
    """A window of 100 columns, which notes how far up the cursor was sent."""

    def __init__(self) -> None:
        self.columns = 100
        self.ups: list[int] = []

    def get_size(self) -> Size:
        return Size(rows=30, columns=self.columns)

    def cursor_up(self, amount: int) -> None:
        self.ups.append(amount)


def test_what_is_drawn_before_the_signal_of_the_resize_goes_up_first() -> None:
    output = Window100()

    async def draw_in_between(keys: PipeInput) -> None:
        text = BufferControl(Buffer(document=Document("x" * 95)))
        app = ReflowingApplication(layout=Layout(Window(text)), input=keys, output=output)

        def narrow(_app: object) -> None:
            app.after_render -= narrow
            output.columns = 20
            output.ups.clear()
            app._redraw()
            app.exit(result=0)

        app.after_render += narrow
        await app.run_async()

    with create_pipe_input() as keys:
        asyncio.run(draw_in_between(keys))
    assert output.ups[0] == 4
