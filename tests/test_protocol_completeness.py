"""The local guess at whether code can run."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kconsole.protocol.completeness import locally_complete

# No limits on time: a busy machine is no failure.
QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

LANGUAGES = ["python", "bash", "R", "julia", "lua", "octave", "typescript", "kotlin", "sql", "x"]


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", ""),
        ("python", "1 + 1"),
        ("python", "f(a[1], {2: 3})"),
        ("python", "'it is (open'"),
        ("python", "x = 1  # a ( in a comment"),
        ("python", '"""two\nlines ("""'),
        ("python", "'one \\\nstring ('"),
        ("python", "if x:\n    y\nz = 1"),
        ("python", "foo(\n    1)"),
        ("python", "x[1:2]"),
        ("python", "!ls ("),
        ("python", "%time f("),
        ("python", "?f"),
        ("IPython", "f?"),
        ("bash", "echo done"),
        ("bash", "echo if"),
        ("bash", "for i in 1 2; do echo $i; done"),
        ("bash", "if true; then echo; fi"),
        ("bash", "case $x in a) echo;; esac"),
        ("bash", "echo $#x '\\'"),
        ("bash", "echo a#b"),
        ("R", "x <- 'a\nb'"),
        ("julia", "[x for x in 1:3][end]"),
        ("julia", "if x\n  1\nend"),
        ("lua", "for i = 1, 2 do print(i) end"),
        ("lua", "x = [[ (\n ]]"),
        ("octave", "for i = 1:2\n  x(end)\nendfor"),
        ("typescript", "const a = `\n(`; // {"),
        ("kotlin", "'(' /* { */"),
        ("haskell", "x' = 1 {- ( -}"),
        ("rust", "fn f<'a>(x: &'a str) {}"),
        ("a language of tomorrow", "say [hello]"),
    ],
)
def test_code_that_can_run_is_complete(language: str, code: str) -> None:
    assert locally_complete(code, language).status == "complete"


@pytest.mark.parametrize(
    ("language", "code", "indent"),
    [
        ("python", "def f():", "    "),
        ("python", "def f():  # why", "    "),
        ("python", "class A:\n    def f(self):", "        "),
        ("python", "if x:\n    y", "    "),
        ("python", "f(", "    "),
        ("python", "f(1,", ""),
        ("python", "  x = {", "      "),
        ("python", '"""text', ""),
        ("python", "'''a '' b", ""),
        ("python", "x = 1 + \\", ""),
        ("python", "x = 'one \\", ""),
        ("python", "@cache", ""),
        ("python", "%%bash\necho", ""),
        ("python", "!ls \\", ""),
        ("bash", "for i in 1 2; do", "    "),
        ("bash", "if true; then", ""),
        ("bash", "case $x in\na) echo;;", ""),
        ("bash", "echo 'a", ""),
        ("bash", "f() {", "    "),
        ("julia", "function f(x)", ""),
        ("julia", "begin", "    "),
        ("julia", "#= (", ""),
        ("lua", "--[[ a", ""),
        ("lua", "repeat", "    "),
        ("octave", "if x", ""),
        ("typescript", "`${a}", ""),
        ("typescript", "{ // }", "    "),
        ("kotlin", 'val x = """a "', ""),
        ("R", "f <- function(x) {", "    "),
        ("sql", "select 'a", ""),
        ("scheme", "(define (f x)", ""),
        ("a language of tomorrow", "say [", "    "),
    ],
)
def test_code_that_goes_on_is_incomplete(language: str, code: str, indent: str) -> None:
    reply = locally_complete(code, language)
    assert (reply.status, reply.indent) == ("incomplete", indent)


@pytest.mark.parametrize("code", [")", "(]", "f(1))", "{)}", "print('", "'\n'"])
def test_what_no_next_line_can_mend_is_invalid(code: str) -> None:
    assert locally_complete(code, "python").status == "invalid"


@given(st.text("()[]{}'\"`\\:#;- \nidoen", max_size=40), st.sampled_from(LANGUAGES))
@settings(QUICK)
def test_an_empty_last_line_always_ends_the_input(code: str, language: str) -> None:
    assert locally_complete(code, language).status in ("complete", "incomplete", "invalid")
    assert locally_complete(code + "\n  ", language).status == "complete"


@pytest.mark.parametrize("piece", ['"\\', "'\"", "/*", "(", '"""', "[[", "`", "if ", "#=", "=#"])
@pytest.mark.parametrize("language", ["python", "bash", "julia", "lua", "typescript"])
def test_long_input_is_read_only_once(language: str, piece: str) -> None:
    # Milliseconds; a scan that looked at anything twice for each piece would take minutes.
    assert locally_complete(piece * 20_000, language).status != "unknown"
