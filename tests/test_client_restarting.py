"""A kernel of our own is restarted by us: the same place, another kernel."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from clients import PATIENCE, ready, replied
from fake_kernel import FakeKernel, write_kernelspec
from leaks import wait_until
from running_kernels import start_fake

from kconsole.client.kernel import Kernel, attach
from kconsole.client.starting import start
from kconsole.errors import ChannelError, KernelRestartedError, KernelStartError

SLEEP = "import time; time.sleep(60)"


@contextmanager
def started(folder: Path, monkeypatch: pytest.MonkeyPatch, **behaviour: Any) -> Iterator[Kernel]:
    """A scripted kernel of our own, in a process."""
    write_kernelspec(folder, **behaviour)
    monkeypatch.setenv("JUPYTER_PATH", str(folder))
    with start("fake") as kernel:
        kernel.wait(PATIENCE)
        yield kernel


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    with started(tmp_path, monkeypatch) as one:
        yield one


def count(kernel: Kernel, code: str = "1") -> int:
    reply = kernel.client.execute(code, reply=True, timeout=PATIENCE)
    number: int = replied(reply)["execution_count"]
    return number


def test_a_restarted_kernel_is_another_one_at_the_same_place(kernel: Kernel) -> None:
    assert kernel.process is not None
    assert (count(kernel), count(kernel)) == (1, 2)
    before, pid = kernel.client.info, kernel.process.pid
    info = kernel.restart(PATIENCE)
    assert info.implementation == "fake"
    assert kernel.info is info
    assert kernel.client.info == kernel.process.info == before
    assert kernel.process.pid != pid
    assert kernel.client.health.state == "ok"
    assert count(kernel) == 1


def test_it_can_be_restarted_again_and_again(kernel: Kernel) -> None:
    for _ in range(3):
        kernel.restart(PATIENCE)
        assert count(kernel) == 1


def test_the_program_is_told_once_after_all_that_came_before(kernel: Kernel) -> None:
    news: list[str] = []
    kernel.client.sink = lambda _, msg: news.append(str(msg["content"].get("text", "")))
    kernel.client.on_restart = lambda: news.append(threading.current_thread().name)
    kernel.client.execute("print('last words')\n" + SLEEP)
    wait_until(lambda: "last words\n" in news, PATIENCE, "the output")
    kernel.restart(PATIENCE)
    assert count(kernel, "print('first words')") == 1
    wait_until(lambda: "first words\n" in news, PATIENCE, "the output")
    told = [each for each in news if each]
    assert told.count("kconsole-io") == 1
    assert told.index("last words\n") < told.index("kconsole-io") < told.index("first words\n")


def test_whoever_waits_for_the_old_kernel_learns_of_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with started(tmp_path, monkeypatch, deaf=["inspect_request"]) as kernel:
        caught: list[Exception] = []

        def ask() -> None:
            try:
                kernel.client.inspect("print", reply=True)
            except KernelRestartedError as error:
                caught.append(error)

        waiting = threading.Thread(target=ask)
        waiting.start()
        wait_until(lambda: bool(kernel.client._router._claims), PATIENCE, "the question")
        kernel.restart(PATIENCE)
        waiting.join(PATIENCE)
        assert caught


def test_a_cell_that_runs_is_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A signal may come later than the request to end.
    by_message = {"interrupt_mode": "message"}
    with started(tmp_path, monkeypatch, spec=by_message) as kernel:
        replies: list[str] = []
        runs = threading.Event()

        def look(channel: str, msg: Any) -> None:
            if channel == "shell":
                replies.append(msg["content"]["ename"])
            elif msg["msg_type"] == "stream":
                runs.set()

        kernel.client.sink = look
        kernel.client.execute("print('on')\n" + SLEEP)
        assert runs.wait(PATIENCE)
        kernel.restart(PATIENCE)
        assert replies == ["KeyboardInterrupt"]
        assert not kernel.client.is_busy


def test_its_end_is_no_death(kernel: Kernel) -> None:
    seen: set[str] = set()
    kernel.client.on_change = lambda: seen.add(kernel.client.health.state)
    kernel.restart(PATIENCE)
    assert "gone" not in seen
    assert kernel.client.health.state == "ok"


def test_a_dead_kernel_comes_back(kernel: Kernel) -> None:
    kernel.client.execute("%fake die")
    wait_until(lambda: kernel.client.health.state == "gone", PATIENCE, "its death")
    kernel.restart(PATIENCE)
    assert count(kernel) == 1


def test_other_clients_see_it(kernel: Kernel) -> None:
    assert kernel.process is not None
    told = threading.Event()
    with attach(str(kernel.process.info.path)) as other:
        other.wait(PATIENCE)
        other.client.on_restart = told.set
        kernel.restart(PATIENCE)
        assert told.wait(PATIENCE)


@pytest.mark.parametrize("how", ["silent", "ignored", "stays"])
def test_a_kernel_that_does_not_go_is_made_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    with started(tmp_path, monkeypatch, shutdown=how) as kernel:
        assert count(kernel) == 1
        kernel.restart(PATIENCE)
        assert count(kernel) == 1


def test_one_that_cannot_be_started_again_says_why(kernel: Kernel, tmp_path: Path) -> None:
    assert kernel.process is not None
    program = tmp_path / "broken.py"
    program.write_text("raise SystemExit('the disk is full')")
    kernel.process.spec = replace(kernel.process.spec, argv=(sys.executable, str(program)))
    with pytest.raises(KernelStartError, match=r"exited with status 1: the disk is full"):
        kernel.restart(PATIENCE)
    assert kernel.client.health.state == "gone"
    with pytest.raises(KernelStartError, match="the disk is full"):
        kernel.restart(PATIENCE)


def test_a_kernel_of_others_is_theirs_to_restart(tmp_path: Path) -> None:
    fake = start_fake(tmp_path)
    try:
        with attach(str(fake.connection_file)) as kernel:
            kernel.wait(PATIENCE)
            with pytest.raises(KernelStartError, match="only who has started"):
                kernel.restart(PATIENCE)
            assert count(kernel) == 1
    finally:
        fake.close()


def test_leaving_ends_a_restart_that_is_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with started(tmp_path, monkeypatch) as kernel:
        assert kernel.process is not None
        program = tmp_path / "slow.py"
        program.write_text("import time; time.sleep(60)")
        kernel.process.spec = replace(kernel.process.spec, argv=(sys.executable, str(program)))
        waits = threading.Event()
        caught: list[Exception] = []

        def restart() -> None:
            try:
                kernel.restart(None, lambda _: waits.set())
            except ChannelError as error:
                caught.append(error)

        thread = threading.Thread(target=restart)
        thread.start()
        assert waits.wait(PATIENCE)
        process = kernel.process
        kernel.close()
        thread.join(PATIENCE)
        assert [str(error) for error in caught] == ["the kernel has been left"]
        assert process.poll() is not None


def test_what_was_left_is_not_restarted(kernel: Kernel) -> None:
    kernel.close()
    with pytest.raises(ChannelError):
        kernel.restart(PATIENCE)


def test_the_farewell_of_the_old_kernel_proves_no_second_restart() -> None:
    with FakeKernel() as fake, ready(fake) as client:
        told = threading.Event()
        client.on_restart = told.set
        with client.renewal.of(client):
            fake.broadcast_shutdown(restart=True)
            fake.publish("status", {"execution_state": "starting"})
            assert replied(client.execute("1", reply=True, timeout=PATIENCE))
            client.iopub_channel.flush()
            assert client.health.state == "starting"
        fake.publish("status", {"execution_state": "starting"})
        assert replied(client.execute("2", reply=True, timeout=PATIENCE))
        client.iopub_channel.flush()
        assert not told.is_set()
