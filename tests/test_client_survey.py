"""Many kernels asked at once, each of them otherwise: none spoils it for the others."""

import contextlib
import errno
import json
import os
import random
import signal
import socket
import sys
import time
from pathlib import Path

import psutil
import pytest
import zmq
from clients import PATIENCE
from fake_kernel import FakeKernel
from leaks import wait_until

from kconsole.client import questions
from kconsole.client import survey as survey_module
from kconsole.client.questions import Questions
from kconsole.client.survey import survey

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux has /proc")


#: Seconds for what says nothing, and is waited for to the end.
SHORT_S = 0.8


def look(*paths: Path, timeout: float = PATIENCE):
    """Survey, with more time than a program takes: the tests' machine may be loaded."""
    return survey(list(paths), timeout=timeout)


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """An address may take as long to greet, and shell as long after control has answered."""
    monkeypatch.setattr(survey_module, "_KNOCK_S", PATIENCE)
    monkeypatch.setattr(questions, "_SHELL_S", PATIENCE)


@pytest.fixture
def hurried(monkeypatch):
    """What says nothing is waited for as long as the program does."""
    monkeypatch.setattr(survey_module, "_KNOCK_S", 0.4)


def done_once(monkeypatch, *signs):
    """Let a survey end as soon as one of these has been seen, and not when its time is over."""
    is_done = Questions.is_done

    def is_seen(self, now):
        return any(getattr(self._evidence, sign) for sign in signs) or is_done(self, now)

    monkeypatch.setattr(Questions, "is_done", is_seen)


def states(found):
    return {each.path.name: each.state for each in found}


@pytest.fixture
def fake(tmp_path):
    """Starts scripted kernels, each with a file."""
    with contextlib.ExitStack() as stack:

        def start(name="kernel-1.json", connection=None, **behaviour):
            kernel = stack.enter_context(FakeKernel(connection, **behaviour))
            return kernel, kernel.write_connection_file(tmp_path / name)

        yield start


def stale(path: Path, port: int, age_s: float = 3600.0, **content) -> Path:
    """The file of a kernel whose ports nobody has."""
    ports = {f"{name}_port": port for name in ("shell", "iopub", "stdin", "hb", "control")}
    path.write_text(json.dumps(ports | {"kernel_name": "python3"} | content))
    written = time.time() - age_s
    os.utime(path, (written, written))
    return path


@pytest.fixture
def unused_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound, but not listening: connections are refused
        yield held.getsockname()[1]


def test_an_idle_kernel_tells_what_it_is(kernel):
    (one,) = look(kernel.connection_file)
    assert (one.state, one.reason, one.language) == ("idle", "", kernel.language)
    assert one.kernel is not None


@linux
def test_a_local_kernels_process_is_known(fresh_kernel):
    (one,) = look(fresh_kernel.connection_file)
    assert (one.state, one.pid, one.clients) == ("idle", fresh_kernel.pid, 0)
    assert one.memory is not None
    assert one.memory > 1_000_000
    with zmq.Context() as context, context.socket(zmq.DEALER) as client:
        client.linger = 0
        client.connect(f"tcp://127.0.0.1:{fresh_kernel.connection['shell_port']}")
        end = time.monotonic() + PATIENCE
        while one.clients != 1 and time.monotonic() < end:
            (one,) = look(fresh_kernel.connection_file)
    assert one.clients == 1


@linux
@pytest.mark.parametrize("fresh_kernel", ["fake"], indirect=True)
def test_a_stopped_process_is_late_and_costs_no_more_than_its_time(hurried, fresh_kernel):
    os.kill(fresh_kernel.pid, signal.SIGSTOP)
    stopped = psutil.STATUS_STOPPED
    wait_until(lambda: psutil.Process(fresh_kernel.pid).status() == stopped)
    started = time.monotonic()
    (one,) = look(fresh_kernel.connection_file, timeout=60)
    took = time.monotonic() - started
    os.kill(fresh_kernel.pid, signal.SIGCONT)
    assert (one.state, one.reason) == ("late", "its process is stopped")
    assert (one.pid, took < 30) == (fresh_kernel.pid, True)


@pytest.mark.parametrize("fresh_kernel", ["fake"], indirect=True)
def test_a_killed_kernel_is_dead(fresh_kernel):
    fresh_kernel.close()
    os.utime(fresh_kernel.connection_file, (1e9, 1e9))
    (one,) = look(fresh_kernel.connection_file)
    assert (one.state, one.pid, one.memory, one.clients) == ("dead", None, None, None)


def test_a_busy_kernel_is_not_disturbed(fake, monkeypatch):
    monkeypatch.setattr(questions, "_SHELL_S", 0.1)
    kernel, path = fake(busy=60)
    (one,) = look(path)
    assert (one.state, one.language) == ("busy", "python")
    assert {request.msg_type for request in kernel.received} == {"kernel_info_request"}


