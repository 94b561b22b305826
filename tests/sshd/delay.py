"""A line that takes its time: ``delay.py [NAME-]MS HOST PORT``, as ssh's ProxyCommand.

Joins stdin and stdout to a TCP port; every byte arrives MS/2 milliseconds late, so that a round trip
takes MS longer. How much is under way at once does not matter, so the line is long and not narrow.
"""

import os
import queue
import socket
import sys
import threading
import time
from collections.abc import Callable

__all__: list[str] = []

#: Pieces under way, of at most SIZE bytes: enough for any rate that a test reaches.
PIECES, SIZE = 4096, 65536


def carry(read: Callable[[], bytes], write: Callable[[bytes], None], delay: float) -> None:
    """Pass on what is read, ``delay`` seconds later, up to its end, which is an empty piece."""
    line: queue.Queue[tuple[float, bytes]] = queue.Queue(PIECES)

    def load() -> None:
        data = b"-"
        while data:
            try:
                data = read()
            except OSError:
                data = b""
            line.put((time.monotonic() + delay, data))

    threading.Thread(target=load, daemon=True).start()
    data = b"-"
    while data:
        due, data = line.get()
        time.sleep(max(0.0, due - time.monotonic()))
        write(data)


def write_out(data: bytes) -> None:
    """Write all of it to stdout; its end is the program's."""
    while data:
        data = data[os.write(1, data) :]


def main(rtt: str, host: str, port: str) -> None:
    """Join stdin and stdout to that port until the far side ends it."""
    delay = float(rtt.rpartition("-")[2]) / 2000
    with socket.create_connection((host, int(port))) as far:
        far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def write_far(data: bytes) -> None:
            far.sendall(data)
            if not data:
                far.shutdown(socket.SHUT_WR)

        up = (lambda: os.read(0, SIZE), write_far, delay)
        threading.Thread(target=carry, args=up, daemon=True).start()
        carry(lambda: far.recv(SIZE), write_out, delay)


if __name__ == "__main__":
    main(*sys.argv[1:])
