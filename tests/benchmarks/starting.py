"""Measurements of the beginning: to the prompt, to the version, and through a pipe."""

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.bench import Bench
from tests.benchmarks.driver import LETTERS, PROMPT, Terminal, TooLate
from tests.benchmarks.process_stats import usage
from tests.benchmarks.programs import Program

__all__ = ["piped", "piped_real", "reach_prompt", "startup", "startup_history", "version"]

_LONG_HISTORY = 100_000


def reach_prompt(terminal: Terminal) -> None:
    """Wait for the first prompt, and prove that it takes keys; the line is empty afterwards."""
    terminal.match(PROMPT)
    terminal.send(LETTERS[-1])
    terminal.find(LETTERS[-1])


def startup(program: Program, bench: Bench) -> dict[str, float]:
    """From the start of the process to the echo of a key, in seconds; CPU seconds until then."""
    with bench.kernel() as kernel, bench.open(program, kernel.path) as terminal:
        reach_prompt(terminal)
        return {"startup": terminal.seen - terminal.start, "startup_cpu": usage(terminal.pid).cpu}


def startup_history(program: Program, bench: Bench) -> dict[str, float]:
    """The same, with a kernel whose history_reply has 100,000 entries, however many are asked for."""
    entries = _LONG_HISTORY // (10 if bench.quick else 1)
    with bench.kernel(entries) as kernel, bench.open(program, kernel.path) as terminal:
        reach_prompt(terminal)
        return {"startup_history": terminal.seen - terminal.start}


def version(program: Program, bench: Bench) -> dict[str, float]:
    """``--version``, in seconds."""
    if not program.version:
        return {}
    return {"version": _time(bench, program.version, b"")[0]}


def piped(program: Program, bench: Bench) -> dict[str, float]:
    """``print(1)`` from a pipe to the flood kernel, in seconds."""
    if not program.piped:
        return {}
    with bench.kernel() as kernel:
        return {"piped": _one_liner(bench, program, kernel.path)}


def piped_real(program: Program, bench: Bench) -> dict[str, float]:
    """``print(1)`` from a pipe to a real ipykernel that runs already, in seconds."""
    if not program.piped:
        return {}
    with bench.ipykernel() as path:
        return {"piped_real": _one_liner(bench, program, path)}


def _one_liner(bench: Bench, program: Program, path: Path) -> float:
    seconds, output = _time(bench, (*program.piped, str(path)), b"print(1)\n")
    if output != b"1\n":
        raise TooLate(f"{program.name} printed {output!r}")
    return seconds


def _time(bench: Bench, argv: Sequence[str], stdin: bytes) -> tuple[float, bytes]:
    start = time.monotonic()
    done = subprocess.run(
        argv,
        input=stdin,
        capture_output=True,
        check=False,
        env=bench.env,
        cwd=bench.folder,
        timeout=60,
    )
    seconds = time.monotonic() - start
    if done.returncode:
        raise TooLate(f"{argv[:3]} ended with {done.returncode}: {done.stderr[-300:]!r}")
    return seconds, done.stdout
