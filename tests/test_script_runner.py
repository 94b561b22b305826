"""Cells without a console: what goes to which stream, and with which status they end."""

import base64
import contextlib
import io
import json
import os
import signal
import threading

import pytest
from clients import PATIENCE
from fake_kernel import FakeKernel
from leaks import wait_until
from leaping import HOUR_S, Clock

from kconsole import attach
from kconsole.cli.statuses import status_word
from kconsole.client.leash import Leash
from kconsole.client.zmq_transport import ZmqTransport
from kconsole.protocol.events import InputRequest, Stream
from kconsole.render.errorlook import AS_SENT, ErrorLook
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

    def run(
        self, *cells, stdin=None, allowed=True, color=False, mime=(), errors=AS_SENT, **options
    ):
        """Run cells; ``stdin`` is what answers input requests, None for nothing at all."""
        colors = {"stdout": color, "stderr": color}
        with piped(stdin or "") as stream:
            streams = Streams(stream, self.stdout, self.stderr)
            sink = TextSink(streams, color=colors, mime=mime, errors=errors)
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


def test_of_a_traceback_as_much_is_shown_as_is_wanted(script):
    frame = r"Cell In[1], line 2\n      1 x = 0\n----> 2 1/x\n"
    script.run(f'%fake error E v traceback=["{frame}", "E: v"]', errors=ErrorLook("short"))
    assert script.written == ("", "Cell In[1], line 2: 1/x\nE: v\n")


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


def test_a_cell_that_the_kernel_aborts_is_told_of(script):
    assert script.run("%fake status aborted") == 1
    assert script.written == ("", "kconsole: the kernel ended the cell before it was done\n")


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
        "kconsole: the kernel did not send an execute_reply; output may be missing\n",
    )


@pytest.mark.usefixtures("impatient")
def test_an_error_whose_reply_is_lost_is_still_status_1(script):
    assert script.run("%fake order idle\n1 / 0") == 1


@pytest.mark.usefixtures("impatient")
def test_a_lost_idle_is_noted(script):
    assert script.run("print(1)\n%fake order reply") == 0
    assert script.written == (
        "1\n",
        "kconsole: the kernel did not send an idle status; output may be missing\n",
    )


@pytest.mark.parametrize("order", ["idle reply", "idle 0.01 reply", "reply 0.01 idle"])
def test_reply_and_idle_may_come_in_any_order(script, order):
    assert script.run(f"%fake order {order}\n6 * 7") == 0
    assert script.written == ("42\n", "")


def test_a_result_after_the_idle_is_shown(tmp_path, monkeypatch):
    monkeypatch.setattr("kconsole.protocol.cell.TAIL_QUIET_S", 0.5)
    with FakeKernel(implementation="deno", order=["reply", "idle", "result"]) as fake:
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
    monkeypatch.setattr("kconsole.script.runner._BEGIN_S", PATIENCE)
    send = ZmqTransport.send
    slow = []

    def press_and_send(transport, channel, msg):
        if msg["msg_type"] != "execute_request":
            send(transport, channel, msg)
            return
        slow.append(threading.Timer(0.1, send, (transport, channel, msg)))
        slow[0].start()
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(ZmqTransport, "send", press_and_send)
    assert script.run("import time\ntime.sleep(60)", "2") == 130
    slow[0].join(PATIENCE)
    assert "KeyboardInterrupt" in script.written[1]
    assert fake.count("execute_request") == 1


# --- time limits

SLEEP = "import time\ntime.sleep(60)"


def test_an_end_interrupts_also_a_cell_that_nothing_was_heard_of_yet(script, fake):
    class Ends(TextSink):
        """Is told to end when the kernel works, and before anybody has looked what came of it."""

        def begin(self, cell, msg_id):
            wait_until(lambda: script.kernel.client.is_busy, what="the kernel at work")
            leash.pull(SystemExit())

    leash = Leash()
    sink = Ends(
        Streams(None, script.stdout, script.stderr), color={"stdout": False, "stderr": False}
    )
    runner = Runner(script.kernel, sink, Answers(None, sink.ask), leash=leash)
    with pytest.raises(SystemExit):
        runner.run([ScriptCell("import time\ntime.sleep(60)", "job")])
    fake.wait_for("interrupt_request", PATIENCE)


