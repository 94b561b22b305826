"""A link over a real ssh: how it is made, lost, made again, and what it leaves behind."""

import contextlib
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from clients import PATIENCE, info_of, nobody, ready
from fake_kernel import FakeKernel
from leaks import wait_until
from ssh_links import Watch, control_socket, opened, put_on_path, ssh_processes
from sshd import Sshd

from kconsole.connect.info import ConnectionInfo
from kconsole.connect.probe import listens
from kconsole.connect.ssh import machine as link_machine
from kconsole.connect.ssh.destination import parse_destination
from kconsole.connect.ssh.folder import LinkFolder
from kconsole.connect.ssh.link import SshLink
from kconsole.errors import LinkDownError, LinkLostError, SshError
from kconsole.protocol.message import CHANNELS

#: Opens a link, and stays until it is killed.
PROGRAM = """
import sys
from kconsole.connect.ssh.destination import parse_destination
from kconsole.connect.ssh.link import SshLink
link = SshLink(parse_destination("kernelhost"), batch=True)
link.open()
print("open", flush=True)
sys.stdin.read()
"""
#: Has a connection that says nothing more given up after two seconds.
HASTY = ("ServerAliveInterval=1", "ServerAliveCountMax=1")


@pytest.fixture(autouse=True)
def server(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    """The server, with an ssh on the PATH that knows it; nothing of a link may be left."""
    monkeypatch.setenv("PATH", put_on_path(sshd, tmp_path / "bin"))
    with tempfile.TemporaryDirectory(prefix="kcl", dir="/tmp") as folder:
        monkeypatch.setattr("kconsole.connect.ssh.folder._ROOT", Path(folder))
        yield sshd
        assert os.listdir(folder) == []


@pytest.fixture
def fake() -> Iterator[FakeKernel]:
    with FakeKernel() as kernel:
        yield kernel


# --- a kernel through it


def test_a_kernel_is_reached_by_sockets_that_nobody_else_can_open(fake: FakeKernel) -> None:
    info = info_of(fake)
    with opened() as link:
        local = link.forward(info)
        assert (local.transport, local.key, local.kernel_name) == (
            "ipc",
            info.key,
            info.kernel_name,
        )
        assert local.path is None
        folder = Path(local.ip).parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        sockets = [Path(local.ipc_path(channel)) for channel in CHANNELS]
        assert {stat.S_IMODE(each.stat().st_mode) for each in sockets} == {0o600}
        with ready(fake, changes=local.to_dict()) as client:
            assert client.execute("1", reply=True)
        link.release(local)
        assert not any(each.exists() for each in sockets)
        assert link.refused == ""
    assert not folder.exists()


def test_a_kernel_at_unix_sockets_is_reached_whatever_their_names(tmp_path: Path) -> None:
    stem = str(tmp_path / "a b:c%d$e\\f")
    info = ConnectionInfo(
        transport="ipc", ip=stem, shell_port=1, iopub_port=2, stdin_port=3, hb_port=4
    )
    with socket.socket(socket.AF_UNIX) as listener, opened() as link:
        listener.bind(info.ipc_path("hb"))
        listener.listen()
        thread = threading.Thread(target=greet, args=(listener,))
        thread.start()
        local = link.forward(info)
        thread.join()
        assert (local.hb_port, local.control_port) == (4, 0)
        assert link.refused == ""


def greet(listener: socket.socket) -> None:
    """Be a ZeroMQ socket to the next one that connects."""
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"\xff\0\0\0\0\0\0\0\x01\x7f")
        connection.recv(64)


def test_no_secret_is_seen_by_others(fake: FakeKernel) -> None:
    with opened() as link:
        link.forward(info_of(fake))
        secret = "a secret of the script's"
        assert link.run(f"cat <<'E'\n{secret}\nE").output == f"{secret}\n".encode()
        for process in ssh_processes():
            seen = f"{process.cmdline()} {process.environ()}"
            assert info_of(fake).key.decode() not in seen
            assert secret not in seen


def test_that_nothing_listens_is_told_and_taken_back() -> None:
    with nobody() as info, opened() as link:
        watch = Watch(link)
        link.forward(info)
        watch.wait_for(lambda _, refused: refused == "Connection refused")
        assert link.status.state == "up"
        link.heard()
        watch.wait_for(lambda _, refused: refused == "")


