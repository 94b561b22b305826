"""What every kernel that we have started has, here or on another machine."""

import logging
import shlex
from abc import ABC, abstractmethod
from collections.abc import Callable

from kconsole.connect.lastwords import is_address_in_use, last_line, printable
from kconsole.errors import KconsoleError

__all__ = ["OwnProcess"]

log = logging.getLogger(__name__)


class OwnProcess(ABC):
    """The process of a kernel that is ours: how it has ended, and the first step to its end.

    Attributes:
        ends_at_sigint: whether it is known to, whatever its spec says.
        left: why it may still run although it was stopped; "" if it does not.
    """

    #: "kernel python3", and where, for messages.
    _name: str
    _command: list[str]

    def __init__(self) -> None:
        self.ends_at_sigint = False
        self.left = ""
        self._command = []

    @abstractmethod
    def poll(self) -> int | None:
        """Return None while the kernel runs, else how it has ended."""

    @abstractmethod
    def wait(self, timeout: float) -> bool:
        """Wait until the kernel has ended, at most `timeout` seconds; return whether it has."""

    @abstractmethod
    def log_tail(self, lines: int = 10) -> str:
        """Return the last `lines` lines that the process printed; unsafe for a terminal as is."""

    @abstractmethod
    def describe_exit(self) -> str:
        """Return in a few words how the process ended, such as "was killed by SIGKILL"."""

    def last_line(self) -> str:
        """Return the last line that the process printed: printable, at most 200 characters."""
        return last_line(self.log_tail(50))

    def describe_death(self) -> str:
        """Return one line: how the process ended, and the last line that it printed, if any."""
        text = f"{self._name} {self.describe_exit()}"
        words = self.last_line() if self.poll() is not None else ""
        return f"{text}: {words}" if words else text

    def describe_failure(self) -> str:
        """Return what :meth:`describe_death` does, and the command that was run, in one line."""
        return f"{self.describe_death()} (command: {printable(shlex.join(self._command))})"

    def is_port_race(self) -> bool:
        """Whether the kernel failed because another process had taken one of its ports meanwhile.

        Then it is worth a try to start it with new ports.
        """
        return self._has_failed() and is_address_in_use(self.log_tail(100))

    @abstractmethod
    def _has_failed(self) -> bool:
        """Whether it has ended, and not well as far as is known."""

    def _ends_when_asked(self, ask: Callable[[], None] | None, grace: float) -> bool:
        """Ask a running kernel to shut down; return whether it has ended within `grace` seconds."""
        if ask is None:
            return False
        try:
            ask()
        except KconsoleError as error:
            log.debug("%s cannot be asked to shut down: %s", self._name, error)
            return False
        return self.wait(grace)
