"""kconsole -l, --clean and --list-specs, as programs and people see them."""

import contextlib
import json
import os
import socket
import time

import pytest
from fake_kernel import FakeKernel, write_kernelspec
from programs import COMMAND, here
from terminal import Terminal

from kconsole.cli import run as run_here
from kconsole.connect.clean import RESTART_S

#: Others measure what these run; the processes end sooner so.
pytestmark = pytest.mark.usefixtures("unmeasured")

PORTS = [f"{name}_port" for name in ("shell", "iopub", "stdin", "hb", "control")]
HEAD = ["STATE", "LANGUAGE", "KERNEL", "PID", "MEM", "AGE", "CLIENTS", "FILE"]


@pytest.fixture
def runtime(runtime_dir):
    runtime_dir.mkdir(parents=True)
    return runtime_dir


@pytest.fixture
def stale(runtime):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]

        def write(name="kernel-stale.json", age_s=3600.0, **content):
            path = runtime / name
            path.write_text(json.dumps(dict.fromkeys(PORTS, port) | content))
            os.utime(path, (time.time() - age_s,) * 2)
            return path

        yield write


@pytest.fixture
def between(monkeypatch):
    """Is called between the two looks at what seems to be dead; no time passes there."""
    calls = []

    class Time:
        time = staticmethod(time.time)

        @staticmethod
        def sleep(seconds):
            assert seconds == RESTART_S
            for call in calls:
                call()

    monkeypatch.setattr("kconsole.cli.listing.time", Time)
    return calls


@pytest.fixture
def live(runtime):
    with FakeKernel() as kernel:
        yield kernel.write_connection_file(runtime / "kernel-live.json")


def rows(outcome):
    assert (outcome.status, outcome.stderr) == (0, "")
    head, *lines = outcome.stdout.splitlines()
    assert head.split() == HEAD
    return {line.split()[7]: line.split()[0] for line in lines}


def test_kernels_are_listed_the_living_first(live, stale, runtime):
    stale()
    (runtime / "jpserver-1.json").write_text('{"pid": 1}')
    (runtime / "kernel-half.json").write_text('{"shell_port"')
    listed = rows(here("--list"))
    assert listed == {
        "kernel-live.json": "idle",
        "kernel-half.json": "bad",
        "kernel-stale.json": "dead",
    }
    assert next(iter(listed)) == "kernel-live.json"
    assert rows(here("-l", "live")) == {"kernel-live.json": "idle"}
    assert rows(here("-l", "kernel-*e.json")) == rows(here("-l", "e.json"))


def test_a_path_is_looked_at_wherever_it_is(live, tmp_path):
    live.rename(tmp_path / "mine.json")
    assert rows(here("-l", "./mine.json", cwd=tmp_path)) == {"mine.json": "idle"}
    assert rows(here("-l", str(tmp_path / "m*.json"))) == {"mine.json": "idle"}
    missing = tmp_path / "none.json"
    reason = f"kconsole: {missing}: No such file or directory\n"
    assert here("-l", str(missing)) == (3, "", reason)
    missing.write_text("{}")
    assert rows(here("-l", str(missing))) == {"none.json": "bad"}


def test_what_is_set_for_other_times_does_not_choose(live, monkeypatch):
    monkeypatch.setenv("KCONSOLE_EXISTING", "something-else")
    assert rows(here("-l")) == {"kernel-live.json": "idle"}
    assert rows(here("-l", "-e")) == {"kernel-live.json": "idle"}


def test_json_is_an_object_on_each_line(live, stale):
    stale()
    outcome = here("-l", "--json", "--color", "always")
    assert (outcome.status, outcome.stderr) == (0, "")
    one, dead = map(json.loads, outcome.stdout.splitlines())
    assert (one["state"], one["file"], one["language"]) == ("idle", str(live), "python")
    assert (dead["state"], dead["pid"]) == ("dead", None)


def test_colour_is_for_terminals(live):
    assert "\x1b" not in here("-l").stdout
    assert "\x1b[32midle\x1b[0m" in here("-l", "--color", "always").stdout


def test_no_kernels_is_no_fault(runtime_dir):
    assert here("-l") == (0, "", f"kconsole: no kernels in {runtime_dir}\n")


def test_no_kernel_of_that_name_is_one(live, runtime):
    assert here("-l", "4711") == (3, "", f"kconsole: no kernel matches '4711' in {runtime}\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--clean", "--json"],
        ["-l", "-c", "1"],
        ["-l", "--kernel", "x"],
        ["-l", "--watch"],
        ["--list-specs", "--list"],
        ["--list-specs", "x"],
    ],
)
def test_what_makes_no_sense_together_is_refused(arguments):
    outcome = here(*arguments)
    assert (outcome.status, outcome.stdout, outcome.stderr.count("\n")) == (2, "", 1)


