"""What a kernel can be asked, and how the answer finds the one who asked."""

import threading

import pytest
from clients import (
    PATIENCE,
    OwnProcess,
    connected,
    info_of,
    once_asked,
    ready,
    replied,
    wait_for_output,
)
from fake_kernel import FakeKernel
from features import KILLED, has, having
from leaks import wait_until

from kconsole import KernelClient, KernelDiedError, ReplyTimeoutError


@pytest.fixture
def fake():
    with FakeKernel() as kernel:
        yield kernel


# --- each request, on each kernel


def test_kernel_info_says_what_kernel_it_is(kernel):
    with ready(kernel) as client:
        content = replied(client.kernel_info(reply=True, timeout=PATIENCE))
        assert content["language_info"]["name"] == kernel.language


def test_execute_returns_the_reply_of_its_own_cell(kernel):
    with ready(kernel) as client:
        reply = client.execute(kernel.code("print hello"), reply=True, timeout=PATIENCE)
        assert reply["msg_type"] == "execute_reply"
        assert reply["content"]["status"] == "ok"
        assert reply["parent_header"]["session"] == client.session.session


def test_execute_returns_the_reply_of_a_cell_that_failed(kernel):
    with ready(kernel) as client:
        content = replied(client.execute(kernel.code("error"), reply=True, timeout=PATIENCE))
        assert content["status"] in {"error", "abort"}


def test_without_reply_a_request_gives_its_msg_id_at_once(kernel):
    with ready(kernel) as client:
        msg_id = client.execute(kernel.code("assign"))
        assert isinstance(msg_id, str)
        assert client.get_shell_msg(timeout=PATIENCE)["parent_header"]["msg_id"] == msg_id


@having("silent cells")
def test_a_silent_cell_prints_nothing_into_the_history(kernel):
    with ready(kernel) as client:
        first = replied(client.execute("1", reply=True, timeout=PATIENCE))
        replied(client.execute("2", silent=True, reply=True, timeout=PATIENCE))
        second = replied(client.execute("3", reply=True, timeout=PATIENCE))
        assert second["execution_count"] == first["execution_count"] + 1


@having("user_expressions")
def test_user_expressions_are_evaluated_after_the_cell(kernel):
    with ready(kernel) as client:
        content = replied(
            client.execute(
                "x = 6 * 7",
                user_expressions={"good": "x", "bad": "1 / 0"},
                reply=True,
                timeout=PATIENCE,
            )
        )
        assert content["user_expressions"]["good"]["data"]["text/plain"] == "42"
        assert content["user_expressions"]["bad"]["status"] == "error"


def test_complete_finds_a_name(kernel):
    with ready(kernel) as client:
        code = kernel.code("prefix of a name")
        content = replied(client.complete(code, reply=True, timeout=PATIENCE))
        assert any(kernel.shows("prefix of a name") in match for match in content["matches"])
        assert (content["cursor_start"], content["cursor_end"]) == (0, len(code))


def test_complete_looks_at_the_cursor_not_at_the_end(kernel):
    with ready(kernel) as client:
        code = kernel.code("prefix of a name")
        content = replied(client.complete(code + " tail", len(code), reply=True, timeout=PATIENCE))
        assert any(kernel.shows("prefix of a name") in match for match in content["matches"])


@having("inspection")
def test_inspect_tells_about_a_name(kernel):
    with ready(kernel) as client:
        code = kernel.code("a name to inspect")
        content = replied(client.inspect(code, detail_level=0, reply=True, timeout=PATIENCE))
        assert content["found"]
        assert "print" in content["data"]["text/plain"].lower()


def test_inspect_finds_nothing_where_nothing_is(kernel):
    with ready(kernel) as client:
        content = replied(client.inspect("no_such_name_4711", reply=True, timeout=PATIENCE))
        assert not content["found"]


@pytest.mark.parametrize("word", ["complete", "incomplete", "invalid"])
@having("is_complete")
def test_is_complete_is_the_kernels_opinion(kernel, word):
    with ready(kernel) as client:
        content = replied(client.is_complete(kernel.code(word), reply=True, timeout=PATIENCE))
        assert content["status"] == word


def test_history_has_its_rows(kernel):
    with ready(kernel) as client:
        client.execute(kernel.code("assign"), reply=True, timeout=PATIENCE)
        content = replied(
            client.history(hist_access_type="tail", n=1, reply=True, timeout=PATIENCE)
        )
        if not has(kernel.name, "history"):
            assert content["history"] == []
        else:
            assert content["history"][-1][2] == kernel.code("assign")


