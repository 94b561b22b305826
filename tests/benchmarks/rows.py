"""What is measured, and what it should be: scenarios, their rows and their targets."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.benchmarks import cells, keys, scripts, starting
from tests.benchmarks.bench import Bench
from tests.benchmarks.programs import PEER, Program

__all__ = ["SCENARIOS", "Row", "Scenario", "Target"]

Unit = Literal["s", "ms", "MB", "", "lines"]


@dataclass(frozen=True, slots=True)
class Target:
    """What a row's value should not exceed, or not fall short of.

    Attributes:
        limit: a factor, or the value itself if ``of`` is "".
        of: the program whose value is multiplied.
        row: the row whose value is multiplied; "" is the same row.
        judge: which value of several runs is compared; the least, where noise only ever adds.
        at_least: whether the value should not be below it instead.
        plus: what is added to the product.
    """

    limit: float
    of: str = ""
    row: str = ""
    judge: Literal["median", "least"] = "median"
    at_least: bool = False
    plus: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    title: str
    unit: Unit
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """One measurement, which may fill several rows.

    Attributes:
        name: what it is called on the command line.
        measure: measures a program once; what it has no value for is left out.
        runs: how often by default; more where it is short and noisy.
        real: whether it needs an ipykernel.
    """

    name: str
    measure: Callable[[Program, Bench], dict[str, float]]
    runs: int
    rows: tuple[Row, ...]
    real: bool = False


def _peer(limit: float) -> Target:
    return Target(limit, PEER)


def _floor(limit: float, row: str = "", *, plus: float = 0.0) -> Target:
    return Target(limit, "floor", row, judge="least", plus=plus)


_STARTUP = (Target(0.70, PEER, judge="least"), Target(1.15, "ptk", judge="least"))

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "startup",
        starting.startup,
        7,
        (
            Row("startup", "start to a prompt that takes keys", "s", _STARTUP),
            Row("startup_cpu", "  CPU until then", "s", _STARTUP),
        ),
    ),
    Scenario(
        "startup_history",
        starting.startup_history,
        3,
        (
            Row(
                "startup_history",
                "the same, history of 100k",
                "s",
                (_peer(0.15), Target(1.15, "kconsole", "startup")),
            ),
        ),
    ),
    Scenario(
        "version",
        starting.version,
        7,
        (Row("version", "--version", "s", (_peer(0.20), Target(5.0, "floor"))),),
    ),
    Scenario(
        "piped",
        starting.piped,
        7,
        (Row("piped", "piped print(1), flood kernel", "s", (_peer(0.30), Target(1.5, "floor"))),),
    ),
    Scenario(
        "piped_real",
        starting.piped_real,
        5,
        (Row("piped_real", "piped print(1), ipykernel", "s", (_peer(0.30),)),),
        real=True,
    ),
    Scenario(
        "piped_started",
        scripts.started,
        5,
        (Row("started", "the same, ipykernel started and ended", "s", (_floor(1.15),)),),
        real=True,
    ),
    Scenario(
        "pipe_flood",
        scripts.pipe_flood,
        3,
        (
            Row("pipe_flood", "50 MB through a pipe, flood kernel", "s", (_floor(1.11),)),
            Row("pipe_flood_mb", "  peak memory", "MB", (_floor(1.1),)),
        ),
    ),
    Scenario(
        "pipe_print",
        scripts.pipe_print,
        3,
        (
            Row("pipe_print", "50 MB through a pipe, ipykernel", "s", (_floor(1.11),)),
            Row("pipe_print_mb", "  peak memory", "MB", (Target(80),)),
        ),
        real=True,
    ),
    Scenario(
        "cells",
        scripts.cells,
        3,
        (
            Row("cells", "1,000 cells of a notebook, each", "ms", (_floor(1.0, plus=2.0),)),
            Row("cells_output", "  with --output", "ms", (_floor(1.0, "cells", plus=2.0),)),
        ),
        real=True,
    ),
    Scenario(
        "execute",
        cells.execute,
        3,
        (
            Row("result_p50", "Enter to result, p50 of 50", "ms"),
            Row("result_p95", "  p95", "ms"),
            Row(
                "prompt_p50", "Enter to prompt, p50 of 50", "ms", (_peer(0.20), Target(1.5, "ptk"))
            ),
            Row("prompt_p95", "  p95", "ms"),
        ),
    ),
    Scenario(
        "flood",
        cells.flood,
        2,
        (
            Row("flood", "flood, 100k x 80 B", "s", (_peer(0.25), Target(1.5, "floor"))),
            Row("flood_lost", "  lines lost", "lines", (Target(0),)),
            Row("flood_mb", "  memory grew by", "MB", (Target(40),)),
        ),
    ),
    Scenario(
        "flood_wide",
        cells.flood_wide,
        2,
        (
            Row("flood_wide", "flood, 10k x 8 kB", "s", (_peer(0.65), Target(1.2, "floor"))),
            Row("flood_wide_lost", "  lines lost", "lines", (Target(0),)),
        ),
    ),
    Scenario(
        "updates",
        cells.updates,
        3,
        (
            Row("updates", "10k updates of one display", "s", (_peer(0.5),)),
            Row("updates_shown", "  the last one is shown", "", (Target(1, at_least=True),)),
        ),
    ),
    Scenario(
        "shows",
        cells.shows,
        3,
        (
            Row("displays", "10k displays of a line", "s", (_peer(0.35),)),
            Row("clears", "10k lines, each after clear_output", "s", (_peer(0.35),)),
            Row("colours", "10k lines in colours", "s", (_peer(0.35),)),
        ),
    ),
    Scenario(
        "flood_keys",
        cells.flood_keys,
        2,
        (
            Row("flood_key_p50", "key echo while flooded, p50", "ms"),
            Row("flood_key_max", "  worst", "ms", (Target(100),)),
        ),
    ),
    Scenario(
        "big_result",
        cells.big_result,
        2,
        (
            Row("big_result", "one result of 50 MB", "s", (_peer(1.15),)),
            Row("big_result_mb", "  peak memory", "MB", (_peer(1.1),)),
        ),
    ),
    Scenario(
        "long_line",
        cells.long_line,
        3,
        (Row("long_line", "one line of 5 MB", "s", (_peer(1.15),)),),
    ),
    Scenario(
        "echo",
        keys.echo,
        3,
        (
            Row("echo_p50", "key echo at rest, p50", "ms", (_peer(1.1),)),
            Row("echo_p95", "  p95", "ms"),
        ),
    ),
    Scenario(
        "echo_foreign",
        keys.echo_foreign,
        2,
        (
            Row(
                "foreign_p95",
                "key echo, 10k foreign messages/s, p95",
                "ms",
                (Target(2.0, "kconsole", "echo_p95"),),
            ),
            Row("foreign_max", "  worst", "ms", (Target(100),)),
        ),
    ),
    Scenario(
        "backlog",
        cells.backlog,
        2,
        (Row("backlog", "Enter to result after 20k foreign", "ms", (_peer(0.05),)),),
    ),
    Scenario(
        "interrupt",
        cells.interrupt,
        3,
        (Row("interrupt", "Ctrl-C to interrupt_request, sleep", "ms", (Target(10),)),),
    ),
    Scenario(
        "interrupt_flood",
        cells.interrupt_flood,
        3,
        (Row("interrupt_flood", "  in 10k lines/s", "ms", (Target(10),)),),
    ),
    Scenario(
        "completion",
        keys.completion,
        3,
        (
            Row("tab_10", "TAB to menu, 10 matches", "ms", (_peer(1.0),)),
            Row("tab_1000", "  1k matches", "ms", (_peer(0.6),)),
            Row("tab_20000", "  20k matches", "ms", (_peer(0.7),)),
        ),
    ),
    Scenario(
        "paste",
        keys.paste,
        2,
        (
            Row("paste_shown", "paste of 5,000 lines: shown", "s"),
            Row("paste_key", "  key echo after it", "ms", (_peer(0.10),)),
        ),
    ),
    Scenario(
        "idle",
        keys.idle,
        1,
        (
            Row("idle_cpu", "20 s at rest: CPU", "s", (Target(0.01),)),
            Row("idle_main", "  voluntary switches, main thread", "", (_peer(0.10), Target(10))),
            Row("idle_all", "  all threads", ""),
            Row("idle_mb", "  resident memory", "MB", (_peer(0.85),)),
        ),
    ),
)
