"""A cell's idle that does not come: is it lost, or on its way behind a message that takes long?

Nothing shows that a message of many megabytes is under way: libzmq hands it over when it is whole. So the
kernel is asked one more question. What it publishes for that comes behind all that it has published for the
cell; once that is here, an idle that is not was lost.
"""

from contextlib import suppress
from typing import TYPE_CHECKING

from kconsole.client.inbox import Inbox, Item
from kconsole.client.router import Claim
from kconsole.errors import ChannelError

if TYPE_CHECKING:
    from kconsole.client.base import ClientBase

__all__ = ["IdleDoubt"]

#: So long after the answer, what is published for the question is lost too, or never sent, in seconds.
_ECHO_S = 5.0


class IdleDoubt:
    """The question about one cell.

    :param client: whose kernel is asked; one that publishes no statuses at all is asked once, and
        never again.
    :param inbox: where what comes for the question goes, as well as what comes for the cell.
    """

    def __init__(self, client: "ClientBase", inbox: Inbox) -> None:
        self._client = client
        self._inbox = inbox
        self._claim: Claim | None = None
        self._answered_at: float | None = None
        self._heard = False

    def stands(self, now: float) -> bool:
        """Whether the idle may still come; asks, the first time.

        :param now: by :func:`time.monotonic`.
        """
        if self._client.publishes_no_status or self._heard:
            return False
        if self._claim is None:
            self._ask()
        if self._answered_at is not None and now >= self._answered_at + _ECHO_S:
            self._client.publishes_no_status = True
            return False
        return self._claim is not None

    def take(self, item: Item, now: float) -> bool:
        """Take a message if it is for the question; whether it was."""
        if self._claim is None or item.msg["parent_header"].get("msg_id") != self._claim.key:
            return False
        if item.channel == "shell":
            self._answered_at = now
        elif item.msg["content"].get("execution_state") == "idle":
            self._heard = True
        return True

    def close(self) -> None:
        """Forget the question; an answer that still comes is nobody's."""
        if self._claim is None:
            return
        if self._answered_at is None:
            self._client._router.abandon(self._claim)
        else:
            self._client._router.release(self._claim)

    def _ask(self) -> None:
        msg = self._client.session.msg("kernel_info_request", {})
        claim = self._client._router.claim(msg["msg_id"], self._inbox, whole=True)
        with suppress(ChannelError):
            self._client._send("shell", msg)
            self._claim = claim
            return
        self._client._router.release(claim)
