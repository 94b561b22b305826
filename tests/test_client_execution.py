"""One cell for a caller that blocks: its steps, its end, and what may go wrong on the way."""

import queue
import signal
import subprocess
import sys
import threading

import pytest
from clients import PATIENCE, connected, info_of, once_asked, ready
from fake_kernel import FakeKernel
from features import KILLED, having
from leaks import wait_until

from kconsole import ChannelError, KernelClient, KernelDiedError, ReplyTimeoutError
from kconsole.client.execution import Execution
from kconsole.protocol.events import ErrorOutput, ExecuteResult, InputRequest, Stream
from kconsole.protocol.requests import execute_request


@pytest.fixture
def fake():
    with FakeKernel() as kernel:
        yield kernel


@pytest.fixture
def client(fake):
    with ready(fake) as one:
        yield one


def execution(client, code, **options):
    return Execution(client, execute_request(code), **options)


def shown(cell, timeout=PATIENCE):
    """What a cell prints, and the value that it has, in the order in which they come."""
    texts = []
    for step in cell.steps(timeout):
        if isinstance(step.event, Stream):
            texts.append(step.event.text)
        elif isinstance(step.event, ExecuteResult):
            texts.append(step.event.data["text/plain"])
    return texts


# --- steps


def test_steps_are_all_messages_of_the_cell_up_to_its_end(kernel):
    with ready(kernel) as client, execution(client, kernel.code("print hello")) as cell:
        steps = list(cell.steps(PATIENCE))
        assert "".join(s.event.text for s in steps if isinstance(s.event, Stream)) == "hello\n"
        assert {step.msg["parent_header"]["msg_id"] for step in steps} == {cell.msg_id}
        assert cell.reply["msg_type"] == "execute_reply"
        assert (cell.cell.state, cell.cell.given_up) == ("done", "")


@having("error on iopub")
def test_an_error_is_a_step_and_in_the_reply(kernel):
    with ready(kernel) as client, execution(client, kernel.code("error")) as cell:
        errors = [s.event for s in cell.steps(PATIENCE) if isinstance(s.event, ErrorOutput)]
        assert [error.evalue for error in errors] == [kernel.shows("error")]
        assert cell.reply["content"]["status"] == "error"


@pytest.mark.parametrize(
    "order",
    [
        "reply idle",
        "idle reply",
        "idle 0.05 reply",
        "reply 0.05 idle",
        "result reply idle",
        "reply result idle",
        "idle result reply",
    ],
)
def test_a_cell_ends_whatever_the_order(client, monkeypatch, order):
    monkeypatch.setattr("kconsole.protocol.cell.HALF_QUIET_S", PATIENCE)
    with execution(client, f"%fake order {order}\nprint(1)\n6 * 7") as cell:
        assert shown(cell) == ["1\n", "42"]
        assert cell.cell.given_up == ""
        assert cell.reply is not None


def test_a_result_that_comes_after_both_is_a_step(client, monkeypatch):
    for name in ("HALF_QUIET_S", "TAIL_QUIET_S", "TAIL_AT_MOST_S"):
        monkeypatch.setattr(f"kconsole.protocol.cell.{name}", PATIENCE)
    with execution(client, "%fake order reply idle 0.01 result\n6 * 7") as cell:
        steps = cell.steps(PATIENCE)
        while not isinstance(next(steps).event, ExecuteResult):
            pass
        assert cell.cell.finished
        assert not cell.cell.done


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("order", "given_up"), [("reply", "idle"), ("idle", "reply"), ("result reply", "idle")]
)
def test_a_cell_ends_whatever_is_lost(client, order, given_up):
    with execution(client, f"%fake order {order}\nprint(1)\n6 * 7") as cell:
        assert shown(cell) == ["1\n", "42"]
        assert cell.cell.given_up == given_up
        assert (cell.reply is None) == (given_up == "reply")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("order", ["reply 0.5 idle", "reply 0.5 result 0.5 idle"])
def test_what_takes_long_to_arrive_is_not_lost(client, order):
    with execution(client, f"%fake order {order}\nprint(1)\n6 * 7") as cell:
        assert shown(cell) == ["1\n", "42"]
        assert cell.cell.given_up == ""


