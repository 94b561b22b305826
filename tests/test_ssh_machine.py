"""The state machine of a link: rules that hold whatever happens, and the pauses in numbers."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kconsole.connect.ssh.machine import ATTEMPT_S, PING_S, SLOW_S, Action, LinkMachine
from kconsole.connect.ssh.trouble import Trouble

NO_PERSON = [Trouble("", "gone"), Trouble("lost", "lost"), Trouble("unreachable", "no route")]
PERSON = [Trouble("denied", "Permission denied (publickey)"), Trouble("host_key", "changed")]
PAUSES = [0.0, 0.01, 0.2, 0.3, 0.9, 1.9, 2.1, 3.1, 5.9, 30.0, 36.1, 46.0, 70.0]
#: What a pause is at least, from one attempt's end to the next start by itself: 0.25 s less 20 %.
LEAST_S = 0.2


class Link(RuleBasedStateMachine):
    """An ssh that starts, answers and dies as it likes, and a user who now and then does something."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 100.0
        self.random = 0.5
        self.machine = LinkMachine(lambda: self.random, self.now)
        self.alive = False
        self.killed = False
        self.pinged = False
        self.wished = False  # by a person, since the last start
        self.asked_for = False  # a login, just now
        self.died_at: float | None = None
        self.closed = False
        self.needs_person = False

    def do(self, actions: list[Action]) -> None:
        for action in actions:
            if action in {"ask", "start"}:
                self.started(action)
            elif action == "kill":
                assert self.alive
                assert not self.killed
                self.killed = True
            else:
                assert self.alive
                assert not self.pinged
                self.pinged = True

    def started(self, action: Action) -> None:
        assert not self.alive, "two at once"
        assert not self.closed
        assert action == "start" or self.asked_for, "asks though nobody wished"
        assert self.asked_for or not self.needs_person, "tries though only a person can help"
        if self.died_at is not None and not self.wished and not self.asked_for:
            assert self.now - self.died_at >= LEAST_S
        self.alive = True
        self.killed = self.pinged = self.wished = False

    @initialize(asking=st.booleans())
    def opens(self, asking: bool) -> None:
        self.asked_for = True
        self.do(self.machine.open(self.now, asking=asking))
        self.asked_for = False
        assert self.alive

    # --- what happens

    @rule(pause=st.sampled_from(PAUSES))
    def time_passes(self, pause: float) -> None:
        end = self.now + pause
        while (deadline := self.machine.deadline()) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            before = (self.machine.status, self.alive, self.pinged, self.killed)
            self.do(self.machine.tick(self.now))
            assert (self.machine.status, self.alive, self.pinged, self.killed) != before, "spins"
        self.now = end

    @precondition(lambda self: self.alive)
    @rule()
    def answers(self) -> None:
        was = self.machine.status.state
        self.do(self.machine.opened(self.now))
        if was == "connecting" and not self.killed:
            assert self.machine.status.state == "up"
            self.needs_person = False

    @precondition(lambda self: self.alive and self.pinged)
    @rule()
    def pong(self) -> None:
        self.pinged = False
        self.do(self.machine.pong(self.now))
        if not self.killed:
            assert self.machine.status.state == "up"

    @precondition(lambda self: self.alive and self.pinged)
    @rule()
    def ping_was_not_sent(self) -> None:
        self.pinged = False
        self.machine.unsent(self.now)

    @rule(ago=st.sampled_from([0.0, 1.0, 50.0]))
    def something_is_heard(self, ago: float) -> None:
        was = self.machine.status.state
        self.machine.heard(self.now - ago)
        if ago == 0.0 and not self.killed and was in {"slow", "up"}:
            assert self.machine.status.state == "up"

    @precondition(lambda self: self.alive)
    @rule(trouble=st.sampled_from(NO_PERSON + PERSON), random=st.floats(0, 1))
    def dies(self, trouble: Trouble, random: float) -> None:
        self.random = random
        was = self.machine.status.state
        first = was == "connecting" and not self.ever_up
        self.do(self.machine.died(self.now, trouble))
        self.alive = self.killed = self.pinged = False
        self.died_at = self.now
        state = self.machine.status.state
        if self.closed:
            assert state == "closed"
        elif first:
            assert state == "failed"
        else:
            self.needs_person |= was == "connecting" and trouble in PERSON
            assert state == ("login" if self.needs_person else "down")
        if not self.closed:
            assert self.machine.status.detail == trouble.line

    ever_up = False

    @precondition(lambda self: self.alive)
    @rule()
    def is_of_no_use(self) -> None:
        self.do(self.machine.broken(self.now))
        assert self.killed

    @rule()
    def computer_slept(self) -> None:
        self.wished = True
        self.do(self.machine.woke(self.now))

    # --- what is wished

    @rule()
    def retries(self) -> None:
        was = self.machine.status.state
        self.wished = True
        self.do(self.machine.retry(self.now))
        assert self.alive or was != "down"

    @rule()
    def logs_in(self) -> None:
        was = self.machine.status.state
        self.asked_for = True
        self.do(self.machine.login(self.now))
        self.asked_for = False
        assert self.alive or was != "login"

    @rule()
    def closes(self) -> None:
        self.closed = True
        self.do(self.machine.close(self.now))
        assert self.killed or not self.alive

    # --- what holds

    @invariant()
    def what_is_told_fits(self) -> None:
        status = self.machine.status
        self.ever_up |= status.state == "up"
        assert not self.closed or status.state == "closed", "closed is final"
        assert (status.retry_at is not None) == (status.state == "down")
        if status.retry_at is not None:
            assert status.retry_at >= status.since + LEAST_S
            assert status.retry_at <= status.since + 30 * 1.2
        if status.state in {"up", "slow", "connecting"}:
            assert self.alive
        if status.state in {"login", "failed", "down"}:
            assert not self.alive
        assert status.round_trip is None or status.round_trip >= 0

    @invariant()
    def it_never_waits_for_ever_without_a_reason(self) -> None:
        waits_for_ssh = self.killed or self.machine.status.state in {"closed", "failed", "login"}
        asks = self.machine.opening
        slow = self.machine.status.state == "slow"
        assert waits_for_ssh or asks or slow or self.machine.deadline() is not None


