"""Lines in the live window look as prompt_toolkit's own window shows them, whatever was there before."""

import io

import pyte
from hypothesis import given
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
    st.sampled_from(["", " ", "x" * 10, "x" * 11, "\x1b[31mred\x1b[0m", "日本語日本語", "a  "]),
)
frame = st.lists(line, max_size=4)


def fragments(lines: list[str]) -> StyleAndTextTuples:
    return to_formatted_text(ANSI("\n".join(lines)))


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
        above = LiveWindow(lambda: self.lines, fragments) if own else self.plain_window()
        below = Window(FormattedTextControl("prompt"), height=1)
        self.app: Application[None] = Application(
            Layout(HSplit([above, below])), input=DummyInput(), output=output
        )

    def plain_window(self) -> Window:
        control = FormattedTextControl(lambda: fragments(self.lines))
        return Window(control, wrap_lines=True, dont_extend_height=True)

    def show(self, lines: list[str]) -> list[str]:
        self.lines = lines
        self.app.render_counter += 1
        with set_app(self.app):
            self.app.renderer.render(self.app, self.app.layout)
        self.stream.feed(self.file.getvalue())
        self.file.seek(0)
        self.file.truncate()
        return [row.rstrip() for row in self.terminal.display]


@given(st.lists(frame, min_size=1, max_size=4))
def test_it_looks_the_same(frames: list[list[str]]) -> None:
    own, other = Sight(own=True), Sight(own=False)
    for lines in frames:
        assert own.show(lines) == other.show(lines)


def test_a_plain_line_is_one_character() -> None:
    sight = Sight(own=True)
    assert sight.show(["abc"])[0] == "abc"
    screen = sight.app.renderer.last_rendered_screen
    assert screen is not None
    assert screen.data_buffer[0][0].char == "abc"
