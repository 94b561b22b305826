"""What is said of cells, connections and ways out, where no kernel is needed to see it."""

import time

import pytest

from kconsole.client.health import Health
from kconsole.connect.info import ConnectionInfo
from kconsole.connect.ssh.status import LinkStatus
from kconsole.protocol.replies import KernelInfo, LanguageInfo
from kconsole.repl.kernel.conninfo import Connection, Way, conninfo_lines
from kconsole.repl.kernel.controls import queue_lines
from kconsole.repl.kernel.interrupting import way_out
from kconsole.repl.kernel.pid import pid_here
from kconsole.repl.kernel.restarting import who_restarts
from kconsole.repl.kernel.turns import Turn
from kconsole.repl.leaving import objection
from kconsole.repl.state import State
from kconsole.repl.work import end_of_abandoned

NOW = 1000.0
CONNECTION = Connection(
    name="python3",
    kernel=KernelInfo(
        implementation="ipython",
        implementation_version="9.1",
        protocol_version="5.3",
        language_info=LanguageInfo(name="python", version="3.12.1"),
    ),
    info=ConnectionInfo(
        shell_port=1, iopub_port=2, stdin_port=3, hb_port=4, control_port=5, key=b"secret"
    ),
    file="/run/user/1/kernel 1.json",
    ours=False,
    kept=False,
    pid=4711,
    session="abc",
    username="ada",
    health=Health("ok", round_trip=0.0012, last_echo=998.0),
    command="kconsole '/run/user/1/kernel 1.json'",
)


def told(**changes: object) -> dict[str, str]:
    lines = conninfo_lines(CONNECTION._replace(**changes), NOW, 200)  # type: ignore[arg-type]
    return {line[:12].rstrip(): line[12:] for line in lines}


def test_conninfo_of_a_kernel_of_others() -> None:
    assert told() == {
        "kernel": "python3 (ipython 9.1, python 3.12.1, protocol 5.3)",
        "started": "by somebody else; it stays when the console is left",
        "process": "4711",
        "file": "/run/user/1/kernel 1.json",
        "address": "tcp 127.0.0.1: shell 1, iopub 2, stdin 3, hb 4, control 5",
        "lock": "signed (hmac-sha256), not encrypted",
        "session": "abc (ada)",
        "heartbeat": "ok, 1.2 ms, last 2 s ago",
        "attach with": "kconsole '/run/user/1/kernel 1.json'",
    }


@pytest.mark.parametrize("columns", [1, 30, 80])
def test_conninfo_breaks_between_words_and_what_is_copied_not_at_all(columns: int) -> None:
    file = "/run/" + "x" * 60
    connection = CONNECTION._replace(file=file, command=f"kconsole {file}")
    lines = conninfo_lines(connection, NOW, columns)
    assert "kconsole /run/" + "x" * 60 in "\n".join(lines)
    if columns > 40:
        wide = [line for line in lines if "xxx" not in line]
        assert max(map(len, wide)) <= columns
        ports = " ".join(line.strip() for line in lines if "shell 1" in line or "control" in line)
        assert ports.endswith("control 5")


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (
            LinkStatus("up", since=NOW - 80, round_trip=0.0016),
            "ssh gpu01: up, for 1 min 20 s now, round trip 1.6 ms",
        ),
        (
            LinkStatus("slow", "no answer for 3 s", NOW - 4, silent_since=NOW - 7),
            "ssh gpu01: slow, no answer for 7 s",
        ),
        (
            LinkStatus("down", "no route", NOW, retry_at=NOW + 2, silent_since=NOW - 19),
            "ssh gpu01: link down, retry in 2 s, for 19 s now, no route",
        ),
    ],
)
def test_conninfo_tells_since_when_a_link_is_gone_and_not_since_the_last_attempt(
    status: LinkStatus, line: str
) -> None:
    assert told(link=Way("gpu01", status, ""))["link"] == line


def test_conninfo_never_shows_the_key() -> None:
    assert "secret" not in repr(told())


@pytest.mark.parametrize(
    ("changes", "label", "text"),
    [
        ({"ours": True}, "started", "here; it ends with us"),
        ({"ours": True, "kept": True}, "started", "here; it stays when the console is left"),
        ({"pid": None}, "process", "not known"),
        ({"kernel": KernelInfo()}, "kernel", "python3"),
        ({"health": Health("late", "no heartbeat")}, "heartbeat", "late (no heartbeat)"),
        ({"file": ""}, "file", "none"),
        ({"name": "a\x1b[2Jb"}, "kernel", None),
        (
            {"info": ConnectionInfo(transport="ipc", ip="/tmp/x", key=b"k")},
            "address",
            "ipc /tmp/x-*",
        ),
        (
            {"info": ConnectionInfo(transport="ipc", ip="/tmp/x", key=b"k")},
            "lock",
            "signed (hmac-sha256), and never on a network",
        ),
        ({"info": ConnectionInfo()}, "lock", "not signed: anybody can run code, not encrypted"),
        (
            {"info": ConnectionInfo(key=b"k", curve_publickey=b"c")},
            "lock",
            "signed (hmac-sha256), encrypted (curve)",
        ),
    ],
)
def test_conninfo_of_others(changes: dict[str, object], label: str, text: str | None) -> None:
    shown = told(**changes)[label]
    assert "\x1b" not in shown
    assert text is None or shown == text


