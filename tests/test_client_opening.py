"""A kernel from a name: attached to and left alone, or started and stopped."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from clients import PATIENCE, nobody, replied, wait_for_output
from fake_kernel import FakeKernel, write_kernelspec
from leaks import wait_until
from running_kernels import find_spec

from kconsole import (
    ConnectionFileError,
    KernelNotReadyError,
    KernelSpecError,
    KernelStartError,
    NoKernelError,
    attach,
    start,
)
from kconsole.client.kernel import _PORT_RACES, _UNREADY_S
from kconsole.connect.process import KernelProcess


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    """Where this test's kernelspecs are."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def value(kernel, code="6 * 7"):
    """What the kernel says of the code's value."""
    values = []

    def look(msg):
        if msg["msg_type"] == "execute_result":
            values.append(msg["content"]["data"]["text/plain"])

    kernel.client.execute_interactive(code, output_hook=look, timeout=PATIENCE)
    return values


# --- attaching


def test_an_attached_kernel_is_left_alone(kernel, monkeypatch):
    monkeypatch.setattr("kconsole.client.readiness._SHELL_S", PATIENCE)
    with attach(str(kernel.connection_file)) as attached:
        info = attached.wait(PATIENCE)
        assert info is attached.info
        assert info.language_info.name == kernel.language
        assert attached.process is None
        assert not attached.busy
    with attach(str(kernel.connection_file)) as attached:
        assert attached.wait(PATIENCE)


def test_attaching_shuts_nothing_down(tmp_path):
    with FakeKernel() as fake:
        path = fake.write_connection_file(tmp_path / "kernel-1.json")
        with attach(str(path)) as kernel:
            kernel.wait(PATIENCE)
            assert kernel.name == "fake"
        assert fake.count("shutdown_request") == 0
        assert path.exists()


def test_a_busy_kernel_is_described_so(tmp_path):
    with FakeKernel(busy=60) as fake:
        path = fake.write_connection_file(tmp_path / "kernel-1.json")
        with attach(str(path)) as kernel:
            kernel.wait(PATIENCE)
            assert kernel.busy


@pytest.fixture
def silent(monkeypatch):
    """A kernel that answers nothing while it is busy; it is taken as it is after a short time."""
    monkeypatch.setattr("kconsole.client.readiness._SILENT_S", 0.2)
    deaf = ["control:kernel_info_request"]
    with FakeKernel(busy=60, heartbeat="shell", deaf=deaf) as fake:
        yield fake


def test_a_busy_kernel_that_answers_nothing_is_attached_to_and_used_once_it_is_idle(
    silent, tmp_path, monkeypatch
):
    path = silent.write_connection_file(tmp_path / "kernel-1.json")
    with attach(str(path)) as kernel:
        assert kernel.wait(PATIENCE).implementation == ""
        assert kernel.silent
        assert kernel.busy
        msg_id = kernel.client.execute("6 * 7")
        kernel.client.interrupt(reply=True, timeout=PATIENCE)  # R would not react to this
        assert kernel.client.get_shell_msg(timeout=PATIENCE)["parent_header"]["msg_id"] == msg_id
        monkeypatch.setattr("kconsole.client.readiness._SILENT_S", PATIENCE)
        assert kernel.renew(PATIENCE).implementation == "fake"
        assert not kernel.silent
        assert not kernel.busy


def test_attaching_without_a_name_takes_the_one_that_answers(runtime_dir):
    runtime_dir.mkdir(parents=True)
    with FakeKernel() as fake:
        fake.write_connection_file(runtime_dir / "kernel-1.json")
        with attach() as kernel:
            assert kernel.wait(PATIENCE).implementation == "fake"


def test_attaching_to_nothing_is_an_error(tmp_path):
    with pytest.raises(NoKernelError):
        attach()
    with pytest.raises(NoKernelError, match="kernel-1"):
        attach("kernel-1")


def test_a_faulty_file_is_an_error(tmp_path):
    path = tmp_path / "kernel-1.json"
    path.write_text("{}")
    with pytest.raises(ConnectionFileError, match="shell_port"):
        attach(str(path))


def test_the_file_of_a_dead_kernel_is_an_error_when_it_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr("kconsole.client.readiness._REFUSED_S", 0.1)
    with nobody() as info:
        path = tmp_path / "kernel-1.json"
        path.touch(0o600)
        path.write_text(json.dumps(info.to_dict()))
        with attach(str(path)) as kernel, pytest.raises(KernelNotReadyError) as caught:
            kernel.wait(PATIENCE)
    assert str(path) in str(caught.value)


