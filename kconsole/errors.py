"""Every exception that kconsole raises on purpose.

::

    KconsoleError
    ├── ConfigError              a configuration file that cannot be used        exit status 2
    ├── ConnectionFileError      a connection file that cannot be used           exit status 2
    ├── SourceError              code that cannot be run as it is                exit status 2
    ├── NoKernelError            no kernel: cannot find, reach, start it         exit status 3
    │   ├── KernelSpecError      no such kernelspec, or a broken one
    │   ├── KernelStartError     the kernel's process did not come up
    │   ├── KernelNotReadyError  nothing there, or it does not answer            (also RuntimeError)
    │   ├── AuthenticationError  Curve handshake failed, or a key does not fit
    │   └── SshError             no link to another computer can be made
    ├── KernelDiedError          the kernel died, or the link was lost           exit status 4
    │   ├── KernelRestartedError  it was restarted, and is there again
    │   └── LinkLostError        the link was lost, and with it what was asked
    ├── OutputError              standard output or error cannot be written to
    ├── AlreadyThereError        a file that nobody has said may be overwritten
    ├── ImageError               an image that cannot be drawn in the terminal
    ├── ChannelError             a channel used in the wrong state               (also RuntimeError)
    │   ├── InvalidPortNumber    a channel whose port is 0
    │   └── LinkDownError        not sent, for the link is down at the moment
    ├── ReplyTimeoutError        no reply within the time the caller gave        (also TimeoutError)
    └── WireError                frames that are no valid message                (also ValueError)

The library raises them; only :mod:`kconsole.cli` prints one or turns it into an exit status.
Each one's text is a single line that names the thing and the reason.
"""

from collections.abc import Sequence

__all__ = [
    "AlreadyThereError",
    "AuthenticationError",
    "ChannelError",
    "ConfigError",
    "ConnectionFileError",
    "ImageError",
    "InvalidPortNumber",
    "KconsoleError",
    "KernelDiedError",
    "KernelNotReadyError",
    "KernelRestartedError",
    "KernelSpecError",
    "KernelStartError",
    "LinkDownError",
    "LinkLostError",
    "NoKernelError",
    "OutputError",
    "ReplyTimeoutError",
    "SourceError",
    "SshError",
    "WireError",
]


class KconsoleError(Exception):
    """The root of the tree: whatever kconsole raises on purpose."""


class ConfigError(KconsoleError):
    """The configuration file cannot be read, or holds something that makes no sense."""


class ConnectionFileError(KconsoleError):
    """A connection file that cannot be read, or whose content breaks JEP 106."""


class SourceError(KconsoleError):
    """Code from a file or a pipe that is not UTF-8, or holds a NUL."""


class NoKernelError(KconsoleError):
    """There is no kernel to talk to: it cannot be found, reached, started or authenticated."""


class KernelSpecError(NoKernelError):
    """No kernelspec has that name, or its ``kernel.json`` cannot be used (JEP 105)."""


class KernelStartError(NoKernelError):
    """The kernel's process could not be started, or ended before it was ready.

    Attributes:
        log: the last lines that the process has printed, without what a terminal would obey.
    """

    def __init__(self, text: str, log: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.log = log


class KernelNotReadyError(NoKernelError, RuntimeError):
    """Nothing listens there, or what listens does not answer as a kernel does."""


class AuthenticationError(NoKernelError):
    """The Curve handshake failed, or the kernel does not accept our signatures."""


class SshError(NoKernelError):
    """The link to another computer cannot be made: its name, its keys, or its rules are against it."""


class KernelDiedError(KconsoleError):
    """The kernel died, or the link to it was lost, while something was waited for."""


class KernelRestartedError(KernelDiedError):
    """The kernel was restarted while something was waited for; the new one knows nothing of it."""


class LinkLostError(KernelDiedError):
    """The link to the kernel's computer was lost, and with it the reply: nobody knows what became of it.

    The kernel may live, and may have done what it was asked. Nothing is ever asked a second time.
    """


class OutputError(KconsoleError):
    """A standard stream cannot be written to, as when the disk is full; not if its reader has left."""


class AlreadyThereError(KconsoleError):
    """There is such a file, and nobody has said that it may be overwritten."""


class ImageError(KconsoleError):
    """An image that is broken, too large or of a kind that cannot be drawn in the terminal."""


class ChannelError(KconsoleError, RuntimeError):
    """A channel was used in a state in which it cannot do that."""


class InvalidPortNumber(ChannelError):
    """A channel was to be started although its port is 0."""


class LinkDownError(ChannelError):
    """Nothing was sent, for the link to the kernel's computer is down at the moment."""


class ReplyTimeoutError(KconsoleError, TimeoutError):
    """No reply came within the time that the caller gave."""


class WireError(KconsoleError, ValueError):
    """Frames that are not a valid message: malformed, unsigned, forged or replayed."""