def test_a_queue_is_listed_in_the_order_in_which_it_runs() -> None:
    cells = [Turn("runs", "In [1]: sleep()"), Turn("waits", "In [2]: a (+2 lines)")]
    first, second = queue_lines(cells, 80)
    assert first == "runs  In [1]: sleep()"
    assert second == "waits In [2]: a (+2 lines)"


def test_a_queue_without_a_waiting_cell_says_so() -> None:
    assert queue_lines([], 80) == ["no cell waits"]
    assert queue_lines([Turn("runs", "In [1]: f()")], 80) == [
        "runs  In [1]: f()",
        "no cell waits",
    ]


@pytest.mark.parametrize("columns", [1, 10, 20])
def test_a_long_cell_is_cut(columns: int) -> None:
    (line, *_) = queue_lines([Turn("waits", "In [1]: " + "x" * 100)], columns)
    assert len(line) <= columns


@pytest.mark.parametrize(
    ("ours", "pid", "deadly", "text"),
    [
        (True, 5, True, "\\restart starts the kernel anew"),
        (True, 5, None, "\\restart starts the kernel anew"),
        (False, 5, True, "kill 5 ends the kernel"),
        (False, 5, None, "kill 5 ends the kernel"),
        (False, 5, False, "kill -INT 5 interrupts it by a signal, kill 5 ends the kernel"),
        (False, None, None, "Ctrl-D leaves"),
    ],
)
def test_the_way_out_of_a_kernel_that_takes_no_interrupt(
    ours: bool, pid: int | None, deadly: bool | None, text: str
) -> None:
    assert way_out(ours=ours, pid=pid, deadly=deadly) == text


@pytest.mark.parametrize(
    ("usage", "pid"),
    [
        ({"hostname": "here", "pid": 4711}, 4711),
        ({"hostname": "there", "pid": 4711}, None),
        ({"hostname": "here"}, None),
        ({"hostname": "here", "pid": "4711"}, None),
        ({"hostname": "here", "pid": -1}, None),
        ({"hostname": "here", "pid": 0}, None),
        ({}, None),
    ],
)
def test_only_a_process_of_this_machine_is_named(usage: dict[str, object], pid: int | None) -> None:
    assert pid_here(usage, "here") == pid


@pytest.mark.parametrize(
    ("number", "skipped", "text"),
    [
        (7, 12345, "In[7] has ended; skipped 12,345 messages of it"),
        (7, 1, "In[7] has ended; skipped 1 message of it"),
        (7, 0, "In[7] has ended"),
        (None, 0, "the cell that was given up has ended"),
    ],
)
def test_the_end_of_a_cell_that_was_given_up(number: int | None, skipped: int, text: str) -> None:
    assert end_of_abandoned(number, skipped) == text


def test_who_restarts_a_kernel_of_others() -> None:
    assert who_restarts("ir").startswith("ir was not started here: whoever started it")
    assert who_restarts("ir").endswith(
        "; \\shutdown ends it, and if a console has kept it, kconsole --keep -k NAME starts it anew"
    )


# --- what speaks against leaving


@pytest.fixture
def state() -> State:
    return State(KernelInfo(), Health("ok"), ours=True, busy=False)


def test_nothing_speaks_against_leaving_an_idle_kernel(state: State) -> None:
    assert objection(state, stops_kernel=True) == ""


def test_a_running_cell_speaks_against_it_where_the_kernel_ends(state: State) -> None:
    state.cells.start("id")
    assert objection(state, stops_kernel=True) == "a cell is running"
    assert objection(state, stops_kernel=False) == ""


def test_waiting_cells_speak_against_it_everywhere(state: State) -> None:
    state.cells.start("id")
    state.cells.add("a")
    assert objection(state, stops_kernel=False) == "a cell waits for its turn"
    state.cells.add("b")
    assert objection(state, stops_kernel=False) == "2 cells wait for their turn"
    assert objection(state, stops_kernel=True) == "a cell is running and 2 wait"


def test_a_cell_that_was_given_up_still_counts(state: State) -> None:
    state.cells.start("id")
    state.cells.abandon(7)
    assert "may still run" in objection(state, stops_kernel=True)


def test_the_work_of_others_counts(state: State) -> None:
    state.shell_answers.clear()
    assert objection(state, stops_kernel=True) == "the kernel is busy for others"


def test_a_dead_kernel_is_left_at_once(state: State) -> None:
    state.cells.start("id")
    state.health = Health("gone", "killed", None, time.monotonic())
    assert objection(state, stops_kernel=True) == ""
