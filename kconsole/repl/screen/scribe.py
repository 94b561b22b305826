"""What the console writes above the prompt, in words and colours."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from prompt_toolkit.application.current import get_app
from prompt_toolkit.filters import Condition
from prompt_toolkit.lexers import Lexer, PygmentsLexer, SimpleLexer
from prompt_toolkit.styles import BaseStyle, style_from_pygments_cls

from kconsole.protocol.events import (
    ClearOutput,
    DisplayData,
    ErrorOutput,
    Event,
    ExecuteInput,
    ExecuteResult,
    Stream,
    UpdateDisplay,
)
from kconsole.protocol.replies import HistoryRow, KernelInfo, LanguageInfo
from kconsole.render.cells import text_width, wrapped
from kconsole.render.earlier import earlier_text
from kconsole.render.errorlook import ErrorLook, Form
from kconsole.render.filelines import numbered
from kconsole.render.greeting import banner, greeting
from kconsole.render.highlight import (
    DEFAULT_STYLE,
    highlight,
    lexer_for,
    plain_lexer,
    style_named,
)
from kconsole.render.labels import client_label
from kconsole.render.mime import is_lengthy
from kconsole.render.output import Renderer, RenderOptions
from kconsole.render.preference import PLAIN
from kconsole.render.sanitise import one_line, sanitise
from kconsole.render.style import Role, paint
from kconsole.render.views import Shown
from kconsole.repl.screen.ahead import Ahead
from kconsole.repl.screen.exhibits import Exhibits
from kconsole.repl.screen.lasterror import LastError
from kconsole.repl.screen.marks import INPUT, OUTPUT, PROMPT, end_mark
from kconsole.repl.screen.prompts import continuation, input_prompt
from kconsole.repl.screen.screen import Screen

__all__ = ["Scribe"]

#: Lines from which on an input is not coloured from its beginning anew at each key, but from a little
#: before what is on the screen; a string that began further up may then have the wrong colour.
_LONG_INPUT = 200
_JSON_LINES = 100  # of JSON that is longer, its beginning is shown
_TEXT = frozenset({PLAIN})
_ECHO_LINES = 200  # of an input that is longer, its beginning is shown


class Scribe:
    """Writes to the screen.

    :param screen: the place above the prompt.
    :param color: whether to use colours.
    :param style: the name of the style that code is shown in.
    :param marks: whether to mark inputs and outputs for the terminal (:mod:`kconsole.repl.screen.marks`).
    """

    def __init__(
        self,
        screen: Screen,
        *,
        color: bool,
        style: str = DEFAULT_STYLE,
        marks: bool = False,
    ) -> None:
        self._screen = screen
        self._marks = marks
        #: The session of the client of whom the last words are; "" is this console.
        self.speaker = ""
        #: Whether nothing has been run or shown yet.
        self.silent = True
        self._color = color
        self._errors = ErrorLook(style=style, rest=r"\tb")
        self._renderer = Renderer(
            RenderOptions(
                color=color,
                live=True,
                errors=self._errors,
                width=lambda: screen.columns,
                style=style,
            )
        )
        self.error = LastError(color=color, style=style)
        self._style_name = style
        self._parent = ""  # of the output that is in the live region
        self._lexer = plain_lexer()
        #: Shows what is no text; None: nothing does.
        self.exhibits: Exhibits | None = None
        #: Lays out what takes long; None: that is done when it is shown.
        self.ahead: Ahead | None = None
        screen.folding.color = color
        #: Whether what a request shows is kept, so that it may be folded.
        self.kept: Callable[[str], bool] = lambda msg_id: False
        #: Gives the displays that stay when the output of a request is cleared.
        self.spared: Callable[[str], Container[str | None]] = lambda msg_id: ()

    @property
    def code_style(self) -> BaseStyle:
        """What prompt_toolkit needs to show code in the style that is in use."""
        return style_from_pygments_cls(style_named(self._style_name))

    def speak(self, language: LanguageInfo) -> Lexer:
        """Use the kernel's language from now on.

        :return: what prompt_toolkit needs to colour the input in the same way.
        """
        self._lexer = lexer_for(language)
        if not self._color:
            return SimpleLexer()
        from_start = Condition(lambda: get_app().current_buffer.document.line_count < _LONG_INPUT)
        return PygmentsLexer(type(self._lexer), sync_from_start=from_start)

    def show_errors(self, tb: Form) -> None:
        """Show as much of tracebacks from now on."""
        self._errors = replace(self._errors, form=tb)
        self._renderer.adapt(errors=self._errors)

    def prefer(self, mime: Sequence[str], max_lines: int) -> None:
        """Show displays and results in another way from now on.

        :param mime: the MIME types that are shown, where they have them.
        :param max_lines: the most lines of the output of a cell; 0 is all.
        """
        self._renderer.adapt(mime=mime, lines=min(max_lines, _JSON_LINES) if max_lines else None)

    @property
    def whole(self) -> RenderOptions:
        """How output is rendered, with nothing left out, and with the numbers of what is no text."""
        told = None if self.exhibits is None else partial(numbered, self.exhibits.numbers())
        return replace(self._renderer.whole, told=told)

    def greet(self, info: KernelInfo) -> None:
        """Show the kernel's own banner, and how to find the commands that are not the kernel's."""
        self._screen.print(greeting(info.banner, self._screen.columns, color=self._color))

    def banner(self, info: KernelInfo) -> None:
        """Show the kernel's own banner."""
        self._screen.print(banner(info.banner))

    def event(self, event: Event) -> None:
        """Show what a kernel's message says. What comes for another cell ends the output of the one."""
        show = self._SHOWN.get(type(event))
        if show is None:
            return
        if event.parent.msg_id != self._parent:
            self.end_cell()
            self._parent = event.parent.msg_id
            kept = self.kept(self._parent)
            self._screen.folding.begin(self._parent, kept=kept)
            self._renderer.adapt(rest=r"\last" if kept else "")
            self.silent = False
        show(self, event)

    def _stream(self, event: Stream) -> None:
        self._screen.write(self._renderer.block(event), event.name)

    def _shown(self, event: Shown) -> None:
        """Show it: text at once, all else once it is laid out."""
        if event.data.keys() == _TEXT:  # as most: of ten thousand of these, nothing else is asked
            self._put(event)
        elif self.ahead is None or not is_lengthy(event.data):
            self._show(event)
        else:
            self.ahead.take(event, partial(self._renderer.block, event), partial(self._show, event))

    def _show(self, event: Shown) -> None:
        if not self._exhibited(event):
            self._put(event)

    def _put(self, event: Shown) -> None:
        put = self._screen.update if isinstance(event, UpdateDisplay) else self._screen.show
        put(self._renderer.block(event), event.display_id)

    def _error(self, event: ErrorOutput) -> None:
        self.error.keep(event)
        self._screen.show(self._renderer.block(event))

    def _exhibited(self, event: Shown) -> bool:
        """Show what is no text, if it is such; whether it was."""
        if self.exhibits is None:
            return False
        form = partial(self._renderer.silent_form, event)
        return self.exhibits.take(event, form, self._renderer.out_prompt(event))

    def _clear(self, event: ClearOutput) -> None:
        keep = self.spared(event.parent.msg_id)
        if self.exhibits is not None:
            self.exhibits.cleared(all_of_it=not keep)
        self._screen.clear(wait=event.wait, keep=keep)

    _SHOWN: ClassVar[Mapping[type, Callable[["Scribe", Any], None]]] = {
        ClearOutput: _clear,
        DisplayData: _shown,
        ErrorOutput: _error,
        ExecuteResult: _shown,
        Stream: _stream,
        UpdateDisplay: _shown,
    }

    def redraw(self, display_id: str, look: Callable[[], tuple[Event, bool]]) -> None:
        """Show a display as it looks now, whosever output is in the live region.

        :param look: gives it as an event, and whether it will hardly change any more.
        """

        def draw() -> tuple[str, bool]:
            event, finished = look()
            return self._renderer.block(event), finished

        self._screen.update(draw, display_id)

    def page(self, payload: Mapping[str, Any]) -> str:
        """Return what a kernel wants shown in a pager, ready to be shown; "" if it is nothing."""
        return self._renderer.page(payload)

    def blank(self) -> None:
        """An empty line, between a cell's output and the next prompt."""
        self._screen.print("\n")

    def end_cell(self) -> None:
        """Bring what a cell left unfinished to its end; its output does not change any more."""
        self._screen.write(self._renderer.end_cell())
        self._screen.settle()
        if self.exhibits is not None:
            self.exhibits.end_cell()

    def echo(self, prompt: str, code: str) -> None:
        """Show an input as it was typed, now that it is run."""
        self.speaker, self.silent = "", False
        self._screen.settle()
        first, rest = self._input(prompt, code)
        if self._marks:
            self._screen.print(f"{PROMPT}{first}{INPUT}{rest}{OUTPUT}")
        else:
            self._screen.print(first + rest)

    def end_mark(self, *, failed: bool) -> None:
        """Tell the terminal that the output of the input that was shown last is at its end."""
        if self._marks:
            self._screen.print(end_mark(failed=failed))

    def _input(self, prompt: str, code: str, label: str = "") -> tuple[str, str]:
        """An input's prompt, and what follows it; all of it behind a label."""
        lines = highlight(code, self._lexer, self._color, style_named(self._style_name)).split("\n")
        more = len(lines) - _ECHO_LINES
        if more > 0:
            lines[_ECHO_LINES:] = [paint(f"({more} more lines)", "note", self._color)]
        first = paint(label, "label", self._color) + paint(prompt, "in", self._color)
        further = " " * text_width(label) + paint(continuation(prompt), "in", self._color)
        return first, f"\n{further}".join(lines) + "\n"

    def foreign_input(self, event: ExecuteInput) -> None:
        """Show what another client of the kernel runs."""
        self.end_cell()
        self.speaker, self.silent = event.parent.session, False
        label = f"{client_label(event.parent)} "
        prompt = input_prompt(event.execution_count)
        self._screen.print("".join(self._input(prompt, event.code, label)))

    def label(self, text: str, speaker: str) -> None:
        """Say whose output follows.

        :param text: the label, which has to be safe.
        :param speaker: that client's session; "" is this console.
        """
        self.end_cell()
        self.speaker = speaker
        self._screen.print(paint(text, "label", self._color) + "\n")

    def end_output(self, msg_id: str) -> None:
        """What has come for a request does not change any more; what others have shown still may."""
        if msg_id == self._parent:
            self.end_cell()

    def earlier(self, rows: Iterable[HistoryRow]) -> None:
        """Show cells that were run before this console came."""
        self._screen.print(
            earlier_text(
                rows,
                lambda row: "".join(self._input(input_prompt(row.line), row.source)),
                self._renderer,
                color=self._color,
            )
        )

    def question(self, above: str) -> None:
        """Show the lines of the kernel's question that come before the one that is the prompt."""
        if above:
            self._screen.print(sanitise(above, "code") + "\n")

    def answer(self, prompt: str, text: str) -> None:
        """Show the answer that was given to the kernel's question."""
        self._screen.print(f"{prompt}{sanitise(text, 'code')}\n")

    def lines(self, lines: Iterable[str]) -> None:
        """Show lines of our own, safe already."""
        self._screen.print("".join(f"{line}\n" for line in lines))

    def note(self, text: str, role: Role = "note") -> None:
        """Say something ourselves, on lines of its own, above what can still change."""
        lines = wrapped(one_line(text), self._screen.columns)
        self._screen.print("".join(f"{paint(line, role, self._color)}\n" for line in lines))
