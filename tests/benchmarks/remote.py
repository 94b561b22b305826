"""Measures kernels over ssh, at a private sshd on this computer, against ``jupyter console --ssh``.

::

    python -m tests.benchmarks.remote [--peer-python PYTHON] [--runs N]

Start to the first prompt, on loopback and with 100 ms of round trip put in; a question and its answer, and
a flood of displays, through the link and without it; the time from a drop to the next answer; five drops in
one cell of 12 s. The peer is started as it is, and once more with SIGHUP ignored, as its tunnels often die
of that. The server offers only a quick key exchange: a login to another takes longer, for both programs.
"""

import argparse
import os
import shutil
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sshd import Sshd, unavailable

from kconsole.client.client import KernelClient
from kconsole.client.resumption import Resumed
from kconsole.connect.files import load_connection_file
from kconsole.connect.ssh.destination import parse_destination
from kconsole.connect.ssh.link import SshLink
from tests.benchmarks.bench import Bench, new_bench
from tests.benchmarks.driver import PROMPT, Terminal, TooLate

__all__ = ["main"]

_HOSTS = ("kernelhost", "delay-100")
_PATIENCE_S = 30.0
_FLOOD = "for n in range(4000): display(chr(46) * 5000)"
_SLOW = "import time\nfor n in range(24):\n    print(n, flush=True)\n    time.sleep(0.5)"
_DROPS = 5


def main(arguments: list[str]) -> int:
    """Measure, and print a line for each."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.remote")
    parser.add_argument("--peer-python", default="", help="who has jupyter_console")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args(arguments)
    if reason := unavailable():
        sys.exit(reason)
    with Sshd() as server, new_bench(quick=False) as bench, bench.ipykernel() as path:
        os.environ["PATH"] = _with_ssh(server, bench.folder)
        for host in _HOSTS:
            _starts(bench, path, host, options.peer_python, options.runs)
        _link(server, path)
    return 0


def _with_ssh(server: Sshd, folder: Path) -> str:
    """A PATH on which ssh knows the server's hosts."""
    directory = folder / "bin"
    directory.mkdir()
    program = directory / "ssh"
    program.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {server.config} "$@"\n')
    program.chmod(0o755)
    return f"{directory}{os.pathsep}{os.environ['PATH']}"


def _starts(bench: Bench, path: Path, host: str, peer: str, runs: int) -> None:
    ways = {"kconsole": [sys.executable, "-m", "kconsole", "--ssh", host, "-e", str(path)]}
    if peer:
        console = [peer, "-m", "jupyter_console", "--existing", str(path), "--ssh", host]
        ways["jupyter console"] = console
        ways["... SIGHUP ignored"] = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *console]
    env = {**bench.env, "PATH": os.environ["PATH"]}
    for name, argv in ways.items():
        print(f"to the prompt, {host}, {name}: {_each(lambda a=argv: _start(a, env), runs)}")


def _start(argv: list[str], env: Mapping[str, str]) -> float:
    """Seconds to the first prompt; infinite if it does not come."""
    with Terminal(argv, env, "/tmp") as terminal:
        try:
            return terminal.match(PROMPT, _PATIENCE_S) - terminal.start
        except TooLate:
            return float("inf")


def _each(measure: Callable[[], float], runs: int) -> str:
    values = sorted(measure() for _ in range(runs))
    shown = ", ".join("never" if value == float("inf") else f"{value:.2f}" for value in values)
    return f"{shown} s"


def _link(server: Sshd, path: Path) -> None:
    info = load_connection_file(path)
    with KernelClient(info=info) as client:
        client.wait_for_ready()
        direct = _flood(client), _round_trip(client)
    with _linked(path) as (client, resumed):
        through = _flood(client), _round_trip(client)
        print(f"4,000 displays of 5 kB: direct {direct[0]:.2f} s, link {through[0]:.2f} s")
        print(f"... rate through the link: {direct[0] / through[0]:.2f} of direct")
        print(
            f"question and answer on control: direct {direct[1]:.2f} ms, link {through[1]:.2f} ms"
        )
        waits = [_drop(server, client) for _ in range(7)]
        print(f"drop to the next answer: median {statistics.median(waits):.2f} s", end="")
        print(f", {min(waits):.2f} to {max(waits):.2f}")
        lines = 0

        def count(msg: Mapping[str, object]) -> None:
            nonlocal lines
            lines += msg["msg_type"] == "stream"

        with _dropping(server):
            reply = client.execute_interactive(_SLOW, timeout=60, output_hook=count)
        status = reply["content"]["status"]
        print(f"{_DROPS} drops in a cell of 12 s: reply {status}, {lines} of 24 lines")
        print(f"... gaps told: {len(resumed)}")


@contextmanager
def _linked(path: Path) -> Iterator[tuple[KernelClient, list[Resumed]]]:
    resumed: list[Resumed] = []
    with SshLink(parse_destination("kernelhost"), batch=True) as link:
        link.open()
        local = link.forward(load_connection_file(path))
        with KernelClient(info=local, carrier=link, on_resumed=resumed.append) as client:
            client.wait_for_ready()
            yield client, resumed


def _flood(client: KernelClient) -> float:
    start = time.monotonic()
    client.execute_interactive(_FLOOD, output_hook=lambda msg: None)
    return time.monotonic() - start


def _round_trip(client: KernelClient) -> float:
    """The median of some questions, in milliseconds."""
    found = []
    for _ in range(200):
        start = time.monotonic()
        client.request("control", "kernel_info_request", reply=True, timeout=10)
        found.append(time.monotonic() - start)
    return 1000 * statistics.median(found)


def _drop(server: Sshd, client: KernelClient) -> float:
    start = time.monotonic()
    server.drop()
    while time.monotonic() < start + _PATIENCE_S:
        if client.obstacle or not client.settled:
            break
    client.wait_for_link(_PATIENCE_S)
    client.kernel_info(reply=True, timeout=_PATIENCE_S)
    return time.monotonic() - start


@contextmanager
def _dropping(server: Sshd) -> Iterator[None]:
    """Drop the sessions five times in 10 s, beside what the block does."""
    ended = threading.Event()

    def drop() -> None:
        for _ in range(_DROPS):
            if ended.wait(2.0):
                return
            server.drop()

    #: Drops while the cell runs.
    thread = threading.Thread(target=drop)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
