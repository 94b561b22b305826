"""Cells without a console: what goes to which stream, and with which status they end."""

import contextlib
import io
import os
import signal

import pytest
from clients import PATIENCE
from fake_kernel import FakeKernel

from kconsole import attach
from kconsole.client.zmq_transport import ZmqTransport
from kconsole.script.answers import Answers
from kconsole.script.cells import ScriptCell
from kconsole.script.runner import Runner, RunOptions
from kconsole.script.streams import Streams
from kconsole.script.text import TextSink


@contextlib.contextmanager
def piped(text):
    """A standard input that holds a text and then ends."""
    reading, writing = os.pipe()
    with open(writing, "w", encoding="utf-8") as stream:
        stream.write(text)
    with open(reading, encoding="utf-8") as stream:
        yield stream


class Script:
    """Runs cells in an attached kernel, with streams in memory."""

    def __init__(self, kernel):
        self.kernel = kernel
        self.stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        self.stderr = io.StringIO()

    def run(self, *cells, stdin=None, allowed=True, color=False, mime=(), **options):
        """Run cells; ``stdin`` is what answers input requests, None for nothing at all."""
        colors = {"stdout": color, "stderr": color}
        with piped(stdin or "") as stream:
            sink = TextSink(Streams(stream, self.stdout, self.stderr), color=colors, mime=mime)
            answers = Answers(None if stdin is None else stream, sink.ask, allowed=allowed)
            runner = Runner(self.kernel, sink, answers, RunOptions(**options))
            several = len(cells) > 1
            wanted = [
                ScriptCell(code, "job", number, only=not several)
                for number, code in enumerate(cells, 1)
            ]
            return runner.run(wanted).status

    @property
    def bytes(self):
        """What has been written to stdout."""
        return self.stdout.buffer.getvalue()

    @property
    def written(self):
        """What has been written to stdout and to stderr."""
        return self.bytes.decode(), self.stderr.getvalue()


@pytest.fixture
def fake():
    with FakeKernel(implementation="ipython") as kernel:
        yield kernel


@pytest.fixture
def script(fake, tmp_path):
    path = fake.write_connection_file(tmp_path / "kernel-1.json")
    with attach(str(path)) as kernel:
        kernel.wait(PATIENCE)
        yield Script(kernel)


# --- output


def test_stdout_is_what_the_cell_prints_and_its_result(script):
    assert script.run('print("a")\n6 * 7') == 0
    assert script.written == ("a\n42\n", "")


def test_stderr_is_what_the_cell_writes_there(script):
    assert script.run('import sys\nprint("a")\nprint("b", file=sys.stderr)') == 0
    assert script.written == ("a\n", "b\n")


def test_a_comm_that_nobody_serves_is_closed(script, fake):
    assert script.run("%fake comm matplotlib\n%fake comm") == 0
    closing = fake.wait_for("comm_close")
    assert fake.received.index(closing) > fake.received.index(fake.wait_for("execute_request"))
    assert closing.parent_header["msg_type"] == "comm_open"
    assert closing.content["data"] == {}
    script.run("1")
    assert list(fake.comms.values()) == ["jupyter.widget"]


@pytest.mark.parametrize(
    "text", ["no newline", "a\rb", "\x1b[31mred\x1b[0m", "\x1b]0;t\x07", "é\u202e🎉"]
)
def test_text_passes_as_it_is(script, text):
    assert script.run(f"print({text!r}, end='')") == 0
    assert script.written == (text, "")


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ('display {"text/plain": "d"}', "d\n"),
        ('display {"text/plain": "d\\n"}', "d\n"),
        ('display {"image/x-none": "AAAA"}', "[image/x-none, 3 B]\n"),
        ('result {"text/plain": ["a\\n", "b"]}', "a\nb\n"),
        ('page "some help"', "some help\n"),
        ('set_next_input "x = 1"', ""),
        ("clear true", ""),
        ("comm", ""),
        (
            'widget w FloatProgress show="bar 0 %" value=0 max=2\n%fake widget w value=1',
            "bar 0 %\n",
        ),
        ('orphan "not of this cell\\n"', ""),
        ('foreign 1+1 "not ours\\n"', ""),
        ('publish no_such_type {"text": "x"}', ""),
    ],
)
def test_what_each_kind_of_message_leaves_on_stdout(script, command, shown):
    assert script.run(f"%fake {command}") == 0
    assert script.written == (shown, "")


