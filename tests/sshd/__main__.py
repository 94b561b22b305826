"""The command: a server to try by hand, that does what is typed: see VERBS, or type ``help``."""

import shlex
import signal
import sys
from collections.abc import Callable

from .files import HOSTS, PASSPHRASE
from .server import Sshd, unavailable

__all__ = ["main"]

VERBS: dict[str, Callable[[Sshd], object]] = {
    "drop": Sshd.drop,
    "stall": Sshd.stall,
    "resume": Sshd.resume,
    "refuse": Sshd.refuse,
    "accept": Sshd.accept,
    "mute": Sshd.mute,
    "newkey": Sshd.new_host_key,
    "trust": Sshd.trust,
    "reset": Sshd.reset,
    "sessions": lambda server: print(server.sessions()),
    "remote": lambda server: print(server.remote()),
    "log": lambda server: print(server.log.read_text(errors="replace")),
}


def main(options: list[str]) -> int:
    """Run a server until ``quit`` or the end of stdin; ``options`` are lines of sshd_config."""
    reason = unavailable()
    if reason:
        print(reason, file=sys.stderr)
        return 1
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    with Sshd(*options) as server:
        print(shlex.join(server.command("kernelhost")))
        print(f"config: {server.config}  home: {server.home}")
        print(f"hosts: {' '.join(HOSTS)}  (delay-100: 100 ms)")
        print(f"passphrase: {PASSPHRASE}  password: {server.password}")
        print(f"verbs: {' '.join(VERBS)} quit", flush=True)
        for line in sys.stdin:
            verb = line.strip()
            if verb == "quit":
                break
            if verb in VERBS:
                VERBS[verb](server)
                print(f"{verb}: done", flush=True)
            elif verb:
                print(f"no verb {verb}: {' '.join(VERBS)} quit", flush=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
