"""Stories of the console a line at a time, as on a dumb terminal: ``--plain`` and ``TERM=dumb``."""

import json
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from clients import PATIENCE
from fake_kernel import Behaviour, FakeKernel, write_kernelspec
from leaks import wait_until
from running_kernels import Kernel, is_idle, start_fake
from stories import PROMPT, START_S, Shared, kernel_process, program, rows_with
from terminal import Terminal

from kconsole import attach
from kconsole.client.zmq_transport import ZmqTransport
from kconsole.protocol.message import Channel, Message
from kconsole.render.greeting import OWN_LINE
from kconsole.repl.history.file import HistoryFile
from kconsole.repl.options import ConsoleOptions
from kconsole.repl.plain.console import PlainConsole

#: A kernel whose cells end without a wait for stragglers, and which is in the middle of a session.
IPYTHON = {"implementation": "ipython"}
DIED = "the kernel is gone: connection refused\nonly whoever started it can start it again"
OFFERED = "start it again? [y/N]"
README = (Path(__file__).resolve().parent.parent / "README.md").read_text()
#: The commands that the README promises here.
IN_README = set(
    re.findall(r"`(\\\S+)`", README.partition("`--plain` (the default")[2].partition(";")[0])
)
PASSWORD = "import getpass; print(len(getpass.getpass('secret: ')), 'characters')"


#: The processes of stories that differ little from others end sooner so.
UNMEASURED = pytest.mark.usefixtures("unmeasured")


class Pair(NamedTuple):
    """A plain console and the scripted kernel that it is attached to."""

    terminal: Terminal
    kernel: FakeKernel


@contextmanager
def paired(folder: Path, *options: str, dumb: bool = False, **behaviour: Any) -> Iterator[Pair]:
    """A plain console at a scripted kernel of this process; plain by ``TERM=dumb``, or by option."""
    kernel = start_fake(folder, **{**IPYTHON, **behaviour})
    assert kernel.fake is not None
    try:
        with console(kernel, *options, dumb=dumb) as terminal:
            yield Pair(terminal, kernel.fake)
    finally:
        kernel.close()


@contextmanager
def kernel_at(folder: Path, **behaviour: Any) -> Iterator[Kernel]:
    """A scripted kernel for several consoles, one after the other."""
    kernel = start_fake(folder, **{**IPYTHON, **behaviour})
    try:
        yield kernel
    finally:
        kernel.close()


@contextmanager
def console(kernel: Kernel, *options: str, dumb: bool = False) -> Iterator[Terminal]:
    arguments = list(options) if dumb else ["--plain", *options]
    env = {"TERM": "dumb"} if dumb else {}
    argv = program(str(kernel.connection_file), *arguments)
    with Terminal(argv, env=env) as terminal:
        yield ready(terminal)


@contextmanager
def owning(folder: Path, *options: str, **behaviour: Any) -> Iterator[Terminal]:
    """A plain console with a scripted kernel of its own."""
    write_kernelspec(folder, **{**IPYTHON, **behaviour})
    argv = program("-k", "fake", "--plain", *options)
    with Terminal(argv, env={"JUPYTER_PATH": str(folder)}) as terminal:
        yield ready(terminal)


def begun_anew(pair: Pair, behaviour: Behaviour) -> None:
    """A console that other stories have used, with an empty row and its first prompt to be seen."""
    terminal, kernel = pair
    kernel.interrupt()
    terminal.resize(*terminal.size)
    begin = len(terminal.raw)
    terminal.key("c-c")
    terminal.wait_for(lambda one: b"^C" in one.raw[begin:] and is_at(PROMPT)(one))
    kernel.restart()
    terminal.wait_for(lambda one: b"the kernel was restarted" in one.raw[begin:])
    ready(terminal)
    terminal.forget(screen=True)
    terminal.key("enter")
    terminal.wait_for(lambda one: one.everything == "\nIn [1]:")
    kernel.behaviour = behaviour
    kernel.namespace.clear()
    kernel.history.clear()
    kernel.forget()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """A plain console for all stories to which it is one what others have entered there."""
    start = partial(paired, tmp_path_factory.mktemp("plain"))
    with Shared(start, begun_anew, **IPYTHON) as shared:
        yield shared


def ready(terminal: Terminal) -> Terminal:
    """Wait for an empty prompt with the cursor behind it."""
    terminal.wait_for(is_at(PROMPT), START_S)
    return terminal


def is_at(pattern: re.Pattern[str]) -> Any:
    """Whether the cursor's row is this, with the cursor a blank behind it."""

    def holds(one: Terminal) -> bool:
        row, column = one.cursor
        return bool(pattern.search(one.screen[row])) and column == len(one.screen[row]) + 1

    return holds


def wait_for_question(terminal: Terminal, text: str) -> None:
    terminal.wait_for(is_at(re.compile(f"^{re.escape(text)}$")))


