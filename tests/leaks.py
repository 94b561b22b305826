"""What a test has left behind: threads, processes, open sockets and pipes.

A snapshot is taken before a test and compared after it. Ends take a moment (a zmq context reaps its
sockets in a thread of its own, a killed process has to be reaped), so what is new is watched until
it is gone or a deadline has passed.

A process counts as ours if it is our child, or if it inherited the variable MARK with this run's
value: a kernel that a console started and forgot has no parent that would tell.
"""

import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil

__all__ = ["MARK", "Snapshot", "adopted", "check", "disown", "exempt", "take", "wait_until"]

#: The environment variable that marks every process of one test run.
MARK = "KCONSOLE_TEST_RUN"
#: Kinds of descriptors that are watched; regular files come and go with pytest itself.
WATCHED = ("socket:", "pipe:", "anon_inode:", "/dev/ptmx", "/dev/pts/ptmx")

# Processes that outlive a test on purpose (kernels shared by the session), with their descendants.
_exempt: set[int] = set()
# So do the threads and descriptors of what several tests share, if one of them has had to start it.
_adopted_threads: set[threading.Thread] = set()
_adopted_descriptors: Counter[str] = Counter()


class Snapshot(NamedTuple):
    """What there was at one moment."""

    threads: frozenset[threading.Thread]
    pids: frozenset[int]
    descriptors: Counter[str]


def wait_until(
    condition: Callable[[], object], timeout: float = 60.0, what: str = "the condition"
) -> None:
    """Return as soon as the condition holds; AssertionError after ``timeout`` seconds.

    For states of the operating system that nothing tells us of; everything else has an event.
    """
    deadline = time.monotonic() + timeout
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come true within {timeout} s"
        pause.wait(0.005)


def exempt(pid: int) -> None:
    """Let a process, and what it starts, outlive the test."""
    _exempt.add(pid)


@contextmanager
def adopted() -> Iterator[None]:
    """Let all that is started within outlive the test."""
    before = take()
    yield
    after = take()
    for pid in after.pids - before.pids:
        if _is_ours(pid):
            exempt(pid)
    _adopted_threads.update(after.threads - before.threads)
    _adopted_descriptors.update(after.descriptors - before.descriptors)


def disown() -> None:
    """Adopt nothing any more: what has been is there when the next test begins, or gone.

    Many descriptors have the same name, above all those of zmq, and would hide what later tests leave.
    """
    _adopted_threads.clear()
    _adopted_descriptors.clear()


def take() -> Snapshot:
    """What there is now."""
    return Snapshot(frozenset(threading.enumerate()), frozenset(_pids()), _descriptors())


def check(before: Snapshot, timeout: float = 60.0) -> None:
    """Raise AssertionError naming what is there now, still after ``timeout`` s, and was not."""
    deadline = time.monotonic() + timeout
    for thread in set(threading.enumerate()) - before.threads - _adopted_threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    pause = threading.Event()
    while (left := _leftovers(before)) and time.monotonic() < deadline:
        pause.wait(0.005)
    assert not left, "the test left behind: " + "; ".join(left)


def _leftovers(before: Snapshot) -> list[str]:
    threads = set(threading.enumerate()) - before.threads - _adopted_threads
    processes = [pid for pid in sorted(_pids() - before.pids) if _is_ours(pid)]
    descriptors = _descriptors() - before.descriptors - _adopted_descriptors
    return [
        *(f"thread {thread.name!r}" for thread in threads),
        *(f"process {_describe(pid)}" for pid in processes),
        *(f"{count} open {name}" for name, count in descriptors.items()),
    ]


def _pids() -> set[int]:
    if sys.platform == "linux":
        return {int(name) for name in os.listdir("/proc") if name.isdigit()}
    return {child.pid for child in psutil.Process().children(recursive=True)}


def _is_ours(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        family = {pid, *(parent.pid for parent in process.parents())}
        if family & _exempt:
            return False
        return os.getpid() in family or _is_marked(pid)
    except psutil.Error:
        # It is gone, or another user's.
        return False


def _is_marked(pid: int) -> bool:
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    return f"{MARK}={os.environ.get(MARK)}".encode() in environment.split(b"\0")


def _describe(pid: int) -> str:
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return f"{pid} (zombie)"
        return f"{pid} {' '.join(process.cmdline())[:200]!r}"
    except psutil.Error:
        return str(pid)


def _descriptors() -> Counter[str]:
    if not os.path.isdir("/proc/self/fd"):
        return Counter()
    names = (_target(name) for name in os.listdir("/proc/self/fd"))
    return Counter(name for name in names if name.startswith(WATCHED))


def _target(descriptor: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        # The descriptor with which the folder itself was read.
        return ""
