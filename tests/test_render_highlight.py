import subprocess
import sys

import pytest
from pygments.lexer import Lexer

from kconsole.protocol.replies import LanguageInfo
from kconsole.render.codestyles import code_style
from kconsole.render.highlight import highlight, lexer_for, style_named
from kconsole.render.sgr import strip_sgr


@pytest.mark.parametrize(
    ("language", "name"),
    [
        (LanguageInfo(pygments_lexer="ipython3", name="python"), "Python"),
        (LanguageInfo(name="python"), "Python"),
        (LanguageInfo(pygments_lexer="kotlin"), "Kotlin"),
        (LanguageInfo(pygments_lexer="no-such-lexer", name="R"), "S"),
        (LanguageInfo(name="bash"), "Bash"),
        (LanguageInfo(name="?", mimetype="text/x-c++src; charset=utf-8"), "C++"),
        (LanguageInfo(name="?", file_extension=".jl"), "Julia"),
        (LanguageInfo(name="?", file_extension="ts"), "TypeScript"),
        (LanguageInfo(name="no such language", file_extension="."), "Text only"),
        (LanguageInfo(), "Text only"),
    ],
)
def test_the_lexer_of_a_language(language: LanguageInfo, name: str) -> None:
    assert lexer_for(language).name == name


@pytest.fixture
def python() -> Lexer:
    return lexer_for(LanguageInfo(name="python"))


CODE = "\n  def f(x):\n\treturn 'a' + 1  # c\n\n"


def test_colours_change_nothing_but_the_colours(python: Lexer) -> None:
    coloured = highlight(CODE, python, True)
    assert "\x1b[" in coloured
    assert strip_sgr(coloured) == CODE
    assert highlight(CODE, python, False) == CODE


def test_only_the_sixteen_colours_of_the_terminal_are_used(python: Lexer) -> None:
    assert "38;5" not in highlight(CODE, python, True)


def test_controls_in_code_are_visible(python: Lexer) -> None:
    code = "'\x1b[2J\x1b]0;t\x07\u202e'\r\n"
    shown = "'^[[2J^[]0;t^G<U+202E>'\n"
    assert highlight(code, python, False) == shown
    assert strip_sgr(highlight(code, python, True)) == shown


def test_very_long_code_has_no_colours(python: Lexer) -> None:
    code = "x = 1\n" * 20_000
    assert highlight(code, python, True) == code


def test_only_highlighting_imports_pygments() -> None:
    program = (
        "import sys, kconsole.render.output\n"
        "print([name for name in ('pygments', 'zmq', 'prompt_toolkit') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"


def test_a_style_of_pygments() -> None:
    python = lexer_for(LanguageInfo(name="python"))
    coloured = highlight(CODE, python, True, style_named("monokai"))
    assert "38;5" in coloured
    assert strip_sgr(coloured) == CODE
    assert style_named("default") is code_style("any")


@pytest.mark.parametrize(
    ("name", "near"), [("monokay", "monokai"), ("os; x", "some are"), ("../vs", "vs")]
)
def test_an_unknown_style_is_said_with_those_near_it(name: str, near: str) -> None:
    with pytest.raises(ValueError, match=f"^no style is called '{name}'; .*{near}"):
        style_named(name)
