"""Links over the throw-away ssh server: found on the PATH, opened, watched, and looked for when gone."""

import contextlib
import os
import shlex
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
from clients import PATIENCE
from sshd import Sshd

from kconsole.connect.ssh.destination import parse_destination
from kconsole.connect.ssh.link import SshLink
from kconsole.connect.ssh.status import LinkState, LinkStatus

__all__ = ["Watch", "control_socket", "opened", "put_on_path", "ssh_processes"]


def put_on_path(sshd: Sshd, folder: Path) -> str:
    """Write an ``ssh`` that knows the server's hosts; give the PATH on which it comes first."""
    folder.mkdir(exist_ok=True)
    program = folder / "ssh"
    config = shlex.quote(str(sshd.config))
    # A later -F, as of an order to a master, wins.
    program.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {config} "$@"\n')
    program.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


@contextlib.contextmanager
def opened(host: str = "kernelhost", **options: Any) -> Iterator[SshLink]:
    """A link that is up, and asks nothing."""
    with SshLink(parse_destination(host), **{"batch": True, **options}) as link:
        link.open()
        yield link


class Watch:
    """Everything that a link tells its listener, from now on."""

    def __init__(self, link: SshLink) -> None:
        self.link = link
        self.seen: list[tuple[LinkStatus, str]] = []
        self._told = threading.Condition()
        link.listen(self._note)

    def _note(self) -> None:
        with self._told:
            self.seen.append((self.link.status, self.link.refused))
            self._told.notify_all()

    @property
    def states(self) -> list[LinkState]:
        """The states one after the other, without repetitions."""
        states = [status.state for status, _ in self.seen]
        return [
            state for state, before in zip(states, [None, *states], strict=False) if state != before
        ]

    def wait_for(self, what: LinkState | Callable[[LinkStatus, str], bool]) -> LinkStatus:
        """Return the first that fits of what has been told since the last wait."""
        fits = what if callable(what) else lambda status, _: status.state == what
        with self._told:
            found = self._told.wait_for(lambda: [one for one in self.seen if fits(*one)], PATIENCE)
            assert found, f"{what} was never told: {self.seen}"
            self.seen = self.seen[self.seen.index(found[0]) + 1 :]
            return found[0][0]


def control_socket(process: psutil.Process) -> Path:
    """Where a link's ssh takes orders."""
    argv = process.cmdline()
    return Path(argv[argv.index("-S") + 1])


def ssh_processes(pid: int | None = None) -> list[psutil.Process]:
    """The ssh processes below a process, by default this one."""
    return [
        process
        for process in psutil.Process(pid).children(recursive=True)
        if process.name() == "ssh"
    ]
