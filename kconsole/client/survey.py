"""How all the kernels are whose connection files lie about: asked at the same time, in one thread.

Theory of operation. Each file is a case. It is knocked at with plain sockets
(:mod:`kconsole.connect.knock`), which tells most stale files within a millisecond; where a ZeroMQ socket
greets, the kernel is asked (:mod:`kconsole.client.questions`). One poll waits for all cases that are open;
each has its own deadlines, so that one that is silent delays no other. What has been seen is judged by
:mod:`kconsole.connect.verdict`.
The processes behind the addresses are looked up before anything is connected, so that the connections
counted there are other clients'.
"""

import contextlib
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import zmq

from kconsole.client.found import Found, Remote
from kconsole.client.questions import DESCRIPTORS, Questions
from kconsole.connect import mounts, procfs
from kconsole.connect.files import load_connection_file
from kconsole.connect.info import ConnectionInfo
from kconsole.connect.knock import Knock, is_of_this_machine, numeric_hosts
from kconsole.connect.paths import shown
from kconsole.connect.verdict import STATES, Evidence, Verdict, judge
from kconsole.errors import ConnectionFileError
from kconsole.protocol.fields import as_count, as_text
from kconsole.protocol.message import CHANNELS, Channel

if sys.platform != "win32":
    import resource

__all__ = ["survey", "survey_remote"]

#: Seconds that an address has to greet in, and a host name to be looked up.
_KNOCK_S = 0.4
#: Seconds that a kernel of another computer has to answer what it is asked.
_REMOTE_S = 1.5
_SPARE_DESCRIPTORS = 64
_MOST_AT_ONCE = 64
_SSH_ENDING = "-ssh.json"  # what Jupyter calls the file of a tunnel's local end


def survey(
    paths: Sequence[Path],
    *,
    timeout: float = 0.6,
    on_found: Callable[[Found], None] | None = None,
) -> list[Found]:
    """Find out how the kernels of these connection files are.

    It takes about `timeout` and 0.4 seconds, however many there are, unless dozens of them are silent. No
    file and no kernel makes it fail; nothing is changed, and no code is run.

    :param timeout: seconds that a kernel has to answer what it is asked.
    :param on_found: called with each as soon as it is known, in this thread.
    :return: one for each path, those that live first, each kind in the order given.
    """
    cases = [_Case.of_file(index, path) for index, path in enumerate(paths)]
    hosts = numeric_hosts((each.host for each in cases if each.host), _KNOCK_S)
    machine = _Machine([each.settle_host(hosts) for each in cases])
    for case in cases:
        case.look_up(machine)
    return _found(cases, timeout, on_found)


def survey_remote(remotes: Sequence[Remote]) -> list[Found]:
    """Find out how kernels of another machine are; as :func:`survey`, but it takes a link's time too.

    Their processes are known as far as they tell themselves.
    """
    cases = []
    for index, remote in enumerate(remotes):
        case = _Case(index, remote.path, connection=remote.connection, info=remote.local)
        case.evidence.remote, case.evidence.file_age_s = True, remote.age_s
        if remote.fault:
            case.verdict = Verdict("bad", remote.fault)
        elif remote.local is None:
            case.verdict = Verdict("no-link", "its address cannot be forwarded")
        cases.append(case)
    return _found(cases, _REMOTE_S, None)


def _found(
    cases: "Sequence[_Case]", timeout: float, on_found: Callable[[Found], None] | None
) -> list[Found]:
    """Work on the cases, and put what was found into its order."""
    found: list[tuple[int, Found]] = []
    for case in _run(cases, timeout):
        one = case.found()
        found.append((case.index, one))
        if on_found is not None:
            on_found(one)
    return [
        one for _, one in sorted(found, key=lambda each: (STATES.index(each[1].state), each[0]))
    ]


class _Machine:
    """What this machine tells of the processes behind the kernels' addresses."""

    def __init__(self, infos: Iterable[ConnectionInfo | None]) -> None:
        self._sockets = procfs.sockets()
        self._mounts = mounts.mounts()
        self._shared: dict[Path, str] = {}
        inodes = {inode for info in infos if info and (inode := self._inode(info)) is not None}
        self._listeners = procfs.listeners(inodes)

    def process(self, info: ConnectionInfo) -> procfs.Process | None:
        """The process that listens at a kernel's address."""
        inode = self._inode(info)
        pid = None if inode is None else self._listeners.get(inode)
        return None if pid is None else procfs.process(pid)

    def clients(self, info: ConnectionInfo, pid: int) -> int | None:
        """How many other processes are connected to a kernel's shell."""
        return None if self._sockets is None else self._sockets.count_clients(info, "shell", pid)

    def shared(self, directory: Path) -> str:
        """The kind of the file system that a directory is on, if other machines may have it too."""
        if directory not in self._shared:
            self._shared[directory] = mounts.shared_kind(directory, self._mounts)
        return self._shared[directory]

    def _inode(self, info: ConnectionInfo) -> int | None:
        return None if self._sockets is None else self._sockets.inode(info, "shell")


