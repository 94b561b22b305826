"""What becomes of a client whose link breaks: what was pending comes, or is lost; nothing is sent again."""

import contextlib
import threading
from queue import Empty, SimpleQueue

import pytest
from clients import PATIENCE, info_of, ready, replied
from fake_kernel import FakeKernel
from leaks import wait_until
from relay import Relay

from kconsole import (
    KernelClient,
    KernelDiedError,
    KernelRestartedError,
    LinkDownError,
    LinkLostError,
    ReplyTimeoutError,
)
from kconsole.client import resumption
from kconsole.client.outcome import ran
from kconsole.client.pending import Pending
from kconsole.protocol.session import Session

#: A cell that runs until it is interrupted, and says when it has begun.
ENDLESS = "print('begun')\nfor i in range(10**9): sleep(0.01)"


class Story:
    """A client, its link, and what it has told."""

    def __init__(self, kernel, relay):
        self.kernel = kernel
        self.relay = relay
        self.gaps = SimpleQueue()
        self.resumed = SimpleQueue()
        self.restarts = SimpleQueue()
        #: All messages and news that nobody has claimed, in order.
        self.told = SimpleQueue()
        self.client = KernelClient(
            info=relay.info,
            carrier=relay,
            sink=lambda channel, msg: self.told.put((channel, msg)),
            on_gap_end=self.gaps.put,
            on_resumed=self._resumed,
            on_restart=lambda: self.restarts.put(True),
        )

    def _resumed(self, resumed):
        self.told.put(("news", resumed))
        self.resumed.put(resumed)

    def down(self):
        wait_until(lambda: self.client.obstacle and self.client.health.state == "down", PATIENCE)

    def drop(self):
        self.relay.drop()
        self.down()
        wait_until(lambda: not any(x.state == "up" for x in self.client._links.values()), PATIENCE)

    def back(self):
        """Have the link again; gives the gap as it was told."""
        self.relay.back()
        return self.gaps.get(timeout=PATIENCE)

    def fate(self):
        return self.resumed.get(timeout=PATIENCE)

    def runs(self):
        return replied(self.client.execute("6 * 7", reply=True, timeout=PATIENCE))["status"] == "ok"

    def wait_for_output(self, text):
        while True:
            channel, msg = self.told.get(timeout=PATIENCE)
            if channel == "iopub" and text in msg["content"].get("text", ""):
                return

    def wait_for_reply(self, msg_id):
        """The reply to a request of ours; fails if it is told to be lost."""
        while True:
            channel, msg = self.told.get(timeout=PATIENCE)
            assert channel != "news" or msg_id not in msg.lost
            if channel == "shell" and msg["parent_header"].get("msg_id") == msg_id:
                return msg["content"]

    def begin(self):
        """Run a cell that goes on until it is interrupted."""
        msg_id = self.client.execute(ENDLESS)
        self.wait_for_output("begun")
        return msg_id

    def end_it(self):
        """Let the cell end, by other means than the link."""
        self.kernel.interrupt()
        wait_until(lambda: not self.kernel.main.queue.unfinished_tasks, PATIENCE)


@contextlib.contextmanager
def carried(**deviations):
    with FakeKernel(**deviations) as kernel, Relay(info_of(kernel)) as relay:
        story = Story(kernel, relay)
        with story.client:
            story.client.wait_for_ready(PATIENCE)
            story.runs()
            yield story


@pytest.fixture
def story():
    with carried() as one:
        yield one


@pytest.fixture
def doubting(monkeypatch):
    monkeypatch.setattr(resumption, "_SILENT_S", 0.3)
    monkeypatch.setattr(resumption, "_AFTER_NEWCOMER_S", 0.2)


def until_heard(client, ask):
    """Ask until it is not lost: what is asked before a new id is there may be, and is told of."""
    while True:
        client.wait_for_link(PATIENCE)
        with contextlib.suppress(LinkLostError, LinkDownError):
            assert ask()
            return


