"""Kernels behind the throw-away ssh server."""

import json
import secrets
from pathlib import Path

from fake_kernel import FakeKernel
from sshd import Sshd

__all__ = ["kernel_file", "runtime"]


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
