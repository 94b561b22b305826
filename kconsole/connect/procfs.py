"""What Linux tells about the processes behind sockets: who listens, since when, with how much memory.

From proc(5): /proc/net/tcp, tcp6 and unix have an inode for each socket, /proc/PID/fd says who has it
open. Only processes of the same user show that, and other systems have no /proc: then nothing is known,
which is never an error. The parsing is pure.
"""

import contextlib
import os
import socket
import struct
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from kconsole.connect.info import ConnectionInfo
from kconsole.protocol.message import Channel

__all__ = [
    "Process",
    "Sockets",
    "is_deadly",
    "listener",
    "listeners",
    "parse_signals",
    "parse_stat",
    "process",
    "processes_naming",
    "sockets",
]

PROC = Path("/proc")

_ESTABLISHED, _LISTEN = "01", "0A"  # of TCP, in include/net/tcp_states.h
_ACCEPTS = 0x10000  # __SO_ACCEPTCON, of Unix sockets
#: Stands for any address, as it is written in tcp and in tcp6.
_ANY = ("0" * 8, "0" * 32)
_MAPPED = bytes(10) + b"\xff\xff"  # ::ffff:, before an IPv4 address (RFC 4291, 2.5.5.2)

#: A socket's own end: (address as the kernel writes it, port) or a Unix socket's path.
Place = tuple[str, int] | str


@dataclass
class Sockets:
    """The sockets of this machine, as far as they are servers' ends."""

    #: Place -> the inode of the socket that listens there.
    listening: dict[Place, int] = field(default_factory=dict)
    #: Place -> the inodes of the sockets that are connected to it over TCP, of clients on this machine.
    clients: dict[Place, list[int]] = field(default_factory=dict)
    #: Place -> how many connections to it there are over TCP, from wherever.
    connected: Counter[Place] = field(default_factory=Counter)

    def inode(self, info: ConnectionInfo, channel: Channel) -> int | None:
        """The socket that listens where a kernel's channel should; None if there is none."""
        places = _places(info, channel)
        return next((self.listening[place] for place in places if place in self.listening), None)

    def count_clients(self, info: ConnectionInfo, channel: Channel, pid: int) -> int | None:
        """How many connections a kernel's channel has from other processes.

        ipykernel is connected to its own shell. None: not known, as for Unix sockets.

        :param pid: of the kernel.
        """
        if info.transport == "ipc":
            return None
        places = _places(info, channel)
        connected = sum(self.connected[place] for place in places)
        own = _open_sockets(pid) if connected else ()
        return connected - sum(
            inode in own for place in places for inode in self.clients.get(place, ())
        )

    def add_tcp(self, text: str) -> None:
        """Take over what /proc/net/tcp or tcp6 holds."""
        for line in text.splitlines()[1:]:
            cells = line.split()
            with contextlib.suppress(ValueError, IndexError):
                state, inode = cells[3], int(cells[9])
                if state == _LISTEN:
                    self.listening[_place(cells[1])] = inode
                elif state == _ESTABLISHED:
                    self.connected[_place(cells[1])] += 1
                    self.clients.setdefault(_place(cells[2]), []).append(inode)

    def add_unix(self, text: str) -> None:
        """Take over what /proc/net/unix holds."""
        for line in text.splitlines()[1:]:
            cells = line.split(None, 7)
            with contextlib.suppress(ValueError, IndexError):
                if int(cells[3], 16) & _ACCEPTS:
                    self.listening[cells[7]] = int(cells[6])


class Process(NamedTuple):
    """A process of this machine."""

    pid: int
    #: Seconds since it was started.
    age_s: float
    #: Bytes of memory that are its own or shared: the resident set.
    memory: int
    #: Whether it has been stopped, as by SIGSTOP.
    stopped: bool
    arguments: tuple[str, ...]


def sockets() -> Sockets | None:
    """Return the sockets of this machine as they are now; None if it does not tell."""
    if not sys.platform.startswith("linux"):
        return None
    found = Sockets()
    known = False
    for name, add in (
        ("tcp", found.add_tcp),
        ("tcp6", found.add_tcp),
        ("unix", found.add_unix),
    ):
        with contextlib.suppress(OSError):
            add((PROC / "net" / name).read_text(errors="surrogateescape"))
            known = True
    return found if known else None


def listeners(inodes: Collection[int]) -> dict[int, int]:
    """Return the process that has each of these sockets open, by inode.

    Where several have, as a kernel's forked children may, it is the oldest.
    """
    found: dict[int, list[int]] = {}
    for pid in _pids() if inodes else ():
        for inode in _open_sockets(pid).intersection(inodes):
            found.setdefault(inode, []).append(pid)
    return {inode: _oldest(pids) for inode, pids in found.items()}


def listener(info: ConnectionInfo) -> int | None:
    """Return the process of a kernel: it listens at the address, and was started with the file.

    None if it is not known; what listens without the file may be a tunnel's near end.

    :param info: with a path, and a number for a host.
    """
    all_sockets = sockets() if info.path is not None else None
    inode = None if all_sockets is None else all_sockets.inode(info, "shell")
    pid = None if inode is None else listeners([inode]).get(inode)
    if pid is None or info.path is None:
        return None
    with contextlib.suppress(OSError):
        if any(os.path.basename(_file(each)) == info.path.name for each in _arguments(pid)):
            return pid
    return None


