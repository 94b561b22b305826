"""Threads side by side: the main thread says what they post, and hands on its signals."""

import os
import signal
import sys
import threading

import pytest
from clients import PATIENCE
from leaks import wait_until

from kconsole.client.leash import Leash
from kconsole.script.crew import Crew


class Log:
    """A crew whose calls write down what happens."""

    def __init__(self):
        self.said = []
        self.crew = Crew(lambda: self.said.append("hurry"), lambda: self.said.append("^C"))

    def say(self, text):
        assert threading.current_thread() is not threading.main_thread()
        self.crew.post(lambda: self._write(text))

    def _write(self, text):
        assert threading.current_thread() is threading.main_thread()
        self.said.append(text)


def waiting(leash):
    """A job that waits until its leash is pulled."""
    pulled = threading.Event()
    leash.wakes(pulled.set)
    leash.check()
    assert pulled.wait(PATIENCE)
    leash.check()


def ctrl_c():
    os.kill(os.getpid(), signal.SIGINT)


def test_all_that_is_posted_is_said_in_the_order_of_each():
    log = Log()

    def job(name, _leash):
        for number in range(200):  # more than may wait
            log.say((name, number))
        return name

    results = log.crew.run([lambda leash, name=name: job(name, leash) for name in "ab"])
    assert results == ["a", "b"]
    for name in "ab":
        assert [each for each in log.said if each[0] == name] == [(name, n) for n in range(200)]


def test_what_a_job_raises_is_its_result_and_the_others_go_on():
    log = Log()
    failed = threading.Event()

    def fails(_leash):
        failed.set()
        raise ValueError("x")

    def other(_leash):
        assert failed.wait(PATIENCE)
        log.say("goes on")
        return 3

    error, three = log.crew.run([fails, other])
    assert (str(error), three, log.said) == ("x", 3, ["goes on"])


def test_ctrl_c_pulls_all_leashes_and_breaks_nothing_off():
    log = Log()

    def ends(leash):
        try:
            waiting(leash)
        except KeyboardInterrupt:
            log.say("ended")
            return 130

    def begins(leash):
        log.crew.post(ctrl_c)
        return ends(leash)

    assert log.crew.run([begins, ends]) == [130, 130]
    assert sorted(log.said) == ["^C", "ended", "ended"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_ctrl_c_ends_a_call_that_never_returns():
    log = Log()
    stuck = threading.Event()

    def never():
        ctrl_c()
        ctrl_c()
        stuck.wait(PATIENCE)

    def job(leash):
        log.crew.post(never)
        waiting(leash)

    with pytest.raises(KeyboardInterrupt):
        log.crew.run([job, waiting])
    assert log.said == ["hurry", "^C"]


def test_an_end_pulls_all_leashes_and_what_is_posted_is_still_said():
    log = Log()

    def told_to_end():
        raise SystemExit(143)

    def job(leash):
        try:
            waiting(leash)
        except SystemExit as end:
            log.say(end.code)
            raise

    def begins(leash):
        log.crew.post(told_to_end)
        job(leash)

    with pytest.raises(SystemExit):
        log.crew.run([begins, job])
    assert log.said == ["hurry", 143, 143]


def test_where_nobody_reads_any_more_nothing_is_said():
    log = Log()

    def gone():
        raise BrokenPipeError

    def job(leash):
        log.crew.post(gone)
        for _ in range(200):  # more than may wait
            log.say("lost")
        waiting(leash)

    with pytest.raises(BrokenPipeError):
        log.crew.run([job])
    assert log.said == ["hurry"]


def test_a_leash_that_was_pulled_before_anybody_looked_is_not_forgotten():
    leash = Leash()
    leash.pull(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        leash.check()
    leash.check()


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="needs signals for one thread")
def test_an_end_that_comes_along_with_the_end_of_a_job_is_no_reason_to_wait_for_it():
    def leave(*_):
        raise SystemExit(143)

    main = threading.main_thread().ident

    def job(_leash):
        # Another thread gets the signal: the main one, which waits, hears of it behind the job's end.
        wait_until(lambda: sys._current_frames()[main].f_code is Crew._do_next.__code__, PATIENCE)
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        with pytest.raises(SystemExit):
            Log().crew.run([job])
    finally:
        signal.signal(signal.SIGTERM, before)
