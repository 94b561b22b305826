"""The words for a link to another computer: each in one safe line."""

import time

import pytest

from kconsole.client.linknews import LinkEvent
from kconsole.connect.ssh.status import LinkStatus
from kconsole.render.linkwords import (
    back_note,
    duration,
    event_note,
    history_note,
    interrupted_note,
    lost_note,
    not_connected,
    outcome_note,
)

NOON = time.mktime((2026, 7, 1, 12, 0, 3, 0, 0, -1))
NOW = 1000.0


def test_a_gap_is_told_with_its_times() -> None:
    assert lost_note("gpu01", NOON, "") == "link to gpu01 lost at 12:00:03; it is tried again"
    assert "12:00:03 (reset); " in lost_note("gpu01", NOON, "reset")
    back = "link to gpu01 is back (12:00:04, 1.0 s)"
    assert back_note("gpu01", NOON, NOON + 1, missing=False) == back
    missing = f"{back}; what was printed meanwhile may be missing"
    assert back_note("gpu01", NOON, NOON + 1, missing=True) == missing


def test_events_are_told_the_same_way() -> None:
    lost = LinkEvent("lost", "gpu01", NOON, detail="reset")
    assert event_note(lost) == lost_note("gpu01", NOON, "reset")
    back = LinkEvent("back", "gpu01", NOON + 1, NOON)
    assert event_note(back) == back_note("gpu01", NOON, NOON + 1, missing=True)
    login = LinkEvent("login", "gpu01", NOON, detail="Permission denied")
    said = "the link to gpu01 cannot be made again without a login (Permission denied)"
    assert event_note(login) == said
    assert event_note(login, "type this") == f"{said}; type this"


@pytest.mark.parametrize(
    ("status", "obstacle", "why"),
    [
        (LinkStatus("down", "reset", retry_at=NOW + 4), "link down", "link down, retry in 4 s"),
        (LinkStatus("down", "reset"), "link down", "link down"),
        (LinkStatus("login"), "login needed", r"login needed: \reconnect"),
        (LinkStatus("up"), "the kernel has not answered yet", "the kernel has not answered yet"),
    ],
)
def test_what_is_in_the_way_is_told(status: LinkStatus, obstacle: str, why: str) -> None:
    assert not_connected("gpu01", status, obstacle, NOW) == f"not connected to gpu01: {why}"


def test_an_interrupt_over_a_link_in_trouble_is_not_said_to_have_come() -> None:
    assert interrupted_note("gpu01", LinkStatus("up"), NOW) == "interrupted"
    down = LinkStatus("down", "reset", retry_at=NOW + 4)
    assert interrupted_note("gpu01", down, NOW) == (
        "interrupted, if it gets there (gpu01: link down, retry in 4 s)"
    )


def test_an_outcome_is_only_told_as_far_as_it_is_known() -> None:
    assert outcome_note("In[3]", begun=True) == (
        "In[3] finished while the link was down: its outcome is unknown"
    )
    assert "finished (or never began) while" in outcome_note("In[3]", begun=False)
    assert history_note("In[3]", ran=True).endswith("it ran")
    assert history_note("In[3]", ran=False).endswith("it did not run")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0.0 s"), (0.44, "0.4 s"), (12.6, "13 s"), (61, "1 min 1 s"), (7325, "2 h 2 min")],
)
def test_times_are_as_exact_as_they_matter(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_nothing_that_the_other_side_says_is_obeyed_by_a_terminal() -> None:
    assert "\x1b" not in lost_note("gpu\x1b[2J01", NOON, "a\x1b]0;b\x07")
