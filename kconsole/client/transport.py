"""What a transport tells the client: what has come, and how the connections are.

Routing, cells and client methods know nothing of what lies below.
"""

from typing import Literal, NamedTuple, Protocol

from kconsole.protocol.message import Channel, Message

__all__ = ["Link", "LinkState", "Listener"]

LinkState = Literal["connecting", "up", "down", "refused", "denied"]
"""How one channel's connection is.

``connecting``: not up yet, nothing known against it. ``up``: the handshake has succeeded.
``down``: was up, is lost, is being tried again. ``refused``: nothing listens there (proof, not
silence). ``denied``: the security handshake failed.
"""


class Link(NamedTuple):
    """The state of one channel's connection, and why it is so (``""`` where that says nothing)."""

    state: LinkState
    detail: str = ""


class Listener(Protocol):
    """Who is told by a transport; every method is called in the transport's own thread."""

    def received(self, channel: Channel, msg: Message) -> None:
        """A message has come, verified and parsed."""

    def link_changed(self, channel: Channel, link: Link) -> None:
        """A channel's connection has changed its state."""

    def still_refused(self) -> None:
        """One more attempt to connect was refused."""

    def heartbeat_changed(self) -> None:
        """The heartbeat has gone from one of its states to another."""
