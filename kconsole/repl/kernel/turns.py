"""Whose turn it is: what the kernel works on, and which cells wait for it, as far as that is known.

A kernel runs one cell after the other, whosever they are. The cell that this console has sent last runs
only when those are done with that the kernel had before it: cells of other clients, and cells of ours that
were given up.
"""

from collections.abc import Iterator
from typing import NamedTuple

from kconsole.repl.queue import in_short
from kconsole.repl.state import State

__all__ = ["Turn", "has_begun", "turns", "waits_for"]


class Turn(NamedTuple):
    """A cell: whether it ``runs``, ``waits``, or was ``sent``, which is all that is known; and its text."""

    state: str
    text: str


def has_begun(state: State) -> bool:
    """Whether the kernel is known to have begun with the cell that was sent."""
    running = state.cells.running
    return running is not None and (
        running.cell.execution_count is not None
        or running.cell.state != "running"
        or running.cell.msg_id in state.activity.busy_parents
    )


def waits_for(state: State) -> str:
    """What the cell that was sent waits for; "" if it runs, or if nothing is known of that."""
    if state.cells.running is None or has_begun(state):
        return ""
    for abandoned in state.cells.abandoned.values():
        return abandoned.name
    return next(_others(state), "")


def turns(state: State) -> list[Turn]:
    """What the kernel runs, and what waits, in that order."""
    busy = state.activity.busy_parents
    found = [Turn("runs", name) for name in _others(state)]
    found += [
        Turn(
            "runs" if msg_id in busy else "waits",
            f"(given up) {state.prompt(one.number)}{in_short(one.code)}",
        )
        for msg_id, one in state.cells.abandoned.items()
    ]
    codes = list(state.cells.waiting)
    states = ["waits"] * len(codes)
    if (running := state.cells.running) is not None:
        codes.insert(0, running.code)
        states.insert(0, "runs" if has_begun(state) else "waits" if found else "sent")
    count = state.count
    return found + [
        Turn(each, state.prompt(None if count is None else count + number) + in_short(code))
        for number, (each, code) in enumerate(zip(states, codes, strict=True), 1)
    ]


def _others(state: State) -> Iterator[str]:
    """The cells of other clients that the kernel is busy with."""
    named = False
    for msg_id in state.activity.busy_parents:
        if name := state.clients.cell(msg_id):
            named = True
            yield name
    if not named and not state.shell_answers.is_set():
        yield "a cell of another client"