def test_what_makes_a_connection_unsafe_is_told(tmp_path):
    with FakeKernel(key="") as fake:
        path = fake.write_connection_file(tmp_path / "kernel-1.json")
        path.chmod(0o644)
        with attach(str(path)) as kernel:
            assert [str(path) in line for line in kernel.warnings()] == [True, True]
            assert "chmod 600" in kernel.warnings()[0]
            assert "not signed" in kernel.warnings()[1]


# --- starting


def test_a_kernel_of_our_own_ends_with_us(data_dir, runtime_dir):
    write_kernelspec(data_dir)
    with start("fake") as kernel:
        kernel.wait(PATIENCE)
        assert value(kernel) == ["42"]
        assert kernel.name == "fake"
        pid = kernel.process.pid
        assert psutil.pid_exists(pid)
    assert not psutil.pid_exists(pid)
    assert list(runtime_dir.iterdir()) == []
    kernel.close()  # once more: nothing to do


def test_a_kernel_that_ignores_the_request_to_end_is_ended(data_dir, monkeypatch):
    write_kernelspec(data_dir, shutdown="ignored", sigterm="die")
    stop = KernelProcess.stop
    monkeypatch.setattr(
        KernelProcess, "stop", lambda self, *, ask=None, grace=0.1: stop(self, ask=ask, grace=grace)
    )
    with start("fake") as kernel:
        kernel.wait(PATIENCE)
        pid = kernel.process.pid
    assert not psutil.pid_exists(pid)


def test_leaving_while_a_cell_runs_ends_the_kernel(data_dir):
    write_kernelspec(data_dir)
    with start("fake") as kernel:
        kernel.wait(PATIENCE)
        kernel.client.execute("import time\ntime.sleep(60)")
        pid = kernel.process.pid
    assert not psutil.pid_exists(pid)


@pytest.fixture
def patient(monkeypatch):
    """Kernels of ours are asked to end, and waited for, for longer than a test may take."""
    stop = KernelProcess.stop
    monkeypatch.setattr(
        KernelProcess, "stop", lambda self, *, ask=None, grace=0: stop(self, ask=ask, grace=60)
    )


def own_spec(data_dir, name):
    """Write the kernelspec of a test kernel to where kernels of our own are looked for."""
    spec = find_spec(name)
    if spec is None:
        pytest.skip(f"kernel {name} is not installed")
    write_kernelspec(data_dir, name, spec=spec)


SLEEP = "print('on', flush=True)\nimport time; time.sleep(100)"


@pytest.mark.parametrize("name", ["ipykernel7", "ipykernel6"])
def test_leaving_a_real_kernel_that_is_busy_interrupts_it_first(data_dir, patient, name):
    own_spec(data_dir, name)
    with start(name) as kernel:
        kernel.wait(PATIENCE)
        wait_for_output(kernel.client, kernel.client.execute(SLEEP))
        process = kernel.process
        before = time.monotonic()
    assert process.poll() is not None
    assert time.monotonic() - before < PATIENCE


@pytest.mark.parametrize("busy", [True, False])
def test_only_a_busy_kernel_is_interrupted_before_it_is_asked_to_end(data_dir, tmp_path, busy):
    record = tmp_path / "record"
    write_kernelspec(data_dir, spec={"interrupt_mode": "message"}, record=str(record))
    with start("fake") as kernel:
        kernel.wait(PATIENCE)
        kernel.client.execute("import time\ntime.sleep(60)" if busy else "1")
        state = "busy" if busy else "idle"
        while not (
            (msg := kernel.client.get_iopub_msg(timeout=PATIENCE))["content"]
            == {"execution_state": state}
            and msg["parent_header"]["msg_type"] == "execute_request"
        ):
            pass
    asked = [json.loads(line)["header"]["msg_type"] for line in record.read_text().splitlines()]
    assert asked[-1] == "shutdown_request"
    assert ("interrupt_request" in asked) == busy


def test_a_kernel_that_has_never_answered_is_not_asked_to_end(data_dir, patient):
    write_kernelspec(data_dir, start_delay=600)
    before = time.monotonic()
    with pytest.raises(KeyboardInterrupt), start("fake") as kernel:
        process = kernel.process

        def cancel(_waited):
            raise KeyboardInterrupt

        kernel.wait(PATIENCE, cancel)
    assert process.poll() == -signal.SIGTERM
    assert time.monotonic() - before < PATIENCE


