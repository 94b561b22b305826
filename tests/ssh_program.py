"""The program with a server for ssh, as one who has that server in the own ssh configuration."""

import json
import os
import secrets
from pathlib import Path

from fake_kernel import FakeKernel
from sshd import Sshd

__all__ = ["kernel_file", "put_on_path", "runtime"]


def put_on_path(server: Sshd, folder: Path) -> dict[str, str]:
    """The environment in which ``ssh`` has the server's configuration, which only -F can name."""
    command = folder / "ssh"
    command.write_text(f'#!/bin/sh\nexec /usr/bin/ssh -F {server.config} "$@"\n')
    command.chmod(0o700)
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}


def runtime(server: Sshd) -> Path:
    """The runtime directory over there."""
    directory = server.home / ".local/share/jupyter/runtime"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def kernel_file(server: Sshd, kernel: FakeKernel, name: str = "") -> Path:
    """Write a kernel's connection file over there."""
    path = runtime(server) / f"kernel-{name or secrets.token_hex(4)}.json"
    path.write_text(json.dumps(kernel.connection))
    return path
