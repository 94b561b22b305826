"""The command: see the package's docstring."""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Sequence

import tests.benchmarks
from tests.benchmarks.bench import has_ipykernel, new_bench
from tests.benchmarks.driver import TooLate
from tests.benchmarks.programs import Program, all_programs
from tests.benchmarks.report import report
from tests.benchmarks.rows import SCENARIOS, Scenario

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Measure, and print the table; 1 if anything could not be measured."""
    options = _parse(arguments)
    scenarios = [each for each in SCENARIOS if not options.rows or each.name in options.rows]
    if not has_ipykernel():
        scenarios = [each for each in scenarios if not each.real]
    programs = all_programs(options.peer_python)
    if options.only:
        programs = [each for each in programs if each.name in options.only]
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    failures: list[str] = []
    start = time.monotonic()
    for scenario in scenarios:
        runs = options.runs or (1 if options.quick else scenario.runs)
        for run in range(runs):
            # Each begins once, so that none is always the first after the others.
            turn = run % len(programs)
            for program in programs[turn:] + programs[:turn]:
                print(
                    f"\r\x1b[K{scenario.name} {run + 1}/{runs} {program.name}",
                    end="",
                    file=sys.stderr,
                )
                _measure(scenario, program, options.quick, values, failures)
    print("\r\x1b[K", end="", file=sys.stderr)
    rows = [row for scenario in scenarios for row in scenario.rows]
    print(report(rows, [program.name for program in programs], values))
    sizes = "; floods, 50 MB and 100k are a tenth of that" if options.quick else ""
    print(f"\n{time.monotonic() - start:.0f} s; median (least-most) of all runs{sizes}")
    for failure in failures:
        print(failure)
    return 1 if failures else 0


def _measure(
    scenario: Scenario,
    program: Program,
    quick: bool,
    values: dict[str, dict[str, list[float]]],
    failures: list[str],
) -> None:
    with new_bench(quick) as bench:
        try:
            got = scenario.measure(program, bench)
        except TooLate as error:
            failures.append(f"{scenario.name}, {program.name}: {error}")
            return
    for row, value in got.items():
        values[row][program.name].append(value)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    names = [scenario.name for scenario in SCENARIOS]
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=tests.benchmarks.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of: {', '.join(names)}")
    parser.add_argument("--runs", type=int, help="of each (default: 1 to 7, by its noise)")
    parser.add_argument("--quick", action="store_true", help="one run, and tenth-sized floods")
    parser.add_argument("--peer-python", default=sys.executable, help="who has jupyter_console")
    parser.add_argument("--only", action="append", metavar="PROGRAM", help="measure only this one")
    options = parser.parse_args(arguments)
    if unknown := {*options.rows} - {*names}:
        parser.error(f"no row {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    return options


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