def test_no_line_is_lost_of_many(script):
    assert script.run("%fake flood 5000") == 0
    lines = script.written[0].splitlines()
    assert len(lines) == 5000
    assert lines[-1].startswith("line 4999 ")


def test_our_colours_only_where_they_are_wanted(script):
    script.run('%fake error E v traceback=["E: v"]')
    assert "\x1b" not in script.written[1]


def test_a_tracebacks_own_colours_stay_where_colours_are_wanted(script):
    script.run("1 / 0", color=True)
    assert "\x1b[31m" in script.written[1]


# --- outcomes


def test_an_error_goes_to_stderr_and_is_status_1(script):
    assert script.run('raise ValueError("told so")') == 1
    assert script.written[0] == ""
    assert script.written[1].endswith("ValueError: told so\n")
    assert script.written[1].count("told so") == 1


def test_an_error_stops_the_cells_after_it(script, fake):
    assert script.run("print(1)", "1 / 0", "print(3)") == 1
    assert script.written[0] == "1\n"
    assert fake.count("execute_request") == 2


def test_the_next_cell_is_sent_when_the_one_before_has_ended(script):
    assert script.run("x = 1", "x += 1", "print(x)") == 0
    assert script.written == ("2\n", "")


def test_no_cells_are_no_work(script, fake):
    assert script.run() == 0
    assert fake.count("execute_request") == 0


def test_an_error_that_is_only_in_the_reply_is_shown(script):
    assert script.run('%fake quiet_error NameError "no such name" traceback=["NameError: x"]') == 1
    assert script.written == ("", "NameError: x\n")


def test_an_error_that_stderr_tells_is_not_told_twice(script):
    assert script.run('%fake stream "oops\\n" name=stderr\n%fake quiet_error E v') == 1
    assert script.written == ("", "oops\n")


@pytest.mark.parametrize("status", ["aborted", "abort", "error", "nonsense"])
def test_any_status_but_ok_is_status_1(script, status):
    assert script.run(f"%fake status {status}") == 1


def test_a_cell_that_the_kernel_drops_is_told_of(script):
    assert script.run("%fake status aborted") == 1
    assert script.written == (
        "",
        "kconsole: not run: the kernel dropped it, for a cell before it failed\n",
    )


def test_a_cell_that_fails_without_a_word_is_told_of(script):
    assert script.run("%fake status nonsense") == 1
    assert script.written == ("", "kconsole: the cell failed; the kernel does not say why\n")


def test_a_reply_without_a_status_and_without_an_error_is_ok(script):
    assert script.run("%fake omit status execution_count payload user_expressions") == 0


@pytest.mark.usefixtures("impatient")
def test_a_lost_reply_is_noted(script):
    assert script.run("print(1)\n%fake order idle") == 0
    assert script.written == (
        "1\n",
        "kconsole: the kernel did not send an execute_reply; some output may be missing\n",
    )


@pytest.mark.usefixtures("impatient")
def test_an_error_whose_reply_is_lost_is_still_status_1(script):
    assert script.run("%fake order idle\n1 / 0") == 1


@pytest.mark.usefixtures("impatient")
def test_a_lost_idle_is_noted(script):
    assert script.run("print(1)\n%fake order reply") == 0
    assert script.written == (
        "1\n",
        "kconsole: the kernel did not send an idle status; some output may be missing\n",
    )


@pytest.mark.parametrize("order", ["idle reply", "idle 0.1 reply", "reply 0.1 idle"])
def test_reply_and_idle_may_come_in_any_order(script, order):
    assert script.run(f"%fake order {order}\n6 * 7") == 0
    assert script.written == ("42\n", "")


def test_a_result_after_the_idle_is_shown(tmp_path):
    with FakeKernel(implementation="deno", order=["reply", "idle", 0.01, "result"]) as fake:
        path = fake.write_connection_file(tmp_path / "kernel-1.json")
        with attach(str(path)) as kernel:
            kernel.wait(PATIENCE)
            script = Script(kernel)
            assert script.run("6 * 7", "7 * 7") == 0
            assert script.written == ("42\n49\n", "")


