"""JEP 66 from the kernel's side, as xeus 6 does it: choose ports, tell them, wait for the answer."""

import hashlib
import hmac
import json
from typing import Any

import zmq

from fake.wire import DELIMITER

__all__ = ["ports_of_its_own", "register"]

NAMES = [f"{channel}_port" for channel in ("shell", "iopub", "stdin", "hb", "control")]
PATIENCE_MS = 10_000


def ports_of_its_own(connection: dict[str, Any]) -> dict[str, Any]:
    """The connection file's content with ports that the system will choose."""
    return connection | dict.fromkeys(NAMES, 0)


def register(connection: dict[str, Any], ports: dict[str, Any]) -> None:
    """Tell who has started us which ports we have, as texts; raises if there is no proper answer."""

    def sign(body: bytes) -> bytes:
        return hmac.new(connection["key"].encode(), body, hashlib.sha256).hexdigest().encode()

    if not isinstance(connection["registration_port"], str):
        raise TypeError("type must be string, but is number")
    content = {"kernel_id": connection["kernel_id"], **{name: str(ports[name]) for name in NAMES}}
    body = json.dumps(content).encode()
    with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
        socket.linger = 0
        socket.connect(f"tcp://{connection['registration_ip']}:{connection['registration_port']}")
        socket.send_multipart([DELIMITER, sign(body), body])
        if not socket.poll(PATIENCE_MS):
            raise TimeoutError("nobody has taken the registration")
        delimiter, signature, answer = socket.recv_multipart()
    if delimiter != DELIMITER or signature != sign(answer) or json.loads(answer)["status"] != "ok":
        raise ValueError("the registration was refused")
