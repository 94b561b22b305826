"""The scripted kernel: its state, its workers, and what a test can ask it and make it do."""

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from fake import answers
from fake.behaviour import Behaviour
from fake.sockets import Sockets
from fake.wire import Rejected, Request, Wire, new_id
from fake.worker import Worker

__all__ = ["FakeKernel"]


class FakeKernel:
    """A kernel on real sockets whose every deviation a test can choose.

    ``connection``: the dict of a connection file whose ports are to be used; without it free ones
    are taken, and the attribute of that name tells them. Deviations are Behaviour's fields.
    """

    def __init__(
        self,
        connection: dict[str, Any] | None = None,
        *,
        behaviour: Behaviour | None = None,
        **deviations: Any,
    ) -> None:
        self.behaviour = behaviour or Behaviour(**deviations)
        self.session = new_id()
        self.username = "fake"
        self.execution_count = 0
        self.namespace: dict[str, Any] = {}
        self.history: list[tuple[int, int, str, str | None]] = [
            (1, line, f"old_{line} = {line}", None)
            for line in range(1, self.behaviour.history_rows + 1)
        ]
        self.comms: dict[str, str] = {}
        #: Every request, in order, on whichever channel it came.
        self.received: list[Request] = []
        #: How many times it has asked for input.
        self.asked = 0
        #: Why messages were thrown away unanswered.
        self.rejected: list[str] = []
        #: The iopub subscriptions that the kernel was told of.
        self.subscriptions: list[bytes] = []
        self.log: list[str] = []
        #: Set when the kernel stops working; exit_code is its status then.
        self.ending = threading.Event()
        self.exit_code = 0
        #: True in a process of its own: dying is real there.
        self.is_process = False
        # Guards received, rejected and subscriptions, and wakes those that wait for them.
        self._news = threading.Condition()
        self._sockets = Sockets(self.behaviour, connection, self._on_frames, self._on_subscriber)
        self.wire = Wire(self.connection.get("key", ""), self.connection["signature_scheme"])
        self.main = Worker(self, "shell")
        self.control = Worker(self, "control")
        self.subshells: dict[str, Worker] = {}

    # --- life

    @property
    def connection(self) -> dict[str, Any]:
        """What belongs into the kernel's connection file."""
        return self._sockets.connection

    def start(self) -> Self:
        """Bind the sockets and start to answer."""
        # Queued before anything can be received, so that no subscriber ever sees it: as with real
        # kernels, which are long up when somebody attaches.
        self.publish("status", {"execution_state": "starting"})
        self._sockets.start()
        self.main.thread.start()
        self.control.thread.start()
        return self

    def end(self, exit_code: int = 0, *, abrupt: bool = False) -> None:
        """Stop working, once what was sent has left unless ``abrupt``; from any thread."""
        self._sockets.abrupt = self._sockets.abrupt or abrupt
        if not self.ending.is_set():
            self.exit_code = exit_code
            self.ending.set()
            for worker in self._workers():
                worker.interrupt()
                worker.queue.put(None)
        self._sockets.close(abrupt=abrupt)

    def die(self, exit_code: int = 1) -> None:
        """Be gone at once, with nothing flushed and nobody told."""
        if self.is_process:
            os._exit(exit_code)
        self.end(exit_code, abrupt=True)

    def close(self) -> None:
        """Stop, and give every thread and socket back; a test's kernel flushes nothing."""
        self.end(self.exit_code, abrupt=not self.is_process)
        for worker in self._workers():
            if worker.thread.ident is not None:
                worker.thread.join(5.0)
        self._sockets.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _workers(self) -> list[Worker]:
        return [self.main, self.control, *self.subshells.values()]

    def write_connection_file(self, path: Path) -> Path:
        """Write the connection file, readable by its owner only, and return its path."""
        path.touch(mode=0o600)
        path.write_text(json.dumps(self.connection))
        return path

    # --- what a test asks

    def wait_for(self, msg_type: str, timeout: float = 60.0, *, count: int = 1) -> Request:
        """The ``count``-th request of that type, as soon as it is there."""

        def found() -> list[Request]:
            return [one for one in self.received if one.msg_type == msg_type][count - 1 :]

        got = self._wait(found, timeout)
        kinds = [f"{one.channel}:{one.msg_type}" for one in self.received]
        assert got, f"no {msg_type} number {count} in {timeout} s; got {kinds}"
        first: Request = got[0]
        return first

    def wait_for_subscriber(self, timeout: float = 60.0) -> None:
        """Wait until some client listens to iopub."""
        assert self._wait(lambda: self.subscriptions, timeout), "nobody subscribed to iopub"

    def wait_for_rejection(self, timeout: float = 60.0) -> str:
        """The reason for which the kernel threw a message away, as soon as it did."""
        assert self._wait(lambda: self.rejected, timeout), "nothing was rejected"
        return self.rejected[-1]

    def count(self, msg_type: str) -> int:
        """How many requests of that type came so far."""
        with self._news:
            return sum(one.msg_type == msg_type for one in self.received)

    def forget(self) -> None:
        """Count anew: the requests that came so far belong to another test."""
        with self._news:
            self.received.clear()

    def _wait(self, condition: Callable[[], Any], timeout: float) -> Any:
        with self._news:
            return self._news.wait_for(condition, timeout)

    # --- what a test makes it do, beside what cells and Behaviour do

    def send(self, channel: str, frames: list[bytes]) -> None:
        """Send frames exactly as they are."""
        self._sockets.send(channel, frames)

    def publish(
        self,
        msg_type: str,
        content: dict[str, Any],
        parent: dict[str, Any] | None = None,
        *,
        buffers: list[bytes] | None = None,
        session: str = "",
    ) -> None:
        """Send a message on iopub; ``parent`` is the header that it belongs to, None for nobody's.

        Raises Stopped once the kernel has ended.
        """
        if msg_type in self.behaviour.omit:
            return
        topic = f"kernel.{self.session[:8]}.{msg_type}".encode()
        if msg_type == "stream":
            topic = f"stream.{content.get('name')}".encode()
        self.send("iopub", self.frames(msg_type, content, parent, topic, buffers, session))

    def frames(
        self,
        msg_type: str,
        content: Any,
        parent: dict[str, Any] | None = None,
        topic: bytes = b"",
        buffers: list[bytes] | None = None,
        session: str = "",
    ) -> list[bytes]:
        """The frames of an iopub message, with as many topic frames as the kernel uses."""
        header = self.wire.header(msg_type, session or self.session, self.username)
        parts = [header, self.parent(parent), {}, content]
        return self.wire.pack([topic] * self.behaviour.topic_frames, parts, buffers)

    def parent(self, header: dict[str, Any] | None) -> dict[str, Any] | None:
        """What goes into the parent_header frame."""
        if header:
            return header
        return None if self.behaviour.parent_null else {}

    def reply(self, request: Request, content: Any, *, msg_type: str = "") -> None:
        """Answer a request, on the channel where it came."""
        reply_type = msg_type or request.msg_type.replace("_request", "_reply")
        header = self.wire.header(reply_type, self.session, self.username)
        parts = [header, request.header, {}, content]
        self.send(request.channel, self.wire.pack(request.idents, parts))

    def ask(self, request: Request, content: dict[str, Any]) -> None:
        """Send an input_request to the client that sent this request."""
        header = self.wire.header("input_request", self.session, self.username)
        self.asked += 1
        self.send("stdin", self.wire.pack(request.idents, [header, request.header, {}, content]))

    def foreign_header(self, client: str = "other") -> dict[str, Any]:
        """The header of an execute_request that another client might have sent."""
        return self.wire.header("execute_request", f"{client}-session", client)

    def foreign_cell(
        self, code: str, output: str = "", *, client: str = "other", result: str = ""
    ) -> None:
        """Broadcast what another client's cell looks like from outside."""
        parent = self.foreign_header(client)
        self.execution_count += 1
        count = {"execution_count": self.execution_count}
        self.publish("status", {"execution_state": "busy"}, parent)
        self.publish("execute_input", {"code": code, **count}, parent)
        if output:
            self.publish("stream", {"name": "stdout", "text": output}, parent)
        if result:
            data = {"data": {"text/plain": result}, "metadata": {}, **count}
            self.publish("execute_result", data, parent)
        self.publish("status", {"execution_state": "idle"}, parent)

    def run_foreign_cell(self, worker: Worker) -> None:
        """Be busy with another client's cell for as long as Behaviour.busy says."""
        parent = self.foreign_header()
        self.publish("status", {"execution_state": "busy"}, parent)
        try:
            worker.sleep(self.behaviour.busy)
        except KeyboardInterrupt:
            error = {"ename": "KeyboardInterrupt", "evalue": "", "traceback": []}
            self.publish("error", error, parent)
        self.publish("status", {"execution_state": "idle"}, parent)

    def broadcast_shutdown(self, *, restart: bool, msg_type: str = "shutdown_reply") -> None:
        """Say on iopub that another client has shut the kernel down."""
        header = self.wire.header("shutdown_request", "other-session", "other")
        self.publish(msg_type, {"status": "ok", "restart": restart}, header)

    def add_subshell(self, subshell_id: str) -> None:
        """Start one more thread that answers shell requests (JEP 91)."""
        worker = self.subshells[subshell_id] = Worker(self, "shell", subshell_id)
        worker.thread.start()

    def restart(self) -> None:
        """Start anew as if another client had asked for it, on the same sockets."""
        self.broadcast_shutdown(restart=True)
        self._begin_anew()

    def come_back(self, gap: float = 0.0, *, announced: bool = True) -> None:
        """Start anew as a process that ends and is started again: nobody listens for ``gap`` seconds.

        Or until end_gap() is called.

        Without ``announced`` it goes as one that was killed.
        """
        if announced:
            self.broadcast_shutdown(restart=True)
        with self._news:
            self.subscriptions.clear()
        self._sockets.rebind(gap, abrupt=not announced)
        self._begin_anew()

    def end_gap(self) -> None:
        """Listen again."""
        self._sockets.gap_over.set()

    def _begin_anew(self) -> None:
        self.session = new_id()
        self.execution_count = 0
        self.namespace.clear()
        self.publish("status", {"execution_state": "starting"})

    def interrupt(self) -> None:
        """Interrupt the cell that runs in the main shell."""
        self.main.interrupt()

    def hang(self, seconds: float) -> None:
        """Stop answering anything, heartbeats too, as a process stuck in C code would."""
        self._sockets.hang(seconds)

    def unbind(self, channel: str) -> None:
        """Close one channel's socket for good, as a kernel one of whose threads has died."""
        self._sockets.unbind(channel)

    def after(self, request: Request) -> None:
        """What happens once a request has been answered: shutdown_request ends the kernel."""
        how = self.behaviour.shutdown
        if request.msg_type == "shutdown_request" and how not in {"stays", "ignored"}:
            self.ending.wait(self.behaviour.shutdown_delay)
            # An interrupt that came before, in vain perhaps: most kernels end only between two cells.
            if threading.current_thread() is not self.main.thread:
                self.main.settle()
            self.end()

    # --- what comes in, in the I/O thread

    def _on_subscriber(self, topic: bytes) -> None:
        with self._news:
            self.subscriptions.append(topic)
            self._news.notify_all()
        if self.behaviour.welcome != "none":
            content = {"subscription": topic.decode(errors="replace")}
            self.send("iopub", self.frames("iopub_welcome", content, None, topic))

    def _on_frames(self, channel: str, frames: list[bytes]) -> None:
        if channel == "hb":
            if self.behaviour.heartbeat == "shell":
                self.main.queue.put(frames)
            return
        try:
            request = self.wire.unpack(channel, frames)
        except Rejected as reason:
            with self._news:
                self.rejected.append(str(reason))
                self._news.notify_all()
            return
        if self.behaviour.record:
            self._record(request)
        # Whoever waits for it finds it queued, so that it can be interrupted, and not answered before.
        with self._news:
            self.received.append(request)
            if not self.behaviour.is_deaf_to(channel, request.msg_type):
                if answers.interrupts_at_once(self, request):
                    self.interrupt()
                self._route(request)
            self._news.notify_all()

    def _record(self, request: Request) -> None:
        line = {"channel": request.channel, "time": time.time(), "header": request.header}
        with Path(self.behaviour.record).open("a") as record:
            record.write(json.dumps({**line, "content": request.content}) + "\n")

    def _route(self, request: Request) -> None:
        if request.channel == "stdin":
            for worker in self._workers():
                worker.stdin.put(request)
        elif request.channel == "control":
            self.control.queue.put(request)
        elif subshell_id := request.header.get("subshell_id"):
            if subshell_id in self.subshells:
                self.subshells[subshell_id].queue.put(request)
            else:
                # As ipykernel 7 does: a bare reply, and no status at all.
                self.reply(request, {"status": "error"})
        else:
            self.main.queue.put(request)
