"""What is written above the prompt, in words; the colours are tested where they are made."""

import pytest
from prompt_toolkit.lexers import PygmentsLexer, SimpleLexer
from pygments.lexers.python import PythonLexer

from kconsole.protocol.events import (
    ClearOutput,
    DisplayData,
    ErrorOutput,
    ExecuteInput,
    ExecuteResult,
    Parent,
    Stream,
    UpdateDisplay,
)
from kconsole.protocol.replies import HistoryRow, KernelInfo, LanguageInfo
from kconsole.render.live import LiveRegion
from kconsole.render.sgr import strip_sgr
from kconsole.repl.screen.folding import Folding
from kconsole.repl.screen.prompts import continuation, input_prompt
from kconsole.repl.screen.scribe import Scribe


class Paper:
    """Takes what is written, as the screen does."""

    def __init__(self) -> None:
        self._settled = ""
        self._region = LiveRegion()
        self.write, self.show, self.update = (
            self._region.write,
            self._region.show,
            self._region.update,
        )
        self.clear = self._region.clear
        self.folding = Folding()

    columns = 80

    @property
    def text(self) -> str:
        return self._settled + "".join(f"{line}\n" for line in self._region.view(100, 100))

    def print(self, text: str) -> None:
        self._settled += text

    def settle(self) -> None:
        self._settled += self._region.finish()


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
    lexer = Desk(color=True).scribe.speak(PYTHON)
    assert isinstance(lexer, PygmentsLexer)
    assert lexer.pygments_lexer_cls is PythonLexer


def test_without_colours_the_input_line_has_none() -> None:
    lexer = Desk().scribe.speak(PYTHON)
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
    event = ExecuteInput("for i in x:\n    i", 7, Parent("id", "3f2c-9", "bob"))
    desk.scribe.foreign_input(event)
    assert (
        desk.text
        == (
            "bob@3f2c In [7]: for i in x:\n            ...:     i\n"  # as wide as the label and the prompt
        )
    )
    assert desk.scribe.speaker == "3f2c-9"


def test_others_without_a_name() -> None:
    desk = Desk()
    desk.scribe.foreign_input(ExecuteInput("a", None))
    assert desk.text == "somebody In [ ]: a\n"


def test_an_own_input_makes_us_the_speaker() -> None:
    desk = Desk()
    desk.scribe.foreign_input(ExecuteInput("a", None, Parent("id", "session", "bob")))
    desk.scribe.echo("In [1]: ", "b")
    assert desk.scribe.speaker == ""


def test_a_label_stands_below_what_was_still_changing() -> None:
    desk = Desk()
    desk.scribe.event(Stream("stdout", "50 %", Parent("first")))
    desk.scribe.label("ada@3f2c In [7]:", "3f2c")
    desk.scribe.event(Stream("stdout", "x\n", Parent("second")))
    assert desk.text == "50 %\nada@3f2c In [7]:\nx\n"


def test_the_end_of_anothers_cell_settles_what_it_has_shown() -> None:
    desk = Desk()
    desk.scribe.event(Stream("stdout", "50 %", Parent("theirs")))
    desk.scribe.end_output("another one")
    assert desk.paper._settled == ""
    desk.scribe.end_output("theirs")
    assert desk.paper._settled == "50 %\n"


def test_earlier_cells_and_the_beginning_of_what_they_gave() -> None:
    desk = Desk()
    assert desk.scribe.silent
    result = "\n".join(str(number) for number in range(12))
    desk.scribe.earlier([HistoryRow(0, 4, "a = 1"), HistoryRow(0, 5, "b", result)])
    lines = desk.text.split("\n")
    assert lines[:4] == ["earlier:", "In [4]: a = 1", "In [5]: b", "Out[5]: "]
    assert lines[-5:] == ["7", "8", "(3 more lines)", "", ""]
    assert desk.scribe.silent


