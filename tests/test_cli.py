"""The command line: what it refuses, what it says then, and what it imports."""

import contextlib
import io
import itertools
import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from clients import PATIENCE, free_ports
from fake_kernel import FakeKernel, write_kernelspec
from leaks import wait_until
from programs import COMMAND, end, here, run, running

import kconsole
from kconsole.cli import run as run_here
from kconsole.cli.progress import Progress
from kconsole.client import readiness
from kconsole.script.cellprogress import CellProgress

PORTS = ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port")


@pytest.fixture
def target(tmp_path):
    """The connection file of a scripted kernel."""
    with FakeKernel() as kernel:
        yield str(kernel.write_connection_file(tmp_path / "kernel-1.json"))


@pytest.fixture
def kernelspecs(tmp_path, monkeypatch):
    """A data directory of this test's own, for kernelspecs."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def write(path, facts):
    """Write a connection file that only its owner can read."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(facts))
    return str(path)


def complaint(capsys, *arguments):
    """The status of the command line in this process, and the one line that it complains with."""
    status = run_here(arguments)
    stdout, stderr = capsys.readouterr()
    assert stdout == ""
    assert stderr.startswith("kconsole: ")
    assert stderr.endswith("\n")
    assert stderr.count("\n") == 1
    assert "Traceback" not in stderr
    return status, stderr.removeprefix("kconsole: ").removesuffix("\n")


# --- usage


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--no-such-option"], "no such option"),
        (["--color", "purple"], "purple"),
        (["-c"], "-c"),
        (["-k"], "-k"),
        (["one", "two"], "two"),
        (["one", "-k", "two"], "only one of TARGET, --existing and --kernel"),
        (["-e", "one", "-k", "two"], "only one of TARGET, --existing and --kernel"),
        (["--log", "x.py", "-c", "1"], "--log is for the console"),
        # An unset variable of a script must not run its code in the newest kernel.
        ([""], "the name is empty: TARGET"),
        (["-e", ""], "the name is empty: --existing"),
        (["-k", ""], "the name is empty: --kernel"),
        (["--env", "A"], "--env': 'A' is not NAME=VALUE"),
        (["--env", "=b"], "'=b' is not NAME=VALUE"),
        (["--cwd", "/no/such"], "--cwd': '/no/such' is not there"),
        (["--cwd", "/etc/passwd"], "'/etc/passwd' is no directory"),
        (["--transport", "udp"], "udp"),
        (["--encrypt", "maybe"], "maybe"),
        (["one", "--", "--x"], "arguments behind -- are for a kernel that is started"),
        (["one", "--env", "A=b"], "--env is for a kernel that is started"),
        (["-e", "--no-handshake"], "--handshake is for a kernel that is started"),
    ],
)
def test_wrong_usage_is_one_line_that_names_it_and_status_2(capsys, arguments, reason):
    status, line = complaint(capsys, *arguments)
    assert status == 2
    assert reason in line
    assert "kconsole --help" in line


def test_the_version_is_one_line(capsys):
    assert run_here(["--version"]) == 0
    assert capsys.readouterr() == (f"kconsole {kconsole.__version__}\n", "")


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_the_help_names_every_option_and_status(capsys, option):
    assert run_here([option]) == 0
    text, stderr = capsys.readouterr()
    assert stderr == ""
    for word in ("--existing", "--kernel", "--code", "--color", "--version", "Status", "Keys"):
        assert word in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_terminal_for_input_only_is_refused():
    if sys.platform == "win32":
        pytest.skip("needs a pty")
    ours, theirs = os.openpty()
    with running(stdin=theirs) as program:
        status, stdout, stderr = end(program)
    os.close(ours)
    os.close(theirs)
    assert (status, stdout) == (2, "")
    assert stderr.startswith("kconsole: standard output is no terminal")


