"""What a process costs, as Linux's /proc tells it."""

from pathlib import Path
from typing import NamedTuple

__all__ = ["Usage", "descriptors", "peak_mb", "resident_mb", "threads", "usage"]

_MB = 1e6


class Usage(NamedTuple):
    """Since the process began: CPU seconds of all threads, and voluntary context switches."""

    cpu: float
    main_switches: int
    all_switches: int


def usage(pid: int) -> Usage:
    """Add up the threads of a process."""
    cpu, switches = 0.0, {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        cpu += int((task / "schedstat").read_text().split()[0]) / 1e9
        switches[int(task.name)] = _status(task / "status", "voluntary_ctxt_switches")
    return Usage(cpu, switches[pid], sum(switches.values()))


def resident_mb(pid: int) -> float:
    """The memory that is resident now, in MB."""
    return _status(Path(f"/proc/{pid}/status"), "VmRSS") * 1024 / _MB


def peak_mb(pid: int) -> float:
    """The most memory that has ever been resident, in MB."""
    return _status(Path(f"/proc/{pid}/status"), "VmHWM") * 1024 / _MB


def descriptors(pid: int) -> int:
    """How many files, sockets and pipes are open."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def threads(pid: int) -> int:
    """How many threads run."""
    return _status(Path(f"/proc/{pid}/status"), "Threads")


def _status(path: Path, name: str) -> int:
    for line in path.read_text().splitlines():
        key, _, value = line.partition(":")
        if key == name:
            return int(value.split()[0])
    raise ValueError(f"{path} has no {name}")