# --- how it is not made


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("denied", r"Permission denied \(publickey.*\)"),
        ("unknown", r"Host key verification failed"),
        ("nowhere", r"Could not resolve hostname nowhere\.invalid: .+"),
        ("odd", r"Bad configuration option: .+"),
    ],
)
def test_why_there_is_no_link_is_said_in_one_line(server: Sshd, host: str, reason: str) -> None:
    server.add_host("nowhere", "HostName nowhere.invalid")
    options = ["Nonsense=yes"] if host == "odd" else []
    with pytest.raises(SshError) as caught:
        SshLink(parse_destination(host), batch=True, options=options).open()
    assert re.fullmatch(f"{host}: {reason}", str(caught.value))


def test_a_closed_port_a_silent_one_and_another_key_are_told_apart(server: Sshd) -> None:
    def reason(*options: str) -> str:
        with pytest.raises(SshError) as caught:
            SshLink(parse_destination("kernelhost"), batch=True, options=options).open()
        return str(caught.value)

    server.refuse()
    assert reason().endswith(": Connection refused")
    server.mute()
    assert reason("ConnectTimeout=1").startswith("kernelhost: Connection timed out")
    server.accept()
    server.new_host_key()
    assert reason().startswith("kernelhost: the host key has changed")


def test_without_the_program_there_is_no_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SshError, match=r"^kernelhost: there is no program ssh here"):
        SshLink(parse_destination("kernelhost"), batch=True).open()


def test_an_ssh_that_says_nothing_has_at_least_a_status(server: Sshd) -> None:
    server.add_host("quiet", "LogLevel QUIET", "IdentityFile /nowhere")
    with pytest.raises(SshError, match=r"^quiet: ssh exited with status 255$"):
        SshLink(parse_destination("quiet"), batch=True, options=["LogLevel=QUIET"]).open()


def test_a_login_that_runs_no_shell_is_told(server: Sshd) -> None:
    server.configure("ForceCommand echo 'only for mail' >&2")
    with pytest.raises(SshError, match=r"^kernelhost: only for mail$"):
        SshLink(parse_destination("kernelhost"), batch=True).open()
    server.configure("ForceCommand echo 'only for git'")
    with pytest.raises(SshError, match=r"exited with status 0 at once.*it said: only for git\)$"):
        SshLink(parse_destination("kernelhost"), batch=True).open()


def test_a_server_that_opens_no_session_is_told_as_is_a_way_that_leads_nowhere(
    server: Sshd,
) -> None:
    server.add_host("beyond", "ProxyJump kernelhost", "Port 1")
    with pytest.raises(SshError, match=r"^beyond: no channel could be opened: Connection refused$"):
        SshLink(parse_destination("beyond"), batch=True).open()
    server.configure("MaxSessions 0")
    with pytest.raises(SshError, match=r"^kernelhost: no channel could be opened: open failed$"):
        SshLink(parse_destination("kernelhost"), batch=True).open()


@pytest.mark.parametrize("rule", ["AllowTcpForwarding no", "PermitOpen 127.0.0.1:1"])
def test_a_host_that_forbids_forwarding_is_told(server: Sshd, fake: FakeKernel, rule: str) -> None:
    server.configure(rule)
    with opened() as link:
        with pytest.raises(SshError, match=r"^kernelhost forbids forwarding \(AllowTcpForwarding"):
            link.forward(info_of(fake))
        assert link.run("echo yes").output == b"yes\n"


def test_forbidden_unix_sockets_are_told_from_those_where_nobody_is(
    server: Sshd, tmp_path: Path
) -> None:
    server.configure("AllowStreamLocalForwarding no")
    ports = {f"{channel}_port": number for number, channel in enumerate(CHANNELS, 1)}
    info = ConnectionInfo(transport="ipc", ip=str(tmp_path / "k"), **ports)  # type: ignore[arg-type]
    with opened() as link:
        watch = Watch(link)
        link.forward(info)
        watch.wait_for(lambda _, refused: bool(refused))
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(info.ipc_path("hb"))
            listener.listen()
            with pytest.raises(SshError, match=r"forbids forwarding \(AllowStreamLocalForwarding"):
                link.forward(info)


