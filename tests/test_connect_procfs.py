"""What Linux tells about sockets and processes: read off texts, and off itself."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from kconsole.connect import procfs
from kconsole.connect.info import ConnectionInfo

TCP = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:CAE5 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 82836 1 0
   1: 0100007F:8A3A 0100007F:CAE5 01 00000000:00000000 00:00000000 00000000     0        0 82841 1 0
   2: 0100007F:CAE5 0100007F:8A3A 01 00000000:00000000 00:00000000 00000000     0        0 82842 1 0
   3: 0100007F:CAE5 0100007F:8A3C 06 00000000:00000000 00:00000000 00000000     0        0 0 3 0
   4: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 99 1 0
  half a li
   5: zz:CAE5 x 0A
"""
UNIX = """\
Num       RefCount Protocol Flags    Type St Inode Path
000000006ef2: 00000002 00000000 00010000 0001 01 58909 /run/user/a kernel-ipc-1
000000006ef3: 00000003 00000000 00000000 0001 03 58910 /run/user/a kernel-ipc-1
000000006ef4: 00000003 00000000 00000000 0001 03 58911
nonsense
"""
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux has /proc")


@pytest.mark.skipif(sys.byteorder != "little", reason="the text is of a little-endian machine")
def test_listeners_and_connections_are_read_off_tcp():
    sockets = procfs.Sockets()
    sockets.add_tcp(TCP)
    assert sockets.inode(ConnectionInfo(shell_port=0xCAE5), "shell") == 82836
    assert sockets.inode(ConnectionInfo(ip="127.0.0.2", shell_port=0xCAE5), "shell") is None
    assert sockets.inode(ConnectionInfo(ip="127.0.0.2", shell_port=0x1F90), "shell") == 99
    assert sockets.connected == {("0100007F", 0x8A3A): 1, ("0100007F", 0xCAE5): 1}
    assert sockets.clients[("0100007F", 0xCAE5)] == [82841]


def test_listeners_are_read_off_unix_sockets():
    sockets = procfs.Sockets()
    sockets.add_unix(UNIX)
    info = ConnectionInfo(transport="ipc", ip="/run/user/a kernel-ipc", shell_port=1)
    assert sockets.inode(info, "shell") == 58909
    assert sockets.count_clients(info, "shell", os.getpid()) is None


def test_signals_that_are_ignored_or_handled_are_read_off_a_status():
    status = "Name:\tx\nSigBlk:\t0000000000000001\nSigIgn:\t0000000000000002\nSigCgt:\t4000\n"
    assert procfs.parse_signals(status) == 0x4002


@pytest.mark.parametrize("text", ["", "SigIgn:\t0002\n", "SigIgn:\t0002\nSigCgt:\tzz\n"])
def test_what_is_no_status_is_refused(text):
    with pytest.raises(ValueError):
        procfs.parse_signals(text)


@linux
def test_a_signal_is_deadly_to_who_does_not_expect_it():
    with subprocess.Popen(["sleep", "60"]) as process:
        assert procfs.is_deadly(signal.SIGTERM, process.pid)
        process.kill()
    assert not procfs.is_deadly(signal.SIGINT, os.getpid())
    assert procfs.is_deadly(signal.SIGINT, process.pid) is None


