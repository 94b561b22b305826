"""The seam between the client and whatever carries its messages.

A transport sends a message on a channel, delivers what arrives, and says how the link is. Routing,
cells and client methods know nothing of what lies below. ZeroMQ is the one carrier for now; a Jupyter
Server's websocket fits the same seam.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple, Protocol

from kconsole.protocol.message import Channel, Message

__all__ = ["Link", "LinkState", "Listener", "Transport"]

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


class Transport(Protocol):
    """A link to one kernel."""

    def open(self, channels: Iterable[Channel]) -> None:
        """Connect these channels, in this order; those that are open already are left alone."""

    def close(self) -> None:
        """Send what is queued, close every channel and end the transport's thread."""

    def send(self, channel: Channel, msg: Message) -> None:
        """Queue a message; never blocks.

        :raise ValueError: the content cannot be put into JSON, or a buffer is none.
        :raise TypeError: the content cannot be put into JSON, or a buffer is none.
        :raise ChannelError: the channel is not open.
        """

    def is_open(self, channel: Channel) -> bool:
        """Whether the channel is open now, connected or not."""
