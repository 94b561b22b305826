"""The bell for a long cell: once, when there is nothing more to wait for."""

import re
from typing import Any

import pytest

from kconsole.repl.notifying import Notifier, duration, notification
from kconsole.repl.options import ConsoleOptions


class Terminal:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.text = ""

    def write_raw(self, data: str) -> None:
        self.text += data

    def flush(self) -> None:
        pass


ITERM = {"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}


def told(*seconds: float, environ: dict[str, str] = ITERM, **options: Any) -> str:
    """What the terminal gets after a queue of cells that took so long."""
    terminal = Terminal()
    notifier = Notifier(terminal, environ)
    chosen = ConsoleOptions(notify_after=10.0, **options)
    for number, each in enumerate(seconds, 1):
        notifier.ended(chosen, number, each)
    assert terminal.text == ""
    notifier.rest(chosen)
    return terminal.text


def test_a_long_cell_rings_the_bell() -> None:
    assert told(10.0) == "\a"


def test_a_short_one_does_not() -> None:
    assert told(9.9) == ""


def test_a_queue_rings_once() -> None:
    assert told(20.0, 0.1, 30.0, 0.1) == "\a"


def test_a_desktop_is_told_which_cell_it_was() -> None:
    text = told(1.0, 192.0, notify="desktop")
    assert text == "\x1b]9;kconsole: In[2] 3m12s\x1b\\"


@pytest.mark.parametrize(
    ("environ", "sequences"),
    [
        ({"TERM": "xterm-kitty", "KITTY_WINDOW_ID": "1"}, ["99", "99"]),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, ["9"]),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, ["9"]),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, ["777"]),
        ({"TERM": "xterm-ghostty", "TERM_PROGRAM": "ghostty"}, ["9"]),
        ({"TERM": "foot-extra"}, ["777"]),
        ({"TERM": "rxvt-unicode-256color"}, ["777", "bell"]),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7006"}, ["777", "bell"]),
        ({"TERM": "xterm-256color", "VTE_VERSION": ""}, ["bell"]),
        ({"TERM": "xterm-256color"}, ["bell"]),
        ({}, ["bell"]),
        ({"TERM": "tmux-256color", "TERM_PROGRAM": "tmux", "VTE_VERSION": "7006"}, ["bell"]),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/x,1,0"}, ["bell"]),
        ({"TERM": "screen", "STY": "1.x", "LC_TERMINAL": "iTerm2"}, ["bell"]),
    ],
)
def test_a_terminal_is_asked_in_its_own_way_and_once(
    environ: dict[str, str], sequences: list[str]
) -> None:
    found = re.findall(r"\x1b\](\d+);[^\x1b\a]*\x1b\\|(\a)", notification(environ))
    assert [number or "bell" for number, _ in found] == sequences
    assert ("a long one" in notification(environ).format("a long one")) == (sequences != ["bell"])


def test_a_terminal_that_is_not_known_gets_the_bell() -> None:
    assert told(60.0, environ={"TERM": "xterm"}, notify="desktop") == "\a"


def test_who_does_not_want_it_has_peace() -> None:
    assert told(100.0, notify="none") == ""


def test_it_is_told_no_second_time() -> None:
    terminal = Terminal()
    notifier = Notifier(terminal, ITERM)
    notifier.ended(ConsoleOptions(), None, 60.0)
    for _ in range(2):
        notifier.rest(ConsoleOptions())
    assert terminal.text == "\a"


def test_a_cell_without_a_number() -> None:
    terminal = Terminal()
    notifier = Notifier(terminal, ITERM)
    options = ConsoleOptions(notify="desktop")
    notifier.ended(options, None, 60.0)
    notifier.rest(options)
    assert "kconsole: a cell 1m00s" in terminal.text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0s"), (4.21, "4.2s"), (42.4, "42s"), (192.9, "3m12s"), (7500, "2h05m")],
)
def test_times_as_people_say_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text