# --- connection files


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty"),
        ("[]", "not a JSON object"),
        ("{", "JSON"),
        ("\0" * 100, "binary"),
        ("{}", "shell_port"),
        (json.dumps({**dict.fromkeys(PORTS, 1), "shell_port": 0}), "shell_port"),
        (json.dumps({**dict.fromkeys(PORTS, 1), "shell_port": 70000}), "shell_port"),
        (json.dumps({**dict.fromkeys(PORTS, 1), "key": "", "transport": "inproc"}), "transport"),
        (
            json.dumps({**dict.fromkeys(PORTS, 1), "key": "", "signature_scheme": "hmac-rot13"}),
            "hmac-rot13",
        ),
    ],
)
def test_a_bad_connection_file_is_status_2_with_its_name_and_the_reason(
    tmp_path, capsys, content, reason
):
    path = tmp_path / "kernel-bad.json"
    path.write_text(content)
    status, line = complaint(capsys, str(path), "-c", "1")
    assert status == 2
    assert str(path) in line
    assert reason in line


def test_a_directory_is_no_connection_file(tmp_path, capsys):
    status, line = complaint(capsys, str(tmp_path), "-c", "1")
    assert status in {2, 3}
    assert str(tmp_path) in line


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs Linux' /proc")
def test_a_file_that_cannot_be_read_is_status_2(capsys):
    # A file without read permission is none to root, as whom the tests may run; this is one to all.
    status, line = complaint(capsys, "/proc/self/mem", "-c", "1")
    assert (status, line) == (2, "/proc/self/mem: Input/output error")


def test_code_given_as_a_connection_file_is_status_2_with_how_to_run_it(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    Path("job.py").write_text("print(6 * 7)\n")
    status, line = complaint(capsys, "job.py", "-c", "1")
    assert status == 2
    assert line.startswith("job.py: is not JSON: ")
    assert line.endswith("; to run it: kconsole < job.py")


def test_a_file_that_is_not_there_is_status_3(tmp_path, capsys):
    path = str(tmp_path / "kernel-nowhere.json")
    status, line = complaint(capsys, path, "-c", "1")
    assert status == 3
    assert "kernel-nowhere.json" in line


def test_a_name_with_control_characters_cannot_write_to_the_terminal(capsys):
    status, line = complaint(capsys, "kernel-\x1b]0;owned\x07\n.json", "-c", "1")
    assert status == 3
    assert line.isprintable()


@pytest.mark.parametrize("arguments", [["-e"], ["--existing"], ["-e", "4711"]])
def test_no_running_kernel_is_status_3(capsys, arguments):
    status, line = complaint(capsys, *arguments, "-c", "1")
    assert status == 3
    assert "kernel" in line


def test_the_file_of_a_dead_kernel_is_status_3(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(readiness, "_REFUSED_S", 0.3)
    with free_ports() as ports:
        facts = {**dict(zip(PORTS, ports, strict=True)), "key": "k"}
        path = write(tmp_path / "kernel-dead.json", facts)
        status, line = complaint(capsys, path, "-c", "1")
    assert status == 3
    assert path in line
    assert "refused" in line


def test_a_long_wait_is_shown_also_on_a_terminal_that_does_not_know_its_size(tmp_path):
    # A new pty has no columns and no rows, as a serial line has none.
    ours, theirs = os.openpty()
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, ours)
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in PORTS]
        ports = [one.getsockname()[1] for one in sockets]
        facts = {**dict(zip(PORTS, ports, strict=True)), "key": "k", "kernel_name": "silent one"}
        path = write(tmp_path / "kernel-1.json", facts)
        environ = {**os.environ, "TERM": "xterm"}
        with running(path, "-c", "1", stderr=theirs, env=environ) as program:
            os.close(theirs)
            shown = b""
            while b"cancels" not in shown:
                shown += os.read(ours, 1000)
            assert re.search(rb"waiting for silent one: \d s \(Ctrl-C cancels\)", shown)
            program.send_signal(signal.SIGINT)
            assert end(program).status == 130