@having("history with outputs")
def test_history_with_outputs_and_of_a_range(kernel):
    with ready(kernel) as client:
        line = replied(client.execute("6 * 7", reply=True, timeout=PATIENCE))["execution_count"]
        rows = replied(
            client.history(
                output=True, session=0, start=line, stop=line + 1, reply=True, timeout=PATIENCE
            )
        )["history"]
        assert [row[2] for row in rows] == [["6 * 7", "42"]]


def test_comm_info_lists_the_open_comms(kernel):
    with ready(kernel) as client:
        assert replied(client.comm_info(reply=True, timeout=PATIENCE))["comms"] == {}
        named = client.comm_info("jupyter.widget", reply=True, timeout=PATIENCE)
        assert replied(named)["comms"] == {}


def printing_and_sleeping(kernel):
    """Code that says when it has begun, and takes its time."""
    return kernel.code("print hello") + "\n" + kernel.code("sleep 10")


@having("interrupt_request")
def test_interrupt_breaks_off_a_cell(kernel):
    with ready(kernel) as client:
        wait_for_output(client, client.execute(printing_and_sleeping(kernel)))
        assert replied(client.interrupt(reply=True, timeout=PATIENCE))["status"] == "ok"
        assert client.get_shell_msg(timeout=PATIENCE)["content"]["status"] in {"error", "abort"}


@having("input")
def test_input_answers_the_cell_that_asks(kernel):
    code = kernel.code("input")
    with ready(kernel) as client:
        msg_id = client.execute(code)
        request = client.get_stdin_msg(timeout=PATIENCE)
        assert request["content"]["prompt"] == "name? "
        assert request["parent_header"]["msg_id"] == msg_id
        client.input("Ada", parent=request)
        assert client.get_shell_msg(timeout=PATIENCE)["content"]["status"] == "ok"
        text = ""
        while "hi Ada" not in text:  # the reply, on another socket, may have overtaken it
            text += client.get_iopub_msg(timeout=PATIENCE)["content"].get("text", "")
        assert "hi Ada" in text


def test_shutdown_is_answered_and_ends_the_kernel(fresh_kernel):
    with ready(fresh_kernel) as client:
        content = replied(client.shutdown(reply=True, timeout=PATIENCE))
        assert content["restart"] is False
        if has(fresh_kernel.name, "prompt end"):
            assert fresh_kernel.process.wait(PATIENCE) is not None


# --- subshells


@pytest.mark.parametrize("kernel", ["ipykernel7"], indirect=True)
def test_a_subshell_answers_while_the_main_shell_is_busy(kernel):
    with ready(kernel) as client:
        subshell = client.create_subshell(PATIENCE)
        assert subshell in client.list_subshells(PATIENCE)
        wait_for_output(client, client.execute(printing_and_sleeping(kernel)))
        completed = client.complete("pri", subshell_id=subshell, reply=True, timeout=PATIENCE)
        inspected = client.inspect("print", subshell_id=subshell, reply=True, timeout=PATIENCE)
        assert "print" in replied(completed)["matches"]
        assert replied(inspected)["found"]
        client.interrupt(reply=True, timeout=PATIENCE)
        assert client.get_shell_msg(timeout=PATIENCE)["content"]["status"] == "error"
        client.delete_subshell(subshell, PATIENCE)
        assert subshell not in client.list_subshells(PATIENCE)


def test_subshells_are_asked_for_on_control_and_named_in_the_header():
    with FakeKernel(subshells=True) as kernel, ready(kernel) as client:
        subshell = client.create_subshell(PATIENCE)
        assert kernel.wait_for("create_subshell_request").channel == "control"
        client.execute("1", subshell_id=subshell, reply=True, timeout=PATIENCE)
        assert kernel.wait_for("execute_request").header["subshell_id"] == subshell
        client.execute("2", reply=True, timeout=PATIENCE)
        assert "subshell_id" not in kernel.wait_for("execute_request", count=2).header
        client.delete_subshell(subshell, PATIENCE)
        assert client.list_subshells(PATIENCE) == []


def test_a_kernel_without_subshells_is_found_out_quickly(fake):
    with ready(fake) as client, pytest.raises(ReplyTimeoutError, match="create_subshell_request"):
        client.create_subshell()


def test_a_subshell_that_is_not_there_gives_an_error_not_a_hang():
    with FakeKernel(subshells=True) as kernel, ready(kernel) as client:
        reply = client.execute("1", subshell_id="gone", reply=True, timeout=PATIENCE)
        assert reply["content"]["status"] == "error"


# --- who gets the answer