def test_sockets_without_a_path_cannot_be_forwarded() -> None:
    info = ConnectionInfo(transport="ipc", ip="@abstract", shell_port=1, hb_port=2)
    with opened() as link:
        with pytest.raises(
            SshError, match=r"ssh cannot forward the kernel's sockets '@abstract-1'"
        ):
            link.forward(info)


def test_it_works_under_whatever_is_configured(server: Sshd, fake: FakeKernel) -> None:
    banner = server.directory / "banner"
    banner.write_text("Welcome! Permission denied (to nobody).\n")
    (server.home / ".bashrc").write_text("echo noise; printf '\\n\\nx'; echo 'denied' >&2\n")
    server.configure(f"Banner {banner}", "MaxSessions 1")
    with socket.create_server(("127.0.0.1", 0)) as busy:
        server.add_host(
            "odd",
            f"LocalForward 127.0.0.1:{busy.getsockname()[1]} 127.0.0.1:1",
            "RemoteCommand false",
            "RequestTTY force",
            "ControlMaster auto",
            f"ControlPath {server.directory}/mine",
            "ControlPersist 60",
            "LogLevel QUIET",
            "EscapeChar ~",
            "ProxyJump kernelhost",
        )
        with opened("odd") as link:
            assert link.run("echo yes").output == b"yes\n"
            assert listens(link.forward(info_of(fake)), timeout=PATIENCE) == "yes"
    assert not (server.directory / "mine").exists()


# --- how it is lost


def test_a_lost_link_comes_back_with_its_forwards(server: Sshd, fake: FakeKernel) -> None:
    with opened() as link:
        local = link.forward(info_of(fake))
        watch = Watch(link)
        server.drop()
        down = watch.wait_for("down")
        assert down.retry_at is not None
        assert down.detail
        watch.wait_for("up")
        assert link.run("echo yes").output == b"yes\n"
        assert listens(local, timeout=PATIENCE) == "yes"


def test_what_was_asked_of_a_lost_link_is_told(server: Sshd, tmp_path: Path) -> None:
    runs = tmp_path / "runs"

    def drop() -> None:
        wait_until(runs.exists, PATIENCE)
        server.drop()

    with opened() as link:
        watch = Watch(link)
        dropper = threading.Thread(target=drop)
        dropper.start()
        with pytest.raises(LinkLostError, match=r"^kernelhost: the link was lost"):
            link.run(f"touch '{runs}'; sleep 600", timeout=PATIENCE)
        dropper.join()
        watch.wait_for("up")
        server.refuse()
        server.drop()
        watch.wait_for("down")
        with pytest.raises(LinkDownError, match=r"^not connected to kernelhost: "):
            link.run("echo")
        with nobody() as info, pytest.raises(LinkDownError, match=r"^not connected to kernelhost"):
            link.forward(info)
        watch.wait_for(lambda status, _: status.state == "down" and "refused" in status.detail)
        server.accept()
        link.retry()
        watch.wait_for("up")


def test_a_killed_shell_is_a_lost_link_though_ssh_would_stay(fake: FakeKernel) -> None:
    with opened() as link:
        local = link.forward(info_of(fake))
        watch = Watch(link)
        with socket.socket(socket.AF_UNIX) as held:
            # ssh waits for the end of this connection, and says nothing.
            held.connect(local.ipc_path("hb"))
            with pytest.raises(LinkLostError):
                link.run("kill -9 $$")
            watch.wait_for("down")
        watch.wait_for("up")


def test_silence_is_slow_and_one_that_lasts_is_a_loss(
    server: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_machine, "PING_S", 0.1)
    monkeypatch.setattr(link_machine, "SLOW_S", 0.3)
    with opened(options=HASTY) as link:
        watch = Watch(link)
        server.stall()
        watch.wait_for("slow")
        server.resume()
        watch.wait_for("up")
        server.stall()
        assert "not responding" in watch.wait_for("down").detail
        # Newcomers are let in.
        watch.wait_for("up")
        assert link.status.round_trip is None or link.status.round_trip > 0


def test_a_script_that_the_link_does_not_take_in_time_ends_it(server: Sshd) -> None:
    with opened() as link:
        watch = Watch(link)
        server.stall()
        # Half of it is under way, so what came next would be taken for the rest.
        with pytest.raises(LinkLostError, match=r"^kernelhost: no answer within 0.5 s$"):
            link.run(":" + "x" * 20_000_000, timeout=0.5)
        assert watch.wait_for("down").detail == "the link is too slow"
        watch.wait_for("up")
        assert link.run("echo yes").output == b"yes\n"


