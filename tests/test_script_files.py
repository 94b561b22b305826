"""Scripts from files, and what they can be told: the real program as a process."""

import json
import os
import signal
import subprocess
import sys

import pytest
from clients import PATIENCE
from fake_kernel import FakeKernel, write_kernelspec
from features import having
from leaping import HOUR_S, Clock
from programs import end, here, running
from stories import program
from terminal import Terminal

from kconsole.protocol.events import Stream
from kconsole.script.text import TextSink

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="needs pipes and signals of Unix"),
    pytest.mark.usefixtures("unmeasured"),
]

SLEEP = 'print("on")\nimport time\ntime.sleep(60)'


@pytest.fixture
def fake():
    with FakeKernel(implementation="ipython") as kernel:
        yield kernel


@pytest.fixture
def target(fake, tmp_path):
    """The connection file of the scripted kernel."""
    return str(fake.write_connection_file(tmp_path / "kernel-1.json"))


@pytest.fixture
def write(tmp_path):
    """Writes a file; returns its path."""

    def written(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return written


def codes(fake):
    return [one.content["code"] for one in fake.received if one.msg_type == "execute_request"]


# --- what is run


@pytest.mark.parametrize("command", ["error", "quiet_error"])
@pytest.mark.parametrize(
    ("value", "status"), [("", 0), ("0", 0), ("None", 0), ("1", 1), ('"no luck"', 1)]
)
def test_code_that_exits_ends_the_script_and_is_a_failure_only_if_it_says_so(
    target, fake, command, value, status
):
    code = f"print(1)\n%fake {command} SystemExit {value}"
    outcome = here(target, "-c", code, "-c", "print(2)")
    assert (outcome.status, outcome.stdout) == (status, "1\n")
    assert bool(outcome.stderr) == bool(status)
    assert len(codes(fake)) == 1


def test_exiting_python_code_has_its_own_status(write):
    job = write("job.py", "import sys\nprint(1)\nsys.exit(0)\n")
    outcome = here("-f", job, "-c", "print(2)")
    assert (outcome.status, outcome.stdout) == (0, "1\n")
    assert "Traceback" not in outcome.stderr


def test_a_notebook_has_the_kernel_that_it_names(write, tmp_path):
    write_kernelspec(tmp_path)
    env = {**os.environ, "JUPYTER_PATH": str(tmp_path)}
    cell = {
        "cell_type": "code",
        "source": "%fake stream mine",
        "metadata": {},
        "outputs": [],
    }
    notebook = {"nbformat": 4, "metadata": {"kernelspec": {"name": "fake"}}, "cells": [cell]}
    path = write("a.ipynb", json.dumps(notebook))
    assert here("-f", path, env=env) == (0, "mine", "")
    notebook["metadata"]["kernelspec"]["name"] = "nix"
    outcome = here("-f", write("b.ipynb", json.dumps(notebook)), env=env)
    assert outcome.status == 3
    assert outcome.stderr.startswith("kconsole: there is no kernelspec 'nix'")


def test_code_and_files_run_in_the_order_in_which_they_are_given(target, write):
    a, b = write("a.py", "print('a')"), write("b.py", "print('b')\r\n")
    arguments = (
        "-f",
        a,
        "-c",
        "print(1)",
        f"--file={b}",
        f"-f{a}",
        "--code",
        "print(2)",
        "-f",
        "-",
    )
    outcome = here(target, *arguments, stdin="print('in')")
    assert outcome == (0, "a\n1\nb\na\n2\nin\n", "")


def test_a_file_is_one_cell_or_those_between_its_markers(target, fake, write):
    path = write("a.py", "# header\n\n# %%\nprint(1)\n# %% [markdown]\n# text\n# %%\nprint(2)\n")
    assert here(target, "-f", path) == (0, "1\n2\n", "")
    assert here(target, "--cells", "-f", path) == (0, "1\n2\n", "")
    assert here(target, "--cells", stdin="print(3)\n# %%\nprint(4)") == (0, "3\n4\n", "")
    assert len(codes(fake)) == 1 + 2 + 2


def test_markers_are_comments_of_the_kernels_language(tmp_path, write):
    with FakeKernel(language_info={"name": "lua"}) as fake:
        path = str(fake.write_connection_file(tmp_path / "kernel-2.json"))
        here(path, "--cells", "-f", write("a.lua", "-- %%\na\n# %%\nb\n-- %%\nc"))
        assert codes(fake)[0] == "a\n# %%\nb"


def test_a_cell_that_fails_late_is_named_where_it_matters(target, write, monkeypatch):
    Clock(monkeypatch, TextSink, Stream)
    path = write("a.py", f"# %%\n1\n# %%\n{SLEEP}")
    outcome = here(target, "--cells", "--timeout", str(HOUR_S / 2), "-f", path)
    assert outcome.status == 124
    assert outcome.stderr.startswith(f"kconsole: {path}, cell 2: not done in 1800 s: interrupted\n")


def test_a_file_that_is_not_there_starts_no_kernel(tmp_path):
    write_kernelspec(tmp_path, exit_at_start=3)
    path = tmp_path / "none.py"
    outcome = here("-k", "fake", "-f", str(path), env={**os.environ, "JUPYTER_PATH": str(tmp_path)})
    assert outcome == (2, "", f"kconsole: {path}: No such file or directory\n")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["-f", ""], "the name is empty: --file"),
        (["-f", "-", "-f", "-"], "standard input can be read only once: give only one -f -"),
        (["--stdin-file", "-"], "standard input is code already; it cannot answer too"),
        (["-f", "-", "--stdin-file", "-"], "standard input is code already; it cannot answer too"),
        (["--no-stdin", "--stdin-file", "a"], "give only one of --no-stdin and --stdin-file"),
        (["-i", "-c", "1"], "--interactive needs a terminal, and standard input is none"),
        (
            ["--mime", "html"],
            "invalid value for '--mime': 'html' is no MIME type, such as text/html",
        ),
        (
            ["--mime", "image/*"],
            "invalid value for '--mime': 'image/*' is no MIME type, such as text/html",
        ),
        (["--expr", "x"], "invalid value for '--expr': 'x' is not NAME=EXPR"),
        (
            ["--expr", "x=\udcff"],
            "invalid value for '--expr': 'x=\\udcff' is not UTF-8",
        ),
        (
            ["--timeout", "-1"],
            "invalid value for '--timeout': '-1' is no number of seconds, 0 or more",
        ),
        (["--watch", "-f", "a"], "--watch runs nothing: give only one of it and --file"),
    ],
)
def test_what_cannot_be_meant_is_status_2(target, fake, arguments, reason):
    outcome = here(target, *arguments)
    assert outcome == (2, "", f"kconsole: {reason} (see kconsole --help)\n")
    assert not fake.received


