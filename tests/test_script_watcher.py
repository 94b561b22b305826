"""The watcher: every client's cells as lines with a time, on a terminal and in a pipe."""

import io
import os
import pty
import re
import signal
import subprocess
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fake_kernel import FakeKernel
from leaks import wait_until
from running_kernels import Kernel, start_fake
from stories import BlindTerminal, attached, program, run

from kconsole.protocol.replies import LanguageInfo
from kconsole.script.jsonwatcher import JsonWatcher
from kconsole.script.watcher import Watcher

pytestmark = pytest.mark.usefixtures("unmeasured")


# --- the lines


class Paper:
    """A watcher, and the lines that it has written, without their times."""

    def __init__(self, **options: Any) -> None:
        self._stream = io.StringIO()
        self.watcher = Watcher(self._stream, **({"color": False} | options))

    def take(self, msg_type: str, content: dict[str, Any], parent: dict[str, Any]) -> None:
        msg: Any = {"msg_type": msg_type, "header": {}, "parent_header": parent, "content": content}
        self.watcher.take(msg | {"metadata": {}, "buffers": []})

    @property
    def lines(self) -> list[str]:
        text = self._stream.getvalue()
        assert text == "" or text.endswith("\n")
        lines = text.splitlines()
        assert all(re.match(r"\d\d:\d\d:\d\d ", line) for line in lines)
        return [line[9:] for line in lines]


ADA = {"msg_id": "1", "session": "3f2c-1", "username": "ada"}
BOB = {"msg_id": "2", "session": "77aa-1", "username": "bob"}


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"name": name, "text": text}


def test_a_cell_and_what_comes_of_it() -> None:
    paper = Paper()
    paper.take("execute_input", {"code": "for i in x:\n    i", "execution_count": 7}, ADA)
    paper.take("stream", stream("one\ntwo\n"), ADA)
    data = {"data": {"text/plain": "42"}, "metadata": {}, "execution_count": 7}
    paper.take("execute_result", data, ADA)
    paper.take("error", {"ename": "E", "evalue": "v", "traceback": ["first", "last"]}, ADA)
    assert paper.lines == [
        "ada@3f2c In [7]: for i in x:",
        "ada@3f2c    ...:     i",
        "ada@3f2c one",
        "ada@3f2c two",
        "ada@3f2c Out[7]: 42",
        "ada@3f2c first",
        "ada@3f2c last",
    ]


def test_displays_are_shown_as_what_is_wanted_and_fitted_to_what_is_left_of_the_line() -> None:
    data = {"text/plain": "a" + " " * 28 + "b\n1", "text/html": "<table><td>HTML</table>"}
    content = {"data": data | {"text/latex": "$x^2$"}, "metadata": {}}
    paper = Paper(mime=("no/such", "text/latex"))
    paper.take("display_data", content, ADA)
    assert paper.lines == ["ada@3f2c x²"]
    primary, secondary = pty.openpty()
    with open(primary, "rb") as screen, open(secondary, "w") as terminal:
        for columns, shown in ((60, "b"), (36, "HTML")):
            termios.tcsetwinsize(secondary, (24, columns))
            watcher = Watcher(terminal, color=False)
            message: Any = {"msg_type": "display_data", "header": {}, "parent_header": ADA}
            watcher.take(message | {"content": content, "metadata": {}, "buffers": []})
            terminal.flush()
            assert shown in os.read(screen.fileno(), 4096).decode()


def test_other_programs_are_told_of_the_types_that_are_wanted() -> None:
    told: list[tuple[str, Any]] = []

    class Lines:
        def write(self, kind: str, fields: Any) -> None:
            told.append((kind, fields["data"]))

    data = {"text/plain": "a", "text/html; charset=utf-8": ["<b>", "a"], "image/png": "QUJD"}
    message: Any = {"msg_type": "display_data", "header": {}, "parent_header": ADA, "buffers": []}
    message |= {"content": {"data": data, "metadata": {}}, "metadata": {}}
    JsonWatcher(Lines(), ["text/html", "image/png"]).take(message)  # type: ignore[arg-type]
    JsonWatcher(Lines()).take(message)  # type: ignore[arg-type]
    assert told == [
        ("display", {"text/html": "<b>a", "image/png": "QUJD"}),
        ("display", data | {"text/html; charset=utf-8": "<b>a"}),
    ]