@pytest.mark.parametrize(
    ("behaviour", "sign", "state"),
    [
        ({"deaf": ["control:kernel_info_request"]}, "", "idle"),
        ({"control": False}, "", "idle"),
        ({"heartbeat": "off"}, "", "idle"),
        ({"key": ""}, "", "idle"),
        ({"parent_null": True, "topic_frames": 0}, "", "idle"),
        ({"answers": {"kernel_info_request": {}}}, "", "idle"),
        ({"answers": {"kernel_info_request": {"language_info": [None], "banner": 1}}}, "", "idle"),
        ({"curve": True}, "", "idle"),
        # As R: one thread does everything, and control knows no kernel_info.
        (
            {"busy": 60, "deaf": ["control:kernel_info_request"], "heartbeat": "shell"},
            "verified",
            "busy",
        ),
        # The same, but too old to welcome anybody: nothing shows that it lives.
        (
            {
                "busy": 60,
                "deaf": ["control:kernel_info_request"],
                "heartbeat": "shell",
                "welcome": "none",
            },
            "",
            "late",
        ),
        ({"busy": 60, "control": False, "welcome": "none"}, "echoed", "busy"),
    ],
)
def test_each_kind_of_kernel_is_judged_rightly(fake, monkeypatch, behaviour, sign, state):
    if sign:
        done_once(monkeypatch, sign)
    _, path = fake(**behaviour)
    (one,) = look(path, timeout=SHORT_S if state == "late" else PATIENCE)
    assert one.state == state


@pytest.mark.parametrize("curve", [False, True])
def test_an_ipc_kernel_is_found(fake, tmp_path, curve):
    _, path = fake(transport="ipc", ip=f"{tmp_path}/k", curve=curve)
    (one,) = look(path)
    assert (one.state, one.clients) == ("idle", None)


def test_an_ipc_kernel_that_has_gone_is_dead(tmp_path):
    (one,) = look(stale(tmp_path / "kernel-1.json", 1, transport="ipc", ip=f"{tmp_path}/k"))
    assert one.state == "dead"


@pytest.mark.parametrize("welcome", ["first", "always"])
def test_another_kernel_at_the_address_is_not_ours(fake, tmp_path, monkeypatch, welcome):
    done_once(monkeypatch, "forged")
    kernel, path = fake(welcome=welcome)
    other = tmp_path / "kernel-other.json"
    other.write_text(json.dumps(kernel.connection | {"key": "the key of a kernel that has gone"}))
    found = look(path, other)
    assert states(found) == {"kernel-1.json": "idle", "kernel-other.json": "not-ours"}
    assert found[1].reason == "what is there signs with another key"


def test_curve_against_a_plain_kernel_is_not_ours(fake, tmp_path):
    kernel, _ = fake()
    public, secret = zmq.curve_keypair()
    keys = {"curve_publickey": public.decode(), "curve_secretkey": secret.decode()}
    path = tmp_path / "kernel-c.json"
    path.write_text(json.dumps(kernel.connection | keys))
    (one,) = look(path)
    assert (one.state, "Curve" in one.reason) == ("not-ours", True)


@linux
@pytest.mark.parametrize("fresh_kernel", ["ipykernel7"], indirect=True)
def test_a_kernel_that_was_started_with_another_file_is_not_ours(fresh_kernel, tmp_path):
    other = tmp_path / "kernel-other.json"
    other.write_text(json.dumps(fresh_kernel.connection | {"key": "of a kernel that has gone"}))
    (one,) = look(other, timeout=SHORT_S)
    assert one.state == "not-ours"
    assert (one.pid, one.memory) == (None, None)


@linux
@pytest.mark.parametrize("fresh_kernel", ["xpython"], indirect=True)
def test_a_copy_of_the_file_that_a_kernel_names_is_the_same_kernel(fresh_kernel, tmp_path):
    """A copy of the connection file, as a batch system makes, is no other kernel."""
    copy = tmp_path / "kernel-copy.json"
    copy.write_text(json.dumps(fresh_kernel.connection))
    (one,) = look(copy)
    assert (one.state, one.pid) == ("idle", fresh_kernel.pid)


@pytest.mark.parametrize("ip", ["::1", "127.0.0.1"])
def test_a_system_that_has_no_such_sockets_spoils_nothing(
    hurried, tmp_path, unused_port, monkeypatch, ip
):
    def refuse(*_args):
        raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")

    path = stale(tmp_path / "kernel-1.json", unused_port, ip=ip)
    monkeypatch.setattr("kconsole.connect.knock.socket.socket", refuse)
    assert look(path)[0].state == "no-link"


def test_another_program_at_one_of_the_ports_is_not_ours(hurried, tmp_path, unused_port):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        path = stale(tmp_path / "kernel-1.json", unused_port, shell_port=port)
        (one,) = look(path, timeout=SHORT_S)
    assert one.state == "not-ours"