def test_the_console_refuses_what_is_for_scripts(target):
    with Terminal(program(target, "--expr", "a=1")) as terminal:
        assert terminal.wait_exit() == 2
        assert "--expr is for code: give -c or -f, or pipe it in" in terminal.everything


# --- what comes out


def test_an_image_is_written_as_bytes(target):
    code = '%fake display {"image/png": "iVBORw0KGgr/", "text/plain": "<Figure>"}'
    with running(target, "--mime", "image/png", "-c", code, text=False) as one:
        assert one.communicate(timeout=PATIENCE) == (b"\x89PNG\r\n\x1a\n\xff", b"")


def test_an_image_is_only_named_on_a_terminal(target):
    code = '%fake display {"image/png": "iVBORw0KGgr/"}'
    with Terminal(program(target, "--mime", "image/png", "-c", code)) as terminal:
        assert terminal.wait_exit() == 0
        assert terminal.everything == "[image/png, 9 B]"


@having("user_expressions")
def test_expressions_of_real_kernels(kernel):
    outcome = here(
        str(kernel.connection_file), "-c", "x = 6", "--expr", "a=x * 7", "--expr", "b=1/0"
    )
    values = json.loads(outcome.stdout)
    assert values["a"]["data"]["text/plain"] == "42"
    assert (outcome.status, values["b"]["ename"]) == (1, "ZeroDivisionError")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_told_by_the_name_of_the_stream(target, fake):
    with open("/dev/full", "w") as full, running(target, "-c", SLEEP, stdout=full) as one:
        assert end(one) == (1, "", "kconsole: standard output: No space left on device\n")
    assert fake.wait_for("interrupt_request", PATIENCE)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_behind_standard_error_is_status_1(target):
    with open("/dev/full", "w") as full, running(target, "-c", "1 / 0", stderr=full) as one:
        assert end(one).status == 1


# --- what answers


def test_the_lines_of_a_file_answer_also_for_passwords(target, write):
    path = write("answers", "Ada\r\nsecret")
    code = "import getpass\nprint(input(), getpass.getpass(), len('x'))\ninput()"
    outcome = here(target, "--stdin-file", path, stdin=code)
    assert (outcome.status, outcome.stdout) == (1, "Ada secret 1\n")
    assert "EOFError" in outcome.stderr