KEEPER = """
import signal, sys, time
from kconsole import start
mode = sys.argv[1]
kernel = start(sys.argv[2])
kernel.wait(20)
kernel.client.execute("x = 4711", reply=True, timeout=20)
if mode == "keep":
    kernel.keep()
    kernel.close()
elif mode == "close":
    kernel.close(keep=True)
elif mode == "end":
    kernel.close()
print(kernel.process.pid, kernel.process.info.path, flush=True)
time.sleep(600)
"""


@contextlib.contextmanager
def keeper(name, mode):
    """A program that has started a kernel; gives it, the kernel's process and its file."""
    command = [sys.executable, "-c", KEEPER, mode, name]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as popen:
        try:
            pid, path = popen.stdout.readline().split()
            yield popen, int(pid), Path(path)
        finally:
            popen.kill()


@pytest.mark.parametrize(
    ("name", "mode", "number"),
    [
        ("ipykernel7", "keep", signal.SIGHUP),
        ("ipykernel7", "close", signal.SIGKILL),
        ("ipykernel6", "close", signal.SIGHUP),
    ],
)
def test_a_kernel_that_is_kept_outlives_us_and_our_session(data_dir, name, mode, number):
    own_spec(data_dir, name)
    with keeper(name, mode) as (popen, pid, path):
        os.killpg(popen.pid, number)
        popen.wait(PATIENCE)
        watched = psutil.Process(pid)
        # ipykernel looks after its parent once a second.
        with pytest.raises(psutil.TimeoutExpired):
            watched.wait(2.5)
        with attach(str(path)) as kernel:
            kernel.wait(PATIENCE)
            assert value(kernel, "x") == ["4711"]
            kernel.client.shutdown(reply=True, timeout=PATIENCE)
        watched.wait(PATIENCE)
        for left in path.parent.glob(path.name + "*"):
            left.unlink()


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("fake", signal.SIGHUP),
        ("fake", signal.SIGKILL),
        ("ipykernel7", signal.SIGKILL),
        ("ipykernel6", signal.SIGHUP),
    ],
)
def test_a_kernel_that_is_not_kept_ends_with_us_however_we_end(data_dir, name, number):
    own_spec(data_dir, name)
    with keeper(name, "") as (popen, pid, path):
        watched = psutil.Process(pid)
        os.killpg(popen.pid, number)
        popen.wait(PATIENCE)
        watched.wait(PATIENCE)
        wait_until(lambda: not path.exists())


def test_a_kernel_that_has_ended_is_cleared_away_even_if_it_was_to_be_kept(data_dir, runtime_dir):
    write_kernelspec(data_dir)
    with start("fake") as kernel:
        kernel.wait(PATIENCE)
        kernel.keep()
        os.kill(kernel.process.pid, signal.SIGKILL)
        assert kernel.process.wait(PATIENCE)
    assert list(runtime_dir.iterdir()) == []


def test_keeping_a_kernel_of_somebody_else_changes_nothing(tmp_path):
    with FakeKernel() as fake:
        path = fake.write_connection_file(tmp_path / "kernel-1.json")
        with attach(str(path)) as kernel:
            kernel.wait(PATIENCE)
            kernel.keep()
        assert fake.count("shutdown_request") == 0


def test_an_error_on_the_way_ends_the_kernel(data_dir):
    write_kernelspec(data_dir)
    with pytest.raises(ZeroDivisionError), start("fake") as kernel:
        pid = kernel.process.pid
        raise ZeroDivisionError
    assert not psutil.pid_exists(pid)


def test_an_unknown_kernelspec_is_an_error(data_dir):
    with pytest.raises(KernelSpecError, match="nonesuch"):
        start("nonesuch")


def test_a_kernel_that_ends_at_once_is_an_error_with_its_last_words(data_dir):
    write_kernelspec(data_dir, exit_at_start=7, stderr="cannot find my library\n")
    with start("fake") as kernel, pytest.raises(KernelStartError) as caught:
        kernel.wait(PATIENCE)
    assert "cannot find my library" in str(caught.value)
    assert "7" in str(caught.value)
    assert "fake" in str(caught.value)


