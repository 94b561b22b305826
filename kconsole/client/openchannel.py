"""One open channel: its socket, its monitor, and what the socket would not take yet."""

from collections import deque
from collections.abc import Sequence
from typing import Any

import zmq

from kconsole.client.monitor import EVENTS

__all__ = ["OpenChannel"]


class OpenChannel:
    """A socket that never makes its sender wait; of the I/O thread alone.

    :param socket: not connected yet, so that its monitor misses nothing.
    """

    def __init__(self, socket: zmq.Socket[bytes]) -> None:
        self.socket = socket
        self.monitor: zmq.Socket[bytes] = socket.get_monitor_socket(EVENTS)
        self._outbox: deque[Sequence[Any]] = deque()

    @property
    def waiting(self) -> bool:
        """Whether something waits for the socket to become writable."""
        return bool(self._outbox)

    def send(self, frames: Sequence[Any]) -> bool:
        """Send a message, behind those that wait; whether nothing has to wait."""
        self._outbox.append(frames)
        return len(self._outbox) > 1 or self.empty_outbox()

    def empty_outbox(self) -> bool:
        """Send what waits, as far as the socket takes it; whether that is all."""
        while self._outbox:
            try:
                self.socket.send_multipart(self._outbox[0], zmq.NOBLOCK)
            except zmq.Again:
                return False
            self._outbox.popleft()
        return True

    def close(self, linger: int) -> None:
        """Close both; the monitor first, for one that is left open keeps the context from ending.

        :param linger: how long the socket may go on sending, in milliseconds.
        """
        self.socket.disable_monitor()
        self.monitor.close(0)
        self.socket.close(linger)