@contextlib.contextmanager
def waiting_for(story, work):
    """Something that blocks, in a thread; gives where its result, or its exception, will be."""
    results = SimpleQueue()

    def run():
        try:
            results.put(work())
        except Exception as error:  # noqa: BLE001  it is for the test to look at
            results.put(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield results
    finally:
        thread.join(PATIENCE)


# --- while it is down


def test_nothing_is_sent_while_the_link_is_down(story):
    client = story.client
    story.drop()
    before = len(story.kernel.received)
    requests = (
        lambda: client.execute("1"),
        lambda: client.execute("1", reply=True),
        lambda: client.execute_interactive("1"),
        lambda: client.input("x"),
        lambda: client.close_comm("c"),
        client.interrupt,
        client.shutdown,
        client.kernel_info,
    )
    for request in requests:
        with pytest.raises(LinkDownError, match="not connected to gpu01: link down"):
            request()
    assert client.health.state == "down"
    assert client.health.detail == "link down: Connection reset"
    assert client.is_alive()
    gap = story.back()
    assert gap.down_at <= gap.up_at
    resumed = story.fate()
    assert resumed == ((), gap.down_at, gap.up_at)
    assert story.runs()
    new = [one.msg_type for one in story.kernel.received[before:]]
    # The others are questions of the way back, that on control perhaps after the cell: who is there?
    new.remove("execute_request")
    assert {*new} <= {"kernel_info_request"}
    assert client.health.state == "ok"
    assert client.settled
    assert story.restarts.empty()


def test_a_gap_begins_when_the_link_falls_silent_and_not_when_it_is_lost(story):
    story.relay.drop("up")  # the connections tell of it before the link does
    wait_until(lambda: not any(x.state == "up" for x in story.client._links.values()), PATIENCE)
    story.relay.say("down", silent_for=3600.0)
    story.down()
    gap = story.back()
    assert gap.up_at - gap.down_at >= 3600.0


def test_a_slow_link_is_used_and_not_called_down(story):
    story.relay.stall()
    msg_id = story.client.execute("6 * 7")
    assert not story.client.obstacle
    story.relay.resume()
    assert story.wait_for_reply(msg_id)["status"] == "ok"
    assert story.gaps.empty()


def test_the_link_is_told_that_something_has_come_through(story):
    before = story.relay.heard_count
    wait_until(lambda: story.runs() and story.relay.heard_count > before, PATIENCE)


# --- what was pending


def test_a_reply_that_is_given_after_the_gap_arrives(story):
    msg_id = story.begin()
    story.drop()
    story.back()
    assert not story.client.settled
    assert story.resumed.empty()
    story.client.interrupt()
    assert story.wait_for_reply(msg_id)["status"] == "error"
    assert story.fate().lost == ()
    assert story.client.settled


def test_five_drops_in_one_cell_lose_nothing_of_its_end(story):
    msg_id = story.begin()
    for _ in range(5):
        story.drop()
        story.back()
    story.client.interrupt()
    assert story.wait_for_reply(msg_id)["status"] == "error"
    resumed = story.fate()
    assert resumed.lost == ()
    assert resumed.down_at < resumed.up_at
    assert story.resumed.empty()


def test_a_reply_that_was_given_in_the_gap_is_told_to_be_lost(story):
    count = story.kernel.execution_count
    msg_id = story.begin()
    story.drop()
    story.end_it()
    story.back()
    assert story.fate().lost == (msg_id,)
    assert not story.client.is_busy
    assert ran(story.client, ENDLESS, after=count) is True
    assert ran(story.client, "6 * 7", after=count) is False
    assert story.runs()
    assert story.kernel.count("execute_request") == 3


def test_a_request_that_was_swallowed_is_told_to_be_lost_and_did_not_run(story):
    story.relay.stall()
    msg_id = story.client.execute("swallowed = 1")
    wait_until(lambda: story.relay.holds("shell"), PATIENCE)
    story.drop()
    story.back()
    assert story.fate().lost == (msg_id,)
    assert ran(story.client, "swallowed = 1") is False
    assert "swallowed" not in story.kernel.namespace


@pytest.mark.parametrize("wait", ["reply", "interactive"])
def test_whoever_waits_for_a_lost_reply_is_told(story, wait):
    def work():
        if wait == "reply":
            return story.client.execute(ENDLESS, reply=True)
        return story.client.execute_interactive(ENDLESS)

    with waiting_for(story, work) as results:
        story.kernel.wait_for("execute_request", count=2)
        wait_until(lambda: story.client.is_busy, PATIENCE)
        story.drop()
        story.end_it()
        assert results.empty()
        story.back()
        error = results.get(timeout=PATIENCE)
    assert isinstance(error, LinkLostError)
    assert str(error) == "the link to gpu01 was lost; the outcome is unknown"


def test_whoever_waits_for_a_reply_waits_on_through_the_gap(story):
    with waiting_for(story, lambda: story.client.execute_interactive(ENDLESS)) as results:
        story.kernel.wait_for("execute_request", count=2)
        wait_until(lambda: story.client.is_busy, PATIENCE)
        story.drop()
        story.back()
        story.client.interrupt()
        reply = results.get(timeout=PATIENCE)
    assert reply["content"]["status"] == "error"


@pytest.mark.usefixtures("impatient")
def test_a_cell_whose_idle_came_before_the_gap_has_no_outcome(story):
    """The other half of its end is lost: it is not given up by the clock, as one without a link."""

    def drop_at_idle(msg):
        if msg["content"].get("execution_state") == "idle":
            story.drop()

    def work():
        return story.client.execute_interactive("%fake order idle", output_hook=drop_at_idle)

    with waiting_for(story, work) as results:
        story.down()
        with pytest.raises(Empty):
            results.get(timeout=0.6)  # longer than the cell has patience
        story.back()
        assert isinstance(results.get(timeout=PATIENCE), LinkLostError)


def test_what_subshells_were_asked_is_found_out_in_each_of_them():
    with carried(subshells=True) as story:
        busy = story.client.create_subshell(PATIENCE)
        idle = story.client.create_subshell(PATIENCE)
        story.client.execute(ENDLESS, subshell_id=busy)
        story.wait_for_output("begun")
        gone = story.client.execute(ENDLESS, subshell_id=idle)
        story.wait_for_output("begun")
        story.drop()
        story.kernel.subshells[idle].interrupt()
        wait_until(lambda: not story.kernel.subshells[idle].queue.unfinished_tasks, PATIENCE)
        story.back()
        wait_until(lambda: gone not in story.client._resumption.pending.all(), PATIENCE)
        story.kernel.subshells[busy].interrupt()
        assert story.fate().lost == (gone,)


# --- input()


def test_a_question_that_was_put_before_the_gap_is_answered_after_it(story):
    msg_id = story.client.execute("print(input('name? ') + '!')")
    while (item := story.told.get(timeout=PATIENCE))[0] != "stdin":
        pass
    story.drop()
    story.back()
    story.client.input("ada", parent=item[1])
    story.wait_for_output("ada!")
    assert story.wait_for_reply(msg_id)["status"] == "ok"
    assert story.fate().lost == ()


def test_a_question_that_was_put_in_the_gap_can_be_answered_blindly(story):
    story.kernel.namespace["done"] = 0
    msg_id = story.client.execute(
        "print('begun')\nwhile done == 0: pass\nprint(input('name? ') + '!')"
    )
    story.wait_for_output("begun")
    story.drop()
    story.kernel.namespace["done"] = 1
    wait_until(lambda: story.kernel.asked, PATIENCE)
    story.back()
    story.client.input("ada")
    story.wait_for_output("ada!")
    assert story.wait_for_reply(msg_id)["status"] == "ok"


# --- a black hole


def test_a_kernel_that_takes_the_old_id_back_loses_nothing_in_a_black_hole(story):
    msg_id = story.begin()
    story.relay.black_hole()
    story.down()
    story.back()
    story.client.interrupt()
    assert story.wait_for_reply(msg_id)["status"] == "error"
    assert story.fate().lost == ()
    assert not story.kernel._sockets.stopped.is_set()


@pytest.mark.usefixtures("doubting")
def test_a_kernel_that_ignores_the_old_id_is_talked_to_under_another():
    with carried(handover=False) as story:
        msg_id = story.begin()
        story.relay.black_hole()
        story.down()
        story.end_it()
        story.back()
        assert msg_id in story.fate().lost
        until_heard(story.client, story.runs)
        until_heard(story.client, lambda: story.client.interrupt(reply=True, timeout=PATIENCE))
        question = story.client.execute("print(input('name? '))")
        while (item := story.told.get(timeout=PATIENCE))[0] != "stdin":
            pass
        story.client.input("ada", parent=item[1])
        assert story.wait_for_reply(question)["status"] == "ok"
        assert story.gaps.empty()  # the second way back is no news


@pytest.mark.usefixtures("doubting")
def test_a_kernel_that_is_silent_for_a_while_is_still_heard_under_the_old_id(story):
    """One in C code answers nobody: that is no reason to give its cell's reply up."""
    msg_id = story.begin()
    story.drop()
    story.kernel.hang(2.0)
    story.back()
    assert not story.client.obstacle
    story.client.interrupt()
    assert story.wait_for_reply(msg_id)["status"] == "error"
    assert story.fate().lost == ()


@pytest.mark.usefixtures("doubting")
def test_a_kernel_without_control_is_asked_on_shell():
    with carried(control=False, handover=False) as story:
        story.relay.black_hole()
        story.down()
        story.back()
        story.fate()
        assert story.runs()


# --- the kernel's own end


def test_a_kernel_that_is_gone_is_told_from_a_link_that_is_gone(story):
    with waiting_for(story, lambda: story.client.execute(ENDLESS, reply=True)) as results:
        story.kernel.wait_for("execute_request", count=2)
        story.kernel.die()
        error = results.get(timeout=PATIENCE)
    assert isinstance(error, KernelDiedError)
    assert not isinstance(error, LinkLostError)
    assert story.client.health.state == "gone"
    with pytest.raises(KernelDiedError, match="the kernel is gone"):
        story.client.kernel_info(reply=True)
    with pytest.raises(LinkDownError, match="Connection refused"):
        story.client.execute("1")
    assert story.gaps.empty()
    story.relay.drop()
    assert story.client.health.state == "down"


def test_a_kernel_that_was_restarted_in_the_gap_is_another_one(story):
    with waiting_for(story, lambda: story.client.execute(ENDLESS, reply=True)) as results:
        story.kernel.wait_for("execute_request", count=2)
        wait_until(lambda: story.client.is_busy, PATIENCE)
        story.drop()
        story.kernel.come_back(announced=False)
        story.kernel.interrupt()
        story.back()
        assert isinstance(results.get(timeout=PATIENCE), KernelRestartedError)
    assert story.restarts.get(timeout=PATIENCE)
    assert story.fate().lost == ()
    assert story.runs()
    assert story.restarts.empty()


def test_a_kernel_that_is_restarted_behind_a_good_link_is_no_gap(story):
    story.kernel.come_back(0.5)
    assert story.restarts.get(timeout=PATIENCE)
    story.client.wait_for_link(PATIENCE)
    assert story.runs()
    assert story.gaps.empty()
    assert story.resumed.empty()


def test_one_channel_that_the_kernel_has_closed_does_not_stop_the_others(story):
    story.kernel.unbind("stdin")
    wait_until(lambda: story.client._links["stdin"].state == "down", PATIENCE)
    wait_until(lambda: story.relay.refused and not story.client.obstacle, PATIENCE)
    assert story.client.health.state == "down"


# --- waiting


def test_wait_for_link_returns_when_requests_can_be_sent(story):
    story.drop()
    with pytest.raises(ReplyTimeoutError, match=r"no link to gpu01 in 0\.1 s"):
        story.client.wait_for_link(0.1)
    with waiting_for(story, lambda: story.client.wait_for_link(PATIENCE)) as results:
        story.back()
        assert results.get(timeout=PATIENCE) is None
    assert story.runs()


def test_wait_for_ready_waits_for_the_link_too(story):
    story.drop()
    with waiting_for(story, lambda: story.client.wait_for_ready(PATIENCE)) as results:
        story.back()
        assert results.get(timeout=PATIENCE).implementation == "fake"


@pytest.mark.parametrize("state", ["failed", "closed"])
def test_a_link_that_is_given_up_ends_every_wait(story, state):
    with waiting_for(story, lambda: story.client.execute(ENDLESS, reply=True)) as results:
        story.kernel.wait_for("execute_request", count=2)
        story.relay.drop(state, "Permission denied")
        error = results.get(timeout=PATIENCE)
    assert isinstance(error, LinkLostError)
    assert str(error) == "the link to gpu01 was lost (Permission denied); the outcome is unknown"
    for wait in (story.client.wait_for_ready, story.client.wait_for_link):
        with pytest.raises(LinkLostError):
            wait()


def test_a_client_is_closed_while_its_link_is_down():
    with carried() as story:
        story.begin()
        story.drop()
        story.client.stop_channels()
        story.relay.back()
        assert not story.client.channels_running


# --- real kernels


@pytest.mark.usefixtures("doubting")
@pytest.mark.parametrize("kernel", ["xpython"], indirect=True)
def test_a_real_kernel_that_is_deaf_to_the_old_id_on_shell_alone(kernel, tmp_path):
    """It notices the end of a connection only between two cells, when the next one is there already."""
    flag = tmp_path / "flag"
    code = f"import os, time\nprint('begun')\nwhile not os.path.exists({str(flag)!r}): time.sleep(0.01)"
    with Relay(info_of(kernel)) as relay, (story := Story(kernel, relay)).client as client:
        client.wait_for_ready(PATIENCE)
        story.runs()
        msg_id = client.execute(code)
        story.wait_for_output("begun")
        story.drop()
        story.back()
        flag.touch()
        assert story.fate().lost == (msg_id,)
        client.wait_for_link(PATIENCE)
        assert story.runs()


@pytest.mark.parametrize("kernel", ["ipykernel7"], indirect=True)
def test_a_real_kernel_behind_a_link_that_breaks(kernel, tmp_path):
    def cell(number):
        """A cell that goes on until there is a file, and that file."""
        flag = tmp_path / str(number)
        code = f"import os, time\nprint('begun')\nwhile not os.path.exists({str(flag)!r}): time.sleep(0.01)"
        return code, flag

    with Relay(info_of(kernel)) as relay, (story := Story(kernel, relay)).client as client:
        client.wait_for_ready(PATIENCE)
        count = replied(client.execute("0", reply=True))["execution_count"]

        # The reply comes after the gap, also where the kernel has not noticed it.
        for number, lose in enumerate((relay.drop, relay.black_hole)):
            code, flag = cell(number)
            msg_id = client.execute(code)
            story.wait_for_output("begun")
            lose()
            story.down()
            story.back()
            flag.touch()
            assert story.wait_for_reply(msg_id)["status"] == "ok"
            assert story.fate().lost == ()

        # It is given in the gap.
        code, flag = cell(2)
        msg_id = client.execute(code)
        story.wait_for_output("begun")
        story.drop()
        flag.touch()
        with ready(kernel) as other:
            other.kernel_info(reply=True, timeout=PATIENCE)
        story.back()
        assert story.fate().lost == (msg_id,)
        assert ran(client, code, after=count + 2) is True

        # The request never arrives.
        relay.stall()
        msg_id = client.execute("swallowed = 1")
        wait_until(lambda: relay.holds("shell"), PATIENCE)
        story.drop()
        story.back()
        assert story.fate().lost == (msg_id,)
        assert ran(client, "swallowed = 1", after=count + 3) is False
        assert story.runs()
        assert story.restarts.empty()


# --- the parts


def test_requests_that_are_never_answered_do_not_pile_up():
    session, pending = Session(), Pending()
    ids = []
    for _ in range(300):
        msg = session.msg("inspect_request", {})
        ids.append(msg["msg_id"])
        pending.add("shell", msg)
    pending.add("shell", session.msg("comm_close", {}))
    assert pending.all() == tuple(ids[-256:])


@pytest.mark.parametrize(
    ("answers", "result"),
    [({}, None), ({"history_request": {"status": "ok", "history": []}}, None)],
)
def test_a_kernel_without_a_history_cannot_tell_what_ran(answers, result):
    deaf = [] if answers else ["history_request"]
    with carried(answers=answers, no_reply=deaf) as story:
        assert ran(story.client, "6 * 7") is result
        assert ran(story.client, "6 * 7", after=1) is result


def test_the_same_code_in_an_earlier_cell_is_no_proof(story):
    story.client.execute("x = 1", reply=True)
    story.client.execute("y = 2", reply=True)
    assert ran(story.client, "y = 2") is True
    assert ran(story.client, "x = 1") is None
    assert ran(story.client, "x = 1", after=2) is False
    assert ran(story.client, "z = 3") is False
