"""One thing that is asked of a kernel, or done to it, from a script: output, statuses, refusals."""

import json
import os
import signal
import subprocess
import sys

import psutil
import pytest
from clients import PATIENCE, free_ports
from fake_kernel import FakeKernel
from features import KILLED
from leaks import wait_until
from programs import COMMAND, end, here, running
from terminal import Terminal

#: The same code is measured where it runs in this process.
pytestmark = pytest.mark.usefixtures("unmeasured")

BUSY_S = 60.0
#: How kernels differ in what they are asked here is the matter of the client's tests and the matrix.
SOME = pytest.mark.parametrize("kernel", ["fake", "ipykernel7", "bash"], indirect=True)


@pytest.fixture
def runtime(runtime_dir):
    runtime_dir.mkdir(parents=True)
    return runtime_dir


@pytest.fixture
def fake(runtime):
    """Starts a scripted kernel whose file is kernel-1.json."""
    kernels = []

    def start(**behaviour):
        kernel = FakeKernel(**behaviour)
        kernels.append(kernel)
        kernel.__enter__()
        kernel.write_connection_file(runtime / "kernel-1.json")
        return kernel

    yield start
    for kernel in kernels:
        kernel.__exit__(None, None, None)


def asked(outcome):
    """The object that a program has printed, and nothing else."""
    assert (outcome.status, outcome.stderr, outcome.stdout.count("\n")) == (0, "", 1)
    return json.loads(outcome.stdout)


# --- --ping


@SOME
def test_ping_tells_state_and_heartbeat(kernel):
    outcome = here("--ping", str(kernel.connection_file))
    assert (outcome.status, outcome.stderr) == (0, "")
    state, heartbeat, file = outcome.stdout.rstrip("\n").split(", ")
    assert (state, file) == ("idle", kernel.connection_file.name)
    assert heartbeat.startswith("heartbeat ")
    assert heartbeat.endswith(" ms")


def test_ping_tells_programs_how_long_the_echo_took(fake):
    fake()
    told = asked(here("--ping", "--json", "1"))
    assert (told["state"], told["language"]) == ("idle", "python")
    assert 0 < told["round_trip"] < PATIENCE


@pytest.mark.parametrize(
    ("behaviour", "shown"),
    [
        ({"busy": BUSY_S}, "busy, heartbeat"),
        ({"heartbeat": "off"}, "idle, no heartbeat, kernel-1.json"),
        (
            {"busy": BUSY_S, "heartbeat": "shell", "deaf": ["control:kernel_info_request"]},
            "busy, no",
        ),
    ],
)
def test_who_works_or_is_silent_lives(fake, behaviour, shown):
    fake(**behaviour)
    outcome = here("--ping", "kernel-1.json")
    assert (outcome.status, outcome.stderr) == (0, "")
    assert outcome.stdout.startswith(shown)


def test_a_dead_kernel_is_status_3(runtime):
    names = ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port")
    with free_ports() as ports:  # which nobody else can have meanwhile
        (runtime / "kernel-1.json").write_text(json.dumps(dict(zip(names, ports, strict=True))))
        os.utime(runtime / "kernel-1.json", (1, 1))
        assert here("--ping", "1") == (3, "", "kconsole: kernel-1.json: dead\n")
        outcome = here("--ping", "1", "--json")
        assert json.loads(outcome.stdout)["state"] == "dead"
        assert (outcome.status, outcome.stderr) == (3, "")
        assert here("--ping") == (
            3,
            "",
            f"kconsole: the only kernel in the current directory and {runtime} does not answer\n",
        )


def test_a_bad_file_is_status_2_and_none_status_3(runtime):
    (runtime / "kernel-1.json").write_text("{")
    outcome = here("--ping", "kernel-1.json")
    assert (outcome.status, outcome.stdout, outcome.stderr.count("\n")) == (2, "", 1)
    assert outcome.stderr.startswith("kconsole: kernel-1.json: bad: ")
    assert here("--ping", "4711").status == 3


# --- questions


@SOME
def test_info_is_the_kernels_own_word(kernel):
    told = asked(here("--info", "--json", str(kernel.connection_file)))
    assert told["language_info"]["name"] == kernel.language
    shown = here("--info", str(kernel.connection_file))
    assert (shown.status, shown.stderr) == (0, "")
    assert f"language        {kernel.language}" in shown.stdout


def test_without_a_target_it_is_the_newest_that_answers_and_none_is_started(fake):
    kernel = fake(banner="\x1b]0;title\x07Fake\x1b[2J\nkernel", help_links=[])
    shown = here("--info")
    assert (shown.status, shown.stderr) == (0, "")
    assert shown.stdout.endswith("banner          Fake\nbanner          kernel\n")
    kernel.die()
    outcome = here("--info")
    assert (outcome.status, outcome.stdout, outcome.stderr.count("\n")) == (3, "", 1)