@pytest.mark.usefixtures("impatient")
def test_a_kernel_that_publishes_no_status_is_asked_once(monkeypatch):
    monkeypatch.setattr("kconsole.client.doubt._ECHO_S", 0.1)
    with FakeKernel(omit=["status"]) as fake, ready(fake) as client:
        for channel in ("shell", "control"):  # behind the questions of wait_for_ready
            client._ask(channel, "kernel_info_request", {}, True, PATIENCE)
        before = len(fake.received)
        for _ in range(3):
            with execution(client, "print(1)") as cell:
                assert shown(cell) == ["1\n"]
                assert cell.cell.given_up == "idle"
        kinds = [each.msg_type for each in fake.received[before:]]
        assert sorted(kinds) == [*["execute_request"] * 3, "kernel_info_request"]


def test_without_a_tail_the_cell_ends_with_reply_and_idle(client):
    with execution(client, "6 * 7", tail=False) as cell:
        assert shown(cell) == ["42"]
        assert cell.cell.finished


def test_messages_of_others_are_no_steps(client, fake):
    with execution(client, '%fake foreign 1+1 "theirs\\n"\n%fake orphan "nobodys\\n"\n1') as cell:
        assert shown(cell) == ["1"]
    client.iopub_channel.flush(PATIENCE)
    texts = [msg["content"].get("text") for msg in client.iopub_channel.get_msgs()]
    assert {"theirs\n", "nobodys\n"} <= set(texts)


def test_a_backlog_of_others_does_not_make_the_idle_count_as_lost(fake, monkeypatch):
    """Between reply and idle the others' messages show that iopub is still being drained."""
    monkeypatch.setattr("kconsole.protocol.cell.HALF_QUIET_S", 0.2)
    with ready(fake) as client, execution(client, "%fake order reply") as cell:
        stop = threading.Event()

        def chatter():
            fake.wait_for("execute_request")
            for _ in range(8):
                fake.foreign_cell("1")
                stop.wait(0.05)
            header = {"msg_id": cell.msg_id, "msg_type": "execute_request"}
            fake.publish("status", {"execution_state": "idle"}, header)

        thread = threading.Thread(target=chatter)
        thread.start()
        list(cell.steps(PATIENCE))
        thread.join(PATIENCE)
        assert cell.cell.given_up == ""


def test_two_cells_at_once_each_get_their_own(client):
    with execution(client, "print(1)") as one, execution(client, "print(2)") as two:
        assert shown(two) == ["2\n"]
        assert shown(one) == ["1\n"]


def test_what_comes_after_the_cell_was_left_goes_to_the_channels(client):
    with execution(client, "print(1)\n%fake order reply idle 0.3 late") as cell:
        list(cell.steps(PATIENCE))
    while client.get_iopub_msg(timeout=PATIENCE)["content"].get("text") != "late\n":
        pass


# --- time, death, Ctrl-C


def test_a_cell_that_takes_too_long_is_a_timeout_and_can_be_followed_on(client, fake):
    with execution(client, "import time\ntime.sleep(60)\nprint(1)") as cell:
        with pytest.raises(ReplyTimeoutError, match=r"not done in 0\.05 s"):
            list(cell.steps(0.05))
        fake.wait_for("execute_request")
        fake.interrupt()
        assert shown(cell) == []
        assert cell.reply["content"]["ename"] == "KeyboardInterrupt"


def test_a_keyboardinterrupt_loses_nothing(client, fake):
    with execution(client, "print(1)\nprint(input())\nprint(2)") as cell:
        with pytest.raises(KeyboardInterrupt):
            for step in cell.steps(PATIENCE):
                if isinstance(step.event, InputRequest):
                    raise KeyboardInterrupt
        client.input("answer")
        assert shown(cell) == ["answer\n", "2\n"]


