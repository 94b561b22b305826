"""Who is compared: kconsole, its peer, and the two floors; how each is started and what it looks like."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PEER", "SPEC", "Program", "all_programs"]

PEER = "jupyter"
SPEC = "bench"  # the name of the kernelspec that all can start
_PEER_PIPED = "from jupyter_client.runapp import main; main()"


@dataclass(frozen=True, slots=True)
class Program:
    """One program.

    Attributes:
        name: its column in the table.
        argv: of a session at a terminal; the path of a connection file follows.
        piped: of a session whose code comes from a pipe; the path follows. Empty if it has none.
        starting: of the same with a kernel of its own, from the kernelspec SPEC. Empty if it has none.
        version: what tells the version and ends.
        ready: what stands below the result of cell ``{n}`` once that cell is done with. The prompts of
            most come then; that of kconsole never goes away, but its toolbar says "busy" until then.
        prompt_stays: whether keys can be typed, and are shown, while a cell runs.
    """

    name: str
    argv: tuple[str, ...]
    piped: tuple[str, ...]
    starting: tuple[str, ...]
    version: tuple[str, ...]
    ready: str = r"In \[{next}\]:"
    prompt_stays: bool = False

    def ready_after(self, cell: int) -> str:
        """The pattern of :attr:`ready` for one cell."""
        return self.ready.replace("{next}", str(cell + 1))


def all_programs(peer_python: str) -> list[Program]:
    """Those that can be run here; the peer is left out if that interpreter does not have it."""
    own = sys.executable
    kconsole = (own, "-m", "kconsole")
    floor = (own, "-m", "tests.benchmarks.floor")
    programs = [
        Program(
            "kconsole",
            (*kconsole, "--max-lines", "0"),  # no other program folds what it shows
            kconsole,
            (*kconsole, "-k", SPEC),
            (*kconsole, "--version"),
            "idle",
            True,
        ),
        Program("floor", floor, floor, (*floor, "--start"), (own, "-c", "pass")),
        Program("ptk", (own, "-m", "tests.benchmarks.floor_ptk"), (), (), ()),
    ]
    if _has_peer(peer_python):
        console = (peer_python, "-m", "jupyter_console")
        run = (peer_python, "-c", _PEER_PIPED)
        peer = Program(
            PEER,
            (*console, "--existing"),
            (*run, "--existing"),
            (*run, f"--kernel={SPEC}"),
            (*console, "--version"),
        )
        programs.insert(1, peer)
    return programs


def _has_peer(python: str) -> bool:
    if not Path(python).exists():
        raise SystemExit(f"no interpreter {python}")
    look = "import importlib.util as u, sys; sys.exit(u.find_spec('jupyter_console') is None)"
    return subprocess.run([python, "-c", look], check=False).returncode == 0
