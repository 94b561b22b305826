"""The client's part in a restart of a kernel of our own: its end is no death, and what follows is new.

The sockets stay, and connect again by themselves. What they had from the old kernel is handed out before
anything of the new one, because the links break in between.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from kconsole.client.transport import Link
from kconsole.connect.info import ConnectionInfo
from kconsole.errors import ChannelError
from kconsole.protocol.message import CHANNELS, Channel
from kconsole.protocol.restart import RestartWatch

if TYPE_CHECKING:
    from kconsole.client.base import ClientBase

__all__ = ["Renewal", "ask_who_is_there"]

#: How long it may take to hand out what an ended kernel has left, in seconds.
_FORGET_S = 5.0
#: How long the last channel may take to connect again, in seconds; the sockets try every two.
_LINKS_S = 3.0


class Renewal:
    """What a client, its I/O thread and whoever restarts its kernel have to tell each other.

    Attributes:
        active: whether the kernel's process is being ended and started again. Written by whoever does
            that, read by the I/O thread.
    """

    def __init__(self) -> None:
        self.active = False
        #: Both are set and cleared by the I/O thread, and waited for by whoever restarts the kernel.
        self._none_up = threading.Event()
        self._all_up = threading.Event()

    def note_links(self, links: Mapping[Channel, Link]) -> None:
        """Take the state of all channels' connections, after each change."""
        up = [link.state == "up" for link in links.values()]
        for event, holds in ((self._none_up, not any(up)), (self._all_up, all(up))):
            if holds:
                event.set()
            else:
                event.clear()

    @contextmanager
    def of(self, client: "ClientBase") -> Iterator[None]:
        """Take the end of the kernel's process for what it is inside the block: no death."""
        self.active = True
        try:
            yield
        finally:
            client._restarts = RestartWatch()  # the one before has seen the old kernel's farewell
            self.active = False
            client._changed()

    def forget_kernel(self, client: "ClientBase") -> None:
        """Be done with a kernel whose process has ended: hand out what it has left, then tell everybody.

        Whoever waits for a reply gets a :class:`kconsole.errors.KernelRestartedError`, and ``on_restart``
        is called.

        :raise ChannelError: the channels do not run.
        """
        transport = client._running()
        self._none_up.wait(_FORGET_S)  # by then all that was under way has arrived
        done = threading.Event()
        for name in CHANNELS:
            transport.flush(name)
        transport.call(client._restarted)
        transport.call(done.set)
        if not done.wait(_FORGET_S):
            raise ChannelError("the channels have been stopped")

    def relocate(self, client: "ClientBase", info: ConnectionInfo) -> None:
        """Let a client go on at other addresses, with the channels that it has.

        What was sent to the old ones and has not left is lost, as are subscriptions to single topics.
        """
        with client._lock:
            client.info = info
            for name, channel in client._channels.items():
                channel.address = info.url(name)
            if client._hb_channel is not None:
                client._hb_channel.address = info.url("hb")
            if client._transport is not None:
                client._transport.relocate(info)

    def wait_for_links(self) -> None:
        """Wait until every channel is connected to the new kernel: a question that comes before is lost."""
        self._all_up.wait(_LINKS_S)


def ask_who_is_there(client: "ClientBase") -> None:
    """Ask for a word of the kernel behind links that were broken, once all are back; of the I/O thread.

    Nobody waits for the reply: what is in it is for the client's :class:`RestartWatch`.
    """
    if any(link.state != "up" for link in client._links.values()):
        return
    question = client.session.msg("kernel_info_request", {})
    client._router.abandon(client._router.claim(question["header"]["msg_id"]))
    with suppress(ChannelError):  # it is being closed
        client._running().send("shell", question)
