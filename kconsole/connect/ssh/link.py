"""The link to another computer: made once, kept alive, and made again whenever it is lost."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

from kconsole.connect.info import ConnectionInfo
from kconsole.connect.launch import with_ports
from kconsole.connect.probe import listens
from kconsole.connect.ssh.command import (
    Forward,
    can_forward,
    forward_argv,
    master_argv,
    unattended,
)
from kconsole.connect.ssh.destination import Destination
from kconsole.connect.ssh.folder import LinkFolder
from kconsole.connect.ssh.process import run_ssh
from kconsole.connect.ssh.remote import Answer
from kconsole.connect.ssh.status import USABLE, LinkStatus
from kconsole.connect.ssh.supervisor import Plan, Supervisor, WishKind
from kconsole.errors import LinkDownError, LinkLostError, SshError
from kconsole.protocol.message import CHANNELS, Channel

__all__ = ["SshLink"]

#: Seconds that ssh may take to obey an order: it talks to another ssh on this computer.
_ORDER_S = 10.0
#: Seconds for the first byte of a kernel to come through a forward, and for ssh to say why none came.
_KNOCK_S, _REASON_S = 3.0, 1.0
_PROGRESS_S = 0.1
#: Exit status 0: somebody has bound a Unix socket to that path. Only Linux tells.
_IS_BOUND = """
read -r path <<'{end}'
{path}
{end}
grep -qF -e " $path" /proc/net/unix
"""


class SshLink:
    """A link to another computer, through one ssh.

    It satisfies the client's ``Carrier``. Every method may be called from any thread, but not from the
    listener. Also a context manager that closes the link.

    :param destination: whom to log in to.
    :param options: the user's, each as ssh's ``-o`` takes it; they are stronger than ours.
    :param key: a file with a private key to try too, as with ssh's ``-i``.
    :param batch: never ask anything, not even at the start.
    """

    def __init__(
        self,
        destination: Destination,
        *,
        options: Sequence[str] = (),
        key: str | None = None,
        batch: bool = False,
    ) -> None:
        self._destination = destination
        self._options = tuple(options)
        self._key = key
        self._batch = batch
        self._folder: LinkFolder | None = None
        self._supervisor: Supervisor | None = None
        self._listener: Callable[[], None] = lambda: None
        # Held while ssh is told to make or end forwards, so that what it does and `_forwards` agree.
        self._ordering = threading.Lock()
        self._forwards: dict[
            str, list[Forward]
        ] = {}  # by the `ip` of what stands for the kernel here
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # --- its life

    def open(self, progress: Callable[[float], None] | None = None) -> None:
        """Log in, and return once the far shell answers.

        Where ssh has to ask something, it does so on our terminal; Ctrl-C there cancels. What it says on
        stderr (a banner, a warning) is shown on ours.

        :param progress: called ten times a second with the seconds that have passed; not while ssh might be
            asking something, as nobody could read that then.
        :raise SshError: there is no link, and nothing is left of it; one line that names the host.
        :raise KeyboardInterrupt: cancelled; nothing is left either.
        """
        if shutil.which("ssh") is None:
            raise SshError(f"{self.host}: there is no program ssh here (OpenSSH's client)")
        try:
            self._folder = LinkFolder()
        except OSError as error:
            raise SshError(f"{self.host}: {error.filename or '/tmp'}: {error.strerror}") from None
        plan = Plan(self.host, self._folder.path, self._argv, self._batch, self._restore)
        self._supervisor = Supervisor(plan)
        self._supervisor.listen(self._changed)
        try:
            self._attempt(self._supervisor, "open", progress)
        except BaseException:
            self.close()
            raise

    def login(self) -> None:
        """Log in again where a person is needed (state ``login``); nobody else uses the terminal now.

        :raise SshError: it did not work; the state is ``login`` again.
        :raise KeyboardInterrupt: cancelled; likewise.
        """
        self._attempt(self._running(), "login", None)

    def retry(self) -> None:
        """Try again at once, if the link is down: somebody waits for it."""
        if self._supervisor is not None:
            self._supervisor.wish("retry")

    def close(self) -> None:
        """End it, and remove what belongs to it. Does nothing the second time."""
        if self._supervisor is not None:
            self._supervisor.wish("close")
            self._supervisor.join()
        if self._folder is not None:
            self._folder.remove()

    # --- how it is

    @property
    def host(self) -> str:
        """How messages call the other computer."""
        return self._destination.shown

    @property
    def status(self) -> LinkStatus:
        """How the link is now."""
        return self._supervisor.status if self._supervisor is not None else LinkStatus("connecting")

    @property
    def refused(self) -> str:
        """Proof that the link is up, and nothing listens where a forward leads to; "" = none."""
        return self._supervisor.refused if self._supervisor is not None else ""

    @property
    def words(self) -> str:
        """What ssh has said since its last start: the last 16 KiB, with nothing that a terminal obeys."""
        return self._supervisor.words if self._supervisor is not None else ""

    def heard(self) -> None:
        """Note that something has come through a forward: the link is alive, and so is a kernel."""
        if self._supervisor is not None:
            self._supervisor.heard()

    def listen(self, changed: Callable[[], None]) -> None:
        """Have something called at each change of :attr:`status` or :attr:`refused`.

        There is one listener at a time. It is called in a thread of the link, and must not block it.
        """
        self._listener = changed

    # --- what it is for

    def run(self, script: str, *, timeout: float = 10.0) -> Answer:
        """Run a script in the far ``sh``; one runs at a time.

        :param script: POSIX sh; it has an empty stdin, and its stderr goes nowhere. Data stands in it as
            here-documents: other users there can see arguments of programs.
        :param timeout: seconds.
        :return: its exit status, and what it has printed on stdout: any bytes.
        :raise LinkDownError: the link is down; nothing was sent.
        :raise LinkLostError: the link was lost meanwhile, or there was no answer in time.
        """
        supervisor = self._running()
        shell = supervisor.shell
        if shell is None or supervisor.status.state not in USABLE:
            raise LinkDownError(self._not_connected())
        try:
            return shell.run(script, timeout)
        except LinkLostError:
            supervisor.poke()
            raise

    def forward(self, info: ConnectionInfo) -> ConnectionInfo:
        """Have a kernel's sockets carried to here; they come back by themselves with the link.

        :param info: as the far side knows it.
        :return: the same kernel, as it is reached here: by Unix sockets that only this user can open.
        :raise SshError: the other computer forbids it, or the address is none that ssh can forward.
        :raise LinkDownError: the link is down.
        :raise LinkLostError: the link was lost meanwhile.
        """
        (local,) = self._forward([info])
        try:
            self._knock(self._running(), info, local)
        except BaseException:
            self.release(local)
            raise
        return local

    def forward_unseen(self, infos: Sequence[ConnectionInfo]) -> list[ConnectionInfo | None]:
        """Do the same for many kernels at once, without a look at what is behind their sockets.

        Whether the other computer forbids it turns out when somebody connects.

        :param infos: as the far side knows them.
        :return: one for each of them; None where ssh cannot forward its address.
        :raise SshError: as :meth:`forward`.
        :raise LinkDownError: as there.
        :raise LinkLostError: as there.
        """
        able = [info for info in infos if not _fault(info)]
        made = iter(self._forward(able)) if able else iter(())
        return [None if _fault(info) else next(made) for info in infos]

    def _forward(self, infos: Sequence[ConnectionInfo]) -> list[ConnectionInfo]:
        supervisor = self._running()
        if supervisor.status.state not in USABLE:
            raise LinkDownError(self._not_connected())
        with self._ordering:
            made = {}
            for info in infos:
                local = self._local(info)
                made[local.ip] = local, self._pairs(info, local)
            fault = self._order([one for _, each in made.values() for one in each], "forward")
            if fault:
                self._raise_if_lost(supervisor)
                raise SshError(f"{self.host}: {fault}")
            self._forwards |= {ip: forwards for ip, (_, forwards) in made.items()}
        return [local for local, _ in made.values()]

    def _local(self, info: ConnectionInfo) -> ConnectionInfo:
        """What stands for a kernel here."""
        self._count += 1
        ports = [n if info.port(channel) else 0 for n, channel in enumerate(CHANNELS, 1)]
        stem = str(self._path / f"k{self._count}")
        return with_ports(replace(info, transport="ipc", ip=stem, path=None), ports)

    def release(self, local: ConnectionInfo) -> None:
        """End what :meth:`forward` has begun.

        :param local: what it returned.
        """
        with self._ordering:
            forwards = self._forwards.pop(local.ip, [])
            if forwards and self.status.state in USABLE:
                self._order(forwards, "cancel")
            for forward in forwards:
                forward.local.unlink(missing_ok=True)

    # --- how

    def _running(self) -> Supervisor:
        if self._supervisor is None or self.status.state == "closed":
            raise LinkDownError(self._not_connected())
        return self._supervisor

    def _not_connected(self) -> str:
        detail = self.status.detail
        return f"not connected to {self.host}" + (f": {detail}" if detail else "")

    def _changed(self) -> None:
        self._listener()

    def _argv(self, batch: bool) -> list[str]:
        return master_argv(
            self._destination, self._path, options=self._options, key=self._key, batch=batch
        )

    @property
    def _path(self) -> Path:
        assert self._folder is not None
        return self._folder.path

    def _attempt(
        self, supervisor: Supervisor, kind: WishKind, progress: Callable[[float], None] | None
    ) -> None:
        begin = time.monotonic()
        settled = supervisor.wish(kind)
        while not settled.wait(_PROGRESS_S) and not supervisor.has_ended:
            if progress is not None and not supervisor.asking:
                progress(time.monotonic() - begin)
        status = supervisor.status
        if status.state in USABLE:
            return
        if supervisor.cancelled:
            raise KeyboardInterrupt
        raise SshError(f"{self.host}: {status.detail or 'no connection'}")

    def _pairs(self, info: ConnectionInfo, local: ConnectionInfo) -> list[Forward]:
        if fault := _fault(info):
            raise SshError(f"{self.host}: {fault}")
        return [
            _far(info, channel, Path(local.ipc_path(channel)))
            for channel in CHANNELS
            if info.port(channel)
        ]

    def _order(self, forwards: Sequence[Forward], order: str) -> str:
        """Tell ssh; return what is wrong, "" = nothing."""
        argv = forward_argv(self._path, forwards, "cancel" if order == "cancel" else "forward")
        return run_ssh(argv, unattended(os.environ), _ORDER_S)

    def _restore(self) -> str:
        """Make all forwards anew; in the supervisor's thread."""
        with self._ordering:
            forwards = [forward for each in self._forwards.values() for forward in each]
            return self._order(forwards, "forward") if forwards else ""

    def _raise_if_lost(self, supervisor: Supervisor) -> None:
        if supervisor.status.state not in USABLE:
            raise LinkLostError(f"{self.host}: the link was lost")

    def _knock(self, supervisor: Supervisor, info: ConnectionInfo, local: ConnectionInfo) -> None:
        """Find out whether the forwards may be used: ssh says so only when somebody connects.

        That nobody listens at the far end is no failure of the link (:attr:`refused` tells), and a kernel
        that is slow to greet may yet do so.
        """
        before, _ = supervisor.failures
        if listens(local, "hb", _KNOCK_S) != "refused":
            return
        with supervisor.changed:
            supervisor.changed.wait_for(lambda: supervisor.failures[0] > before, _REASON_S)
            count, trouble = supervisor.failures
        self._raise_if_lost(supervisor)
        if count == before:
            return
        forbidden = trouble.kind == "forbidden"
        if forbidden or (info.transport == "ipc" and self._is_bound(info)):
            names = (
                "AllowTcpForwarding" if info.transport == "tcp" else "AllowStreamLocalForwarding"
            )
            raise SshError(f"{self.host} forbids forwarding ({names}, PermitOpen)")
        if trouble.kind == "unopened":
            raise SshError(f"{self.host} cannot reach {info.host}: {trouble.line}")

    def _is_bound(self, info: ConnectionInfo) -> bool:
        """Whether a Unix socket is listened to though we could not connect: sshd does not tell why."""
        path = info.ipc_path("hb")
        script = _IS_BOUND.format(path=path, end=f"kconsole-{os.urandom(8).hex()}")
        return self.run(script, timeout=_KNOCK_S).status == 0


def _far(info: ConnectionInfo, channel: Channel, local: Path) -> Forward:
    """What leads to a kernel's socket there."""
    if info.transport == "tcp":
        return Forward(local, info.host, info.port(channel))
    return Forward(local, info.ipc_path(channel))


def _fault(info: ConnectionInfo) -> str:
    """Say why ssh cannot forward a kernel's sockets; "" if it can."""
    if all(can_forward(_far(info, channel, Path())) for channel in CHANNELS if info.port(channel)):
        return ""
    address = info.ipc_path("shell") if info.transport == "ipc" else info.host
    return f"ssh cannot forward the kernel's sockets {address[:100]!r}"
