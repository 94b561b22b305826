"""A kernel's matches as prompt_toolkit's completions."""

import time
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.completion import Completion
from prompt_toolkit.completion.base import get_common_complete_suffix
from prompt_toolkit.document import Document

from kconsole.protocol.replies import CompleteReply
from kconsole.repl.completion.completer import Offer, Offers, offers


class Match(NamedTuple):
    """A match of the kernel; type and signature may be unknown."""

    text: str
    start: int
    end: int
    type: str = ""
    signature: str = ""


def offered(text: str, *matches: Match, cursor: int | None = None) -> Offers:
    """What is offered for a text when the kernel answers with these matches."""
    texts, starts, ends, types, signatures = zip(*matches, strict=True)
    reply = CompleteReply(texts, list(zip(starts, ends, strict=True)), types, signatures)
    return offers(reply, text, len(text) if cursor is None else cursor)


def completions(text: str, *matches: Match, cursor: int | None = None) -> list[Offer]:
    """The same, each by itself."""
    found = offered(text, *matches, cursor=cursor)
    return [found[index] for index in range(len(found))]


def applied(text: str, match: Match, cursor: int | None = None) -> str:
    """The text after the match has been chosen."""
    cursor = len(text) if cursor is None else cursor
    (one,) = completions(text, match, cursor=cursor)
    return text[: cursor + one.start_position] + one.text + text[cursor:]


def test_a_match_replaces_what_it_begins_with() -> None:
    assert applied("x = pri", Match("print", 4, 7, "function", "")) == "x = print"


def test_a_match_may_replace_more_than_its_beginning() -> None:
    assert applied("f.alp", Match("Alpha", 2, 5, "", "")) == "f.Alpha"


def test_positions_are_code_points() -> None:
    assert applied("𐐀𐐀ab", Match("abc", 2, 4, "", "")) == "𐐀𐐀abc"


def test_what_a_match_shares_with_the_text_after_the_cursor_is_not_doubled() -> None:
    assert applied("pri()", Match("print(", 0, 4, "", ""), cursor=3) == "print()"


def test_the_menu_shows_the_signature_or_else_the_type() -> None:
    first, second = completions(
        "p", Match("pow", 0, 1, "function", "(x, y)"), Match("pi", 0, 1, "float", "")
    )
    assert (first.display_text, first.display_meta_text) == ("pow", "(x, y)")
    assert (second.display_text, second.display_meta_text) == ("pi", "float")


def test_a_match_cannot_bring_control_characters_along() -> None:
    (one,) = completions("", Match("a\x1b]0;x\x07b\r\x9bc", 0, 0, "\x1b[31mtype", "sig\nnature"))
    assert one.text.isprintable()
    assert one.display_text.isprintable()
    assert one.display_meta_text.isprintable()


def test_a_long_match_is_cut_in_the_menu_but_not_in_the_input() -> None:
    (one,) = completions("", Match("x" * 200, 0, 0, "", ""))
    assert len(one.text) == 200
    assert len(one.display_text) <= 60


def test_a_match_that_starts_behind_the_cursor_is_inserted_at_it() -> None:
    (one,) = completions("ab", Match("c", 5, 5, "", ""))
    assert one.start_position == 0


def test_matches_that_replace_different_pieces_are_offered_together() -> None:
    first, second = Match("x.alpha", 0, 4), Match("alps", 2, 4)
    assert applied("x.al", first) == "x.alpha"
    found = completions("x.al", first, second)
    assert [each.display_text for each in found] == ["x.alpha", "alps"]
    assert ["x.al"[: 4 + each.start_position] + each.text for each in found] == [
        "x.alpha",
        "x.alps",
    ]


def test_of_very_many_matches_none_is_made_before_it_is_shown() -> None:
    texts = [f"a{number}" for number in range(200_000)]
    found = offers(CompleteReply(texts, [(0, 1)] * len(texts)), "a", 1)
    assert len(found) == 200_000
    assert found.columns == (7, 0)
    assert found.add("a") == ""
    assert (found[199_999].text, found[199_999].start_position) == ("a199999", -1)


def test_the_menu_is_as_wide_as_what_it_shows() -> None:
    found = offered(
        "",
        Match("数据", 0, 0, "a\x1b[31mb"),
        Match("abc\x9b31mdef", 0, 0),
        Match("x" * 200, 0, 0, "", "y" * 200),
    )
    assert found.columns == (60, 40)
    assert offered("", Match("数据", 0, 0)).columns == (4, 0)


def test_what_all_matches_go_on_with_is_inserted() -> None:
    found = offered("x = na", Match("name_1", 4, 6), Match("name_22", 4, 6))
    assert found.add("x = na") == "me_"
    moved = found.moved("me_")
    assert [moved[index].start_position for index in range(2)] == [-5, -5]


def test_matches_that_change_what_was_typed_add_nothing() -> None:
    found = offered("NA", Match("name", 0, 2), Match("NAME", 0, 2))
    assert found.add("NA") == ""


def test_matches_of_any_length_are_compared_at_once() -> None:
    size = 3_000_000
    texts = ["a" * size + "b", "a" * size + "c", "b"]
    began = time.perf_counter()
    assert Offers(texts[:2], 0, texts[:2]).add("") == "a" * size
    assert Offers(texts, 0, texts).add("") == ""
    assert time.perf_counter() - began < 60  # bounds a hang: to try each length takes hours


def test_what_is_there_already_changes_nothing() -> None:
    assert not offered("x.abs", Match("abs", 2, 5)).change("x.abs")
    assert offered("x.abs", Match("abs", 2, 5), Match("absolute", 2, 5)).change("x.abs")


_MATCHES = st.lists(
    st.builds(Match, st.text("ab", min_size=1, max_size=4), st.integers(0, 3), st.just(3)),
    min_size=1,
    max_size=4,
)


@given(_MATCHES, st.text("ab", min_size=3, max_size=3))
def test_all_add_what_prompt_toolkit_says_they_add(matches: list[Match], before: str) -> None:
    others = [Completion(each.text, each.start - 3) for each in matches]
    # Ours is stricter where a match is shorter than what it replaces: it adds nothing either way.
    assert offered(before, *matches).add(before) == get_common_complete_suffix(
        Document(before), others
    )
