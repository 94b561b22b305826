"""What stands at the bottom of the screen: the unfinished line, the input, the menu, the toolbar.

One prompt_toolkit application for the whole session, so that the prompt never goes away: not while a
cell runs, not while the kernel asks for input (the question has a buffer of its own, and what was being
typed is still there afterwards).
"""

import os
from collections.abc import Callable
from typing import TextIO

from prompt_toolkit.application import Application
from prompt_toolkit.application.current import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.clipboard import ClipboardData, InMemoryClipboard
from prompt_toolkit.enums import DEFAULT_BUFFER, EditingMode
from prompt_toolkit.filters import Condition, has_completions, has_focus, is_done
from prompt_toolkit.formatted_text import StyleAndTextTuples, fragment_list_width
from prompt_toolkit.history import History, InMemoryHistory
from prompt_toolkit.input.typeahead import store_typeahead
from prompt_toolkit.key_binding import KeyBindingsBase
from prompt_toolkit.layout import (
    BufferControl,
    ConditionalContainer,
    Dimension,
    Float,
    FloatContainer,
    FormattedTextControl,
    Layout,
    Window,
)
from prompt_toolkit.layout.processors import (
    AppendAutoSuggestion,
    ConditionalProcessor,
    HighlightIncrementalSearchProcessor,
    HighlightMatchingBracketProcessor,
    HighlightSelectionProcessor,
    Processor,
    TabsProcessor,
    Transformation,
    TransformationInput,
)
from prompt_toolkit.lexers import DynamicLexer, Lexer, SimpleLexer
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import BaseStyle, DynamicStyle, Style, merge_styles
from prompt_toolkit.widgets import SearchToolbar

from kconsole.render.cells import fit
from kconsole.repl.completion.menu import completion_menu
from kconsole.repl.input.gate import GatedInput, KeyGate
from kconsole.repl.input.handover import Handover
from kconsole.repl.screen.face import Face
from kconsole.repl.screen.fragments import fragments
from kconsole.repl.screen.livewindow import LiveWindow
from kconsole.repl.screen.once import CodeControl, Column
from kconsole.repl.screen.output import terminal_output
from kconsole.repl.screen.reflow import ReflowingApplication, reflows
from kconsole.repl.screen.screen import FramedApplication, Screen
from kconsole.repl.screen.searching import Searching
from kconsole.repl.screen.widths import remember_few_widths
from kconsole.repl.terminal.interview import Interview

__all__ = ["View"]

INPUT_BUFFER = "INPUT_BUFFER"
QUERY_BUFFER = "QUERY_BUFFER"
_MENU_ROWS = 12
_EMACS_TIMEOUT_S, _VI_TIMEOUT_S = 1.0, 0.3


