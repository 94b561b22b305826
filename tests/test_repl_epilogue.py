"""What is done when a cell has ended."""

import time
from types import SimpleNamespace
from typing import Any

import pytest

from kconsole.protocol.cell import Cell
from kconsole.repl.epilogue import Epilogue, _precise
from kconsole.repl.options import ConsoleOptions
from kconsole.repl.queue import Running


class Desk:
    """What is needed of the console; it keeps what was done, in order."""

    def __init__(self, waiting: int = 0, **options: Any) -> None:
        self.options = ConsoleOptions(notify_after=10.0, **options)
        self.done: list[str] = []
        self.scribe = self.filing = self.output = self
        self.view = SimpleNamespace(app=self)
        self.state = SimpleNamespace(cells=range(waiting))

    def end_mark(self, *, failed: bool) -> None:
        self.done.append("failed" if failed else "ok")

    def ended(self, msg_id: str, count: int | None) -> None:
        self.done.append(f"filed {msg_id}")

    def note(self, text: str) -> None:
        self.done.append(f"note {text[:3]}")

    def write_raw(self, data: str) -> None:
        self.done.append("bell" if data == "\a" else data)

    def flush(self) -> None:
        pass


def running(seconds: float, msg_id: str = "a") -> Running:
    """A cell that was sent so many seconds ago."""
    return Running(Cell(msg_id, now=time.monotonic() - seconds), "code")


def test_the_output_is_marked_first_and_the_bell_is_last() -> None:
    desk = Desk(timing=True)
    Epilogue(desk).ended(running(12.3), failed=False)  # type: ignore[arg-type]
    assert desk.done == ["ok", "filed a", "note 12.", "bell"]


def test_a_cell_that_its_user_has_interrupted_rings_no_bell() -> None:
    desk = Desk()
    cell = running(12.3)
    cell.interrupted_at = time.monotonic()
    Epilogue(desk).ended(cell, failed=True)  # type: ignore[arg-type]
    assert "bell" not in desk.done


@pytest.mark.parametrize(("failed", "rings"), [(False, False), (True, True)])
def test_while_others_wait_only_a_failure_rings(failed: bool, rings: bool) -> None:
    desk = Desk(waiting=2)
    Epilogue(desk).ended(running(12.3), failed=failed)  # type: ignore[arg-type]
    assert ("bell" in desk.done) == rings


def test_one_that_is_given_up_only_ends() -> None:
    desk = Desk(timing=True)
    Epilogue(desk).given_up(running(12.3))  # type: ignore[arg-type]
    assert desk.done == ["failed", "filed a"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0123, "0.012 s"),
        (59.9, "59.900 s"),
        (192.4, "192 s (3 min 12 s)"),
        (119.9, "120 s (2 min 0 s)"),
    ],
)
def test_times_for_comparison(seconds: float, text: str) -> None:
    assert _precise(seconds) == text