def test_a_file_of_answers_that_cannot_be_read_is_status_2(target, fake, tmp_path):
    outcome = here(target, "--stdin-file", "a\x1b[m", "-c", "1")
    assert outcome == (2, "", "kconsole: 'a\\x1b[m': No such file or directory\n")
    outcome = here(target, "--stdin-file", str(tmp_path), "-c", "1")
    assert outcome == (2, "", f"kconsole: {tmp_path}: Is a directory\n")
    assert not fake.received


PASSWORD = "import getpass; print(len(getpass.getpass('secret: ')), input())"


@pytest.mark.measured
def test_a_password_is_asked_for_on_the_terminal_where_standard_input_is_none(target):
    line = 'echo Ada | "$@" | cat'
    argv = ["sh", "-c", line, "sh", *program(target, "-c", PASSWORD)]
    with Terminal(argv) as terminal:
        before = terminal.attributes
        terminal.wait_for("secret:")
        terminal.line("hunter2")
        assert terminal.wait_exit() == 0
        assert terminal.everything == "secret:\n7 Ada"
        assert terminal.attributes == before


def test_a_password_is_a_line_of_standard_input_where_there_is_no_terminal(target):
    with running(target, "-c", PASSWORD, stdin=subprocess.PIPE, start_new_session=True) as one:
        one.stdin.write("12345\nAda\n")
        assert end(one) == (0, "5 Ada\n", "")


def test_a_signal_at_a_password_prompt_beside_a_pipe_leaves_a_terminal_that_echoes(target):
    argv = ["sh", "-c", 'exec "$@" </dev/null', "sh", *program(target, "-c", PASSWORD)]
    with Terminal(argv) as terminal:
        before = terminal.attributes
        terminal.wait_for("secret:")
        terminal.kill(signal.SIGTERM)
        assert terminal.wait_exit() == 143
        assert terminal.attributes == before


# --- how it ends


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("SIGTERM", ""),
        ("SIGINT", "kconsole: the kernel works for others; it will run the cell later\n"),
    ],
)
def test_a_signal_interrupts_nobody_elses_cell(tmp_path, name, note):
    number = getattr(signal, name)
    with FakeKernel(implementation="ipython", busy=60.0) as fake:
        path = str(fake.write_connection_file(tmp_path / "kernel-1.json"))
        with running(path, "-c", "1") as one:
            fake.wait_for("execute_request", PATIENCE)
            one.send_signal(number)
            assert end(one) == (128 + number, "", note)
        assert fake.count("interrupt_request") == 0


def test_a_total_limit_of_the_configuration_counts_unless_the_command_line_lifts_it(target, write):
    config = write("config.toml", "total-timeout = 0.1\n")
    code = "import time; time.sleep(0.3)"
    assert here(target, "--config", config, "-c", code).status == 124
    assert here(target, "--config", config, "--total-timeout", "0", "-c", code).status == 0


# --- staying


@pytest.mark.measured
def test_the_console_stays_behind_the_cells_with_their_kernel(target):
    arguments = (target, "-i", "-c", "x = 41; print('ran')", "-c", "1 / 0")
    with Terminal(program(*arguments)) as terminal:
        terminal.wait_for("In [3]:", 2 * PATIENCE)
        terminal.line("x + 1")
        terminal.wait_for("Out[3]: 42", PATIENCE)
        terminal.key("c-d")
        assert terminal.wait_exit() == 0
        assert terminal.everything.startswith("ran\nTraceback")


@pytest.mark.measured
def test_the_plain_console_stays_too_and_the_cells_may_ask(tmp_path):
    write_kernelspec(tmp_path)
    env = {"JUPYTER_PATH": str(tmp_path)}
    argv = program("-k", "fake", "--plain", "-i", "-c", "x = input('on? ')")
    with Terminal(argv, env=env) as terminal:
        terminal.wait_for("on?", 2 * PATIENCE)
        terminal.line("Ada")
        terminal.wait_for("In [2]:", PATIENCE)
        terminal.line("x")
        terminal.wait_for("Out[2]: 'Ada'", PATIENCE)
        terminal.key("c-d")
        assert terminal.wait_exit() == 0


def test_code_that_leaves_leaves_also_where_the_console_was_to_stay(target):
    with Terminal(program(target, "-i", "-c", "exit")) as terminal:
        assert terminal.wait_exit() == 0
        assert terminal.everything == "kconsole: left; the kernel stays"
