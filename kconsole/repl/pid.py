"""The process of the kernel: ours we know, of others some tell it."""

import asyncio
import socket
from collections.abc import Mapping
from typing import Any

from kconsole.connect.procfs import listener
from kconsole.protocol.fields import as_count, as_text
from kconsole.repl.desk import Desk

__all__ = ["kernel_pid", "pid_here"]

_PATIENCE_S = 1.0  # control answers at once, or not at all


async def kernel_pid(desk: Desk) -> int | None:
    """The id of the kernel's process; None if it is not known, or of another machine.

    A kernel that is not ours is asked, by the usage_request of ipykernel 6.9 and later; of others, Linux
    may know who listens at their address.
    """
    if desk.kernel.process is not None:
        return desk.kernel.process.pid
    usage = await desk.inquiry.control("usage_request", {}, _PATIENCE_S)
    if usage is not None:
        return pid_here(usage, socket.gethostname())
    return await asyncio.to_thread(listener, desk.kernel.client.info)


def pid_here(usage: Mapping[str, Any], hostname: str) -> int | None:
    """The process id in a usage_reply, if it comes from this machine.

    :param usage: the content of the reply.
    :param hostname: of this machine.
    """
    if as_text(usage.get("hostname")) != hostname:
        return None
    pid = as_count(usage.get("pid"))
    return pid if pid is not None and pid > 0 else None
