"""What stands before an input."""

import pytest

from kconsole.repl.screen.prompts import DEFAULT_PROMPT, check_prompt, continuation, input_prompt


@pytest.mark.parametrize(
    ("template", "number", "prompt"),
    [
        (DEFAULT_PROMPT, 3, "In [3]: "),
        (DEFAULT_PROMPT, None, "In [ ]: "),
        ("{n:>3}> ", 7, "  7> "),
        ("> ", 7, "> "),
        ("", 7, ""),
        ("{{{n}}} ", 7, "{7} "),
        ("λ{n} ", 1, "λ1 "),
    ],
)
def test_formats(template: str, number: int | None, prompt: str) -> None:
    check_prompt(template)
    assert input_prompt(number, template) == prompt


@pytest.mark.parametrize(
    "template",
    [
        "{", "}", "{0}", "{}", "{m}", "{n.real}", "{n[0]}", "{n!x}", "{n:d}", "{n:{m}}",
        "a\nb", "\x1b[1m", "x" * 61, "{n:>99}",
    ],
)  # fmt: skip
def test_what_is_no_format(template: str) -> None:
    with pytest.raises(ValueError, match=r"^the prompt "):
        check_prompt(template)


def test_further_lines_are_as_far_to_the_right() -> None:
    for prompt in ("", "> ", "In [1]: ", "In [1234]: "):
        assert len(continuation(prompt)) == len(prompt)
