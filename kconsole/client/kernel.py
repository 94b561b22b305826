"""A kernel to talk to: the client that talks to it and, if it is ours, its process, under one end.

A kernel that we started is stopped at that end, one that we attached to is left alone. Starting has a
module of its own (:mod:`kconsole.client.starting`), so that attaching need not import what it needs.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from kconsole.client.client import KernelClient
from kconsole.client.readiness import Progress, Readiness
from kconsole.connect.files import (
    find_connection_file,
    load_connection_file,
    readable_by_others,
)
from kconsole.errors import AuthenticationError, ChannelError, KernelStartError
from kconsole.protocol.replies import KernelInfo

if TYPE_CHECKING:
    from kconsole.client.registration import Registration
    from kconsole.client.remote import RemoteHost
    from kconsole.connect.info import ConnectionInfo
    from kconsole.connect.process import KernelProcess
    from kconsole.connect.ssh.remoteprocess import RemoteProcess

__all__ = ["Kernel", "attach"]

#: How long a kernel that was never ready may take to end by itself, in seconds: there is nothing to save.
_UNREADY_S = 0.5

_PORT_RACES = 3  # how often a kernel is started anew because somebody took one of its ports


def attach(name: str | None = None, *, encrypted: bool = False) -> "Kernel":
    """Begin to talk to a kernel that runs already.

    :param name: path, name, or part of the name of its connection file; None is the newest kernel that
        answers.
    :param encrypted: whether to refuse a connection without Curve keys.
    :return: the kernel, its channels started and asked who it is; :meth:`Kernel.wait` for the answer.
    :raise NoKernelError: no such file, or none that answers.
    :raise ConnectionFileError: the file is faulty.
    :raise AuthenticationError: it has no Curve keys, but should.
    """
    info = load_connection_file(find_connection_file(name))
    if encrypted and not info.encrypted:
        raise AuthenticationError(f"{info.path}: not encrypted: it has no Curve keys")
    return Kernel(KernelClient(info=info), None)


class Kernel:
    """A kernel, the client that talks to it and, if it is ours, its process.

    A context manager: leaving stops the channels, and the kernel if it is ours and not to be kept.

    Attributes:
        client: with its channels running.
        process: None for a kernel that somebody else has started.
        host: the link to its computer; None for a kernel of this one.
        info: what the kernel has said of itself; None until :meth:`wait` has returned.
        busy: whether the kernel was at work when it was asked.
        silent: whether it has answered nothing at all, as R's does while a cell runs. It is there, and
            what is sent to it is answered once it is idle, but :attr:`info` is empty until
            :meth:`renew`.
    """

    def __init__(
        self,
        client: KernelClient,
        process: "KernelProcess | RemoteProcess | None",
        registration: "Registration | None" = None,
        *,
        connect: Callable[[], KernelClient] | None = None,
        host: "RemoteHost | None" = None,
        there: "ConnectionInfo | None" = None,
    ) -> None:
        """Take a client whose channels are to be started.

        :param connect: makes another client, for a kernel of ours that has got other ports.
        :param host: the link to its computer, if that is another one.
        :param there: where the kernel is on that computer; None is what its process says.
        """
        self.client = client
        self.process = process
        self.host = host
        self._there = there
        self._registration = registration
        #: Makes another client, for a kernel of ours that has got other ports.
        self._connect = connect or self._connect_here
        self.info: KernelInfo | None = None
        self.busy = False
        self.silent = False
        self._kept = False
        self._closing = False
        #: Held by whoever ends or starts our process: restart() in one thread, close() in another.
        self._life = threading.Lock()
        #: Held by whoever gives the client other ports, and while there is another client to get.
        self._moving = threading.Lock()
        try:
            client.start_channels()
            self._readiness = Readiness(client)
            if registration is not None:
                registration.start(
                    client.session, partial(self._registered, cast("KernelProcess", process))
                )
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def name(self) -> str:
        """The kernel's name: of its kernelspec, or else of its file."""
        return self.client.info.kernel_name or self.client.connection_file

    @property
    def end_of_input(self) -> str:
        """What to answer an input_request with when there is no more input.

        IPython raises EOFError for the character that a terminal's Ctrl-D makes; others take it as it is.
        """
        return "\x04" if self.info is not None and self.info.implementation == "ipython" else ""

    @property
    def hint(self) -> str:
        """What a wait that takes long may be for, in a few words, "" while there is nothing to say."""
        return self._readiness.hint

    @property
    def last_line(self) -> str:
        """The last line that a kernel of ours has printed on its own output; "" if there is none."""
        return "" if self.process is None else self.process.last_line()

    @property
    def info_there(self) -> "ConnectionInfo":
        """Where the kernel is, as its own computer sees it."""
        if self.host is None:
            return self.client.info
        return self._there or (self.client if self.process is None else self.process).info

    @property
    def left(self) -> str:
        """Why a kernel of ours may still run although it was to end; "" if it does not."""
        return "" if self.process is None else self.process.left

    def wait(self, timeout: float | None = 60.0, progress: Progress | None = None) -> KernelInfo:
        """Wait until the kernel is ready; see :meth:`KernelClient.wait_for_ready`.

        A kernel of ours that lost the race for a port is started anew, with other ports. One that
        somebody else has started need not answer: it is enough that all its sockets are open, after
        some seconds, see :attr:`silent`.
        """
        for _ in range(_PORT_RACES):
            try:
                return self._wait(timeout, progress)
            except KernelStartError:
                if self.process is None or not self.process.is_port_race():
                    raise
                self._start_elsewhere(self.process)
        return self._wait(timeout, progress)

    def warnings(self) -> list[str]:
        """What is wrong with the safety of the connection, one line each."""
        found = []
        path = self.client.info.path
        if path is not None and readable_by_others(path):
            found.append(f"{path}: others can read it, and so run code in your name (chmod 600)")
        if not self.client.info.key:
            name = self.client.connection_file
            found.append(f"{name}: it has no key, so messages are not signed")
        return found

    def renew(self, timeout: float | None = 60.0, progress: Progress | None = None) -> KernelInfo:
        """Ask the kernel anew what it is: after a restart, or once one that was silent may answer.

        Returns and raises what :meth:`wait` does; :attr:`info`, :attr:`busy`, :attr:`silent` follow.
        """
        self._readiness = Readiness(self.client)
        return self._wait(timeout, progress)

    def restart(self, timeout: float | None = 60.0, progress: Progress | None = None) -> KernelInfo:
        """Start a kernel of ours anew, with the same connection file, ports and keys.

        What it runs is interrupted, and all that it has computed is lost. Its other clients see it go and
        come back. A kernel that has died comes back too. From any thread but the I/O thread;
        :meth:`close` in another one ends the wait.

        :param timeout: as for :meth:`wait`.
        :param progress: as for :meth:`wait`.
        :return: what the new kernel has said of itself.
        :raise KernelStartError: it is not ours, cannot be started again, or has ended at once.
        :raise KernelNotReadyError: it does not answer in that time; its process runs.
        :raise ChannelError: the channels do not run, or were stopped meanwhile.
        """
        process = self.process
        if process is None:
            raise KernelStartError("only who has started a kernel can restart it")

        def look(waited: float) -> None:
            self._check_open()
            if progress is not None:
                progress(waited)

        renewal = self.client.renewal
        with self._life, renewal.of(self.client):
            self._check_open()
            ask = partial(self._ask_to_end, restart=True)
            process.end(ask=ask if self._listens(process) else None)
            renewal.forget_kernel(self.client)
            self._check_open()
            process.respawn()
            info = self.renew(timeout, look)
            renewal.wait_for_links()
            return info

    def keep(self, keep: bool = True) -> None:
        """Let a kernel of ours run on when it is left, for others to attach to.

        Its connection file stays. A kernel that has ended by then is cleared away as ever.

        :param keep: False takes an earlier call back.
        """
        self._kept = keep

    def close(self, *, keep: bool = False) -> None:
        """Stop the channels, and the kernel if it is ours, interrupting what it runs.

        :param keep: let it run on; see :meth:`keep`.
        """
        self._closing = True
        try:
            if self.process is not None:
                with self._life:
                    self._let_go(self.process, keep=keep or self._kept)
        finally:
            if self._registration is not None:
                self._registration.close()
            self.client.stop_channels()

    def _let_go(self, process: "KernelProcess | RemoteProcess", *, keep: bool) -> None:
        if keep and process.poll() is None:
            process.keep()
        elif self.info is None:  # what has never answered will not answer a question either
            process.stop(grace=_UNREADY_S)
        else:
            process.stop(ask=self._ask_to_end if self._listens(process) else None)

    def _check_open(self) -> None:
        if self._closing or not self.client.channels_running:
            raise ChannelError("the kernel has been left")

    def _wait(self, timeout: float | None, progress: Progress | None) -> KernelInfo:
        readiness = self._readiness
        try:
            self.info = readiness.wait(timeout, progress, silent=self.process is None)
            self.busy, self.silent = readiness.busy, readiness.silent
            if self.process is not None and self.info.ends_at_sigint:
                self.process.ends_at_sigint = True
            return self.info
        finally:
            readiness.close()

    def _connect_here(self) -> KernelClient:
        assert self.process is not None
        return KernelClient(info=self.process.info, process=self.process)

    def _start_elsewhere(self, process: "KernelProcess | RemoteProcess") -> None:
        self.client.stop_channels()
        with self._moving:
            process.restart_with_new_ports()
            self.client = self._connect()
            self.client.start_channels()
        self._readiness = Readiness(self.client)

    def _registered(self, process: "KernelProcess", ports: list[int]) -> None:
        """The kernel has chosen its ports itself; called in the registration's thread."""
        with self._moving:
            if ports != self.client.ports:
                process.take_ports(ports)
                self.client.renewal.relocate(self.client, process.info)

    def _listens(self, process: "KernelProcess | RemoteProcess") -> bool:
        """Whether the kernel takes a request to end: not if it is at work and cannot be interrupted.

        It would be its successor then, with the same ports, that gets it.
        """
        return not (self.client.is_busy and process.ends_at_sigint)

    def _ask_to_end(self, *, restart: bool = False) -> None:
        """Interrupt it if it works, for many kernels end only between two cells; and ask it to end."""
        if self.client.is_busy:
            with suppress(ChannelError):
                self.client.interrupt()
        with suppress(ChannelError):  # no channels, no question: the signals come next
            self.client.shutdown(restart)
