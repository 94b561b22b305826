"""What a kernel has run before: the last cells of its session, for a caller that blocks."""

from kconsole.client.kernel import Kernel
from kconsole.protocol import requests
from kconsole.protocol.replies import HistoryRow, KernelInfo, session_tail

__all__ = ["earlier_cells"]


def earlier_cells(kernel: Kernel, count: int, timeout: float) -> list[HistoryRow]:
    """Return the last cells with results as text; the last of them runs still if the kernel is busy.

    A kernel that is busy is asked in a subshell; one without subshells is not asked: it would answer
    when that cell is done.

    :param count: how many.
    :param timeout: how long each answer may take, in seconds.
    :raise ReplyTimeoutError: there was none in that time.
    :raise KernelDiedError: the kernel died meanwhile.
    """
    info = kernel.info or KernelInfo()
    content = requests.session_tail_request(count, info.implementation)

    def ask(subshell: str | None = None) -> list[HistoryRow]:
        reply = kernel.client.request(
            "shell",
            "history_request",
            content,
            subshell_id=subshell,
            reply=True,
            timeout=timeout,
        )
        assert not isinstance(reply, str)
        return session_tail(reply, count)

    if not kernel.busy:
        return ask()
    if not info.has_subshells:
        return []
    subshell = kernel.client.create_subshell(timeout)
    try:
        return ask(subshell)
    finally:
        kernel.client.delete_subshell(subshell, timeout)
