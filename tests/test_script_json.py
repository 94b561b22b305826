"""--json: what the program writes for other programs, held against the schema that it ships."""

import base64
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from clients import PATIENCE
from fake_kernel import FakeKernel
from features import KILLED, having
from jsonschema import Draft202012Validator
from leaks import wait_until
from leaping import HOUR_S, Clock
from programs import end, here, running, writes_to_a_full_pipe
from stories import program
from terminal import Terminal

from kconsole import attach
from kconsole.protocol.events import Stream
from kconsole.script.answers import Answers
from kconsole.script.cells import ScriptCell
from kconsole.script.jsonlines import JsonLines
from kconsole.script.jsonsink import JsonSink
from kconsole.script.runner import Runner, RunOptions
from kconsole.script.streams import Mouth, SteadyMouth

SCHEMA = json.loads(files("kconsole").joinpath("script/events.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)
KINDS = [each["$ref"].rpartition("/")[2] for each in SCHEMA["oneOf"]]
README = (Path(__file__).resolve().parent.parent / "README.md").read_text()

#: A dot, as a PNG.
PNG = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
        "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
    )
).decode()


def parsed(text):
    """The events of some lines, each of them ASCII, strict JSON, and as the schema says."""
    assert text.isascii()
    assert text.endswith("\n")

    def refuse(word):
        raise AssertionError(f"{word} is not JSON")

    events = [json.loads(line, parse_constant=refuse) for line in text.splitlines()]
    for event in events:
        kind = event["event"]
        faults = [
            error.message
            for error in VALIDATOR.evolve(
                schema={"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]}
            ).iter_errors(event)
        ]
        assert not faults, (event, faults)
        assert VALIDATOR.is_valid(event)
    return events


def of(events, *kinds):
    """Those of the events that are of some kinds, without their times."""
    return [
        {key: value for key, value in event.items() if key != "time"}
        for event in events
        if event["event"] in kinds
    ]


@pytest.fixture
def fake():
    with FakeKernel(implementation="ipython") as kernel:
        yield kernel


@pytest.fixture
def target(fake, tmp_path):
    """The connection file of the scripted kernel."""
    return str(fake.write_connection_file(tmp_path / "kernel-1.json"))


class Script:
    """Runs cells in an attached kernel, and keeps the events."""

    def __init__(self, kernel):
        self.kernel = kernel
        self.totals = {}

    def run(self, *codes, mime=(), **options):
        stdout = io.StringIO()
        lines = JsonLines(SteadyMouth(stdout, "standard output"))
        stderr = Mouth(io.StringIO(), "standard error")
        sink = JsonSink(lines, stderr, cells=len(codes), mime=mime)
        cells = [ScriptCell(code, "job", at, only=False) for at, code in enumerate(codes, 1)]
        runner = Runner(self.kernel, sink, Answers(None, sink.ask), RunOptions(**options))
        runner.run(cells)
        self.totals = sink.totals
        return parsed(stdout.getvalue())


@pytest.fixture
def script(target):
    with attach(target) as kernel:
        kernel.wait(PATIENCE)
        yield Script(kernel)


# --- the schema


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)
    assert set(KINDS) <= SCHEMA["$defs"].keys()


@pytest.mark.parametrize(
    "wrong",
    [
        {"event": "note", "time": "2026-01-01T00:00:00.000000Z", "text": 1},
        {"event": "note", "time": "2026-01-01T00:00:00+01:00", "text": "x"},
        {"event": "note", "time": "2026-01-01T00:00:00.000000Z", "text": "x", "more": 1},
        {"event": "nothing", "time": "2026-01-01T00:00:00.000000Z"},
        {"event": "note", "text": "x"},
    ],
)
def test_the_schema_refuses_what_is_wrong(wrong):
    assert not VALIDATOR.is_valid(wrong)


def test_the_readme_tells_of_every_event_and_field():
    rows = re.findall(r"(?m)^\| `(\w+)` \| (.*?) \|", README.partition("### Events")[2])
    told = {kind: set(re.findall(r"`(\w+)`", fields)) for kind, fields in rows}
    assert list(told) == KINDS
    everywhere = {"event", "time", "kernel", "cell", "msg_id", "session", "username", "buffers"}
    for kind, fields in told.items():
        wanted = SCHEMA["$defs"][kind]["properties"].keys()
        assert fields - everywhere == wanted - everywhere, kind


