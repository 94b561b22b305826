"""The lexer for IPython's kernels."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.token import Keyword, Name, Operator, String, Text

from kconsole.protocol.replies import LanguageInfo
from kconsole.render.highlight import highlight, lexer_for
from kconsole.render.ipythonlexer import IPythonLexer
from kconsole.render.sgr import strip_sgr


def marks(code: str) -> list[tuple[object, str]]:
    """The tokens of a code, without its blanks."""
    tokens = IPythonLexer().get_tokens_unprocessed(code)
    return [(kind, text.strip()) for _, kind, text in tokens if text.strip()]


PERCENT, BANG = (Operator, "%"), (Operator, "!")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("%cd /tmp", [PERCENT, (Keyword, "cd"), (Text, "/tmp")]),
        ("if x:\n    %cd /tmp", [PERCENT, (Keyword, "cd"), (Text, "/tmp")]),
        ("x = %pwd", [(Operator, "="), PERCENT, (Keyword, "pwd")]),
        ("%timeit f", [PERCENT, (Keyword, "timeit"), (Name, "f")]),
        ("%sx a | \\\nfi", [PERCENT, (Keyword, "sx"), (Text, "a")]),
        ("!ls $HOME", [BANG, (Text, "ls"), (Name.Variable, "$HOME")]),
        ("!!ls", [(Operator, "!!"), (Text, "ls")]),
        ("x = !ls", [(Operator, "="), BANG, (Text, "ls")]),
        ("?a.b", [(Operator, "?"), (Text, "a.b")]),
        ("a.b??", [(Name, "b"), (Operator, "??")]),
        ("*int*?", [(Operator, "*"), (Operator, "*"), (Operator, "?")]),
        ("%cd?", [PERCENT, (Keyword, "cd"), (Operator, "?")]),
        ("%%time?", [(Operator, "%%"), (Keyword, "time"), (Operator, "?")]),
    ],
)
def test_what_ipython_adds_to_python(code: str, expected: list[tuple[object, str]]) -> None:
    found = marks(code)
    assert [each for each in found if each in expected] == expected


@pytest.mark.parametrize(
    "code",
    [
        "x = (a\n%b)",
        "x = [a, (c)\n%b]",
        "x = a \\\n%b",
        "'''\n%b\n!b\n?b\n'''",
        "x = '''a\n%b\n'''",
        "f(x=a)\nx != b",
        "x %= b",
        "# !b\n",
    ],
)
def test_what_only_looks_like_it_is_python(code: str) -> None:
    kinds = {kind for kind, text in marks(code) if text not in {"=", "%", "!=", "%="}}
    assert Keyword not in kinds
    assert BANG not in marks(code)
    assert (Operator, "?") not in marks(code)


@pytest.mark.parametrize(
    ("head", "body", "mark"),
    [
        ("%%bash -e", "for x in $A; do", (Name.Variable, "$A")),
        ("\n  %%sh", "echo $A", (Name.Variable, "$A")),
        ("%%!", "echo $A", (Name.Variable, "$A")),
        ("%%script /bin/bash", "echo $A", (Name.Variable, "$A")),
        ("%%html", "<b>x</b>", (Name.Tag, "b")),
        ("%%sql", "SELECT 1", (Keyword, "SELECT")),
        ("%%latex", r"\alpha", (Keyword, r"\alpha")),
        ("%%js", "'a'", (String.Single, "'a'")),
        ("%%writefile a.html", "<b>x</b>", (Name.Tag, "b")),
        ("%%writefile -a a.py", "return", (Keyword, "return")),
        ("%%writefile a.unheard", "return", (Text, "return")),
        ("%%script unheard", "return", (Text, "return")),
        ("%%capture out", "return", (Keyword, "return")),
        ("%%unheard", "%cd x", (Keyword, "cd")),
        ("%%time\n%%bash", "echo $A", (Name.Variable, "$A")),
    ],
)
def test_a_cell_magic_has_its_language(head: str, body: str, mark: tuple[object, str]) -> None:
    found = marks(f"{head}\n{body}")
    assert found[0] == (Operator, "%%")
    assert found[1][0] == Keyword
    assert mark in found[2:]


PIECES = [
    "%",
    "%%",
    "!",
    "?",
    "=",
    "\\\n",
    "\n",
    " ",
    "a",
    "time",
    "bash",
    "script",
    "html",
    "(",
    ")",
    "'''",
]
CODES = st.lists(st.sampled_from(PIECES) | st.text(max_size=3)).map("".join)


@given(CODES)
def test_every_character_stays(code: str) -> None:
    end = 0
    for start, _, text in IPythonLexer().get_tokens_unprocessed(code):
        assert start == end
        end += len(text)
        assert code[start:end] == text
    assert end == len(code)


@given(CODES)
def test_colours_are_all_that_is_added(code: str) -> None:
    lexer = lexer_for(LanguageInfo(pygments_lexer="ipython3", name="python"))
    assert type(lexer) is IPythonLexer
    assert strip_sgr(highlight(code, lexer, True)) == highlight(code, lexer, False)


@pytest.mark.parametrize(
    "unit", [" \n", "%a\n", "!a\\\n", "a?\n", "? ", "%%time\n", "(", "\\\n", "=  ", "%%", "*a"]
)
def test_twice_as_much_takes_twice_as_long(unit: str) -> None:
    code = unit * (20_000 // len(unit))
    started = time.process_time()
    assert sum(len(text) for *_, text in IPythonLexer().get_tokens_unprocessed(code)) == len(code)
    # A tenth of this is usual; blank lines alone take the lexer for Python half a minute.
    assert time.process_time() - started < 4


def test_other_python_kernels_have_no_magics() -> None:
    assert type(lexer_for(LanguageInfo(name="python"))) is not IPythonLexer
