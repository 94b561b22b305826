"""Words behind the commands that take one of a few."""

import pytest

from kconsole.render.errorlook import FORMS
from kconsole.repl.commands import parse
from kconsole.repl.completion.words import word_offers


def completed(before: str) -> list[str] | None:
    """The lines that the input may become."""
    offers = word_offers(before)
    if offers is None:
        return None
    each = map(offers.__getitem__, range(len(offers)))
    return [before[: len(before) + one.start_position] + one.text for one in each]


@pytest.mark.parametrize(
    ("before", "lines"),
    [
        ("\\set t", ["\\set tb", "\\set theme", "\\set timing"]),
        ("\\set max_l", ["\\set max-lines"]),
        ("\\set theme ", ["\\set theme auto", "\\set theme dark", "\\set theme light"]),
        ("\\set theme d", ["\\set theme dark"]),
        ("\\set  complete_while_typing of", ["\\set  complete_while_typing off"]),
        ("\\timing ", ["\\timing on", "\\timing off"]),
        ("\\tb ", [f"\\tb {each}" for each in FORMS]),
        ("\\tb nix", []),
        ("\\set theme dark ", None),
        ("\\set max-lines ", None),
        ("\\set nix ", None),
        ("\\tb", None),
        ("\\tb short ", None),
        ("\\peek t", None),
        ("\\log ", None),
        ("x = \\set ", None),
    ],
)
def test_a_word_becomes_what_there_is(before: str, lines: list[str] | None) -> None:
    assert completed(before) == lines


def test_every_option_can_be_completed() -> None:
    lines = completed("\\set ")
    assert lines is not None
    assert len(lines) > 10
    assert all(parse(line) for line in lines)
