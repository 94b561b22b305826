"""A client of a few lines on bare sockets: the measure for the scripted kernel and for real ones.

It must not use kconsole, so that a test of the kernels' side says nothing about the program.
"""

import time
from typing import Any, Self

import zmq
from fake.wire import DELIMITER, Request, Wire, new_id

__all__ = ["RawClient"]

KINDS = {"shell": zmq.DEALER, "control": zmq.DEALER, "stdin": zmq.DEALER, "iopub": zmq.SUB}


class RawClient:
    """Sends requests and collects what comes, one message at a time, in the caller's thread."""

    def __init__(self, connection: dict[str, Any], *, subscribe: bytes = b"") -> None:
        self.connection = connection
        self.wire = Wire(connection.get("key", ""), connection["signature_scheme"])
        self.session = new_id()
        self._context = zmq.Context()
        self.sockets: dict[str, zmq.Socket[bytes]] = {}
        for channel, kind in KINDS.items():
            if f"{channel}_port" in connection:
                self.sockets[channel] = self._connect(channel, kind)
        self.sockets["iopub"].subscribe(subscribe)
        self.heart = self._connect("hb", zmq.REQ)

    def _connect(self, channel: str, kind: int) -> "zmq.Socket[bytes]":
        socket = self._context.socket(kind)
        socket.linger = 0
        if kind == zmq.DEALER:
            socket.identity = self.session.encode()
        if kind == zmq.SUB:
            socket.rcvhwm = 0
        if "curve_publickey" in self.connection:
            socket.curve_publickey, socket.curve_secretkey = zmq.curve_keypair()
            socket.curve_serverkey = self.connection["curve_publickey"].encode()
        ip, port = self.connection["ip"], self.connection[f"{channel}_port"]
        if self.connection["transport"] == "ipc":
            socket.connect(f"ipc://{ip}-{port}")
        else:
            socket.ipv6 = ":" in ip
            socket.connect(f"tcp://[{ip}]:{port}" if ":" in ip else f"tcp://{ip}:{port}")
        return socket

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._context.destroy(linger=0)

    # --- sending

    def send(
        self, msg_type: str, content: Any = None, channel: str = "shell", **header: Any
    ) -> str:
        """Send a request and return its msg_id."""
        head = self.wire.header(msg_type, self.session, "raw") | header
        self.sockets[channel].send_multipart(self.wire.pack([], [head, {}, {}, content or {}]))
        return str(head["msg_id"])

    def execute(self, code: str, **content: Any) -> str:
        """Send an execute_request and return its msg_id."""
        defaults = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": True,
            "stop_on_error": True,
        }
        return self.send("execute_request", defaults | content)

    def answer(self, text: str) -> None:
        """Answer an input_request."""
        self.send("input_reply", {"value": text}, channel="stdin")

    # --- receiving

    def receive(self, channel: str, timeout: float = 60.0) -> Request:
        """The next message on a channel; AssertionError if none comes."""
        assert self.sockets[channel].poll(int(timeout * 1000)), f"nothing on {channel}"
        return self.wire.unpack(channel, self.sockets[channel].recv_multipart())

    def is_silent(self, channel: str, seconds: float) -> bool:
        """Whether nothing comes on a channel for that long."""
        return not self.sockets[channel].poll(int(seconds * 1000))

    def reply(self, msg_id: str, channel: str = "shell") -> Request:
        """The reply to that request; others that come before it are thrown away."""
        while True:
            message = self.receive(channel)
            if message.parent_header["msg_id"] == msg_id:
                return message

    def published(self, msg_id: str, until: str = "idle") -> list[Request]:
        """The iopub messages of that request, up to and with the status ``until``."""
        messages = []
        while True:
            message = self.receive("iopub")
            if (message.parent_header or {}).get("msg_id") == msg_id:
                messages.append(message)
                if message.content.get("execution_state") == until:
                    return messages

    def frames(self) -> list[bytes]:
        """The next iopub message as it is."""
        assert self.sockets["iopub"].poll(60_000), "nothing on iopub"
        return self.sockets["iopub"].recv_multipart()

    def topics(self) -> list[bytes]:
        """What comes before the delimiter in the next iopub message."""
        frames = self.frames()
        return frames[: frames.index(DELIMITER)]

    def beats(self, timeout: float = 60.0) -> bool:
        """Send a heartbeat and say whether it came back in time."""
        self.heart.send(b"ping")
        return bool(self.heart.poll(int(timeout * 1000))) and self.heart.recv() == b"ping"

    def wait_for_iopub(self) -> None:
        """Ask kernel_info until an iopub message of a request of ours proves the subscription."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            msg_id = self.send("kernel_info_request")
            self.reply(msg_id)
            while self.sockets["iopub"].poll(200):
                message = self.receive("iopub")
                if (message.parent_header or {}).get("msg_id") == msg_id:
                    # The busy may have been too early for the subscription.
                    if message.content.get("execution_state") != "idle":
                        self.published(msg_id)
                    return
        raise AssertionError("iopub stays silent")
