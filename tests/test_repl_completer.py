"""A kernel's matches as prompt_toolkit's completions."""

import asyncio

from prompt_toolkit.completion import CompleteEvent, Completion
from prompt_toolkit.document import Document

from kconsole.protocol.replies import CompleteReply
from kconsole.protocol.replies import Completion as Match
from kconsole.repl.completer import KernelCompleter


def completions(
    text: str, *matches: Match, cursor: int | None = None, answers: bool = True
) -> list[Completion]:
    """What is offered for a text when the kernel answers with these matches."""
    asked: list[tuple[str, int]] = []

    async def ask(code: str, position: int) -> CompleteReply | None:
        asked.append((code, position))
        return CompleteReply(matches=matches) if answers else None

    async def main() -> list[Completion]:
        document = Document(text, cursor)
        found = KernelCompleter(ask).get_completions_async(document, CompleteEvent())
        return [completion async for completion in found]

    offered = asyncio.run(main())
    assert asked == [(text, len(text) if cursor is None else cursor)]
    return offered


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


def test_no_answer_is_no_completion() -> None:
    assert completions("a", answers=False) == []


def test_nothing_is_offered_without_asking() -> None:
    async def never(code: str, cursor: int) -> None:
        raise AssertionError

    completer = KernelCompleter(never)
    assert list(completer.get_completions(Document("a"), CompleteEvent())) == []
