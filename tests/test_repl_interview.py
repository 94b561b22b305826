"""The terminal is asked, and answers when it wants to."""

import fcntl
import os
import struct
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

import pytest

from kconsole.repl.terminal.facts import TerminalFacts, questions
from kconsole.repl.terminal.interview import Interview
from kconsole.repl.terminal.quiet import quiet_terminal

XTERM = {"TERM": "xterm-256color"}
ANSWERS = "\x1bP>|XTerm(390)\x1b\\\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[6;16;8t\x1b[?64;1c"
FACTS = TerminalFacts((255, 255, 255), cell=(8, 16), name="XTerm(390)")


class Pty:
    """A terminal: what is written to ``master`` is typed on it."""

    def __init__(self, stdin: TextIO, stdout: TextIO, master: int) -> None:
        self.stdin, self.stdout, self.master = stdin, stdout, master

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def shown(self) -> str:
        os.set_blocking(self.master, False)
        return os.read(self.master, 4096).decode()

    def resize(self, rows: int, columns: int, width: int, height: int) -> None:
        size = struct.pack("HHHH", rows, columns, width, height)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)


@pytest.fixture
def pty() -> Iterator[Pty]:
    master, slave = os.openpty()
    with os.fdopen(slave, "r") as stdin, os.fdopen(os.dup(slave), "w") as stdout:
        yield Pty(stdin, stdout, master)
    with suppress(OSError):
        os.close(master)


@contextmanager
def asked(pty: Pty, environ: dict[str, str] = XTERM) -> Iterator[Interview]:
    interview = Interview(pty.stdin, pty.stdout, environ)
    with quiet_terminal(pty.stdin), interview.held():
        yield interview


def test_all_is_asked_at_once_and_heard_in_pieces(pty: Pty) -> None:
    told = []
    with asked(pty) as interview:
        assert pty.shown() == questions(XTERM)
        interview.listeners.append(lambda: told.append(interview.facts))
        assert interview.facts == TerminalFacts()
        heard = [interview.hear(each) for each in ("a" + ANSWERS[:20], ANSWERS[20:] + "b")]
        assert heard == ["a", "b"]
        assert interview.facts == told[-1] == FACTS
        assert interview.over


def test_what_is_still_on_its_way_at_the_end_does_not_reach_the_shell(pty: Pty) -> None:
    with asked(pty) as interview:
        pty.type(f"typed{ANSWERS}")
    assert interview.facts == FACTS
    with quiet_terminal(pty.stdin):
        os.set_blocking(pty.stdin.fileno(), False)
        with pytest.raises(BlockingIOError):
            os.read(pty.stdin.fileno(), 4096)


def test_what_has_come_in_time_does_not_reach_the_shell_either_where_there_was_no_editor(
    pty: Pty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kconsole.repl.terminal.interview._PATIENCE_S", 0.0)
    with asked(pty) as interview:
        pty.type(ANSWERS)
    assert interview.facts == FACTS


def test_keys_are_the_shells_where_there_was_an_editor_and_no_answer(
    pty: Pty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kconsole.repl.terminal.interview._PATIENCE_S", 0.0)
    with quiet_terminal(pty.stdin):
        with asked(pty) as interview:
            interview.hear("")
            pty.type("ls")
        assert os.read(pty.stdin.fileno(), 4096) == b"ls"


def test_a_terminal_that_never_answers_can_be_left_and_used(pty: Pty) -> None:
    with asked(pty) as interview:
        assert interview.hear("a\x1b[A") == "a\x1b[A"
        assert interview.facts == TerminalFacts()
        assert not interview.over


def test_a_terminal_that_goes_away_is_no_error(pty: Pty) -> None:
    with asked(pty):
        os.close(pty.master)


@pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {"TERM": "screen"}, {"TERM": "linux"}])
def test_where_no_question_may_be_asked_nothing_is_written(
    pty: Pty, environ: dict[str, str]
) -> None:
    with asked(pty, environ) as interview:
        with pytest.raises(BlockingIOError):
            pty.shown()
        assert interview.over
        assert interview.hear(ANSWERS) == ANSWERS


def test_two_terminals_are_not_asked(pty: Pty) -> None:
    master, slave = os.openpty()
    with os.fdopen(master, "wb"), os.fdopen(slave, "w") as other:
        interview = Interview(pty.stdin, other, XTERM)
        with interview.held():
            assert not interview.asked


def test_the_size_of_a_cell_is_the_systems_once_the_font_changes(pty: Pty) -> None:
    pty.resize(24, 80, 640, 384)
    with asked(pty) as interview:
        assert interview.facts.cell == (8, 16)
        interview.hear("\x1b[6;17;9t\x1b[?64c")
        assert interview.facts.cell == (9, 17)
        pty.resize(24, 80, 1280, 768)
        assert interview.facts.cell == (16, 32)


def test_a_terminal_that_never_stops_does_not_keep_the_console_from_ending(
    pty: Pty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kconsole.repl.terminal.interview._PATIENCE_S", 0.0)
    with asked(pty) as interview, open("/dev/zero", "rb") as endless:
        os.dup2(endless.fileno(), pty.stdin.fileno())
    assert interview.facts == TerminalFacts()
    assert not interview.over
