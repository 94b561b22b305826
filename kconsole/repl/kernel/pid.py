"""The process of the kernel: ours we know, of others some tell it. It may be one of another computer."""

import asyncio
import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kconsole.connect.procfs import listener
from kconsole.errors import KconsoleError
from kconsole.protocol.fields import as_count, as_text
from kconsole.repl.desk import Desk

if TYPE_CHECKING:
    from kconsole.client.remote import RemoteHost

__all__ = ["interrupt_there", "kernel_pid", "pid_here"]

_PATIENCE_S = 1.0  # control answers at once, or not at all
_PATIENCE_THERE_S = 5.0  # so may a link


async def kernel_pid(desk: Desk) -> int | None:
    """The id of the kernel's process on its computer; None if it is not known.

    A kernel that is not ours is asked, by the usage_request of ipykernel 6.9 and later; of others, Linux
    may know who listens at their address. Where a link leads to the kernel's computer, it is a process
    there; else it is one of this computer.
    """
    if desk.kernel.process is not None:
        return desk.kernel.process.pid
    usage = await desk.inquiry.control("usage_request", {}, _PATIENCE_S)
    host = desk.kernel.host
    if host is not None:
        name = await asyncio.to_thread(_name_of, host) if usage else ""
        return pid_here(usage, name) if usage and name else None
    if usage is not None:
        return pid_here(usage, socket.gethostname())
    return await asyncio.to_thread(listener, desk.kernel.client.info)


def pid_here(usage: Mapping[str, Any], hostname: str) -> int | None:
    """The process id in a usage_reply, if it comes from a machine.

    :param usage: the content of the reply.
    :param hostname: of that machine.
    """
    if as_text(usage.get("hostname")) != hostname:
        return None
    pid = as_count(usage.get("pid"))
    return pid if pid is not None and pid > 0 else None


async def interrupt_there(host: "RemoteHost", pid: int) -> bool:
    """Send SIGINT to a kernel of another computer, if it is an ipykernel; whether it was sent.

    A kernel in a thread of another program says the same of itself, but that program may end at the signal.

    :param pid: of its process.
    """
    script = f"ps -o args= -p {pid} | grep -q ipykernel && kill -INT {pid}"
    return await asyncio.to_thread(_answers, host, script) is not None


def _name_of(host: "RemoteHost") -> str:
    """What another computer calls itself; "" if it does not tell."""
    return _answers(host, "uname -n") or ""


def _answers(host: "RemoteHost", script: str) -> str | None:
    """What a script prints there; None if it failed, or the link did."""
    try:
        answer = host.run(script, timeout=_PATIENCE_THERE_S)
    except KconsoleError:
        return None
    return None if answer.status else answer.output.decode("utf-8", "replace").strip()
