"""Prompts are taken out of what is pasted, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kconsole.repl.input.pasting import unprompted


@pytest.mark.parametrize(
    ("pasted", "code"),
    [
        (">>> 1+1\n2\n>>> 2+2\n4\n", "1+1\n2+2"),
        (">>> def f():\n...     return 1\n...\n>>> f()\n1", "def f():\n    return 1\nf()"),
        ("In [1]: x = 1\n\nIn [2]: x\nOut[2]: 1\n", "x = 1\nx"),
        ("In [3]: if x:\n   ...:     y\n   ...: ", "if x:\n    y"),
        ("In [ ]: x", "x"),
        ("    >>> 1\n    1\n", "1"),
        ("\n>>> 1\n", "1"),
        (">>>\n", ""),
        (">>> x = '''\n... >>> y\n... '''", "x = '''\n>>> y\n'''"),
    ],
)
def test_prompts_and_output_are_taken_out(pasted: str, code: str) -> None:
    assert unprompted(pasted) == code


@pytest.mark.parametrize(
    "pasted",
    [
        "x >>> 1",
        ">>>x",
        "class A:\n    ...\n",
        "... and so on",
        "print('''\n>>> 1\n''')",
        "a = 1\n>>> b = 2\n",
        "",
        "\n\n",
    ],
)
def test_what_does_not_begin_with_a_prompt_stays(pasted: str) -> None:
    assert unprompted(pasted) == pasted


@given(st.lists(st.text("ab()= ", min_size=1).filter(str.strip), min_size=1))
def test_code_survives_the_prompts_of_a_session(lines: list[str]) -> None:
    lines = [line.rstrip() for line in lines]
    session = "".join(f"In [{n}]: {line}\nOut[{n}]: 1\n\n" for n, line in enumerate(lines))
    assert unprompted(session) == "\n".join(lines)
