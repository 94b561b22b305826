"""The scripted kernel behaves as real ones do, and misbehaves as it is told."""

import contextlib
import dataclasses
import errno
import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
from fake.behaviour import Behaviour
from fake.commands import COMMANDS, parse
from fake.faults import DROPPED, FAULTS
from fake.wire import DELIMITER, Rejected
from fake_kernel import FakeKernel, fake_argv, write_kernelspec
from features import having
from leaks import wait_until
from raw_client import RawClient
from running_kernels import Kernel, find_spec, start_process


@contextlib.contextmanager
def fake(**behaviour: Any) -> Iterator[tuple[FakeKernel, RawClient]]:
    """A scripted kernel and a client whose iopub is proven; a welcome could come at any time."""
    behaviour = {"welcome": "none", **behaviour}
    with FakeKernel(**behaviour) as kernel, RawClient(kernel.connection) as client:
        client.wait_for_iopub()
        yield kernel, client


@pytest.fixture
def client(kernel: Kernel) -> Iterator[RawClient]:
    """A client of each kernel in turn."""
    with RawClient(kernel.connection) as one:
        one.wait_for_iopub()
        yield one


def types(messages: list[Any]) -> list[str]:
    return [message.msg_type for message in messages]


def text(messages: list[Any]) -> str:
    return "".join(one.content["text"] for one in messages if one.msg_type == "stream")


# --- as real kernels do


def test_every_kernel_prints(kernel: Kernel, client: RawClient) -> None:
    msg_id = client.execute(kernel.code("print hello"))
    assert client.reply(msg_id).content["status"] == "ok"
    messages = client.published(msg_id)
    assert kernel.shows("print hello") in text(messages)
    assert types(messages)[:2] == ["status", "execute_input"]


def test_every_kernel_adds(kernel: Kernel, client: RawClient) -> None:
    msg_id = client.execute(kernel.code("one plus one"))
    shown = [json.dumps(one.content) for one in client.published(msg_id)]
    assert any(kernel.shows("one plus one") in one for one in shown)


def test_every_kernel_fails(kernel: Kernel, client: RawClient) -> None:
    msg_id = client.execute(kernel.code("error"))
    assert client.reply(msg_id).content["status"] == "error"
    shown = json.dumps([one.content for one in client.published(msg_id)])
    assert kernel.shows("error") in shown


def test_every_kernel_keeps_variables(kernel: Kernel, client: RawClient) -> None:
    # One after the other: xeus-python drops output when it is busy.
    client.reply(client.execute(kernel.code("assign")))
    msg_id = client.execute(kernel.code("read back"))
    assert kernel.shows("read back") in text(client.published(msg_id))


@having("input")
def test_every_kernel_with_stdin_reads_a_line(kernel: Kernel, client: RawClient) -> None:
    msg_id = client.execute(kernel.code("input"))
    request = client.receive("stdin")
    assert request.content["prompt"] == "name? "
    assert request.parent_header["msg_id"] == msg_id
    client.answer("Ann")
    assert "hi Ann" in text(client.published(msg_id))


def test_every_kernel_completes_a_name(kernel: Kernel, client: RawClient) -> None:
    code = kernel.code("prefix of a name")
    msg_id = client.send("complete_request", {"code": code, "cursor_pos": len(code)})
    matches = client.reply(msg_id).content["matches"]
    assert any(one.startswith(kernel.shows("prefix of a name")) for one in matches)


def test_every_kernel_answers_a_heartbeat(client: RawClient) -> None:
    assert client.beats()


