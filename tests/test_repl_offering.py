"""The menu that comes while one is typing, and what is left of it when the word goes on."""

from prompt_toolkit.completion import Completion
from prompt_toolkit.document import Document

from kconsole.repl.offering import narrowed


def after(before: str, now: str, *texts: str, start: int = -2) -> list[str]:
    """The inputs that a menu for one text offers for another."""
    found = [Completion(text, start) for text in texts]
    left = narrowed(found, Document(before), Document(now))
    return [now[: len(now) + each.start_position] + each.text for each in left]


def test_what_goes_on_so_is_left() -> None:
    assert after("x.al", "x.alp", "alpha", "alps", "alien") == ["x.alpha", "x.alps"]


def test_what_is_there_already_is_not_offered() -> None:
    assert after("al", "alp", "alp", "alpha") == ["alpha"]


def test_nothing_is_left_of_another_word_or_text() -> None:
    assert after("al", "al.", "al.x") == []
    assert after("al", "al(", "al()") == []
    assert after("al", "be", "alpha") == []
    assert after("al", "al", "alpha") == []
    found = [Completion("alpha", -2)]
    assert narrowed(found, Document("al)", 2), Document("alp))", 3)) == []


def test_matches_that_replace_their_beginning_are_left_to_the_kernel() -> None:
    assert after("x.al", "x.alp", "Alpha") == []
