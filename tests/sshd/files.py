"""The files of a throw-away server and its client: keys and configurations."""

import shlex
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

__all__ = [
    "HOSTS",
    "KEYS",
    "PASSPHRASE",
    "Login",
    "client_config",
    "known_hosts",
    "new_key",
    "server_config",
]

#: The passphrase of the key of the hosts ``locked`` and ``lockedjump``.
PASSPHRASE = "open sesame"
#: The clients' keys with their passphrases; of these the server knows all but ``denied``.
KEYS = {"user": "", "locked": PASSPHRASE, "denied": ""}
#: What ssh runs for a host that is far away: of delay-100, a round trip takes 100 ms longer.
FAR = shlex.join((sys.executable, "-I", "-S", str(Path(__file__).with_name("delay.py"))))

#: ssh_config(5) of each host beyond what all of them have; ``{dir}`` is the server's directory.
HOSTS: dict[str, tuple[str, ...]] = {
    "kernelhost": (),
    "locked": ("IdentityFile {dir}/locked",),
    "denied": ("IdentityFile {dir}/denied",),
    # Its own list of hosts is empty, so ssh asks whether to trust the key.
    "unknown": ("UserKnownHostsFile {dir}/known_by_question", "StrictHostKeyChecking ask"),
    "jump": ("ProxyJump kernelhost",),
    "lockedjump": ("ProxyJump locked",),
    "password": (
        "PubkeyAuthentication no",
        "PreferredAuthentications keyboard-interactive,password",
    ),
    "delay-*": (f"ProxyCommand {FAR.replace('%', '%%')} %n 127.0.0.1 %p",),
}


class Login(NamedTuple):
    """Where the server listens, whom it lets in, and where its files are."""

    directory: Path
    port: int
    user: str


def new_key(path: Path, passphrase: str = "") -> None:
    """Make a key pair, PATH and PATH.pub, in the place of an earlier one."""
    path.unlink(missing_ok=True)
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", path.name, "-f", path],
        check=True,
        stdin=subprocess.DEVNULL,
    )


def server_config(login: Login, options: Iterable[str], env: Mapping[str, str]) -> str:
    """sshd_config(5), where the first value wins: ``options`` are lines that come before ours.

    ``env`` is what every session has in its environment.
    """
    folder = login.directory
    variables = " ".join(f'"{name}={value}"' for name, value in env.items())
    return "\n".join(
        [
            *options,
            f"Port {login.port}",
            "ListenAddress 127.0.0.1",
            f"HostKey {folder}/host",
            f"PidFile {folder}/pid",
            f"AuthorizedKeysFile {folder}/authorized_keys",
            # Otherwise it wants to trust every folder above that file.
            "StrictModes no",
            "UsePAM no",
            "PermitRootLogin yes",
            "KbdInteractiveAuthentication no",
            # A level of DEBUG goes into the stderr of the sessions' commands too.
            "LogLevel VERBOSE",
            # A login takes half as long as with the default, which later quantum computers cannot read.
            "KexAlgorithms curve25519-sha256",
            # The default drops connections at random when many come at once.
            "MaxStartups 100:30:200",
            # Of several lines only the first counts.
            f"SetEnv {variables}",
            "",
        ]
    )


def client_config(login: Login, hosts: Mapping[str, tuple[str, ...]]) -> str:
    """ssh_config(5) for these hosts, where nothing asks and nothing of the user's is read."""
    folder = login.directory
    blocks = []
    for name, lines in hosts.items():
        # Of a key file every one that is named counts, not only the first.
        if not any(line.startswith("IdentityFile") for line in lines):
            lines = (*lines, "IdentityFile {dir}/user")
        blocks += [f"Host {name}", *(f"  {line.replace('{dir}', str(folder))}" for line in lines)]
    common = [
        f"Host {' '.join(hosts)}",
        "  HostName 127.0.0.1",
        f"  Port {login.port}",
        f"  User {login.user}",
        "  IdentitiesOnly yes",
        "  IdentityAgent none",
        "  PreferredAuthentications publickey",
        "  HostKeyAlias kernelhost",
        "  StrictHostKeyChecking yes",
        f"  UserKnownHostsFile {folder}/known_hosts",
        "  GlobalKnownHostsFile /dev/null",
        "  UpdateHostKeys no",
    ]
    return "\n".join([*blocks, *common, ""])


def known_hosts(login: Login) -> str:
    """The list of hosts that trusts the server's key."""
    return f"kernelhost {(login.directory / 'host.pub').read_text()}"
