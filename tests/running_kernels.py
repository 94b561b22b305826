"""Kernels for the tests to talk to: started without kconsole, so that they cannot share its bugs."""

import contextlib
import errno
import importlib.metadata
import json
import os
import secrets
import shutil
import signal
import socket
import string
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import leaks
import psutil
import pytest
import zmq
from fake.wire import Wire, new_id
from fake_kernel import UNMEASURED, FakeKernel, fake_argv
from intents import INTENTS, Intent

__all__ = [
    "Kernel",
    "absent",
    "fill_caches",
    "find_spec",
    "is_idle",
    "missing",
    "share",
    "start_fake",
    "start_process",
]

REPOSITORY = Path(__file__).resolve().parent.parent
#: The ports of kernels that take a second to listen there: below those that the system gives to others, and
#: beside those of the scripted kernels (fake.sockets).
PORTS = range(21_000, 32_000)
CHANNELS = ("shell", "iopub", "stdin", "control", "hb")


@dataclass
class Kernel:
    """A kernel that runs, and what tests want to know of it."""

    name: str
    language: str
    connection_file: Path
    connection: dict[str, Any]
    #: The kernel's process; None for the scripted kernel in this process's threads.
    process: subprocess.Popen[bytes] | None = None
    #: The scripted kernel in this process's threads; None for real ones.
    fake: FakeKernel | None = None
    log: Path | None = None

    @property
    def pid(self) -> int:
        """The id of the kernel's process."""
        assert self.process is not None, f"{self.name} has no process of its own"
        return self.process.pid

    def code(self, intent: str) -> str:
        """Code for that intent in the kernel's language."""
        return self._intent(intent).code

    def shows(self, intent: str) -> str:
        """A text that the kernel shows once the code for that intent has run."""
        return self._intent(intent).shows

    def _intent(self, intent: str) -> Intent:
        known = INTENTS[self.language]
        assert intent in INTENTS["python"], f"no intent {intent!r}"
        assert intent in known, f"{self.name} has none: see features.having"
        return known[intent]

    def close(self) -> None:
        """End the kernel, with everything that it started."""
        if self.fake is not None:
            self.fake.close()
        if self.process is not None:
            _kill(self.process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def start_fake(folder: Path, **behaviour: Any) -> Kernel:
    """The scripted kernel in threads of this process, with a connection file in ``folder``."""
    fake = FakeKernel(**behaviour).start()
    path = fake.write_connection_file(folder / "kernel-fake.json")
    return Kernel("fake", "python", path, fake.connection, fake=fake)


def find_spec(name: str) -> dict[str, Any] | None:
    """The kernelspec of a test kernel, None if it is not installed.

    They are looked for in $KCONSOLE_TEST_KERNELS, by default where ``tests/kernels.py`` puts them.
    """
    if name == "fake":
        return {"argv": fake_argv(), "language": "python"}
    path = _installed() / name / "kernel.json"
    if path.exists():
        spec: dict[str, Any] = json.loads(path.read_text())
        return spec
    if name == "ipykernel7" and _own_ipykernel() >= 7:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return {"argv": argv, "language": "python"}
    return None


def fill_caches(folder: Path) -> None:
    """Copy what ``tests/kernels.py`` has found out for the kernels to the folder where they look for it."""
    warm = _installed().parent / "cache"
    if warm.is_dir():
        shutil.copytree(warm, folder, dirs_exist_ok=True)


def _installed() -> Path:
    default = REPOSITORY / ".kernels" / "kernels"
    return Path(os.environ.get("KCONSOLE_TEST_KERNELS") or default)


def missing(name: str) -> NoReturn:
    """Skip the test, for a kernel is not installed; in CI fail it."""
    absent(f"kernel {name} is not installed: python tests/kernels.py {name}")


def absent(reason: str) -> NoReturn:
    """Skip the test, for what it needs is not on this machine; in CI fail it."""
    if os.environ.get("KCONSOLE_REQUIRE_KERNELS"):
        pytest.fail(reason)
    pytest.skip(reason)


def _own_ipykernel() -> int:
    try:
        return int(importlib.metadata.version("ipykernel").partition(".")[0])
    except importlib.metadata.PackageNotFoundError:
        return 0


def start_process(name: str, spec: dict[str, Any], folder: Path) -> Kernel:
    """Start a kernel as a process and wait until it answers.

    Between the choice of its ports and its start another program may take one: then it gets others.
    """
    for _ in range(2):
        try:
            return _start_process(name, spec, folder)
        except _PortTakenError:
            continue
    return _start_process(name, spec, folder)


class _PortTakenError(AssertionError):
    """Somebody else has one of the ports that a kernel was given."""


def _start_process(name: str, spec: dict[str, Any], folder: Path) -> Kernel:
    folder.mkdir(parents=True, exist_ok=True)
    connection = _new_connection(name)
    path = folder / f"kernel-{name}.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(connection))
    argv = [part.replace("{connection_file}", str(path)) for part in spec["argv"]]
    env = {
        key: string.Template(value).safe_substitute(os.environ)
        for key, value in spec.get("env", {}).items()
    }
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # ipykernel ends when the process of this id does.
            env={**os.environ, **UNMEASURED, **env, "JPY_PARENT_PID": str(os.getpid())},
            start_new_session=True,
        )
    kernel = Kernel(name, spec["language"], path, connection, process=process, log=log)
    if not _answers(connection, process, 60.0):
        kernel.close()
        status, said = process.returncode, log.read_text()[-1000:]
        kind = _PortTakenError if "in use" in said else AssertionError
        raise kind(f"kernel {name} did not start ({status}): {said}")
    # ipykernel goes on without its heartbeat if somebody else has that port.
    if deaf := [port for port in _ports(connection) if not _listens(connection["ip"], port)]:
        kernel.close()
        raise _PortTakenError(f"kernel {name} does not listen on {deaf}")
    return kernel


