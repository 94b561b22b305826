"""The heartbeat's arithmetic."""

from kconsole.protocol.liveness import Heartbeat


def beating() -> Heartbeat:
    """A heartbeat whose first ping, at 10.0, was answered at 10.1."""
    heartbeat = Heartbeat(period_s=2.0, late_after_s=3.0)
    heartbeat.ping(10.0)
    heartbeat.pong(10.1)
    return heartbeat


def test_the_first_ping_is_due_at_once() -> None:
    heartbeat = Heartbeat(2.0, 3.0)
    assert (heartbeat.state, heartbeat.rtt, heartbeat.last_pong) == ("unknown", None, None)
    assert heartbeat.deadline() == 0.0
    assert heartbeat.poll(10.0)
    assert heartbeat.state == "unknown"


def test_an_echo_gives_the_round_trip_time() -> None:
    heartbeat = beating()
    assert heartbeat.state == "ok"
    assert heartbeat.rtt is not None
    assert abs(heartbeat.rtt - 0.1) < 1e-9
    assert heartbeat.last_pong == 10.1
    assert not heartbeat.waiting


def test_the_next_ping_is_due_after_a_period() -> None:
    heartbeat = beating()
    assert heartbeat.deadline() == 12.0
    assert not heartbeat.poll(11.9)
    assert heartbeat.poll(12.0)
    assert heartbeat.state == "ok"


def test_silence_is_late_and_asks_for_a_new_ping() -> None:
    heartbeat = beating()
    heartbeat.ping(12.0)
    assert not heartbeat.poll(14.9)
    assert heartbeat.state == "ok"
    assert heartbeat.poll(15.0)
    assert (heartbeat.state, heartbeat.waiting) == ("late", True)
    assert heartbeat.late_by(16.0) == 4.0


def test_unanswered_pings_become_rarer_up_to_a_bound() -> None:
    heartbeat = beating()
    pauses, now = [], 12.0
    for _ in range(6):
        heartbeat.ping(now)
        deadline = heartbeat.deadline()
        assert deadline is not None
        pauses.append(deadline - now)
        now = deadline
        assert heartbeat.poll(now)
    assert pauses == [3.0, 6.0, 12.0, 24.0, 24.0, 24.0]


def test_an_echo_ends_the_lateness_and_the_patience() -> None:
    heartbeat = beating()
    heartbeat.ping(12.0)
    heartbeat.poll(15.0)
    heartbeat.ping(15.0)
    heartbeat.pong(15.5)
    assert (heartbeat.state, heartbeat.late_by(99.0)) == ("ok", 0.0)
    heartbeat.ping(17.0)
    assert heartbeat.deadline() == 20.0


def test_a_late_echo_is_no_round_trip_and_another_is_measured_at_once() -> None:
    heartbeat = beating()
    heartbeat.ping(12.0)
    heartbeat.poll(15.0)
    heartbeat.ping(15.0)
    heartbeat.pong(19.9)
    assert (heartbeat.state, heartbeat.rtt, heartbeat.last_pong) == ("ok", None, 19.9)
    assert heartbeat.poll(19.9)
    heartbeat.ping(19.9)
    heartbeat.pong(20.0)
    assert heartbeat.rtt is not None
    assert abs(heartbeat.rtt - 0.1) < 1e-9
    assert heartbeat.deadline() == 19.9 + heartbeat.period_s


def test_an_echo_nobody_waits_for_is_ignored() -> None:
    heartbeat = Heartbeat(2.0, 3.0)
    heartbeat.pong(1.0)
    assert heartbeat.state == "unknown"
    heartbeat = beating()
    heartbeat.pong(50.0)
    assert heartbeat.last_pong == 10.1


def test_nothing_is_due_while_paused() -> None:
    heartbeat = beating()
    heartbeat.ping(12.0)
    heartbeat.pause()
    assert heartbeat.paused
    assert heartbeat.deadline() is None
    assert not heartbeat.poll(1000.0)
    assert heartbeat.state == "ok"


def test_a_gap_counts_for_nothing_after_a_resume() -> None:
    heartbeat = beating()
    heartbeat.ping(12.0)
    heartbeat.poll(15.0)
    heartbeat.pause()
    heartbeat.resume()
    assert (heartbeat.state, heartbeat.waiting, heartbeat.paused) == ("unknown", False, False)
    assert heartbeat.deadline() == 0.0
    assert heartbeat.poll(1000.0)
    assert heartbeat.state == "unknown"
    assert heartbeat.last_pong == 10.1
