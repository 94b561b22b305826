"""Free ports for a kernel that is about to start."""

import contextlib
import socket
from collections.abc import Iterator

__all__ = ["reserve_ports"]


@contextlib.contextmanager
def reserve_ports(count: int, ip: str) -> Iterator[list[int]]:
    """Bind free TCP ports, all at once, and hold them until the block ends.

    Between the end of the block and the kernel's own bind another process can take one of them;
    JEP 66 calls that the port race. The end should come just before the kernel is started.

    :param count: how many.
    :param ip: the address to bind them on.
    :raise OSError: `ip` is no address of this machine.
    """
    with contextlib.ExitStack() as stack:
        host = None if ip in ("", "*") else ip
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        ports = []
        for _ in range(count):
            held = stack.enter_context(socket.socket(family, kind, protocol))
            held.bind(address)
            ports.append(held.getsockname()[1])
        yield ports
