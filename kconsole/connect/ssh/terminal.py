"""Lends our terminal to an ssh that may have to ask: for a passphrase, or whether to trust a host's key.

ssh reads answers from /dev/tty, not from its stdin. It has a process group of its own, so that later Ctrl-C
reaches us and not the connection; while it may ask, that group is the terminal's foreground, as a shell
does it with its jobs. Ctrl-C then ends ssh alone.
"""

import contextlib
import os
import signal
import termios
from collections.abc import Iterator
from typing import Any, Self

__all__ = ["LentTerminal", "background_allowed"]


class LentTerminal:
    """Our controlling terminal; all methods belong to one thread."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._ours = os.getpgrp()
        self._group = 0  # who has it; 0 = we
        self._attributes: list[Any] = []

    @classmethod
    def find(cls) -> Self | None:
        """Return the terminal if we have one, and are in its foreground; else nobody can be asked."""
        try:
            descriptor = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
        except OSError:
            return None
        try:
            if os.tcgetpgrp(descriptor) == os.getpgrp():
                return cls(descriptor)
        except OSError:  # it has hung up
            pass
        os.close(descriptor)
        return None

    def lend(self, group: int) -> None:
        """Make a child's process group the foreground."""
        self._group = group
        with contextlib.suppress(OSError, termios.error), background_allowed():
            self._attributes = termios.tcgetattr(self._descriptor)
            os.tcsetpgrp(self._descriptor, group)
        _continue(group)  # it may have wanted to read before it was allowed to

    def take_back(self) -> None:
        """Be the foreground again, with the terminal as it was. Does nothing the second time."""
        group, self._group = self._group, 0
        if not group:
            return
        with contextlib.suppress(OSError, termios.error), background_allowed():
            if os.tcgetpgrp(self._descriptor) == group:
                os.tcsetpgrp(self._descriptor, self._ours)
                termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._attributes)
        # A program behind our pipe, such as a pager, may have wanted it meanwhile, and have been stopped.
        _continue(self._ours)

    def follow(self, pid: int) -> None:
        """If the child was stopped, as by Ctrl-Z, stop too, so that the shell takes over."""
        group = self._group
        if not hasattr(os, "waitid"):  # macOS: nothing tells without reaping
            return
        try:
            stopped = group and os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOHANG)
        except ChildProcessError:
            return
        if not stopped:
            return
        self.take_back()
        os.killpg(self._ours, signal.SIGTSTP)
        # Here we have been continued; in the background the child will be stopped again as it reads.
        self._group = group
        with contextlib.suppress(OSError):
            if os.tcgetpgrp(self._descriptor) == self._ours:
                self.lend(group)
        _continue(group)

    def close(self) -> None:
        """Take it back, and forget it."""
        self.take_back()
        os.close(self._descriptor)


@contextlib.contextmanager
def background_allowed() -> Iterator[None]:
    """Let this thread use the terminal in the background: else the system stops us (SIGTTOU)."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _continue(group: int) -> None:
    with contextlib.suppress(OSError):
        os.killpg(group, signal.SIGCONT)