def _ports(connection: dict[str, Any]) -> list[int]:
    return [value for key, value in connection.items() if key.endswith("_port")]


def _listens(ip: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((ip, port), 10):
        return True
    return False


def _new_connection(name: str) -> dict[str, Any]:
    with contextlib.ExitStack() as stack:
        # All are held until all are known, so that no port is given twice.
        ports = [_held_port(stack.enter_context(socket.socket())) for _ in CHANNELS]
    return {
        "transport": "tcp",
        "ip": "127.0.0.1",
        **{f"{channel}_port": port for channel, port in zip(CHANNELS, ports, strict=True)},
        "key": secrets.token_hex(16),
        "signature_scheme": "hmac-sha256",
        "kernel_name": name,
    }


def _held_port(holder: socket.socket) -> int:
    """A port that nobody else gets before ``holder`` is closed."""
    while True:
        port = secrets.choice(PORTS)
        try:
            holder.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
        else:
            return port


def is_idle(kernel: Kernel) -> bool:
    """Whether a shared kernel still lives and its shell answers: it is fit for the next test."""
    if kernel.process is None or kernel.process.poll() is not None:
        return False
    return _answers(kernel.connection, kernel.process, 30.0)


def _answers(connection: dict[str, Any], process: subprocess.Popen[bytes], timeout: float) -> bool:
    """Ask kernel_info on the shell channel; False if no reply comes or the process ends."""
    wire = Wire(connection["key"], connection["signature_scheme"])
    header = wire.header("kernel_info_request", new_id(), "test")
    with zmq.Context() as context, context.socket(zmq.DEALER) as shell:
        shell.linger = 0
        shell.connect(f"tcp://{connection['ip']}:{connection['shell_port']}")
        for turn in range(int(timeout / 0.05)):
            # Now and then a kernel that has only just bound its sockets loses what is in them.
            if turn % 100 == 0:
                shell.send_multipart(wire.pack([], [header, {}, {}, {}]))
            if shell.poll(50):
                shell.recv_multipart()
                return True
            if process.poll() is not None:
                return False
    return False


def share(kernel: Kernel) -> Kernel:
    """Let a kernel's process outlive the test that started it."""
    leaks.exempt(kernel.pid)
    return kernel
