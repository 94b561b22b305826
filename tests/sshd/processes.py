"""Processes of this machine as /proc shows them: found, stopped, and waited for."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple

__all__ = ["Process", "alive", "below", "find", "freeze", "kill", "wait_until", "with_variable"]

PROC = Path("/proc")
#: States (proc(5)) of what has ended and was not reaped yet, and of what was stopped.
ENDED, STOPPED = "ZX", "Tt"


class Process(NamedTuple):
    """One process; its time of birth (clock ticks since boot) tells it from a later one of its id."""

    pid: int
    born: int


class _Facts(NamedTuple):
    name: str
    state: str
    parent: int


def wait_until(condition: Callable[[], object], what: str, timeout: float = 60.0) -> None:
    """Return as soon as the condition holds; TimeoutError naming ``what`` after ``timeout`` s.

    For what nothing tells us of: the processes concerned are no children of ours.
    """
    deadline = time.monotonic() + timeout
    pause = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {timeout} s")
        pause.wait(0.003)


def find(pid: int) -> Process | None:
    """The process of that id, None if there is none."""
    known = _read(pid)
    return known and known[0]


def below(pids: Collection[int], name: str) -> set[Process]:
    """What descends from these through programs whose names all begin with ``name``."""
    table = _table()
    found: set[Process] = set()
    parents = set(pids)
    while parents:
        children = {
            process
            for process, facts in table.items()
            if facts.parent in parents and facts.name.startswith(name)
        } - found
        found |= children
        parents = {process.pid for process in children}
    return {process for process in found if table[process].state not in ENDED}


def with_variable(assignment: str) -> set[Process]:
    """What was started with ``NAME=value`` in its environment, and may be looked at by us."""
    wanted = os.fsencode(assignment)
    found = set()
    for process, facts in _table().items():
        with contextlib.suppress(OSError):
            environment = (PROC / str(process.pid) / "environ").read_bytes()
            if wanted in environment.split(b"\0") and facts.state not in ENDED:
                found.add(process)
    return found


def alive(processes: Collection[Process]) -> set[Process]:
    """Those that have not ended; one that is only waiting to be reaped has."""
    return {process for process in processes if _state(process) not in ENDED}


def freeze(search: Callable[[], set[Process]]) -> set[Process]:
    """Stop all that a search finds, also what they start until they stop; gives them all."""
    frozen: set[Process] = set()
    while new := search() - frozen:
        kill(new, signal.SIGSTOP)
        wait_until(
            lambda new=new: all(_state(one) in STOPPED + ENDED for one in new), f"{new} stopped"
        )
        frozen |= new
    return frozen


def kill(processes: Collection[Process], number: signal.Signals) -> None:
    """Send a signal to each that is still there; return at SIGKILL only once all have ended."""
    for process in alive(processes):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)
    if number == signal.SIGKILL:
        wait_until(lambda: not alive(processes), f"the end of {processes}")


def _state(process: Process) -> str:
    known = _read(process.pid)
    return known[1].state if known and known[0] == process else ENDED[-1]


def _table() -> dict[Process, _Facts]:
    pids = (int(name) for name in os.listdir(PROC) if name.isdigit())
    return dict(known for pid in pids if (known := _read(pid)))


def _read(pid: int) -> tuple[Process, _Facts] | None:
    try:
        text = (PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    # proc(5): the second field is the name in parentheses, and may hold spaces and parentheses.
    _, _, rest = text.partition("(")
    name, _, rest = rest.rpartition(") ")
    fields = rest.split()
    return Process(pid, int(fields[19])), _Facts(name, fields[0], int(fields[1]))
