"""Letters that are struck twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kconsole.render.overstrike import overstrikes_to_sgr


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("_\bA_\br x", "\x1b[4mAr\x1b[24m x"),
        ("A\bAr\br x", "\x1b[1mAr\x1b[22m x"),
        ("_\bAr\br", "\x1b[4mA\x1b[24m\x1b[1mr\x1b[22m"),
        ("_\b_", "\x1b[1m_\x1b[22m"),
        ("A\bA\bA", "\x1b[1mA\x1b[22m"),
        ("_\bA\bA", "\x1b[1mA\x1b[22m"),
        ("+\bo", "o"),
        ("\bA", "\bA"),
        ("A\n\bB", "A\n\bB"),
        ("A\b\bB", "A\b\bB"),
        ("A\b", "A\b"),
    ],
)
def test_what_is_struck_twice_is_bold_or_underlined(text: str, shown: str) -> None:
    assert overstrikes_to_sgr(text) == shown


@given(st.text(st.sampled_from("\b_A\n\x1b[")))
def test_every_line_stays(text: str) -> None:
    assert overstrikes_to_sgr(text).count("\n") == text.count("\n")


def test_a_long_text_of_strikes_takes_no_long() -> None:
    assert len(overstrikes_to_sgr("a\b" * 1_000_000)) < 100
    assert overstrikes_to_sgr("_\ba" * 300_000) == "\x1b[4m" + "a" * 300_000 + "\x1b[24m"
