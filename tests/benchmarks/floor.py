"""The floor: what a console costs that does nothing but the protocol.

A bare pyzmq, json and hmac loop on a raw terminal. Keys are echoed as they come and cannot be edited;
iopub is drained until it is empty, and each drain is one write. A simple program, not a proven minimum.

::

    python -m tests.benchmarks.floor CONNECTION_FILE         (code from a pipe, if stdin is one)
    python -m tests.benchmarks.floor CONNECTION_FILE -f NOTEBOOK
    python -m tests.benchmarks.floor --start                 (code from a pipe, in an ipykernel of its own)
"""

import json
import os
import subprocess
import sys
import termios
import time
import tty
from collections.abc import Iterable
from pathlib import Path

import zmq

from tests.benchmarks.wire import Incoming, Wire

__all__ = ["Kernel", "main"]

_INTERRUPT, _ENTER, _END = b"\x03", b"\r", b"\x04"


class Kernel:
    """The client's side of a kernel: three sockets, one cell at a time.

    Attributes:
        shell, iopub: the sockets, to be polled.
        done: whether the cell has been replied to, and its idle has come.
    """

    def __init__(self, path: str) -> None:
        connection = json.loads(Path(path).read_text())
        self._wire = Wire(connection["key"])
        self._context = zmq.Context()
        self._address = f"tcp://{connection['ip']}:"
        self.iopub = self._connect(zmq.SUB, connection["iopub_port"])
        self.shell = self._connect(zmq.DEALER, connection["shell_port"])
        self._control = self._connect(zmq.DEALER, connection["control_port"])
        self._msg_id = ""
        self._left: set[str] = set()

    @property
    def done(self) -> bool:
        """Whether the cell has been replied to, and its idle has come."""
        return not self._left

    def wait_ready(self) -> None:
        """Ask kernel_info until its idle proves that the output reaches us."""
        while True:
            self.ask("kernel_info_request", {})
            while self.iopub.poll(100):
                self.drain()
                if "idle" not in self._left:
                    return

    def execute(self, code: str) -> None:
        """Send a cell."""
        self.ask(
            "execute_request",
            {
                "code": code,
                "silent": False,
                "store_history": True,
                "user_expressions": {},
                "allow_stdin": False,
                "stop_on_error": True,
            },
        )

    def ask(self, msg_type: str, content: object) -> None:
        """Send a request whose reply and idle are waited for."""
        self._msg_id, frames = self._wire.request(msg_type, content)
        self._left = {"reply", "idle"}
        self.shell.send_multipart(frames)

    def interrupt(self) -> None:
        """Send an interrupt_request."""
        self._control.send_multipart(self._wire.pack("interrupt_request", {}))

    def shut_down(self) -> None:
        """Send a shutdown_request."""
        self._control.send_multipart(self._wire.pack("shutdown_request", {"restart": False}))

    def drain(self) -> str:
        """Take what has come on both channels; the text to show."""
        while self.shell.poll(0):
            self._wire.unpack(self.shell.recv_multipart())
            self._left.discard("reply")
        texts: list[str] = []
        while True:
            try:
                frames = self.iopub.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return "".join(texts)
            texts.append(self._show(self._wire.unpack(frames)))

    def _show(self, message: Incoming) -> str:
        content = message.content
        match message.msg_type:
            case "stream":
                return str(content["text"])
            case "execute_result":
                return f"Out[{content['execution_count']}]: {content['data']['text/plain']}\n"
            case "error":
                return "\n".join(content["traceback"]) + "\n"
            case "status" if content["execution_state"] == "idle":
                if message.parent_id == self._msg_id:
                    self._left.discard("idle")
        return ""

    def _connect(self, kind: int, port: int) -> "zmq.Socket[bytes]":
        socket: zmq.Socket[bytes] = self._context.socket(kind)
        socket.linger = 0
        socket.rcvhwm = 0
        if kind == zmq.SUB:
            socket.setsockopt(zmq.SUBSCRIBE, b"")
        socket.connect(f"{self._address}{port}")
        return socket


def run_cells(kernel: Kernel, sources: Iterable[str]) -> None:
    """Run cells, one after the other."""
    poller = zmq.Poller()
    poller.register(kernel.iopub, zmq.POLLIN)
    poller.register(kernel.shell, zmq.POLLIN)
    for source in sources:
        kernel.execute(source)
        while not kernel.done:
            poller.poll()
            sys.stdout.write(kernel.drain())
    sys.stdout.flush()


def run_notebook(kernel: Kernel, path: str) -> None:
    """Run the cells of a notebook."""
    run_cells(kernel, (cell["source"] for cell in json.loads(Path(path).read_text())["cells"]))


def run_started() -> None:
    """Run all of stdin as one cell in an ipykernel, from its start to its end."""
    path = Path(f"floor-{os.getpid()}.json").absolute()
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", str(path)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(argv, stdin=quiet, stdout=quiet, stderr=quiet) as process:
        while True:
            try:
                kernel = Kernel(str(path))
                break
            except (
                OSError,
                ValueError,
            ):  # the kernel chooses its ports, and has not written them yet
                time.sleep(0.005)
        kernel.wait_ready()
        run_cells(kernel, [sys.stdin.read()])
        kernel.shut_down()
        process.wait()


def run_terminal(kernel: Kernel) -> None:
    """Read keys and show what comes, until Ctrl-D."""
    before = termios.tcgetattr(0)
    tty.setraw(0)
    try:
        _loop(kernel)
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


def _loop(kernel: Kernel) -> None:
    poller = zmq.Poller()
    for source in (0, kernel.iopub, kernel.shell):
        poller.register(source, zmq.POLLIN)
    count, line, running = 1, "", False
    _write("In [1]: ")
    while True:
        ready = dict(poller.poll())
        if 0 in ready:
            keys = os.read(0, 4096)
            if keys == _END:
                return
            if keys == _INTERRUPT:
                kernel.interrupt()
            elif keys == _ENTER:
                _write("\n")
                kernel.execute(line)
                line, running = "", True
            else:
                os.write(1, keys)
                line += keys.decode()
        text = kernel.drain()
        if running and kernel.done:
            running = False
            count += 1
            text += f"\nIn [{count}]: "
        if text:
            _write(text)


def _write(text: str) -> None:
    data = memoryview(text.replace("\n", "\r\n").encode())
    while data:
        data = data[os.write(1, data) :]


def main(arguments: list[str]) -> None:
    """Run the floor of the command line."""
    if arguments == ["--start"]:
        run_started()
        return
    kernel = Kernel(arguments[0])
    kernel.wait_ready()
    if arguments[1:2] == ["-f"]:
        run_notebook(kernel, arguments[2])
    elif sys.stdin.isatty():
        run_terminal(kernel)
    else:
        run_cells(kernel, [sys.stdin.read()])


if __name__ == "__main__":
    main(sys.argv[1:])