def run(terminal: Terminal, code: str, shows: str) -> None:
    """Enter a cell of one line, and wait for what it shows and for the next prompt."""
    terminal.line(code)
    terminal.wait_for(lambda one: shows in one.everything)
    ready(terminal)


# --- cells


@pytest.mark.parametrize("dumb", [True, False], ids=["TERM=dumb", "--plain"])
def test_a_session_from_the_banner_to_ctrl_d_without_one_escape_sequence(
    tmp_path: Path, dumb: bool
) -> None:
    with paired(tmp_path, dumb=dumb) as (terminal, _kernel):
        run(terminal, "print('a')", "\na\n")
        run(terminal, "6 * 7", ": 42\n")
        terminal.key("c-d")
        assert terminal.wait_exit() == 0
        assert terminal.everything == (
            f"Fake kernel 1.0\n{OWN_LINE}\n\nIn [ ]: print('a')\na\nIn [2]: 6 * 7\nOut[2]: 42\nIn [3]:"
        )
        assert terminal.sequences == []


def test_a_cell_of_several_lines_ends_with_an_empty_one(plain: Shared) -> None:
    with plain() as (terminal, kernel):
        terminal.line("for i in range(2):")
        wait_for_question(terminal, "   ...:")
        terminal.line("    print('row', i)")
        terminal.wait_for(lambda one: len(rows_with(one, "...:")) == 2)
        terminal.line("")
        terminal.wait_for("\nrow 0\nrow 1\n")
        ready(terminal)
        code = kernel.wait_for("execute_request").content["code"]
        assert code == "for i in range(2):\n    print('row', i)\n"


def test_lines_that_are_pasted_at_once_are_cells_one_after_the_other(plain: Shared) -> None:
    with plain() as (terminal, kernel):
        terminal.send("x = 20\ny = input('y? ')\n22\nprint('sum', x + int(y))\n")
        terminal.wait_for("sum 42\n")
        ready(terminal)
        codes = [one.content["code"] for one in kernel.received if "code" in one.content]
        assert [code for code in codes if code.startswith("print")][
            -1
        ] == "print('sum', x + int(y))"
        assert kernel.count("execute_request") == 3


def test_an_error_is_shown_and_the_next_prompt_follows(plain: Shared) -> None:
    with plain() as (terminal, _kernel):
        run(terminal, "raise ValueError('told so')", "\nValueError: told so\nIn [2]:")
        run(terminal, "'alive'", "Out[2]: 'alive'")


def test_the_last_error_is_shown_whole_where_less_of_it_was(tmp_path: Path) -> None:
    frame = r"Cell In[1], line 2\n      1 x = 0\n----> 2 1/x\n"
    with paired(tmp_path, "--tb=short") as (terminal, _):
        short = said(terminal, f'%fake error E v traceback=["{frame}", "E: v"]')
        assert short.splitlines()[-2:] == ["Cell In[1], line 2: 1/x", "E: v"]
        assert "\n----> 2 1/x\n" in said(terminal, "\\tb")
        said(terminal, "print('a'); print('b')")
        assert said(terminal, "\\last") == "a\nb"


def test_help_is_shown(plain: Shared) -> None:
    with plain() as (terminal, _kernel):
        run(terminal, '%fake page "some help"', "\nsome help\nIn [2]:")


def test_code_that_the_kernel_suggests_is_shown_and_not_run(plain: Shared) -> None:
    with plain() as (terminal, kernel):
        run(
            terminal,
            '%fake set_next_input "x = 1\\nprint(x)"',
            "\nthe kernel suggests an input:\nx = 1\nprint(x)\nIn [2]:",
        )
        terminal.line("")
        terminal.wait_for(lambda one: len(rows_with(one, "In [2]:")) == 2)
        assert kernel.count("execute_request") == 1


# --- questions


def test_a_question_is_answered(plain: Shared) -> None:
    with plain() as (terminal, _kernel):
        terminal.line("x = input('name? '); print('hi', x)")
        wait_for_question(terminal, "name?")
        terminal.line("Ada")
        terminal.wait_for("\nname? Ada\nhi Ada\n")
        ready(terminal)


def test_a_password_is_not_shown_and_the_next_line_is(plain: Shared) -> None:
    with plain() as (terminal, _kernel):
        before = terminal.attributes
        terminal.line(PASSWORD)
        wait_for_question(terminal, "secret:")
        terminal.line("hunter2")
        terminal.wait_for("\nsecret:\n7 characters\n")
        ready(terminal)
        assert b"hunter2" not in terminal.raw
        assert terminal.attributes == before
        run(terminal, "'seen'", ": 'seen'\nOut[2]: 'seen'")


@UNMEASURED
@pytest.mark.parametrize("code", ["input('name? ')", "import getpass; getpass.getpass('name? ')"])
def test_ctrl_d_at_a_question_is_the_end_of_input_and_not_of_the_session(
    plain: Shared, code: str
) -> None:
    with plain() as (terminal, _kernel):
        terminal.line(code)
        wait_for_question(terminal, "name?")
        terminal.key("c-d")
        terminal.wait_for("\nEOFError:")
        ready(terminal)
        run(terminal, "'alive'", "Out[2]: 'alive'")