TestLink = Link.TestCase
TestLink.settings = settings(max_examples=60, stateful_step_count=40)


def up(now: float = 0.0) -> LinkMachine:
    machine = LinkMachine(lambda: 0.5, now)
    assert machine.open(now, asking=False) == ["start"]
    assert machine.opened(now) == ["ping"]
    assert machine.pong(now + 0.1) == []
    return machine


def lose(machine: LinkMachine, now: float) -> float:
    """Have the link lost; give the pause until the next attempt."""
    machine.died(now, Trouble("lost", "gone"))
    assert machine.status.retry_at is not None
    return machine.status.retry_at - now


def test_pauses_double_up_to_five_seconds_in_the_first_minute_and_thirty_after_it() -> None:
    machine = up()
    now, pauses = 100.0, []
    for _ in range(20):
        pauses.append(lose(machine, now))
        now += pauses[-1]
        assert machine.tick(now) == ["start"]
    assert pauses[:6] == pytest.approx([0.25, 0.5, 1, 2, 4, 5])
    assert max(pauses[:15]) == pytest.approx(5)
    assert pauses[-2:] == pytest.approx([30, 30])


def test_a_person_who_waits_has_the_pauses_begin_again() -> None:
    machine = up()
    now = 100.0
    for _ in range(8):
        now += lose(machine, now)
        machine.tick(now)
    lose(machine, now)
    assert machine.retry(now) == ["start"]
    assert lose(machine, now) == pytest.approx(0.25)


def test_one_that_is_lost_at_once_each_time_is_not_made_in_a_hurry() -> None:
    machine = up()
    now, pauses = 100.0, []
    for _ in range(4):
        pauses.append(lose(machine, now))
        now += pauses[-1]
        machine.tick(now)
        machine.opened(now)
    assert pauses == pytest.approx([0.25, 0.5, 1, 2])
    assert lose(machine, now + 1.0) == pytest.approx(0.25)