def test_clean_removes_the_dead_and_nothing_else(live, stale, runtime, between):
    (runtime / "kernel-stale.json.log").touch()
    stale()
    kept = [
        stale("kernel-1-ssh.json"),
        stale("kernel-new.json", age_s=0),
        stale("kernel-remote.json", ip="192.0.2.1"),
        stale("mine.json"),
        runtime / "jpserver-1.json",
        runtime / "kernel-half.json",
        live,
    ]
    (runtime / "jpserver-1.json").write_text("{}")
    (runtime / "kernel-half.json").write_text("{")
    outcome = here("--clean")
    assert outcome == (
        0,
        "removed kernel-stale.json\n",
        "kconsole: kept mine.json: it is not called kernel-*.json\n",
    )
    assert sorted(runtime.iterdir()) == sorted(kept)


def test_clean_says_that_there_is_nothing_to_do(live):
    assert here("--clean") == (0, "", "kconsole: nothing to clean\n")
    assert live.exists()


def test_clean_can_be_about_some_and_lists_the_rest(live, stale, runtime, between):
    stale("kernel-a.json")
    stale("kernel-b.json")
    outcome = here("-l", "--clean", "kernel-a")
    assert outcome == (
        0,
        "removed kernel-a.json\n",
        f"kconsole: no kernels are left in {runtime}\n",
    )
    assert rows(here("-l")) == {"kernel-live.json": "idle", "kernel-b.json": "dead"}


def test_a_kernel_that_comes_back_while_it_is_looked_at_again_keeps_its_file(runtime, between):
    with FakeKernel() as kernel:
        path = kernel.write_connection_file(runtime / "kernel-1.json")
        connection = dict(kernel.connection)
    os.utime(path, (1e9, 1e9))
    with contextlib.ExitStack() as stack:
        between.append(lambda: stack.enter_context(FakeKernel(connection)))
        assert here("--clean") == (0, "", "kconsole: nothing to clean\n")
    assert path.exists()


def test_the_second_look_is_told_of_on_a_terminal_and_can_be_cancelled(stale):
    path = stale()
    with Terminal([*COMMAND, "--clean"]) as terminal:
        terminal.wait_for("looking again in a moment")
        terminal.key("c-c")
        assert terminal.wait_exit() == 130
    assert path.exists()


def test_a_terminal_gets_a_table_of_its_width(live, stale, runtime):
    name = f"kernel-{'0123456789' * 6}.json"
    stale(name, kernel_name="some-kernel-with-a-long-name")
    (runtime / "kernel-bad.json").touch()
    with Terminal([*COMMAND, "-l"], columns=80, rows=24) as terminal:
        terminal.wait_for("1 dead: kconsole --clean removes their files")
        lines = [line for line in terminal.screen if line]
    assert lines[0].split() == HEAD
    assert lines[1].split()[::7] == ["idle", "kernel-live.json"]
    assert lines[3].strip() == "(is empty)"
    assert lines[4].startswith("dead ")
    assert lines[4].endswith("…")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (
            ["-f", "a.py"],
            "--list uses no kernel: leave out --kernel, --code, --file, --pick and --watch",
        ),
        (["--output", "a.ipynb"], "--list runs nothing: leave out --output"),
        (["--timeout", "1"], "--list runs nothing: leave out --timeout"),
        (["-i"], "--list runs nothing: leave out --interactive"),
    ],
)
def test_what_is_for_code_is_refused(capsys, arguments, reason):
    assert run_here(["-l", *arguments]) == 2
    assert capsys.readouterr().err == f"kconsole: {reason} (see kconsole --help)\n"


def test_kernelspecs_are_listed(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    folder = write_kernelspec(tmp_path, "some")
    rotten = tmp_path / "kernels" / "rotten" / "kernel.json"
    rotten.parent.mkdir()
    rotten.write_text('{"argv": []}')
    outcome = here("--list-specs")
    assert (outcome.status, outcome.stderr) == (0, "")
    cells = {line.split()[0]: line.split(None, 3) for line in outcome.stdout.splitlines()}
    assert cells["some"] == ["some", "python", "Fake", str(folder)]
    assert cells["rotten"][3] == f"{rotten}: argv must be a list that begins with a command"
    found = {
        one["name"]: one
        for one in map(json.loads, here("--list-specs", "--json").stdout.splitlines())
    }
    assert found["some"]["directory"] == str(folder)
    assert found["rotten"]["fault"] == cells["rotten"][3]
