"""Closes the comms that nobody serves here, as the specification asks of whoever does not know a target."""

from contextlib import suppress

from kconsole.client.client import KernelClient
from kconsole.errors import ChannelError
from kconsole.protocol.comms import Unserved
from kconsole.protocol.events import CommOpen, Event
from kconsole.protocol.message import Message

__all__ = ["CommCloser"]


class CommCloser:
    """Answers for one client; :class:`kconsole.protocol.comms.Unserved` says what.

    :param client: whose requests they are that open comms.
    """

    def __init__(self, client: KernelClient) -> None:
        self._client = client
        self._unserved = Unserved()

    def hear(self, event: Event, msg: Message) -> None:
        """Take an event, of which only those that open a comm count.

        :param msg: that it was made of.
        """
        if isinstance(event, CommOpen) and self._unserved.refuses(
            event, self._client.session.session
        ):
            with suppress(ChannelError):  # it is a courtesy, no more
                self._client.close_comm(event.comm_id, parent=msg)
