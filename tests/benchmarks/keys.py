"""Measurements of the editor: a key's echo, pasting, completion; and of the console at rest."""

import statistics
from collections.abc import Iterable

from tests.benchmarks.bench import Bench
from tests.benchmarks.cells import percentile, rest
from tests.benchmarks.driver import LETTERS, Terminal
from tests.benchmarks.process_stats import resident_mb, usage
from tests.benchmarks.programs import Program

__all__ = ["completion", "echo", "echo_foreign", "idle", "paste"]

_MS = 1000.0
_PASTED = "# last"


def echo(program: Program, bench: Bench) -> dict[str, float]:
    """From a key to its echo at rest: p50 and p95, in ms."""
    with bench.kernel() as kernel, bench.open(program, kernel.path) as terminal:
        rest(terminal)
        echoes = _type(terminal, LETTERS, 0.03)
    return {"echo_p50": statistics.median(echoes), "echo_p95": percentile(echoes, 95)}


def echo_foreign(program: Program, bench: Bench) -> dict[str, float]:
    """The same while another client's cell prints 10,000 lines a second."""
    with bench.kernel() as kernel, bench.open(program, kernel.path) as terminal:
        rest(terminal)
        kernel.foreign(50_000, 10_000)
        terminal.pump(0.5)
        echoes = _type(terminal, LETTERS[:40], 0.08)
    return {"foreign_p95": percentile(echoes, 95), "foreign_max": max(echoes)}


def _type(terminal: Terminal, letters: Iterable[str], pause: float) -> list[float]:
    """Type letters, each after a pause, and time their echoes in ms."""
    echoes = []
    for letter in letters:
        terminal.send(letter)
        echoes.append(_MS * (terminal.find(letter) - terminal.sent))
        terminal.pump(pause)
    return echoes


def paste(program: Program, bench: Bench) -> dict[str, float]:
    """A paste of 5,000 lines: seconds until its end is shown, then ms to a key's echo (p50 of 5)."""
    if program.name == "floor":
        return {}
    number = 5_000 // (10 if bench.quick else 1)
    text = "".join(f"value = {line}\n" for line in range(number - 1)) + _PASTED
    with bench.kernel() as kernel, bench.open(program, kernel.path) as terminal:
        rest(terminal)
        terminal.send(f"\x1b[200~{text}\x1b[201~")
        shown = terminal.match(_PASTED) - terminal.sent
        terminal.settle(0.5)
        echoes = _type(terminal, LETTERS[:5], 0.3)
    return {"paste_shown": shown, "paste_key": statistics.median(echoes)}


def completion(program: Program, bench: Bench) -> dict[str, float]:
    """From TAB to the menu, for 10, 1000 and 20,000 matches, in ms."""
    if program.name in ("floor", "ptk"):
        return {}
    values = {}
    for number in (10, 1000, 20_000):
        with bench.kernel() as kernel, bench.open(program, kernel.path) as terminal:
            rest(terminal)
            terminal.send(f"tab{number}.")
            terminal.settle(0.1)
            terminal.send("\t")
            values[f"tab_{number}"] = _MS * (terminal.find("amatch0") - terminal.sent)
    return values


def idle(program: Program, bench: Bench) -> dict[str, float]:
    """20 s at rest: CPU seconds, voluntary context switches of the main thread and of all; MB."""
    with bench.kernel() as kernel, bench.open(program, kernel.path) as terminal:
        rest(terminal)
        terminal.pump(2.0)
        before = usage(terminal.pid)
        terminal.pump(4.0 if bench.quick else 20.0)
        after = usage(terminal.pid)
        return {
            "idle_cpu": after.cpu - before.cpu,
            "idle_main": after.main_switches - before.main_switches,
            "idle_all": after.all_switches - before.all_switches,
            "idle_mb": resident_mb(terminal.pid),
        }
