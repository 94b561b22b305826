"""The terminal that the other tests look through has to be right itself."""

import contextlib
import re
import signal
import sys
from collections.abc import Iterator

import psutil
import pytest
from leaks import wait_until
from terminal import Terminal


def python(code: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", code]


@pytest.fixture
def cat() -> Iterator[Terminal]:
    """A program that shows what it is sent."""
    with Terminal(["cat"]) as terminal:
        yield terminal


def test_it_shows_what_a_program_prints() -> None:
    with Terminal(python("print('hello')")) as terminal:
        assert terminal.wait_exit() == 0
        assert terminal.screen[0] == "hello"
        assert terminal.raw == b"hello\r\n"


def test_no_frame_is_missed_though_many_come_at_once() -> None:
    frames = [rf"\x1b[?25l\r{word}\x1b[?25h" for word in ("one", "two", "six")]
    with Terminal(python(f"print('{''.join(frames)}'); input()")) as terminal:
        for word in ("one", "two", "six"):
            terminal.wait_for(lambda one, word=word: one.screen[0] == word)
        terminal.line("")
        assert terminal.wait_exit() == 0


def test_the_program_reads_what_is_typed(cat: Terminal) -> None:
    cat.line("one")
    cat.wait_for("one\none")


def test_control_c_is_a_signal_for_the_program() -> None:
    code = (
        "import time\n"
        "try: print('up', flush=True); time.sleep(60)\n"
        "except KeyboardInterrupt: print('hit')"
    )
    with Terminal(python(code)) as terminal:
        terminal.wait_for("up")
        terminal.key("c-c")
        terminal.wait_for("hit")


def test_the_program_has_a_controlling_terminal_and_a_session_of_its_own() -> None:
    code = "import os; print(os.getsid(0) == os.getpid(), os.open('/dev/tty', os.O_RDWR) > 0)"
    with Terminal(python(code)) as terminal:
        terminal.wait_for("True True")


def test_the_exit_status_is_the_programs() -> None:
    with Terminal(python("raise SystemExit(7)")) as terminal:
        assert terminal.wait_exit() == 7


def test_death_by_signal_is_a_negative_status(cat: Terminal) -> None:
    cat.kill(signal.SIGTERM)
    assert cat.wait_exit() == -signal.SIGTERM


def test_waiting_for_what_never_comes_shows_the_screen(cat: Terminal) -> None:
    cat.line("something else")
    cat.wait_for("something else\nsomething else")
    with pytest.raises(AssertionError, match=r"(?s)no 'the right thing'.*\|something else +\|"):
        cat.wait_for("the right thing", timeout=0.01)


def test_waiting_ends_as_soon_as_the_program_does() -> None:
    with (
        Terminal(python("print('bye')")) as terminal,
        pytest.raises(AssertionError, match="the program ended without"),
    ):
        terminal.wait_for("hello", timeout=60)


def test_patterns_and_predicates_can_be_waited_for(cat: Terminal) -> None:
    cat.send("abc 123")
    cat.wait_for(re.compile(r"abc \d+"))
    cat.wait_for(lambda terminal: terminal.cursor == (0, 7))


def test_rows_that_leave_the_screen_are_in_the_scrollback() -> None:
    with Terminal(python("for i in range(100): print('row', i)"), rows=10) as terminal:
        terminal.wait_exit()
        assert terminal.scrollback[0] == "row 0"
        assert terminal.everything == "\n".join(f"row {i}" for i in range(100))
        assert len(terminal.screen) == 10


def test_the_scrollback_can_be_left_out_of_the_search() -> None:
    with Terminal(["sh", "-c", "seq 100; cat"], rows=10) as terminal:
        terminal.wait_for("\n100")
        terminal.wait_for("1\n2\n3")
        with pytest.raises(AssertionError):
            terminal.wait_for("1\n2\n3", timeout=0.01, where="screen")


def test_attributes_of_a_cell_can_be_read() -> None:
    code = r"print('\x1b[1;31mred\x1b[0m plain \x1b[7mback\x1b[0m')"
    with Terminal(python(code)) as terminal:
        terminal.wait_exit()
        row, column = terminal.find("red")
        assert (terminal.cell(row, column).fg, terminal.cell(row, column).bold) == ("red", True)
        assert terminal.cell(*terminal.find("plain")).fg == "default"
        assert terminal.cell(*terminal.find("back")).reverse


ASK = """
import sys, termios, tty
tty.setraw(0)
sys.stdout.write("ab\\x1b[6n"); sys.stdout.flush()
answer = ""
while not answer.endswith("R"):
    answer += sys.stdin.read(1)
sys.stdout.write(repr(answer)); sys.stdout.flush()
"""


def test_a_cursor_position_query_is_answered() -> None:
    with Terminal(python(ASK)) as terminal:
        terminal.wait_for(r"'\x1b[1;3R'")


def test_a_dumb_terminal_does_not_answer() -> None:
    with Terminal(python(ASK), answers=False) as terminal:
        terminal.wait_for(lambda one: one.queries)
        with pytest.raises(AssertionError):
            terminal.wait_for("'", timeout=0.05)


def test_a_new_size_reaches_the_program() -> None:
    code = (
        "import os, signal\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH])\n"
        "print('up', flush=True)\n"
        "signal.sigwait([signal.SIGWINCH])\n"
        "print(os.get_terminal_size())"
    )
    with Terminal(python(code)) as terminal:
        terminal.wait_for("up")
        terminal.resize(30, 100)
        terminal.wait_for("columns=100, lines=30")
        assert len(terminal.screen) == 30


def test_escape_sequences_are_recorded() -> None:
    code = r"print('\x1b[1mx\x1b]0;title\x07\x1b]52;c;Zm9v\x1b\\\x1b_Gf=100;AAAA\x1b\\\x1b7y')"
    with Terminal(python(code)) as terminal:
        terminal.wait_exit()
        assert terminal.sequences == [
            "\x1b[1m",
            "\x1b]0;title\x07",
            "\x1b]52;c;Zm9v\x1b\\",
            "\x1b_Gf=100;AAAA\x1b\\",
            "\x1b7",
        ]
        assert terminal.screen[0] == "xy"


def test_the_alternate_screen_leaves_the_other_one_as_it_was() -> None:
    code = r"print('before'); print('\x1b[?1049h\x1b[Hpager', end='', flush=True); input(); "
    code += r"print('\x1b[?1049l', end='')"
    with Terminal(python(code)) as terminal:
        terminal.wait_for("pager", where="screen")
        assert "before" not in terminal.screen
        terminal.key("enter")
        terminal.wait_exit()
        assert terminal.screen[0] == "before"
        assert "pager" not in terminal.everything


def test_a_character_cut_in_two_by_a_read_is_drawn_whole() -> None:
    with Terminal(["cat"]) as terminal:
        terminal._feed("é日".encode()[:1])
        terminal._feed("é日".encode()[1:4])
        terminal._feed("é日".encode()[4:])
        assert terminal.screen[0] == "é日"


def test_an_escape_sequence_cut_in_two_by_a_read_is_drawn_whole() -> None:
    with Terminal(["cat"]) as terminal:
        for piece in (b"a\x1b", b"[1mb\x1b_Gf=1", b"00;AAAA\x1b", b"\\c"):
            terminal._feed(piece)
        assert terminal.screen[0] == "abc"


def test_more_than_the_terminal_holds_can_be_sent(cat: Terminal) -> None:
    cat.send("".join(f"{n}\r" for n in range(5000)))
    # Each line is there twice: echoed by the terminal, and printed by the program.
    cat.wait_for(lambda terminal: terminal.everything.count("\n4999") == 2)


def test_alt_and_control_keys_are_the_bytes_of_xterm() -> None:
    code = "import sys, tty; tty.setraw(0); print('up', flush=True); print(repr(sys.stdin.read(8)))"
    with Terminal(python(code)) as terminal:
        terminal.wait_for("up")
        terminal.key("c-a", "a-enter", "up", "a-b")
        terminal.wait_for(r"'\x01\x1b\r\x1b[A\x1bb'")


def test_closing_ends_the_program_and_what_it_started() -> None:
    with Terminal(["sh", "-c", "setsid sleep 60 & echo pid $! ; wait"]) as terminal:
        terminal.wait_for(re.compile(r"pid \d+\n?"))
        match = re.search(r"pid (\d+)", terminal.everything)
        assert match
        sleep = psutil.Process(int(match[1]))
        assert sleep.is_running()
    assert terminal.process.returncode == -signal.SIGKILL
    # Nobody may be there to reap it, so a zombie counts as ended.
    with contextlib.suppress(psutil.NoSuchProcess):
        wait_until(lambda: sleep.status() == psutil.STATUS_ZOMBIE)


def test_variables_can_be_set_and_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONE", "yes")
    code = "import os; print(os.environ.get('GONE'), os.environ['NEW'], os.environ['TERM'])"
    with Terminal(python(code), env={"GONE": None, "NEW": "1"}) as terminal:
        terminal.wait_for("None 1 xterm-256color")
