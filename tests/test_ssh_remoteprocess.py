"""A kernel on another machine: started, watched, interrupted, ended; the machine is a shell of this one."""

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from leaks import wait_until
from remote_shell import LocalShell

from kconsole import KernelClient
from kconsole.connect.specs import KernelSpec, default_kernel_spec
from kconsole.connect.ssh.remote import Answer
from kconsole.connect.ssh.remoteprocess import RemoteProcess
from kconsole.errors import KernelStartError, LinkLostError

#: A stand-in for a kernel: tells what it was started with, then waits for a signal.
PROGRAM = """
import os, signal, sys, time
def note(number, frame):
    print("signal", number, flush=True)
    if number == signal.SIGTERM: sys.exit()
for number in (signal.SIGINT, signal.SIGTERM): signal.signal(number, note)
print(os.getcwd(), os.environ.get("GREETING"), sys.argv[1:], oct(os.umask(0)), flush=True)
while True: time.sleep(60)
"""

Start = Callable[..., RemoteProcess]


def spec(home: Path, *argv: str, **more: object) -> KernelSpec:
    directory = home / "env/share/jupyter/kernels/stand-in"
    argv = argv or (sys.executable, "-c", PROGRAM, "{connection_file}")
    return KernelSpec(
        name="stand-in",
        resource_dir=directory,
        argv=argv,
        display_name="Stand-in",
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def shell(tmp_path: Path) -> LocalShell:
    return LocalShell(tmp_path)


@pytest.fixture
def start(tmp_path: Path, shell: LocalShell) -> Iterator[Start]:
    started: list[RemoteProcess] = []

    def start(*argv: str, run: Callable[[str], Answer] = shell, **options: object) -> RemoteProcess:
        more = {name: options.pop(name) for name in ("env_of_spec", "mode") if name in options}
        made = spec(
            tmp_path,
            *argv,
            env=more.get("env_of_spec", {}),
            interrupt_mode=more.get("mode", "signal"),
        )
        process = RemoteProcess.start(run, "gpu01", made, **options)  # type: ignore[arg-type]
        started.append(process)
        return process

    yield start
    for process in started:
        process.stop()
        with suppress(psutil.NoSuchProcess):
            psutil.Process(process.pid).kill()


def lives(process: RemoteProcess) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE
    return False


def said(process: RemoteProcess, text: str) -> None:
    wait_until(lambda: text in process.log_tail(100))


def test_it_is_started_where_and_as_its_spec_and_its_user_say(start: Start, tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir()
    process = start(
        cwd="~/a b", env={"GREETING": "it's $HOME"}, arguments=["--more", "x y"], env_of_spec={}
    )
    said(process, "--more")
    file = process.info.path
    assert file is not None
    arguments = [str(file), "--more", "x y"]
    assert process.log_tail(1) == f"{tmp_path}/a b it's $HOME {arguments} 0o22"
    assert file.parent == tmp_path / ".local/share/jupyter/runtime"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(f"{file}.log").stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_spec_can_refer_to_variables_over_there(start: Start, tmp_path: Path) -> None:
    process = start(env_of_spec={"GREETING": "$$5 in ${HOME}/'x' and $NOTHING_IS_HERE."})
    said(process, f"$5 in {tmp_path}/'x' and .")


def test_it_has_a_session_of_its_own_and_takes_an_interrupt(start: Start) -> None:
    process = start()
    said(process, "[")
    assert os.getsid(process.pid) == process.pid
    assert process.poll() is None
    assert process.interrupt()
    said(process, "signal 2")
    assert process.poll() is None


def test_a_kernel_that_is_to_be_asked_gets_no_signal(start: Start) -> None:
    assert not start(mode="message").interrupt()


def test_stopping_ends_it_and_removes_its_files(start: Start) -> None:
    process = start()
    said(process, "[")
    process.stop()
    assert process.poll() == 0
    assert not lives(process)
    assert process.info.path is not None
    assert list(process.info.path.parent.iterdir()) == []


def test_sockets_have_a_directory_of_their_own(start: Start) -> None:
    process = start(transport="ipc")
    directory = Path(process.info.ip).parent
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    process.stop()
    assert not directory.exists()


def test_a_kernel_that_is_kept_stays(start: Start) -> None:
    process = start()
    process.keep()
    process.stop()
    assert lives(process)
    assert process.info.path is not None
    assert process.info.path.exists()


def test_a_kernel_that_ends_at_once_is_told_with_its_last_words(start: Start) -> None:
    process = start("sh", "-c", "echo address already in use; exit 3")
    wait_until(lambda: process.poll() is not None)
    assert process.is_port_race()
    assert "kernel stand-in on gpu01 has ended: address already in use" in process.describe_death()
    assert "(command: sh -c" in process.describe_failure()


def test_it_comes_back_with_the_same_file(start: Start) -> None:
    process = start()
    said(process, "[")
    before = process.info, process.pid
    process.end()
    assert process.poll() == 0
    process.respawn()
    assert process.info == before[0]
    assert process.pid != before[1]
    said(process, "[")
    assert process.poll() is None


@pytest.mark.parametrize(
    ("argv", "options", "reason"),
    [
        (("no-such-program",), {}, "command not found there: no-such-program"),
        ((), {"cwd": "/no/such"}, "no directory /no/such there"),
        ((), {"cwd": "-"}, "no directory - there"),
        ((), {"env": {"A;touch x;B": ""}}, "a shell there can set no variable 'A;touch x;B'"),
        ((), {"env_of_spec": {"A-B": ""}}, "a shell there can set no variable 'A-B'"),
    ],
)
def test_what_cannot_be_started_is_told_with_the_reason_and_leaves_nothing(
    start: Start, tmp_path: Path, argv: tuple[str, ...], options: dict[str, object], reason: str
) -> None:
    with pytest.raises(KernelStartError, match=f"^kernel stand-in on gpu01: {reason}$"):
        start(*argv, **options)
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


def test_a_directory_is_the_one_that_is_named(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # cd would look for it there first, and print where it was.
    (tmp_path / "elsewhere/work").mkdir(parents=True)
    (tmp_path / "work").mkdir()
    process = start(cwd="work", run=LocalShell(tmp_path, CDPATH=str(tmp_path / "elsewhere")))
    said(process, f"{tmp_path}/work None")


def test_of_what_a_kernel_prints_without_end_only_the_last_is_fetched(
    start: Start, shell: LocalShell
) -> None:
    longest = 0

    def run(script: str, *, timeout: float) -> Answer:
        nonlocal longest
        answer = shell(script)
        longest = max(longest, len(answer.output))
        return answer

    process = start(
        "sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' x; echo end; exec sleep 60", run=run
    )
    said(process, "end")
    assert longest < 100_000


@pytest.mark.parametrize("error", [KeyboardInterrupt, LinkLostError])
def test_a_start_that_breaks_off_leaves_no_kernel(
    start: Start, shell: LocalShell, tmp_path: Path, error: type[BaseException]
) -> None:
    numbers: list[int] = []

    def run(script: str, *, timeout: float) -> Answer:
        answer = shell(script)
        if "exec" in script:
            numbers.append(int(answer.output))
            raise error("gpu01: no answer")
        return answer

    with pytest.raises(error):
        start(run=run)
    wait_until(lambda: not psutil.pid_exists(*numbers))
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


def test_a_lost_link_leaves_it_and_says_so(start: Start, shell: LocalShell) -> None:
    lost = False

    def run(script: str, *, timeout: float) -> Answer:
        if lost:
            raise LinkLostError("gpu01: not connected")
        return shell(script)

    process = start(run=run)
    said(process, "[")
    lost = True
    process.stop()
    assert process.left == "kernel stand-in on gpu01 may still run: gpu01: not connected"
    assert lives(process)


def test_a_home_in_which_nothing_can_be_made_is_told(start: Start, tmp_path: Path) -> None:
    (tmp_path / ".local").touch()
    where = tmp_path / ".local/share/jupyter/runtime"
    with pytest.raises(KernelStartError, match=f"runtime directory cannot be made: {where}$"):
        start()


def test_who_leaves_does_not_wait_long_for_a_silent_link(start: Start, shell: LocalShell) -> None:
    silent = False
    waits: list[float] = []

    def run(script: str, *, timeout: float) -> Answer:
        if silent:
            waits.append(timeout)
            raise LinkLostError("gpu01: no answer")
        return shell(script)

    process = start(run=run)
    said(process, "[")
    silent = True
    process.stop(ask=lambda: None)
    assert process.left
    assert 1 <= waits[-1] < 5


def test_what_a_kernel_that_was_kept_leaves_goes_at_the_next_start(start: Start) -> None:
    kept = [start(transport=transport) for transport in ("ipc", "tcp", "tcp")]
    for process in kept:
        process.keep()
    for process in kept[:2]:
        psutil.Process(process.pid).kill()
    wait_until(lambda: not any(map(lives, kept[:2])))
    new = start()
    left = {
        f"{process.info.path}{end}"
        for process in (kept[2], new)
        for end in ("", ".log", ".log.pid")
    }
    assert new.info.path is not None
    assert {str(path) for path in new.info.path.parent.iterdir()} == left
    assert not Path(kept[0].info.ip).parent.exists()


def test_a_log_that_grows_is_cut(start: Start) -> None:
    process = start("sh", "-c", "head -c 9000000 /dev/zero | tr '\\0' x; echo; exec sleep 60")
    log = Path(f"{process.info.path}.log")
    wait_until(lambda: log.stat().st_size > 8 << 20)
    wait_until(lambda: log.stat().st_size < 1 << 20)
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_real_kernel_answers_and_is_asked_to_end(tmp_path: Path, shell: LocalShell) -> None:
    spec = default_kernel_spec()
    real = replace(spec, argv=(sys.executable, *spec.argv[1:]))
    process = RemoteProcess.start(shell, "gpu01", real)
    with KernelClient(info=process.info, process=process) as client:
        assert client.wait_for_ready().implementation == "ipython"
        process.stop(ask=lambda: client.shutdown() and None)
    assert process.poll() == 0