def is_deadly(number: int, pid: int) -> bool | None:
    """Return whether a signal would end a process, for it neither handles nor ignores it; None: not known.

    :param number: of a signal whose default is to end the process.
    """
    try:
        status = (PROC / str(pid) / "status").read_text(errors="replace")
        return not parse_signals(status) >> (number - 1) & 1
    except (OSError, ValueError):
        return None


def parse_signals(status: str) -> int:
    """Return the signals that a process ignores or handles, from its status: bit 0 is signal 1.

    :raise ValueError: it is no such text.
    """
    masks = [
        int(line.split()[1], 16)
        for line in status.splitlines()
        if line.startswith(("SigIgn:\t", "SigCgt:\t"))
    ]
    if len(masks) != 2:
        raise ValueError("not a process's status")
    return masks[0] | masks[1]


def process(pid: int) -> Process | None:
    """Return what is known of a process; None if that is not all, or it has gone."""
    folder = PROC / str(pid)
    try:
        state, ticks = parse_stat((folder / "stat").read_text(errors="replace"))
        pages = int((folder / "statm").read_text().split()[1])
        uptime = float((PROC / "uptime").read_text().split()[0])
        arguments = _arguments(pid)
    except (OSError, ValueError, IndexError):
        return None
    age = max(0.0, uptime - ticks / os.sysconf("SC_CLK_TCK"))
    return Process(pid, age, pages * os.sysconf("SC_PAGE_SIZE"), state in "Tt", arguments)


def parse_stat(text: str) -> tuple[str, int]:
    """Return a process's state, one letter, and its start in ticks after the system's, from its stat.

    The name of its program, in brackets, may hold blanks and brackets itself.

    :raise ValueError: it is no such text.
    """
    cells = text.rpartition(")")[2].split()
    if len(cells) < 20:
        raise ValueError("not a process's stat")
    return cells[0], int(cells[19])


def processes_naming(paths: Iterable[Path]) -> dict[Path, int]:
    """Return which of these files a process has among its arguments, with one such process.

    Ours does not count.
    """
    wanted = {os.path.realpath(path): path for path in paths}
    names = {path.name for path in wanted.values()}
    found: dict[Path, int] = {}
    for pid in _pids() if wanted else ():
        if pid == os.getpid():
            continue
        with contextlib.suppress(OSError):
            for argument in _arguments(pid):
                # Where it is relative, its name has to be enough.
                file = _file(argument)
                if os.path.basename(file) in names:
                    for path in _meant(pid, file, wanted):
                        found.setdefault(path, pid)
    return found


def _meant(pid: int, file: str, wanted: Mapping[str, Path]) -> list[Path]:
    """Which of these files a process means; in a container the directories have other names."""
    place = os.path.realpath(os.path.join(_directory(pid), file))
    if place in wanted:
        return [wanted[place]]
    if _sees_other_files(pid, place):
        return [path for path in wanted.values() if path.name == os.path.basename(file)]
    return []


def _sees_other_files(pid: int, place: str) -> bool:
    """Whether a path that a process names may be that of another file for us."""
    try:
        return os.readlink(PROC / str(pid) / "ns" / "mnt") != os.readlink(PROC / "self/ns/mnt")
    except OSError:  # another user's process; or there are no namespaces
        return not os.path.lexists(place)


def _file(argument: str) -> str:
    """The file in an argument: ``--f=FILE`` or ``FILE``."""
    return argument.rpartition("=")[2]


def _open_sockets(pid: int) -> set[int]:
    """The inodes of the sockets that a process has open; none if it does not show them."""
    found = set()
    with contextlib.suppress(OSError), os.scandir(PROC / str(pid) / "fd") as entries:
        for entry in entries:
            with contextlib.suppress(OSError, ValueError):
                target = os.readlink(entry.path)
                if target.startswith("socket:["):
                    found.add(int(target[8:-1]))
    return found


def _pids() -> list[int]:
    with contextlib.suppress(OSError):
        return [int(name) for name in os.listdir(PROC) if name.isdigit()]
    return []


def _arguments(pid: int) -> tuple[str, ...]:
    content = (PROC / str(pid) / "cmdline").read_bytes()
    return tuple(os.fsdecode(part) for part in content.split(b"\0") if part)


def _directory(pid: int) -> str:
    with contextlib.suppress(OSError):
        return os.readlink(PROC / str(pid) / "cwd")
    return "/"


def _oldest(pids: list[int]) -> int:
    ages = {pid: each.age_s for pid in pids if (each := process(pid)) is not None}
    return max(ages, key=lambda pid: ages[pid]) if ages else pids[0]


def _places(info: ConnectionInfo, channel: Channel) -> list[Place]:
    """Where a channel's socket may listen, the most exact first."""
    if info.transport == "ipc":
        return [info.ipc_path(channel)]
    port = info.port(channel)
    addresses: list[str] = []
    with contextlib.suppress(OSError, ValueError):
        if ":" in info.host:
            host = info.host.partition("%")[0]
            addresses.append(_hex(socket.inet_pton(socket.AF_INET6, host)))
        else:
            packed = socket.inet_pton(socket.AF_INET, info.host)
            addresses += [_hex(packed), _hex(_MAPPED + packed)]
    return [(address, port) for address in (*addresses, *_ANY)]


def _place(text: str) -> Place:
    """Read an address of /proc/net/tcp: ``0100007F:1F90``."""
    address, _, port = text.partition(":")
    return address, int(port, 16)


def _hex(packed: bytes) -> str:
    """Write an address as /proc/net/tcp does: words of 32 bits in the machine's own byte order."""
    return "".join(f"{word:08X}" for (word,) in struct.iter_unpack("=I", packed))
