"""The terminals that are told what in their scrollback is a prompt."""

import pytest

from kconsole.repl.screen.marks import end_mark, understands_marks


@pytest.mark.parametrize(
    "term", ["xterm-256color", "tmux-256color", "screen", "xterm-kitty", "foot"]
)
def test_terminals_that_skip_what_they_do_not_know(term: str) -> None:
    assert understands_marks({"TERM": term})


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"TERM": ""},
        {"TERM": "dumb"},
        {"TERM": "linux"},
        {"TERM": "vt100"},
        {"TERM": "eterm-color"},
        {"TERM": "xterm", "INSIDE_EMACS": "29.1,vterm"},
    ],
)
def test_terminals_that_would_show_the_marks(environ: dict[str, str]) -> None:
    assert not understands_marks(environ)


def test_the_end_has_a_status() -> None:
    assert end_mark(failed=False).endswith("D;0\x1b\\")
    assert end_mark(failed=True).endswith("D;1\x1b\\")