#: Seconds that no cell of these tests takes, unless the clock leaps.
LIMIT_S = HOUR_S / 2


def test_a_cell_that_takes_too_long_is_interrupted_and_is_status_124(script, fake, monkeypatch):
    Clock(monkeypatch, TextSink, Stream, "1")
    assert script.run(f"print(1)\n{SLEEP}", "print(2)", timeout=LIMIT_S) == 124
    stdout, stderr = script.written
    assert stdout == "1\n"
    assert stderr.startswith("kconsole: job, cell 1: not done in 1800 s: interrupted\n")
    assert "KeyboardInterrupt" in stderr
    assert fake.count("interrupt_request") == 1
    assert fake.count("execute_request") == 1


def test_the_time_limit_is_for_each_cell(script, monkeypatch):
    Clock(monkeypatch, TextSink, Stream)
    assert script.run("print(1)", "print(2)", timeout=1.5 * HOUR_S) == 0


def test_all_cells_together_have_a_limit_too(script, monkeypatch):
    Clock(monkeypatch, TextSink, Stream)
    cells = ["print(1)", f"print(2)\n{SLEEP}", "print(3)"]
    assert script.run(*cells, total_timeout=1.5 * HOUR_S, keep_going=True) == 124
    assert script.written[0] == "1\n2\n"
    assert "job, cell 2: not done in 5400 s for all cells: interrupted" in script.written[1]


def test_a_question_that_nobody_answers_in_time_is_called_off(script, monkeypatch):
    Clock(monkeypatch, TextSink, InputRequest)
    reading, writing = os.pipe()
    with open(reading) as stream, open(writing, "w"):
        sink = TextSink(
            Streams(stream, script.stdout, script.stderr), color={"stdout": False, "stderr": False}
        )
        runner = Runner(script.kernel, sink, Answers(stream, sink.ask), RunOptions(timeout=LIMIT_S))
        assert runner.run([ScriptCell("input()", "job")]).status == 124
    assert "KeyboardInterrupt" in script.written[1]


def test_a_cell_that_does_not_react_is_left_behind(script, fake, monkeypatch):
    monkeypatch.setattr("kconsole.script.runner.INTERRUPT_S", 0.1)
    assert script.run("%fake deaf 5", "print(2)", timeout=0.1, keep_going=True) == 124
    assert "the kernel has not reacted to the interrupt for 0.1 s" in script.written[1]
    assert fake.count("execute_request") == 1


def test_going_on_behind_a_cell_that_took_too_long_keeps_its_status(script, monkeypatch):
    Clock(monkeypatch, TextSink, Stream, "1")
    cells = [f"print(1)\n{SLEEP}", "print(2)", "1 / 0"]
    assert script.run(*cells, timeout=LIMIT_S, keep_going=True) == 124
    assert script.written[0] == "1\n2\n"


def test_a_cell_that_waits_for_anothers_interrupts_nobody(tmp_path):
    with FakeKernel(implementation="ipython", busy=60.0) as fake:
        path = fake.write_connection_file(tmp_path / "kernel-1.json")
        with attach(str(path)) as kernel:
            kernel.wait(PATIENCE)
            script = Script(kernel)
            assert script.run("1", "2", timeout=0.2, keep_going=True) == 124
        why = "not done in 0.2 s: the kernel works for others; it will run the cell later"
        assert script.written == ("", f"kconsole: job, cell 1: {why}\n")
        assert fake.count("interrupt_request") == 0


# --- going on, privately, silently


def test_with_keep_going_the_cells_after_an_error_run_and_the_status_is_1(script):
    assert script.run("1 / 0", "print(2)", "1 / 0", "print(4)", keep_going=True) == 1
    assert script.written[0] == "2\n4\n"
    assert script.written[1].count("ZeroDivisionError") == 2


