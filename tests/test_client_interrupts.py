"""Signals that are held back for a moment, and Ctrl-C where nobody is ready for it."""

import signal
import threading

import pytest

from kconsole.client.interrupts import CtrlC, held_signals


class Ended(SystemExit):
    """What SIGTERM's handler raises."""


def end(_number, _frame):
    raise Ended


@pytest.fixture
def handlers():
    """SIGTERM raises, as in the program; what was there before is put back."""
    before = signal.signal(signal.SIGTERM, end)
    yield
    signal.signal(signal.SIGTERM, before)


def is_as_before():
    return (
        signal.getsignal(signal.SIGINT) is signal.default_int_handler
        and signal.getsignal(signal.SIGTERM) is end
    )


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


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
def test_of_two_signals_none_is_lost_and_the_one_to_end_counts(handlers, first):
    second = {signal.SIGINT: signal.SIGTERM, signal.SIGTERM: signal.SIGINT}[first]
    with pytest.raises(Ended):
        with held_signals():
            signal.raise_signal(first)
            signal.raise_signal(second)
    assert is_as_before()


def test_a_signal_to_end_is_not_lost_with_an_error(handlers):
    with pytest.raises(Ended) as caught:
        with held_signals():
            signal.raise_signal(signal.SIGTERM)
            raise BrokenPipeError
    assert isinstance(caught.value.__context__, BrokenPipeError)
    assert is_as_before()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("came_before", [True, False])
@pytest.mark.parametrize("place", range(4))
def test_a_signal_while_handlers_are_exchanged_loses_none(
    handlers, monkeypatch, number, came_before, place
):
    """Whichever comes then, and behind whichever exchange of a handler: SIGTERM still ends us."""
    exchange = signal.signal
    calls = []

    def interrupted(which, handler):
        result = exchange(which, handler)
        calls.append(which)
        if len(calls) == place + 1:
            signal.raise_signal(number)
        return result

    with pytest.raises((KeyboardInterrupt, Ended)) as caught:
        monkeypatch.setattr(signal, "signal", interrupted)
        with held_signals():
            if came_before:
                signal.raise_signal(signal.SIGTERM)
    monkeypatch.undo()
    entered = place > 0 or number == signal.SIGTERM
    if number == signal.SIGTERM or (came_before and entered):
        assert isinstance(caught.value, Ended)
    with pytest.raises(Ended):
        signal.raise_signal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_in_another_thread_nothing_is_held():
    done = []

    def work():
        with held_signals():
            done.append("work")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == ["work"]


# --- Ctrl-C where nobody is ready for it


def test_ctrl_c_counts_where_it_is_said_to():
    with CtrlC() as ctrl_c:
        signal.raise_signal(signal.SIGINT)
        ctrl_c.counts = True
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_in_another_thread_ctrl_c_is_left_as_it_is():
    seen = []

    def work():
        with CtrlC():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]


def test_ctrl_c_that_is_ignored_stays_so():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with CtrlC() as ctrl_c:
            ctrl_c.counts = True
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
