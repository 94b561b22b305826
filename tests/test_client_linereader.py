"""Lines of standard input: read one at a time, and given up when nobody wants them any more."""

import os
import queue
import resource
import select
import threading

import pytest
from clients import PATIENCE
from leaks import wait_until

from kconsole.client.linereader import LineReader


class Desk:
    """A reader of a pipe, what it shows, and what it delivers."""

    def __init__(self, encoding="utf-8"):
        self.end, self._feed = os.pipe()
        self.shown = []
        self.lines = queue.SimpleQueue()
        self.reader = LineReader(self.end, self.shown.append, encoding)

    def type(self, data):
        left = memoryview(data)
        while left:
            left = left[os.write(self._feed, left) :]

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


def test_a_line_that_was_read_just_when_it_is_called_off_is_kept_for_the_next_question(
    desk, monkeypatch
):
    read = LineReader._read
    callers = []

    def call_off_meanwhile(descriptor):
        """The cell ends between the end of the read and what becomes of the line."""
        monkeypatch.setattr(LineReader, "_read", staticmethod(read))
        caller = threading.Thread(target=desk.reader.call_off)
        caller.start()
        callers.append(caller)
        select.select([desk.reader._bell[0]], [], [], PATIENCE)
        return read(descriptor)

    monkeypatch.setattr(LineReader, "_read", staticmethod(call_off_meanwhile))
    desk.type(b"stale\n")
    desk.ask()
    wait_until(lambda: callers, PATIENCE)
    callers[0].join(PATIENCE)
    assert desk.lines.empty()
    assert desk.shown == ["? ", "\n"]
    assert desk.ask().get() == "stale"


@pytest.mark.parametrize(
    ("hidden", "typed", "next_line"),
    [(True, b"sesa", "1+1"), (True, b"sesa\x04", "1+1"), (False, b"sesa", "sesa1+1")],
)
def test_half_a_password_does_not_begin_the_next_line(hidden, typed, next_line):
    keyboard, terminal = os.openpty()
    lines = queue.SimpleQueue()
    with LineReader(terminal, lambda text: None) as reader:
        reader.begin("? ", lines.put, hidden=hidden)
        os.write(keyboard, typed)
        if typed.endswith(b"\x04"):  # Ctrl-D hands over what has been typed
            wait_until(lambda: reader._rest == b"sesa", PATIENCE)
        reader.call_off()
        os.write(keyboard, b"1+1\n")
        reader.begin("? ", lines.put)
        assert lines.get(timeout=PATIENCE) == next_line
    os.close(keyboard)
    os.close(terminal)


def test_a_password_that_comes_just_when_it_is_called_off_is_for_nobody(monkeypatch):
    keyboard, terminal = os.openpty()
    lines = queue.SimpleQueue()
    read = LineReader._read

    def read_and_call_off(descriptor):
        piece = read(descriptor)
        with reader._lock:
            reader._state = "called off"  # as call_off() does, before it waits for the thread
        return piece

    with LineReader(terminal, lambda text: None) as reader:
        reader.begin("? ", lines.put, hidden=True)
        monkeypatch.setattr(LineReader, "_read", staticmethod(read_and_call_off))
        os.write(keyboard, b"sesame\n")
        wait_until(lambda: reader._state == "called off", PATIENCE)
        reader.call_off()
        monkeypatch.setattr(LineReader, "_read", staticmethod(read))
        os.write(keyboard, b"1+1\n")
        reader.begin("? ", lines.put)
        assert lines.get(timeout=PATIENCE) == "1+1"
    os.close(keyboard)
    os.close(terminal)


def test_calling_off_says_whether_a_line_was_waited_for(desk):
    assert not desk.reader.call_off()
    desk.ask()
    assert desk.reader.call_off()
    desk.type(b"a\n")
    desk.ask().get()
    assert not desk.reader.call_off()


def test_the_time_for_a_line_grows_with_its_length_and_not_with_the_square_of_it(desk):
    """It takes some 0.1 s; half a minute if each piece makes all those before it be searched anew."""
    size = 32 << 20
    feeder = threading.Thread(target=desk.type, args=(b"x" * size + b"\n",))
    desk.ask()
    feeder.start()
    try:
        assert len(desk.lines.get(timeout=60.0)) == size
    finally:
        feeder.join(PATIENCE)


def test_a_descriptor_beyond_the_first_thousand_is_waited_for(desk):
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, limits[1]), limits[1]))
    copies = []
    try:
        while not copies or copies[-1] < 1100:
            copies.append(os.dup(desk.end))
        desk.ask()
        desk.type(b"a\n")
        assert desk.get() == "a"
    finally:
        desk.reader.call_off()
        for copy in copies:
            os.close(copy)
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
