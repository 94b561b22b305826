"""The end of a kernel that is not ours, asked for by name, and the proof that it has come."""

import time
from contextlib import suppress
from queue import Empty

from kconsole.client.kernel import Kernel
from kconsole.client.readiness import Progress
from kconsole.errors import ChannelError, KernelDiedError, KernelRestartedError, ReplyTimeoutError
from kconsole.protocol import requests
from kconsole.protocol.message import Channel

__all__ = ["end_kernel"]

_TICK_S = 0.1


def end_kernel(
    kernel: Kernel, timeout: float, *, busy: bool, progress: Progress | None = None
) -> None:
    """Ask a kernel to end, whoever has started it, and wait until nothing listens at its address.

    :param kernel: one that was attached to.
    :param timeout: in seconds.
    :param busy: whether it is at work; it is interrupted then, for many kernels end only between two cells.
    :param progress: called about ten times a second with the seconds waited.
    :raise ReplyTimeoutError: it is still there.
    :raise KernelRestartedError: it has ended, and whoever looks after it has started it again.
    :raise ChannelError: the channels do not run.
    """
    client = kernel.client
    if busy:
        with suppress(ChannelError):
            client.interrupt()
    channel: Channel = client._control_or_shell()
    msg = client.session.msg("shutdown_request", requests.shutdown_request(False))
    # Its reply, the kernel's death and its restart all come this way.
    claim = client._router.claim(msg["msg_id"])
    answered, start = False, time.monotonic()
    try:
        client._send(channel, msg)
        while (waited := time.monotonic() - start) < timeout:
            if client.health.state == "gone":
                return
            if progress is not None:
                progress(waited)
            with suppress(Empty):
                item = claim.inbox.get(timeout=_TICK_S)
                if isinstance(item, KernelDiedError) and not isinstance(item, KernelRestartedError):
                    return
                if isinstance(item, Exception):
                    raise item
                answered = answered or item.channel != "iopub"
    finally:
        client._router.release(claim)
    what = "has answered that it ends, but is still there" if answered else "has not answered"
    raise ReplyTimeoutError(f"{kernel.name} {what}, {timeout:g} s after it was asked to end")
