"""The life of a cell in the console, where no kernel is needed to see it."""

from types import SimpleNamespace

import pytest

from kconsole.client.health import Health
from kconsole.errors import ChannelError
from kconsole.protocol.replies import KernelInfo
from kconsole.repl.options import ConsoleOptions
from kconsole.repl.state import State
from kconsole.repl.work import Work


class Notes:
    """A scribe that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def note(self, text: str, role: str = "note") -> None:
        self.told.append(text)

    def echo(self, prompt: str, code: str) -> None:
        self.told.append(prompt + code)


@pytest.mark.parametrize("error", [ChannelError("no channels"), ValueError("too large")])
def test_what_waits_behind_a_cell_that_cannot_be_sent_is_dropped(error: Exception) -> None:
    def execute(code: str, *, store_history: bool) -> str:
        raise error

    state = State(KernelInfo(), Health("ok"), ours=True, busy=False)
    client = SimpleNamespace(execute=execute, obstacle="")
    scribe = Notes()
    desk = SimpleNamespace(
        state=state,
        scribe=scribe,
        kernel=SimpleNamespace(client=client),
        options=ConsoleOptions(),
    )
    state.cells.add("first")
    state.cells.add("second")
    Work(desk, print, print).add("third")  # type: ignore[arg-type]
    assert scribe.told == [
        "In [1]: first",
        f"not sent: {error}",
        "dropped the 2 cells that waited: second | third",
    ]
    assert len(state.cells) == 0
    assert state.cells.running is None


def test_what_is_dropped_is_told_in_short() -> None:
    state = State(KernelInfo(), Health("ok"), ours=True, busy=False)
    scribe = Notes()
    desk = SimpleNamespace(state=state, scribe=scribe, options=ConsoleOptions())
    work = Work(desk, print, print)  # type: ignore[arg-type]
    state.cells.add("value = 12345\n" * 3000)
    state.cells.add("x" * 5000)
    work.drop_queue()
    assert scribe.told == [
        f"dropped the 2 cells that waited: value = 12345 (+2999 lines) | {'x' * 39}…"
    ]
    for number in range(1000):
        state.cells.add(f"cell_{number}()")
    work.drop_queue()
    assert scribe.told[-1].startswith("dropped the 1000 cells that waited: cell_0() | cell_1() | ")
    assert len(scribe.told[-1]) == 160
    assert scribe.told[-1].endswith("…")