# --- input


def test_input_is_answered_by_stdin(script):
    assert script.run('print(input("name? "))', "print(input())", stdin="Ada\nBob\n") == 0
    assert script.written == ("Ada\nBob\n", "")


def test_a_password_is_read_in_the_same_way(script):
    code = 'import getpass\nprint(len(getpass.getpass("secret: ")))'
    assert script.run(code, stdin="12345\n") == 0
    assert script.written == ("5\n", "")


def test_a_last_line_without_newline_counts(script):
    assert script.run("print(input())", stdin="Ada") == 0
    assert script.written == ("Ada\n", "")


def test_an_empty_line_is_an_answer(script):
    assert script.run("print(len(input()))", stdin="\n") == 0
    assert script.written == ("0\n", "")


def test_windows_line_ends_are_no_part_of_the_answer(script):
    assert script.run("print(len(input()))", "print(len(input()))", stdin="abc\r\n\r\n") == 0
    assert script.written == ("3\n0\n", "")


def test_the_end_of_stdin_is_an_eoferror(script):
    assert script.run("input()", stdin="") == 1
    assert "EOFError" in script.written[1]


def test_where_nothing_may_be_asked_the_cell_is_told_that_it_cannot_ask(script, fake):
    assert script.run("input()", allowed=False) == 1
    assert "StdinNotImplementedError" in script.written[1]
    assert fake.wait_for("execute_request").content["allow_stdin"] is False


def test_a_kernel_that_asks_although_it_was_told_not_to_gets_the_end_of_input(tmp_path):
    with FakeKernel(implementation="ipython", asks_anyway=True) as fake:
        path = fake.write_connection_file(tmp_path / "kernel-1.json")
        with attach(str(path)) as kernel:
            kernel.wait(PATIENCE)
            script = Script(kernel)
            assert script.run("input()", allowed=False) == 1
            assert "EOFError" in script.written[1]


# --- Ctrl-C


def test_ctrl_c_just_when_the_cell_has_been_sent_interrupts_it(script, fake, monkeypatch):
    send = ZmqTransport.send

    def send_and_press(transport, channel, msg):
        send(transport, channel, msg)
        if msg["msg_type"] == "execute_request":
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(ZmqTransport, "send", send_and_press)
    assert script.run("import time\ntime.sleep(30)", "2") == 130
    assert "KeyboardInterrupt" in script.written[1]
    assert fake.count("execute_request") == 1


# --- leaving


@pytest.mark.parametrize("word", ["exit", "quit()", " %exit\n"])
def test_a_word_to_leave_ends_the_script_and_is_never_sent_to_a_kernel_of_others(
    script, fake, word
):
    assert script.run("print(1)", word, "print(3)") == 0
    assert script.written == ("1\n", "kconsole: left; the kernel stays\n")
    assert fake.count("execute_request") == 1


def test_in_other_languages_these_words_are_code_like_any_other(tmp_path):
    with FakeKernel(language_info={"name": "bash"}) as fake:
        path = fake.write_connection_file(tmp_path / "kernel-1.json")
        with attach(str(path)) as kernel:
            kernel.wait(PATIENCE)
            Script(kernel).run("quit")
        assert fake.count("execute_request") == 1


@pytest.mark.parametrize("implementation", ["ipython", "fake"])
def test_code_that_leaves_and_so_ends_the_kernel_is_told_and_is_status_0(tmp_path, implementation):
    with FakeKernel(implementation=implementation) as fake:
        path = fake.write_connection_file(tmp_path / "kernel-1.json")
        with attach(str(path)) as kernel:
            kernel.wait(PATIENCE)
            script = Script(kernel)
            assert script.run("print(1)\nexit()", "print(3)") == 0
            note = "kconsole: left as the code asked; an IPython kernel ends with that\n"
            assert script.written == ("1\n", note)
            assert fake.count("execute_request") == 1


def test_code_that_leaves_and_keeps_the_kernel(script, fake):
    assert script.run("print(1)\nexit(keep_kernel=True)", "print(3)") == 0
    assert script.written == ("1\n", "kconsole: left; the kernel stays\n")
    assert not fake.ending.is_set()
