"""Scripts whose link to the kernel's computer breaks on the way."""

import contextlib
import io
import threading

import pytest
from clients import PATIENCE, info_of, once_asked
from fake_kernel import FakeKernel
from leaks import wait_until
from leaping import HOUR_S, Clock
from relay import Relay

from kconsole import KernelClient, LinkDownError, LinkLostError
from kconsole.cli.statuses import exit_status
from kconsole.client.kernel import Kernel
from kconsole.protocol.events import Stream
from kconsole.script.answers import Answers
from kconsole.script.cells import ScriptCell
from kconsole.script.runner import Runner, RunOptions
from kconsole.script.streams import Streams
from kconsole.script.text import TextSink


class Script:
    """Cells that are run in a fake kernel behind a relay."""

    def __init__(self, fake, relay, kernel):
        self.fake = fake
        self.relay = relay
        self.kernel = kernel
        self.stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        self.stderr = io.StringIO()

    def run(self, *cells, timeout=0.0):
        sink = TextSink(
            Streams(None, self.stdout, self.stderr), color={"stdout": False, "stderr": False}
        )
        answers = Answers(None, sink.ask, allowed=False)
        runner = Runner(self.kernel, sink, answers, RunOptions(timeout=timeout))
        wanted = [ScriptCell(code, "job", number) for number, code in enumerate(cells, 1)]
        return runner.run(wanted).status

    @property
    def printed(self):
        return self.stdout.buffer.getvalue().decode()

    def drop(self):
        self.relay.drop()
        wait_until(lambda: self.kernel.client.obstacle, PATIENCE)


@pytest.fixture
def script():
    with (
        FakeKernel(implementation="ipython") as fake,
        Relay(info_of(fake)) as relay,
        Kernel(KernelClient(info=relay.info, carrier=relay), None) as kernel,
    ):
        kernel.wait(PATIENCE)
        yield Script(fake, relay, kernel)


def test_a_script_goes_on_after_a_gap_in_which_its_cell_went_on(script):
    script.fake.namespace["done"] = 0

    def gap():
        before = len(script.fake.received)
        script.drop()
        script.relay.back()
        script.kernel.client.wait_for_link(PATIENCE)
        # A reply to a connection that the kernel has not taken up yet would really be lost.
        wait_until(lambda: "shell" in {one.channel for one in script.fake.received[before:]})
        script.fake.namespace["done"] = 1

    with once_asked(script.fake, "execute_request", gap):
        status = script.run("while done == 0: pass", "print('b')")
    assert (status, script.printed) == (0, "b\n")


def test_a_script_whose_cell_ended_in_the_gap_ends_with_4_and_runs_nothing_again(script):
    def gap():
        wait_until(lambda: script.kernel.client.is_busy, PATIENCE)
        script.drop()
        script.fake.interrupt()
        wait_until(lambda: not script.fake.main.queue.unfinished_tasks, PATIENCE)
        script.relay.back()

    with once_asked(script.fake, "execute_request", gap), pytest.raises(LinkLostError) as told:
        script.run("sleep(60)", "print('b')")
    assert str(told.value) == "the link was lost; the cell's outcome is unknown"
    assert exit_status(told.value) == 4
    assert script.fake.count("execute_request") == 1


def test_a_cell_is_sent_once_the_link_is_back(script):
    script.drop()
    with contextlib.ExitStack() as stack:
        thread = threading.Timer(0.2, script.relay.back)
        thread.start()
        stack.callback(thread.join, PATIENCE)
        assert script.run("print('a')") == 0
    assert script.printed == "a\n"


def test_a_script_ends_when_the_link_is_given_up(script):
    def gap():
        wait_until(lambda: script.kernel.client.is_busy, PATIENCE)
        script.relay.drop("failed", "Permission denied")

    with once_asked(script.fake, "execute_request", gap), pytest.raises(LinkLostError):
        script.run("sleep(60)")


def test_time_that_is_over_while_the_link_is_down_is_status_4(script, monkeypatch):
    take = TextSink.event

    def event(sink, happening, msg):
        take(sink, happening, msg)
        if isinstance(happening, Stream):
            script.drop()

    monkeypatch.setattr(TextSink, "event", event)
    Clock(monkeypatch, TextSink, Stream)
    with pytest.raises(LinkLostError) as told:
        script.run("print('on')\nsleep(60)", timeout=HOUR_S)
    assert exit_status(told.value) == 4
    note = "kconsole: job: not done in 3600 s: not connected to gpu01: link down"
    assert note in script.stderr.getvalue()
    assert script.fake.count("interrupt_request") == 0
    with pytest.raises(LinkDownError, match=r"waited 0\.1 s; the cell was not run") as told:
        script.run("print('b')", timeout=0.1)
    assert exit_status(told.value) == 4
    assert script.fake.count("execute_request") == 1


def test_a_cell_is_not_called_interrupted_where_the_link_is_silent(script, monkeypatch):
    monkeypatch.setattr("kconsole.script.runner.INTERRUPT_S", 0.1)
    script.relay.stall()
    assert script.run("6 * 7", timeout=0.2) == 124
    told = "kconsole: job: not done in 0.2 s: interrupted, if it gets there (gpu01: slow, "
    assert script.stderr.getvalue().startswith(told)
