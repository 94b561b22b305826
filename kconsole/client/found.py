"""What is found out of a connection file and its kernel; how, says :mod:`kconsole.client.survey`."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from kconsole.connect.info import ConnectionInfo
from kconsole.connect.verdict import State
from kconsole.protocol.replies import KernelInfo

__all__ = ["Found", "Remote"]


@dataclass(frozen=True, slots=True)
class Found:
    """A connection file, and how its kernel is."""

    path: Path
    state: State
    #: What there is to say about the state; "" = nothing. May hold text of the file.
    reason: str = ""
    #: Seconds since the kernel's process was started, or else since the file was written.
    age_s: float = 0.0
    #: None if the file is no use.
    connection: ConnectionInfo | None = None
    #: What the kernel says of itself; None if it has said nothing.
    kernel: KernelInfo | None = None
    #: The kernel's process on its machine, and its memory in bytes; None = not known.
    pid: int | None = None
    memory: int | None = None
    #: How many clients other than this survey are connected to its shell; None = not known.
    clients: int | None = None
    #: Seconds from a heartbeat's ping to its echo; None if there was none.
    round_trip_s: float | None = None

    @property
    def language(self) -> str:
        """The language as the kernel calls it, "" if it has not said."""
        return "" if self.kernel is None else self.kernel.language_info.name

    @property
    def kernel_name(self) -> str:
        """The name of its kernelspec; "" if the file does not say."""
        return "" if self.connection is None else self.connection.kernel_name


class Remote(NamedTuple):
    """A connection file of another machine.

    Attributes:
        path: its name there.
        connection: what it says; None if it is no use.
        local: the addresses here that lead to that kernel; None if there are none.
        age_s: seconds since it was written.
        fault: what is wrong with it; "" = nothing.
    """

    path: Path
    connection: ConnectionInfo | None
    local: ConnectionInfo | None
    age_s: float
    fault: str = ""
