"""Does a console that is used all day grow? Run by hand; nothing here is a test.

::

    python -m tests.benchmarks.soak                 ten thousand cells: a quarter of an hour
    python -m tests.benchmarks.soak --cells 1000    with a tenth of everything else

One console on a pseudo-terminal, with an ipykernel of its own: cells that print, return, fail, draw bars
and ask for input; interrupts, restarts, and other clients that come, run a cell and go. At intervals, once
everything is quiet, its resident memory, descriptors and threads are looked at.

Two things grow by design: each cell stays in the session's record, for ``\\save``, and in its history; and
the signatures of the messages that came last are kept, 65,536 of them, against replays.
Linux only (/proc).
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from kconsole.client.client import KernelClient
from tests.benchmarks.bench import Bench, new_bench
from tests.benchmarks.driver import Terminal, TooLate
from tests.benchmarks.process_stats import descriptors, resident_mb, threads

__all__ = ["Sample", "main", "verdict"]

_SAMPLES = 20
_WARM = 0.1  # of all cells, before growth counts
_INTERRUPTS, _RESTARTS, _CLIENTS = 0.01, 0.002, 0.005  # for each cell
_QUIET_S = 1.0
_SEEN_S = 0.5  # after that, a question that is on the screen takes keys
_END = "\x1b]133;D"  # the mark at the end of a cell (semantic prompts)
_KB_PER_CELL = 4.0  # of resident memory, at most: record, history, signatures

#: What the cells do in turn; each ends with a text that its code does not contain.
_CODES = (
    "print('done-%d' % {n})",
    "'done-%d' % {n}",
    "for i in range(20): print('line', i)\rprint('done-%d' % {n})\r",
    "1/0 if print('done-%d' % {n}) is None else 0",
    "import sys; print('err', file=sys.stderr); print('done-%d' % {n})",
    "print(*('\\r%3d%%' % i for i in range(100)), sep='', end=' '); print('done-%d' % {n})",
    "h = display('shown', display_id=True); h.update('done-%d' % {n})",
    "{{i: 'x' * i for i in range(40)}}, print('done-%d' % {n})",
)


class Sample(NamedTuple):
    """One look at the console, when it was quiet."""

    cells: int
    memory_mb: float
    descriptors: int
    threads: int
    cell_ms: float


class _Soak:
    """The session, and what has been done in it."""

    def __init__(self, terminal: Terminal, bench: Bench) -> None:
        self._terminal = terminal
        self._bench = bench
        self.cells = self.interrupts = self.restarts = self.clients = 0

    def cell(self) -> None:
        """Run a cell, and see its end."""
        self.cells += 1
        self._terminal.send(_CODES[self.cells % len(_CODES)].format(n=self.cells) + "\r")
        self._end(f"done-{self.cells}")

    def interrupt(self) -> None:
        """Run a cell that has no end, and interrupt it."""
        self.interrupts += 1
        code = f"import time; print('began-%d' % {self.interrupts}); time.sleep(600)"
        self._terminal.send(code + "\r")
        self._terminal.find(f"began-{self.interrupts}")
        self._terminal.send("\x03")
        self._end("KeyboardInterrupt")

    def restart(self) -> None:
        """Restart the kernel; a cell that is entered meanwhile waits for the new one."""
        self.restarts += 1
        self._terminal.send("\\restart\r")
        self._terminal.find("restarted")

    def client(self) -> None:
        """Let another client come, run a cell and go; every second one before that has ended."""
        self.clients += 1
        path = max((self._bench.folder / "runtime").glob("*.json"), key=_age)
        client = KernelClient(connection_file=str(path))
        client.load_connection_file()
        with client:
            client.wait_for_ready(60)
            code = f"print('from client', {self.clients}); 'other-%d' % {self.clients}"
            if self.clients % 2:
                client.execute_interactive(code, timeout=60)
            else:
                client.execute(code)
        self._terminal.find(f"other-{self.clients}")

    def ask(self) -> None:
        """Run a cell that asks for a line."""
        self._terminal.send(f"print('got-%s' % input('name-%d' % {self.cells}))\r")
        self._terminal.find(f"name-{self.cells}")
        self._terminal.settle(_SEEN_S)
        self._terminal.send(f"x{self.cells}\r")
        self._end(f"got-x{self.cells}")

    def _end(self, text: str) -> None:
        """Wait for a text of the cell, and for its end: one that failed would drop what waits behind it."""
        self._terminal.find(text)
        self._terminal.find(_END)

    def look(self, cell_ms: float) -> Sample:
        """Wait until it is quiet, and look."""
        self._terminal.settle(_QUIET_S)
        pid = self._terminal.pid
        return Sample(self.cells, resident_mb(pid), descriptors(pid), threads(pid), cell_ms)


def main(arguments: Sequence[str]) -> int:
    """Use the console, and print what it cost; 1 if it has grown beyond what each cell may take."""
    options = _parse(arguments)
    print(f"{'cells':>7} {'MB':>7} {'descriptors':>12} {'threads':>8} {'ms/cell':>8}", flush=True)
    start = time.monotonic()
    samples: list[Sample] = []
    with new_bench(True) as bench:
        argv = [sys.executable, "-m", "kconsole", "-k", "python3"]
        with Terminal(argv, bench.env, str(bench.folder)) as terminal:
            terminal.match("idle", 120)
            soak = _Soak(terminal, bench)
            try:
                for sample in _use(soak, options.cells):
                    samples.append(sample)
                    print(_row(sample), flush=True)
            except TooLate as error:
                print(f"after {soak.cells} cells: {error}")
                return 1
    print(
        f"\n{soak.cells} cells, {soak.interrupts} interrupts, {soak.restarts} restarts, "
        f"{soak.clients} other clients in {time.monotonic() - start:.0f} s"
    )
    good, words = verdict(samples)
    print(words)
    return 0 if good else 1


def verdict(samples: Sequence[Sample]) -> tuple[bool, str]:
    """Judge the samples by what came after the first tenth of the cells."""
    warm, last = (
        next(each for each in samples if each.cells >= _WARM * samples[-1].cells),
        samples[-1],
    )
    per_cell = (last.memory_mb - warm.memory_mb) * 1000 / max(1, last.cells - warm.cells)
    flat = last.descriptors <= warm.descriptors and last.threads <= warm.threads
    words = (
        f"descriptors {warm.descriptors} -> {last.descriptors}, threads {warm.threads} -> "
        f"{last.threads}, memory {warm.memory_mb:.1f} -> {last.memory_mb:.1f} MB: "
        f"{per_cell:.2f} kB for each cell (at most {_KB_PER_CELL:g})"
    )
    good = flat and per_cell <= _KB_PER_CELL
    return good, f"{words}\n{'flat' if good else 'GROWS'}"


def _use(soak: _Soak, cells: int) -> Iterator[Sample]:
    """Do everything so often, evenly; give a sample now and then."""
    every = max(1, cells // _SAMPLES)
    spent = 0.0
    for number in range(1, cells + 1):
        began = time.monotonic()
        soak.cell()
        spent += time.monotonic() - began
        for share, act in (
            (_INTERRUPTS, soak.interrupt),
            (_RESTARTS, soak.restart),
            (_CLIENTS, soak.client),
            (_INTERRUPTS, soak.ask),
        ):
            if int(number * share) > int((number - 1) * share):
                act()
        if number % every == 0:
            yield soak.look(spent / every * 1000)
            spent = 0.0


def _row(sample: Sample) -> str:
    return (
        f"{sample.cells:7} {sample.memory_mb:7.1f} {sample.descriptors:12} {sample.threads:8} "
        f"{sample.cell_ms:8.1f}"
    )


def _age(path: Path) -> float:
    return path.stat().st_mtime


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.soak",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--cells", type=int, default=10_000, help="(default: %(default)s)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
