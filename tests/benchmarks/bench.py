"""Where the measurements happen: a folder of their own, kernels, and programs attached to them."""

import contextlib
import importlib.util
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import zmq

from tests.benchmarks.driver import Terminal, TooLate
from tests.benchmarks.programs import SPEC, Program
from tests.benchmarks.wire import Wire

__all__ = ["Bench", "FloodKernel", "has_ipykernel", "new_bench"]

_REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(slots=True)
class FloodKernel:
    """A flood kernel that runs, and what it has told.

    Attributes:
        path: of its connection file.
    """

    path: Path
    process: subprocess.Popen[bytes]
    _told: dict[str, float] = field(default_factory=dict)
    _unread: bytes = b""

    def when(self, event: str, timeout: float = 30.0) -> float:
        """When an event happened last; waits for it if need be, and forgets it.

        Raises:
            TooLate: it has not happened.
        """
        deadline = time.monotonic() + timeout
        while event not in self._told:
            left = max(0.0, deadline - time.monotonic())
            if not self._read(left):
                raise TooLate(f"the kernel has not told of {event!r}")
        return self._told.pop(event)

    def happened(self, event: str) -> bool:
        """Whether an event has happened."""
        self._read(0)
        return event in self._told

    def foreign(self, number: int, rate: int) -> None:
        """Have messages of another client's cell published."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"foreign {number} {rate}\n".encode())
        self.process.stdin.flush()

    def _read(self, timeout: float) -> bool:
        assert self.process.stdout is not None
        descriptor = self.process.stdout.fileno()
        if not select.select([descriptor], [], [], timeout)[0]:
            return False
        *lines, self._unread = (self._unread + os.read(descriptor, 4096)).split(b"\n")
        for line in lines:
            event = json.loads(line)
            self._told[event["event"]] = event["time"]
        return True


@dataclass(frozen=True, slots=True)
class Bench:
    """The place of one measurement.

    Attributes:
        folder: for connection files; HOME and Jupyter's folders are in it as well.
        quick: whether to measure less, and less precisely.
    """

    folder: Path
    quick: bool

    @property
    def env(self) -> dict[str, str]:
        """The environment of all programs: neither the user's settings nor the user's language."""
        kept = {key: os.environ[key] for key in ("PATH", "TMPDIR") if key in os.environ}
        return {
            **kept,
            "HOME": str(self.folder),
            "IPYTHONDIR": str(self.folder / "ipython"),
            "JUPYTER_CONFIG_DIR": str(self.folder / "config"),
            "JUPYTER_PATH": str(self.folder / "share"),
            "JUPYTER_RUNTIME_DIR": str(self.folder / "runtime"),
            "JUPYTER_PLATFORM_DIRS": "1",
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(_REPOSITORY),
            "TERM": "xterm-256color",
        }

    @contextlib.contextmanager
    def kernel(self, history: int = 10) -> Iterator[FloodKernel]:
        """A flood kernel that serves."""
        path = self.folder / "flood.json"
        argv = [sys.executable, "-m", "tests.benchmarks.flood_kernel", str(path), str(history)]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            argv, stdin=pipe, stdout=pipe, env=self.env, cwd=self.folder
        ) as process:
            kernel = FloodKernel(path, process)
            try:
                kernel.when("ready")
                yield kernel
            finally:
                process.kill()

    @contextlib.contextmanager
    def ipykernel(self) -> Iterator[Path]:
        """A real ipykernel that answers; its connection file."""
        path = self.folder / "ipykernel.json"
        path.unlink(missing_ok=True)
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", str(path)]
        quiet = subprocess.DEVNULL
        with subprocess.Popen(argv, stdout=quiet, stderr=quiet, env=self.env) as process:
            try:
                _wait_until_it_answers(path)
                yield path
            finally:
                process.kill()

    def open(self, program: Program, path: Path) -> Terminal:
        """The program on a terminal, attached to a kernel."""
        return Terminal([*program.argv, str(path)], self.env, str(self.folder))


@contextlib.contextmanager
def new_bench(quick: bool) -> Iterator[Bench]:
    """A new place, taken away in the end."""
    with TemporaryDirectory(prefix="kconsole-bench-") as folder:
        for name in ("ipython", "config", "runtime"):
            (Path(folder) / name).mkdir(mode=0o700)
        _write_spec(Path(folder) / "share" / "kernels" / SPEC)
        yield Bench(Path(folder), quick)


def _write_spec(folder: Path) -> None:
    """Write the kernelspec of this interpreter's ipykernel."""
    folder.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": SPEC, "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec))


def has_ipykernel() -> bool:
    """Whether this interpreter has an ipykernel."""
    return importlib.util.find_spec("ipykernel") is not None


def _wait_until_it_answers(path: Path) -> None:
    """Ask kernel_info until a reply comes."""
    deadline = time.monotonic() + 60
    connection = _read_when_written(path, deadline)
    wire = Wire(str(connection["key"]))
    with zmq.Context() as context, context.socket(zmq.DEALER) as shell:
        shell.linger = 0
        shell.connect(f"tcp://{connection['ip']}:{connection['shell_port']}")
        shell.send_multipart(wire.pack("kernel_info_request", {}))
        if not shell.poll(int(1000 * max(0.0, deadline - time.monotonic()))):
            raise TooLate("the ipykernel does not answer")


def _read_when_written(path: Path, deadline: float) -> Mapping[str, Any]:
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError):
            connection: Mapping[str, Any] = json.loads(path.read_text())
            return connection
        time.sleep(0.05)  # nothing tells when a file is written, short of an inotify
    raise TooLate(f"no {path.name}")
