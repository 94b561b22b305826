"""The kernel's five zmq sockets and the one thread that owns them.

Everything that a worker thread wants to send goes through an inproc PUSH/PULL pair into the
owner, in order; everything that clients send is handed to callbacks, in the owner's thread. A
cell can therefore keep a worker busy for as long as it likes: heartbeat and control go on.
"""

import contextlib
import errno
import secrets
import socket as sockets
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zmq

from fake.behaviour import Behaviour

__all__ = ["CHANNELS", "Sockets", "Stopped"]

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")
KINDS = {
    "shell": zmq.ROUTER,
    "iopub": zmq.XPUB,
    "stdin": zmq.ROUTER,
    "control": zmq.ROUTER,
    "hb": zmq.ROUTER,
}
#: Where a scripted kernel looks for ports of its own, on Linux: below those that the system gives others,
#: the program under test among them, whose kernels need a second until they listen at theirs.
PORTS = range(10_000, 21_000)
OUTBOX = "inproc://outbox"


class Stopped(Exception):
    """The kernel is going away: raised in a worker that wanted something from it."""


class Sockets:
    """Binds, polls and closes the sockets of one kernel."""

    def __init__(
        self,
        behaviour: Behaviour,
        connection: dict[str, Any] | None,
        on_frames: Callable[[str, list[bytes]], None],
        on_subscription: Callable[[bytes], None],
    ) -> None:
        self.behaviour = behaviour
        self.connection = dict(connection) if connection else self._new_connection()
        self._on_frames = on_frames
        self._on_subscription = on_subscription
        self._context = zmq.Context()
        self._sockets: dict[str, zmq.Socket[bytes]] = {}
        #: Keep the ports ours while nobody listens there: see _reserve.
        self._reserved: dict[str, sockets.socket] = {}
        #: Set when no message goes in or out any more; workers look at it while they send.
        self.stopped = threading.Event()
        #: Set: nothing goes in or out any more, not even what is queued.
        self.abrupt = False
        self._stopping = False
        # Set to end a hang before its time, and set by the I/O thread while it hangs.
        self._closing = threading.Event()
        #: Set to let a kernel come back before its time.
        self.gap_over = threading.Event()
        self._hanging = threading.Event()
        self._poller = zmq.Poller()
        # One PUSH per sending thread, since a zmq socket belongs to one thread at a time.
        # The list keeps them alive when their threads have ended; join() closes them.
        self._local = threading.local()
        self._pushes: list[zmq.Socket[bytes]] = []
        self._outbox = self._context.socket(zmq.PULL)
        self._outbox.bind(OUTBOX)
        # Owns every socket in _sockets and _outbox from start() on.
        self._thread = threading.Thread(target=self._run, name="fake-kernel-io", daemon=True)

    def start(self) -> None:
        """Bind all sockets, then give them to the I/O thread."""
        for channel in CHANNELS:
            if channel != "control" or self.connection.get("control_port", 0) is not None:
                self._bind(channel)
        if "control" not in self._sockets:
            self.connection.pop("control_port", None)
        self._thread.start()

    def send(self, channel: str, frames: list[bytes]) -> None:
        """Queue frames for a channel, from any thread; raises Stopped when it is too late."""
        push = getattr(self._local, "push", None)
        if push is None:
            push = self._local.push = self._context.socket(zmq.PUSH)
            push.sndtimeo = 100
            push.connect(OUTBOX)
            self._pushes.append(push)
        while not self.stopped.is_set():
            try:
                push.send_multipart([channel.encode(), *frames])
                return
            except zmq.Again:
                continue
        raise Stopped

    def hang(self, seconds: float) -> None:
        """Let the I/O thread do nothing for that long, as a process stuck in C code would.

        Returns when that has begun; what was sent before has left by then.
        """
        self._hanging.clear()
        self.send("hang", [str(seconds).encode()])
        self._hanging.wait()

    def rebind(self, gap: float, *, abrupt: bool) -> None:
        """Close the sockets that clients see, and open others on the same ports ``gap`` seconds later.

        What was sent before leaves first, unless ``abrupt``.
        """
        self.send("rebind", [str(gap).encode(), b"abrupt" if abrupt else b""])

    def unbind(self, channel: str) -> None:
        """Close one socket for good; the others go on. What was sent before leaves first."""
        self.send("unbind", [channel.encode()])

    def close(self, *, abrupt: bool = False) -> None:
        """Send what is queued (unless ``abrupt``), then close; may be called more than once."""
        if self.stopped.is_set():
            return
        self.abrupt = self.abrupt or abrupt
        self._closing.set()
        self.gap_over.set()
        if self._thread.is_alive():
            # It may have stopped by itself meanwhile: an abrupt end needs no order.
            with contextlib.suppress(Stopped):
                self.send("stop", [])
        else:
            self.stopped.set()

    def join(self, timeout: float = 5.0) -> None:
        """Wait until the I/O thread has ended and give every socket back to the system."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        self._context.destroy(linger=0)
        for held in self._reserved.values():
            held.close()
        if self.connection["transport"] == "ipc":
            # libzmq leaves the files of its ipc sockets behind.
            for channel in self._sockets:
                port = self.connection[f"{channel}_port"]
                Path(f"{self.connection['ip']}-{port}").unlink(missing_ok=True)

    # --- binding

    def _new_connection(self) -> dict[str, Any]:
        told = self.behaviour
        connection: dict[str, Any] = {
            "transport": told.transport,
            "ip": told.ip,
            **{f"{channel}_port": 0 for channel in CHANNELS},
            "key": told.key,
            "signature_scheme": told.signature_scheme,
            "kernel_name": "fake",
        }
        if told.transport == "ipc":
            connection.update({f"{name}_port": n for n, name in enumerate(CHANNELS, 1)})
        if not told.control:
            connection["control_port"] = None
        if told.curve:
            public, secret = zmq.curve_keypair()
            connection["curve_publickey"] = public.decode()
            connection["curve_secretkey"] = secret.decode()
        return connection

    def _bind(self, channel: str) -> None:
        socket = self._sockets[channel] = self._context.socket(KINDS[channel])
        socket.linger = 10_000
        socket.sndhwm = self.behaviour.iopub_sndhwm if channel == "iopub" else 0
        if channel == "iopub":
            socket.xpub_verbose = self.behaviour.welcome == "always"
        elif channel != "hb":
            # A client that reconnects with the same identity takes its old place.
            socket.router_handover = self.behaviour.handover
        if self.connection.get("curve_publickey"):
            socket.curve_server = 1
            socket.curve_publickey = self.connection["curve_publickey"].encode()
            socket.curve_secretkey = self.connection["curve_secretkey"].encode()
        ip, port = self.connection["ip"], int(self.connection.get(f"{channel}_port") or 0)
        if self.connection["transport"] == "ipc":
            socket.bind(f"ipc://{ip}-{port}")
            return
        if ":" in ip:
            socket.ipv6 = True
            ip = f"[{ip}]"
        port = self._reserve(channel, self.connection["ip"], port)
        socket.bind(f"tcp://{ip}:{port or '*'}")
        bound = socket.last_endpoint.decode()
        self.connection[f"{channel}_port"] = int(bound.rsplit(":", 1)[1])

    def _reserve(self, channel: str, ip: str, port: int) -> int:
        """Hold a port by a socket that does not listen, until the kernel is closed; returns the port.

        Whoever connects to one that has died, or is being restarted, is to be refused, and not to meet some
        other program's socket. Elsewhere than on Linux no second socket can be bound there.
        """
        if sys.platform != "linux" or channel in self._reserved:
            return port
        held = sockets.socket(sockets.AF_INET6 if ":" in ip else sockets.AF_INET)
        held.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
        while True:
            wanted = port or secrets.choice(PORTS)
            try:
                held.bind((ip, wanted))
            except OSError as error:
                if error.errno == errno.EADDRINUSE and not port:
                    continue
                held.close()
                return port
            self._reserved[channel] = held
            return wanted

    # --- the I/O thread

    def _run(self) -> None:
        for socket in (self._outbox, *self._sockets.values()):
            self._poller.register(socket, zmq.POLLIN)
        running = True
        while running:
            for socket, _ in self._poller.poll():
                if socket is self._outbox:
                    running = self._deliver()
                else:
                    self._receive(socket)
        self.stopped.set()
        self._hanging.set()
        self._close_sockets(linger=0 if self.abrupt else 10_000)
        self._outbox.close(linger=0)

    def _close_sockets(self, linger: int) -> None:
        for socket in self._sockets.values():
            self._poller.unregister(socket)
            socket.close(linger)

    def _unbind(self, channel: str) -> None:
        socket = self._sockets.pop(channel)
        self._poller.unregister(socket)
        socket.close(linger=10_000)

    def _rebind(self, gap: float, *, abrupt: bool) -> None:
        self._close_sockets(linger=0 if abrupt else 10_000)
        self.gap_over.wait(gap)
        self.gap_over.clear()
        for channel in list(self._sockets):
            while not self._closing.is_set():
                try:
                    self._bind(channel)
                except zmq.ZMQError:  # libzmq closes behind our back, and has not come to it yet
                    self._sockets[channel].close(linger=0)
                    self._closing.wait(0.005)
                else:
                    break
            else:  # a closed socket cannot be registered
                self._sockets[channel] = self._context.socket(KINDS[channel])
            self._poller.register(self._sockets[channel], zmq.POLLIN)

    def _deliver(self, at_most: int = 100) -> bool:
        """Send what the workers queued; False once they have said stop and nothing is left.

        The queue takes from its senders in turn, so a stop may overtake another thread's reply.
        """
        while at_most > 0 or self._stopping:
            at_most -= 1
            try:
                channel, *frames = self._outbox.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return not self._stopping
            if self.abrupt:
                return False
            if channel == b"stop":
                self._stopping = True
            elif channel == b"hang":
                self._hanging.set()
                self._closing.wait(float(frames[0]))
            elif channel == b"rebind":
                self._rebind(float(frames[0]), abrupt=bool(frames[1]))
            elif channel == b"unbind":
                self._unbind(frames[0].decode())
            elif target := self._sockets.get(channel.decode()):
                target.send_multipart(frames)
        return True

    def _receive(self, socket: zmq.Socket[bytes], at_most: int = 100) -> None:
        channel = next((name for name, one in self._sockets.items() if one is socket), None)
        if channel is None:  # it was closed a moment ago
            return
        for _ in range(at_most):
            try:
                frames = socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            if self.abrupt:
                return
            if channel == "iopub":
                if frames[0][:1] == b"\x01":
                    self._on_subscription(frames[0][1:])
            elif channel == "hb" and self.behaviour.heartbeat == "thread":
                socket.send_multipart(frames)
            elif channel == "hb" and self.behaviour.heartbeat == "junk":
                for echo in ([*frames, b"\xff" * 1000], [*frames[:2], b"{}"], frames, frames):
                    socket.send_multipart(echo)
            else:
                self._on_frames(channel, frames)
