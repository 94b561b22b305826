"""Questions to a kernel by somebody whom it does not know yet, each over a connection of its own.

What answers a newcomer and not us has not heard us (:mod:`kconsole.client.resumption`).
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import zmq

from kconsole.client.sockets import receive, set_options
from kconsole.connect.info import ConnectionInfo
from kconsole.errors import WireError
from kconsole.protocol.message import Channel
from kconsole.protocol.session import Session, new_id

__all__ = ["Newcomers"]


class Newcomers:
    """The newcomers, one for a channel at the most. All of it runs in the I/O thread.

    :param context: makes their sockets.
    :param session: verifies what they are answered.
    :param watch: has something called whenever a socket can be read.
    :param unwatch: takes that back.
    """

    def __init__(
        self,
        context: "zmq.Context[Any]",
        session: Session,
        watch: Callable[[Any, Callable[[], None]], None],
        unwatch: Callable[[Any], None],
    ) -> None:
        self._context = context
        self._session = session
        self._watch = watch
        self._unwatch = unwatch
        self._sockets: dict[Channel, zmq.Socket[bytes]] = {}

    def ask(
        self,
        info: ConnectionInfo,
        channel: Channel,
        frames: Sequence[Any],
        answered: Callable[[], None],
        *,
        carried: bool,
    ) -> None:
        """Send a question, in place of the one before.

        :param info: where the kernel listens.
        :param frames: the message.
        :param answered: called when the kernel has said something to the newcomer.
        :param carried: whether a link carries the connections.
        """
        self._end(channel)
        sock = self._sockets[channel] = self._context.socket(zmq.DEALER)
        set_options(sock, channel, info, new_id(), carried=carried)
        sock.connect(info.url(channel))
        sock.send_multipart(frames, zmq.NOBLOCK)
        self._watch(sock, partial(self._read, channel, answered))

    def end(self) -> None:
        """Forget all questions."""
        for channel in list(self._sockets):
            self._end(channel)

    def _read(self, channel: Channel, answered: Callable[[], None]) -> None:
        with suppress(zmq.Again, WireError):
            self._session.deserialize(receive(self._sockets[channel]))
            self._end(channel)
            answered()

    def _end(self, channel: Channel) -> None:
        sock = self._sockets.pop(channel, None)
        if sock is not None:
            self._unwatch(sock)
            sock.close(0)