def test_a_file_precedes_its_kernel(tmp_path, unused_port):
    (one,) = look(stale(tmp_path / "kernel-1.json", unused_port, age_s=0))
    assert one.state == "starting"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("kernel-1-ssh.json", {}),
        ("kernel-1.json", {"ip": "no-such-host.invalid"}),
        ("kernel-1.json", {"ip": "x" * 5000}),
        ("kernel-1.json", {"ip": "\u2603.example"}),
    ],
)
def test_what_cannot_be_reached_from_here_is_not_called_dead(
    hurried, tmp_path, unused_port, name, content
):
    (one,) = look(stale(tmp_path / name, unused_port, **content))
    assert one.state == "no-link"


def test_a_kernel_of_another_machine_is_not_called_dead(tmp_path, unused_port, monkeypatch):
    path = stale(tmp_path / "kernel-1.json", unused_port)
    mounts = tmp_path / "proc" / "self" / "mountinfo"
    mounts.parent.mkdir(parents=True)
    mounts.write_text(f"29 1 0:25 / {tmp_path.resolve()} rw - nfs4 server:/home rw\n")
    monkeypatch.setattr("kconsole.connect.mounts.PROC", tmp_path / "proc")
    (one,) = look(path)
    assert one.state == "no-link"
    assert "nfs4" in one.reason


def test_ipykernel_elsewhere_tells_its_process(fake, monkeypatch, tmp_path):
    monkeypatch.setattr(questions, "_USAGE_S", PATIENCE)
    monkeypatch.setattr("kconsole.connect.procfs.PROC", tmp_path / "nothing")
    usage = {"hostname": socket.gethostname(), "pid": 4711, "kernel_memory": 5e7}
    _, path = fake(implementation="ipython", usage=usage)
    (one,) = look(path)
    assert (one.pid, one.memory, one.clients) == (4711, 50_000_000, None)


@pytest.mark.parametrize(
    "usage", [{"hostname": 1, "pid": [], "kernel_memory": "x"}, {"hostname": "far", "pid": 1}]
)
def test_a_usage_of_elsewhere_or_nonsense_names_no_process(fake, monkeypatch, tmp_path, usage):
    monkeypatch.setattr("kconsole.connect.procfs.PROC", tmp_path / "nothing")
    _, path = fake(implementation="ipython", usage=usage)
    (one,) = look(path)
    assert (one.state, one.pid, one.memory) == ("idle", None, None)


def test_bad_files_are_told_of_and_spoil_nothing(fake, tmp_path):
    _, good = fake()
    bad = {
        "kernel-half.json": b'{"shell_port": 12',
        "kernel-list.json": b"[]",
        "kernel-empty.json": b"",
        "kernel-null.json": b"\0" * 100,
        "kernel-huge.json": b"{" + b" " * 2_000_000,
        "kernel-deep.json": b"[" * 100_000,
        "kernel-types.json": b'{"shell_port": {}, "key": 5, "ip": []}',
        "kernel-\x1b[31m\n.json": b"{}",
    }
    for name, content in bad.items():
        (tmp_path / name).write_bytes(content)
    os.mkfifo(tmp_path / "kernel-fifo.json")
    (tmp_path / "kernel-dir.json").mkdir()
    names = [*bad, "kernel-fifo.json", "kernel-dir.json", "kernel-gone.json"]
    found = look(*(tmp_path / name for name in names), good)
    assert states(found) == {**dict.fromkeys(names, "bad"), good.name: "idle"}
    assert all(each.reason and str(tmp_path) not in each.reason for each in found[1:])


def test_many_at_once_come_back_in_order_and_each_is_told_of(fake, tmp_path, unused_port):
    files = [fake(f"kernel-live{number}.json")[1] for number in range(12)]
    files += [stale(tmp_path / f"kernel-{number}.json", unused_port) for number in range(300)]
    order = random.Random(4).sample(files, len(files))
    told = []
    found = survey(order, timeout=PATIENCE, on_found=told.append)
    assert sorted(map(id, told)) == sorted(map(id, found))
    live = [path for path in order if "live" in path.name]
    dead = [path for path in order if "live" not in path.name]
    assert states(found) == {
        **{path.name: "idle" for path in live},
        **{path.name: "dead" for path in dead},
    }
    assert [each.path for each in found] == live + dead


def test_few_descriptors_are_enough(fake, tmp_path, unused_port, monkeypatch):
    monkeypatch.setattr("resource.getrlimit", lambda _: (100, 100))
    files = [fake(f"kernel-live{number}.json")[1] for number in range(5)]
    found = look(*files, stale(tmp_path / "kernel-1.json", unused_port))
    assert [each.state for each in found] == ["idle"] * 5 + ["dead"]


def test_nothing_to_look_at():
    assert look() == []


def test_an_interrupted_survey_leaves_nothing_open(fake):
    def stop(_found):
        raise KeyboardInterrupt

    paths = [fake()[1], fake("kernel-2.json", busy=60)[1]]
    with pytest.raises(KeyboardInterrupt):
        survey(paths, on_found=stop)