@pytest.mark.parametrize("event", ["a person", "waking up"])
def test_a_link_that_is_down_is_tried_at_once(
    server: Sshd, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    # By itself it would be tried in an hour.
    for name in ("FIRST_S", "EARLY_S", "LATE_S"):
        monkeypatch.setattr(link_machine, name, 3600.0)
    monkeypatch.setattr("kconsole.connect.ssh.supervisor._LOOK_UP_S", 0.05)
    with opened() as link:
        watch = Watch(link)
        server.drop()
        watch.wait_for("down")
        if event == "a person":
            link.retry()
        else:
            # While a computer sleeps only the wall clock goes on.
            awake = time.time
            monkeypatch.setattr(time, "time", lambda: awake() + 100)
        watch.wait_for("up")


def test_who_is_let_in_no_longer_waits_for_a_person(server: Sshd) -> None:
    keys = server.directory / "authorized_keys"
    known = keys.read_text()
    try:
        with opened() as link:
            watch = Watch(link)
            keys.write_text("")
            server.drop()
            assert watch.wait_for("login").detail.startswith("Permission denied (publickey")
            link.retry()
            with pytest.raises(SshError, match=r"^kernelhost: Permission denied"):
                link.login()
            assert link.status.state == "login"
            keys.write_text(known)
            link.login()
            assert link.run("echo yes").output == b"yes\n"
    finally:
        keys.write_text(known)


def test_a_locked_key_on_the_way_is_never_asked_for_again(server: Sshd) -> None:
    # The inner ssh of a ProxyJump is not told of BatchMode; that it has no terminal is what helps.
    with pytest.raises(SshError, match=r"^lockedjump: Permission denied"):
        SshLink(parse_destination("lockedjump"), batch=True).open()


def test_being_lost_again_and_again_costs_nothing(server: Sshd) -> None:
    def costs() -> Counter[str]:
        names = (f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd"))
        kinds = Counter(os.readlink(name)[:5] for name in names if os.path.lexists(name))
        return kinds + Counter(threads=threading.active_count(), ssh=len(ssh_processes()))

    with nobody() as info, opened() as link:
        link.forward(info)
        watch = Watch(link)
        before = costs()
        for _ in range(5):
            server.drop()
            watch.wait_for("down")
            link.retry()
            watch.wait_for("up")
        # What is given up may take a moment to end.
        wait_until(lambda: not costs() - before, PATIENCE, "the end of what was lost")


# --- how it ends


def test_after_the_end_nothing_is_said_or_asked() -> None:
    with opened() as link:
        watch = Watch(link)
        link.close()
        assert watch.states[-1] == "closed"
        assert ssh_processes() == []
        with pytest.raises(LinkDownError, match=r"^not connected to kernelhost$"):
            link.run("echo")
        with pytest.raises(LinkDownError):
            link.login()
        link.retry()
        link.close()
    assert link.status.state == "closed"


def test_closing_does_not_wait_for_a_server_that_is_silent(server: Sshd) -> None:
    with opened() as link:
        server.stall()
        processes = ssh_processes()
        link.close()
        assert not any(process.is_running() for process in processes)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_whatever_kills_us_no_process_stays(server: Sshd, number: signal.Signals) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=pipe, stdout=pipe) as program:
        assert program.stdout
        assert program.stdout.readline() == b"open\n"
        folder = control_socket(ssh_processes(program.pid)[0]).parent
        processes = [*ssh_processes(program.pid), *map(psutil.Process, server.remote())]
        assert len(processes) >= 2
        program.send_signal(number)
    wait_until(lambda: not any(map(is_alive, processes)), PATIENCE, "their end")
    assert folder.exists()
    LinkFolder(folder.parent).remove()
    assert not folder.exists()


def is_alive(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def test_progress_is_told_while_nothing_can_be_asked(server: Sshd) -> None:
    told: list[float] = []
    server.mute()

    def progress(seconds: float) -> None:
        told.append(seconds)
        if len(told) == 2:
            server.accept()

    with SshLink(parse_destination("kernelhost"), batch=True) as link:
        link.open(progress)
    assert told == sorted(told)
    assert time.monotonic() > told[-1] > 0
