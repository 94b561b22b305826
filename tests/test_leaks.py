"""The check for leaks finds each kind of leak, and nothing else."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import leaks
import pytest
import zmq
from running_kernels import Kernel


@pytest.fixture
def before() -> leaks.Snapshot:
    return leaks.take()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Puts right what a test leaks on purpose."""
    with ExitStack() as one:
        yield one


def found(before: leaks.Snapshot) -> str:
    with pytest.raises(AssertionError) as caught:
        leaks.check(before, timeout=0.02)
    return str(caught.value)


def test_nothing_is_found_where_nothing_is_left(before: leaks.Snapshot) -> None:
    leaks.check(before)


def test_a_thread_is_found(before: leaks.Snapshot, stack: ExitStack) -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait, name="lost", daemon=True)
    thread.start()
    stack.callback(thread.join)
    stack.callback(end.set)
    assert "thread 'lost'" in found(before)


def test_a_thread_that_is_about_to_end_is_waited_for(before: leaks.Snapshot) -> None:
    ending = threading.Timer(0.05, lambda: None)
    ending.start()
    leaks.check(before)
    assert not ending.is_alive()


def test_a_socket_is_found(before: leaks.Snapshot, stack: ExitStack) -> None:
    stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    assert "1 open socket:" in found(before)


def test_a_pipe_is_found(before: leaks.Snapshot, stack: ExitStack) -> None:
    for end in os.pipe():
        stack.callback(os.close, end)
    assert "2 open pipe:" in found(before)


def test_a_zmq_context_is_found(before: leaks.Snapshot, stack: ExitStack) -> None:
    context = stack.enter_context(zmq.Context())
    stack.enter_context(context.socket(zmq.PUB))
    assert "open anon_inode:" in found(before)


def test_a_child_is_found(before: leaks.Snapshot, stack: ExitStack) -> None:
    child = subprocess.Popen(["sleep", "60"])
    stack.callback(child.wait)
    stack.callback(child.kill)
    assert f"process {child.pid}" in found(before)


def test_a_child_that_nobody_waited_for_is_found(before: leaks.Snapshot, stack: ExitStack) -> None:
    child = subprocess.Popen(["true"])
    stack.callback(child.wait)
    leaks.wait_until(lambda: "zombie" in leaks._describe(child.pid))
    assert f"process {child.pid} (zombie)" in found(before)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not show environments")
def test_a_process_is_found_whose_parent_has_gone(before: leaks.Snapshot, stack: ExitStack) -> None:
    command = "setsid sleep 60 >/dev/null 2>&1 & echo $!"
    pid = int(subprocess.run(["sh", "-c", command], capture_output=True, check=True).stdout)
    stack.callback(os.kill, pid, 9)
    assert f"process {pid}" in found(before)


def test_a_shared_kernel_may_stay(before: leaks.Snapshot, stack: ExitStack) -> None:
    child = subprocess.Popen(["sleep", "60"], start_new_session=True)
    stack.callback(child.wait)
    stack.callback(child.kill)
    leaks.exempt(child.pid)
    leaks.check(before, timeout=0.02)


@pytest.mark.parametrize("kernel", ["fake"], indirect=True)
def test_a_kernel_in_threads_leaves_nothing(before: leaks.Snapshot, kernel: Kernel) -> None:
    kernel.close()
    leaks.check(before)