@KILLED
def test_a_kernel_killed_in_a_cell_is_noticed(fresh_kernel):
    with ready(fresh_kernel) as client:
        with execution(client, fresh_kernel.code("loop printing")) as cell:
            steps = cell.steps()
            while not isinstance(next(steps).event, Stream):
                pass
            fresh_kernel.process.kill()
            with pytest.raises(KernelDiedError, match="gone"):
                list(steps)
        assert client.is_alive() is False


def test_a_kernel_that_ends_in_a_cell_is_noticed(client):
    with execution(client, "print(1)\n%fake die") as cell, pytest.raises(KernelDiedError):
        list(cell.steps())


def test_a_cell_for_a_kernel_that_is_gone_is_an_error(client, fake):
    fake.close()
    wait_until(lambda: client.health.state == "gone", PATIENCE)
    with execution(client, "1") as cell, pytest.raises(KernelDiedError):
        list(cell.steps())


def test_stopping_the_channels_ends_the_steps(fake):
    client = KernelClient(info=info_of(fake))
    client.start_channels()
    with execution(client, "import time\ntime.sleep(60)") as cell:
        with once_asked(fake, "execute_request", client.stop_channels):
            with pytest.raises(ChannelError, match="have been stopped"):
                list(cell.steps())


def test_a_cell_cannot_be_sent_while_the_channels_do_not_run(fake):
    client = KernelClient(info=info_of(fake))
    with pytest.raises(ChannelError), execution(client, "1"):
        raise AssertionError("entered")
    assert not client._router._claims


# --- execute_interactive


def test_execute_interactive_hands_out_the_output_and_returns_the_reply(kernel):
    with ready(kernel) as client:
        msgs = []
        reply = client.execute_interactive(
            kernel.code("print hello"), output_hook=msgs.append, timeout=PATIENCE
        )
        assert reply["content"]["status"] == "ok"
        assert "".join(msg["content"].get("text", "") for msg in msgs) == "hello\n"
        assert {msg["parent_header"]["msg_id"] for msg in msgs} == {
            reply["parent_header"]["msg_id"]
        }


@having("input")
def test_execute_interactive_lets_a_hook_answer(kernel):
    code = kernel.code("input")
    with ready(kernel) as client:
        prompts, texts = [], []

        def ask(msg):
            prompts.append(msg["content"]["prompt"])
            client.input("Ada", parent=msg)

        reply = client.execute_interactive(
            code,
            stdin_hook=ask,
            output_hook=lambda msg: texts.append(msg["content"].get("text", "")),
            timeout=PATIENCE,
        )
        assert reply["content"]["status"] == "ok"
        assert prompts == ["name? "]
        assert "hi Ada" in "".join(texts)


def test_execute_interactive_without_a_hook_allows_no_input(client):
    reply = client.execute_interactive("input()", timeout=PATIENCE)
    assert reply["content"]["ename"] == "StdinNotImplementedError"


def test_execute_interactive_without_a_stdin_channel_allows_no_input(fake):
    client = KernelClient(info=info_of(fake))
    client.start_channels(stdin=False)
    try:
        reply = client.execute_interactive(
            "input()", stdin_hook=lambda _msg: None, timeout=PATIENCE
        )
        assert reply["content"]["ename"] == "StdinNotImplementedError"
    finally:
        client.stop_channels()


ASKER = """
import sys
from kconsole import KernelClient
client = KernelClient()
client.load_connection_file(sys.argv[1])
with client:
    client.wait_for_ready()
    client.execute_interactive(
        sys.argv[2],
        allow_stdin=True,
        timeout=20,
        output_hook=lambda msg: print(end=msg["content"].get("text", "")),
    )
"""


@pytest.mark.parametrize(
    ("code", "typed", "shown"),
    [
        ('print("got", input("na\x1bme? "))', "Ada\n", "na?me? got Ada\n"),
        ('import getpass\nprint("got", getpass.getpass("secret: "))', "sesame\n", "got sesame\n"),
        ('print("got", input("? "))', "", "? "),  # the end of the input is an EOFError in the cell
        ("%fake ask {}", "no prompt\n", "no prompt\n"),
    ],
)
def test_execute_interactive_asks_at_the_terminal_if_input_is_allowed_without_a_hook(
    fake, tmp_path, code, typed, shown
):
    path = fake.write_connection_file(tmp_path / "kernel-1.json")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASKER, str(path), code],
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        start_new_session=True,  # without a terminal, getpass reads standard input
    )
    assert (done.stdout, done.returncode) == (shown, 0)
    assert "Traceback" not in done.stderr


