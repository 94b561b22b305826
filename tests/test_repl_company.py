"""Who is said to speak above the prompt, where no kernel is needed to see it."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from kconsole.protocol.dates import parse_date
from kconsole.protocol.events import (
    ClearOutput,
    ErrorOutput,
    Event,
    ExecuteInput,
    InputRequest,
    Parent,
    Stream,
)
from kconsole.repl.kernel.company import Company
from kconsole.repl.options import ConsoleOptions

OWN, ADA, BOB = "own-session", "ada-session", "bob-session"


class Desk:
    """What the company needs of the console, and what was said."""

    def __init__(self, *, others: bool = True) -> None:
        self.options = ConsoleOptions(others=others)
        self.kernel = SimpleNamespace(client=SimpleNamespace(session=SimpleNamespace(session=OWN)))
        self.state = SimpleNamespace(cells=SimpleNamespace(running=None), next_number=4)
        self.filing = SimpleNamespace(began=lambda *_: None, ended=lambda *_: None)
        self.said: list[str] = []
        self.speaker = ""
        self.scribe = self

    def label(self, text: str, speaker: str) -> None:
        self.said.append(text)
        self.speaker = speaker

    def foreign_input(self, event: ExecuteInput) -> None:
        self.said.append(f"[{event.code}]")
        self.speaker = event.parent.session

    def note(self, text: str) -> None:
        self.said.append(text)

    def end_output(self, msg_id: str) -> None:
        self.said.append(f"end of {msg_id}")


def company(**options: Any) -> tuple[Desk, Company]:
    desk = Desk(**options)
    return desk, Company(desk)  # type: ignore[arg-type]


def admits(one: Company, event: Event) -> bool:
    return one.admits(event, {"parent_header": {}})  # type: ignore[typeddict-item]


def stream(session: str, msg_id: str = "1") -> Stream:
    return Stream("stdout", "x\n", Parent(msg_id, session, session[:3]))


def test_a_client_is_named_once_for_all_that_it_says() -> None:
    desk, one = company()
    one.begins(ExecuteInput("a", 7, Parent("1", ADA, "ada")))
    assert admits(one, stream(ADA))
    assert admits(one, stream(ADA))
    assert desk.said == ["[a]"]


def test_who_has_been_interrupted_is_named_again() -> None:
    desk, one = company()
    one.begins(ExecuteInput("a", 7, Parent("1", ADA, "ada")))
    one.begins(ExecuteInput("b", None, Parent("2", BOB, "bob")))
    admits(one, stream(ADA))
    admits(one, stream(BOB, "2"))
    assert desk.said == ["[a]", "[b]", "ada@adas In [7]:", "bob@bobs In [ ]:"]


def test_a_cell_that_began_unheard_is_told_of_once() -> None:
    desk, one = company()
    for session in (ADA, BOB, ADA):
        admits(one, stream(session, session))
    assert desk.said == [
        "running now: a cell of ada@adas",
        "running now: a cell of bob@bobs",
        "ada@adas",
    ]


def test_our_own_late_output_is_told_from_theirs() -> None:
    desk, one = company()
    one.begins(ExecuteInput("a", 7, Parent("1", ADA, "ada")))
    admits(one, stream(OWN, "2"))
    desk.state.cells.running = SimpleNamespace(
        cell=SimpleNamespace(msg_id="3", execution_count=None)
    )
    admits(one, stream(ADA))
    admits(one, stream(OWN, "3"))
    assert desk.said == ["[a]", "here:", "ada@adas In [7]:", "here In [4]:"]


def test_what_shows_nothing_needs_no_name() -> None:
    desk, one = company()
    assert admits(one, ClearOutput(wait=True, parent=Parent("1", ADA)))
    assert desk.said == []


def test_what_a_kernel_prints_at_every_start_is_left_out() -> None:
    _, one = company()
    text = "0.00s - to python to disable frozen modules.\n"
    assert not admits(one, Stream("stderr", text))
    assert admits(one, Stream("stderr", f"{text}Aborted\n"))
    assert admits(one, Stream("stderr", text, Parent("1", OWN)))


def test_an_error_needs_one() -> None:
    desk, one = company()
    assert admits(one, ErrorOutput("E", "v", (), Parent("1", ADA, "ada")))
    assert desk.said == ["running now: a cell of ada@adas"]


def test_nothing_of_them_is_let_in_if_they_are_not_wanted() -> None:
    desk, one = company(others=False)
    one.begins(ExecuteInput("a", 7, Parent("1", ADA, "ada")))
    assert not admits(one, stream(ADA))
    one.asks(InputRequest("?", False, Parent("1", ADA, "ada")))
    assert admits(one, stream(OWN))
    assert admits(one, stream(""))
    assert desk.said == []


def test_their_cells_are_known_also_if_they_were_hidden_when_they_began() -> None:
    desk, one = company(others=False)
    one.begins(ExecuteInput("a", 7, Parent("1", ADA, "ada")))
    desk.options = ConsoleOptions(others=True)
    admits(one, stream(ADA))
    assert desk.said == ["ada@adas In [7]:"]


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (True, "In [7] of ada@adas asks for input; answer it there"),
        (False, "ada@adas asks for input; answer it there"),
    ],
)
def test_their_questions_are_announced(known: bool, said: str) -> None:
    desk, one = company()
    if known:
        one.begins(ExecuteInput("a", 7, Parent("1", ADA, "ada")))
    one.asks(InputRequest("?", False, Parent("1", ADA, "ada")))
    one.asks(InputRequest("?", False, Parent("1", OWN)))
    assert desk.said[-1] == said


def test_the_end_of_ours_is_not_ours_to_tell_here() -> None:
    desk, one = company()
    one.ends(Parent("1", OWN))
    one.ends_late(Parent("2", ADA))
    assert desk.said == []
    one.ends(Parent("1", ADA))
    one.ends_late(Parent("2", OWN))
    assert desk.said == ["end of 1", "end of 2"]


def test_what_is_known_of_cells_is_bounded() -> None:
    _, one = company()
    for number in range(1000):
        one.begins(ExecuteInput("a", number, Parent(str(number), ADA)))
    assert len(one._prompts) == 256
    assert "999" in one._prompts


@pytest.mark.parametrize("date", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_date_without_local_time_is_left_out(date: str) -> None:
    desk, one = company()
    header = {"parent_header": {"date": parse_date(date)}}
    assert one.admits(stream(ADA), header)  # type: ignore[arg-type]
    assert desk.said == ["running now: a cell of ada@adas"]


def test_a_cell_that_began_unheard_has_its_time() -> None:
    desk, one = company()
    header = {"parent_header": {"date": datetime(2026, 1, 2, 3, 4, 5).astimezone()}}
    assert one.admits(stream(ADA), header)  # type: ignore[arg-type]
    assert desk.said == ["running now: a cell of ada@adas, since 03:04:05"]
