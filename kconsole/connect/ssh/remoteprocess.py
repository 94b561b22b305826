"""A kernel that we have started on another machine, from the first to the last.

It is started by that machine's ``sh``, in a session of its own, so that it outlives the link; its
connection file lies in that machine's runtime directory, for others to attach to. Whether it lives is asked
there now and then: what is known of it here is always a moment old, and stays what it was while the link is
down.
"""

import logging
import math
import os
import random
import shlex
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from kconsole.connect.info import ConnectionInfo, Transport
from kconsole.connect.launch import new_key, with_ports
from kconsole.connect.naming import own_name
from kconsole.connect.ownprocess import OwnProcess
from kconsole.connect.paths import shown
from kconsole.connect.specs import KernelSpec
from kconsole.connect.ssh.remote import RUNTIME, Answer, Run
from kconsole.connect.ssh.remotelaunch import (
    ALIVE,
    SWEEP,
    Launch,
    abandon_script,
    clear_script,
    launch_script,
    refusal,
)
from kconsole.errors import KconsoleError, KernelStartError, LinkLostError
from kconsole.protocol.message import CHANNELS

__all__ = ["RemoteProcess"]

log = logging.getLogger(__name__)

#: Seconds between two looks at the process: at first, as long as it starts; and from then on.
_STARTING_S = 0.3
_RUNNING_S = 2.0
_STARTS_FOR_S = 30.0
#: Ports below those that systems give to outgoing connections.
_PORTS = range(20000, 32000)
#: What is fetched of what the kernel prints itself: it may be anything, and lines may have no end.
_LOG_BYTES = 16 << 10
#: Bytes at which the file is cut to its end.
_LOG_LIMIT = 8 << 20
#: Seconds that an answer may take to come, and who leaves waits for it; there, round trips come on top.
_PATIENCE_S, _LEAVING_S, _ROUND_TRIPS = 10.0, 1.0, 4
#: Seconds that one script over there waits at most for an end, so that a link that is lost is noticed.
_SLICE_S = 0.5


@dataclass(frozen=True, slots=True)
class _Options:
    """What every start and restart of one kernel has in common."""

    cwd: str
    env: Mapping[str, str]
    arguments: tuple[str, ...]


