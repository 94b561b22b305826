"""What a kernel's process is started with: its connection and its environment.

The parts of :mod:`kconsole.connect.process` that hold no process.
"""

import contextlib
import os
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
    "ipc_info",
    "kernel_environment",
    "new_key",
    "refusal",
    "remove_directory",
    "socket_directory",
    "socket_files",
    "with_ports",
]

#: How the names of directories begin that are made for sockets.
_DIRECTORY = "kc-"


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
