"""Who gets an arriving message: decided by its parent's msg_id, never by who happens to read next.

A request whose answer somebody waits for is *claimed* before it leaves. What carries its msg_id as
parent goes to the claim's inbox; everything else goes to the channel's handler. (One queue per channel
that every helper reads, throwing away what it does not want, is how clients lose each other's replies.)
"""

import threading
from collections.abc import Iterable
from queue import SimpleQueue
from typing import NamedTuple

from kconsole.client.inbox import Inbox, Item
from kconsole.errors import KconsoleError
from kconsole.protocol.message import Channel, Message

__all__ = ["Claim", "Router"]


class Claim(NamedTuple):
    """Somebody's interest in the messages of one request.

    Attributes:
        key: the request's msg_id, or a subscription topic whose iopub_welcome is awaited (JEP 65).
        inbox: where its messages go; several claims may share one.
        whole: take everything that belongs to the request, output and input_request too. Otherwise
            only the reply is taken, and the idle is shown to the claimant as well as to the others.
    """

    key: str
    inbox: Inbox
    whole: bool


class Router:
    """The table of claims. Filled by any thread, read by the I/O thread."""

    def __init__(self) -> None:
        #: Guards _claims, _abandoned and _closed.
        self._lock = threading.Lock()
        self._claims: dict[str, Claim] = {}
        #: The ids of requests whose replies nobody wants any more.
        self._abandoned: set[str] = set()
        self._closed: KconsoleError | None = None

    def claim(self, key: str, inbox: Inbox | None = None, *, whole: bool = False) -> Claim:
        """Register an interest; to be done before the request leaves."""
        # Filled by the I/O thread, emptied by whoever waits.
        claim = Claim(key, inbox if inbox is not None else SimpleQueue(), whole)
        with self._lock:
            self._claims[key] = claim
            if self._closed is not None:
                claim.inbox.put(self._closed)
        return claim

    def release(self, claim: Claim) -> None:
        """Give an interest up: what still comes for it goes the way of all unclaimed messages."""
        with self._lock:
            self._claims.pop(claim.key, None)

    def abandon(self, claim: Claim) -> None:
        """Give an interest up together with its answer, which nobody gets when it comes."""
        with self._lock:
            self._claims.pop(claim.key, None)
            self._abandoned.add(claim.key)

    def fail(self, reason: KconsoleError, *, closed: bool = False) -> None:
        """Wake every claimant with an error; with ``closed``, later ones at once too."""
        with self._lock:
            if closed:
                self._closed = reason
            inboxes = {id(claim.inbox): claim.inbox for claim in self._claims.values()}
        for inbox in inboxes.values():
            inbox.put(reason)

    def fail_some(self, keys: Iterable[str], reason: KconsoleError) -> None:
        """Wake the claimants of these requests alone with an error."""
        with self._lock:
            claims = [self._claims[key] for key in keys if key in self._claims]
        for claim in claims:
            claim.inbox.put(reason)

    def route(self, channel: Channel, msg: Message) -> bool:
        """Hand a message to its claimant.

        :return: whether that is done with the message; if not, it is for the channel's handler.
        """
        if not self._claims and not self._abandoned:
            return False
        key = _key(channel, msg)
        claim = self._claims.get(key)
        if claim is None:
            return key in self._abandoned and self._swallow(key, channel, msg)
        taken = claim.whole or _answers(channel, msg)
        if taken or _is_idle(msg):
            claim.inbox.put(Item(channel, msg))
        return taken

    def _swallow(self, key: str, channel: Channel, msg: Message) -> bool:
        """Drop the answer to an abandoned request, which is then forgotten."""
        if not _answers(channel, msg):
            return False
        with self._lock:
            self._abandoned.discard(key)
        return True


def _key(channel: Channel, msg: Message) -> str:
    if channel == "iopub" and msg["msg_type"] == "iopub_welcome":
        return str(msg["content"].get("subscription"))
    parent_id = msg["parent_header"].get("msg_id")
    return parent_id if isinstance(parent_id, str) else ""


def _answers(channel: Channel, msg: Message) -> bool:
    msg_type = msg["msg_type"]
    if channel == "iopub":
        return msg_type == "iopub_welcome"
    return channel != "stdin" and msg_type.endswith("_reply")


def _is_idle(msg: Message) -> bool:
    return msg["msg_type"] == "status" and msg["content"].get("execution_state") == "idle"