def test_with_keep_going_a_kernel_is_asked_to_drop_nothing(script, fake):
    script.run("1", keep_going=True)
    assert fake.wait_for("execute_request").content["stop_on_error"] is False


def test_with_keep_going_code_that_leaves_ends_the_script_all_the_same(script):
    assert script.run("1 / 0", "exit", "print(3)", keep_going=True) == 1
    assert script.written[0] == ""


@pytest.mark.parametrize("option", ["private", "silent"])
def test_cells_that_nobody_is_to_remember(script, fake, option):
    assert script.run("6 * 7", **{option: True}) == 0
    content = fake.wait_for("execute_request").content
    assert (content["silent"], content["store_history"]) == (option == "silent", False)
    assert script.written == ("" if option == "silent" else "42\n", "")


# --- expressions


def test_expressions_are_evaluated_behind_the_last_cell_and_printed_as_a_line(script, fake):
    assert script.run("x = 6", "x = 7", expressions={"a": "x", "é": "x * 6"}) == 0
    stdout, stderr = script.written
    assert stderr == ""
    assert stdout.count("\n") == 1
    assert json.loads(stdout) == {
        "a": {"status": "ok", "data": {"text/plain": "7"}, "metadata": {}},
        "é": {"status": "ok", "data": {"text/plain": "42"}, "metadata": {}},
    }
    assert fake.wait_for("execute_request").content["user_expressions"] == {}


def test_an_expression_that_raises_is_printed_and_is_status_1(script):
    assert script.run("x = 1", expressions={"a": "x", "b": "1 / 0"}) == 1
    values = json.loads(script.written[0])
    assert (values["a"]["status"], values["b"]["ename"]) == ("ok", "ZeroDivisionError")


def test_a_value_on_a_terminal_holds_nothing_that_acts_on_it():
    class Screen(io.StringIO):
        def isatty(self):
            return True

    screen = Screen()
    sink = TextSink(Streams(None, screen, screen), color={"stdout": False, "stderr": False})
    sink.expressions({"a": {"evalue": "\x9b31m\x1b[31m"}})
    assert screen.getvalue() == '{"a": {"evalue": "<9B>31m\\u001b[31m"}}\n'


def test_expressions_need_no_cell(script):
    assert script.run(expressions={"a": "6 * 7"}) == 0
    assert json.loads(script.written[0])["a"]["data"] == {"text/plain": "42"}


def test_expressions_behind_a_cell_that_failed_are_not_told(script):
    assert script.run("1 / 0", expressions={"a": "1"}) == 1
    assert script.written[0] == ""


def test_a_kernel_that_evaluates_no_expressions_is_told_of(script):
    assert script.run("%fake omit user_expressions", expressions={"a": "1"}) == 1
    assert script.written == (
        '{"a": null}\n',
        "kconsole: the kernel has not evaluated a\n",
    )


# --- MIME types

PNG = b"\x89PNG\r\n\x1a\n\0\xff"
BUNDLE = json.dumps(
    {
        "text/plain": "plain",
        "text/html": "<b>é</b>",
        "application/json": {"a": [1, "é"]},
        "image/png": base64.b64encode(PNG).decode() + "\n",
        "image/svg+xml": ["<svg>\n", "</svg>"],
        "text/latex; charset=utf-8": "$x$",
    }
)


@pytest.mark.parametrize(
    ("wanted", "written"),
    [
        (["text/html"], "<b>é</b>\n".encode()),
        (["application/json"], '{"a": [1, "é"]}\n'.encode()),
        (["image/png"], PNG),
        (["image/svg+xml"], b"<svg>\n</svg>\n"),
        (["text/latex"], b"$x$\n"),
        (["no/such", "text/html", "text/plain"], "<b>é</b>\n".encode()),
        (["text/plain", "text/html"], b"plain\n"),
        (["no/such"], b""),
    ],
)
@pytest.mark.parametrize("kind", ["display", "result", "update d"])
def test_the_first_wanted_type_is_written_as_it_came(script, wanted, written, kind):
    assert script.run(f"%fake {kind} {BUNDLE}", mime=wanted) == 0
    assert script.bytes == written