# Not ipykernel: in a fresh home jedi builds its cache first, which takes up to a minute.
@pytest.mark.parametrize("kernel", ["fake", "bash"], indirect=True)
def test_completions_come_one_per_line(kernel):
    file = str(kernel.connection_file)
    code = kernel.code("prefix of a name")
    lines = here("--complete", code, "--timeout", "60", file).stdout.splitlines()
    assert any(kernel.shows("prefix of a name") in line for line in lines)
    matches = asked(here("--complete", code, "--json", "--timeout", "60", file))["matches"]
    assert [each["text"] for each in matches] == lines
    assert matches[0].keys() == {"text", "start", "end", "type", "signature"}


def test_the_cursor_may_stand_within_the_code_and_the_code_come_from_stdin(fake):
    kernel = fake(names=["alpha", "al\x1b[2Jien"])
    code = "x = al + 1"
    for arguments, stdin in ((["--complete", code], ""), (["--complete", "-"], code)):
        outcome = here(*arguments, "--cursor", "6", stdin=stdin)
        assert outcome == (0, "alien\nalpha\n", "") or outcome == (0, "alpha\nalien\n", "")
        assert kernel.wait_for("complete_request").content == {"code": code, "cursor_pos": 6}
    assert here("--complete", "nothing_like_it") == (0, "", "")


@pytest.mark.parametrize("kernel", ["fake", "xpython"], indirect=True)
def test_inspect_tells_what_is_known(kernel):
    file = str(kernel.connection_file)
    code = kernel.code("a name to inspect")
    shown = here("--inspect", code, file)
    assert (shown.status, shown.stderr) == (0, "")
    assert "print" in shown.stdout.lower()
    assert "\x1b" not in shown.stdout
    assert "print" in json.dumps(asked(here("--inspect", code, "--json", file)))


def test_help_for_printers_is_plain_without_colours(fake):
    data = {"text/plain": "_\bA_\br\n\na\ba"}
    fake(answers={"inspect_request": {"status": "ok", "found": True, "data": data, "metadata": {}}})
    assert here("--inspect", "mean") == (0, "Ar\n\na\n", "")
    shown = here("--color", "always", "--inspect", "mean")
    assert shown == (0, "\x1b[4mAr\x1b[24m\n\n\x1b[1ma\x1b[22m\n", "")


def test_what_is_not_known_is_status_1(fake):
    fake()
    assert here("--inspect", "never_heard") == (
        1,
        "",
        "kconsole: nothing is known of what is at the cursor\n",
    )
    outcome = here("--inspect", "never_heard", "--json")
    assert (outcome.status, outcome.stderr) == (1, "")
    assert json.loads(outcome.stdout) == {"found": False, "data": {}, "metadata": {}}


def test_a_busy_kernel_is_asked_in_a_subshell(fake):
    kernel = fake(implementation="ipython", subshells=True, busy=BUSY_S, names=["alpha"])
    assert here("--complete", "alp") == (0, "alpha\n", "")
    assert asked(here("--info", "--json"))["implementation"] == "ipython"
    assert kernel.count("create_subshell_request") == kernel.count("delete_subshell_request") == 1
    assert not kernel.subshells


def test_a_busy_kernel_without_subshells_is_waited_for(fake):
    kernel = fake(busy=BUSY_S, names=["alpha"])
    with running("--complete", "alp") as program:
        wait_until(lambda: kernel.count("complete_request"))
        kernel.interrupt()
        assert end(program) == (0, "alpha\n", "")


def test_a_wait_can_be_cancelled(fake):
    kernel = fake(busy=BUSY_S)
    with running("--complete", "alp") as program:
        wait_until(lambda: kernel.count("complete_request"))
        program.send_signal(signal.SIGINT)
        assert end(program) == (130, "", "")


def test_a_kernel_that_gives_no_answer_is_one_line(fake):
    fake(no_reply=["inspect_request"])
    outcome = here("--inspect", "x")
    assert (outcome.status, outcome.stdout, outcome.stderr.count("\n")) == (124, "", 1)
    assert "no reply to inspect_request" in outcome.stderr


# --- --interrupt


@pytest.mark.parametrize("fresh_kernel", ["fake", "ipykernel7"], indirect=True)
def test_an_interrupt_ends_what_runs(fresh_kernel):
    file = str(fresh_kernel.connection_file)
    with running(
        file, "-c", f"print('on', flush=True)\n{fresh_kernel.code('sleep 10')}"
    ) as program:
        assert program.stdout.readline() == "on\n"
        assert asked(here("--ping", file, "--json"))["state"] == "busy"
        assert asked(here("--interrupt", file, "--json"))["interrupted"] is True
        assert program.wait(PATIENCE) != 0


def test_an_idle_kernel_is_not_interrupted(fake):
    kernel = fake()
    outcome = here("--interrupt", "1")
    assert (outcome.status, outcome.stderr) == (0, "")
    assert outcome.stdout.endswith("is idle: nothing to interrupt\n")
    assert kernel.count("interrupt_request") == 0