@dataclass
class _Case:
    """One file on its way to a verdict."""

    index: int
    path: Path
    evidence: Evidence = field(default_factory=Evidence)
    verdict: Verdict | None = None
    #: What the file says, and the same with a number for a host.
    connection: ConnectionInfo | None = None
    info: ConnectionInfo | None = None
    process: procfs.Process | None = None
    clients: int | None = None
    knocks: dict[Channel, Knock] = field(default_factory=dict)
    questions: Questions | None = None
    usage: dict[str, Any] | None = None
    knock_end: float = 0.0

    @classmethod
    def of_file(cls, index: int, path: Path) -> Self:
        """Begin with a file of this machine."""
        case = cls(index, path)
        with contextlib.suppress(OSError, ValueError):
            written = path.stat().st_mtime
            case.evidence.file_age_s = max(0.0, time.time() - written)
        try:
            case.connection = load_connection_file(path, leave_atime=True)
        except ConnectionFileError as error:
            reason = str(error).removeprefix(f"{shown(path)}: ")
            case.verdict = Verdict("bad", reason)
        case.evidence.tunnel = path.name.endswith(_SSH_ENDING)
        return case

    @property
    def host(self) -> str:
        """The host to look up; "" = none."""
        tcp = self.connection is not None and self.connection.transport == "tcp"
        return self.connection.host if self.connection is not None and tcp else ""

    def settle_host(self, hosts: dict[str, str]) -> ConnectionInfo | None:
        """Put the number of the host in its place."""
        if self.connection is None:
            return None
        if not self.host:
            self.info = self.connection
        elif self.host in hosts:
            self.info = replace(self.connection, ip=hosts[self.host])
        else:
            self.verdict = Verdict("no-link", "its host name is not known")
        if self.info is not None:
            self.evidence.local = is_of_this_machine(self.info)
        return self.info

    def look_up(self, machine: _Machine) -> None:
        """Take over what the machine tells."""
        self.evidence.shared = machine.shared(self.path.parent)
        if self.info is None or not self.evidence.local or self.evidence.tunnel:
            return
        self.process = machine.process(self.info)
        if self.process is not None:
            self.clients = machine.clients(self.info, self.process.pid)
            self.evidence.stopped = self.process.stopped
            self.evidence.other_file = _other_file(self.info, self.process)

    def open(self, now: float) -> None:
        """Knock at every address."""
        self.knock_end = now + _KNOCK_S
        for channel in CHANNELS:
            if self.info is not None and self.info.port(channel) and self.verdict is None:
                knock = self.knocks[channel] = Knock(self.info, channel)
                self._note(channel, knock)

    def go_on(self, now: float, ready: set[int], context: zmq.Context[Any], timeout: float) -> None:
        """Do what can be done at this moment."""
        for channel, knock in list(self.knocks.items()):
            if knock.fileno() in ready:
                knock.go_on()
            if now >= self.knock_end or knock.answer != "silent":
                self._note(channel, knock)
                knock.close()
                del self.knocks[channel]
        if self.questions is None and self.info is not None and self._is_greeted():
            wants_usage = self.process is None
            self.questions = Questions(
                context, self.info, self.evidence, now, timeout, wants_usage=wants_usage
            )
        if self.questions is not None:
            self.questions.look(now)
        if not self.knocks and (self.questions is None or self.questions.is_done(now)):
            self.verdict = self.verdict or judge(self.evidence)

    def deadline(self, now: float) -> float:
        """When it has to be looked at again, whatever comes."""
        ends = [self.knock_end] if self.knocks else []
        ends += [] if self.questions is None else [self.questions.deadline]
        return min(ends, default=now)

    def close(self) -> None:
        """Close whatever is open."""
        for knock in self.knocks.values():
            knock.close()
        self.knocks.clear()
        if self.questions is not None:
            self.usage = self.questions.usage
            self.questions.close()

    def found(self) -> Found:
        """Put together what is known; the verdict is there."""
        state, reason = self.verdict or Verdict("late")
        pid = memory = clients = None
        age_s = self.evidence.file_age_s
        if state not in ("bad", "dead", "not-ours"):
            clients = self.clients
            if self.process is not None:
                pid, memory, age_s = self.process.pid, self.process.memory, self.process.age_s
            elif self.usage is not None:
                pid, memory = _told(self.usage, anywhere=self.evidence.remote)
        return Found(
            self.path,
            state,
            reason,
            age_s,
            self.connection,
            self.evidence.info,
            pid,
            memory,
            clients,
            self.evidence.round_trip_s,
        )

    def _is_greeted(self) -> bool:
        return any(
            self.evidence.knocks.get(channel) == "greets" for channel in ("shell", "control", "hb")
        )

    def _note(self, channel: Channel, knock: Knock) -> None:
        answer = knock.answer
        if self.evidence.remote and answer in ("foreign", "unreachable") and not knock.heard:
            answer = "refused"  # a link takes the call first, and hangs up if nobody is there
        self.evidence.knocks[channel] = answer


