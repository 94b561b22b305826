"""Lines in the live window look as prompt_toolkit's own window shows them, whatever was there before."""

import io

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from prompt_toolkit.application import Application
from prompt_toolkit.application.current import set_app
from prompt_toolkit.data_structures import Size
from prompt_toolkit.formatted_text import ANSI, StyleAndTextTuples, to_formatted_text
from prompt_toolkit.input import DummyInput
from prompt_toolkit.layout import FormattedTextControl, HSplit, Layout, Window
from prompt_toolkit.output.vt100 import Vt100_Output

from kconsole.repl.screen.livewindow import LiveWindow

ROWS, COLUMNS = 12, 10

line = st.one_of(
    st.text("ab c", max_size=25),
    st.sampled_from(["", " ", "x" * 10, "x" * 11, "日本語日本語", "\x1b[31m日本\x1b[0m", "a  "]),
    st.lists(
        st.tuples(
            st.sampled_from(["", "\x1b[31m", "\x1b[1;7m", "\x1b[0m"]), st.text("ab ", max_size=9)
        )
    ).map(lambda parts: "".join(map("".join, parts)) + "\x1b[0m"),
)
frame = st.lists(line, max_size=4)


def fragments(lines: list[str]) -> StyleAndTextTuples:
    return to_formatted_text(ANSI("\n".join(lines)))


#: What a row shows: each character with its colour, whether it is bold, whether it is reversed.
Row = list[tuple[str, str, bool, bool]]


class Sight:
    """A terminal that shows lines above a prompt."""

    def __init__(self, own: bool) -> None:
        self.lines: list[str] = []
        self.file = io.StringIO()
        self.terminal = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.Stream(self.terminal)
        output = Vt100_Output(
            self.file, lambda: Size(ROWS, COLUMNS), term="xterm", enable_cpr=False
        )
        above = LiveWindow(lambda: self.lines) if own else self.plain_window()
        below = Window(FormattedTextControl("prompt"), height=1)
        self.app: Application[None] = Application(
            Layout(HSplit([above, below])), input=DummyInput(), output=output
        )

    def plain_window(self) -> Window:
        control = FormattedTextControl(lambda: fragments(self.lines))
        return Window(control, wrap_lines=True, dont_extend_height=True)

    def show(self, lines: list[str]) -> list[Row]:
        self.lines = lines
        self.app.render_counter += 1
        with set_app(self.app):
            self.app.renderer.render(self.app, self.app.layout)
        self.stream.feed(self.file.getvalue())
        self.file.seek(0)
        self.file.truncate()
        rows = [self.terminal.buffer[y] for y in range(ROWS)]
        return [
            [(c.data, c.fg, c.bold, c.reverse) for c in map(row.__getitem__, range(COLUMNS))]
            for row in rows
        ]


@settings(max_examples=20)  # each is drawn up to eight times, and looked at character by character
@given(st.lists(frame, min_size=1, max_size=4))
def test_it_looks_the_same(frames: list[list[str]]) -> None:
    own, other = Sight(own=True), Sight(own=False)
    for lines in frames:
        assert own.show(lines) == other.show(lines)


def test_what_has_one_colour_is_one_character() -> None:
    sight = Sight(own=True)
    sight.show(["abc", "a\x1b[31mred\x1b[0m"])
    screen = sight.app.renderer.last_rendered_screen
    assert screen is not None
    assert screen.data_buffer[0][0].char == "abc"
    assert screen.data_buffer[1][1].char == "red"