@UNMEASURED
@pytest.mark.parametrize(
    ("code", "shown"),
    [("input('name? ')", "name? ^C"), ("import getpass; getpass.getpass('name? ')", "name?")],
)
def test_ctrl_c_at_a_question_interrupts_the_cell(plain: Shared, code: str, shown: str) -> None:
    with plain() as (terminal, kernel):
        before = terminal.attributes
        terminal.line(code)
        wait_for_question(terminal, "name?")
        terminal.key("c-c")
        terminal.wait_for(f"\n{shown}\nTraceback")
        ready(terminal)
        assert kernel.count("interrupt_request") == 1
        assert terminal.attributes == before
        run(terminal, "'alive'", ": 'alive'\nOut[2]: 'alive'")


@UNMEASURED
@pytest.mark.parametrize("code", ["input('name? ')", "import getpass; getpass.getpass('name? ')"])
def test_a_question_ends_when_somebody_else_interrupts_its_cell(plain: Shared, code: str) -> None:
    with plain() as (terminal, kernel):
        terminal.line(code)
        wait_for_question(terminal, "name?")
        kernel.interrupt()
        terminal.wait_for("\nname?\nTraceback")
        ready(terminal)
        run(terminal, "'alive'", ": 'alive'\nOut[2]: 'alive'")


# --- Ctrl-C


def test_ctrl_c_at_the_prompt_drops_the_line(plain: Shared) -> None:
    with plain() as (terminal, kernel):
        terminal.send("not wanted")
        terminal.wait_for("In [1]: not wanted")
        terminal.key("c-c")
        terminal.wait_for("not wanted^C\nIn [1]:")
        run(terminal, "'alive'", "Out[1]: 'alive'")
        assert kernel.count("execute_request") == 1
        assert kernel.count("interrupt_request") == 0


def test_ctrl_c_in_the_middle_of_a_cell_of_several_lines_drops_it(plain: Shared) -> None:
    with plain() as (terminal, kernel):
        terminal.line("for i in range(2):")
        wait_for_question(terminal, "   ...:")
        terminal.key("c-c")
        terminal.wait_for("...: ^C\nIn [1]:")
        run(terminal, "'alive'", "Out[1]: 'alive'")
        assert kernel.count("execute_request") == 1


def test_ctrl_c_interrupts_a_cell_that_runs(plain: Shared) -> None:
    with plain() as (terminal, _kernel):
        terminal.line("print('on'); import time; time.sleep(60)")
        terminal.wait_for("\non")
        terminal.key("c-c")
        terminal.wait_for("\nKeyboardInterrupt")
        ready(terminal)
        run(terminal, "'alive'", "Out[2]: 'alive'")


def test_a_cell_that_ignores_ctrl_c_is_told_of_and_a_second_one_gives_it_up(tmp_path: Path) -> None:
    # Of its own: the next story would wait for the end of this one's cell.
    with paired(tmp_path) as (terminal, kernel):
        run(terminal, "print('on')", "\non\n")
        terminal.line("%fake deaf 60")
        kernel.wait_for("execute_request", count=2)
        terminal.key("c-c")
        kernel.wait_for("interrupt_request")
        terminal.wait_for("no reaction to the interrupt for 3 s; Ctrl-C again")
        terminal.key("c-c")
        terminal.wait_for("not waiting for the cell any more; the kernel may still run it\nIn [")


def test_ctrl_c_at_a_kernel_that_cannot_be_interrupted_says_so(tmp_path: Path) -> None:
    with paired(tmp_path, control=False) as (terminal, _kernel):
        terminal.line("print('on'); import time; time.sleep(60)")
        terminal.wait_for("\non")
        terminal.key("c-c")
        terminal.wait_for("not interrupted: the control channel is not running; Ctrl-C again")
        terminal.key("c-c")
        terminal.wait_for("not waiting for the cell any more; the kernel may still run it\nIn [2]:")


