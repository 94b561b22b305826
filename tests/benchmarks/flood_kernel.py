"""A kernel that is never the bottleneck: it signs its messages before it sends the first of them.

::

    python -m tests.benchmarks.flood_kernel CONNECTION_FILE [HISTORY_ENTRIES]

It binds to free ports, writes the connection file, and then tells on stdout, as JSON lines with the time
of CLOCK_MONOTONIC, what the driver wants to know: ``ready``; ``flood`` (the first message of a flood
is about to leave); ``cell`` (one that waits for an interrupt has begun); ``interrupt_request``;
``foreign`` (all foreign messages have left).

Cells (anything else does nothing, and does it well)::

    print(1)           the line 1
    echo WORD          the result <WORD>
    flood N SIZE       N stream messages of one line of SIZE bytes each, then the line <end>
    result SIZE        one result of SIZE bytes in lines of 1000, then the line <end>
    line SIZE          one stream message of one line of SIZE bytes, then the line <end>
    updates N          one display, N updates of it, the last of them <updated>, then the line <end>
    displays N         N displays of one line each, then the line <end>
    clears N           N times a clear_output that waits, and a line, then the line <end>
    colours N          N stream messages of one line each whose words have colours, then the line <end>
    sleep              nothing, until an interrupt_request comes
    spin               10,000 short lines a second, until an interrupt_request comes (for 10 s)

Completion of ``tabN.`` gives N matches. A line ``foreign N RATE`` on stdin has N messages of another
client's cell published, RATE a second (0: as fast as possible).
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zmq

from tests.benchmarks.wire import DELIMITER, Incoming, Wire

__all__ = ["END", "UPDATED", "FloodKernel", "main"]

END = "<end>"
UPDATED = "<updated>"
_TICK_S = 0.01
_SPIN_RATE = 10_000  # messages a second
_SPIN_S = 10  # signed beforehand: more than any measurement takes
_CHANNELS = {
    "shell": zmq.ROUTER,
    "control": zmq.ROUTER,
    "stdin": zmq.ROUTER,
    "iopub": zmq.XPUB,
    "hb": zmq.ROUTER,
}
_KERNEL_INFO = {
    "status": "ok",
    "protocol_version": "5.3",
    "implementation": "ipython",
    "implementation_version": "9.0",
    "banner": "flood kernel",
    "language_info": {
        "name": "python",
        "version": "3.11",
        "mimetype": "text/x-python",
        "file_extension": ".py",
        "pygments_lexer": "ipython3",
    },
    "help_links": [],
}


@dataclass(slots=True)
class _Trickle:
    """Messages that leave little by little: so many in each tick."""

    frames: list[list[bytes]]
    per_tick: int
    due: float


class FloodKernel:
    """The kernel; :meth:`run` serves until it is shut down or its stdin ends.

    Parameters:
        path: where the connection file is to be written.
        entries: how many inputs a history_reply has, whatever number is asked for.
    """

    def __init__(self, path: Path, entries: int) -> None:
        self._context = zmq.Context()
        self._sockets = {name: self._bind(kind) for name, kind in _CHANNELS.items()}
        connection = {
            "transport": "tcp",
            "ip": "127.0.0.1",
            "key": os.urandom(16).hex(),
            "signature_scheme": "hmac-sha256",
            "kernel_name": "flood",
            **{f"{name}_port": _port(socket) for name, socket in self._sockets.items()},
        }
        self._wire = Wire(str(connection["key"]))
        self._iopub = self._sockets["iopub"]
        self._count = 0
        self._history = self._wire.encode({"status": "ok", "history": _history(entries)})
        #: The request of the cell that waits for an interrupt.
        self._waiting: Incoming | None = None
        self._trickle: _Trickle | None = None
        self._ending = False
        # Answers heartbeats, also while a flood is being signed and sent; it has the socket for itself.
        threading.Thread(target=self._echo, daemon=True).start()
        path.touch(mode=0o600)
        path.write_text(json.dumps(connection))

    def run(self) -> None:
        """Serve."""
        poller = zmq.Poller()
        for name in ("shell", "control", "iopub"):
            poller.register(self._sockets[name], zmq.POLLIN)
        poller.register(sys.stdin.fileno(), zmq.POLLIN)
        _tell("ready")
        while not self._ending:
            ready = dict(poller.poll(self._wait_ms()))
            if sys.stdin.fileno() in ready:
                self._command(sys.stdin.readline().split())
            if self._iopub in ready:
                self._welcome(self._iopub.recv())
            for name in ("control", "shell"):
                if self._sockets[name] in ready:
                    self._serve(name)
            self._flow()

    # -- channels ------------------------------------------------------------------------------------

    def _bind(self, kind: int) -> "zmq.Socket[bytes]":
        socket: zmq.Socket[bytes] = self._context.socket(kind)
        socket.linger = 0
        socket.sndhwm = 0
        socket.bind("tcp://127.0.0.1:*")
        return socket

    def _echo(self) -> None:
        zmq.proxy(self._sockets["hb"], self._sockets["hb"])

    def _welcome(self, subscription: bytes) -> None:
        """Greet a subscriber (JEP 65)."""
        if subscription[:1] == b"\1":
            topic = subscription[1:]
            welcome = self._wire.pack("iopub_welcome", {"subscription": topic.decode()})
            self._iopub.send_multipart([topic, *welcome])

    def _publish(self, request: Incoming, msg_type: str, content: object) -> None:
        self._iopub.send_multipart(
            self._wire.pack(msg_type, content, parent=request.header, idents=[msg_type.encode()])
        )

    def _serve(self, name: str) -> None:
        request = self._wire.unpack(self._sockets[name].recv_multipart())
        self._publish(request, "status", {"execution_state": "busy"})
        if request.msg_type == "execute_request":
            self._execute(request)
            return
        answer = getattr(self, f"_{request.msg_type}", None)
        content = answer(request.content) if answer else {"status": "ok"}
        self._reply(name, request, content)

    def _reply(self, name: str, request: Incoming, content: object) -> None:
        msg_type = request.msg_type.replace("_request", "_reply")
        self._sockets[name].send_multipart(
            self._wire.pack(msg_type, content, parent=request.header, idents=request.idents)
        )
        self._publish(request, "status", {"execution_state": "idle"})

    # -- requests ------------------------------------------------------------------------------------

    def _kernel_info_request(self, _content: dict[str, Any]) -> object:
        return _KERNEL_INFO

    def _is_complete_request(self, content: dict[str, Any]) -> object:
        incomplete = content["code"].rstrip().endswith(":")
        return {"status": "incomplete" if incomplete else "complete", "indent": "    "}

    def _history_request(self, _content: dict[str, Any]) -> object:
        return self._history

    def _complete_request(self, content: dict[str, Any]) -> object:
        cursor = content["cursor_pos"]
        word = content["code"][:cursor].split()[-1:]
        count = int(word[0][3:-1]) if word and word[0].startswith("tab") else 0
        # No two neighbours begin alike, so that there is no common part to be inserted.
        matches = [f"{chr(97 + number % 26)}match{number}" for number in range(count)]
        return {
            "status": "ok",
            "matches": matches,
            "cursor_start": cursor,
            "cursor_end": cursor,
            "metadata": {},
        }

    def _interrupt_request(self, _content: dict[str, Any]) -> object:
        _tell("interrupt_request")
        request, self._waiting, self._trickle = self._waiting, None, None
        if request is not None:
            error = {"ename": "KeyboardInterrupt", "evalue": "", "traceback": ["KeyboardInterrupt"]}
            self._publish(request, "error", error)
            self._finish(request, {"status": "error", **error})
        return {"status": "ok"}

    def _shutdown_request(self, content: dict[str, Any]) -> object:
        self._ending = True
        return {"status": "ok", "restart": bool(content.get("restart"))}

    # -- cells ---------------------------------------------------------------------------------------

    def _execute(self, request: Incoming) -> None:
        code = request.content["code"].strip()
        if not request.content.get("silent") and code:
            self._count += 1
            self._publish(request, "execute_input", {"code": code, "execution_count": self._count})
        verb, *words = code.split() or [""]
        if verb in ("sleep", "spin"):
            self._waiting = request
            if verb == "spin":
                self._trickle = _Trickle(
                    self._lines(request.header, _SPIN_RATE * _SPIN_S, 20),
                    int(_SPIN_RATE * _TICK_S),
                    time.monotonic(),
                )
            _tell("cell")
            return
        commands: dict[str, Callable[..., None]] = {
            "flood": self._flood,
            "result": self._result,
            "line": self._line,
            "updates": self._updates,
            "displays": self._displays,
            "clears": self._clears,
            "colours": self._colours,
        }
        command = commands.get(verb)
        if command is not None:
            command(request, *map(int, words))
        elif verb == "echo":
            self._show(request, f"<{words[0]}>")
        elif verb == "print(1)":
            self._print(request, "1\n")
        self._finish(request, {"status": "ok", "payload": [], "user_expressions": {}})

    def _finish(self, request: Incoming, content: dict[str, Any]) -> None:
        self._reply("shell", request, {**content, "execution_count": self._count})

    def _print(self, request: Incoming, text: str) -> None:
        self._publish(request, "stream", {"name": "stdout", "text": text})

    def _show(self, request: Incoming, text: str) -> None:
        content = {
            "data": {"text/plain": text},
            "metadata": {},
            "execution_count": self._count,
        }
        self._publish(request, "execute_result", content)

    def _flood(self, request: Incoming, number: int, size: int) -> None:
        self._burst(request, self._lines(request.header, number, size))

    def _updates(self, request: Incoming, number: int) -> None:
        """A bar that grows; what stands in the end has no character where another state has it."""
        bars = [f"{count:6d} {'#' * (50 * count // number)}" for count in range(number)]
        messages = [
            self._wire.pack(
                "update_display_data" if count else "display_data",
                {
                    "data": {"text/plain": text},
                    "metadata": {},
                    "transient": {"display_id": "bar"},
                },
                parent=request.header,
                idents=[b"display_data"],
            )
            for count, text in enumerate([*bars, UPDATED])
        ]
        self._burst(request, messages)

    def _displays(self, request: Incoming, number: int) -> None:
        self._burst(
            request,
            [
                self._signed(
                    request,
                    "display_data",
                    {"data": {"text/plain": f"display {count}"}, "metadata": {}, "transient": {}},
                )
                for count in range(number)
            ],
        )

    def _clears(self, request: Incoming, number: int) -> None:
        messages = []
        for count in range(number):
            messages.append(self._signed(request, "clear_output", {"wait": True}))
            line = {"name": "stdout", "text": f"step {count}\n"}
            messages.append(self._signed(request, "stream", line))
        self._burst(request, messages)

    def _colours(self, request: Incoming, number: int) -> None:
        words = " ".join(f"\x1b[1;3{n}mword\x1b[0m" for n in range(1, 7))
        self._burst(
            request,
            [
                self._signed(request, "stream", {"name": "stdout", "text": f"{count:6} {words}\n"})
                for count in range(number)
            ],
        )

    def _signed(self, request: Incoming, kind: str, content: dict[str, Any]) -> list[bytes]:
        return self._wire.pack(kind, content, parent=request.header, idents=[kind.encode()])

    def _burst(self, request: Incoming, messages: list[list[bytes]]) -> None:
        """Publish what is signed already, as fast as possible, then the line <end>."""
        _tell("flood")
        for frames in messages:
            self._iopub.send_multipart(frames)
        self._print(request, f"{END}\n")

    def _result(self, request: Incoming, size: int) -> None:
        text = (("r" * 999 + "\n") * (size // 1000)) + END
        content = self._wire.encode(
            {"data": {"text/plain": text}, "metadata": {}, "execution_count": self._count}
        )
        _tell("flood")
        self._publish(request, "execute_result", content)

    def _line(self, request: Incoming, size: int) -> None:
        content = self._wire.encode({"name": "stdout", "text": "l" * size + "\n"})
        _tell("flood")
        self._publish(request, "stream", content)
        self._print(request, f"{END}\n")

    def _lines(self, parent: bytes, number: int, size: int) -> list[list[bytes]]:
        """Signed stream messages, each with a line that begins with its number."""
        head = self._wire.encode(self._wire.header("stream")).replace(b'","', b'_%d","', 1)
        fill = b"." * (size - len("#000000 \n"))
        body = b'{"name":"stdout","text":"#%06d ' + fill + b'\\n"}'
        messages = []
        for index in range(number):
            signed = [head % index, parent, b"{}", body % index]
            messages.append([b"stream", DELIMITER, self._wire.sign(signed), *signed])
        return messages

    # -- what comes by itself ------------------------------------------------------------------------

    def _command(self, words: list[str]) -> None:
        """A line of stdin; its end is the driver's end."""
        if not words:
            self._ending = True
            return
        number, rate = int(words[1]), int(words[2])
        parent = self._wire.encode({**self._wire.header("execute_request"), "session": "foreign"})
        frames = self._lines(parent, number, 80)
        per_tick = int(rate * _TICK_S) or number
        self._trickle = _Trickle(frames, per_tick, time.monotonic())

    def _wait_ms(self) -> int | None:
        """Until the next messages of a trickle are due; None if there is none."""
        if self._trickle is None:
            return None
        return max(0, int((self._trickle.due - time.monotonic()) * 1000))

    def _flow(self) -> None:
        trickle = self._trickle
        if trickle is None or time.monotonic() < trickle.due:
            return
        for frames in trickle.frames[: trickle.per_tick]:
            self._iopub.send_multipart(frames)
        del trickle.frames[: trickle.per_tick]
        trickle.due += _TICK_S
        if not trickle.frames:
            self._trickle = None
            _tell("foreign")


def _port(socket: "zmq.Socket[bytes]") -> int:
    endpoint = socket.getsockopt(zmq.LAST_ENDPOINT)
    assert isinstance(endpoint, bytes)
    return int(endpoint.rpartition(b":")[2])


def _history(entries: int) -> list[list[object]]:
    return [[1, number, f"value_{number} = {number}"] for number in range(entries)]


def _tell(event: str) -> None:
    print(json.dumps({"event": event, "time": time.monotonic()}), flush=True)


def main(arguments: list[str]) -> None:
    """Run the kernel of the command line."""
    FloodKernel(Path(arguments[0]), int(arguments[1]) if arguments[1:] else 10).run()


if __name__ == "__main__":
    main(sys.argv[1:])