def test_a_command_that_is_not_there_is_an_error_that_names_it(data_dir, runtime_dir):
    write_kernelspec(data_dir, spec={"argv": ["no-such-program", "{connection_file}"]})
    with pytest.raises(KernelStartError, match="no-such-program"):
        start("fake")
    assert list(runtime_dir.iterdir()) == []


def test_a_kernel_that_lost_the_race_for_a_port_is_started_anew(data_dir, tmp_path):
    """It fails twice as kernels do whose port somebody has taken, then it comes up."""
    folder = write_kernelspec(data_dir)
    spec = json.loads((folder / "kernel.json").read_text())
    marks = tmp_path / "starts"
    script = (
        f'echo x >> "{marks}"; if [ $(wc -l < "{marks}") -lt 3 ]; '
        'then echo "zmq.error.ZMQError: Address already in use" >&2; exit 1; fi; exec "$@"'
    )
    spec["argv"] = ["sh", "-c", script, "sh", *spec["argv"]]
    (folder / "kernel.json").write_text(json.dumps(spec))
    with start("fake") as kernel:
        first = kernel.client
        kernel.wait(PATIENCE)
        assert kernel.client is not first
        assert not first.channels_running
        assert value(kernel) == ["42"]
    assert marks.read_text().count("x") == 3


def test_a_kernel_that_always_loses_the_race_is_given_up(data_dir, tmp_path):
    marks = tmp_path / "starts"
    script = f'echo x >> "{marks}"; echo "Address already in use" >&2; exit 1'
    write_kernelspec(data_dir, spec={"argv": ["sh", "-c", script, "sh", "{connection_file}"]})
    with start("fake") as kernel, pytest.raises(KernelStartError, match="Address already in use"):
        kernel.wait(PATIENCE)
    assert marks.read_text().count("x") == 1 + _PORT_RACES


def test_a_kernel_that_was_never_ready_is_given_little_time_to_end(data_dir, monkeypatch):
    graces = []
    stop = KernelProcess.stop

    def noting(self, *, ask=None, grace=2.5):
        graces.append((ask is None, grace))
        stop(self, ask=ask, grace=grace)

    monkeypatch.setattr(KernelProcess, "stop", noting)
    write_kernelspec(data_dir, start_delay=60.0, sigterm="ignore")
    with start("fake"):
        pass
    assert graces == [(True, _UNREADY_S)]
    assert _UNREADY_S < 1


def test_interrupting_a_kernel_of_ours_sends_what_its_kernelspec_asks_for(data_dir, tmp_path):
    for mode in ("signal", "message"):
        record = tmp_path / mode
        write_kernelspec(data_dir, mode, spec={"interrupt_mode": mode}, record=str(record))
        with start(mode) as kernel:
            kernel.wait(PATIENCE)
            statuses = []

            def sleep(one=kernel, into=statuses):
                reply = one.client.execute("import time\ntime.sleep(60)", reply=True)
                into.append(replied(reply)["ename"])

            sleeper = threading.Thread(target=sleep)
            sleeper.start()
            while kernel.client.get_iopub_msg(timeout=PATIENCE)["msg_type"] != "execute_input":
                pass
            kernel.client.interrupt()
            sleeper.join(PATIENCE)
            assert statuses == ["KeyboardInterrupt"]
        assert ("interrupt_request" in record.read_text()) == (mode == "message")


def test_a_kernel_that_handles_sigint_by_ending_gets_a_message(data_dir, tmp_path):
    """As those that are built on xeus do, by what they say of themselves."""
    record = tmp_path / "record"
    write_kernelspec(data_dir, implementation="xeus-python", sigint="die", record=str(record))
    with start("fake") as kernel:
        kernel.wait(PATIENCE)
        replied(kernel.client.interrupt(reply=True, timeout=PATIENCE))
        assert kernel.process.poll() is None
        assert value(kernel) == ["42"]


def test_one_at_work_that_takes_no_interrupt_is_not_asked_to_end(data_dir):
    """It would not listen, and a request that it leaves unread would be its successor's."""
    own_spec(data_dir, "xpython")
    with start("xpython") as kernel:
        kernel.wait(PATIENCE)
        kernel.client.execute(SLEEP)
        while kernel.client.get_iopub_msg(timeout=PATIENCE)["msg_type"] != "execute_input":
            pass
        kernel.restart(PATIENCE)
        assert value(kernel) == ["42"]
        assert value(kernel) == ["42"]