def test_lines_are_written_when_they_are_finished_and_never_mixed() -> None:
    paper = Paper()
    paper.take("stream", stream("a"), ADA)
    paper.take("stream", stream("b\nc"), BOB)
    assert paper.lines == ["bob@77aa b"]
    paper.take("stream", stream("d\n"), ADA)
    assert paper.lines[1:] == ["ada@3f2c ad"]
    paper.take("status", {"execution_state": "idle"}, BOB)
    assert paper.lines[2:] == ["bob@77aa c"]


def test_a_bar_leaves_its_last_state() -> None:
    paper = Paper()
    for text in ("1/3", "\r2/3", "\r3/3\n"):
        paper.take("stream", stream(text), ADA)
    assert paper.lines == ["ada@3f2c 3/3"]


def test_what_is_unfinished_is_written_at_the_end() -> None:
    paper = Paper()
    paper.take("stream", stream("no newline"), ADA)
    paper.watcher.close()
    assert paper.lines == ["ada@3f2c no newline"]


def test_what_belongs_to_nobody_has_only_a_time() -> None:
    paper = Paper()
    paper.take("stream", stream("x\n"), {})
    assert paper.lines == ["x"]


def test_nothing_in_it_acts_on_a_terminal() -> None:
    paper = Paper()
    paper.take("execute_input", {"code": "\x1b[2J", "execution_count": 1}, ADA)
    paper.take("stream", stream("\x1b[31mred\x1b[0m\x1b]0;title\x07\x1b[5A\n"), ADA)
    assert all(line.isprintable() for line in paper.lines)
    assert paper.lines[1] == "ada@3f2c red"


def test_colours_where_they_are_wanted() -> None:
    paper = Paper(color=True, language=LanguageInfo(name="python", pygments_lexer="python"))
    paper.take("execute_input", {"code": "def f(): pass", "execution_count": 1}, ADA)
    assert paper.watcher._stdout.getvalue().count("\x1b[") > 6


def test_ends_and_restarts_are_told() -> None:
    paper = Paper()
    paper.take("stream", stream("unfinished"), ADA)
    paper.take("shutdown_reply", {"restart": True}, ADA)
    paper.watcher.take(None)
    assert paper.lines == [
        "the kernel was asked to restart",
        "ada@3f2c unfinished",
        "the kernel was restarted",
    ]


def test_cells_whose_ends_are_lost_do_not_pile_up() -> None:
    paper = Paper()
    for number in range(1000):
        paper.take("stream", stream("x"), ADA | {"msg_id": str(number)})
    assert len(paper.watcher._cells) <= 256
    assert len(paper.lines) >= 1000 - 256


# --- the program in a pipe