def test_ctrl_c_just_when_the_cell_has_been_sent_interrupts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    send = ZmqTransport.send

    def send_and_press(transport: ZmqTransport, channel: Channel, msg: Message) -> None:
        send(transport, channel, msg)
        if msg["msg_type"] == "execute_request":
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(ZmqTransport, "send", send_and_press)
    reading, writing = os.pipe()
    os.write(writing, b"import time; time.sleep(30)\n")
    os.close(writing)
    with FakeKernel(implementation="ipython") as fake, open(reading, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        with attach(str(fake.write_connection_file(tmp_path / "kernel-1.json"))) as kernel:
            kernel.wait(PATIENCE)
            assert PlainConsole(kernel, ConsoleOptions(color=False)).run() == 0
    assert "KeyboardInterrupt" in capsys.readouterr().out


@UNMEASURED
@pytest.mark.parametrize("asks", [False, True])
def test_ctrl_c_is_shown_on_a_line_that_ends_with_it(plain: Shared, asks: bool) -> None:
    with plain() as (terminal, _kernel):
        terminal.line("print('on'); " + ("input('q? ')" if asks else "import time; time.sleep(60)"))
        terminal.wait_for("\nq?" if asks else "\non")
        terminal.key("c-c")
        terminal.wait_for("\nKeyboardInterrupt")
        ready(terminal)
        assert rows_with(terminal, "^C") == ["q? ^C" if asks else "^C"]
        assert "^C\nTraceback" in terminal.everything


def test_ctrl_c_behind_an_unfinished_line_ends_it_once(plain: Shared) -> None:
    with plain() as (terminal, _kernel):
        terminal.line("print('on', end=''); import time; time.sleep(60)")
        terminal.wait_for("\non")
        terminal.key("c-c")
        terminal.wait_for("\nKeyboardInterrupt")
        assert "\non^C\nTraceback" in terminal.everything


def test_ctrl_c_while_news_are_told_does_not_end_the_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    note = PlainConsole.note
    pressed = []

    def note_and_press(console: PlainConsole, text: str) -> None:
        note(console, text)
        pressed.append(text)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(PlainConsole, "note", note_and_press)
    assert session(tmp_path, monkeypatch, b"%fake restart\n'after'\n") == 0
    assert "the kernel was restarted" in pressed
    assert "'after'" in capsys.readouterr().out


def session(folder: Path, monkeypatch: pytest.MonkeyPatch, inputs: bytes) -> int:
    """Run a console in this process that reads these inputs; its exit status."""
    reading, writing = os.pipe()
    os.write(writing, inputs)
    os.close(writing)
    with FakeKernel(implementation="ipython") as fake, open(reading, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        with attach(str(fake.write_connection_file(folder / "kernel-1.json"))) as kernel:
            kernel.wait(PATIENCE)
            return PlainConsole(kernel, ConsoleOptions(color=False)).run()


# --- commands and options


def squeezed(text: str) -> str:
    """A text as it is wherever lines were broken, by the console or by the terminal."""
    return "".join(text.split())


def said(terminal: Terminal, command: str) -> str:
    """What a command says."""
    before = len(terminal.everything)
    terminal.line(command)
    terminal.wait_for(lambda one: one.everything[before:].count("In [") >= 1)
    ready(terminal)
    return terminal.everything[before:].partition("\n")[2].rpartition("\n")[0]


def test_the_commands_that_need_no_screen_are_listed_and_the_others_refused(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, kernel):
        listed = set(re.findall(r"(?m)^  (\\\S+)", said(terminal, "\\?")))
        assert listed == IN_README
        refused = "\\watch needs a screen; \\? lists what there is without one"
        assert said(terminal, "\\watch 1 x") == refused
        assert len(listed) == 14
        assert said(terminal, "\\i") == "usage: \\i FILE (with a blank before it, the line is code)"
        terminal.line("\\q")
        assert terminal.wait_exit() == 0
        assert terminal.everything.endswith("\nleft; the kernel stays")
        assert kernel.count("execute_request") == 0


def test_the_connection_is_told(plain: Shared) -> None:
    with plain() as (terminal, _kernel):
        facts = " ".join(said(terminal, "\\conninfo").split("\n"))
        assert ", attached, " in facts
        assert ", tcp 127.0.0.1, " in facts
        assert facts.endswith(".json")


def test_notes_break_between_words(plain: Shared) -> None:
    with plain() as (terminal, _kernel):
        terminal.resize(24, 40)
        assert said(terminal, "\\timing maybe") == (
            "usage: \\timing [on|off] (with a blank\nbefore it, the line is code)"
        )


def test_a_file_is_run_as_one_cell_and_one_that_is_not_there_is_told(
    tmp_path: Path, plain: Shared
) -> None:
    job = tmp_path / "job.py"
    job.write_bytes(b"\xef\xbb\xbfprint('one')\r\nprint('two')\r\n")
    with plain() as (terminal, kernel):
        assert said(terminal, f"\\i {job}").endswith("one\ntwo")
        assert kernel.count("execute_request") == 1
        gone = " ".join(said(terminal, "\\i no-such-file").split("\n"))
        assert gone == "no-such-file: No such file or directory"
        assert said(terminal, "\\i ~nobody-here/x").startswith("~nobody-here/x: No such file")


def test_a_file_whose_code_ends_the_kernel_tells_of_that(tmp_path: Path) -> None:
    job = tmp_path / "job.py"
    job.write_text("%fake die 9")
    with owning(tmp_path) as terminal:
        terminal.line(f"\\i {job}")
        wait_for_question(terminal, OFFERED)
        terminal.key("c-d")
        assert terminal.wait_exit() == 4


def test_how_long_cells_took_is_told_when_that_is_wanted(tmp_path: Path) -> None:
    with paired(tmp_path, "--timing") as (terminal, _kernel):
        assert re.fullmatch(r"a\n\d+\.\d{3} s", said(terminal, "print('a')"))
        assert said(terminal, "\\timing") == "timing is off"
        assert said(terminal, "print('a')") == "a"
        assert said(terminal, "\\timing on") == "timing is on"


def test_the_history_is_searched(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, kernel):
        run(terminal, "print('one')", "\none\n")
        run(terminal, "print('two')", "\ntwo\n")
        assert said(terminal, "\\hist") == "  1  print('one')\n  2  print('two')"
        assert said(terminal, "\\hist tw") == "  1  print('two')"
        assert said(terminal, "\\hist three") == "no input matches"
        assert [row[2] for row in kernel.history] == ["print('one')", "print('two')"]


def test_what_is_private_is_in_no_history(tmp_path: Path) -> None:
    with paired(tmp_path, "--private") as (terminal, kernel):
        run(terminal, "print('one')", "In [ ]: print('one')\none\n")
        assert said(terminal, "\\hist") == "no input is known yet"
        assert kernel.history == []


# --- the history file


def test_inputs_are_kept_in_the_file_of_the_language_and_found_there(
    tmp_path: Path, state: Path
) -> None:
    with paired(tmp_path, no_reply=["history_request"]) as (terminal, _):
        run(terminal, "print('one')", "\none\n")
        terminal.line("for i in range(2):")
        wait_for_question(terminal, "   ...:")
        terminal.line("    print('row', i)")
        terminal.line("")
        terminal.wait_for("\nrow 1\n")
        ready(terminal)
        assert said(terminal, "\\timing") == "timing is on"
        terminal.line("exit")
        assert terminal.wait_exit() == 0
    file = HistoryFile(state / "kconsole" / "history" / "python")
    assert file.latest(9) == ["print('one')", "for i in range(2):\n    print('row', i)"]
    with paired(tmp_path, no_reply=["history_request"]) as (terminal, _):
        unasked = "the kernel's own history is not searched: "
        found = said(terminal, "\\hist r?w")
        assert found.startswith(unasked)
        assert found.endswith("\n  1  for i in range(2):\n         print('row', i)")


@pytest.mark.parametrize("options", [("--private",), ("--history", "none")])
def test_no_file_is_written_where_none_is_wanted(
    tmp_path: Path, state: Path, options: tuple[str, ...]
) -> None:
    with paired(tmp_path, *options) as (terminal, _kernel):
        run(terminal, "print('one')", "\none\n")
    assert not list(state.iterdir())


def test_a_file_of_inputs_that_cannot_be_used_is_told_once_and_costs_no_cell(
    tmp_path: Path,
) -> None:
    file = tmp_path / "notes"
    file.write_text("not a history\n")
    with paired(tmp_path, "--history", str(file)) as (terminal, _kernel):
        run(terminal, "print('one')", "\none\n")
        run(terminal, "print('two')", "\ntwo\n")
        assert squeezed(terminal.everything).count(squeezed("is not a history of kconsole's")) == 1
    assert file.read_text() == "not a history\n"


def test_a_kernel_that_is_silent_at_first_gets_its_file_when_it_speaks(
    tmp_path: Path, state: Path
) -> None:
    deaf = ["control:kernel_info_request"]
    with kernel_at(tmp_path, busy=600.0, heartbeat="shell", deaf=deaf) as kernel:
        assert kernel.fake is not None
        argv = program(str(kernel.connection_file), "--plain")
        with Terminal(argv) as terminal:
            terminal.wait_for("the kernel is busy or not answering; what you enter waits", START_S)
            ready(terminal).line("print('early')")
            kernel.fake.interrupt()
            terminal.wait_for("\nearly\n")
            run(terminal, "print('late')", "\nlate\n")
    file = HistoryFile(state / "kconsole" / "history" / "python")
    assert file.latest(9) == ["print('early')", "print('late')"]


# --- the session as a file


def test_the_session_is_written_to_a_file_with_its_answers_and_without_passwords(
    tmp_path: Path,
) -> None:
    log = tmp_path / "session.txt"
    with paired(tmp_path, "--log", str(log)) as (terminal, _kernel):
        assert squeezed(terminal.everything).count(squeezed(f"logging to {log}")) == 1
        terminal.line("x = input('name? '); print('hi', x)")
        wait_for_question(terminal, "name?")
        terminal.line("Ada")
        terminal.wait_for("\nhi Ada\n")
        ready(terminal)
        terminal.line(PASSWORD)
        wait_for_question(terminal, "secret:")
        terminal.line("hunter2")
        terminal.wait_for("\n7 characters\n")
        ready(terminal)
        run(terminal, "raise ValueError('told so')", "\nValueError: told so\n")
        wait_until(lambda: "told so\n\n" in log.read_text(), what="the last cell in the log")
        written = log.read_text()
        assert "In [1]: x = input('name? '); print('hi', x)\nname? Ada\nhi Ada\n" in written
        assert "\nsecret: \n7 characters\n" in written
        assert "\nValueError: told so\n" in written
        assert squeezed(said(terminal, "\\log")) == squeezed(f"no longer logging to {log}")
        run(terminal, "'unseen'", ": 'unseen'\n")
        assert log.read_text() == written


def test_the_session_is_saved_over_a_file_only_when_that_was_asked_twice(tmp_path: Path) -> None:
    file = tmp_path / "saved.ipynb"
    file.write_text("mine")
    with paired(tmp_path) as (terminal, _kernel):
        run(terminal, "6 * 7", ": 42\n")
        refused = squeezed(said(terminal, f"\\save {file}"))
        again = "there is such a file; the same \\save once more overwrites it"
        assert refused.endswith(squeezed(again))
        assert file.read_text() == "mine"
        assert "\nsaved to" in said(terminal, f"\\save {file}")
        (cell,) = json.loads(file.read_text())["cells"]
        assert cell["source"] == ["6 * 7"]
        assert cell["outputs"][0]["data"]["text/plain"] == ["42"]


# --- what was before


def test_the_last_cells_of_the_session_are_shown_and_counted(tmp_path: Path) -> None:
    with kernel_at(tmp_path) as kernel:
        with console(kernel) as terminal:
            for code in ("a = 1", "b = 2", "print(a)"):
                terminal.line(code)
            run(terminal, "a + b", "Out[4]: 3")
        with console(kernel, "--tail", "2") as terminal:
            assert (
                "\nearlier:\nIn [3]: print(a)\nOut[3]: 1\nIn [4]: a + b\nOut[4]: 3\n\nIn [5]:"
                in (terminal.everything)
            )
        with console(kernel, "--tail", "0") as terminal:
            assert "earlier:" not in terminal.everything


def test_a_kernel_that_does_not_tell_its_last_cells_has_a_prompt_soon(tmp_path: Path) -> None:
    with paired(tmp_path, no_reply=["history_request"]) as (terminal, _kernel):
        run(terminal, "'alive'", "Out[1]: 'alive'")


@UNMEASURED
@pytest.mark.parametrize("fresh_kernel", ["ipykernel7"], indirect=True)
def test_a_kernel_that_is_at_work_tells_what_it_is_at(fresh_kernel: Kernel) -> None:
    with console(fresh_kernel) as first:
        run(first, "1 + 1", "]: 2\n")
        first.line("print('on'); import time; time.sleep(60)")
        first.wait_for("\non")
        with console(fresh_kernel) as second:
            second.wait_for(
                "\nIn [2]: print('on'); import time; time.sleep(60)\n\n"
                "the kernel is busy; what you enter waits for it\nIn [3]:"
            )
        first.key("c-c")
        first.wait_for("\nKeyboardInterrupt")


def test_the_prompt_can_be_another(tmp_path: Path) -> None:
    kernel = start_fake(tmp_path, **IPYTHON)
    try:
        argv = program(str(kernel.connection_file), "--plain", "--prompt", "{n}> ")
        with Terminal(argv) as terminal:
            terminal.wait_for(is_at(re.compile("^ >$")), START_S)
            terminal.line("print('a')")
            terminal.wait_for(is_at(re.compile("^2>$")))
    finally:
        kernel.close()


def test_a_kernel_of_our_own_is_restarted_and_that_of_others_is_not(
    tmp_path: Path, plain: Shared
) -> None:
    with owning(tmp_path) as terminal:
        first = kernel_process(terminal)
        run(terminal, "print('a')", "\na\n")
        restarted = "restarting the kernel\nthe kernel was restarted"
        assert said(terminal, "\\restart") == restarted
        assert not first.is_running()
        assert terminal.screen[terminal.cursor[0]] == "In [1]:"
        run(terminal, "print('b')", "\nb\n")
    with plain() as (terminal, kernel):
        refused = "only who has started a kernel can restart it"
        assert said(terminal, "\\restart") == refused
        assert kernel.count("shutdown_request") == 0


def test_a_kernel_is_shut_down_by_who_can_name_it(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, kernel):
        terminal.line("\\shutdown")
        terminal.wait_for("to do so:")
        name = re.search(r"Type its name, (.*), to\s+do so:", terminal.everything)
        assert name
        terminal.line("something else")
        terminal.wait_for("\nnot shut down\n")
        assert kernel.count("shutdown_request") == 0
        ready(terminal)
        terminal.line("\\shutdown")
        terminal.wait_for(lambda one: one.everything.count("do so:") == 2)
        terminal.line(name[1])
        assert terminal.wait_exit() == 0
        assert terminal.everything.endswith("\nthe kernel was shut down")
        assert kernel.count("shutdown_request") == 1


@UNMEASURED
@pytest.mark.parametrize("how", ["exit", "\x04"])
def test_a_kernel_of_our_own_can_be_kept(tmp_path: Path, how: str) -> None:
    with owning(tmp_path, "--keep") as terminal:
        kernel = kernel_process(terminal)
        try:
            terminal.send(how if how == "\x04" else f"{how}\r")
            assert terminal.wait_exit() == 0
            assert re.search(rb"left; the kernel stays; attach with: kconsole \S+", terminal.raw)
            assert kernel.is_running()
        finally:
            kernel.kill()
            wait_until(lambda: not kernel.is_running(), what="the kernel's end")


# --- the kernel's end


@UNMEASURED
@pytest.mark.parametrize("typed", ["", "half a li"])
def test_a_kernel_that_dies_while_nothing_is_entered_ends_the_session(
    tmp_path: Path, typed: str
) -> None:
    with paired(tmp_path) as (terminal, kernel):
        terminal.send(typed)
        terminal.wait_for(f"In [ ]: {typed}".rstrip())
        kernel.die()
        assert terminal.wait_exit() == 4
        assert terminal.everything.endswith(f"\nIn [ ]: {typed}".rstrip() + f"\n{DIED}")


def test_a_kernel_that_dies_at_a_password_prompt_leaves_a_terminal_that_echoes(
    tmp_path: Path,
) -> None:
    with paired(tmp_path) as (terminal, kernel):
        before = terminal.attributes
        terminal.line(PASSWORD)
        wait_for_question(terminal, "secret:")
        kernel.die()
        assert terminal.wait_exit() == 4
        assert terminal.everything.endswith(f"\nsecret:\n{DIED}")
        assert terminal.attributes == before


@UNMEASURED
@pytest.mark.parametrize("code", ["", "import time; time.sleep(60)"], ids=["idle", "running"])
def test_a_kernel_of_our_own_that_dies_is_started_again_if_that_is_wanted(
    tmp_path: Path, code: str
) -> None:
    with owning(tmp_path) as terminal:
        run(terminal, "print('a')", "\na\n")
        process = kernel_process(terminal)
        terminal.send(f"{code}\r" if code else "y")  # this is for the prompt, and answers nothing
        terminal.wait_for(f"In [2]: {code or 'y'}")
        process.kill()
        wait_for_question(terminal, OFFERED)
        assert rows_with(terminal, "the kernel is gone: its process was killed by SIGKILL")
        terminal.line("y")
        terminal.wait_for(
            f"\n{OFFERED} y\nrestarting the kernel\nthe kernel was restarted\nIn [1]:", START_S
        )
        run(terminal, "print('b')", "\nb\n")
        terminal.key("c-d")
        assert terminal.wait_exit() == 0


def test_a_session_whose_kernel_stays_dead_goes_on_and_can_restart_it(tmp_path: Path) -> None:
    with owning(tmp_path, "--keep") as terminal:
        run(terminal, "print('a')", "\na\n")
        for again in (False, True):
            kernel_process(terminal).kill()
            wait_for_question(terminal, OFFERED)
            terminal.line("" if not again else "no")
            ready(terminal)
            assert said(terminal, "for x in y:").endswith(
                "not run: the kernel is gone; \\restart starts it anew, Ctrl-D leaves"
            )
            if not again:
                assert said(terminal, "\\restart").endswith("\nthe kernel was restarted")
                run(terminal, "print('b')", "\nb\n")
        terminal.key("c-d")
        assert terminal.wait_exit() == 4
        assert not rows_with(terminal, "the kernel stays")


def test_a_kernel_that_is_restarted_while_it_asks_is_told_of_and_the_session_goes_on(
    plain: Shared,
) -> None:
    with plain() as (terminal, kernel):
        run(terminal, "'before'", "Out[1]: 'before'")
        terminal.line("input('name? ')")
        wait_for_question(terminal, "name?")
        kernel.restart()
        terminal.wait_for("\nname?\nthe kernel was restarted\nIn [1]:")
        kernel.interrupt()  # what the scripted kernel still does for the cell from before
        run(terminal, "'after'", "Out[1]: 'after'")


@UNMEASURED
@pytest.mark.parametrize("breaks", [False, True])
def test_a_kernel_that_is_restarted_at_the_prompt_is_told_of(
    tmp_path: Path, plain: Shared, breaks: bool
) -> None:
    with paired(tmp_path) if breaks else plain() as (terminal, kernel):
        run(terminal, "'before'", "Out[1]: 'before'")
        terminal.send("'aft")
        terminal.wait_for("In [2]: 'aft")
        if breaks:
            kernel.come_back(1.0)
        else:
            kernel.restart()
        terminal.wait_for("\nIn [2]: 'aft\nthe kernel was restarted\nIn [1]:")
        terminal.line("er'")  # the terminal still has what was typed of the line
        terminal.wait_for("Out[1]: 'after'")
        assert terminal.everything.count("the kernel was restarted") == 1


def test_a_kernel_that_is_restarted_while_a_cell_runs_is_told_of_once(plain: Shared) -> None:
    with plain() as (terminal, _kernel):
        run(terminal, "'before'", "Out[1]: 'before'")
        terminal.line("%fake restart")
        terminal.wait_for("\nthe kernel was restarted\nIn [1]:")
        run(terminal, "'after'", "Out[1]: 'after'")
        assert terminal.everything.count("the kernel was restarted") == 1


# --- the terminal's encoding


def test_what_the_encoding_of_the_output_lacks_is_shown_as_something_else(tmp_path: Path) -> None:
    kernel = start_fake(tmp_path, **IPYTHON)
    try:
        argv = program(str(kernel.connection_file), "--plain")
        with Terminal(argv, env={"PYTHONIOENCODING": "ascii"}) as terminal:
            run(ready(terminal), "'caf\\u00e9'", "'caf?'")
    finally:
        kernel.close()


# --- leaving


@UNMEASURED
@pytest.mark.parametrize("word", ["exit", "quit()"])
def test_a_word_to_leave_leaves_a_kernel_of_others_alone(tmp_path: Path, word: str) -> None:
    with paired(tmp_path) as (terminal, kernel):
        terminal.line(word)
        assert terminal.wait_exit() == 0
        assert terminal.everything.endswith(f"\nIn [ ]: {word}\nleft; the kernel stays")
        assert kernel.count("execute_request") == kernel.count("shutdown_request") == 0


def test_a_word_to_leave_stops_a_kernel_of_our_own(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        kernel = kernel_process(terminal)
        terminal.line("exit")
        assert terminal.wait_exit() == 0
        assert terminal.everything.endswith("\nIn [1]: exit")
        assert not kernel.is_running()


def test_code_that_leaves_and_so_ends_the_kernel_is_told(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, _kernel):
        terminal.line("print('bye'); exit()")
        assert terminal.wait_exit() == 0
        note = "left as the code asked; an IPython kernel ends with that"
        assert terminal.everything.endswith(f"\nbye\n{note}")


def test_code_that_leaves_may_keep_the_kernel_of_others(tmp_path: Path) -> None:
    with paired(tmp_path) as (terminal, kernel):
        terminal.line("%fake ask_exit true")
        assert terminal.wait_exit() == 0
        assert terminal.everything.endswith("\nleft; the kernel stays")
        assert not kernel.ending.is_set()


def test_code_that_leaves_may_keep_a_kernel_of_our_own(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        kernel = kernel_process(terminal)
        try:
            terminal.line("exit(keep_kernel=True)")
            assert terminal.wait_exit() == 0
            said = re.search(
                rb"\nleft; the kernel stays; attach with: kconsole (\S+)", terminal.raw
            )
            assert said
            assert Path(said[1].decode()).exists()
            assert kernel.is_running()
        finally:
            kernel.kill()
            wait_until(lambda: not kernel.is_running(), what="the kernel's end")


def test_ctrl_d_stops_a_kernel_of_our_own(tmp_path: Path) -> None:
    with owning(tmp_path) as terminal:
        kernel = kernel_process(terminal)
        terminal.key("c-d")
        assert terminal.wait_exit() == 0
        assert not kernel.is_running()


@UNMEASURED
@pytest.mark.parametrize(
    ("number", "code", "shows"),
    [
        (signal.SIGHUP, "", ""),
        (signal.SIGTERM, PASSWORD, "secret:"),
        (signal.SIGHUP, PASSWORD, "secret:"),
        (signal.SIGTERM, "print('on'); import time; time.sleep(60)", "\non\n"),
    ],
    ids=["prompt", "password", "password-hangup", "running"],
)
def test_a_signal_to_end_leaves_no_kernel_and_a_terminal_that_echoes(
    tmp_path: Path, number: signal.Signals, code: str, shows: str
) -> None:
    with owning(tmp_path) as terminal:
        before = terminal.attributes
        kernel = kernel_process(terminal)
        if code:
            terminal.line(code)
            terminal.wait_for(re.compile(f"^{shows.strip()}", re.MULTILINE))
        terminal.kill(number)
        assert terminal.wait_exit() == 128 + number
        assert terminal.attributes == before
        assert not kernel.is_running()
        assert not rows_with(terminal, "Traceback")


@UNMEASURED
@pytest.mark.parametrize("fresh_kernel", ["ipykernel7", "ipykernel6"], indirect=True)
def test_an_ipykernel_is_left_as_it_was_asked_to(fresh_kernel: Kernel) -> None:
    with console(fresh_kernel) as terminal:
        terminal.line("exit")
        assert terminal.wait_exit() == 0
    assert is_idle(fresh_kernel)
    with console(fresh_kernel) as terminal:
        terminal.line("x = 1; exit()")
        assert terminal.wait_exit() == 0
        assert rows_with(terminal, "an IPython kernel ends with that")
    assert fresh_kernel.process is not None
    assert fresh_kernel.process.wait(60) == 0
