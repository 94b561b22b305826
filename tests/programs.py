"""The real program without a terminal: as a process, or here, where a process would make no difference."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

import pytest
from clients import PATIENCE

from kconsole.cli import run as run_command_line

__all__ = ["Outcome", "end", "here", "run", "running", "writes_to_a_full_pipe"]

COMMAND = (sys.executable, "-m", "kconsole")
#: What Python does in the standard streams with what is no text.
ERRORS = {"stdin": "surrogateescape", "stdout": "surrogateescape", "stderr": "backslashreplace"}


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


def here(
    *arguments: str,
    stdin: bytes | str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Outcome:
    """Run the command line in this process: what :func:`run` does, in a tenth of its time.

    Not for signals, odd standard streams, or what is imported and when: those are a process's own.
    """
    with contextlib.ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        for name in os.environ.keys() - (os.environ if env is None else env).keys():
            patch.delenv(name)
        for name, value in (env or {}).items():
            patch.setenv(name, value)
        if cwd is not None:
            patch.chdir(cwd)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            stack.callback(signal.signal, number, signal.getsignal(number))
        files = {name: stack.enter_context(tempfile.TemporaryFile()) for name in ERRORS}
        files["stdin"].write(stdin if isinstance(stdin, bytes) else (stdin or "").encode())
        files["stdin"].seek(0)
        for name, file in files.items():
            # Of its own: the program may put another file in the place of one.
            descriptor = os.dup(file.fileno())
            mode = "r" if name == "stdin" else "w"
            stream = open(descriptor, mode, encoding="utf-8", errors=ERRORS[name])  # noqa: SIM115
            patch.setattr(sys, name, stack.enter_context(stream))
        status = run_command_line(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
        for name in ("stdout", "stderr"):
            files[name].seek(0)
        return Outcome(status, files["stdout"].read().decode(), files["stderr"].read().decode())


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


def writes_to_a_full_pipe(process: "subprocess.Popen[str]", pipe: IO[str]) -> bool:
    """Whether the program waits for somebody who reads what it writes; looks into /proc."""
    ready, _, _ = select.select([pipe], [], [], 0)
    return bool(ready) and "pipe_w" in Path(f"/proc/{process.pid}/wchan").read_text()
