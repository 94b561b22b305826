"""Who carries a client's connections, where it is not the network alone: a link that breaks and comes back.

The client talks to sockets on this computer, and whoever carries them (:mod:`kconsole.connect.ssh`) says
how the way behind them is. A link that is down proves nothing of the kernel; one that is up, and finds
nobody at the kernel's address, proves that the kernel is gone.
"""

from collections.abc import Callable
from typing import Protocol

from kconsole.connect.ssh.status import LinkStatus

__all__ = ["Carrier"]


class Carrier(Protocol):
    """A link to the kernel's computer. All of it may be used from any thread, and never blocks."""

    @property
    def host(self) -> str:
        """The other computer's name, as it may be shown."""

    @property
    def status(self) -> LinkStatus:
        """How the link is now."""

    @property
    def refused(self) -> str:
        """Proof that the link is up, but nothing listens where the kernel was; "" if there is none.

        Such as "Connection refused". Taken back by :meth:`heard`, and when the link is lost.
        """

    def heard(self) -> None:
        """Note that something has come through: the link is alive, whatever else is silent."""

    def listen(self, changed: Callable[[], None]) -> None:
        """Have something called whenever :attr:`status` or :attr:`refused` change.

        There is one listener at a time. It is called in a thread of the link, and does not block.
        """

    def retry(self) -> None:
        """Try again at once: somebody waits for it."""
