"""Whether code ran whose reply was lost: what the kernel's history says of it. Nothing is run for that."""

from typing import TYPE_CHECKING, Any

from kconsole.errors import ReplyTimeoutError
from kconsole.protocol.replies import HistoryRow, parse_history

if TYPE_CHECKING:
    from kconsole.client.client import KernelClient

__all__ = ["ran"]


def ran(
    client: "KernelClient", code: str, *, after: int | None = None, timeout: float = 5.0
) -> bool | None:
    """Ask a kernel whether it has run code, or has begun to: it writes down what it begins with.

    To be asked once the shell answers again (:class:`~kconsole.client.resumption.Resumed`), of code that
    was sent with ``store_history``. Not in the I/O thread.

    :param code: the code that was sent.
    :param after: the execution count that was last heard of before it was sent; None if none was. With it,
        the same code in an earlier cell is not taken for this one.
    :param timeout: how long the kernel may take for each of two answers, in seconds.
    :return: None if it cannot be told: the kernel keeps no history, or does not answer in that time.
    :raise KernelDiedError: the kernel died meanwhile, or the link to it was lost.
    :raise ChannelError: the shell channel does not run, or the link is down.
    """
    try:
        # Of its present session: the tail may be of other kernels, which write to the same file. The line
        # before ours must be there, or the kernel has no history of lines.
        rows = _rows(client, timeout, "range", session=0, start=max(after or 0, 1))
        if rows:
            return _is_among(rows, code, after)
        return False if _rows(client, timeout, "tail", n=1) and not after else None
    except ReplyTimeoutError:
        return None


def _rows(
    client: "KernelClient", timeout: float, kind: Any, **which: Any
) -> tuple[HistoryRow, ...]:
    reply = client.history(hist_access_type=kind, reply=True, timeout=timeout, **which)
    assert not isinstance(reply, str)
    return tuple(row for row in parse_history(reply).rows if row.line > 0)


def _is_among(rows: tuple[HistoryRow, ...], code: str, after: int | None) -> bool | None:
    same = [row for row in rows if row.source.strip() == code.strip()]
    if after is not None:
        return any(row.line > after for row in same)
    if not same:
        return False
    return True if same[-1] is rows[-1] else None  # an earlier one may be another cell's
