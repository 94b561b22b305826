"""The threads in which a kernel does its work: one for each shell, and one for control."""

import queue
import threading
from typing import TYPE_CHECKING

from fake import answers, cell
from fake.sockets import Stopped
from fake.wire import Request

if TYPE_CHECKING:
    from fake.kernel import FakeKernel

__all__ = ["Worker"]


class Worker:
    """One thread that answers the requests of one shell, subshell or the control channel."""

    def __init__(self, kernel: "FakeKernel", channel: str, subshell_id: str = "") -> None:
        self.kernel = kernel
        self.channel = channel
        self.subshell_id = subshell_id
        #: Requests, heartbeat frames (if this thread answers those), None = end.
        self.queue: queue.Queue[Request | list[bytes] | None] = queue.Queue()
        #: What the client answered to input_request; None wakes a reader that was interrupted.
        self.stdin: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._interrupted = threading.Event()
        self._at_foreign_cell = False
        #: Whether a request has been broken off whose answer is still to come.
        self._breaking_off = False
        self.thread = threading.Thread(
            target=self._run, name=f"fake-kernel-{channel}{subshell_id[:4]}", daemon=True
        )

    def interrupt(self) -> None:
        """Break off what the worker does now, or is about to do; an idle worker has nothing to break."""
        if self.queue.unfinished_tasks or self._at_foreign_cell:
            self._breaking_off = not self._at_foreign_cell
            self._interrupted.set()
        self.stdin.put(None)

    def settle(self) -> None:
        """Wait until what was interrupted has been answered."""
        with self.queue.all_tasks_done:
            self.queue.all_tasks_done.wait_for(
                lambda: not (self._breaking_off and self.queue.unfinished_tasks), 60.0
            )

    def sleep(self, seconds: float) -> None:
        """Wait; raises KeyboardInterrupt when interrupted, Stopped when the kernel ends."""
        self.check()
        self._interrupted.wait(seconds)
        self.check()

    def check(self) -> None:
        """Raise if the worker was interrupted or the kernel is ending."""
        if self.kernel.ending.is_set():
            raise Stopped
        if self._interrupted.is_set():
            self._interrupted.clear()
            raise KeyboardInterrupt

    def read_line(self) -> Request:
        """The next input_reply; raises KeyboardInterrupt or Stopped as sleep() does."""
        while True:
            self.check()
            reply = self.stdin.get()
            if reply is not None:
                return reply

    def flush_stdin(self) -> None:
        """Forget replies that nobody asked for, as ipykernel does before each input_request."""
        while not self.stdin.empty():
            self.stdin.get()

    def abort_queued(self, status: str) -> None:
        """Answer every execute_request that waits in the queue with that status, unrun."""
        waiting = []
        while not self.queue.empty():
            waiting.append(self.queue.get())
            self.queue.task_done()
        for request in waiting:
            if isinstance(request, Request) and request.msg_type == "execute_request":
                self.kernel.publish("status", {"execution_state": "busy"}, request.header)
                self.kernel.reply(request, {"status": status})
                self.kernel.publish("status", {"execution_state": "idle"}, request.header)
            else:
                self.queue.put(request)

    def _run(self) -> None:
        try:
            if self.channel == "shell" and not self.subshell_id and self.kernel.behaviour.busy:
                self._at_foreign_cell = True
                self.kernel.run_foreign_cell(self)
                self._at_foreign_cell = False
            while (item := self.queue.get()) is not None:
                if isinstance(item, list):
                    self.kernel.send("hb", item)
                else:
                    self._answer(item)
                    self._interrupted.clear()
                    self._breaking_off = False
                self.queue.task_done()
        except Stopped:
            return

    def _answer(self, request: Request) -> None:
        kernel = self.kernel
        kernel.publish("status", {"execution_state": "busy"}, request.header)
        try:
            self._pause(request)
            if request.msg_type in kernel.behaviour.answers:
                kernel.reply(request, kernel.behaviour.answers[request.msg_type])
            elif request.msg_type == "execute_request":
                # A cell decides itself when, and whether, its idle is sent.
                cell.Cell(self, request).run()
                return
            elif request.msg_type not in kernel.behaviour.no_reply:
                answers.answer(kernel, request)
        except KeyboardInterrupt:
            kernel.log.append(f"{request.msg_type} interrupted")
        kernel.publish("status", {"execution_state": "idle"}, request.header)
        kernel.after(request)

    def _pause(self, request: Request) -> None:
        delay = self.kernel.behaviour.delays.get(request.msg_type, 0.0)
        if delay:
            self.sleep(delay)