# --- cells, on every kernel


def test_cells_and_what_becomes_of_them(kernel):
    codes = [kernel.code(each) for each in ("print hello", "one plus one", "error")]
    arguments = [part for code in codes for part in ("-c", code)]
    outcome = here(str(kernel.connection_file), "--json", *arguments, "-c", "never")
    assert (outcome.status, outcome.stderr) == (1, "")
    events = parsed(outcome.stdout)
    start, about = events[:2]
    assert (start["event"], start["version"], start["mode"]) == ("start", 1, "run")
    assert (about["event"], about["started"]) == ("kernel", False)
    assert about["file"] == str(kernel.connection_file)
    streams = [each for each in of(events, "stream") if each["cell"] == 1]
    assert "".join(each["text"] for each in streams) == "hello\n"
    begins = of(events, "begin")
    assert [(each["cell"], each["cells"], each["origin"]) for each in begins] == [
        (1, 4, "-c 1"),
        (2, 4, "-c 2"),
        (3, 4, "-c 3"),
    ]
    assert [each["status"] for each in of(events, "end")] == ["ok", "ok", "error"]
    last = events[-1]
    assert last["event"] == "summary"
    assert (last["cells"], last["run"], last["failed"]) == (4, 3, 1)
    assert (last["status"], last["exit_status"], last["error"]) == ("error", 1, None)
    times = [each["time"] for each in events]
    assert times == sorted(times)


@having("input")
def test_a_question_is_an_event_and_standard_input_answers_it(kernel):
    outcome = here(str(kernel.connection_file), "--json", "-c", kernel.code("input"), stdin="Ada\n")
    assert (outcome.status, outcome.stderr) == (0, "")
    events = parsed(outcome.stdout)
    assert [each["password"] for each in of(events, "question")] == [False]
    assert "".join(each["text"] for each in of(events, "stream")).endswith("hi Ada\n")


@KILLED
def test_a_kernel_that_dies_on_the_way(fresh_kernel):
    path = str(fresh_kernel.connection_file)
    with running(path, "--json", "-c", fresh_kernel.code("loop printing")) as program:
        lines = []
        while '"tick' not in "".join(lines):
            lines.append(program.stdout.readline())
        fresh_kernel.process.kill()
        outcome = end(program)
    events = parsed("".join(lines) + outcome.stdout)
    assert (outcome.status, events[-1]["exit_status"], events[-1]["status"]) == (4, 4, "died")
    assert [each["status"] for each in of(events, "end")] == ["lost"]
    assert outcome.stderr == f"kconsole: {events[-1]['error']}\n"


# --- each kind of event


def bundle(data, display_id=None):
    return {"data": data, "metadata": {}, "display_id": display_id}


DOT = {"image/png": PNG, "text/plain": "a dot"}

#: What the scripted kernel is to do, and the events of it, without their times and cells.
HAPPENINGS = [
    (f"%fake display {json.dumps(DOT)}", [("display", bundle(DOT))]),
    (
        '%fake display {"application/json": {"a": [1, null]}} d1\n%fake update d1 {"text/plain": "2"}',
        [
            ("display", bundle({"application/json": {"a": [1, None]}}, "d1")),
            ("update", bundle({"text/plain": "2"}, "d1")),
        ],
    ),
    ("%fake result x d2", [("result", bundle({"text/plain": "x"}, "d2") | {"execution_count": 1})]),
    ("%fake clear true\n%fake clear", [("clear", {"wait": True}), ("clear", {"wait": False})]),
    (
        '%fake stream "\\u001b[31m\U0001f389\\u2028" name="stderr"',
        [("stream", {"name": "stderr", "text": "\x1b[31m\U0001f389\u2028"})],
    ),
    (
        '%fake publish debug_event {"a": 1}',
        [("other", {"msg_type": "debug_event", "content": {"a": 1}})],
    ),
    ("%fake page help", [("page", {"data": {"text/plain": "help"}})]),
    (
        '%fake payload {"source": "page", "text": "of old"}',
        [("page", {"data": {"text/plain": "of old"}})],
    ),
    (
        '%fake quiet_error E why ["t"]',
        [("error", {"ename": "E", "evalue": "why", "traceback": ["t"]})],
    ),
    # What JSON has no form for.
    (
        '%fake display {"a/json": [NaN, Infinity, 1.5]}',
        [("display", bundle({"a/json": [None, None, 1.5]}))],
    ),
    (
        r'%fake stream "\ud800\ud83c\udf89\udf89\\ud800\\\ud800\""',
        [("stream", {"name": "stdout", "text": '\ufffd\U0001f389\ufffd\\ud800\\\ufffd"'})],
    ),
]


