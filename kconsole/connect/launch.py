"""What a kernel's process is started with: its connection, its environment, its first words.

The parts of :mod:`kconsole.connect.process` that hold no process.
"""

import contextlib
import os
import re
import signal
import string
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from kconsole.connect.info import ConnectionInfo
from kconsole.connect.paths import shown
from kconsole.connect.specs import KernelSpec
from kconsole.errors import KernelStartError
from kconsole.protocol.message import CHANNELS

__all__ = [
    "describe_exit",
    "ipc_info",
    "is_address_in_use",
    "kernel_environment",
    "last_line",
    "new_key",
    "printable",
    "refusal",
    "remove_directory",
    "said_lines",
    "socket_directory",
    "socket_files",
    "with_ports",
]

#: How the names of directories begin that are made for sockets.
_DIRECTORY = "kc-"

#: How the languages' networking libraries say that somebody else has the port.
_ADDRESS_IN_USE = re.compile(
    r"address (is )?already in use|EADDRINUSE|AddrInUse|errno[ :=]+98\b", re.IGNORECASE
)

#: Kernels colour their messages, also where there is no terminal (deno).
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def new_key() -> bytes:
    """Return a random key of 256 bits for the signatures, as hexadecimal text."""
    return os.urandom(32).hex().encode()


def with_ports(info: ConnectionInfo, ports: Sequence[int]) -> ConnectionInfo:
    """Return `info` with the five `ports`, in the order of CHANNELS."""
    shell, iopub, stdin, hb, control = ports
    return replace(
        info,
        shell_port=shell,
        iopub_port=iopub,
        stdin_port=stdin,
        hb_port=hb,
        control_port=control,
    )


def socket_files(info: ConnectionInfo) -> list[Path]:
    """Return the five socket files of an ipc kernel, which nobody but us removes; tcp has none."""
    return [Path(info.ipc_path(name)) for name in CHANNELS] if info.transport == "ipc" else []


def ipc_info(info: ConnectionInfo) -> ConnectionInfo:
    """Return `info` for a kernel with ipc: its sockets in a new directory of the user's alone (0700).

    The directory's name is as short as can be, as libraries have less room for it than the system:
    xeus takes paths of 25 bytes.

    :raise OSError: it cannot be made.
    :raise ValueError: the name of the temporary directory that it is in is too long.
    """
    directory = tempfile.mkdtemp(prefix=_DIRECTORY)
    made = with_ports(replace(info, ip=os.path.join(directory, "k")), range(1, len(CHANNELS) + 1))
    if fault := made.ipc_fault():
        os.rmdir(directory)
        raise ValueError(f"{directory}: {fault} (TMPDIR names another directory)")
    return made


def socket_directory(info: ConnectionInfo) -> Path | None:
    """Return the directory that :func:`ipc_info` has made; None if it has not."""
    if info.transport != "ipc" or not os.path.isabs(info.ip):
        return None
    directory = Path(info.ip).parent
    return directory if directory.name.startswith(_DIRECTORY) else None


def remove_directory(info: ConnectionInfo) -> None:
    """Remove the directory that :func:`ipc_info` has made, if nothing is in it."""
    directory = socket_directory(info)
    if directory is not None:
        with contextlib.suppress(OSError):
            directory.rmdir()


def kernel_environment(
    spec: KernelSpec,
    base: Mapping[str, str],
    extra: Mapping[str, str] | None = None,
    *,
    detached: bool,
) -> dict[str, str]:
    """Return the kernel's environment: that of somebody, and what the spec adds (JEP 105).

    PYTHONEXECUTABLE is taken out: it would make another Python believe to be ours.

    :param spec: of the kernel.
    :param base: the environment to start from.
    :param extra: what the user adds; the spec can refer to it, but not change it.
    :param detached: leave out JPY_PARENT_PID, which makes ipykernel end within a second of our death.
    """
    env = dict(base)
    env.pop("PYTHONEXECUTABLE", None)
    env.pop("JPY_PARENT_PID", None)
    wanted = extra or {}
    known = {**base, **wanted}
    env |= {name: string.Template(text).safe_substitute(known) for name, text in spec.env.items()}
    env |= wanted
    if not detached:
        env["JPY_PARENT_PID"] = str(os.getpid())
    return env


def refusal(
    spec: KernelSpec, command: list[str], cwd: Path | None, error: OSError
) -> KernelStartError:
    """Return the error that says why the system did not start `command`."""
    name, program = shown(spec.name), shown(command[0])
    if cwd is not None and error.filename == os.fspath(cwd):
        return KernelStartError(f"kernel {name}: directory {shown(cwd)}: {error.strerror}")
    if isinstance(error, FileNotFoundError) and not os.path.exists(command[0]):
        return KernelStartError(f"kernel {name}: command not found: {program}")
    return KernelStartError(f"kernel {name}: cannot run {program}: {error.strerror}")


def describe_exit(status: int) -> str:
    """Return "exited with status 1" or "was killed by SIGSEGV".

    :param status: Popen's returncode.
    """
    if status >= 0:
        return f"exited with status {status}"
    try:
        return f"was killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"was killed by signal {-status}"


def said_lines(text: str) -> list[str]:
    """Return the lines of a log that say anything: printable, of at most 200 characters each."""
    lines = (line.expandtabs().rstrip() for line in _COLOUR.sub("", text).splitlines())
    return [printable(line[:200]) for line in lines if line]


def last_line(text: str) -> str:
    """Return the last line of a log that says anything: printable, at most 200 characters.

    JavaScript and Java say first what is wrong, and then where: "at file:1:2".
    """
    lines = [line.strip() for line in said_lines(text)]
    return next((line for line in reversed(lines) if not line.startswith("at ")), "")


def printable(text: str) -> str:
    """Return text with a question mark for each character that would not print."""
    return "".join(char if char.isprintable() else "?" for char in text)


def is_address_in_use(text: str) -> bool:
    """Whether a kernel's log says that another process has got one of its ports."""
    return _ADDRESS_IN_USE.search(text) is not None
