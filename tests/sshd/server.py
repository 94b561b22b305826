"""The server itself: starting, what can be done to it, and its end."""

import os
import pwd
import random
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from . import processes, shadow
from .files import HOSTS, KEYS, Login, client_config, known_hosts, new_key, server_config
from .processes import Process

__all__ = ["Sshd", "unavailable"]

#: Below the ports that Linux gives to those who ask for any, so that nobody takes it while it is closed.
PORTS = range(20000, 32000)
PLACES = os.pathsep.join(("/usr/sbin", "/usr/local/sbin", "/usr/lib/ssh", "/usr/bin"))
#: The daemon, and from 9.8 on the programs that it starts (sshd-session, sshd-auth), begin with it.
NAME = "sshd"
#: Shells of users who are not to log in.
CLOSED = ("false", "nologin")
#: From 9.8 on an address from which logins fail is shut out for a while: all of ours come from one.
LENIENT = "PerSourcePenalties no"


def unavailable() -> str | None:
    """Why no server can be started here, None if one can."""
    if _program() is None:
        return "sshd is not installed: apt-get install openssh-server"
    if shutil.which("ssh") is None or shutil.which("ssh-keygen") is None:
        return "ssh is not installed: apt-get install openssh-client"
    if not Path("/proc/self/stat").exists():
        return "processes are looked for in /proc, which is not here"
    names = {entry.pw_name for entry in pwd.getpwall()}
    if os.getuid() == 0 and "sshd" not in names:
        return "sshd wants a user named sshd when root starts it"
    try:
        shell = pwd.getpwuid(os.getuid()).pw_shell
    except KeyError:
        return "sshd lets in whom /etc/passwd names, and this user is not there"
    return f"{shell} lets nobody in" if Path(shell).name in CLOSED else None


def _program() -> str | None:
    """sshd's absolute path, without which it does not start."""
    return shutil.which("sshd", path=PLACES)