def test_inputs_and_ends_are_marked_for_the_terminal() -> None:
    paper = Paper()
    scribe = Scribe(paper, color=False, marks=True)
    scribe.echo("In [1]: ", "1/0")
    scribe.end_mark(failed=True)
    mark = "\x1b]133;{}\x1b\\".format
    assert paper.text == (f"{mark('A')}In [1]: {mark('B')}1/0\n{mark('C')}{mark('D;1')}")
    scribe.foreign_input(ExecuteInput("a", 2, Parent("id", "session", "bob")))
    assert paper.text.count("133;") == 4


def test_nothing_is_marked_unless_it_is_wanted() -> None:
    desk = Desk()
    desk.scribe.echo("In [1]: ", "a")
    desk.scribe.end_mark(failed=False)
    assert desk.text == "In [1]: a\n"


def test_an_answer_stands_behind_its_question() -> None:
    desk = Desk()
    desk.scribe.answer("name? ", "Bob")
    assert desk.text == "name? Bob\n"


def test_a_note_stands_above_what_is_unfinished_and_has_one_line() -> None:
    desk = Desk()
    desk.scribe.event(Stream("stdout", "unfinished"))
    desk.scribe.note("so\nit\x1b[2J is")
    note, unfinished = desk.text.splitlines()
    assert note.isprintable()
    assert unfinished == "unfinished"


def test_output_of_another_cell_ends_what_was_unfinished() -> None:
    desk = Desk()
    desk.scribe.event(Stream("stdout", "50 %", Parent("ours")))
    desk.scribe.event(Stream("stdout", "other\n", Parent("theirs")))
    desk.scribe.event(Stream("stdout", "\r100 %\n", Parent("ours")))
    assert desk.text == "50 %\nother\n100 %\n"


def test_a_display_is_updated_and_output_is_cleared() -> None:
    desk = Desk()
    desk.scribe.event(DisplayData({"text/plain": "one"}, {}, "id"))
    desk.scribe.event(UpdateDisplay({"text/plain": "two"}, {}, "id"))
    assert desk.text == "two\n"
    desk.scribe.event(ClearOutput(wait=True))
    assert desk.text == "two\n"
    desk.scribe.event(Stream("stdout", "three\n"))
    assert desk.text == "three\n"


def test_a_stream_may_go_up_in_its_own_output() -> None:
    desk = Desk()
    desk.scribe.event(Stream("stdout", "a\nb"))
    desk.scribe.event(Stream("stdout", "\x1b[A\rc\x1b[9A"))
    assert desk.text == "c\nb\n"


def test_the_end_of_a_cell_ends_its_line() -> None:
    desk = Desk()
    desk.scribe.event(Stream("stdout", "unfinished\x1b[3"))
    desk.scribe.end_cell()
    assert desk.text == "unfinished^[[3\n"


@pytest.mark.parametrize("payload", [{"data": {"text/plain": "help"}}, {"text": "help"}])
def test_a_page_is_a_text(payload: dict[str, object]) -> None:
    assert Desk().scribe.page(payload) == "help\n"


@pytest.mark.parametrize("payload", [{}, {"data": None}, {"data": {"image/png": 1}}, {"text": 3}])
def test_a_page_without_text_leaves_no_harm(payload: dict[str, object]) -> None:
    Desk().scribe.page(payload)


def test_an_error_is_shown_in_the_form_that_is_wanted_and_kept_whole() -> None:
    desk = Desk()
    assert desk.scribe.error.text() == ""
    desk.scribe.show_errors("short")
    lines = ("Cell In[1], line 1", "----> 1 f()", "", "File /a/site-packages/b/c.py:1, in f()")
    desk.scribe.event(ErrorOutput("E", "v", (*lines, "--> 1 g()", "", lines[3], "", "E: v")))
    assert desk.text == (
        "Cell In[1], line 1: f()\n… 1 frame in b (\\tb shows all)\n"
        "File /a/site-packages/b/c.py:1, in f()\nE: v\n"
    )
    assert desk.scribe.error.text().count(lines[3]) == 2
    assert desk.scribe.error.text("short").startswith("Cell In[1], line 1: f()\n… 1 frame in b\n")