def test_input_is_not_sent_to_a_cell_that_has_ended_while_it_was_typed(client, fake, monkeypatch):
    def type_slowly(_prompt):
        fake.interrupt()
        client.kernel_info(reply=True, timeout=PATIENCE)  # its reply comes after the cell's
        return "too late"

    monkeypatch.setattr("builtins.input", type_slowly)
    reply = client.execute_interactive("input()", allow_stdin=True, timeout=PATIENCE)
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    client.input("marker")
    assert fake.wait_for("input_reply").content["value"] == "marker"


def test_input_allowed_without_a_stdin_channel_is_refused(fake):
    client = KernelClient(info=info_of(fake))
    client.start_channels(stdin=False)
    try:
        with pytest.raises(RuntimeError, match="stdin channel"):
            client.execute_interactive("input()", allow_stdin=True, timeout=PATIENCE)
    finally:
        client.stop_channels()
    assert fake.count("execute_request") == 0


def test_execute_interactive_without_hooks_just_waits(client):
    assert client.execute_interactive("print(1)", timeout=PATIENCE)["content"]["status"] == "ok"


def test_execute_interactive_times_out_and_the_cell_goes_on(client, fake):
    with pytest.raises(TimeoutError, match=r"0\.05 s"):
        client.execute_interactive("import time\ntime.sleep(60)", timeout=0.05)
    fake.wait_for("execute_request")
    fake.interrupt()
    assert client.get_shell_msg(timeout=PATIENCE)["content"]["ename"] == "KeyboardInterrupt"


@pytest.mark.usefixtures("impatient")
def test_execute_interactive_says_that_the_reply_is_lost(client):
    with pytest.raises(ReplyTimeoutError, match="went idle without an execute_reply"):
        client.execute_interactive("%fake order idle", timeout=PATIENCE)


def test_execute_interactive_passes_a_hooks_error_on_and_gives_up_its_claim(client):
    def fail(_msg):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        client.execute_interactive("print(1)", output_hook=fail, timeout=PATIENCE)
    assert not client._router._claims


@pytest.mark.parametrize("code", [None, 1, b"x"])
def test_execute_interactive_refuses_code_that_is_no_string(client, code):
    with pytest.raises(ValueError, match="code"):
        client.execute_interactive(code)


RUNNER = """
import sys
from kconsole import KernelClient
client = KernelClient()
client.load_connection_file(sys.argv[1])
with client:
    client.wait_for_ready()
    try:
        client.execute_interactive(
            "print('on')\\nimport time\\ntime.sleep(60)",
            output_hook=lambda msg: msg["msg_type"] == "stream" and print("on", flush=True),
        )
    except KeyboardInterrupt:
        client.interrupt(reply=True)
        print("interrupted", client.execute("1", reply=True)["content"]["status"], flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for one process")
def test_ctrl_c_leaves_execute_interactive_and_the_client_goes_on(fake, tmp_path):
    path = fake.write_connection_file(tmp_path / "kernel-1.json")
    command = [sys.executable, "-c", RUNNER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "on\n"
        process.send_signal(signal.SIGINT)
        # A kernel that is not done with the interrupted cell drops what comes at once.
        said = process.communicate(timeout=PATIENCE)[0]
        assert said in ("interrupted ok\n", "interrupted aborted\n")


def test_hooks_run_in_the_callers_thread(client):
    threads = queue.SimpleQueue()
    client.execute_interactive(
        "print(1)",
        output_hook=lambda _msg: threads.put(threading.current_thread()),
        timeout=PATIENCE,
    )
    assert threads.get_nowait() is threading.current_thread()


def test_an_unready_client_may_execute_at_once(fake):
    with connected(fake) as client:
        reply = client.execute_interactive("1", timeout=PATIENCE)
        assert reply["content"]["status"] == "ok"
