"""What the picker shows and holds, while kernels come in and keys are pressed."""

from pathlib import Path

import pytest

from kconsole.client.found import Found
from kconsole.connect.info import ConnectionInfo
from kconsole.connect.verdict import State
from kconsole.repl.choices import Choices

ORDER = [Path(f"kernel-{each}.json") for each in "abcdef"]
LANGUAGES = {"ir": "R", "python3": "python"}


def found(name: str, state: State = "idle", kernel: str = "python3", age_s: float = 5.0) -> Found:
    connection = ConnectionInfo(kernel_name=kernel)
    return Found(Path(f"kernel-{name}.json"), state, "", age_s, connection)


def choices(*some: Found) -> Choices:
    made = Choices(ORDER, LANGUAGES)
    for one in some:
        made.add(one)
    return made


def names(made: Choices) -> str:
    return "".join(one.path.stem[-1] for one in made.shown)


def chosen(made: Choices) -> str:
    return "" if made.chosen is None else made.chosen.stem[-1]


def test_they_stand_as_in_the_list_whatever_order_they_come_in() -> None:
    made = choices(found("c"), found("a", "busy"), found("b"), found("d", "late"))
    assert names(made) == "bcad"
    assert chosen(made) == "b"


@pytest.mark.parametrize("state", ["dead", "bad", "not-ours"])
def test_what_cannot_be_attached_to_is_counted_and_left_out(state: State) -> None:
    made = choices(found("a", state), found("b"))
    assert (names(made), made.left_out, len(made)) == ("b", 1, 1)


def test_nothing_is_chosen_from_nothing() -> None:
    made = choices()
    made.move(1)
    assert made.chosen is None
    assert made.table(5, 80)[1:] == ([], 0)


def test_the_choice_moves_round_by_one_and_stops_at_the_ends_by_more() -> None:
    made = choices(*map(found, "abc"))
    seen = []
    for step in (1, 1, 1, -1, -9, 9):
        made.move(step)
        seen.append(chosen(made))
    assert "".join(seen) == "bcacac"


def test_a_choice_stays_with_its_kernel_when_others_come() -> None:
    made = choices(found("c"), found("d"))
    made.move(1)
    made.add(found("a"))
    assert (names(made), chosen(made)) == ("acd", "d")


def test_before_that_the_first_is_chosen_however_late_it_comes() -> None:
    made = choices(found("c"))
    made.add(found("a"))
    assert chosen(made) == "a"


@pytest.mark.parametrize(
    ("typed", "passes"),
    [("IDLE", "ab"), ("r ir", "bc"), ("kernel-c", "c"), ("busy  R", "c"), ("nothing", "")],
)
def test_the_words_of_the_filter_have_to_be_in_any_columns(typed: str, passes: str) -> None:
    made = choices(found("a"), found("b", kernel="ir"), found("c", "busy", kernel="ir"))
    made.filter = typed
    assert names(made) == passes
    assert chosen(made) == passes[:1]


def test_what_the_filter_leaves_stays_in_its_columns() -> None:
    made = choices(found("a", kernel="a-very-long-name"), found("b"))
    before = made.table(5, 80)[1][1]
    made.filter = "kernel-b"
    assert made.table(5, 80)[1] == [before]


def test_as_much_is_shown_as_there_is_room_for_with_the_chosen_one() -> None:
    made = choices(*map(found, "abcdef"))
    shown = []
    for _ in range(6):
        head, lines, place = made.table(3, 80)
        assert head.startswith("STATE")
        shown.append("".join(line[-6] for line in lines) + str(place))
        made.move(1)
    assert shown == ["abc0", "abc1", "bcd1", "cde1", "def1", "def2"]


def test_looking_again_keeps_the_filter_and_the_choice() -> None:
    made = choices(*map(found, "abc"))
    made.filter = "kernel"
    made.move(1)
    made.begin([Path("kernel-c.json"), Path("kernel-b.json")])
    assert made.chosen is None
    for one in "cb":
        made.add(found(one))
    assert (names(made), chosen(made)) == ("cb", "b")
