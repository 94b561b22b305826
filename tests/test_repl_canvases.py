"""What images are drawn on."""

import pytest

from kconsole.repl.options import ImageMode
from kconsole.repl.screen.canvases import canvas
from kconsole.repl.terminal.facts import TerminalFacts

ALL = TerminalFacts(kitty=True, iterm=True, sixel=True, cell=(9, 18))
ROOM = (80, 20)


@pytest.mark.parametrize(
    ("mode", "facts", "protocol"),
    [
        ("auto", ALL, "kitty"),
        ("auto", TerminalFacts(iterm=True, sixel=True), "iterm"),
        ("auto", TerminalFacts(sixel=True), "sixel"),
        ("auto", TerminalFacts(), "blocks"),
        ("sixel", ALL, "sixel"),
        ("kitty", TerminalFacts(), "kitty"),
        ("save", ALL, "none"),
        ("none", ALL, "none"),
    ],
)
def test_the_best_that_there_is_or_what_was_named(
    mode: ImageMode, facts: TerminalFacts, protocol: str
) -> None:
    found = canvas(mode, facts, ROOM, {}, color=True)
    assert (found.protocol, found.columns, found.rows) == (protocol, *ROOM)
    assert found.cell == (facts.cell or (8, 16))


def test_blocks_need_colours_and_the_others_do_not() -> None:
    assert canvas("auto", TerminalFacts(), ROOM, {}, color=False).protocol == "none"
    assert canvas("blocks", ALL, ROOM, {}, color=False).protocol == "none"
    assert canvas("auto", ALL, ROOM, {}, color=False).protocol == "kitty"


def test_what_tmux_draws_itself_is_not_wrapped() -> None:
    inside = {"TMUX": "/tmp/tmux"}
    assert canvas("kitty", TerminalFacts(), ROOM, inside, color=True).tmux
    assert canvas("auto", TerminalFacts(iterm=True, tmux=True), ROOM, {}, color=True).tmux
    assert not canvas("sixel", ALL, ROOM, inside, color=True).tmux
    assert not canvas("blocks", ALL, ROOM, inside, color=True).tmux
