"""Measurements of scripts: a kernel of one's own for one line, much output through a pipe, many cells."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.bench import Bench
from tests.benchmarks.driver import TooLate
from tests.benchmarks.programs import PEER, Program

__all__ = ["cells", "pipe_flood", "pipe_print", "started"]

_MS = 1000.0
_MB = 1e6
_KIB = 1024
_OUTPUT = 50_000_000  # bytes
_CELLS = 1000
_PATIENCE_S = 300.0


class _Run(NamedTuple):
    """What a program took: seconds, MB at the most; the bytes that it wrote."""

    seconds: float
    peak_mb: float
    written: int


def started(program: Program, bench: Bench) -> dict[str, float]:
    """``print(1)`` from a pipe to an ipykernel that is started for it and ended, in seconds."""
    if not program.starting:
        return {}
    return {"started": _run(bench, program.starting, "print(1)\n").seconds}


def pipe_flood(program: Program, bench: Bench) -> dict[str, float]:
    """50 MB in messages of 8 kB from the flood kernel."""
    if not program.piped:
        return {}
    lines = _OUTPUT // 8000 // (10 if bench.quick else 1)
    with bench.kernel() as kernel:
        run = _run(bench, (*program.piped, str(kernel.path)), f"flood {lines} 8000")
    _check(program, run, lines * 8000)
    return {"pipe_flood": run.seconds, "pipe_flood_mb": run.peak_mb}


def pipe_print(program: Program, bench: Bench) -> dict[str, float]:
    """50 MB that an ipykernel prints in lines of 100 bytes."""
    if not program.piped:
        return {}
    lines = _OUTPUT // 100 // (10 if bench.quick else 1)
    with bench.ipykernel() as path:
        code = f"for _ in range({lines}): print('.' * 99)\n"
        run = _run(bench, (*program.piped, str(path)), code)
    _check(program, run, lines * 100)
    return {"pipe_print": run.seconds, "pipe_print_mb": run.peak_mb}


def cells(program: Program, bench: Bench) -> dict[str, float]:
    """1,000 short cells of a notebook, without and with a notebook that is written: ms for each."""
    if not program.piped or program.name == PEER:
        return {}
    number = _CELLS // (10 if bench.quick else 1)
    source, output = bench.folder / "in.ipynb", bench.folder / "out.ipynb"
    source.write_text(_notebook(number))
    found = {}
    for row, more in (("cells", ()), ("cells_output", ("--output", str(output)))):
        if more and program.name == "floor":
            continue
        with bench.ipykernel() as path:
            run = _run(bench, (*program.piped, str(path), "-f", str(source), *more), "")
        found[row] = _MS * run.seconds / number
    if output.exists():
        _check_last_cell(output, number)
    return found


def _notebook(number: int) -> str:
    made = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell-{each}",
            "metadata": {},
            "outputs": [],
            "source": f"x = {each}\nprint('cell', x)\nx",
        }
        for each in range(number)
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def _check_last_cell(output: Path, number: int) -> None:
    last = json.loads(output.read_text())["cells"][-1]
    if last["outputs"][0]["text"] != [f"cell {number - 1}\n"]:
        raise TooLate(f"the last cell shows {last['outputs']!r}")


def _check(program: Program, run: _Run, at_least: int) -> None:
    if run.written < at_least:
        raise TooLate(f"{program.name} wrote {run.written} bytes of {at_least}")


def _run(bench: Bench, argv: Sequence[str], stdin: str) -> _Run:
    """Run a program to its end, and read its output as fast as possible."""
    pipe, told = subprocess.PIPE, bench.folder / "stderr"
    start = time.monotonic()
    with (
        told.open("wb") as stderr,
        subprocess.Popen(
            argv, stdin=pipe, stdout=pipe, stderr=stderr, env=bench.env, cwd=bench.folder
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        timer = threading.Timer(_PATIENCE_S, process.kill)
        timer.start()
        with process.stdin:
            process.stdin.write(stdin.encode())
        written = 0
        while piece := os.read(process.stdout.fileno(), 1 << 16):
            written += len(piece)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        timer.cancel()
    if process.returncode:
        raise TooLate(f"{argv[:3]} ended with {process.returncode}: {told.read_bytes()[-300:]!r}")
    scale = 1 if sys.platform == "darwin" else _KIB
    return _Run(seconds, usage.ru_maxrss * scale / _MB, written)
