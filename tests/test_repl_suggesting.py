"""How an earlier input went on."""

from typing import Any

import pytest
from prompt_toolkit.buffer import Buffer

from kconsole.repl.history.inputs import KernelHistory
from kconsole.repl.history.suggesting import Suggesting, word_of


async def nothing() -> list[str]:
    return []


def history(*inputs: str) -> KernelHistory:
    """A history of this session, the oldest first."""
    one = KernelHistory(nothing)
    for each in inputs:
        one.append_string(each)
    return one


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("pri", "nt(2)"),
        ("print(1", ")"),
        ("print(2)", ""),
        ("no", ""),
        ("", ""),
        (" ", ""),
        ("def f():", ""),
        ("def f():\n  re", "turn 1"),
        ("def f():\n  return 1\n", "f()"),
    ],
)
def test_the_rest_of_the_line_of_the_newest_that_begins_so(text: str, rest: str) -> None:
    inputs = history("print(1)", "def f():\n  return 1\nf()", "print(2)")
    assert Suggesting(inputs).rest(text) == rest


def test_it_is_the_same_whether_typed_or_asked_at_once() -> None:
    inputs = history("alpha = 1", "alps", "al", "beta", "alphabet")
    typed = Suggesting(inputs)
    for text in ("a", "al", "alp", "alph", "alpha", "alpha ", "alp", "b", "be", "x", "xa", ""):
        assert typed.rest(text) == Suggesting(inputs).rest(text), text


def test_what_is_entered_meanwhile_is_found() -> None:
    inputs = history("alpha")
    one = Suggesting(inputs)
    assert one.rest("al") == "pha"
    inputs.append_string("altitude")
    assert one.rest("alt") == "itude"


class Looked(str):
    """An input that counts how often one of its kind is looked at."""

    looks = 0

    def startswith(self, *arguments: Any) -> bool:
        Looked.looks += 1
        return super().startswith(*arguments)


def test_a_line_that_is_typed_costs_one_look_at_each_input() -> None:
    inputs = history()
    inputs._remembered = [Looked(f"value_{number} = {number}") for number in range(1000)]
    one = Suggesting(inputs)
    line = "value_0 = 0 and then something new that was never typed before"
    for end in range(1, len(line)):
        one.rest(line[:end])
    # What was found is looked at again with each key.
    assert 1000 <= Looked.looks <= 1000 + len(line)


def test_it_is_put_where_the_buffer_shows_it() -> None:
    buffer = Buffer()
    buffer.on_text_changed += Suggesting(history("print(1)")).look
    buffer.insert_text("pri")
    assert buffer.suggestion is not None
    assert buffer.suggestion.text == "nt(1)"
    buffer.insert_text("x")
    assert buffer.suggestion is None


@pytest.mark.parametrize(
    ("rest", "word"),
    [
        ("nt(x, y)", "nt"),
        ("(x, y)", "(x"),
        (" = 1", " = 1"),
        ("", ""),
        (".a_b.c", ".a_b"),
        (")", ")"),
    ],
)
def test_a_word_of_it(rest: str, word: str) -> None:
    assert word_of(rest) == word
