"""The menu that comes while one is typing, and what is left of it when the word goes on."""

from prompt_toolkit.document import Document

from kconsole.repl.completion.completer import Offers
from kconsole.repl.completion.offering import narrowed


def after(before: str, now: str, *texts: str, start: int = -2) -> list[str]:
    """The inputs that a menu for one text offers for another."""
    found = Offers(texts, start, texts)
    left = narrowed(found, Document(before), Document(now))
    each = [] if left is None else map(left.__getitem__, range(len(left)))
    return [now[: len(now) + one.start_position] + one.text for one in each]


def test_what_goes_on_so_is_left() -> None:
    assert after("x.al", "x.alp", "alpha", "alps", "alien") == ["x.alpha", "x.alps"]


def test_what_is_there_already_is_not_offered() -> None:
    assert after("al", "alp", "alp", "alpha") == ["alpha"]


def test_nothing_is_left_of_another_word_or_text() -> None:
    assert after("al", "al.", "al.x") == []
    assert after("al", "al(", "al()") == []
    assert after("al", "be", "alpha") == []
    assert after("al", "al", "alpha") == []
    found = Offers(["alpha"], -2, ["alpha"])
    assert narrowed(found, Document("al)", 2), Document("alp))", 3)) is None


def test_what_is_left_looks_as_before() -> None:
    found = Offers(["alpha", "alien", "alps"], -2, ["Alpha", "Alien", "Alps"], ["a", "b", "c"])
    left = narrowed(found, Document("al"), Document("alp"))
    assert left is not None
    assert [left[index].display_text for index in range(len(left))] == ["Alpha", "Alps"]
    assert [left[index].display_meta_text for index in range(len(left))] == ["a", "c"]
    assert left.columns == (5, 1)


def test_matches_that_replace_their_beginning_are_left_to_the_kernel() -> None:
    assert after("x.al", "x.alp", "Alpha") == []
