"""The command lines of OpenSSH's ``ssh``: one master that stays, and what is said to it. Pure.

The master carries one remote ``sh`` on its stdin and stdout and, on request, the sockets of kernels. Its
options make it deaf to what a user's ssh_config(5) says for logins by hand (a remote command, a terminal,
forwards of the user's own) and to nothing that says how the host is reached. Of each option the first
value counts, so what the user gave us stands before ours.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from kconsole.connect.ssh.destination import Destination

__all__ = [
    "Forward",
    "can_forward",
    "control_socket",
    "forward_argv",
    "master_argv",
    "unattended",
]

#: Only we can open the sockets (the mask is of their mode), and who comes again may replace them.
_SOCKET_OPTIONS = ("StreamLocalBindUnlink=yes", "StreamLocalBindMask=0177")
#: Only what OpenSSH 7.6 knows already: an option that is unknown ends it.
_MASTER_OPTIONS = (
    "ControlPersist=no",
    # Else a forward of the user's own, which a login in another window has, would end us.
    "ClearAllForwardings=yes",
    "ExitOnForwardFailure=yes",
    "RemoteCommand=none",
    "RequestTTY=no",
    "PermitLocalCommand=no",
    "EscapeChar=none",
    *_SOCKET_OPTIONS,
    # Ends a connection that says nothing any more, after about 20 seconds.
    "ServerAliveInterval=5",
    "ServerAliveCountMax=3",
    "TCPKeepAlive=yes",
    "ConnectTimeout=10",
    # Below this, failing forwards are not told.
    "LogLevel=INFO",
)
#: ssh takes no longer host (NI_MAXHOST), and no longer path (``sun_path``; macOS has the shortest), in
#: which it counts a percent sign, which has to be written twice, as two.
_LONGEST_HOST, _LONGEST_PATH = 1000, 103


class Forward(NamedTuple):
    """One socket of another computer, and the Unix socket that stands for it here."""

    local: Path
    #: A path there (it begins with a slash), or an address.
    remote: str
    #: 0 for a path.
    port: int = 0


def control_socket(folder: Path) -> Path:
    """Return where the master with this folder takes orders."""
    return folder / "c"


def master_argv(
    destination: Destination,
    folder: Path,
    options: Sequence[str] = (),
    key: str | None = None,
    batch: bool = False,
) -> list[str]:
    """Return the command that logs in, and stays until its stdin ends.

    :param folder: our private one, for the control socket.
    :param options: the user's, each as ssh's ``-o`` takes it.
    :param key: a file with a private key to try too, as with ``-i``.
    :param batch: ask nothing.
    """
    argv = ["ssh"]
    for option in options:
        argv += ["-o", option]
    if key is not None:
        argv += ["-i", key]
    argv += ["-T", "-x", "-a", "-M", "-S", str(control_socket(folder))]
    for option in (*_MASTER_OPTIONS, f"BatchMode={'yes' if batch else 'no'}"):
        argv += ["-o", option]
    if destination.user:
        argv += ["-l", destination.user]
    if destination.port:
        argv += ["-p", str(destination.port)]
    # Whatever the login shell is: an exec of sh is the same in all of them.
    return [*argv, "--", destination.host, "exec sh"]


def can_forward(forward: Forward) -> bool:
    """Whether ssh takes a socket there, whose address is as anybody may have written it.

    One that it does not take spoils the whole order. In paths it replaces ``${NAME}`` by variables of
    ours, which nothing escapes, and which are not meant for whoever writes files there.
    """
    remote = forward.remote
    if forward.port:
        return len(remote) <= _LONGEST_HOST and not any(char in remote for char in "[]\\/\0\n")
    doubled = remote.replace("%", "%%")
    return (
        remote.startswith("/")
        and not any(each in remote for each in ("${", "\0", "\n"))
        and ("%" not in remote or len(os.fsencode(doubled)) <= _LONGEST_PATH)
    )


def forward_argv(
    folder: Path,
    forwards: Sequence[Forward],
    order: Literal["forward", "cancel"] = "forward",
) -> list[str]:
    """Return the command that makes the master forward sockets, or no longer.

    No configuration is read: what it says of forwards is not meant for us. (The destination has no
    meaning here, but ssh wants one.)
    """
    argv = ["ssh", "-F", "none", "-S", str(control_socket(folder)), "-O", order]
    for option in _SOCKET_OPTIONS:
        argv += ["-o", option]
    for forward in forwards:
        argv += ["-L", f"{_escaped(str(forward.local))}:{_far_end(forward)}"]
    return [*argv, "--", "x"]


def unattended(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of an ssh that must not open a window to ask either."""
    return {**environment, "SSH_ASKPASS_REQUIRE": "never"}


def _far_end(forward: Forward) -> str:
    if not forward.port:
        return _escaped(forward.remote)
    address = f"[{forward.remote}]" if ":" in forward.remote else forward.remote
    return f"{address}:{forward.port}"


def _escaped(path: str) -> str:
    """Return a path as ``-L`` takes it: a colon would end it, a percent sign begins a token."""
    return path.replace("\\", "\\\\").replace(":", "\\:").replace("%", "%%")
