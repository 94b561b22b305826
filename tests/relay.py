"""A link that a test breaks and mends: five Unix sockets in front of a kernel's five addresses.

It stands in for the link of kconsole.connect.ssh, and behaves as ssh does: it accepts whoever connects and
only then finds out whether anybody listens behind it; when it is lost, its sockets are gone.
"""

import contextlib
import select
import selectors
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Self

from kconsole.connect.info import ConnectionInfo
from kconsole.connect.ssh.status import LinkState, LinkStatus
from kconsole.protocol.message import CHANNELS, Channel

__all__ = ["Relay"]


class Relay:
    """A carrier (kconsole.client.carrier.Carrier) whose every mishap a test can choose.

    :param kernel: where the kernel listens; tcp.
    """

    host = "gpu01"

    def __init__(self, kernel: ConnectionInfo) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="kc-relay-"))
        self._kernel = kernel
        self._names = [name for name in CHANNELS if kernel.port(name)]
        ports = {f"{name}_port": number for number, name in enumerate(self._names, 1)}
        #: Where the kernel is for a client.
        self.info = replace(kernel, transport="ipc", ip=str(self._folder / "k"), **ports)
        self.status = LinkStatus("up")
        self.refused = ""
        #: How often the client has said that something came through.
        self.heard_count = 0
        self._changed: Callable[[], None] = lambda: None
        # Only the thread touches these; tests put orders into the queue.
        self._selector = selectors.DefaultSelector()
        self._listeners: dict[Channel, socket.socket] = {}
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._client_sides: dict[socket.socket, Channel] = {}
        self._orphans: list[socket.socket] = []
        self._stalled = False
        self._orders: SimpleQueue[tuple[Callable[[], None], threading.Event] | None] = SimpleQueue()
        self._bell, self._ear = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def __enter__(self) -> Self:
        self._listen()
        self._selector.register(self._ear, selectors.EVENT_READ, self._obey)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._orders.put(None)
        self._bell.send(b"!")
        self._thread.join(60)
        for one in (self._bell, self._ear, *self._orphans):
            one.close()
        self._selector.close()
        shutil.rmtree(self._folder)

    # --- the carrier's part

    def heard(self) -> None:
        """Count it; a kernel that is heard is not refused."""
        self.heard_count += 1
        self.refused = ""

    def listen(self, changed: Callable[[], None]) -> None:
        """Call that from now on."""
        self._changed = changed

    def retry(self) -> None:
        """Nothing is tried here but by a test."""

    # --- the test's part: each returns when it has happened

    def drop(self, state: LinkState = "down", detail: str = "Connection reset") -> None:
        """Lose the link: every connection is closed at both ends, and nobody can connect."""
        self._order(lambda: self._cut(kernel_too=True))
        self.say(state, detail)

    def black_hole(self) -> None:
        """Lose the link so that the kernel does not notice: to it, the connections still stand."""
        self._order(lambda: self._cut(kernel_too=False))
        self.say("down", "no answer")

    def back(self) -> None:
        """Have the link again."""
        self._order(self._listen)
        self.say("up")

    def stall(self) -> None:
        """Carry nothing any more, in neither direction, while every connection stands."""
        self._order(partial(self._stall, True))
        self.say("slow", "no answer for 3 s")

    def holds(self, channel: Channel) -> bool:
        """Whether something of the client's waits for the stall to end."""
        sides = [one for one, name in self._client_sides.items() if name == channel]
        return bool(select.select(sides, (), (), 0)[0])

    def resume(self) -> None:
        """Carry on, with all that has waited."""
        self._order(partial(self._stall, False))
        self.say("up")

    def say(self, state: LinkState, detail: str = "", *, silent_for: float = 0.0) -> None:
        """Tell the client of a state, whatever is true."""
        if state not in ("up", "slow"):
            self.refused = ""
        now = time.monotonic()
        silent = None if state == "up" else self.status.silent_since or now - silent_for
        self.status = LinkStatus(state, detail, now, silent_since=silent)
        self._changed()

    # --- the thread

    def _order(self, task: Callable[[], None]) -> None:
        done = threading.Event()
        self._orders.put((task, done))
        self._bell.send(b"!")
        assert done.wait(60)

    def _run(self) -> None:
        self._running = True
        while self._running:
            for key, _ in self._selector.select():
                if key.fd in {each.fd for each in self._selector.get_map().values()}:
                    key.data()  # one that was handled before may have closed this one
        self._cut(kernel_too=True)

    def _obey(self) -> None:
        self._ear.recv(1)
        order = self._orders.get()
        if order is None:
            self._running = False
            return
        task, done = order
        task()
        done.set()

    def _listen(self) -> None:
        for name in self._names:
            one = self._listeners[name] = socket.socket(socket.AF_UNIX)
            one.bind(self.info.ipc_path(name))
            one.listen()
            self._selector.register(one, selectors.EVENT_READ, partial(self._accept, name, one))

    def _accept(self, name: Channel, listener: socket.socket) -> None:
        client, _ = listener.accept()
        address = (self._kernel.host, self._kernel.port(name))
        try:
            kernel = socket.create_connection(address, 60)
        except OSError:
            client.close()
            self.refused = "Connection refused"
            self._changed()
            return
        self._client_sides[client] = name
        for one, other in ((client, kernel), (kernel, client)):
            self._pairs[one] = other
            if not self._stalled:
                self._watch(one)

    def _watch(self, one: socket.socket) -> None:
        self._selector.register(one, selectors.EVENT_READ, partial(self._pump, one))

    def _pump(self, one: socket.socket) -> None:
        data = b""
        with contextlib.suppress(OSError):
            data = one.recv(1 << 16)
            if data:
                self._pairs[one].sendall(data)
                return
        other = self._pairs[one]
        self._close(one)
        self._close(other)

    def _close(self, one: socket.socket) -> None:
        del self._pairs[one]
        self._client_sides.pop(one, None)
        with contextlib.suppress(KeyError):
            self._selector.unregister(one)
        one.close()

    def _cut(self, *, kernel_too: bool) -> None:
        for name, listener in self._listeners.items():
            self._selector.unregister(listener)
            listener.close()
            Path(self.info.ipc_path(name)).unlink()
        self._listeners.clear()
        self._stalled = False
        for one in list(self._pairs):
            if kernel_too or one in self._client_sides:
                self._close(one)
            else:
                with contextlib.suppress(KeyError):
                    self._selector.unregister(one)
                self._orphans.append(one)
                del self._pairs[one]

    def _stall(self, stalled: bool) -> None:
        self._stalled = stalled
        for one in self._pairs:
            if stalled:
                self._selector.unregister(one)
            else:
                self._watch(one)
