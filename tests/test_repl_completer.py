"""A kernel's matches as prompt_toolkit's completions."""

from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.completion import Completion
from prompt_toolkit.completion.base import get_common_complete_suffix
from prompt_toolkit.document import Document

from kconsole.protocol.replies import CompleteReply
from kconsole.protocol.replies import Completion as Match
from kconsole.repl.completer import Offer, offers, what_all_add


def completions(text: str, *matches: Match, cursor: int | None = None) -> list[Offer]:
    """What is offered for a text when the kernel answers with these matches."""
    return offers(CompleteReply(matches), text, len(text) if cursor is None else cursor)


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


def test_of_very_many_matches_the_menu_takes_some() -> None:
    found = completions("a", *(Match(f"a{number}", 0, 1) for number in range(20_000)))
    assert len(found) == 10_000
    assert found[-1].text == "a9999"


def test_what_all_matches_go_on_with_is_inserted() -> None:
    found = completions("x = na", Match("name_1", 4, 6), Match("name_22", 4, 6))
    assert what_all_add(found, "x = na") == "me_"


def test_matches_that_change_what_was_typed_add_nothing() -> None:
    found = completions("NA", Match("name", 0, 2), Match("NAME", 0, 2))
    assert what_all_add(found, "NA") == ""


_OFFERS = st.lists(
    st.builds(Offer, st.text("ab", max_size=4), st.integers(-3, 0), st.just(""), st.just("")),
    min_size=1,
    max_size=4,
)


@given(_OFFERS, st.text("ab", min_size=3, max_size=5))
def test_all_add_what_prompt_toolkit_says_they_add(found: list[Offer], before: str) -> None:
    others = [Completion(each.text, each.start_position) for each in found]
    # Ours is stricter where a match is shorter than what it replaces: it adds nothing either way.
    assert what_all_add(found, before) == get_common_complete_suffix(Document(before), others)
