"""The program and kernels of another computer: scripts, lists, verbs. The console has a file of its own."""

import json
import os
import signal
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from clients import PATIENCE
from fake_kernel import FakeKernel
from leaks import wait_until
from programs import end, run, running
from ssh_links import put_on_path
from ssh_program import kernel_file, runtime
from sshd import Sshd

HOST = "kernelhost"


@pytest.fixture
def far(shared_sshd: Sshd, tmp_path: Path) -> Iterator[Sshd]:
    spec = shared_sshd.home / ".local/share/jupyter/kernels/python3/kernel.json"
    spec.parent.mkdir(parents=True, exist_ok=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    curve = {"supported_encryption": "curve"}
    text = {"argv": argv, "display_name": "Python", "language": "python", "metadata": curve}
    spec.write_text(json.dumps(text))
    yield shared_sshd
    for file in runtime(shared_sshd).iterdir():
        file.unlink()
    wait_until(lambda: not shared_sshd.remote())


@pytest.fixture
def env(far: Sshd, tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "PATH": put_on_path(far, tmp_path / "bin")}


@pytest.fixture
def kernel(far: Sshd) -> Iterator[FakeKernel]:
    with FakeKernel() as kernel:
        yield kernel


def folder_of(process: psutil.Process) -> Path:
    """The directory of a program's link, by what its ssh was told."""
    (ssh,) = process.children()
    argv = ssh.cmdline()
    assert "-S" in argv, argv
    return Path(argv[argv.index("-S") + 1]).parent


@pytest.mark.parametrize("how", ["newest", "part", "name", "path", "pattern"])
def test_a_kernel_is_attached_to(
    far: Sshd, env: dict[str, str], kernel: FakeKernel, how: str
) -> None:
    path = kernel_file(far, kernel, "4711 a'b")
    target = {
        "newest": [],
        "part": ["711"],
        "name": ["kernel-4711 a'b"],
        "path": [str(path)],
        "pattern": ["-e", "k*4711*"],
    }[how]
    assert run("--ssh", HOST, *target, "-c", "6*7", env=env) == (0, "42\n", "")


def test_a_kernel_of_another_address_is_reached_from_there(far: Sshd, env: dict[str, str]) -> None:
    with FakeKernel(ip="127.0.0.2") as kernel:
        kernel_file(far, kernel, "node")
        assert run("--ssh", HOST, "node", "-c", "6*7", env=env) == (0, "42\n", "")


def test_the_newest_that_answers_is_meant(
    far: Sshd, env: dict[str, str], kernel: FakeKernel
) -> None:
    os.utime(kernel_file(far, kernel), (1, 1))
    (runtime(far) / "kernel-bad.json").write_text("{")
    with FakeKernel() as dead:
        kernel_file(far, dead)
    assert run("--ssh", HOST, "-c", "6*7", env=env) == (0, "42\n", "")


def test_a_file_of_this_computer_can_be_named(
    env: dict[str, str], kernel: FakeKernel, tmp_path: Path
) -> None:
    file = tmp_path / "copied.json"
    file.write_text(json.dumps(kernel.connection))
    assert run("--ssh", HOST, "-e", str(file), "-c", "6*7", env=env) == (0, "42\n", "")


def test_kernels_are_listed_with_their_states(
    far: Sshd, env: dict[str, str], kernel: FakeKernel
) -> None:
    alive = kernel_file(far, kernel, "alive")
    with FakeKernel() as other:
        dead = kernel_file(far, other, "dead")
    for path in (alive, dead):
        os.utime(path, (1, 1))
    (runtime(far) / "kernel-bad.json").write_text("{}")
    odd = {**kernel.connection, "transport": "ipc", "ip": "not/a/whole/path"}
    (runtime(far) / "kernel-odd.json").write_text(json.dumps(odd))
    (runtime(far) / "kernel-own.json").write_text(json.dumps({**odd, "ip": "/tmp/${HOME}/k"}))
    far_away = {**kernel.connection, "ip": "a]:22:x"}
    (runtime(far) / "kernel-far.json").write_text(json.dumps(far_away))
    outcome = run("--ssh", HOST, "-l", "--json", env=env)
    found = {Path(each["file"]).name: each for each in map(json.loads, outcome.stdout.splitlines())}
    assert {name: each["state"] for name, each in found.items()} == {
        "kernel-alive.json": "idle",
        "kernel-dead.json": "dead",
        "kernel-odd.json": "no-link",
        "kernel-own.json": "no-link",
        "kernel-far.json": "no-link",
        "kernel-bad.json": "bad",
    }
    assert found["kernel-alive.json"]["file"] == str(alive)
    assert found["kernel-bad.json"]["reason"].startswith("shell_port is missing")
    assert run("--ssh", HOST, "--ping", "alive", env=env).status == 0
    assert run("--ssh", HOST, "--ping", "dead", env=env) == (
        3,
        "",
        "kconsole: kernel-dead.json: dead\n",
    )


@pytest.mark.parametrize(
    ("arguments", "status", "reason"),
    [
        (
            [HOST],
            3,
            "there is no connection file (start one with: kconsole --ssh kernelhost -k NAME)",
        ),
        (
            [HOST, "-e", "nix"],
            3,
            "no kernel that matches 'nix' on kernelhost: there is no connection",
        ),
        ([HOST, "/nix.json"], 3, "kernelhost:/nix.json: no such file"),
        ([HOST, "-e", "~nix/x.json"], 3, "kernelhost:~nix/x.json: no such file"),
        ([HOST, "-e", "x" * 300], 3, "on kernelhost: there is no connection file"),
        ([HOST, "-k", "nix"], 3, "there is no kernelspec 'nix' on kernelhost"),
        ([HOST, "--pick"], 3, "--pick needs a terminal to choose at"),
        ([HOST, "-k", "python3", "--cwd", "/nix"], 3, "no directory /nix there"),
        (["-oProxyCommand=touch x"], 2, "a host cannot begin with -"),
        (["denied"], 3, "denied: Permission denied"),
        (["no.such.host.invalid"], 3, "no.such.host.invalid: Could not resolve"),
    ],
)
def test_what_is_not_there_is_told_in_one_line(
    env: dict[str, str], arguments: list[str], status: int, reason: str
) -> None:
    outcome = run("--ssh", *arguments, "-c", "1", env=env)
    assert outcome.status == status
    assert reason in outcome.stderr
    assert outcome.stderr.count("\n") == 1


@pytest.mark.parametrize("target", [[], ["4711"]], ids=["newest", "named"])
def test_a_computer_that_forbids_forwarding_is_told_of(
    far: Sshd, env: dict[str, str], kernel: FakeKernel, target: list[str]
) -> None:
    kernel_file(far, kernel, "4711")
    far.configure("AllowTcpForwarding no")
    try:
        outcome = run("--ssh", HOST, *target, "-c", "1", env=env)
    finally:
        far.reset()
    said = "kconsole: kernelhost forbids forwarding (AllowTcpForwarding, PermitOpen)\n"
    assert outcome == (3, "", said)


def test_the_options_of_ssh_go_with_a_host(env: dict[str, str]) -> None:
    outcome = run("--sshkey", "x", "-c", "1", env=env)
    assert outcome == (2, "", "kconsole: --sshkey goes with --ssh (see kconsole --help)\n")


def test_a_kernel_is_started_there_and_ended(far: Sshd, env: dict[str, str]) -> None:
    code = "import os; print(os.environ['GREETING']); 6*7"
    outcome = run(
        "--ssh",
        HOST,
        "-k",
        "python3",
        "--encrypt",
        "off",
        "--env",
        "GREETING=a b",
        "-c",
        code,
        env=env,
    )
    assert outcome == (0, "a b\n42\n", "")
    assert list(runtime(far).iterdir()) == []


def test_a_kernel_can_be_left_running_there(far: Sshd, env: dict[str, str]) -> None:
    outcome = run("--ssh", HOST, "-k", "python3", "--keep", "-c", "x = 6", env=env)
    (file,) = runtime(far).glob("*.json")
    said = f"kconsole: left; the kernel stays; attach with: kconsole --ssh kernelhost {file}\n"
    assert outcome == (0, "", said)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run("--ssh", HOST, str(file), "-c", "x*7", env=env) == (0, "42\n", "")
    assert run("--ssh", HOST, str(file), "--shutdown", "--yes", env=env).status == 0
    assert list(runtime(far).iterdir()) == []


def test_no_key_is_seen_by_others_or_left_behind(
    far: Sshd, env: dict[str, str], kernel: FakeKernel, tmp_path: Path
) -> None:
    kernel_file(far, kernel)
    key = kernel.connection["key"]
    with running("--ssh", HOST, "-c", "import time; time.sleep(60)", env=env) as process:
        kernel.wait_for("execute_request")
        ours = psutil.Process(process.pid)
        for pid in (process.pid, *(each.pid for each in ours.children()), *far.remote()):
            with suppress(psutil.NoSuchProcess):  # what a shell runs over there, comes and goes
                each = psutil.Process(pid)
                assert key not in " ".join([*each.cmdline(), *each.environ().values()])
        folder = folder_of(ours)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        sockets = [each for each in folder.iterdir() if each.is_socket()]
        assert len(sockets) == 6
        assert {stat.S_IMODE(each.stat().st_mode) for each in sockets} == {0o600}
        process.send_signal(signal.SIGTERM)
        assert end(process).status == 143
    assert not folder.exists()
    assert not any(
        key in file.read_text("latin-1") for file in tmp_path.rglob("*") if file.is_file()
    )


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGINT])
def test_nothing_stays_however_it_ends(
    far: Sshd, env: dict[str, str], kernel: FakeKernel, number: signal.Signals
) -> None:
    kernel_file(far, kernel)
    with running("--ssh", HOST, "-c", "import time; time.sleep(60)", env=env) as process:
        kernel.wait_for("execute_request")
        ours = psutil.Process(process.pid)
        children, folder = ours.children(recursive=True), folder_of(ours)
        process.send_signal(number)
        end(process)
    _, alive = psutil.wait_procs(children, timeout=PATIENCE)
    assert alive == []
    # What a killed one has left, the next one takes away.
    run("--ssh", HOST, "--list-specs", env=env)
    assert not folder.exists()


def test_a_list_that_is_told_to_end_leaves_nothing(far: Sshd, env: dict[str, str]) -> None:
    far.mute()
    try:
        with running("--ssh", HOST, "-l", env=env) as process:
            ours = psutil.Process(process.pid)
            wait_until(lambda: any("-S" in each.cmdline() for each in ours.children()))
            children, folder = ours.children(recursive=True), folder_of(ours)
            process.send_signal(signal.SIGTERM)
            assert end(process).status == 143
    finally:
        far.accept()
    assert not folder.exists()
    _, alive = psutil.wait_procs(children, timeout=PATIENCE)
    assert alive == []