def test_streams_are_written_whatever_types_are_wanted(script):
    assert script.run(f'print("a")\n%fake display {BUNDLE}', mime=["image/png"]) == 0
    assert script.bytes == b"a\n" + PNG


@pytest.mark.parametrize("value", ["not base64!", "", 3, None, ["AAAA"]])
def test_an_image_that_is_none_is_no_reason_to_stop(script, value):
    bundle = json.dumps({"image/png": value})
    assert script.run(f"%fake display {bundle}", mime=["image/png"]) == 0
    said = "kconsole: nothing was shown as image/png\n" if value is None else ""
    assert script.written[1] == said


# --- the sink


def test_a_sink_hears_of_each_cell_from_its_beginning_to_its_end(script):
    heard = []

    class Listener(TextSink):
        def begin(self, cell, msg_id):
            heard.append(("begin", cell.name, bool(msg_id)))

        def event(self, event, msg):
            heard.append((type(event).__name__, msg["parent_header"]["msg_type"]))

        def end(self, cell, outcome):
            heard.append(("end", cell.name, outcome.verdict, outcome.reply is not None))

        def close(self):
            heard.append(("close",))

    streams = Streams(None, script.stdout, script.stderr)
    sink = Listener(streams, color={"stdout": False, "stderr": False})
    runner = Runner(script.kernel, sink, Answers(None, sink.ask))
    cells = [ScriptCell("print(1)", "a"), ScriptCell("1 / 0", "b"), ScriptCell("2", "c")]
    assert runner.run(cells)[:3] == (1, False, 2)
    around = [("Status", "execute_request"), ("ExecuteInput", "execute_request")]
    end = ("Status", "execute_request")
    assert heard == [
        ("begin", "a", True),
        *around,
        ("Stream", "execute_request"),
        end,
        ("end", "a", "ok", True),
        ("begin", "b", True),
        *around,
        ("ErrorOutput", "execute_request"),
        end,
        ("end", "b", "error", True),
        ("close",),
    ]


def test_it_is_told_where_nothing_of_the_wanted_types_came(script):
    assert script.run("1", mime=["image/png", "image/svg+xml"]) == 0
    note = "kconsole: nothing was shown as image/png or image/svg+xml\n"
    assert script.written == ("", note)
    assert script.run("1", mime=["image/png", "text/plain"]) == 0
    assert script.written == ("1\n", note)
    assert script.run("1 / 0", mime=["image/png"]) == 1
    assert "nothing" not in script.written[1].removeprefix(note)


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


def test_the_number_of_exit_is_the_status_and_the_kernel_of_others_lives_on(script, fake):
    assert script.run('n = 3\nexit(n)\nprint("still")', "print(3)") == 3
    assert script.written == ("still\n", "kconsole: left; the kernel stays\n")
    assert not fake.ending.is_set()
    assert script.run('exit("no data")') == 1
    assert script.written[1].endswith("kconsole: no data\nkconsole: left; the kernel stays\n")


@pytest.mark.parametrize(
    ("status", "said", "word"), [(3, False, "no-kernel"), (3, True, "error"), (77, True, "error")]
)
def test_a_number_that_code_ends_with_is_an_error_to_us_whatever_it_means(status, said, word):
    assert status_word(status, said=said) == word


def test_the_number_of_sys_exit_is_the_status_and_that_of_the_first_counts(script):
    assert script.run("%fake error SystemExit 3", "print(2)") == 3
    cells = ("1 / 0", "%fake error SystemExit 7", "%fake error SystemExit 8")
    assert script.run(*cells, keep_going=True) == 7
    assert script.run("%fake error SystemExit text") == 1
    assert script.run("%fake error ValueError 3") == 1


def test_code_that_leaves_and_keeps_the_kernel(script, fake):
    assert script.run("print(1)\nexit(keep_kernel=True)", "print(3)") == 0
    assert script.written == ("1\n", "kconsole: left; the kernel stays\n")
    assert not fake.ending.is_set()
