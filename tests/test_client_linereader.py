"""Lines of standard input: read one at a time, and given up when nobody wants them any more."""

import os
import queue
import signal

import pytest
from clients import PATIENCE

from kconsole.client.interrupts import held_signals
from kconsole.client.linereader import LineReader


class Desk:
    """A reader of a pipe, what it shows, and what it delivers."""

    def __init__(self, encoding="utf-8"):
        self.end, self._feed = os.pipe()
        self.shown = []
        self.lines = queue.SimpleQueue()
        self.reader = LineReader(self.end, self.shown.append, encoding)

    def type(self, data):
        os.write(self._feed, data)

    def ask(self, prompt="? ", **options):
        self.reader.begin(prompt, self.lines.put, **options)
        return self

    def get(self):
        return self.lines.get(timeout=PATIENCE)

    def hang_up(self):
        if self._feed >= 0:
            os.close(self._feed)
            self._feed = -1

    def close(self):
        self.reader.call_off()
        self.hang_up()
        os.close(self.end)


@pytest.fixture
def desk():
    one = Desk()
    yield one
    one.close()


def test_a_line_comes_without_its_end(desk):
    desk.type(b"a\n")
    assert desk.ask().get() == "a"
    assert desk.shown == ["? "]


def test_lines_come_one_for_each_question(desk):
    desk.type(b"a\n\nc\n")
    assert [desk.ask().get() for _ in range(3)] == ["a", "", "c"]


def test_a_line_may_come_in_pieces(desk):
    desk.type(b"caf\xc3")
    desk.ask()
    desk.type(b"\xa9\r\n")
    assert desk.get() == "café"


def test_bytes_that_are_no_text_do_not_break_it(desk):
    desk.type(b"a\xffb\n")
    assert desk.ask().get() == "a\ufffdb"


def test_other_encodings():
    desk = Desk("latin-1")
    desk.type(b"caf\xe9\n")
    assert desk.ask().get() == "café"
    desk.close()


def test_a_last_line_counts_without_its_end_and_then_the_input_has_ended(desk):
    desk.type(b"last")
    desk.hang_up()
    assert desk.ask().get() == "last"
    assert desk.ask().get() is None
    assert desk.ask().get() is None


def test_the_end_of_the_input_ends_the_prompts_line(desk):
    desk.hang_up()
    assert desk.ask().get() is None
    assert desk.shown == ["? ", "\n"]


def test_no_descriptor_is_an_input_that_has_ended():
    lines = queue.SimpleQueue()
    with LineReader(None, lambda text: None) as reader:
        reader.begin("? ", lines.put)
        assert lines.get(timeout=PATIENCE) is None


def test_a_question_that_is_called_off_takes_no_line(desk):
    desk.ask()
    desk.type(b"half a ")
    desk.reader.call_off()
    assert desk.shown == ["? ", "\n"]
    desk.type(b"line\n")
    assert desk.ask().get() == "half a line"
    assert desk.lines.empty()


def test_a_new_question_takes_the_place_of_the_one_before(desk):
    desk.ask("first? ").ask("second? ")
    desk.type(b"a\nb\n")
    assert desk.get() == "a"
    desk.reader.call_off()
    assert desk.lines.empty()
    assert desk.shown == ["first? ", "\n", "second? "]


def test_leaving_calls_off(desk):
    with desk.reader:
        desk.ask()
    desk.type(b"a\n")
    assert desk.lines.empty()


def test_a_prompt_that_nobody_reads_leaves_nothing_behind():
    def refuse(_text):
        raise BrokenPipeError

    end, feed = os.pipe()
    with LineReader(end, refuse) as reader, pytest.raises(BrokenPipeError):
        reader.begin("? ", lambda line: None)
    os.close(end)
    os.close(feed)


# --- signals that are held back


def test_ctrl_c_takes_effect_at_the_end_of_the_block():
    done = []
    with pytest.raises(KeyboardInterrupt):
        with held_signals():
            signal.raise_signal(signal.SIGINT)
            done.append("the rest")
        done.append("not this")
    assert done == ["the rest"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_without_a_signal_nothing_happens():
    with held_signals():
        pass
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_signal_that_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with held_signals():
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_error_inside_the_block_passes():
    with pytest.raises(ValueError, match="ours"), held_signals():
        raise ValueError("ours")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