@pytest.mark.parametrize(
    ("term", "plain"), [("dumb", False), ("", False), ("unknown", False), ("xterm", True)]
)
def test_where_no_line_can_be_written_over_a_long_wait_is_told_now_and_then(
    term, plain, monkeypatch
):
    written = io.StringIO()
    monkeypatch.setattr(written, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", written)
    monkeypatch.setenv("TERM", term)
    now = itertools.count(1000.0)
    monkeypatch.setattr("kconsole.cli.progress.time.monotonic", lambda: next(now))
    progress = Progress("starting python", lambda: "", lambda: "a word", plain=plain)
    for _second in range(40):
        progress.show(0.0)
    progress.clear()
    line = "kconsole: starting python: {} s (Ctrl-C cancels)\n"
    assert written.getvalue() == line.format(5) + line.format(35)


@pytest.mark.parametrize(("term", "draws"), [("xterm", True), ("dumb", False)])
def test_how_far_a_script_is_is_drawn_where_a_line_can_be_written_over(term, draws, monkeypatch):
    stderr = io.StringIO()
    monkeypatch.setattr(stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", term)
    with contextlib.closing(CellProgress(stderr, "job", 2)) as progress:
        assert progress.active is draws


def test_a_wrong_key_is_status_3_and_says_so(target, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(readiness, "_FORGED_S", 0.3)
    facts = json.loads(Path(target).read_text())
    path = write(tmp_path / "kernel-2.json", facts | {"key": "another"})
    status, line = complaint(capsys, path, "-c", "1")
    assert status == 3
    assert "key" in line


def test_a_long_wait_says_what_it_may_be_for(target, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(readiness, "_SILENT_S", 0.1)
    monkeypatch.setattr(readiness, "_FORGED_S", 0.5)
    facts = json.loads(Path(target).read_text())
    path = write(tmp_path / "kernel-2.json", facts | {"key": "another"})
    assert run_here([path, "-c", "1"]) == 3
    hint, _error = capsys.readouterr().err.splitlines()
    assert "but not our requests: it is busy, or the key is another one" in hint


def test_existing_attaches_to_the_newest_that_answers(runtime_dir):
    runtime_dir.mkdir(parents=True)
    with FakeKernel() as kernel, free_ports() as ports:
        kernel.write_connection_file(runtime_dir / "kernel-1.json")
        facts = {**dict(zip(PORTS, ports, strict=True)), "key": "k"}
        write(runtime_dir / "kernel-2.json", facts)
        assert here("-e", "-c", "6 * 7") == (0, "42\n", "")
        assert here("--existing=kernel-1", "-c", "6 * 7") == (0, "42\n", "")
        assert here("kernel-1", "-c", "6 * 7") == (0, "42\n", "")
        assert kernel.count("shutdown_request") == 0


def test_a_file_that_others_can_read_is_warned_about_and_used(tmp_path):
    with FakeKernel() as kernel:
        path = kernel.write_connection_file(tmp_path / "kernel-1.json")
        path.chmod(0o644)
        status, stdout, stderr = here(str(path), "-c", "6 * 7")
    assert (status, stdout) == (0, "42\n")
    assert stderr.startswith(f"kconsole: warning: {path}: ")
    assert stderr.count("\n") == 1


# --- kernels of our own


def test_an_unknown_kernelspec_is_status_3(kernelspecs, capsys):
    status, line = complaint(capsys, "-k", "no-such-kernel", "-c", "1")
    assert status == 3
    assert "no-such-kernel" in line


def test_a_kernel_of_our_own_runs_the_code_and_is_stopped(kernelspecs, tmp_path, runtime_dir):
    record = tmp_path / "record"
    write_kernelspec(kernelspecs, record=str(record))
    assert run("-k", "fake", "-c", "6 * 7") == (0, "42\n", "")
    kinds = [json.loads(line)["header"]["msg_type"] for line in record.read_text().splitlines()]
    assert kinds[-1] == "shutdown_request"
    assert list(runtime_dir.iterdir()) == []


def test_a_kernel_that_cannot_be_started_is_status_3_with_its_last_words(kernelspecs):
    write_kernelspec(kernelspecs, exit_at_start=7, stderr="cannot find my library\n")
    status, stdout, stderr = here("-k", "fake", "-c", "1")
    assert (status, stdout) == (3, "")
    assert "cannot find my library" in stderr
    assert "7" in stderr
    assert stderr.count("\n") == 1


def test_encryption_that_is_required_but_not_to_be_had_is_status_3(kernelspecs, target, capsys):
    write_kernelspec(kernelspecs)
    status, line = complaint(capsys, "-k", "fake", "--encrypt", "required", "-c", "1")
    assert status == 3
    assert "fake" in line and "encrypted" in line
    status, line = complaint(capsys, str(target), "--encrypt", "required", "-c", "1")
    assert status == 3
    assert str(target) in line and "encrypted" in line


def test_what_stands_behind_two_dashes_goes_to_the_kernel(kernelspecs, tmp_path):
    out = tmp_path / "out"
    script = f'echo "$PWD $A $*" > "{out}"; exit 3'
    write_kernelspec(kernelspecs, spec={"argv": ["sh", "-c", script, "sh"]})
    own = ("-k", "fake", "-c", "1", "--env", "A=b c", "--cwd", str(tmp_path))
    status, _, stderr = here(*own, "--", "-c", "--x=y", "--", "z")
    assert (status, out.read_text()) == (3, f"{tmp_path} b c -c --x=y -- z\n")
    assert stderr.endswith("-c --x=y -- z)\n")


def test_a_command_that_is_not_there_is_status_3_and_named(kernelspecs):
    write_kernelspec(kernelspecs, spec={"argv": ["no-such-program", "{connection_file}"]})
    status, stdout, stderr = here("-k", "fake", "-c", "1")
    assert (status, stdout) == (3, "")
    assert "no-such-program" in stderr
    assert stderr.count("\n") == 1


def test_a_kernel_of_our_own_that_dies_is_status_4(kernelspecs, runtime_dir):
    write_kernelspec(kernelspecs)
    status, _, stderr = here("-k", "fake", "-c", 'print("on")\n%fake die 9')
    assert status == 4
    assert "status 9" in stderr
    assert stderr.count("\n") == 1
    assert list(runtime_dir.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_leaves_no_kernel_of_ours_behind(kernelspecs, runtime_dir, name):
    write_kernelspec(kernelspecs)
    number = getattr(signal, name)
    with running("-k", "fake", "-c", 'print("on")\nimport time\ntime.sleep(60)') as program:
        assert program.stdout.readline() == "on\n"
        program.send_signal(number)
        assert end(program).status == 128 + number
    # That its process is gone too is what every test checks.
    wait_until(lambda: list(runtime_dir.iterdir()) == [])


# --- what is imported


def imported(*arguments, stdin=subprocess.DEVNULL, **options):
    """The names of all modules that a run of the program imports."""
    done = subprocess.run(
        [COMMAND[0], "-X", "importtime", *COMMAND[1:], *arguments],
        stdin=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
        **options,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


def packages(modules):
    return {module.partition(".")[0] for module in modules}


@pytest.mark.usefixtures("unmeasured")  # coverage imports tomllib itself
@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_import_nothing_heavy(option):
    modules = imported(option)
    assert "kconsole.cli" in modules
    heavy = {"zmq", "pygments", "prompt_toolkit", "asyncio", "tomllib"}
    assert not heavy & packages(modules)
    ours = {module.split(".")[1] for module in modules if module.startswith("kconsole.")}
    assert ours <= {"cli", "errors"}


@pytest.mark.usefixtures("unmeasured")
def test_a_script_imports_no_editor(target):
    modules = imported(target, "-c", "1 / 1")
    assert "zmq" in packages(modules)
    assert not {"prompt_toolkit", "asyncio", "tomllib"} & packages(modules)


def test_ctrl_c_while_the_program_is_still_being_loaded_is_no_traceback(tmp_path):
    (tmp_path / "click.py").write_text("print('loading', flush=True); input()")
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    with running("--version", stdin=subprocess.PIPE, env=env) as process:
        assert process.stdout.readline() == "loading\n"
        process.send_signal(signal.SIGINT)
        status, _, complaint = end(process)
    assert (status, complaint) == (-signal.SIGINT, "")


@pytest.mark.parametrize(
    ("name", "hint"), [("-e", " (start one with: kconsole -k NAME)\n"), ("nix", "")]
)
def test_where_there_is_no_kernel_one_can_be_started(runtime_dir, name, hint):
    runtime_dir.mkdir(parents=True)
    outcome = here(name, "-c", "1")
    assert (outcome.status, outcome.stdout) == (3, "")
    assert outcome.stderr.startswith("kconsole: no kernel")
    assert outcome.stderr.endswith(hint) if hint else "start one" not in outcome.stderr
