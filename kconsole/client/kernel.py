"""A kernel to talk to: the client that talks to it and, if it is ours, its process, under one end.

A kernel that we started is stopped at that end, one that we attached to is left alone. Starting has a
module of its own (:mod:`kconsole.client.starting`), so that attaching need not import what it needs.
"""

from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from kconsole.client.client import KernelClient
from kconsole.client.readiness import Progress, Readiness
from kconsole.connect.files import (
    find_connection_file,
    load_connection_file,
    readable_by_others,
)
from kconsole.errors import ChannelError, KernelStartError
from kconsole.protocol.replies import KernelInfo

if TYPE_CHECKING:
    from kconsole.connect.process import KernelProcess

__all__ = ["Kernel", "attach"]

_PORT_RACES = 3  # how often a kernel is started anew because somebody took one of its ports


def attach(name: str | None = None) -> "Kernel":
    """Begin to talk to a kernel that runs already.

    :param name: path, name, or part of the name of its connection file; None is the newest kernel that
        answers.
    :return: the kernel, its channels started and asked who it is; :meth:`Kernel.wait` for the answer.
    :raise NoKernelError: no such file, or none that answers.
    :raise ConnectionFileError: the file is faulty.
    """
    info = load_connection_file(find_connection_file(name))
    return Kernel(KernelClient(info=info), None)


class Kernel:
    """A kernel, the client that talks to it and, if it is ours, its process.

    A context manager: leaving stops the channels, and the kernel if it is ours and not to be kept.

    Attributes:
        client: with its channels running.
        process: None for a kernel that somebody else has started.
        info: what the kernel has said of itself; None until :meth:`wait` has returned.
        busy: whether the kernel was at work when it was asked.
        silent: whether it has answered nothing at all, as R's does while a cell runs. It is there, and
            what is sent to it is answered once it is idle, but :attr:`info` is empty until
            :meth:`renew`.
    """

    def __init__(self, client: KernelClient, process: "KernelProcess | None") -> None:
        self.client = client
        self.process = process
        self.info: KernelInfo | None = None
        self.busy = False
        self.silent = False
        self._kept = False
        try:
            client.start_channels()
            self._readiness = Readiness(client)
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
                self._restart(self.process)
        return self._wait(timeout, progress)

    def warnings(self) -> list[str]:
        """What is wrong with the safety of the connection, one line each."""
        found = []
        path = self.client.info.path
        if path is not None and readable_by_others(path):
            found.append(f"{path}: others can read it, and so run code in your name (chmod 600)")
        if not self.client.info.key:
            found.append(f"{path}: it has no key, so messages are not signed")
        return found

    def renew(self, timeout: float | None = 60.0, progress: Progress | None = None) -> KernelInfo:
        """Ask the kernel anew what it is: after a restart, or once one that was silent may answer.

        Returns and raises what :meth:`wait` does; :attr:`info`, :attr:`busy`, :attr:`silent` follow.
        """
        self._readiness = Readiness(self.client)
        return self._wait(timeout, progress)

    def keep(self) -> None:
        """Let a kernel of ours run on when it is left, for others to attach to.

        Its connection file stays. A kernel that has ended by then is cleared away as ever.
        """
        self._kept = True

    def close(self, *, keep: bool = False) -> None:
        """Stop the channels, and the kernel if it is ours, interrupting what it runs.

        :param keep: let it run on; see :meth:`keep`.
        """
        try:
            if self.process is None:
                return
            if (keep or self._kept) and self.process.poll() is None:
                self.process.keep()
            else:
                # What has never answered will not answer this either.
                self.process.stop(ask=None if self.info is None else self._ask_to_end)
        finally:
            self.client.stop_channels()

    def _wait(self, timeout: float | None, progress: Progress | None) -> KernelInfo:
        readiness = self._readiness
        try:
            self.info = readiness.wait(timeout, progress, silent=self.process is None)
            self.busy, self.silent = readiness.busy, readiness.silent
            return self.info
        finally:
            readiness.close()

    def _restart(self, process: "KernelProcess") -> None:
        self.client.stop_channels()
        process.restart_with_new_ports()
        self.client = KernelClient(info=process.info, process=process)
        self.client.start_channels()
        self._readiness = Readiness(self.client)

    def _ask_to_end(self) -> None:
        """Interrupt it if it works, for many kernels end only between two cells; and ask it to end."""
        if self.client.is_busy:
            with suppress(ChannelError):
                self.client.interrupt()
        with suppress(ChannelError):  # no channels, no question: the signals come next
            self.client.shutdown()