@linux
@pytest.mark.parametrize(("argument", "known"), [("--f={}", True), ("{}", True), ("x{}", False)])
def test_the_process_of_a_kernel_has_its_file_and_its_address(tmp_path, argument, known):
    """A tunnel's near end, or another client, has one of them only."""
    path = tmp_path / "kernel-4711.json"
    code = (
        "import socket, time; one = socket.create_server(('127.0.0.1', 0));"
        "print(one.getsockname()[1], flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, argument.replace("{}", path.name)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        info = ConnectionInfo(shell_port=int(process.stdout.readline()), path=path)
        assert procfs.listener(info) == (process.pid if known else None)
        process.kill()
    assert procfs.listener(info) is None


@pytest.mark.parametrize("name", ["python", "a ) b", ")", "x) S 1 2 ("])
def test_a_program_may_have_any_name(name):
    rest = " ".join(["T", *map(str, range(4, 22)), "4711", "0"])
    assert procfs.parse_stat(f"12 ({name}) {rest}") == ("T", 4711)


@pytest.mark.parametrize("text", ["", "12 (a", "12 (a) S 1 2", "12 (a) S" + " x" * 30])
def test_what_is_no_stat_is_refused(text):
    with pytest.raises(ValueError):
        procfs.parse_stat(text)


@linux
@pytest.mark.parametrize("bound", ["127.0.0.1", "0.0.0.0", "::"])
def test_who_listens_is_found_and_own_connections_do_not_count(bound):
    family = socket.AF_INET6 if ":" in bound else socket.AF_INET
    dual = family == socket.AF_INET6
    with socket.create_server((bound, 0), family=family, dualstack_ipv6=dual) as server:
        info = ConnectionInfo(shell_port=server.getsockname()[1])
        with socket.create_connection(("127.0.0.1", info.shell_port)), server.accept()[0]:
            sockets = procfs.sockets()
            assert sockets is not None
            inode = sockets.inode(info, "shell")
            assert inode is not None
            assert procfs.listeners([inode]) == {inode: os.getpid()}
            assert sockets.count_clients(info, "shell", os.getpid()) == 0
            assert sockets.count_clients(info, "shell", os.getppid()) == 1


@linux
def test_this_process_is_known():
    this = procfs.process(os.getpid())
    assert this is not None
    assert 1_000_000 < this.memory < 1 << 40
    assert 0 <= this.age_s < time.time()
    assert not this.stopped
    assert procfs.process(2**30) is None


@linux
@pytest.mark.parametrize("form", ["{}", "--f={}"])
def test_a_process_that_names_a_file_is_found_also_through_a_link(tmp_path, form):
    path, other = tmp_path / "kernel-a.json", tmp_path / "kernel-b.json"
    path.touch()
    (tmp_path / "link").symlink_to(tmp_path)
    argument = form.format(tmp_path / "link" / "kernel-a.json")
    program = "print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program, argument], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert procfs.processes_naming([path, other]) == {path: process.pid}
        process.kill()


@linux
@pytest.mark.parametrize(
    ("namespace", "named", "found"),
    [
        ("mnt:[1]", "{here}/kernel-a.json", True),
        ("mnt:[1]", "/elsewhere/kernel-a.json", False),
        # In a container, files have other paths.
        ("mnt:[2]", "/elsewhere/kernel-a.json", True),
        ("mnt:[2]", "/elsewhere/kernel-b.json", False),
        # Somebody else's process does not show where it is.
        (None, "/elsewhere/kernel-a.json", True),
        (None, "{here}/other/kernel-a.json", False),
    ],
)
def test_a_process_with_directories_of_its_own_names_a_file_by_its_name(
    monkeypatch, tmp_path, namespace, named, found
):
    (tmp_path / "other").mkdir()
    path = tmp_path / "kernel-a.json"
    for each in (path, tmp_path / "other" / "kernel-a.json"):
        each.touch()
    for pid, where in (("self", "mnt:[1]"), ("7", namespace)):
        (tmp_path / "proc" / pid / "ns").mkdir(parents=True)
        if where is not None:
            (tmp_path / "proc" / pid / "ns" / "mnt").symlink_to(where)
    argument = named.format(here=tmp_path)
    (tmp_path / "proc" / "7" / "cmdline").write_text(f"python\0-f\0{argument}\0")
    monkeypatch.setattr(procfs, "PROC", tmp_path / "proc")
    assert procfs.processes_naming([path]) == ({path: 7} if found else {})


def test_elsewhere_nothing_is_known(monkeypatch, tmp_path):
    monkeypatch.setattr(procfs, "PROC", tmp_path / "nothing")
    assert procfs.sockets() is None
    assert procfs.listeners([1]) == {}
    assert procfs.process(os.getpid()) is None
    assert procfs.processes_naming([tmp_path]) == {}
