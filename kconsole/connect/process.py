"""A kernel that we have started: its process, from the first to the last.

The kernel runs in a session, and so a process group, of its own: the terminal's Ctrl-C does not
reach it, and what it starts can be ended with it. This is the only module that signals groups.

When the leader of the group has ended, it is not reaped at once: while it is a zombie its number
cannot be given to anybody else, and that is the time to kill what is left of its group. Only then is
it reaped, the guard (:mod:`kconsole.connect.guard`) told, and the exit status known.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from kconsole.connect.children import has_ended, signal_group, wait_for_end
from kconsole.connect.files import write_connection_file
from kconsole.connect.guard import Guard
from kconsole.connect.info import ConnectionInfo, Transport
from kconsole.connect.kernellog import KernelLog, log_path
from kconsole.connect.lastwords import describe_exit
from kconsole.connect.launch import (
    ipc_info,
    kernel_environment,
    new_key,
    refusal,
    remove_directory,
    socket_directory,
    socket_files,
    with_ports,
)
from kconsole.connect.naming import own_name
from kconsole.connect.ownprocess import OwnProcess
from kconsole.connect.paths import runtime_dir, shown
from kconsole.connect.ports import reserve_ports
from kconsole.connect.procfs import is_deadly
from kconsole.connect.specs import KernelSpec
from kconsole.errors import ConnectionFileError, KernelStartError
from kconsole.protocol.message import CHANNELS

__all__ = ["KernelProcess"]

log = logging.getLogger(__name__)

#: Seconds to wait for the system to take away a process that got SIGKILL.
KILL_PATIENCE = 5.0

#: How a process ends that SIGINT has ended: by the signal, or as a shell, or Java, calls that.
_ENDS_OF_SIGINT = (-signal.SIGINT, 128 + signal.SIGINT)


@dataclass(frozen=True, slots=True)
class _Options:
    """What every start and restart of one kernel has in common."""

    env: Mapping[str, str]
    extra_env: Mapping[str, str]
    cwd: Path | None
    extra_arguments: tuple[str, ...]
    detached: bool
    #: What the connection file says while the kernel starts, beside the connection (JEP 66).
    registration: Mapping[str, str]


class KernelProcess(OwnProcess):
    """A kernel that belongs to us; made by :meth:`start`, ended by :meth:`stop`.

    Also a context manager that stops the kernel. Every method may be called from any thread.

    Attributes:
        ends_at_sigint: whether it is known to, whatever its spec says; :meth:`interrupt` sends none then.
        left: why it may still run although it was stopped; "" if it does not.
    """

    def __init__(
        self, spec: KernelSpec, info: ConnectionInfo, path: Path, options: _Options
    ) -> None:
        super().__init__()
        self.spec = spec
        self._name = f"kernel {shown(spec.name)}"
        self._info = replace(info, path=path)
        self._path = path
        self._options = options
        self._log = KernelLog(log_path(path))
        self._guard = Guard([path, self._log.path, *socket_files(info)], socket_directory(info))
        self._process: subprocess.Popen[bytes] | None = None
        self._returncode: int | None = None
        self._interrupted = False
        self._closed = False
        self._removed = False  # its files
        self._detached = False
        # Guards the step from a running process to a reaped one, which any thread may come upon in
        # poll(), against signals that another one is about to send to the same number.
        self._lock = threading.Lock()

    @classmethod
    def start(
        cls,
        spec: KernelSpec,
        *,
        transport: Transport = "tcp",
        ip: str = "127.0.0.1",
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        extra_env: Mapping[str, str] | None = None,
        extra_arguments: Sequence[str] = (),
        connection_file: Path | None = None,
        detached: bool = False,
        curve_keypair: tuple[bytes, bytes] = (b"", b""),
        registration: Mapping[str, str] | None = None,
    ) -> Self:
        """Start a kernel; it need not be ready when this returns.

        :param spec: what to start.
        :param transport: what its sockets are.
        :param ip: the address to listen on (tcp).
        :param cwd: where to start it; by default where we are.
        :param env: the environment to start from, by default ours.
        :param extra_env: variables that are stronger than those of the spec.
        :param extra_arguments: put behind those of the spec.
        :param connection_file: where to write it, by default a new name in the runtime directory;
            for ipc the socket files lie in a private directory of their own.
        :param detached: the kernel does not watch over our life itself, as ipykernel does, but leaves
            that to the guard; it can be kept then (:meth:`keep`).
        :param curve_keypair: (public, secret) in Z85, for a spec with `curve`.
        :param registration: fields of the connection file that say where the kernel can register
            (JEP 66); :meth:`take_ports` has to be called once it has.
        :raise KernelStartError: the kernel cannot be started.
        """
        path = connection_file or runtime_dir() / own_name()
        path = path.absolute()
        if path.exists():
            # Most likely another kernel's, who would become unreachable.
            raise KernelStartError(f"kernel {shown(spec.name)}: {shown(path)} exists already")
        public, secret = curve_keypair
        info = ConnectionInfo(
            transport=transport,
            ip=ip,
            key=new_key(),
            kernel_name=spec.name,
            curve_publickey=public,
            curve_secretkey=secret,
        )
        options = _Options(
            env=dict(os.environ if env is None else env),
            extra_env=dict(extra_env or {}),
            cwd=cwd,
            extra_arguments=tuple(extra_arguments),
            detached=detached,
            registration=dict(registration or {}),
        )
        try:
            if transport == "ipc":
                info = ipc_info(info)
            kernel = cls(spec, info, path, options)
        except (OSError, ValueError) as error:
            remove_directory(info)
            reason = str(error)
            if isinstance(error, OSError):
                reason = f"{shown(error.filename or path)}: {error.strerror}"
            raise KernelStartError(f"kernel {shown(spec.name)}: {reason}") from None
        try:
            kernel._launch(new_ports=True)
        except BaseException:
            kernel.stop()
            raise
        return kernel

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    @property
    def info(self) -> ConnectionInfo:
        """Where the kernel listens.

        Changes only with :meth:`restart_with_new_ports` and :meth:`take_ports`.
        """
        return self._info

    @property
    def pid(self) -> int:
        """The process id of the kernel; the last one's, if it has ended."""
        return 0 if self._process is None else self._process.pid

    @property
    def can_stay(self) -> bool:
        """Whether it is sure to live on when it is kept: it does not watch over our life itself."""
        return self._detached

    def poll(self) -> int | None:
        """Return None while the kernel runs, else its exit status, or minus the signal's number.

        Cheap enough for every turn of a loop; keeps the log's size bounded on the way.
        """
        with self._lock:
            if self._returncode is None and self._process is not None:
                self._log.trim()
                if has_ended(self._process):
                    self._bury(self._process)
            return self._returncode

    def wait(self, timeout: float) -> bool:
        """Wait until the kernel has ended, at most `timeout` seconds; return whether it has."""
        process = self._process
        if process is not None and self.poll() is None:
            wait_for_end(process, timeout)
        return self.poll() is not None

    def log_tail(self, lines: int = 10) -> str:
        """Return the last `lines` lines that the process printed; unsafe for a terminal as is."""
        return self._log.tail(lines)

    def describe_exit(self) -> str:
        """Return in a few words how the process ended, such as "was killed by SIGKILL"."""
        status = self.poll()
        return "is running" if status is None else describe_exit(status)

    def interrupt(self) -> bool:
        """Send SIGINT to the kernel and what it has started, if its spec asks for signals.

        Not if that would end it, with all that it has computed: most specs say nothing of signals, which
        means the same as asking for them, also those of kernels that do not handle them.

        :return: False if the kernel is to be interrupted by an interrupt_request on the control
            channel instead.
        """
        if self.spec.interrupt_mode == "message" or sys.platform == "win32":
            return False
        if self.ends_at_sigint or is_deadly(signal.SIGINT, self.pid):
            return False
        self._interrupted = True
        self._signal(signal.SIGINT)
        return True

    def respawn(self) -> None:
        """Start the kernel again after it has ended, with the same file, ports and keys.

        :raise KernelStartError: it cannot be started, or is still running.
        """
        self._launch(new_ports=False)

    def restart_with_new_ports(self) -> None:
        """Start the kernel again after it has ended, with new ports; the keys stay the same.

        :raise KernelStartError: it cannot be started, or is still running.
        """
        self._launch(new_ports=True)

    def take_ports(self, ports: Sequence[int]) -> None:
        """Write down for others which ports the kernel has chosen itself (JEP 66).

        :param ports: in the order of CHANNELS.
        :raise ConnectionFileError: the file cannot be written.
        """
        self._info = with_ports(self._info, ports)
        if self._closed:
            return
        write_connection_file(self._info, self._path)
        if self._removed:  # meanwhile, in another thread: the key must not stay behind
            self._path.unlink(missing_ok=True)

    def keep(self) -> None:
        """Let go of the kernel: from now on nothing ends it or removes its files, not even stop().

        Only a kernel that was started `detached`, and with a guard, is sure to live on
        (:attr:`can_stay`). Its connection file and its log stay where they are, also when it ends.
        """
        self._close(remove=False)

    def end(self, *, ask: Callable[[], None] | None = None, grace: float = 2.5) -> None:
        """End the process, but keep its files and keys, so that it can be respawned.

        After the question SIGTERM and at last SIGKILL go to the group. Returns as soon as the kernel
        has ended.

        :param ask: sends a shutdown_request.
        :param grace: seconds to wait for an end before the next step.
        """
        try:
            self._end_gently(ask, grace)
        finally:
            # Also if Ctrl-C cut the waiting short.
            if self.poll() is None and self._process is not None:
                self._signal(signal.SIGKILL)
                if not self.wait(KILL_PATIENCE):
                    self.left = f"{self._name} (pid {self.pid}) survives SIGKILL"
            for file in socket_files(self._info):
                file.unlink(missing_ok=True)

    def stop(self, *, ask: Callable[[], None] | None = None, grace: float = 2.5) -> None:
        """End the process as :meth:`end` does, and remove everything that it and we have left.

        Does nothing the second time.
        """
        if self._closed:
            return
        try:
            self.end(ask=ask, grace=grace)
        finally:
            self._close(remove=True)

    def _launch(self, *, new_ports: bool) -> None:
        if self._closed or (self._process is not None and self.poll() is None):
            state = "was stopped" if self._closed else "is still running"
            raise KernelStartError(f"{self._name} {state}")
        options = self._options
        self._detached = options.detached and self._guard.is_there
        env = kernel_environment(self.spec, options.env, options.extra_env, detached=self._detached)
        command = self.spec.command(self._path, options.extra_arguments, env.get("PATH"))
        self._command = command
        self._log.clear()
        try:
            if new_ports and self._info.transport == "tcp":
                self._take_new_ports()
            else:
                self._write()
        except ConnectionFileError as error:
            raise KernelStartError(f"{self._name}: {error}") from None
        process = self._open(command, env)
        with self._lock:
            self._process = process
            self._returncode = None
            self._interrupted = False
            self._guard.watch(process.pid)

    def _open(self, command: list[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        cwd = self._options.cwd
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=self._log.fileno(),
                stderr=subprocess.STDOUT,
                cwd=None if cwd is None else os.fspath(cwd),
                env=env,
                start_new_session=True,
            )
        except OSError as error:
            raise refusal(self.spec, command, cwd, error) from None

    def _take_new_ports(self) -> None:
        """Write the connection file with new ports; what held them is closed on return."""
        try:
            with reserve_ports(len(CHANNELS), self._info.ip) as ports:
                self._info = with_ports(self._info, ports)
                self._write()
        except OSError as error:
            reason = f"cannot listen on {shown(self._info.ip)}: {error.strerror}"
            raise KernelStartError(f"{self._name}: {reason}") from None

    def _write(self) -> None:
        """Write the connection file for a kernel that is about to start."""
        extra = {**self._info.extra, **self._options.registration}
        write_connection_file(replace(self._info, extra=extra), self._path)

    def _end_gently(self, ask: Callable[[], None] | None, grace: float) -> None:
        if self.poll() is not None or self._process is None:
            return
        if self._ends_when_asked(ask, grace):
            return
        self._signal(signal.SIGTERM)
        self.wait(grace)

    def _has_failed(self) -> bool:
        return bool(self.poll())

    def _signal(self, number: int) -> None:
        with self._lock:
            if self._process is not None and self._returncode is None:
                signal_group(self._process, number)

    def _bury(self, process: subprocess.Popen[bytes]) -> None:
        """Kill what the ended kernel has left in its group, and reap it; needs the lock."""
        if not self._closed:
            signal_group(process, signal.SIGKILL)
        self._returncode = process.wait()
        if self._interrupted and self._returncode in _ENDS_OF_SIGINT:
            self.ends_at_sigint = True
        self._guard.watch(None)

    def _close(self, *, remove: bool) -> None:
        with self._lock:
            self._closed = True
            self._removed = remove
            self._guard.dismiss()
            self._log.close(remove=remove)
        if remove:
            self._path.unlink(missing_ok=True)
            remove_directory(self._info)
