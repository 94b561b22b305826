"""The throw-away ssh server does what its verbs say, as ssh sees it."""

import contextlib
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from clients import PATIENCE
from programs import Outcome
from running_kernels import REPOSITORY
from sshd import Sshd, unavailable
from sshd.files import PASSPHRASE
from terminal import Terminal

CHANGED = "REMOTE HOST IDENTIFICATION HAS CHANGED"


def run(sshd: Sshd, host: str, *command: str) -> Outcome:
    """Run a command there; ssh has no terminal to ask at."""
    done = subprocess.run(
        sshd.command(host, *command),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        start_new_session=True,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


class Echo:
    """A session that gives back every line, and leaves a process behind."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process

    def send(self, text: str) -> None:
        """Send a line."""
        assert self.process.stdin
        self.process.stdin.write(text.encode() + b"\n")

    def readable(self) -> bool:
        """Whether something has come back."""
        return bool(select.select([self.process.stdout], [], [], 0)[0])

    def receive(self) -> str:
        """The next line that comes back; empty at the end."""
        assert self.process.stdout
        assert select.select([self.process.stdout], [], [], PATIENCE)[0], "nothing came back"
        return self.process.stdout.readline().decode().rstrip("\n")

    def say(self, text: str) -> str:
        """Send a line, and give what comes back."""
        self.send(text)
        return self.receive()


@contextlib.contextmanager
def echo(sshd: Sshd, host: str = "kernelhost") -> Iterator[Echo]:
    argv = sshd.command(host, "sleep 600 > /dev/null 2>&1 & exec cat")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(argv, bufsize=0, start_new_session=True, **pipes) as process:
        try:
            one = Echo(process)
            assert one.say("ready") == "ready"
            yield one
        finally:
            process.kill()


def is_there(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except OSError:
        return False
    return state != "Z"


def test_nothing_is_asked_and_the_home_is_its_own(sshd: Sshd) -> None:
    assert run(sshd, "kernelhost", "cd && pwd") == (0, f"{sshd.home}\n", "")
    assert sshd.home.is_dir()


def test_without_ssh_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, sshd: Sshd) -> None:
    assert unavailable() is None
    monkeypatch.setenv("PATH", "/nowhere")
    assert "openssh-client" in (unavailable() or "")


def test_a_drop_ends_the_sessions_and_not_what_they_started(sshd: Sshd) -> None:
    with echo(sshd) as one:
        pids = sshd.sessions()
        assert pids
        sshd.drop()
        assert one.process.wait(PATIENCE) == 255
        assert not any(is_there(pid) for pid in pids)
        assert sshd.sessions() == []
        assert "sleep" in {Path(f"/proc/{pid}/comm").read_text().strip() for pid in sshd.remote()}
    assert run(sshd, "kernelhost", "echo again") == (0, "again\n", "")


def test_a_stalled_session_says_nothing_until_it_goes_on(sshd: Sshd) -> None:
    with echo(sshd) as one:
        sshd.stall()
        one.send("anybody?")
        # More than the time that an echo takes; and newcomers are let in.
        assert run(sshd, "kernelhost", "true").status == 0
        assert not one.readable()
        sshd.resume()
        assert one.receive() == "anybody?"
        sshd.stall()
        sshd.drop()
        assert one.process.wait(PATIENCE) == 255


def test_a_closed_port_leaves_the_sessions_alone(sshd: Sshd) -> None:
    with echo(sshd) as one:
        pids = sshd.sessions()
        sshd.refuse()
        assert "Connection refused" in run(sshd, "kernelhost", "true").stderr
        assert one.say("still here?") == "still here?"
        assert sshd.sessions() == pids
        sshd.accept()
        assert run(sshd, "kernelhost", "true").status == 0
        assert one.say("and now?") == "and now?"
        sshd.drop()
        assert one.process.wait(PATIENCE) == 255


def test_a_mute_port_accepts_and_sends_no_banner(sshd: Sshd) -> None:
    with echo(sshd) as one:
        sshd.mute()
        slow = run(sshd, "-oConnectTimeout=1", "kernelhost", "true")
        assert (slow.status, "banner exchange" in slow.stderr) == (255, True)
        assert one.say("still here?") == "still here?"
        with socket.create_connection(("127.0.0.1", sshd.port)) as waiting:
            sshd.accept()
            waiting.settimeout(PATIENCE)
            assert waiting.recv(4) == b"SSH-"
    assert run(sshd, "kernelhost", "true").status == 0


def test_a_new_host_key_is_refused_until_it_is_trusted(sshd: Sshd) -> None:
    sshd.new_host_key()
    assert CHANGED in run(sshd, "kernelhost", "true").stderr
    sshd.trust()
    assert run(sshd, "kernelhost", "true") == (0, "", "")


def test_options_win_and_a_reset_takes_them_back(sshd: Sshd) -> None:
    sshd.configure("ForceCommand echo $ROOM", env={"ROOM": "the cellar"})
    assert run(sshd, "kernelhost", "echo free").stdout == "the cellar\n"
    sshd.configure()
    sshd.add_host("noisy", "LogLevel QUIET", "RemoteCommand echo from the file")
    assert run(sshd, "noisy").stdout == "from the file\n"
    (sshd.home / "left").touch()
    sshd.reset()
    assert run(sshd, "kernelhost", "echo free $ROOM; ls ~") == (0, "free\n", "")
    assert run(sshd, "noisy").status == 255


def test_a_denied_key(sshd: Sshd) -> None:
    before = sshd.logins()
    denied = run(sshd, "denied", "true")
    assert (denied.status, "Permission denied" in denied.stderr) == (255, True)
    assert sshd.logins() == before


def test_a_jump_takes_two_logins(sshd: Sshd) -> None:
    before = sshd.logins()
    assert run(sshd, "jump", "echo there") == (0, "there\n", "")
    assert sshd.logins() == before + 2


@pytest.mark.parametrize(
    ("host", "question", "answer"),
    [
        ("locked", "Enter passphrase", PASSPHRASE),
        ("lockedjump", "Enter passphrase", PASSPHRASE),
        ("unknown", "continue connecting", "yes"),
    ],
)
def test_a_host_that_asks(sshd: Sshd, host: str, question: str, answer: str) -> None:
    with Terminal(sshd.command(host, "echo in$((1 + 1))")) as terminal:
        terminal.wait_for(question)
        terminal.line(answer)
        terminal.wait_for("in2")
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize(
    ("options", "question"),
    [((), "'s password:"), (("UsePAM yes", "KbdInteractiveAuthentication yes"), "Password:")],
    ids=["password", "keyboard-interactive"],
)
def test_a_password(sshd: Sshd, options: tuple[str, ...], question: str) -> None:
    if sshd.password is None:
        pytest.skip("passwords need root and a mount namespace")
    machine = Path("/etc/shadow").read_bytes()
    sshd.configure(*options)
    with Terminal(sshd.command("password", "echo in$((1 + 1))")) as terminal:
        terminal.wait_for(question)
        terminal.line(sshd.password)
        terminal.wait_for("in2")
        assert terminal.wait_exit() == 0
    assert Path("/etc/shadow").read_bytes() == machine


def test_a_host_that_is_far_away(sshd: Sshd) -> None:
    with echo(sshd, "delay-150") as one:
        begin = time.monotonic()
        assert one.say("far") == "far"
        assert time.monotonic() - begin >= 0.15


def test_the_end_leaves_nothing(sshd: Sshd) -> None:
    with contextlib.ExitStack() as life:
        other = life.enter_context(Sshd())
        with echo(other) as one:
            pids = [*other.sessions(), *other.remote()]
            assert len(pids) >= 3
            life.close()
            assert one.process.wait(PATIENCE) == 255
    assert not any(is_there(pid) for pid in pids)
    assert not other.directory.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", other.port))


@pytest.mark.usefixtures("sshd")
def test_the_command_does_what_it_is_told() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.sshd", "Banner none"],
        input="stall\nsing\nsessions\nquit\n",
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env=os.environ,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    first, *_, third, fourth, fifth, sixth = done.stdout.splitlines()
    assert first.startswith("ssh -F /tmp/kcs")
    assert (third, fourth[:12], fifth, sixth) == (
        "stall: done",
        "no verb sing",
        "[]",
        "sessions: done",
    )
