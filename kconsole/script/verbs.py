"""What a script or an editor does with a kernel in one go: ask it something, or interrupt it.

A kernel that is at work is asked in a subshell where it has them (JEP 91); else the question waits for the
end of what it runs, as long as the caller wants to wait.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from queue import Empty
from typing import Any

from kconsole.client.inbox import Item
from kconsole.client.kernel import Kernel
from kconsole.client.readiness import Progress
from kconsole.errors import KconsoleError, ReplyTimeoutError
from kconsole.protocol import requests
from kconsole.protocol.message import Channel, Message
from kconsole.protocol.replies import CompleteReply, InspectReply, parse_complete, parse_inspect

__all__ = ["ask_info", "complete", "has_to_wait", "inspect", "interrupt"]

_CLOSE_S = 0.5  # for a subshell to be closed; ipykernel takes 10 ms
_TICK_S = 0.1


def has_to_wait(kernel: Kernel) -> bool:
    """Whether what is asked of the kernel now is answered only once it is idle."""
    return kernel.busy and not (kernel.info is not None and kernel.info.has_subshells)


def ask_info(kernel: Kernel, timeout: float) -> Mapping[str, Any]:
    """Ask the kernel what it is; return its answer as it came.

    :param kernel: ready to be used.
    :param timeout: in seconds.
    :raise ReplyTimeoutError: it has not answered in that time.
    """
    channel: Channel = "control" if kernel.busy and not kernel.silent else "shell"
    reply = kernel.client.request(channel, "kernel_info_request", reply=True, timeout=timeout)
    return _message(reply)["content"]


def complete(kernel: Kernel, code: str, cursor: int, timeout: float) -> CompleteReply:
    """Ask how code could go on.

    :param kernel: ready to be used.
    :param cursor: in code points.
    :param timeout: in seconds.
    :raise ReplyTimeoutError: the kernel has not answered in that time.
    """
    content = requests.complete_request(code, cursor)
    return parse_complete(_ask(kernel, "complete_request", content, timeout), code, cursor)


def inspect(kernel: Kernel, code: str, cursor: int, timeout: float) -> InspectReply:
    """Ask what stands at the cursor; as :func:`complete`."""
    content = requests.inspect_request(code, cursor)
    return parse_inspect(_ask(kernel, "inspect_request", content, timeout))


def interrupt(kernel: Kernel, timeout: float, progress: Progress | None = None) -> bool:
    """Interrupt what the kernel runs, for whomever, and see what comes of it.

    :param kernel: one that is at work, and that somebody else has started; its client's sink is used.
    :param timeout: in seconds.
    :param progress: called about ten times a second with the seconds waited.
    :return: whether a cell has ended in that time, or the kernel is idle.
    :raise ChannelError: it has no control channel.
    :raise KernelDiedError: it has died of it.
    """
    client = kernel.client
    msg = client.session.msg("kernel_info_request")
    # A kernel that is idle answers on shell; one that goes on with another cell says that this one has
    # ended. Both come this way.
    claim = client._router.claim(msg["msg_id"])

    def take(channel: Channel, msg: Message) -> None:
        if _ends_cell(channel, msg):
            claim.inbox.put(Item(channel, msg))

    client.sink = take
    start = time.monotonic()
    try:
        client.interrupt()
        client._send("shell", msg)
        while (waited := time.monotonic() - start) < timeout:
            if progress is not None:
                progress(waited)
            with suppress(Empty):
                item = claim.inbox.get(timeout=_TICK_S)
                if isinstance(item, KconsoleError):
                    raise item
                return True
        return False
    finally:
        client.sink = None
        client._router.abandon(claim)


def _ends_cell(channel: Channel, msg: Message) -> bool:
    """Whether a message says that a cell has come to its end."""
    return (
        channel == "iopub"
        and msg["msg_type"] == "status"
        and msg["content"].get("execution_state") == "idle"
        and msg["parent_header"].get("msg_type") == "execute_request"
    )


def _ask(kernel: Kernel, msg_type: str, content: Mapping[str, Any], timeout: float) -> Message:
    """Ask on shell, or beside it."""
    try:
        with _shell(kernel, timeout) as subshell:
            return _message(
                kernel.client.request(
                    "shell", msg_type, content, subshell_id=subshell, reply=True, timeout=timeout
                )
            )
    except ReplyTimeoutError as error:
        busy = "; it is busy" if kernel.busy else ""
        raise ReplyTimeoutError(f"{kernel.name}: {error}{busy}") from None


@contextmanager
def _shell(kernel: Kernel, timeout: float) -> Iterator[str | None]:
    """The subshell to ask in, opened for this, where the kernel is busy and has them; None is its shell."""
    if not kernel.busy or has_to_wait(kernel):
        yield None
        return
    subshell = kernel.client.create_subshell(timeout)
    try:
        yield subshell
    finally:
        with suppress(KconsoleError):
            kernel.client.delete_subshell(subshell, _CLOSE_S)


def _message(reply: str | Message) -> Message:
    assert not isinstance(reply, str)
    return reply
