"""A window that is made narrower: what wrapping adds, and which terminals wrap."""

import pytest

from kconsole.repl.reflow import reflows, rows_added


@pytest.mark.parametrize(
    ("widths", "cursor", "columns", "added"),
    [
        ([8], 8, 80, 0),
        ([95], 95, 40, 2),
        ([95], 10, 40, 0),  # the cursor is in the first of the three
        ([80], 80, 40, 1),  # full to the brim: the cursor stays behind the last character
        ([81], 81, 40, 2),
        ([80, 80, 8], 8, 40, 2),
        ([41, 0, 3], 3, 40, 1),
        ([0], 0, 1, 0),
    ],
)
def test_how_far_the_cursor_moves_down(
    widths: list[int], cursor: int, columns: int, added: int
) -> None:
    assert rows_added(widths, cursor, columns) == added


@pytest.mark.parametrize(
    ("environ", "known"),
    [
        ({}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600", "XTERM_VERSION": "XTerm(390)"}, False),
        ({"TERM": "st-256color", "VTE_VERSION": "7600"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/tmux-0/default,1,0"}, True),
        (
            {"TERM": "screen", "TMUX": "/tmp/tmux-0/default,1,0", "XTERM_VERSION": "XTerm(390)"},
            True,
        ),
        ({"TERM": "screen", "STY": "1.pts-0.host"}, False),
        ({"TERM": "screen", "STY": "1.pts-0.host", "TMUX": "/tmp/tmux-0/default,1,0"}, False),
    ],
)
def test_which_terminals_are_known_to_wrap_anew(environ: dict[str, str], known: bool) -> None:
    assert reflows(environ) == known