class Sshd:
    """A server, and a client configuration with which ``ssh -F CONFIG kernelhost`` reaches it.

    A context manager: it runs from ``with`` to the end of the block, which also ends every session,
    what was started in them, and the files. The hosts of the configuration are those of
    ``files.HOSTS``; ``password`` only works where ``password`` is not None.

    Parameters:
        options: lines of sshd_config(5) that win over ours.
        env: variables of the sessions, besides HOME (``home``) and PATH.
        started: is told the process id of every daemon that is started; a daemon begins anew after
            ``refuse``, ``configure`` and ``new_host_key``.

    Attributes:
        directory: where all its files are; its path is short.
        port: where it listens, at 127.0.0.1.
        user: who logs in; the user of this process.
        password: the password of the host ``password``; None if it cannot be had (not root, or no
            mount namespace).
    """

    def __init__(
        self,
        *options: str,
        env: Mapping[str, str] | None = None,
        started: Callable[[int], object] = lambda pid: None,
    ) -> None:
        self.directory = Path()
        self.port = 0
        self.user = pwd.getpwuid(os.getuid()).pw_name
        self.password: str | None = None
        self._given = (options, dict(env or {}))
        self._used = self._given
        self._program = _program() or ""
        self._hosts: dict[str, tuple[str, ...]] = {}
        self._lenient = False
        self._started = started
        self._daemon: subprocess.Popen[bytes] | None = None
        self._muted = False
        # Sessions whose daemon has gone: they are nobody's children any more.
        self._left: set[Process] = set()
        self._stalled: set[Process] = set()

    @property
    def home(self) -> Path:
        """$HOME of the sessions."""
        return self.directory / "home"

    @property
    def config(self) -> Path:
        """The client's configuration, for ``ssh -F``."""
        return self.directory / "config"

    @property
    def log(self) -> Path:
        """What the daemon and the sessions have logged."""
        return self.directory / "log"

    # --- the beginning and the end

    def __enter__(self) -> Self:
        # Not under $TMPDIR: sockets' paths have to be short.
        self.directory = Path(tempfile.mkdtemp(prefix="kcs", dir="/tmp"))
        try:
            self._set_up()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _set_up(self) -> None:
        self.home.mkdir()
        self.log.touch()
        for name, passphrase in {"host": "", **KEYS}.items():
            new_key(self.directory / name, passphrase)
        known = [(self.directory / f"{name}.pub").read_text() for name in ("user", "locked")]
        (self.directory / "authorized_keys").write_text("".join(known))
        if os.getuid() == 0:
            # It wants the folder of its unprivileged part, which only a boot script makes.
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
            self.password = shadow.prepare(self.directory, self.user)
        self._find_lenience()
        self._start()
        self.trust()
        self._write_config(HOSTS)

    def _find_lenience(self) -> None:
        """Ask sshd whether it knows that option: older ones refuse to start with it."""
        key = str(self.directory / "host")
        argv = [self._program, "-t", "-f", os.devnull, "-h", key, "-o", LENIENT]
        self._lenient = not subprocess.run(argv, capture_output=True, check=False).returncode

    def close(self) -> None:
        """End it, with all that was started through it."""
        self._end_daemon()
        self.drop()
        processes.kill(self._remote(), signal.SIGKILL)
        shutil.rmtree(self.directory)

    def reset(self) -> None:
        """Be as at the start, but for the host key and the log: for the next test."""
        self.drop()
        processes.kill(self._remote(), signal.SIGKILL)
        if self._used != self._given:
            self._used = self._given
            self._end_daemon()
        self.accept()
        self.trust()
        self._write_config(HOSTS)
        shutil.rmtree(self.home)
        self.home.mkdir()

    # --- what can be done to it

    def drop(self) -> None:
        """Kill all sessions, and return once they are gone. What runs in them may live on."""
        halted = self._daemon is not None and not self._muted
        # Nobody comes in meanwhile.
        self._signal_daemon(signal.SIGSTOP)
        processes.kill(processes.freeze(self._sessions), signal.SIGKILL)
        self._left.clear()
        self._stalled.clear()
        if halted:
            self._signal_daemon(signal.SIGCONT)

    def stall(self) -> None:
        """Stop all sessions: their connections stay, and nothing comes of them. New ones work."""
        self._stalled |= processes.freeze(self._sessions)

    def resume(self) -> None:
        """Let stalled sessions go on."""
        processes.kill(self._stalled, signal.SIGCONT)
        self._stalled.clear()

    def refuse(self) -> None:
        """Close the port; sessions live on."""
        self._end_daemon()

    def mute(self) -> None:
        """Let the port accept connections and say nothing, not even a banner; sessions live on."""
        self.accept()
        self._signal_daemon(signal.SIGSTOP)
        self._muted = True

    def accept(self) -> None:
        """Open the port again, after ``refuse`` or ``mute``."""
        if self._daemon is None:
            self._start()
        elif self._muted:
            self._signal_daemon(signal.SIGCONT)
        self._muted = False

    def new_host_key(self) -> None:
        """Show another key than the one that the client knows, from the next connection on."""
        new_key(self.directory / "host")
        self._end_daemon()
        self._start()

    def trust(self) -> None:
        """Let the client know the key that the server has now, except for the host ``unknown``."""
        (self.directory / "known_hosts").write_text(known_hosts(self._login))
        (self.directory / "known_by_question").write_text("")

    def configure(self, *options: str, env: Mapping[str, str] | None = None) -> None:
        """Replace the options and variables given at the start, from the next connection on."""
        self._used = (options, dict(env or {}))
        self._end_daemon()
        self._start()

    def add_host(self, name: str, *lines: str) -> None:
        """Add a host to the client's configuration: kernelhost, with these lines before its own."""
        self._write_config({name: lines, **self._hosts})

    # --- what can be asked

    def command(self, *arguments: str) -> list[str]:
        """The argv of an ssh that knows the hosts: the arguments are a host and so on."""
        return ["ssh", "-F", str(self.config), *arguments]

    def sessions(self) -> list[int]:
        """Process ids of all sessions; one is a single process for root, else two."""
        return sorted(process.pid for process in self._sessions())

    def remote(self) -> list[int]:
        """Process ids of what was started in sessions and still runs, also without a session."""
        return sorted(process.pid for process in self._remote())

    def logins(self) -> int:
        """How often somebody was let in until now."""
        return len(re.findall(r"^Accepted \S+ for ", self.log.read_text(errors="replace"), re.M))

    # --- the daemon

    @property
    def _login(self) -> Login:
        return Login(self.directory, self.port, self.user)

    def _write_config(self, hosts: Mapping[str, tuple[str, ...]]) -> None:
        self._hosts = dict(hosts)
        self.config.write_text(client_config(self._login, self._hosts))

    def _start(self) -> None:
        """Start a daemon, at the first time at any port that is free, then at that one."""
        for _ in range(1 if self.port else 20):
            port = self.port or random.choice(PORTS)
            if self._start_at(port):
                self.port = port
                return
        raise RuntimeError(f"sshd did not start: {self.log.read_text()[-1000:]}")

    def _start_at(self, port: int) -> bool:
        options, env = self._used
        options = (*options, LENIENT) if self._lenient else options
        login = self._login._replace(port=port)
        default = {"HOME": str(self.home), "PATH": os.environ.get("PATH", os.defpath)}
        file = self.directory / "sshd_config"
        file.write_text(server_config(login, options, {**default, **env}))
        pid_file = self.directory / "pid"
        pid_file.unlink(missing_ok=True)
        argv = [self._program, "-D", "-f", str(file), "-E", str(self.log)]
        daemon = subprocess.Popen(
            shadow.within(self.directory, argv) if self.password else argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath},
            start_new_session=True,
        )
        # The file is written once the port is open.
        processes.wait_until(lambda: pid_file.exists() or daemon.poll() is not None, "sshd")
        if daemon.poll() is not None:
            return False
        self._daemon = daemon
        self._started(daemon.pid)
        return True

    def _end_daemon(self) -> None:
        if self._daemon is None:
            return
        # Stopped first, so that no session begins between the look and the end.
        self._signal_daemon(signal.SIGSTOP)
        self._left = self._sessions()
        self._daemon.kill()
        self._daemon.wait()
        self._daemon = None
        self._muted = False

    def _signal_daemon(self, number: signal.Signals) -> None:
        daemon = self._daemon and processes.find(self._daemon.pid)
        if daemon is None:
            return
        if number == signal.SIGSTOP:
            processes.freeze(lambda: {daemon})
        else:
            processes.kill({daemon}, number)

    def _sessions(self) -> set[Process]:
        left = processes.alive(self._left)
        parents = {process.pid for process in left}
        parents |= {self._daemon.pid} if self._daemon else set()
        return left | processes.below(parents, NAME)

    def _remote(self) -> set[Process]:
        # The sessions' HOME is no other's; they themselves have none in their environment.
        return processes.with_variable(f"HOME={self.home}") - self._sessions()
