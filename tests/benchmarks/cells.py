"""Measurements of cells: short ones, floods, big results, interrupts."""

import math
import re
import statistics
import time
from collections.abc import Sequence

from tests.benchmarks.bench import Bench, FloodKernel
from tests.benchmarks.driver import LETTERS, PROMPT, Terminal
from tests.benchmarks.flood_kernel import END, UPDATED
from tests.benchmarks.process_stats import peak_mb, resident_mb
from tests.benchmarks.programs import Program

__all__ = [
    "backlog",
    "big_result",
    "execute",
    "flood",
    "flood_keys",
    "flood_wide",
    "interrupt",
    "interrupt_flood",
    "long_line",
    "percentile",
    "shows",
    "updates",
]

_MS = 1000.0
_PAUSE_S = 0.3  # what "at rest" means: nothing has been written for so long
_NEVER_S = 2.0  # an interrupt_request that has not come by then does not come
_KEY_EVERY_S = 0.1
_NUMBER = re.compile(rb"#(\d{6}) ")


def percentile(values: Sequence[float], rank: int) -> float:
    """The value that ``rank`` percent of the values do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * rank / 100) - 1)]


def rest(terminal: Terminal) -> None:
    """Wait for the first prompt, and until the console is at rest."""
    terminal.match(PROMPT)
    terminal.settle(_PAUSE_S)


def enter(terminal: Terminal, code: str) -> float:
    """Type code, wait for its echo to end, press Enter; returns when that was."""
    terminal.send(code)
    terminal.settle(0.05)
    terminal.send("\r")
    return terminal.sent


def execute(program: Program, bench: Bench) -> dict[str, float]:
    """Enter to result, and Enter to the next prompt: p50 and p95 of 50 cells, in ms."""
    results, prompts = [], []
    with bench.kernel() as kernel, bench.open(program, kernel.path) as terminal:
        rest(terminal)
        for cell in range(1, 11 if bench.quick else 51):
            start = enter(terminal, f"echo {cell}")
            results.append(_MS * (terminal.find(f"<{cell}>") - start))
            prompts.append(_MS * (terminal.match(program.ready_after(cell)) - start))
    return {
        "result_p50": statistics.median(results),
        "result_p95": percentile(results, 95),
        "prompt_p50": statistics.median(prompts),
        "prompt_p95": percentile(prompts, 95),
    }


def flood(program: Program, bench: Bench) -> dict[str, float]:
    """100,000 lines of 80 bytes: seconds, lines that are missing, MB that the memory grew by."""
    seconds, lost, grew = _flood(program, bench, 100_000 // (10 if bench.quick else 1), 80)
    return {"flood": seconds, "flood_lost": lost, "flood_mb": grew}


def flood_wide(program: Program, bench: Bench) -> dict[str, float]:
    """10,000 lines of 8 kB, likewise."""
    seconds, lost, _ = _flood(program, bench, 10_000 // (10 if bench.quick else 1), 8000)
    return {"flood_wide": seconds, "flood_wide_lost": lost}


def _flood(program: Program, bench: Bench, number: int, size: int) -> tuple[float, int, float]:
    with bench.kernel() as kernel, bench.open(program, kernel.path) as terminal:
        rest(terminal)
        before = resident_mb(terminal.pid)
        done = _bulk(program, kernel, terminal, f"flood {number} {size}")
        return done, number - _count_lines(terminal), peak_mb(terminal.pid) - before


def _count_lines(terminal: Terminal) -> int:
    return len({*_NUMBER.findall(terminal.output)})


def _bulk(program: Program, kernel: FloodKernel, terminal: Terminal, code: str) -> float:
    """From the moment in which the kernel begins to send to the next prompt, in seconds."""
    enter(terminal, code)
    terminal.find(END)
    done = terminal.match(program.ready_after(1))
    return done - kernel.when("flood")


def big_result(program: Program, bench: Bench) -> dict[str, float]:
    """One result of 50 MB in lines of 1000 bytes, in seconds."""
    size = 50_000_000 // (10 if bench.quick else 1)
    with bench.kernel() as kernel, bench.open(program, kernel.path) as terminal:
        rest(terminal)
        seconds = _bulk(program, kernel, terminal, f"result {size}")
        return {"big_result": seconds, "big_result_mb": peak_mb(terminal.pid)}


def long_line(program: Program, bench: Bench) -> dict[str, float]:
    """One line of 5 MB, in seconds."""
    with bench.kernel() as kernel, bench.open(program, kernel.path) as terminal:
        rest(terminal)
        return {"long_line": _bulk(program, kernel, terminal, "line 5000000")}


def updates(program: Program, bench: Bench) -> dict[str, float]:
    """10,000 updates of one display, in seconds; 1 if the last state of it was drawn, else 0."""
    with bench.kernel() as kernel, bench.open(program, kernel.path) as terminal:
        rest(terminal)
        number = 10_000 // (10 if bench.quick else 1)
        seconds = _bulk(program, kernel, terminal, f"updates {number}")
        terminal.settle(_PAUSE_S)
        return {"updates": seconds, "updates_shown": float(UPDATED.encode() in terminal.output)}


def shows(program: Program, bench: Bench) -> dict[str, float]:
    """10,000 displays, steps after a clear_output, and lines in colours, each in seconds."""
    number = 10_000 // (10 if bench.quick else 1)
    seconds = {}
    for kind in ("displays", "clears", "colours"):
        with bench.kernel() as kernel, bench.open(program, kernel.path) as terminal:
            rest(terminal)
            seconds[kind] = _bulk(program, kernel, terminal, f"{kind} {number}")
    return seconds


def flood_keys(program: Program, bench: Bench) -> dict[str, float]:
    """The echo of keys that are typed every 0.1 s while the flood is shown: p50 and worst, in ms."""
    if not program.prompt_stays:
        return {}
    echoes = []
    with bench.kernel() as kernel, bench.open(program, kernel.path) as terminal:
        rest(terminal)
        enter(terminal, f"flood {100_000 // (10 if bench.quick else 1)} 80")
        terminal.find("#000000 ")
        for letter in LETTERS:
            terminal.send(letter)
            echoes.append(_MS * (terminal.find(letter) - terminal.sent))
            if terminal.output.rfind(END.encode()) >= 0:
                break
            terminal.pump(terminal.sent + _KEY_EVERY_S - time.monotonic())
    return {"flood_key_p50": statistics.median(echoes), "flood_key_max": max(echoes)}


def interrupt(program: Program, bench: Bench) -> dict[str, float]:
    """Ctrl-C in a cell that sleeps, to the arrival of the interrupt_request, in ms."""
    return {"interrupt": _interrupt(program, bench, "sleep")}


def interrupt_flood(program: Program, bench: Bench) -> dict[str, float]:
    """Ctrl-C in a cell that prints 10,000 lines a second, likewise."""
    return {"interrupt_flood": _interrupt(program, bench, "spin")}


def _interrupt(program: Program, bench: Bench, code: str) -> float:
    with bench.kernel() as kernel, bench.open(program, kernel.path) as terminal:
        rest(terminal)
        enter(terminal, code)
        while not kernel.happened("cell"):
            terminal.read(0.01)
        terminal.pump(1.0)
        terminal.send("\x03")
        pressed = terminal.sent
        deadline = pressed + _NEVER_S
        while not kernel.happened("interrupt_request"):
            if time.monotonic() > deadline:
                return math.inf
            terminal.read(0.01)
        return _MS * (kernel.when("interrupt_request") - pressed)


def backlog(program: Program, bench: Bench) -> dict[str, float]:
    """Enter to result after 20,000 messages of another client's cell came while at rest, in ms."""
    with bench.kernel() as kernel, bench.open(program, kernel.path) as terminal:
        rest(terminal)
        kernel.foreign(20_000, 0)
        while not kernel.happened("foreign"):
            terminal.read(0.01)
        terminal.settle(1.0)
        start = enter(terminal, "echo x")
        return {"backlog": _MS * (terminal.find("<x>", timeout=30) - start)}
