"""What ssh asks when a link is made, on a real terminal: answered, refused, cancelled."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from leaks import wait_until
from ssh_links import put_on_path, ssh_processes
from sshd import Sshd
from sshd.files import PASSPHRASE
from terminal import PATIENCE, Terminal

#: Makes a link, and does what is typed; Ctrl-C only makes it say so.
PROGRAM = """
import itertools, sys
from kconsole.connect.ssh.destination import parse_destination
from kconsole.connect.ssh.link import SshLink
from kconsole.errors import KconsoleError

link = SshLink(parse_destination(sys.argv[1]))
def attempt(what):
    try:
        what()
    except KconsoleError as error:
        print("error:", error)
    except KeyboardInterrupt:
        print("cancelled")
    else:
        print("it is", link.status.state, link.run("echo there").output.decode())
attempt(link.open)
for number in itertools.count(1):
    try:
        line = input(f"what {number}? ")
    except KeyboardInterrupt:
        print("interrupted")
        continue
    if line == "end":
        break
    if line == "watch":
        import threading
        told = threading.Event()
        link.listen(lambda: link.status.state == "login" and told.set())
        print("watching")
        told.wait(60)
        print("it is", link.status.state)
        continue
    attempt({"login": link.login, "run": lambda: link.run("echo")}[line])
link.close()
"""


@pytest.fixture
def path(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    yield put_on_path(sshd, tmp_path / "bin")


def console(host: str, path: str) -> Terminal:
    return Terminal([sys.executable, "-c", PROGRAM, host], env={"PATH": path})


def echoes(terminal: Terminal, number: int = 1) -> None:
    """The terminal is ours again, and shows what is typed."""
    terminal.wait_for(f"what {number}?")
    terminal.send("en")
    terminal.wait_for(f"what {number}? en")
    terminal.line("d")
    assert terminal.wait_exit() == 0


def asked_for_passphrase(terminal: Terminal, times: int) -> None:
    """Wait until it has been asked for so often; what is typed before the question is thrown away."""
    terminal.wait_for(lambda one: one.everything.count("Enter passphrase") == times)
    reads(terminal)


def reads(terminal: Terminal) -> None:
    """Wait until ssh reads the answer: a Ctrl-C that comes just before that does nothing to it."""
    wait_until(
        lambda: {ssh.status() for ssh in ssh_processes(terminal.process.pid)} == {"sleeping"},
        PATIENCE,
        "ssh reads",
    )


def test_a_passphrase_is_asked_for_until_it_is_right_and_asked_again_only_when_wished(
    sshd: Sshd, path: str
) -> None:
    with console("locked", path) as terminal:
        asked_for_passphrase(terminal, 1)
        terminal.line("wrong")
        asked_for_passphrase(terminal, 2)
        terminal.line(PASSPHRASE)
        terminal.wait_for("what 1?")
        assert "it is up there" in terminal.everything
        assert PASSPHRASE not in terminal.everything
        # Ctrl-C is ours from now on, and the link's ssh never hears of it.
        terminal.key("c-c")
        terminal.wait_for("what 2?")
        terminal.line("run")
        terminal.wait_for("what 3?")
        assert terminal.everything.count("it is up there") == 2
        terminal.line("watch")
        terminal.wait_for("watching")
        sshd.drop()
        terminal.wait_for("it is login")
        terminal.wait_for("what 4?")
        terminal.line("login")
        asked_for_passphrase(terminal, 3)
        terminal.line(PASSPHRASE)
        echoes(terminal, 5)
        assert terminal.everything.count("it is up there") == 3


def test_cancelled_at_the_question_nothing_is_left(path: str) -> None:
    with console("locked", path) as terminal:
        asked_for_passphrase(terminal, 1)
        terminal.key("c-c")
        terminal.wait_for("cancelled")
        assert ssh_processes(terminal.process.pid) == []
        echoes(terminal)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("yes\r", "it is up there"), ("no\r", "Host key verification failed"), ("\x03", "cancelled")],
    ids=["yes", "no", "cancelled"],
)
def test_an_unknown_host_is_trusted_only_by_the_user(path: str, answer: str, outcome: str) -> None:
    with console("unknown", path) as terminal:
        terminal.wait_for("continue connecting")
        reads(terminal)
        terminal.send(answer)
        terminal.wait_for(outcome)
        echoes(terminal)


def test_a_changed_key_is_shown_and_never_accepted(sshd: Sshd, path: str) -> None:
    sshd.new_host_key()
    with console("kernelhost", path) as terminal:
        terminal.wait_for("HAS CHANGED")
        terminal.wait_for("error: kernelhost: the host key has changed")
        echoes(terminal)


def test_a_password_is_asked_for_once(sshd: Sshd, path: str) -> None:
    if sshd.password is None:
        pytest.skip("passwords need root and a mount namespace")
    with console("password", path) as terminal:
        terminal.wait_for("password:")
        terminal.line(sshd.password)
        terminal.wait_for("it is up there")
        assert terminal.everything.count("password:") == 1
        echoes(terminal)


def test_a_key_on_the_way_is_asked_for_at_the_start_and_never_by_itself(
    sshd: Sshd, path: str
) -> None:
    with console("lockedjump", path) as terminal:
        asked_for_passphrase(terminal, 1)
        terminal.line(PASSPHRASE)
        terminal.wait_for("it is up there")
        terminal.line("watch")
        terminal.wait_for("watching")
        sshd.drop()
        terminal.wait_for("it is login")
        assert terminal.everything.count("Enter passphrase") == 1
        echoes(terminal, 2)


def test_a_banner_is_shown_without_what_the_terminal_would_obey(sshd: Sshd, path: str) -> None:
    banner = sshd.directory / "banner"
    banner.write_text("Welcome \x1b]0;owned\x07here\n")
    sshd.configure(f"Banner {banner}")
    with console("kernelhost", path) as terminal:
        terminal.wait_for("it is up there")
        assert "Welcome " in terminal.everything
        assert b"\x1b]0;owned" not in terminal.raw
        echoes(terminal)


def test_a_terminal_that_is_closed_at_the_question_leaves_nothing(path: str) -> None:
    with console("locked", path) as terminal:
        asked_for_passphrase(terminal, 1)
        assert len(ssh_processes(terminal.process.pid)) == 1


def test_without_a_terminal_nothing_is_asked(path: str) -> None:
    # What is in a session of its own has none, though its output goes to one.
    argv = ["setsid", "--wait", sys.executable, "-c", PROGRAM, "locked"]
    with Terminal(argv, env={"PATH": path}) as terminal:
        terminal.wait_for("error: locked: Permission denied")
        assert "passphrase" not in terminal.everything
        terminal.wait_for("what 1?")
        terminal.line("end")
        assert terminal.wait_exit() == 0