class View:
    """The application and its parts.

    :param face: the texts to show.
    :param keys: the key bindings.
    :param history: of the input.
    :param stdin: the terminal.
    :param stdout: the terminal.
    :param interview: what the terminal was asked.
    :param depth: how many colours to use.
    """

    def __init__(
        self,
        face: Face,
        keys: KeyBindingsBase,
        history: History,
        stdin: TextIO,
        stdout: TextIO,
        interview: Interview,
        depth: ColorDepth,
    ) -> None:
        remember_few_widths()
        self._face = face
        self.gate = KeyGate()
        #: What is shown below the input, safe lines, the first of them a head; set by whoever has some.
        self.pane: Callable[[], list[str]] = list
        #: Set once the kernel's language is known and the first prompt has been painted.
        self.lexer: Lexer = SimpleLexer()
        #: Both are set by whoever knows the terminal: the styles of code, and of everything else.
        self.code_style: BaseStyle = Style([])
        self.look: BaseStyle = Style([])
        self.buffer = Buffer(
            name=DEFAULT_BUFFER,
            multiline=True,
            enable_history_search=True,
            history=history,
            tempfile_suffix=lambda: face.file_extension,
        )
        self.searching = Searching(self.buffer)
        #: Answers to the kernel's questions, with a history apart.
        self.answer = Buffer(
            name=INPUT_BUFFER,
            multiline=False,
            history=InMemoryHistory(),
            enable_history_search=True,
        )
        #: Answers to the console's own questions, which nobody needs again.
        self.query = Buffer(name=QUERY_BUFFER, multiline=False)
        terminal = GatedInput(stdin, self.gate, interview)
        output = terminal_output(stdout)
        self.screen = Screen(output)
        kind = ReflowingApplication if reflows(os.environ) else FramedApplication
        self.app: FramedApplication = kind(
            clipboard=_DiscreetClipboard(face),
            layout=self._layout(),
            key_bindings=keys,
            style=merge_styles(
                [DynamicStyle(lambda: self.look), DynamicStyle(lambda: self.code_style)]
            ),
            color_depth=depth,
            include_default_pygments_style=False,
            terminal_size_polling_interval=None,  # SIGWINCH tells; polling would wake us twice a second
            max_render_postpone_time=None,  # an echo does not wait until there are no messages left
            input=terminal,
            output=output,
        )
        self._handover = Handover(self.app)
        self.app.ttimeoutlen = 0.05
        self.app.before_render += self._close_gap
        self.screen.attach(self.app)
        self.searching.hear(self.app)

    @property
    def file_extension(self) -> str:
        """Of a file with what is being typed."""
        return self._face.file_extension

    def hear(self) -> None:
        """Take up, before the first prompt, what the terminal has answered, and what was typed so far."""
        store_typeahead(self.app.input, self.app.input.read_keys())

    def edit_as(self, *, vi: bool) -> None:
        """Take keys as vi does, or as Emacs."""
        self.app.editing_mode = EditingMode.VI if vi else EditingMode.EMACS
        # How long Escape may be the beginning of Alt with a key; in vi it has a meaning of its own.
        self.app.timeoutlen = _VI_TIMEOUT_S if vi else _EMACS_TIMEOUT_S
        self.app.vi_state.reset()
        self.app.invalidate()

    def ask(self, buffer: Buffer | None = None) -> None:
        """Give the keyboard to a question; what is being typed stays where it is.

        :param buffer: of the question; by default the kernel's.
        """
        buffer = self.answer if buffer is None else buffer
        buffer.reset()
        self._handover.give(buffer)

    def stop_asking(self, buffer: Buffer | None = None) -> str:
        """Give the keyboard back to the code; returns what had been typed as an answer.

        :param buffer: of the question; by default the kernel's.
        """
        buffer = self.answer if buffer is None else buffer
        text = buffer.text
        buffer.reset()
        self._handover.give_back(self.buffer)
        return text

    def _layout(self) -> Layout:
        asking = Condition(lambda: self._face.asking)
        querying = Condition(lambda: self._face.querying)
        query = _line_window(BufferControl(self.query), self._face.query_prompt)
        search = self.searching.bar
        code, question = self._code_window(search), self._question_window()
        has_menu = has_focus(self.buffer) & has_completions & ~is_done
        menu = Float(
            completion_menu(_MENU_ROWS, has_menu),
            xcursor=True,
            ycursor=True,
            transparent=True,
        )
        pending = Window(
            FormattedTextControl(lambda: [("class:question", self._face.pending)]),
            height=1,
            dont_extend_height=True,
        )
        live = LiveWindow(self.screen.live_lines)
        toolbar = Window(FormattedTextControl(self._toolbar), height=1, style="class:toolbar")
        body = Column(
            [
                ConditionalContainer(live, Condition(lambda: self.screen.live)),
                FloatContainer(
                    Column(
                        [
                            ConditionalContainer(
                                pending, Condition(lambda: bool(self._face.pending)) & ~is_done
                            ),
                            ConditionalContainer(code, ~asking & ~querying & ~is_done),
                            ConditionalContainer(question, asking & ~is_done),
                            ConditionalContainer(query, querying & ~is_done),
                            ConditionalContainer(Window(height=self._menu_height), has_menu),
                        ]
                    ),
                    [menu],
                ),
                *self._panes(),
                ConditionalContainer(search, ~is_done),
                ConditionalContainer(toolbar, ~is_done),
            ]
        )
        return Layout(body, focused_element=code)

    def _panes(self) -> list[ConditionalContainer]:
        """What is looked at beside the input: help, and the value that is watched."""
        help = Window(
            FormattedTextControl(lambda: _pane(self.pane())),
            height=self._pane_height,
            wrap_lines=True,
            dont_extend_height=True,
        )
        watched = Window(FormattedTextControl(self._watched), height=1)
        return [
            ConditionalContainer(help, Condition(lambda: bool(self.pane())) & ~is_done),
            ConditionalContainer(watched, Condition(lambda: bool(self._face.watched)) & ~is_done),
        ]

    def _watched(self) -> StyleAndTextTuples:
        columns = get_app().output.get_size().columns
        return [("class:pane.head", fit(self._face.watched, columns))]

    def _pane_height(self) -> Dimension:
        """As much as its lines need: at most half of the screen."""
        return Dimension(min=1, max=max(1, get_app().output.get_size().rows // 2))

    def _code_window(self, search: SearchToolbar) -> Window:
        control = CodeControl(
            self.buffer,
            lexer=DynamicLexer(lambda: self.lexer),
            search_buffer_control=search.control,
            preview_search=True,
            include_default_input_processors=False,
            input_processors=[
                HighlightIncrementalSearchProcessor(),
                HighlightSelectionProcessor(),
                HighlightMatchingBracketProcessor(chars="[](){}"),
                AppendAutoSuggestion(),
                _Tabs(char1=" ", char2=" "),
            ],
        )
        return Window(
            control,
            height=self._code_height,
            get_line_prefix=_prefix(self._face.prompt),
            wrap_lines=True,
        )

    def _question_window(self) -> Window:
        control = BufferControl(
            self.answer,
            input_processors=[
                ConditionalProcessor(_NoEcho(), Condition(lambda: self._face.password))
            ],
        )
        return _line_window(control, self._face.question_prompt)

    def _toolbar(self) -> StyleAndTextTuples:
        return self._face.toolbar(get_app().output.get_size().columns)

    def _code_height(self) -> Dimension:
        """At most what leaves the toolbar in sight."""
        return Dimension(min=1, max=max(1, get_app().output.get_size().rows - 2))

    def _menu_height(self) -> Dimension:
        """The room below the input that the menu is drawn into: at most half of the screen."""
        state = self.buffer.complete_state
        number = len(state.completions) if state is not None else 0
        rows = min(number, _MENU_ROWS, get_app().output.get_size().rows // 2)
        return Dimension(min=0, preferred=rows, max=rows)

    def _close_gap(self, app: Application[int]) -> None:
        """Before a frame: where the layout needs fewer rows than it had, draw it from its top.

        prompt_toolkit never gives rows back by itself: a blank gap would stay where the menu was.
        """
        screen = app.renderer.last_rendered_screen
        size = app.output.get_size()
        if screen is not None and not app.is_done:
            wanted = app.layout.container.preferred_height(size.columns, size.rows).preferred
            if wanted < screen.height:
                app.renderer._last_screen = None  # so all is drawn anew, in the rows that it needs


def _line_window(control: BufferControl, prompt: Callable[[bool], StyleAndTextTuples]) -> Window:
    """Where the answer to a question is typed."""
    return Window(
        control, get_line_prefix=_prefix(prompt), wrap_lines=True, dont_extend_height=True
    )


class _DiscreetClipboard(InMemoryClipboard):
    """Takes up what the editing keys cut, unless it is a password.

    :param face: knows whether a password is being typed.
    """

    def __init__(self, face: Face) -> None:
        super().__init__()
        self._face = face

    def set_data(self, data: ClipboardData) -> None:
        """Keep what was cut."""
        if not self._face.password:
            super().set_data(data)


class _Tabs(TabsProcessor):
    """Shows tabs as blanks; lines without any, which are most, cost nothing."""

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """Replace the tabs in a line."""
        if "\t" not in transformation_input.document.lines[transformation_input.lineno]:
            return Transformation(transformation_input.fragments)
        return super().apply_transformation(transformation_input)


class _NoEcho(Processor):
    """Shows nothing of what is typed, not even how much; the cursor stays where it is."""

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """Replace the line by nothing."""
        return Transformation([], lambda position: 0, lambda position: 0)


def _pane(lines: list[str]) -> StyleAndTextTuples:
    """The lines of a pane below its head."""
    return [("class:pane.head", lines[0]), ("", "\n"), *fragments(lines[1:])] if lines else []


def _prefix(
    prompt: Callable[[bool], StyleAndTextTuples],
) -> Callable[[int, int], StyleAndTextTuples]:
    """What stands before each line: the prompt before the first, its continuation before the others.

    Blanks before what has only been wrapped, and nothing on a screen on which that would leave too little
    room for the text (prompt_toolkit shows nothing at all where it leaves none).
    """

    def prefix(line: int, wraps: int) -> StyleAndTextTuples:
        fragments = prompt(line == 0)
        width = fragment_list_width(fragments)
        if 2 * width > get_app().output.get_size().columns:
            return []
        return [("", " " * width)] if wraps else fragments

    return prefix