def test_silence_is_told_and_ends_nothing() -> None:
    machine = up(now=0.0)
    assert machine.status.round_trip == pytest.approx(0.1)
    assert machine.deadline() == pytest.approx(0.1 + PING_S)
    assert machine.tick(0.1 + PING_S) == ["ping"]
    assert machine.tick(0.1 + PING_S + SLOW_S - 0.01) == []
    assert machine.status.state == "up"
    assert machine.tick(0.1 + PING_S + SLOW_S) == []
    assert (machine.status.state, machine.status.detail) == ("slow", "no answer for 3 s")
    assert machine.deadline() is None
    machine.pong(60.0)
    assert machine.status.state == "up"


def test_a_link_is_lost_from_when_it_fell_silent_however_often_it_is_tried() -> None:
    machine = up(now=0.0)
    machine.tick(2.1)
    machine.heard(3.0)
    assert machine.status.silent_for(4.0) == 0
    machine.tick(6.0)
    assert machine.status.state == "slow"
    assert machine.status.silent_for(6.0) == pytest.approx(3.0)
    lose(machine, 20.0)
    assert machine.status.silent_for(20.0) == pytest.approx(17.0)
    assert machine.retry(21.0) == ["start"]
    lose(machine, 22.0)
    assert machine.status.silent_for(23.0) == pytest.approx(20.0)
    machine.retry(24.0)
    machine.opened(25.0)
    assert machine.status.silent_for(26.0) == 0
    lose(machine, 26.0)
    assert machine.status.silent_for(27.0) == pytest.approx(1.0)


def test_a_link_that_could_not_be_pinged_is_lost_from_its_last_sign_of_life() -> None:
    machine = up(now=0.0)
    for now in (2.1, 4.1, 6.1, 8.1):
        assert machine.tick(now) == ["ping"]
        machine.unsent(now)
    machine.heard(3.0)
    assert machine.status.state == "up"
    lose(machine, 10.0)
    assert machine.status.silent_for(10.0) == pytest.approx(7.0)


def test_what_comes_through_a_forward_is_a_sign_of_life() -> None:
    machine = up(now=0.0)
    machine.tick(2.1)
    machine.heard(5.0)
    machine.tick(5.1)
    assert machine.status.state == "up"
    machine.tick(8.0)
    assert machine.status.state == "slow"
    machine.heard(5.0)
    assert machine.status.state == "slow", "that was told before"
    machine.heard(9.0)
    assert machine.status.state == "up"


def test_an_attempt_that_asks_nothing_comes_to_an_end() -> None:
    machine = LinkMachine(lambda: 0.5, 0.0)
    machine.open(0.0, asking=False)
    assert machine.deadline() == ATTEMPT_S
    assert machine.tick(ATTEMPT_S) == ["kill"]
    machine.died(ATTEMPT_S, Trouble("", "no answer"))
    assert machine.status.state == "failed"


def test_somebody_who_is_asked_has_all_the_time_of_the_world() -> None:
    machine = LinkMachine(lambda: 0.5, 0.0)
    assert machine.open(0.0, asking=True) == ["ask"]
    assert machine.deadline() is None
    assert machine.tick(10_000.0) == []


def test_a_denial_of_a_link_that_was_up_waits_for_a_person() -> None:
    machine = up()
    machine.tick(100.0 + lose(machine, 100.0))
    machine.died(101.0, PERSON[0])
    assert machine.status.state == "login"
    assert machine.deadline() is None
    assert machine.retry(102.0) == []
    assert machine.woke(103.0) == []
    assert machine.login(104.0) == ["ask"]
    machine.died(105.0, Trouble("unreachable", "no route"))
    assert machine.status.state == "login"
    assert machine.login(106.0) == ["ask"]
    machine.opened(107.0)
    assert lose(machine, 120.0) == pytest.approx(0.25)


def test_old_words_about_a_denial_do_not_count_once_the_link_was_up() -> None:
    machine = up()
    machine.died(100.0, PERSON[0])
    assert machine.status.state == "down"


def test_after_sleep_it_tries_at_once_and_takes_no_silence_for_a_sign() -> None:
    machine = up(now=0.0)
    machine.tick(2.1)
    assert machine.woke(5.0) == []
    machine.tick(7.9)
    assert machine.status.state == "up"
    lose(machine, 8.0)
    assert machine.woke(8.0) == ["start"]
