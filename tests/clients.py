"""Clients for the tests: connected to a kernel of the fixtures, and closed again."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fake_kernel import FakeKernel
from running_kernels import Kernel

from kconsole.client.client import KernelClient
from kconsole.connect.info import ConnectionInfo

__all__ = [
    "PATIENCE",
    "OwnProcess",
    "connected",
    "free_ports",
    "info_of",
    "nobody",
    "once_asked",
    "ready",
    "replied",
    "wait_for_output",
]

#: Seconds until a test gives up; nothing here takes as long unless it is broken.
PATIENCE = 60.0


def info_of(kernel: Kernel | FakeKernel, **changes: Any) -> ConnectionInfo:
    """Where a kernel is, perhaps with some facts changed, or left out if the value is None."""
    facts = {
        key: value for key, value in (kernel.connection | changes).items() if value is not None
    }
    return ConnectionInfo.from_dict(facts, source="the test's kernel")


@contextlib.contextmanager
def connected(
    kernel: Kernel | FakeKernel, changes: Mapping[str, Any] | None = None, **options: Any
) -> Iterator[KernelClient]:
    """A client whose channels run; nothing has been asked or proven yet."""
    with KernelClient(info=info_of(kernel, **(changes or {})), **options) as client:
        yield client


@contextlib.contextmanager
def ready(kernel: Kernel | FakeKernel, **options: Any) -> Iterator[KernelClient]:
    """A client to which the kernel has been proven to answer."""
    with connected(kernel, **options) as client:
        client.wait_for_ready(PATIENCE)
        yield client


def replied(answer: object) -> dict[str, Any]:
    """The content of the reply that a request with ``reply=True`` has returned."""
    assert isinstance(answer, dict)
    content: dict[str, Any] = answer["content"]
    return content


def wait_for_output(client: KernelClient, msg_id: str) -> None:
    """Wait until a cell has printed something: the kernel is at its code.

    An interrupt that comes before, though the kernel has begun with the cell, may be lost on it.
    """
    while True:
        msg = client.get_iopub_msg(timeout=PATIENCE)
        if msg["msg_type"] == "stream" and msg["parent_header"].get("msg_id") == msg_id:
            return


@contextlib.contextmanager
def free_ports(count: int = 5) -> Iterator[list[int]]:
    """Ports of sockets that are bound but do not listen: whoever connects is refused.

    Nobody else gets them, but a kernel of the test may listen there: zmq shares the address too.
    """
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(("127.0.0.1", 0))
        yield [one.getsockname()[1] for one in sockets]


@contextlib.contextmanager
def nobody() -> Iterator[ConnectionInfo]:
    """Where nothing listens."""
    with free_ports() as ports:
        names = ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port")
        yield ConnectionInfo.from_dict(
            {**dict(zip(names, ports, strict=True)), "key": "k"}, source="nobody"
        )


class OwnProcess:
    """Stands in for the kernel's process that a client is given (kconsole.client.base.Process).

    Attributes:
        status: how it has ended; None while it runs.
        signals: how many interrupts it still takes as signals; the others are to be messages.
    """

    def __init__(self, status: int | None = None, *, signals: int = 0) -> None:
        self.status = status
        self.signals = signals

    def poll(self) -> int | None:
        return self.status

    def wait(self, timeout: float) -> bool:
        return self.status is not None

    def interrupt(self) -> bool:
        self.signals -= 1
        return self.signals >= 0

    def describe_exit(self) -> str:
        return "is running" if self.status is None else f"ended with status {self.status}"

    def describe_death(self) -> str:
        return f"the kernel {self.describe_exit()}"

    def describe_failure(self) -> str:
        return f"{self.describe_death()} (command: own)"

    def log_tail(self) -> str:
        return ""


@contextlib.contextmanager
def once_asked(kernel: FakeKernel, msg_type: str, *actions: Callable[[], object]) -> Iterator[None]:
    """Do something in another thread as soon as the kernel has got a request of that type."""

    def act() -> None:
        kernel.wait_for(msg_type, PATIENCE)
        for action in actions:
            action()

    thread = threading.Thread(target=act)
    thread.start()
    try:
        yield
    finally:
        thread.join(PATIENCE)