@having("python")
def test_threads_that_ask_at_once_each_get_their_own_answer(kernel):
    with ready(kernel) as client:
        names = [f"name_{index}_4711" for index in range(8)]
        client.execute("\n".join(f"{name} = 1" for name in names), reply=True, timeout=PATIENCE)
        got = {}

        def ask(name):
            got[name] = replied(client.complete(name[:-2], reply=True, timeout=PATIENCE))["matches"]

        threads = [threading.Thread(target=ask, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        assert got == {name: [name] for name in names}


def test_an_answer_is_known_by_its_parent_not_by_its_turn():
    with FakeKernel(delays={"complete_request": 0.05}) as kernel, ready(kernel) as client:
        slow = client.complete("pri")
        on_control = client._ask("control", "kernel_info_request", {}, True, PATIENCE)
        assert on_control["msg_type"] == "kernel_info_reply"
        assert client.get_shell_msg(timeout=PATIENCE)["parent_header"]["msg_id"] == slow


def test_an_answer_that_comes_too_late_goes_to_the_channel():
    with FakeKernel(deaf=["complete_request"]) as kernel, ready(kernel) as client:
        with pytest.raises(ReplyTimeoutError, match=r"complete_request: none in 0\.01 s"):
            client.complete("pri", reply=True, timeout=0.01)
        kernel.reply(kernel.wait_for("complete_request"), {"status": "ok", "matches": ["late"]})
        assert client.get_shell_msg(timeout=PATIENCE)["content"]["matches"] == ["late"]
        info = client.kernel_info(reply=True, timeout=PATIENCE)
        assert info["msg_type"] == "kernel_info_reply"


def test_the_replies_to_the_questions_of_wait_for_ready_are_nobodys():
    with FakeKernel(busy=60.0) as kernel, ready(kernel) as client:
        asked = client.kernel_info()
        kernel.interrupt()
        assert client.get_shell_msg(timeout=PATIENCE)["parent_header"]["msg_id"] == asked
        assert not client.shell_channel.msg_ready()
        assert not client.control_channel.msg_ready()
        wait_until(lambda: not client._router._abandoned)


# --- no answer at all


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("ask", ["inspect", "execute"])
def test_idle_without_a_reply_is_an_error_without_waiting_for_the_timeout(ask):
    with (
        FakeKernel(no_reply=["inspect_request"], order=["idle"]) as kernel,
        ready(kernel) as client,
        pytest.raises(ReplyTimeoutError, match="idle without one"),
    ):
        getattr(client, ask)("print", reply=True)


def test_a_reply_that_comes_a_little_after_the_idle_is_taken(monkeypatch):
    monkeypatch.setattr("kconsole.client.client.HALF_QUIET_S", PATIENCE)
    with FakeKernel(order=["idle", 0.05, "reply"]) as kernel, ready(kernel) as client:
        content = replied(client.execute("1", reply=True, timeout=PATIENCE))
        assert content["status"] == "ok"


def test_a_timeout_is_a_timeouterror_and_counts_from_the_request():
    with FakeKernel(deaf=["kernel_info_request"]) as kernel, connected(kernel) as client:
        for timeout in (0, 0.01):
            with pytest.raises(TimeoutError, match="kernel_info_request"):
                client.kernel_info(reply=True, timeout=timeout)


def test_a_real_kernel_that_does_not_know_a_request_is_found_out(kernel):
    with ready(kernel) as client, pytest.raises(ReplyTimeoutError):
        client._ask("shell", "no_such_request", {}, True, PATIENCE)


def wait_for_input(client):
    """Wait until the kernel has begun with a cell."""
    while client.get_iopub_msg(timeout=PATIENCE)["msg_type"] != "execute_input":
        pass


@KILLED
def test_a_kernel_that_dies_ends_the_wait_for_a_reply(fresh_kernel):
    with ready(fresh_kernel) as client:
        killer = threading.Thread(
            target=lambda: (wait_for_input(client), fresh_kernel.process.kill())
        )
        killer.start()
        with pytest.raises(KernelDiedError, match="gone"):
            client.execute(fresh_kernel.code("sleep 10"), reply=True)
        killer.join(PATIENCE)


def test_a_process_that_ends_behind_a_link_that_holds_ends_the_wait_for_a_reply():
    """As behind a forwarder: nothing that comes over the network tells of the death."""
    process = OwnProcess()
    with FakeKernel(deaf=["inspect_request"]) as kernel, ready(kernel, process=process) as client:
        with once_asked(kernel, "inspect_request", lambda: setattr(process, "status", -9)):
            with pytest.raises(KernelDiedError, match="ended with status -9"):
                client.inspect("print", reply=True, timeout=PATIENCE)


def test_interrupting_a_process_of_ours_sends_a_signal_not_a_message(fake):
    client = KernelClient(info=info_of(fake), process=OwnProcess(signals=1))
    with client:
        assert client.interrupt(reply=True, timeout=PATIENCE) is None
        # The second time it says that its kernelspec wants a message.
        assert replied(client.interrupt(reply=True, timeout=PATIENCE))["status"] == "ok"
        assert fake.count("interrupt_request") == 1