def shape(value: Any) -> Any:
    """The keys and types of a value, so that two replies can be compared."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    return type(value).__name__


REQUESTS = {
    "complete_request": {"code": "pri", "cursor_pos": 3},
    "inspect_request": {"code": "no_such_name", "cursor_pos": 5, "detail_level": 0},
    "is_complete_request": {"code": "for i in range(3):"},
    "history_request": {"hist_access_type": "tail", "n": 2, "output": False, "raw": True},
    "comm_info_request": {},
}
CELLS = ["1+1", "print('x')", "raise ValueError('x')", "x = 1", "1/0"]


@pytest.fixture
def beside_ipykernel(shared_kernels: Any) -> Iterator[tuple[RawClient, RawClient]]:
    """A client of the scripted kernel and one of the kernel that it takes after."""
    real = shared_kernels("ipykernel7")
    with fake() as (_, left), RawClient(real.connection) as right:
        right.wait_for_iopub()
        yield left, right


@pytest.mark.parametrize("msg_type", REQUESTS)
def test_its_replies_have_the_shape_of_ipykernels(
    msg_type: str, beside_ipykernel: tuple[RawClient, RawClient]
) -> None:
    ours, theirs = (
        one.reply(one.send(msg_type, REQUESTS[msg_type])).content for one in beside_ipykernel
    )
    assert shape(ours) == shape(theirs)


@pytest.mark.parametrize("code", CELLS)
def test_its_cells_have_the_messages_of_ipykernels(
    code: str, beside_ipykernel: tuple[RawClient, RawClient]
) -> None:
    seen = []
    for one in beside_ipykernel:
        msg_id = one.execute(code)
        reply = one.reply(msg_id).content
        # Which engine ran the cell is ipykernel's own affair.
        reply.pop("engine_info", None)
        messages = [(each.msg_type, shape(each.content)) for each in one.published(msg_id)]
        seen.append((shape(reply), messages))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("content", [{"code": "x", "cursor_pos": 99}, {"code": "x"}, {}])
def test_a_request_that_cannot_be_read_gets_idle_and_no_reply(content: dict[str, Any]) -> None:
    with fake() as (_, client):
        client.published(client.send("complete_request", content))
        assert client.is_silent("shell", 0.02)


def test_what_is_queued_behind_a_failed_cell_is_aborted() -> None:
    with fake() as (kernel, client):
        first = client.execute("input()\n1/0")
        second = client.execute("print('never')")
        kernel.wait_for("execute_request", count=2)
        client.receive("stdin")
        client.answer("")
        assert client.reply(first).content["status"] == "error"
        assert client.reply(second).content == {"status": "aborted"}


@pytest.mark.parametrize("code", ["import time\ntime.sleep(60)", "while True: pass", "input()"])
def test_a_cell_can_be_interrupted(code: str) -> None:
    with fake() as (_, client):
        msg_id = client.execute(code)
        client.published(msg_id, until="busy")
        client.send("interrupt_request", channel="control")
        assert client.reply(msg_id).content["ename"] == "KeyboardInterrupt"


def test_history_is_a_tail_a_range_or_what_fits_a_pattern() -> None:
    with fake(history_rows=5) as (_, client):
        client.reply(client.execute("1+1"))

        def ask(**wanted: Any) -> Any:
            wanted = {"output": False, "raw": True, **wanted}
            return client.reply(client.send("history_request", wanted)).content["history"]

        assert ask(hist_access_type="tail", n=2) == [[1, 5, "old_5 = 5"], [2, 1, "1+1"]]
        assert ask(hist_access_type="range", session=0, output=True) == [[2, 1, ["1+1", "2"]]]
        assert ask(hist_access_type="search", pattern="*_3*") == [[1, 3, "old_3 = 3"]]


def test_user_expressions_are_evaluated() -> None:
    with fake() as (_, client):
        msg_id = client.execute("x = 2", user_expressions={"a": "x*2", "b": "nobody"})
        values = client.reply(msg_id).content["user_expressions"]
        assert values["a"]["data"] == {"text/plain": "4"}
        assert values["b"]["ename"] == "NameError"


def test_a_cell_without_stdin_cannot_ask() -> None:
    with fake() as (_, client):
        reply = client.reply(client.execute("input()", allow_stdin=False))
        assert reply.content["ename"] == "StdinNotImplementedError"


def test_an_unknown_comm_is_closed_again() -> None:
    with fake() as (_, client):
        msg_id = client.send("comm_open", {"comm_id": "c", "target_name": "t", "data": {}})
        assert "comm_close" in types(client.published(msg_id))


# --- connections


@pytest.mark.parametrize(
    "behaviour",
    [
        {"transport": "ipc"},
        {"ip": "::1"},
        {"curve": True},
        {"transport": "ipc", "curve": True},
        {"key": ""},
        {"signature_scheme": "hmac-sha512"},
        {"control": False},
        {"parent_null": True},
        {"topic_frames": 3},
    ],
    ids=str,
)
def test_it_can_be_reached_in_every_way(behaviour: dict[str, Any], tmp_path: Path) -> None:
    if behaviour.get("transport") == "ipc":
        behaviour = {**behaviour, "ip": str(tmp_path / "k")}
    with fake(**behaviour) as (_, client):
        assert client.reply(client.execute("1")).content["status"] == "ok"
        assert client.beats()
    assert list(tmp_path.iterdir()) == []


def test_forged_and_replayed_requests_are_thrown_away() -> None:
    with fake() as (kernel, client):
        header = client.wire.header("kernel_info_request", client.session, "raw")
        frames = client.wire.pack([], [header, {}, {}, {}])
        client.sockets["shell"].send_multipart([*frames[:1], b"0" * 64, *frames[2:]])
        assert kernel.wait_for_rejection() == "bad signature"
        client.sockets["shell"].send_multipart(frames)
        client.sockets["shell"].send_multipart(frames)
        wait_until(lambda: kernel.rejected[-1] == "replayed")


def test_topic_frames_can_be_none() -> None:
    with fake(topic_frames=0) as (_, client):
        client.execute("1")
        assert client.topics() == []


@pytest.mark.parametrize(
    ("mode", "expected"), [("none", [0, 0]), ("first", [1, 0]), ("always", [1, 1])]
)
def test_a_subscriber_is_welcomed_as_told(mode: str, expected: list[int]) -> None:
    with FakeKernel(welcome=mode) as kernel, contextlib.ExitStack() as stack:
        for count in expected:
            client = stack.enter_context(RawClient(kernel.connection))
            client.beats()
            if count:
                message = client.receive("iopub")
                assert message.msg_type == "iopub_welcome"
                assert message.content == {"subscription": ""}
            else:
                assert client.is_silent("iopub", 0.05)


def test_a_fresh_token_is_welcomed_although_everything_is_subscribed() -> None:
    with fake(welcome="first") as (kernel, _), RawClient(kernel.connection) as second:
        second.sockets["iopub"].subscribe(b"token")
        while (message := second.receive("iopub")).msg_type != "iopub_welcome":
            continue
        assert message.content == {"subscription": "token"}


def test_a_subshell_answers_while_the_main_shell_is_busy() -> None:
    with fake(subshells=True) as (_, client):
        created = client.send("create_subshell_request", channel="control")
        subshell = client.reply(created, "control").content["subshell_id"]
        client.execute("import time\ntime.sleep(60)")
        msg_id = client.send("kernel_info_request", subshell_id=subshell)
        info = client.reply(msg_id)
        assert info.parent_header["subshell_id"] == subshell
        assert "kernel subshells" in info.content["supported_features"]
        listed = client.send("list_subshell_request", channel="control")
        assert client.reply(listed, "control").content["subshell_id"] == [subshell]
        content = {"subshell_id": subshell}
        for expected in ("ok", "error"):
            deleted = client.send("delete_subshell_request", content, channel="control")
            assert client.reply(deleted, "control").content["status"] == expected


def test_a_bogus_subshell_gets_a_bare_reply() -> None:
    with fake(subshells=True) as (_, client):
        msg_id = client.send("kernel_info_request", subshell_id="nobody")
        assert client.reply(msg_id).content == {"status": "error"}
        assert client.is_silent("iopub", 0.02)


# --- behaviours


def test_a_silent_heart_does_not_beat() -> None:
    with fake(heartbeat="off") as (_, client):
        assert not client.beats(timeout=0.05)


def test_a_heart_in_the_shell_beats_between_cells() -> None:
    with fake(heartbeat="shell") as (_, client):
        msg_id = client.execute("import time\ntime.sleep(60)")
        client.published(msg_id, until="busy")
        assert not client.beats(timeout=0.05)
        client.send("interrupt_request", channel="control")
        assert client.heart.poll(60_000)


def test_it_can_start_busy_and_be_interrupted() -> None:
    with FakeKernel(busy=60) as kernel, RawClient(kernel.connection) as client:
        msg_id = client.execute("1")
        assert client.reply(client.send("kernel_info_request", channel="control"), "control")
        assert client.is_silent("shell", 0.05)
        client.send("interrupt_request", channel="control")
        assert client.reply(msg_id).content["status"] == "ok"


def test_an_interrupt_can_be_ignored() -> None:
    with fake(interrupt="ignored") as (_, client):
        msg_id = client.execute("import time\ntime.sleep(0.1)")
        client.published(msg_id, until="busy")
        request = client.send("interrupt_request", channel="control")
        assert client.reply(request, "control").content["status"] == "ok"
        assert client.reply(msg_id).content["status"] == "ok"


def test_answers_can_be_replaced_delayed_and_left_out() -> None:
    behaviour = {
        "answers": {"is_complete_request": {"status": "unknown"}},
        "delays": {"inspect_request": 60.0},
        "no_reply": ["history_request"],
        "deaf": ["comm_info_request", "control:kernel_info_request"],
    }
    with fake(**behaviour) as (kernel, client):
        asked = client.send("is_complete_request", {"code": "("})
        assert client.reply(asked).content == {"status": "unknown"}
        inspection = {"code": "x", "cursor_pos": 1, "detail_level": 0}
        asked = client.send("inspect_request", inspection)
        assert client.is_silent("shell", 0.02)
        kernel.interrupt()
        client.published(asked)
        kernel.behaviour.change("delays", {"inspect_request": 0.01})
        asked = client.send("inspect_request", inspection)
        assert client.reply(asked).content["found"] is False
        client.published(client.send("history_request", {}))
        client.send("comm_info_request")
        client.send("kernel_info_request", channel="control")
        assert client.is_silent("control", 0.05)
        assert client.is_silent("shell", 0.0)


def test_a_behaviour_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TypeError, match="no_such"):
        FakeKernel(no_such=True)
    with pytest.raises(ValueError, match="no_such"):
        Behaviour().change("no_such", True)


@pytest.mark.parametrize(
    ("how", "replies", "broadcasts"),
    [
        ("reply", 1, ["shutdown_reply"]),
        ("twice", 1, ["shutdown_reply", "shutdown_reply"]),
        ("shutdown", 1, ["shutdown"]),
        ("silent", 0, []),
    ],
)
def test_it_is_shut_down_as_told(how: str, replies: int, broadcasts: list[str]) -> None:
    with fake(shutdown=how) as (kernel, client):
        msg_id = client.send("shutdown_request", {"restart": False}, channel="control")
        shown = [one for one in types(client.published(msg_id)) if one != "status"]
        assert shown == broadcasts
        if replies:
            assert client.reply(msg_id, "control").content == {"status": "ok", "restart": False}
        assert kernel.ending.wait(60)


def test_it_can_refuse_to_end() -> None:
    with fake(shutdown="stays") as (kernel, client):
        msg_id = client.send("shutdown_request", {"restart": False}, channel="control")
        client.reply(msg_id, "control")
        assert client.reply(client.execute("1")).content["status"] == "ok"
        assert not kernel.ending.is_set()


def test_exit_asks_the_client_to_leave_and_ends_the_kernel() -> None:
    with fake() as (kernel, client):
        payload = client.reply(client.execute("exit")).content["payload"]
        assert payload == [{"source": "ask_exit", "keepkernel": False}]
        assert kernel.ending.wait(60)


# --- commands


def test_arguments_are_json_or_bare_words() -> None:
    assert parse(r'5 "a b\u001b" word {"k": [1]} 6*7 name=stderr wait=true') == (
        [5, "a b\x1b", "word", {"k": [1]}, "6*7"],
        {"name": "stderr", "wait": True},
    )


def test_every_command_says_what_it_takes() -> None:
    assert all(function.__doc__ for function in COMMANDS.values())


@pytest.mark.parametrize("line", ["%fake no_such", "%fake stream", "%fake order sideways"])
def test_a_wrong_command_is_an_error_in_the_cell(line: str) -> None:
    with fake() as (_, client):
        assert client.reply(client.execute(line)).content["ename"] == "UsageError"


OUTPUTS = {
    "stream x": ["stream"],
    'chunks ["a", "b"]': ["stream", "stream"],
    "flood 3 20": ["stream", "stream", "stream"],
    "statuses 2 busy": ["status", "status"],
    "display x display_id=d": ["display_data"],
    "update d x": ["update_display_data"],
    'result {"text/html": "<b>"}': ["execute_result"],
    "clear wait=true": ["clear_output"],
    'publish data_pub {"x": 1}': ["data_pub"],
    "comm": ["comm_open"],
    "error ValueError x": ["error"],
    "quiet_error ValueError x": [],
}


@pytest.mark.parametrize(("line", "expected"), OUTPUTS.items())
def test_a_command_publishes_its_message(line: str, expected: list[str]) -> None:
    with fake() as (_, client):
        messages = client.published(client.execute(f"%fake {line}"))
        assert types(messages) == ["status", "execute_input", *expected, "status"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("status abort", {"status": "abort"}),
        ('reply {"status": "x"}', {"status": "x"}),
        ('payload {"source": "new"}', {"payload": [{"source": "new"}]}),
        (
            'set_next_input "a\\nb"',
            {"payload": [{"source": "set_next_input", "text": "a\nb", "replace": False}]},
        ),
        (
            "edit f.py 3",
            {"payload": [{"source": "edit_magic", "filename": "f.py", "line_number": 3}]},
        ),
        (
            "page x",
            {"payload": [{"source": "page", "data": {"text/plain": "x"}, "start": 0}]},
        ),
        (
            "ask_exit keepkernel=true",
            {"payload": [{"source": "ask_exit", "keepkernel": True}]},
        ),
        ("quiet_error E v traceback=[]", {"status": "error", "ename": "E", "traceback": []}),
    ],
)
def test_a_command_changes_the_reply(line: str, expected: dict[str, Any]) -> None:
    with fake() as (_, client):
        content = client.reply(client.execute(f"%fake {line}")).content
        assert {key: content[key] for key in expected} == expected


def test_keys_can_be_left_out_of_the_reply() -> None:
    with fake() as (_, client):
        reply = client.reply(client.execute("%fake omit execution_count ename\n1/0"))
        assert not {"execution_count", "ename"} & reply.content.keys()


def test_a_cell_can_end_in_any_order() -> None:
    with fake() as (_, client):
        msg_id = client.execute("%fake order idle result 0.01 reply\n7")
        idle = client.published(msg_id)[-1]
        result = client.receive("iopub")
        reply = client.reply(msg_id)
        assert (result.msg_type, reply.content["status"]) == ("execute_result", "ok")
        assert sent_at(idle) <= sent_at(result) < sent_at(reply)
        msg_id = client.execute("%fake order reply")
        client.published(msg_id, until="busy")
        client.reply(msg_id)
        assert client.receive("iopub").msg_type == "execute_input"
        assert client.is_silent("iopub", 0.02)


def sent_at(message: Any) -> datetime:
    return datetime.fromisoformat(message.header["date"])


def test_traffic_of_other_clients_has_their_session() -> None:
    with fake() as (_, client):
        client.execute("%fake foreign 6*7 result=42")
        seen = [client.receive("iopub") for _ in range(7)]
        others = [one for one in seen if one.parent_header["session"] != client.session]
        assert types(others) == ["status", "execute_input", "execute_result", "status"]


def test_a_restart_has_a_new_session_and_counts_anew() -> None:
    with fake() as (_, client):
        before = client.reply(client.execute("1"))
        client.reply(client.execute("%fake restart"))
        after = client.reply(client.execute("1"))
        assert after.session != before.session
        assert after.content["execution_count"] == 1


def test_a_raw_input_request_can_be_sent() -> None:
    with fake() as (_, client):
        msg_id = client.execute('%fake ask {"prompt": "no password key"}')
        assert client.receive("stdin").content == {"prompt": "no password key"}
        client.answer("x")
        assert text(client.published(msg_id)) == "x\n"


def test_a_hanging_kernel_answers_nothing_for_a_while() -> None:
    with fake() as (kernel, client):
        kernel.hang(0.05)
        assert client.beats()
        kernel.hang(60.0)
        assert not client.beats(timeout=0.05)


def test_a_kernel_can_be_closed_while_a_cell_makes_it_hang() -> None:
    with fake() as (kernel, client):
        client.execute("%fake hang 60")
        kernel.wait_for("execute_request")


def test_a_behaviour_can_be_changed_by_a_cell() -> None:
    with fake() as (_, client):
        client.reply(client.execute("%fake set heartbeat off"))
        assert not client.beats(timeout=0.05)


@pytest.mark.parametrize("channel", ["iopub", "stdin", "control", "hb"])
def test_one_socket_can_be_closed_while_the_others_live(channel: str) -> None:
    with fake() as (kernel, client):
        kernel.unbind(channel)
        port = kernel.connection[f"{channel}_port"]
        wait_until(lambda: is_refused(port))
        assert client.reply(client.send("kernel_info_request")).content["status"] == "ok"


def is_refused(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED


def test_a_heart_may_beat_for_more_than_it_was_asked() -> None:
    with fake(heartbeat="junk") as (_, client):
        assert client.beats()


def test_death_in_a_thread_closes_every_socket() -> None:
    with fake() as (kernel, client):
        client.execute("%fake die")
        assert kernel.ending.wait(60)
        assert not client.beats(timeout=0.05)


def test_a_flood_loses_nothing() -> None:
    with fake() as (_, client):
        messages = client.published(client.execute("%fake flood 2000 80"))
        lines = text(messages).splitlines()
        assert len(lines) == 2000
        assert {len(line) for line in lines} == {79}


# --- broken messages


@pytest.mark.parametrize("name", DROPPED)
def test_a_fault_that_is_to_be_dropped_is_no_message(name: str) -> None:
    with fake() as (_, client):
        client.execute(f"%fake fault {name}")
        for _ in range(2):
            client.receive("iopub")
        with pytest.raises((Rejected, RecursionError)):
            client.wire.unpack("iopub", client.frames())


def test_every_fault_leaves_the_kernel_able_to_go_on() -> None:
    with fake() as (_, client):
        msg_id = client.execute("%fake fault " + " ".join(FAULTS))
        assert client.reply(msg_id).content["status"] == "ok"


def test_a_replayed_message_comes_twice() -> None:
    with fake() as (_, client):
        client.execute("%fake fault replayed")
        seen = [client.frames() for _ in range(5)]
        signatures = [frames[frames.index(DELIMITER) + 1] for frames in seen]
        assert len(set(signatures)) == 4


# --- as a process


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Any]:
    """Starts scripted kernels as processes."""
    with contextlib.ExitStack() as stack:

        def begin(**behaviour: Any) -> Kernel:
            spec = {"argv": fake_argv(**behaviour), "language": "python"}
            kernel = start_process("fake", spec, tmp_path)
            stack.callback(kernel.close)
            return kernel

        yield begin


@pytest.mark.parametrize("fresh_kernel", ["fake"], indirect=True)
def test_a_process_answers_on_the_ports_of_its_file(fresh_kernel: Kernel) -> None:
    with RawClient(fresh_kernel.connection) as client:
        assert client.reply(client.execute(fresh_kernel.code("print hello")))
    assert psutil.pid_exists(fresh_kernel.pid)


def test_a_process_ends_when_it_is_shut_down(start: Any) -> None:
    kernel = start()
    with RawClient(kernel.connection) as client:
        msg_id = client.send("shutdown_request", {"restart": False}, channel="control")
        assert client.reply(msg_id, "control").content["status"] == "ok"
        assert kernel.process.wait(60) == 0


def test_a_process_is_interrupted_by_sigint(start: Any) -> None:
    kernel = start()
    with RawClient(kernel.connection) as client:
        client.wait_for_iopub()
        msg_id = client.execute("import time\ntime.sleep(60)")
        client.published(msg_id, until="busy")
        os.kill(kernel.pid, signal.SIGINT)
        assert client.reply(msg_id).content["ename"] == "KeyboardInterrupt"


def test_a_process_may_die_of_sigint(start: Any) -> None:
    kernel = start(sigint="die")
    os.kill(kernel.pid, signal.SIGINT)
    assert kernel.process.wait(60) == 130


def test_a_process_may_ignore_sigterm(start: Any) -> None:
    kernel = start(sigterm="ignore")
    os.kill(kernel.pid, signal.SIGTERM)
    with RawClient(kernel.connection) as client:
        assert client.reply(client.execute("1")).content["status"] == "ok"


def test_a_process_dies_at_once_when_a_cell_says_so(start: Any) -> None:
    kernel = start()
    with RawClient(kernel.connection) as client:
        client.execute("%fake die 9")
        assert kernel.process.wait(60) == 9


def test_a_process_may_end_before_it_is_ready(tmp_path: Path) -> None:
    argv = fake_argv(exit_at_start=3, stderr="no licence\n", noise=12)
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "noise\nnoise\n")
    assert done.stderr.endswith("no licence\n")


def test_a_process_records_its_requests(start: Any, tmp_path: Path) -> None:
    record = tmp_path / "requests"
    kernel = start(record=str(record))
    with RawClient(kernel.connection) as client:
        client.reply(client.execute("1"))
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    assert [line["header"]["msg_type"] for line in lines][-1] == "execute_request"
    assert lines[-1]["content"]["code"] == "1"


def test_a_kernelspec_can_be_written_for_it(tmp_path: Path) -> None:
    folder = write_kernelspec(tmp_path, spec={"interrupt_mode": "message"}, banner="hi")
    spec = json.loads((folder / "kernel.json").read_text())
    assert folder == tmp_path / "kernels" / "fake"
    assert spec["interrupt_mode"] == "message"
    assert json.loads(spec["argv"][-1]) == {"banner": "hi"}


def test_every_behaviour_can_be_told_in_json() -> None:
    told = dataclasses.asdict(Behaviour())
    assert Behaviour(**json.loads(json.dumps(told))) == Behaviour()


def test_the_scripted_kernel_is_always_installed() -> None:
    assert find_spec("fake") is not None
