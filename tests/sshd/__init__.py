"""A throw-away OpenSSH server on a loopback port, that can be dropped, stalled and silenced.

For tests, and for trying by hand: ``python -m tests.sshd``. Needs the standard library, Linux's
/proc, and OpenSSH's client and server; works for root and for an ordinary user.
"""

from .server import Sshd, unavailable

__all__ = ["Sshd", "unavailable"]