def _run(cases: Iterable[_Case], timeout: float) -> Iterable[_Case]:
    """Work on the cases, as many at a time as there are descriptors for; give those that are done."""
    waiting = deque(cases)
    open_cases: list[_Case] = []
    most = _at_once()
    with zmq.Context() as context:
        context.set(zmq.MAX_SOCKETS, 4096)
        try:
            while waiting or open_cases:
                while waiting and len(open_cases) < most:
                    case = waiting.popleft()
                    open_cases.append(case)
                    case.open(time.monotonic())
                    case.go_on(time.monotonic(), set(), context, timeout)
                    if case.verdict is not None:
                        open_cases.remove(case)
                        case.close()
                        yield case
                yield from _turn(open_cases, context, timeout)
        finally:
            for case in open_cases:
                case.close()


def _turn(open_cases: list[_Case], context: zmq.Context[Any], timeout: float) -> Iterable[_Case]:
    """Wait until something comes or is due, and let each case go on; give those that are done."""
    if not open_cases:
        return
    ready = _poll(open_cases)
    now = time.monotonic()
    for case in list(open_cases):
        case.go_on(now, ready, context, timeout)
        if case.verdict is not None:
            open_cases.remove(case)
            case.close()
            yield case


def _poll(open_cases: Sequence[_Case]) -> set[int]:
    """Wait; return the descriptors that are ready."""
    poller = zmq.Poller()
    for case in open_cases:
        for knock in case.knocks.values():
            if knock.worth_polling:
                poller.register(knock.fileno(), zmq.POLLOUT if knock.wants_to_write else zmq.POLLIN)
        if case.questions is not None:
            for each in case.questions.sockets:
                poller.register(each, zmq.POLLIN)
    now = time.monotonic()
    wait = max(0.0, min(case.deadline(now) for case in open_cases) - now)
    return {each for each, _ in poller.poll(int(wait * 1000) + 1) if isinstance(each, int)}


def _at_once() -> int:
    """How many cases may be open at the same time."""
    if sys.platform == "win32":
        return _MOST_AT_ONCE
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return _MOST_AT_ONCE
    return max(1, min(_MOST_AT_ONCE, (soft - _SPARE_DESCRIPTORS) // (DESCRIPTORS + len(CHANNELS))))


def _other_file(info: ConnectionInfo, process: procfs.Process) -> str:
    """The connection file that a process was started with, if it has the same address and another key.

    Where the process names this kernel's own file too, that is the one it was started with.
    """
    for argument in process.arguments:
        file = argument.rpartition("=")[2]
        if not file.endswith(".json"):
            continue
        with contextlib.suppress(ConnectionFileError):
            other = load_connection_file(file, leave_atime=True)
            if other.shell_port == info.shell_port:
                return "" if other.key == info.key else file
    return ""


def _told(usage: dict[str, Any], *, anywhere: bool) -> tuple[int | None, int | None]:
    """The process and the memory in a usage_reply; a pid of another machine says nothing here.

    :param anywhere: whether the kernel is known to be on another machine.
    """
    pid = as_count(usage.get("pid"))
    here = anywhere or as_text(usage.get("hostname")) == socket.gethostname()
    if not here or pid is None or pid <= 0:
        pid = None
    memory = as_count(usage.get("kernel_memory"))
    return pid, memory if memory is not None and 0 <= memory < 1 << 60 else None
