"""A scripted Jupyter kernel on real sockets, for tests; also a program.

In a test, in threads of its process::

    with FakeKernel(heartbeat="off") as kernel:
        ...  # attach to kernel.connection, send cells, look at kernel.received

As a process, for tests that kill or stop it::

    python tests/fake_kernel.py CONNECTION_FILE [--behaviour JSON]
    python tests/fake_kernel.py --commands

Keyword arguments and the JSON are the fields of fake.behaviour.Behaviour. A cell may hold a little
Python (fake.python) and lines that begin with ``%fake`` (fake.commands).
"""

import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from fake.behaviour import Behaviour
from fake.commands import COMMANDS
from fake.kernel import FakeKernel
from fake.registering import ports_of_its_own, register
from fake.wire import Request

__all__ = [
    "UNMEASURED",
    "Behaviour",
    "FakeKernel",
    "Request",
    "fake_argv",
    "main",
    "write_kernelspec",
]


#: The environment of a kernel's process: coverage, which is not meant to measure kernels, takes longer
#: to start than they do.
UNMEASURED = {"COVERAGE_PROCESS_CONFIG": "", "COVERAGE_PROCESS_START": ""}


def fake_argv(**behaviour: Any) -> list[str]:
    """The argv of a kernelspec, with ``{connection_file}``, for a kernel that behaves so."""
    argv = [sys.executable, str(Path(__file__).resolve()), "{connection_file}"]
    return [*argv, "--behaviour", json.dumps(behaviour)] if behaviour else argv


def write_kernelspec(
    data_dir: Path, name: str = "fake", *, spec: dict[str, Any] | None = None, **behaviour: Any
) -> Path:
    """Write ``data_dir/kernels/NAME/kernel.json`` and return that folder.

    ``spec`` holds further keys of the kernelspec (JEP 105), such as interrupt_mode.
    """
    folder = data_dir / "kernels" / name
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "argv": fake_argv(**behaviour),
        "display_name": "Fake",
        "language": "python",
        "env": UNMEASURED,
    }
    (folder / "kernel.json").write_text(json.dumps(content | (spec or {})))
    return folder


def main(arguments: list[str]) -> int:
    """Run a kernel until it is shut down; the status is the kernel's."""
    if arguments == ["--commands"]:
        for name, function in sorted(COMMANDS.items()):
            print(f"{name:18}{(function.__doc__ or '').partition(chr(10))[0]}")
        return 0
    path, *rest = arguments
    behaviour = Behaviour(**json.loads(rest[1]) if rest else {})
    if behaviour.exit_at_start is not None or behaviour.noise:
        _make_noise(behaviour)
    if behaviour.exit_at_start is not None:
        return behaviour.exit_at_start
    connection = json.loads(Path(path).read_text())
    registers = behaviour.registers and "registration_port" in connection
    kernel = FakeKernel(
        ports_of_its_own(connection) if registers else connection, behaviour=behaviour
    )
    kernel.is_process = True
    _obey_signals(kernel)
    kernel.ending.wait(behaviour.start_delay)
    with kernel:
        if registers:
            register(connection, kernel.connection)
        kernel.ending.wait()
    return kernel.exit_code


def _make_noise(behaviour: Behaviour) -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.write("noise\n" * (behaviour.noise // 6))
        stream.flush()
    sys.stderr.write(behaviour.stderr)


def _obey_signals(kernel: FakeKernel) -> None:
    def interrupt(_number: int, _frame: FrameType | None) -> None:
        if kernel.behaviour.sigint == "die":
            os._exit(130)
        if kernel.behaviour.sigint == "interrupt":
            kernel.interrupt()

    signal.signal(signal.SIGINT, interrupt)
    if kernel.behaviour.sigterm == "ignore":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