def test_who_interrupts_for_nothing_is_told(fake):
    fake(busy=BUSY_S, interrupt="ignored")
    outcome = here("--interrupt", "1", "--json", "--timeout", "0.5")
    assert (outcome.status, outcome.stderr.count("\n")) == (124, 1)
    assert "has not reacted to the interrupt for 0.5 s" in outcome.stderr
    assert json.loads(outcome.stdout)["interrupted"] is False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux has /proc")
@pytest.mark.parametrize("fresh_kernel", ["ipykernel7"], indirect=True)
def test_which_process_to_kill_is_told(fresh_kernel):
    file = str(fresh_kernel.connection_file)
    stubborn = """import time
while True:
    try:
        print("on", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        pass"""
    with running(file, "-c", stubborn) as program:
        assert program.stdout.readline() == "on\n"
        pid = fresh_kernel.pid
        told = here("--interrupt", file, "--timeout", "0.5").stderr
        assert f"kill -INT {pid} interrupts it by a signal, kill {pid} ends the kernel" in told
        told = here("--shutdown", "--yes", file, "--timeout", "1").stderr
        assert told.endswith(f"; kill {pid} ends the kernel\n")


# --- --shutdown


@KILLED
def test_shutdown_waits_until_the_kernel_is_gone(fresh_kernel):
    process = psutil.Process(fresh_kernel.pid)
    outcome = here("--shutdown", "--yes", str(fresh_kernel.connection_file))
    assert (outcome.status, outcome.stderr) == (0, "")
    assert outcome.stdout.endswith(" has ended\n")
    wait_until(lambda: not process.is_running() or process.status() == "zombie")


@pytest.mark.parametrize(
    "behaviour", [{"busy": BUSY_S}, {"shutdown": "silent"}, {"control": False}]
)
def test_shutdown_ends_others_too(fake, behaviour):
    fake(**behaviour)
    assert asked(here("--shutdown", "--yes", "--json", "-e"))["ended"] is True


def test_a_kernel_that_does_not_end_is_one_line(fake):
    fake(shutdown="stays")
    outcome = here("--shutdown", "--yes", "1", "--timeout", "1")
    assert (outcome.status, outcome.stdout, outcome.stderr.count("\n")) == (124, "", 1)
    assert "has answered that it ends, but is still there, 1 s after" in outcome.stderr


def test_in_a_pipe_shutdown_needs_yes(fake):
    kernel = fake()
    outcome = here("--shutdown", "1")
    assert (outcome.status, outcome.stdout, outcome.stderr.count("\n")) == (2, "", 1)
    assert "--yes" in outcome.stderr
    assert kernel.count("shutdown_request") == 0


@pytest.mark.measured
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal_shutdown_asks_for_the_name(fake):
    kernel = fake()
    for answer, status, said in (("yes", 1, "not shut down"), ("fake", 0, "has ended")):
        with Terminal([*COMMAND, "--shutdown", "1"]) as terminal:
            terminal.wait_for("type fake to shut it down:")
            assert kernel.count("shutdown_request") == 0
            terminal.line(answer)
            assert terminal.wait_exit() == status
            assert said in terminal.everything


# --- what makes no sense


@pytest.mark.parametrize(
    "arguments",
    [
        ["--ping", "--info"],
        ["--complete", "x", "--inspect", "x"],
        ["--ping", "-c", "1"],
        ["--ping", "-k", "python3"],
        ["--ping", "--list"],
        ["--info", "--watch"],
        ["--info", "--no-keep"],
        ["--info", "-f", "x"],
        ["--info", "-i"],
        ["--ping", "--cursor", "1"],
        ["--complete", "x", "--cursor", "-1"],
        ["--complete", "x", "--cursor", "2"],
        ["--ping", "--yes"],
        ["--yes"],
        ["--cursor", "1"],
        ["--ping", "--", "--debug"],
        ["--shutdown", "--yes"],
        ["--interrupt"],
        ["--interrupt", ""],
    ],
    ids=" ".join,
)
def test_what_makes_no_sense_together_is_refused(fake, arguments):
    kernel = fake()
    outcome = here(*arguments)
    assert (outcome.status, outcome.stdout, outcome.stderr.count("\n")) == (2, "", 1)
    assert not kernel.received


def test_a_connection_that_starts_a_kernel_is_no_target(tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('kernel = "python3"\n[connections.lab]\nkernel = "python3"\n')
    outcome = here("--config", str(config), "--ping", "lab")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "--ping is for a kernel that runs already" in outcome.stderr
    assert here("--config", str(config), "--ping").status == 3


@pytest.mark.parametrize("verb", ["--ping", "--info"])
def test_a_verb_imports_no_editor(fake, verb):
    fake()
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "kconsole", verb],
        capture_output=True,
        text=True,
        check=True,
        timeout=3 * PATIENCE,
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "zmq" in imported
    assert not imported & {"prompt_toolkit", "asyncio", "pygments", "subprocess"}
