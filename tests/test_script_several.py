"""One script in several kernels at once, and one thing done to several: the real program."""

import json
import os
import signal
import subprocess
import sys
from importlib.resources import files

import pytest
from clients import PATIENCE
from fake_kernel import FakeKernel
from jsonschema import Draft202012Validator
from leaks import wait_until
from programs import end, here, running
from stories import program
from terminal import Terminal

from kconsole.cli.statuses import worst

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="needs pipes and signals of Unix"),
    pytest.mark.usefixtures("unmeasured"),
]

VALIDATOR = Draft202012Validator(
    json.loads(files("kconsole").joinpath("script/events.schema.json").read_text())
)
BOTH = ("-e", "one", "-e", "three")
WAITS = 'print("on")\nimport time\ntime.sleep(60)'


@pytest.fixture
def kernels(runtime_dir):
    """Two scripted kernels, whose files are kernel-one.json and kernel-three.json."""
    runtime_dir.mkdir(parents=True)
    with FakeKernel(implementation="ipython") as one, FakeKernel(implementation="ipython") as three:
        one.write_connection_file(runtime_dir / "kernel-one.json")
        three.write_connection_file(runtime_dir / "kernel-three.json")
        yield one, three


def of(text, label):
    """The lines of a kernel, without what stands before them."""
    prefix = f"{label:5} | "
    return [line.removeprefix(prefix) for line in text.splitlines() if line.startswith(prefix)]


def events_of(text):
    """The events of some lines, each of them as the schema says."""
    events = [json.loads(line) for line in text.splitlines()]
    for event in events:
        assert VALIDATOR.is_valid(event), event
    return events


def lines_until(stream, wanted):
    """Read lines until all that are wanted have come."""
    missing = set(wanted)
    while missing:
        line = stream.readline()
        assert line, f"no more lines, and not yet {missing}"
        missing.discard(line)


# --- what is run, and what comes out


def test_each_line_says_which_kernel_it_is_of(kernels):
    code = "import sys\nprint('a\\nb')\nprint('e', file=sys.stderr)\nprint('c', end='')"
    outcome = here(*BOTH, "-c", code, "-c", "6 * 7")
    assert outcome.status == 0
    for label in ("one", "three"):
        assert of(outcome.stdout, label) == ["a", "b", "c", "42"]
        assert of(outcome.stderr, label) == ["e"]
    assert len(outcome.stdout.splitlines()) == 8
    assert len(outcome.stderr.splitlines()) == 2


def test_what_is_piped_in_is_run_in_all(kernels):
    outcome = here(*BOTH, stdin="print(1)")
    assert (outcome.status, sorted(outcome.stdout.splitlines())) == (0, ["one   | 1", "three | 1"])


def test_names_are_coloured_where_colours_are_wanted(kernels):
    outcome = here(*BOTH, "--color", "always", "-c", "print(1)")
    assert sorted(outcome.stdout.splitlines()) == [
        "\x1b[33mthree\x1b[0m | 1",
        "\x1b[36mone\x1b[0m   | 1",
    ]


def test_a_kernel_that_is_named_twice_runs_it_once(kernels, runtime_dir):
    path = str(runtime_dir / "kernel-one.json")
    assert here("-e", "one", "-e", path, "-c", "1") == (0, "one | 1\n", "")
    assert kernels[0].count("execute_request") == 1


def test_two_files_of_one_name_are_told_apart(kernels, runtime_dir, tmp_path):
    path = kernels[1].write_connection_file(tmp_path / "kernel-one.json")
    outcome = here("-e", str(runtime_dir / "kernel-one.json"), "-e", str(path), "-c", "1")
    assert sorted(outcome.stdout.splitlines()) == ["one   | 1", "one#2 | 1"]


