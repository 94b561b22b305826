"""The real program as a process, without a terminal."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from clients import PATIENCE

__all__ = ["Outcome", "end", "run", "running"]

COMMAND = (sys.executable, "-m", "kconsole")


class Outcome(NamedTuple):
    """How a run of the program ended; in a test, compare it as a whole: (status, stdout, stderr)."""

    status: int
    stdout: str
    stderr: str


def run(*arguments: str, stdin: bytes | str | None = None, **options: Any) -> Outcome:
    """Run the program to its end. stdin None is an empty one; decoding does not change line ends."""
    data = (stdin or "").encode() if not isinstance(stdin, bytes) else stdin
    done = subprocess.run(
        [*COMMAND, *arguments],
        input=data,
        capture_output=True,
        timeout=3 * PATIENCE,
        check=False,
        **options,
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


@contextlib.contextmanager
def running(
    *arguments: str, stdin: int | IO[Any] = subprocess.DEVNULL, **options: Any
) -> Iterator["subprocess.Popen[str]"]:
    """The program while it runs; it is killed if the test leaves it behind."""
    command = [*COMMAND, *arguments]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, stdin=stdin, **(pipes | options)) as process:
        try:
            yield process
        finally:
            process.kill()


def end(process: "subprocess.Popen[str]") -> Outcome:
    """Wait for the program's end; what was read before is missing from the outcome."""
    stdout, stderr = process.communicate(timeout=3 * PATIENCE)
    return Outcome(process.returncode, stdout or "", stderr or "")