@contextmanager
def watching(kernel: Kernel, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The program that writes into a pipe; ready, which its first line proves."""
    argv = program("--watch", str(kernel.connection_file), *arguments)
    with subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            if kernel.fake is not None:
                _wait_for_watcher(kernel.fake, process)
            yield process
        finally:
            process.kill()


def _wait_for_watcher(fake: FakeKernel, process: subprocess.Popen[str]) -> None:
    """Publish until a line comes out."""
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)

    def read() -> str:
        fake.foreign_cell("are you there", client="ada")
        return process.stdout.readline() if process.stdout is not None else ""

    wait_until(read, what="a first line")
    os.set_blocking(process.stdout.fileno(), True)


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[Kernel]:
    kernel = start_fake(tmp_path)
    try:
        yield kernel
    finally:
        kernel.close()


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """All that comes, up to and with the line that has the text."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            break
    return "".join(lines)


def test_lines_leave_at_once_and_nothing_is_run(fake: Kernel) -> None:
    assert fake.fake is not None
    with watching(fake) as process:
        fake.fake.foreign_cell("x = 1", "out\n", result="17", client="bob")
        text = read_until(process, ": 17")
        assert re.search(
            r"^[\d:]{8} bob@bobs In \[(\d+)\]: x = 1\n"
            r"[\d:]{8} bob@bobs out\n"
            r"[\d:]{8} bob@bobs Out\[\1\]: 17\n\Z",
            text,
            re.M,
        )
        assert "\x1b" not in text
    assert fake.fake.count("execute_request") == 0


def test_colours_can_be_had_in_a_pipe(fake: Kernel) -> None:
    assert fake.fake is not None
    with watching(fake, "--color", "always") as process:
        fake.fake.foreign_cell("x", "out\n", client="bob")
        assert "\x1b[" in read_until(process, "out")


def test_ctrl_c_leaves_and_does_not_interrupt(fake: Kernel) -> None:
    assert fake.fake is not None
    with watching(fake) as process:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert fake.fake.count("interrupt_request") == 0
    assert fake.fake.count("shutdown_request") == 0


def test_a_reader_that_goes_away_ends_it_quietly(fake: Kernel) -> None:
    assert fake.fake is not None
    with watching(fake) as process:
        assert process.stdout is not None
        process.stdout.close()

        def over() -> bool:
            assert fake.fake is not None
            fake.fake.foreign_cell("x", "out\n")
            return process.poll() is not None

        wait_until(over, what="an end")
        assert process.returncode == 141
        assert process.stderr is not None
        assert process.stderr.read() == ""


# --- the program on a terminal


@pytest.mark.parametrize("key", ["q", "c-d"])
def test_on_a_terminal_a_key_leaves(fake: Kernel, key: str, tmp_path: Path) -> None:
    assert fake.fake is not None
    log = tmp_path / "log.md"
    argv = program("--watch", str(fake.connection_file), "--log", str(log))
    with BlindTerminal(argv) as terminal:
        terminal.wait_for("watching")
        terminal.send("xyz")  # which means nothing here, and is not shown
        fake.fake.foreign_cell("x = 1", "out\n", client="bob")
        terminal.wait_for(
            re.compile(r"^[\d:]{8} bob@bobs In \[\d+\]: x = 1\n.*bob@bobs out$", re.M)
        )
        assert "xyz" not in terminal.everything
        if key == "q":
            terminal.send("q")
        else:
            terminal.key(key)
        assert terminal.wait_exit() == 0
    assert fake.fake.count("execute_request") == 0
    assert log.read_text() == "```python\nx = 1\n```\n\n```\nout\n```\n\n"


def test_on_a_terminal_ctrl_c_leaves(fake: Kernel) -> None:
    assert fake.fake is not None
    with BlindTerminal(program("--watch", str(fake.connection_file))) as terminal:
        terminal.wait_for("watching")
        terminal.key("c-c")
        assert terminal.wait_exit() == 130
    assert fake.fake.count("interrupt_request") == 0


@pytest.mark.parametrize("fresh_kernel", ["ipykernel7"], indirect=True)
def test_it_ends_with_the_kernel_and_says_what_came_before(fresh_kernel: Kernel) -> None:
    path = str(fresh_kernel.connection_file)
    with BlindTerminal(program("--watch", path)) as watcher, attached(fresh_kernel) as terminal:
        watcher.wait_for("watching")
        run(terminal, "print('are you', 'there')", "\nare you there\n")
        watcher.wait_for(re.compile(r"^[\d:]{8} \w+@\w{4} are you there$", re.M))
        # A kernel that ends at once takes with it what its own thread has not sent yet.
        terminal.line("import os; print('last', 'words', flush=True); input('now? '); os._exit(1)")
        watcher.wait_for(re.compile(r"@\w{4} In \[\d+\]: import os"))
        watcher.wait_for("last words")
        terminal.wait_for(lambda one: one.screen[one.cursor[0]].startswith("now?"))
        terminal.key("enter")
        watcher.wait_for("the kernel died")
        assert watcher.wait_exit() == 4