def test_a_connection_can_be_several_kernels(kernels, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('[connections.lab]\nexisting = ["one", "three"]\n')
    outcome = here("lab", "--config", str(config), "-c", "1")
    assert (outcome.status, sorted(outcome.stdout.splitlines())) == (0, ["one   | 1", "three | 1"])


def test_nobody_can_be_asked(kernels):
    outcome = here(*BOTH, "-c", "input()", stdin="Ada\n")
    assert outcome.status == 1
    assert outcome.stderr.count("StdinNotImplementedError: ") == 2


def test_each_kernel_reads_the_file_of_answers_from_its_beginning(kernels, tmp_path):
    answers = tmp_path / "answers"
    answers.write_text("Ada\nEve\n")
    outcome = here(*BOTH, "--stdin-file", str(answers), "-c", "print(input(), input())")
    assert outcome.status == 0
    assert sorted(outcome.stdout.splitlines()) == ["one   | Ada Eve", "three | Ada Eve"]


def test_two_real_kernels_of_different_languages(shared_kernels):
    python, bash = shared_kernels("ipykernel7"), shared_kernels("bash")
    targets = [f"--existing={kernel.connection_file}" for kernel in (python, bash)]
    outcome = here(*targets, "-c", "echo=5", "-c", "print(6 * 7)")
    assert outcome.status == 1  # to bash, this is no code
    lines = (outcome.stdout + outcome.stderr).splitlines()
    assert "ipykernel7 | 42" in lines
    assert any(line.startswith("bash       | ") and "syntax error" in line for line in lines)
    outcome = here(*targets, "-c", "# nothing", "--timeout", "60")
    assert outcome == (0, "", "")


# --- kernels that are not there


def test_nothing_is_run_if_one_is_not_there(kernels):
    outcome = here(*BOTH, "-e", "nobody", "-c", "print(1)")
    assert (outcome.status, outcome.stdout) == (3, "")
    first, second = outcome.stderr.splitlines()
    assert first.startswith("kconsole: no kernel matches 'nobody'")
    assert second == "kconsole: nothing was run, in no kernel; --keep-going runs it in the others"
    assert not any(kernel.count("execute_request") for kernel in kernels)


def test_keep_going_runs_it_in_those_that_are_there(kernels):
    outcome = here(*BOTH, "-e", "nobody", "--keep-going", "-c", "print(1)")
    assert (outcome.status, sorted(outcome.stdout.splitlines())) == (3, ["one   | 1", "three | 1"])
    assert outcome.stderr.count("\n") == 1


def test_a_kernel_that_is_dead_is_none(kernels):
    kernels[0].die()
    outcome = here(*BOTH, "-c", "1")
    assert (outcome.status, outcome.stdout) == (3, "")
    assert outcome.stderr.startswith("kconsole: one: ")
    assert kernels[1].count("execute_request") == 0


# --- ends


def test_the_death_of_one_does_not_end_the_others(kernels):
    with running(*BOTH, "-c", WAITS) as one:
        lines_until(one.stdout, ["one   | on\n", "three | on\n"])
        kernels[0].die()
        assert one.stderr.readline() == "one   | kconsole: the kernel is gone: connection refused\n"
        kernels[1].interrupt()
        outcome = end(one)
    assert outcome.status == 4
    assert of(outcome.stderr, "three")[-1].startswith("KeyboardInterrupt")


def test_ctrl_c_interrupts_all(kernels):
    with running(*BOTH, "-c", WAITS, "-c", "print('more')") as one:
        lines_until(one.stdout, ["one   | on\n", "three | on\n"])
        one.send_signal(signal.SIGINT)
        outcome = end(one)
    assert (outcome.status, outcome.stdout) == (130, "")
    assert "kconsole" not in outcome.stderr
    assert [kernel.count("interrupt_request") for kernel in kernels] == [1, 1]


@pytest.mark.measured
def test_a_second_ctrl_c_waits_for_none(kernels):
    with running(*BOTH, "-c", 'print("on")\n%fake deaf 30') as one:
        lines_until(one.stdout, ["one   | on\n", "three | on\n"])
        one.send_signal(signal.SIGINT)
        for kernel in kernels:
            kernel.wait_for("interrupt_request", PATIENCE)
        one.send_signal(signal.SIGINT)
        outcome = end(one)
    note = "kconsole: interrupted twice: the kernel may still be at work"
    assert (outcome.status, outcome.stdout) == (130, "")
    assert sorted(outcome.stderr.splitlines()) == [f"one   | {note}", f"three | {note}"]


def test_a_second_ctrl_c_leaves_also_if_nobody_reads(kernels):
    with running(*BOTH, "-c", "while True: print('x' * 1000)") as one:
        for kernel in kernels:
            kernel.wait_for("execute_request", PATIENCE)
        one.send_signal(signal.SIGINT)
        for kernel in kernels:
            kernel.wait_for("interrupt_request", PATIENCE)
        one.send_signal(signal.SIGINT)
        assert one.wait(PATIENCE) == 130


def test_ctrl_c_while_a_kernel_is_waited_for(runtime_dir):
    runtime_dir.mkdir(parents=True)
    with FakeKernel() as one, FakeKernel(deaf=["kernel_info_request"]) as two:
        one.write_connection_file(runtime_dir / "kernel-one.json")
        two.write_connection_file(runtime_dir / "kernel-three.json")
        with running(*BOTH, "-c", "1") as waits:
            two.wait_for("kernel_info_request", PATIENCE)
            waits.send_signal(signal.SIGINT)
            assert end(waits) == (130, "", "")
        assert one.count("execute_request") == 0


@pytest.mark.measured
def test_ctrl_c_at_a_terminal_has_a_line_of_its_own(kernels):
    with Terminal(program(*BOTH, "-c", WAITS)) as terminal:
        terminal.wait_for("one   | on")
        terminal.wait_for("three | on")
        terminal.wait_for(
            lambda one: one.cursor == (2, 0)
        )  # what it has not shown yet, Ctrl-C drops
        terminal.key("c-c")
        assert terminal.wait_exit() == 130
        lines = terminal.everything.splitlines()
    assert lines[2] == "^C"
    assert all(line.startswith(("one   | ", "three | ")) for line in lines if line != "^C")


def test_a_signal_to_end_interrupts_all(kernels):
    with running(*BOTH, "-c", WAITS) as one:
        lines_until(one.stdout, ["one   | on\n", "three | on\n"])
        one.send_signal(signal.SIGTERM)
        assert end(one) == (143, "", "")
    for kernel in kernels:
        assert kernel.wait_for("interrupt_request", PATIENCE)


def test_a_reader_that_leaves_interrupts_all(kernels):
    with running(*BOTH, "-c", "while True: print(1)") as one:
        one.stdout.readline()
        one.stdout.close()
        assert one.wait(PATIENCE) == 141
        assert one.stderr.read() == ""
    for kernel in kernels:
        assert kernel.wait_for("interrupt_request", PATIENCE)


def test_each_cell_of_each_kernel_has_its_time(kernels):
    assert here("three", "-c", "slow = False").status == 0
    assert here("one", "-c", "slow = True").status == 0
    code = "import time\nif slow:\n    time.sleep(60)"
    outcome = here(*BOTH, "--timeout", "2", "-c", code, "-c", "print('next')")
    assert (outcome.status, outcome.stdout) == (124, "three | next\n")
    assert of(outcome.stderr, "one")[0] == "kconsole: -c 1: not done in 2 s: interrupted"
    assert of(outcome.stderr, "three") == []


def test_the_worst_status_counts():
    statuses = [0, 1, 124, 2, 3, 4, 70, 130]
    for number, status in enumerate(statuses):
        assert worst(statuses[: number + 1]) == status
    assert worst([0, 7, 9]) == 7  # said by the code
    assert worst([7, 124]) == 124
    assert worst([]) == 0


# --- events


def test_events_say_which_kernel_they_are_of(kernels):
    assert here("one", "-c", "bad = 1").status == 0
    assert here("three", "-c", "bad = 0").status == 0
    outcome = here(*BOTH, "--json", "-c", "print('x')", "-c", "if bad: 1 / 0")
    assert (outcome.status, outcome.stderr) == (1, "")
    events = events_of(outcome.stdout)
    assert [each["event"] for each in (events[0], *events[-1:])] == ["start", "summary"]
    assert [each["event"] for each in events if "kernel" not in each] == ["start", "summary"]
    assert (events[-1]["cells"], events[-1]["run"], events[-1]["failed"]) == (4, 4, 1)
    assert events[-1]["exit_status"] == 1
    for label, status, failed in (("one", 1, 1), ("three", 0, 0)):
        own = [each for each in events if each.get("kernel") == label]
        assert own[0]["event"] == "kernel"
        assert own[0]["file"].endswith(f"kernel-{label}.json")
        assert (own[-1]["event"], own[-1]["exit_status"]) == ("summary", status)
        assert (own[-1]["cells"], own[-1]["run"], own[-1]["failed"]) == (2, 2, failed)
        assert [each["cell"] for each in own if each["event"] == "begin"] == [1, 2]
        assert [each["text"] for each in own if each["event"] == "stream"] == ["x\n"]


def test_a_kernel_that_is_not_there_has_a_summary(kernels):
    outcome = here("-e", "one", "-e", "nobody", "--json", "--keep-going", "-c", "1")
    assert outcome.status == 3
    assert outcome.stderr.startswith("kconsole: no kernel matches 'nobody'")
    events = events_of(outcome.stdout)
    summaries = {each.get("kernel"): each for each in events if each["event"] == "summary"}
    assert {label: each["exit_status"] for label, each in summaries.items()} == {
        "one": 0,
        "nobody": 3,
        None: 3,
    }
    assert summaries["nobody"]["error"].startswith("no kernel matches 'nobody'")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_events_end_with_summaries_also_when_told_to_end(kernels, number, status):
    with running(*BOTH, "--json", "-c", WAITS, stderr=subprocess.DEVNULL) as one:
        waiting = {"one", "three"}
        while waiting:
            event = json.loads(one.stdout.readline())
            if event["event"] == "stream":
                waiting.remove(event["kernel"])
        one.send_signal(number)
        outcome = end(one)
    assert outcome.status == status
    ends = [each for each in events_of(outcome.stdout) if each["event"] in ("end", "summary")]
    assert [each.get("kernel") for each in ends if each["event"] == "summary"][-1] is None
    assert {each["kernel"] for each in ends if each["event"] == "end"} == {"one", "three"}
    assert {each["exit_status"] for each in ends if each["event"] == "summary"} == {status}


# --- one thing, done to several


def test_ping_tells_of_each_and_the_worst_counts(kernels, runtime_dir):
    outcome = here(*BOTH, "--ping")
    assert (outcome.status, outcome.stderr) == (0, "")
    assert of(outcome.stdout, "one")[0].startswith("idle, heartbeat ")
    assert of(outcome.stdout, "three")[0].endswith(", kernel-three.json")
    kernels[0].die()
    os.utime(runtime_dir / "kernel-one.json", (0, 0))  # what is young may be starting
    outcome = here(*BOTH, "-e", "nobody", "--ping", "--json")
    assert outcome.status == 3
    told = [json.loads(line) for line in outcome.stdout.splitlines()]
    assert [(each["kernel"], each["state"]) for each in told] == [
        ("one", "dead"),
        ("three", "idle"),
    ]
    assert outcome.stderr.startswith("kconsole: no kernel matches 'nobody'")


def test_info_interrupt_and_shutdown_are_for_all(kernels):
    told = [json.loads(line) for line in here(*BOTH, "--info", "--json").stdout.splitlines()]
    assert [(each["kernel"], each["implementation"]) for each in told] == [
        ("one", "ipython"),
        ("three", "ipython"),
    ]
    with running(*BOTH, "-c", WAITS) as one:
        lines_until(one.stdout, ["one   | on\n", "three | on\n"])
        outcome = here(*BOTH, "--interrupt", "--json")
        assert outcome.status == 0
        told = [json.loads(line) for line in outcome.stdout.splitlines()]
        assert [each["interrupted"] for each in told] == [True, True]
        assert one.wait(PATIENCE) == 1
    outcome = here(*BOTH, "--shutdown", "--yes")
    assert outcome.status == 0
    assert [line.endswith("has ended") for line in outcome.stdout.splitlines()] == [True, True]
    for kernel in kernels:
        assert kernel.ending.wait(PATIENCE)


# --- what is for one kernel


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["-i", "-c", "1"], "--interactive is not for several kernels"),
        (["--watch"], "--watch is not for several kernels"),
        (["-f", "a.ipynb", "--output", "b.ipynb"], "--output is not for several kernels"),
        (["--ssh", "gpu01", "-c", "1"], "--ssh is not for several kernels"),
        (["--pick"], "--pick is not for several kernels"),
        (["-l"], "--list is not for several kernels"),
        (["--complete", ""], "--complete is not for several kernels"),
        (["--mime", "image/png", "-c", "1"], "--mime image/png of several kernels"),
        (["--stdin-file", "-", "-c", "1"], "--stdin-file -: "),
        (["--stdin-file", os.devnull, "-c", "1"], "must be a regular file"),
        (["one", "-c", "1"], "several kernels are -e NAME -e NAME"),
        (["-k", "python3", "-c", "1"], "give only one of TARGET, --existing and --kernel"),
    ],
)
def test_what_is_for_one_kernel_is_refused_in_a_line(arguments, reason):
    outcome = here("-e", "a", "-e", "b", *arguments)
    assert (outcome.status, outcome.stdout) == (2, "")
    assert outcome.stderr.count("\n") == 1
    assert reason in outcome.stderr


def test_a_console_has_one_kernel(kernels):
    with Terminal(program(*BOTH)) as terminal:
        assert terminal.wait_exit() == 2
        line = "kconsole: a console has one kernel: give --existing once, or code with -c"
        assert terminal.everything.replace("\n", " ").startswith(line)
    wait_until(lambda: not any(kernel.received for kernel in kernels), what="silence")