class RemoteProcess(OwnProcess):
    """A kernel of ours on another machine; made by :meth:`start`, ended by :meth:`stop`.

    It has the methods of :class:`kconsole.connect.process.KernelProcess`. Those that end it wait for the
    other machine; all others return at once.

    Attributes:
        spec: its kernelspec, over there.
        info: where it listens, over there; ``path`` is its connection file there.
        ends_at_sigint: whether it is known to; :meth:`interrupt` sends none then.
        left: why it may still run although it was stopped; "" if it does not.
    """

    def __init__(
        self, run: Run, where: str, spec: KernelSpec, info: ConnectionInfo, options: _Options
    ) -> None:
        super().__init__()
        self.spec = spec
        self.info = info
        self.pid = 0
        self._run = run
        self._where = where
        self._name = f"kernel {shown(spec.name)} on {where}"
        self._options = options
        self._log = ""
        self._ended = False
        self._closed = False
        self._began = 0.0
        self._patience = _PATIENCE_S
        self._round_trip = math.inf  # of the fastest look, in seconds
        #: What is to be done over there by the watcher: others append and set _wake.
        self._tasks: deque[Callable[[], None]] = deque()
        self._wake = threading.Event()
        #: Looks at the process now and then, and does what nobody may wait for.
        self._watcher = threading.Thread(
            target=self._watch, name="kconsole-remote-kernel", daemon=True
        )

    @classmethod
    def start(
        cls,
        run: Run,
        where: str,
        spec: KernelSpec,
        *,
        transport: Transport = "tcp",
        cwd: str = "",
        env: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
        curve_keypair: tuple[bytes, bytes] = (b"", b""),
    ) -> Self:
        """Start a kernel; it need not be ready when this returns.

        :param run: runs a script over there.
        :param where: the machine, for messages.
        :param spec: what to start.
        :param transport: what its sockets are.
        :param cwd: the directory there to start it in; "" is the user's home.
        :param env: variables that are stronger than those of the spec.
        :param arguments: put behind those of the spec.
        :param curve_keypair: (public, secret) in Z85, for a spec with `curve`.
        :raise KernelStartError: the kernel cannot be started.
        :raise LinkLostError: the link was lost meanwhile.
        """
        public, secret = curve_keypair
        info = ConnectionInfo(
            transport=transport,
            key=new_key(),
            kernel_name=spec.name,
            curve_publickey=public,
            curve_secretkey=secret,
        )
        options = _Options(cwd, dict(env or {}), tuple(arguments))
        process = cls(run, where, spec, info, options)
        process._make_room()
        try:
            process._launch(new_ports=True)
            process._watcher.start()
        except BaseException:
            process._abandon()
            raise
        return process

    @property
    def can_stay(self) -> bool:
        """Whether it is sure to live on when it is kept: it always is."""
        return True

    def poll(self) -> int | None:
        """Return None while the kernel runs, as far as is known; else 0, whatever its status was."""
        return 0 if self._ended else None

    def wait(self, timeout: float) -> bool:
        """Wait until the kernel has ended, at most `timeout` seconds; return whether it has.

        :raise LinkLostError: the link was lost meanwhile.
        """
        deadline = time.monotonic() + timeout
        while not self._ended:
            left = min(_SLICE_S, deadline - time.monotonic())
            tenths = max(1, round(left * 10))
            script = (
                f"{ALIVE}i=0\n"
                f"while alive {self.pid} && [ $i -lt {tenths} ]; do sleep 0.1; i=$((i+1)); done\n"
                f"alive {self.pid} && echo lives\n:\n"
            )
            self._ended = b"lives" not in self._tell(script, _SLICE_S).output
            if left < _SLICE_S:
                break
        return self._ended

    def log_tail(self, lines: int = 10) -> str:
        """Return the last `lines` lines that the process printed, as far as is known; unsafe as is."""
        return "\n".join(self._log.splitlines()[-lines:])

    def describe_exit(self) -> str:
        """Return in a few words how the process ended."""
        return "has ended" if self._ended else "is running"

    def interrupt(self) -> bool:
        """Have SIGINT sent to the kernel and what it has started, if its spec asks for signals.

        :return: False if the kernel is to be interrupted by an interrupt_request instead.
        """
        if self.spec.interrupt_mode == "message" or self.ends_at_sigint:
            return False
        self._tasks.append(lambda: self._signal("INT"))
        self._wake.set()
        return True

    def respawn(self) -> None:
        """Start the kernel again after it has ended, with the same file, ports and keys.

        :raise KernelStartError: it cannot be started.
        """
        self._launch(new_ports=False)

    def restart_with_new_ports(self) -> None:
        """Start the kernel again after it has ended, with new ports; the keys stay the same.

        :raise KernelStartError: it cannot be started.
        """
        self._launch(new_ports=True)

    def keep(self) -> None:
        """Let go of the kernel: from now on nothing ends it or removes its files, not even stop()."""
        self._close()

    def end(self, *, ask: Callable[[], None] | None = None, grace: float = 2.5) -> None:
        """End the process, but keep its files and keys, so that it can be respawned.

        After the question SIGTERM and at last SIGKILL go to the group.

        :param ask: sends a shutdown_request.
        :param grace: seconds to wait for an end before the next step.
        :raise LinkLostError: the link was lost meanwhile.
        """
        if self._ended or self._ends_when_asked(ask, grace):
            return
        for number in ("TERM", "KILL"):
            if not self._ended:
                self._signal(number)
                self.wait(grace)

    def stop(self, *, ask: Callable[[], None] | None = None, grace: float = 2.5) -> None:
        """End the process as :meth:`end` does, and remove what it and we have left over there.

        Where the link is down, or silent for a second or two, that cannot be done, see :attr:`left`. Does
        nothing the second time.
        """
        if self._closed:
            return
        known = 0.0 if self._round_trip == math.inf else self._round_trip
        self._patience = _LEAVING_S + _ROUND_TRIPS * known
        try:
            self.end(ask=ask, grace=grace)
            self._tell(clear_script(self.info))
        except KconsoleError as error:
            self.left = f"{self._name} may still run: {error}"
        finally:
            self._close()

    def _has_failed(self) -> bool:
        return self._ended

    # -- over there --------------------------------------------------------------------------------------

    @property
    def _quoted(self) -> str:
        return shlex.quote(str(self.info.path))

    def _tell(self, script: str, takes: float = 0.0) -> Answer:
        """Run a script over there.

        :param takes: seconds that it needs itself.
        """
        return self._run(script, timeout=takes + self._patience)

    def _make_room(self) -> None:
        """Make the runtime directory, and one for the sockets of ipc, as short a name as can be."""
        room = "mktemp -d /tmp/kc-XXXXXX\n" if self.info.transport == "ipc" else "echo\n"
        answer = self._tell(
            f"{RUNTIME}{ALIVE}{SWEEP}umask 077\nd=$(runtimes | head -n 1)\n"
            'mkdir -p "$d" 2>/dev/null || { printf "%s" "$d"; exit 1; }\n'
            f'(sweep "$d")\n(cd "$d" && pwd)\n{room}'
        )
        directory, made, room = answer.output.decode("utf-8", "surrogateescape").partition("\n")
        if not made:
            where = shown(directory)
            raise KernelStartError(f"{self._name}: its runtime directory cannot be made: {where}")
        if answer.status:
            raise KernelStartError(f"{self._name}: no directory can be made in /tmp there")
        path = Path(directory) / own_name()
        self.info = replace(self.info, path=path)
        if self.info.transport == "ipc":
            info = replace(self.info, ip=f"{room.strip()}/k")
            self.info = with_ports(info, range(1, len(CHANNELS) + 1))

    def _launch(self, *, new_ports: bool) -> None:
        if new_ports and self.info.transport == "tcp":
            self.info = with_ports(self.info, random.sample(_PORTS, len(CHANNELS)))
        assert self.info.path is not None
        prefix = self.spec.resource_dir.parent.parent.parent.parent  # of share/jupyter/kernels/NAME
        command = self.spec.fill(str(self.info.path), str(prefix))
        self._command = [*command, *self._options.arguments]
        launch = Launch(
            self.info, self._command, self._options.cwd, self.spec.env, self._options.env
        )
        if why := refusal(launch):
            raise KernelStartError(f"{self._name}: {why}")
        script = launch_script(launch, f"kc{os.urandom(12).hex()}")
        try:
            answer = self._tell(f"(\n{script})\n")
        except LinkLostError as error:
            raise LinkLostError(f"{error}; {self._name} may have been started") from None
        if answer.status or not answer.output.strip().isdigit():
            raise KernelStartError(f"{self._name}: {refusal(launch, answer.status)}")
        self.pid = int(answer.output)
        self._began = time.monotonic()
        self._log, self._ended = "", False

    def _abandon(self) -> None:
        """Leave nothing of a start that did not come to its end; without a link that cannot be done."""
        self._patience = _LEAVING_S
        try:
            self._tell(abandon_script(self.info))
        except KconsoleError as error:
            log.debug("%s cannot be cleared away: %s", self._name, error)

    def _signal(self, name: str) -> None:
        """Send a signal to the group, if it still is there."""
        if not self._ended:
            self._tell(
                f"kill -s {name} -- -{self.pid} 2>/dev/null || kill -s {name} {self.pid} 2>/dev/null\n:\n"
            )

    def _watch(self) -> None:
        while not self._closed:
            starting = time.monotonic() - self._began < _STARTS_FOR_S
            self._wake.wait(_STARTING_S if starting else _RUNNING_S)
            self._wake.clear()
            try:
                while self._tasks and not self._closed:
                    self._tasks.popleft()()
                if not self._closed and not self._ended:
                    self._look()
            except KconsoleError as error:  # the link is down: nothing is known meanwhile
                log.debug("%s cannot be looked at: %s", self._name, error)

    def _look(self) -> None:
        pid, begun, at = self.pid, self._began, time.monotonic()
        answer = self._tell(
            f"{ALIVE}alive {pid} && echo lives || echo gone\n"
            f"log={self._quoted}.log\n"
            f't=$(tail -c {_LOG_BYTES} "$log" 2>/dev/null)\nprintf \'%s\' "$t"\n'
            f'if [ "$(wc -c 2>/dev/null <"$log")" -gt {_LOG_LIMIT} ] 2>/dev/null; then\n'
            '  printf \'%s\\n\' "$t" >"$log"\nfi\n:\n'
        )
        self._round_trip = min(self._round_trip, time.monotonic() - at)
        state, _, said = answer.output.decode("utf-8", "replace").partition("\n")
        if begun == self._began:  # else it was started anew meanwhile
            self._log = said
            self._ended = self._ended or state == "gone"

    def _close(self) -> None:
        self._closed = True
        self._wake.set()
        if self._watcher.is_alive() and self._watcher is not threading.current_thread():
            # Where the link is silent, it waits for an answer, until the link is closed.
            self._watcher.join(0.5)
