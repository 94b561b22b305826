"""The bell for a long cell: once, when there is nothing more to wait for."""

from typing import Any

import pytest

from kconsole.repl.notifying import Notifier, duration
from kconsole.repl.options import ConsoleOptions


class Terminal:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.text = ""

    def write_raw(self, data: str) -> None:
        self.text += data

    def flush(self) -> None:
        pass


def told(*seconds: float, **options: Any) -> str:
    """What the terminal gets after a queue of cells that took so long."""
    terminal = Terminal()
    notifier = Notifier(terminal)
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
    assert text == ("\x1b]9;kconsole: In[2] 3m12s\x07\x1b]777;notify;kconsole;In[2] 3m12s\x07\a")


def test_who_does_not_want_it_has_peace() -> None:
    assert told(100.0, notify="none") == ""


def test_it_is_told_no_second_time() -> None:
    terminal = Terminal()
    notifier = Notifier(terminal)
    notifier.ended(ConsoleOptions(), None, 60.0)
    for _ in range(2):
        notifier.rest(ConsoleOptions())
    assert terminal.text == "\a"


def test_a_cell_without_a_number() -> None:
    terminal = Terminal()
    notifier = Notifier(terminal)
    options = ConsoleOptions(notify="desktop")
    notifier.ended(options, None, 60.0)
    notifier.rest(options)
    assert "kconsole;a cell 1m00s" in terminal.text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0s"), (4.21, "4.2s"), (42.4, "42s"), (192.9, "3m12s"), (7500, "2h05m")],
)
def test_times_as_people_say_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text
