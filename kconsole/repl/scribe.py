"""What the console writes above the prompt, in words and colours."""

from collections.abc import Mapping
from typing import Any

from prompt_toolkit.application.current import get_app
from prompt_toolkit.filters import Condition
from prompt_toolkit.lexers import Lexer, PygmentsLexer, SimpleLexer
from prompt_toolkit.styles import BaseStyle, style_from_pygments_cls

from kconsole.protocol.events import Event, ExecuteInput
from kconsole.protocol.replies import KernelInfo, LanguageInfo
from kconsole.render.greeting import banner
from kconsole.render.highlight import ConsoleStyle, highlight, lexer_for, plain_lexer
from kconsole.render.output import Renderer, RenderOptions
from kconsole.render.sanitise import one_line, sanitise
from kconsole.render.style import Role, paint
from kconsole.repl.prompts import continuation, input_prompt
from kconsole.repl.screen import Screen

__all__ = ["Scribe"]

#: Lines from which on an input is not coloured from its beginning anew at each key, but from a little
#: before what is on the screen; a string that began further up may then have the wrong colour.
_LONG_INPUT = 200
_ECHO_LINES = 200  # of an input that is longer, its beginning is shown


class Scribe:
    """Writes to the screen.

    :param screen: the place above the prompt.
    :param color: whether to use colours.
    """

    def __init__(self, screen: Screen, *, color: bool) -> None:
        self._screen = screen
        self._color = color
        self._renderer = Renderer(RenderOptions(color=color))
        self._lexer = plain_lexer()

    def speak(self, language: LanguageInfo) -> tuple[Lexer, BaseStyle]:
        """Use the kernel's language from now on.

        :return: what prompt_toolkit needs to colour the input in the same way.
        """
        self._lexer = lexer_for(language)
        if not self._color:
            return SimpleLexer(), style_from_pygments_cls(ConsoleStyle)
        from_start = Condition(lambda: get_app().current_buffer.document.line_count < _LONG_INPUT)
        lexer = PygmentsLexer(type(self._lexer), sync_from_start=from_start)
        return lexer, style_from_pygments_cls(ConsoleStyle)

    def banner(self, info: KernelInfo) -> None:
        """Show the kernel's own banner."""
        self._screen.write(banner(info.banner))

    def event(self, event: Event) -> None:
        """Show what a kernel's message says."""
        self._screen.write(self._renderer.render(event))

    def page(self, payload: Mapping[str, Any]) -> None:
        """Show what a kernel wants shown in a pager."""
        self._screen.end_line()
        self._screen.write(self._renderer.page(payload))

    def blank(self) -> None:
        """An empty line, between a cell's output and the next prompt."""
        self._screen.write("\n")

    def end_cell(self) -> None:
        """Bring what a cell left unfinished to its end."""
        self._screen.write(self._renderer.end_cell())
        self._screen.end_line()

    def echo(self, prompt: str, code: str) -> None:
        """Show an input as it was typed, now that it is run."""
        self._screen.end_line()
        lines = highlight(code, self._lexer, self._color).split("\n")
        more = len(lines) - _ECHO_LINES
        if more > 0:
            lines[_ECHO_LINES:] = [paint(f"({more} more lines)", "note", self._color)]
        first = paint(prompt, "in", self._color)
        further = paint(continuation(prompt), "in", self._color)
        text = "".join(
            f"{further if number else first}{line}\n" for number, line in enumerate(lines)
        )
        self._screen.write(text)

    def foreign_input(self, event: ExecuteInput) -> None:
        """Show what another client of the kernel runs."""
        self._screen.end_line()
        self.note(f"{one_line(event.parent.username or 'another client', 20)} runs:")
        self.echo(input_prompt(event.execution_count), event.code)

    def question(self, above: str) -> None:
        """Show the lines of the kernel's question that come before the one that is the prompt."""
        if above:
            self._screen.write(sanitise(above, "code") + "\n")

    def answer(self, prompt: str, text: str) -> None:
        """Show the answer that was given to the kernel's question."""
        self._screen.write(f"{prompt}{sanitise(text, 'code')}\n")

    def note(self, text: str, role: Role = "note") -> None:
        """Say something ourselves, on a line of its own."""
        self._screen.end_line()
        self._screen.write(paint(one_line(text), role, self._color) + "\n")