@pytest.mark.parametrize(("code", "wanted"), HAPPENINGS)
def test_each_happening_is_an_event_as_it_came(script, code, wanted):
    found = of(script.run(code), *{kind for kind, _ in wanted})
    assert found == [{"event": kind, "cell": 1, **fields} for kind, fields in wanted]


def test_buffers_are_base64_and_a_comm_that_nobody_serves_is_closed(script, fake):
    opened = of(script.run("%fake comm a.target"), "comm_open")
    assert [(each["target_name"], each["buffers"]) for each in opened] == [("a.target", ["eHl6"])]
    fake.wait_for("comm_close")


@pytest.mark.parametrize("depth", [50, 500])
def test_what_is_nested_without_end_is_cut_or_left_as_it_is(script, depth):
    deep = "[" * depth + "]" * depth
    [shown] = of(script.run(f'%fake display {{"a/json": {deep}}}'), "display")
    value, levels = shown["data"]["a/json"], 0
    while isinstance(value, list):
        value, levels = (value or [None])[0], levels + 1
    assert levels == depth


def test_expressions_are_an_event(script):
    [found] = of(script.run("x = 6", expressions={"a": "x * 7", "b": "nothing"}), "expressions")
    assert found["values"]["a"]["data"] == {"text/plain": "42"}
    assert found["values"]["b"]["status"] == "error"


def test_of_displays_only_the_types_that_are_wanted(script):
    code = f"%fake display {json.dumps(DOT)}\n%fake display x"
    events = script.run(code, mime=("image/png", "text/html"))
    assert [each["data"] for each in of(events, "display")] == [{"image/png": PNG}, {}]


def test_each_cell_is_numbered_and_the_end_says_how_it_went(script):
    events = script.run("1", "1 / 0", "3", keep_going=True)
    assert [(each["cell"], each["number"]) for each in of(events, "begin")] == [
        (1, 1),
        (2, 2),
        (3, 3),
    ]
    assert [each["status"] for each in of(events, "end")] == ["ok", "error", "ok"]
    assert [each["status"] for each in of(events, "reply")] == ["ok", "error", "ok"]
    assert [each["execution_count"] for each in of(events, "reply")] == [1, 2, 3]
    assert script.totals == {"cells": 3, "run": 3, "failed": 1}
    order = [each["event"] for each in events if each["cell"] == 2]
    assert (order[0], order[-2:]) == ("begin", ["reply", "end"])


def test_a_cell_that_takes_too_long(script, monkeypatch):
    Clock(monkeypatch, JsonSink, Stream)
    events = script.run("print('on')\nimport time\ntime.sleep(60)", "2", timeout=HOUR_S / 2)
    assert [each["status"] for each in of(events, "end")] == ["timeout"]
    assert [each["text"] for each in of(events, "note")] == [
        "job, cell 1: not done in 1800 s: interrupted"
    ]
    assert of(events, "note")[0]["cell"] == 1


def test_a_word_to_leave_is_no_cell_that_was_sent(script):
    events = script.run("1", "exit", "3")
    assert [each["status"] for each in of(events, "end")] == ["ok"]
    assert script.totals == {"cells": 3, "run": 1, "failed": 0}
    assert "cell" not in of(events, "note")[0]


# --- the program


