"""What is written above the prompt, in words; the colours are tested where they are made."""

import pytest
from prompt_toolkit.lexers import PygmentsLexer, SimpleLexer
from pygments.lexers.python import PythonLexer

from kconsole.protocol.events import ErrorOutput, ExecuteInput, ExecuteResult, Parent, Stream
from kconsole.protocol.replies import KernelInfo, LanguageInfo
from kconsole.render.sgr import strip_sgr
from kconsole.repl.prompts import continuation, input_prompt
from kconsole.repl.scribe import Scribe


class Paper:
    """Takes what is written, as the screen does: ``end_line`` finishes a line that is not."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text

    def end_line(self) -> None:
        if self.text and not self.text.endswith("\n"):
            self.text += "\n"


class Desk:
    """A scribe and its paper."""

    def __init__(self, *, color: bool = False) -> None:
        self.paper = Paper()
        self.scribe = Scribe(self.paper, color=color)

    @property
    def text(self) -> str:
        return self.paper.text


PYTHON = LanguageInfo(name="python", pygments_lexer="python")


@pytest.mark.parametrize(
    ("number", "prompt"), [(1, "In [1]: "), (12, "In [12]: "), (None, "In [ ]: ")]
)
def test_the_prompt_and_its_continuation_are_of_one_width(number: int | None, prompt: str) -> None:
    assert input_prompt(number) == prompt
    assert continuation(prompt) == "...: ".rjust(len(prompt))


def test_a_very_short_prompt_is_continued_by_blanks() -> None:
    assert continuation("> ") == "  "


def test_an_input_is_shown_as_it_was_typed() -> None:
    desk = Desk()
    desk.scribe.echo("In [1]: ", "for i in x:\n    i\n")
    assert desk.text == "In [1]: for i in x:\n   ...:     i\n   ...: \n"


def test_an_empty_input_is_a_bare_prompt() -> None:
    desk = Desk()
    desk.scribe.echo("In [1]: ", "")
    assert desk.text == "In [1]: \n"


def test_of_a_very_long_input_the_beginning_is_shown() -> None:
    desk = Desk()
    desk.scribe.echo("In [1]: ", "\n".join("x" * 1000))
    lines = desk.text.splitlines()
    assert len(lines) == 201
    assert lines[-1] == "   ...: (800 more lines)"


def test_controls_in_an_input_are_made_visible() -> None:
    desk = Desk()
    desk.scribe.echo("In [1]: ", "a\x1b]0;title\x07")
    assert desk.text == "In [1]: a^[]0;title^G\n"


def test_colours_change_nothing_but_colours() -> None:
    plain, coloured = Desk(), Desk(color=True)
    for desk in (plain, coloured):
        desk.scribe.speak(PYTHON)
        desk.scribe.echo("In [1]: ", "for i in (1, 'x'): pass")
        desk.scribe.event(ExecuteResult({"text/plain": "2"}, {}, execution_count=1))
        desk.scribe.event(ErrorOutput("E", "v", ("\x1b[31mE\x1b[0m: v",)))
        desk.scribe.note("told", "warning")
    assert "\x1b" not in plain.text
    assert "\x1b[" in coloured.text
    assert strip_sgr(coloured.text) == plain.text


def test_the_kernels_language_colours_the_input_line_too() -> None:
    lexer, _ = Desk(color=True).scribe.speak(PYTHON)
    assert isinstance(lexer, PygmentsLexer)
    assert lexer.pygments_lexer_cls is PythonLexer


def test_without_colours_the_input_line_has_none() -> None:
    lexer, _ = Desk().scribe.speak(PYTHON)
    assert isinstance(lexer, SimpleLexer)


def test_a_banner_is_set_off_by_an_empty_line() -> None:
    desk = Desk()
    desk.scribe.banner(KernelInfo(banner="\nHello\nWorld\n\n"))
    assert desk.text == "Hello\nWorld\n\n"


def test_no_banner_leaves_nothing() -> None:
    desk = Desk()
    desk.scribe.banner(KernelInfo())
    assert desk.text == ""


def test_what_others_run_is_labelled_with_who_they_are() -> None:
    desk = Desk()
    event = ExecuteInput("a = 1", 7, Parent(username="bob"))
    desk.scribe.foreign_input(event)
    assert desk.text == "bob runs:\nIn [7]: a = 1\n"


def test_others_without_a_name() -> None:
    desk = Desk()
    desk.scribe.foreign_input(ExecuteInput("a", None))
    assert desk.text == "another client runs:\nIn [ ]: a\n"


def test_an_answer_stands_behind_its_question() -> None:
    desk = Desk()
    desk.scribe.answer("name? ", "Bob")
    assert desk.text == "name? Bob\n"


def test_a_note_begins_on_a_line_of_its_own_and_has_one_line() -> None:
    desk = Desk()
    desk.scribe.event(Stream("stdout", "unfinished"))
    desk.scribe.note("so\nit\x1b[2J is")
    first, second = desk.text.splitlines()
    assert first == "unfinished"
    assert second.isprintable()


def test_the_end_of_a_cell_ends_its_line() -> None:
    desk = Desk()
    desk.scribe.event(Stream("stdout", "unfinished\x1b[3"))
    desk.scribe.end_cell()
    assert desk.text == "unfinished^[[3\n"


@pytest.mark.parametrize("payload", [{"data": {"text/plain": "help"}}, {"text": "help"}])
def test_a_page_is_shown_above_the_prompt(payload: dict[str, object]) -> None:
    desk = Desk()
    desk.scribe.page(payload)
    assert desk.text == "help\n"


@pytest.mark.parametrize("payload", [{}, {"data": None}, {"data": {"image/png": 1}}, {"text": 3}])
def test_a_page_without_text_leaves_no_harm(payload: dict[str, object]) -> None:
    Desk().scribe.page(payload)