def test_every_line_leaves_at_once(target, fake):
    with running(target, "--json", "-c", 'print("on")\ninput()', stdin=subprocess.PIPE) as program:
        lines = []
        while '"question"' not in "".join(lines):
            lines.append(program.stdout.readline())
        program.stdin.write("Ada\n")
        outcome = end(program)
    events = parsed("".join(lines) + outcome.stdout)
    assert (outcome.status, events[-1]["status"]) == (0, "ok")


def test_a_password_is_told_as_one_and_asked_for_on_the_terminal(target, tmp_path):
    code = "import getpass; print(len(getpass.getpass('secret: ')), 'characters')"
    path = tmp_path / "events"
    command = " ".join(map(_quoted, program(target, "--json", "-c", code)))
    with Terminal(["sh", "-c", f"{command} > {path}"]) as terminal:
        terminal.wait_for("secret:")
        terminal.line("hunter2")
        assert terminal.wait_exit() == 0
        assert terminal.everything == "secret:"
    events = parsed(path.read_text())
    assert [(each["prompt"], each["password"]) for each in of(events, "question")] == [
        ("secret: ", True)
    ]
    assert [each["text"] for each in of(events, "stream")] == ["7 characters\n"]


def _quoted(word):
    return shlex.quote(str(word))


@pytest.mark.parametrize(
    ("name", "word"), [("SIGINT", "interrupted"), ("SIGTERM", "signal"), ("SIGHUP", "signal")]
)
def test_a_signal_ends_the_cell_and_the_summary_says_so(target, name, word):
    number = getattr(signal, name)
    with running(target, "--json", "-c", 'print("on")\nimport time\ntime.sleep(60)') as program:
        lines = []
        while '"text": "on' not in "".join(lines):
            lines.append(program.stdout.readline())
        program.send_signal(number)
        outcome = end(program)
    events = parsed("".join(lines) + outcome.stdout)
    assert (outcome.status, outcome.stderr) == (128 + number, "")
    assert [each["status"] for each in of(events, "end")] == ["interrupted"]
    assert (events[-1]["status"], events[-1]["exit_status"]) == (word, 128 + number)
    assert (events[-1]["run"], events[-1]["failed"]) == (1, 1)


def test_where_there_is_no_kernel_the_summary_says_why():
    outcome = here("no-such-kernel", "--json", "-c", "1")
    events = parsed(outcome.stdout)
    assert [each["event"] for each in events] == ["start", "summary"]
    assert (outcome.status, events[-1]["exit_status"], events[-1]["status"]) == (3, 3, "no-kernel")
    assert outcome.stderr == f"kconsole: {events[-1]['error']}\n"


def test_code_that_cannot_be_run_has_no_events(target, tmp_path):
    (tmp_path / "a.py").write_bytes(b"\xff")
    outcome = here(target, "--json", "-f", str(tmp_path / "a.py"))
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "not UTF-8 at byte 0" in outcome.stderr


def test_expressions_without_code_are_one_cell(target):
    events = parsed(here(target, "--json", "--expr", "a=6 * 7", "-c", "").stdout)
    assert (events[-1]["cells"], events[-1]["run"]) == (1, 1)


def test_many_lines_of_output_are_all_there(target):
    outcome = here(target, "--json", "-c", "for n in range(2000): print(n, 'x' * 2000)")
    text = "".join(each["text"] for each in of(parsed(outcome.stdout), "stream"))
    assert [line.split()[0] for line in text.splitlines()] == [str(n) for n in range(2000)]


def test_a_reader_that_goes_away_ends_it_quietly(target):
    with running(target, "--json", "-c", "%fake flood 100000") as program:
        program.stdout.readline()
        program.stdout.close()
        assert program.wait(PATIENCE) == 141
        assert program.stderr.read() == ""


@pytest.fixture
def blocked(target):
    """The program in the middle of a line that nobody reads, and what has been read of it before."""
    with running(
        target, "--json", "-c", "%fake flood 1 size=1000000\nimport time\ntime.sleep(60)"
    ) as one:
        lines = [one.stdout.readline() for _ in range(5)]
        wait_until(lambda: writes_to_a_full_pipe(one, one.stdout), PATIENCE, "a full pipe")
        yield one, lines


needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@needs_proc
@pytest.mark.parametrize(("name", "times"), [("SIGTERM", 1), ("SIGINT", 2)])
def test_a_reader_that_does_not_read_keeps_nobody_from_ending_it(blocked, fake, name, times):
    process, _ = blocked
    for _ in range(times):
        process.send_signal(getattr(signal, name))
        fake.wait_for("interrupt_request", PATIENCE)
    assert process.wait(PATIENCE) == 128 + getattr(signal, name)
    assert process.stderr.read() == ""


@needs_proc
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_line_that_a_signal_breaks_off_is_ended_for_a_reader_that_is_slow(blocked, fake, name):
    process, lines = blocked
    process.send_signal(getattr(signal, name))
    fake.wait_for("interrupt_request", PATIENCE)
    outcome = end(process)
    events = parsed("".join(lines) + outcome.stdout)
    assert outcome.status == events[-1]["exit_status"] == 128 + getattr(signal, name)
    assert sum(len(each["text"]) for each in of(events, "stream")) == 1_000_000


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_told(target):
    with open("/dev/full", "w") as full, running(target, "--json", "-c", "1", stdout=full) as one:
        outcome = end(one)
    assert outcome == (1, "", "kconsole: standard output: No space left on device\n")


@pytest.mark.parametrize("arguments", [["-i", "-c", "1"], ["-i"]])
def test_the_console_has_no_events(target, arguments):
    outcome = here(target, "--json", *arguments)
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "--json is for programs: the console has none" in outcome.stderr


def test_the_console_on_a_terminal_has_no_events(target):
    with Terminal(program(target, "--json")) as terminal:
        assert terminal.wait_exit() == 2
        assert "--json is for programs" in terminal.everything


# --- following a kernel


@pytest.fixture
def watched(target, fake):
    """The program that follows the kernel; ready, which its first lines prove; and what they were."""
    with running("--watch", "--json", target) as process:
        lines = []
        os.set_blocking(process.stdout.fileno(), False)

        def heard():
            fake.foreign_cell("are you there", client="ada")
            lines.extend(process.stdout.readlines())
            return any('"input"' in line for line in lines)

        wait_until(heard, PATIENCE, "a first event")
        os.set_blocking(process.stdout.fileno(), True)
        yield process, lines


def rest(watched, text):
    """All lines, up to the one that holds a text."""
    process, lines = watched
    for line in process.stdout:
        lines.append(line)
        if text in line:
            break
    return "".join(lines)


def test_a_watched_kernels_events_say_whose_they_are(watched, fake):
    fake.foreign_cell("x = 1", "out\n", result="17", client="bob")
    text = rest(watched, '"17"')
    events = parsed(text[: text.rindex("\n") + 1])
    assert [each["event"] for each in events[:2]] == ["start", "kernel"]
    assert events[0]["mode"] == "watch"
    bobs = [each for each in events if each.get("username") == "bob"]
    assert [each["event"] for each in bobs if each["event"] != "status"] == [
        "input",
        "stream",
        "result",
    ]
    assert len({(each["msg_id"], each["session"]) for each in bobs}) == 1
    assert fake.count("execute_request") == 0


def test_a_watched_kernel_that_is_restarted(watched, fake):
    fake.broadcast_shutdown(restart=True)
    events = parsed(rest(watched, '"shutdown"'))
    assert events[-1]["restart"] is True
    fake.restart()
    events = parsed(rest(watched, '"restarted"'))
    assert events[-1].keys() == {"event", "time"}


def test_ctrl_c_leaves_a_watched_kernel_alone(watched, fake):
    process, lines = watched
    process.send_signal(signal.SIGINT)
    outcome = end(process)
    events = parsed("".join(lines) + outcome.stdout)
    assert (outcome.status, outcome.stderr) == (130, "")
    assert (events[-1]["event"], events[-1]["status"]) == ("summary", "interrupted")
    assert fake.count("interrupt_request") == 0


def test_the_end_of_a_watched_kernel_is_the_last_event(watched, fake):
    process, lines = watched
    fake.die()
    outcome = end(process)
    events = parsed("".join(lines) + outcome.stdout)
    assert (outcome.status, events[-1]["status"]) == (4, "died")
    assert outcome.stderr == f"kconsole: {events[-1]['error']}\n"
