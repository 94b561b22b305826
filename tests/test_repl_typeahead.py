"""When a question may have the keyboard."""

import pytest

from kconsole.repl.input.typeahead import PAUSE_S, due

NEVER = float("-inf")


@pytest.mark.parametrize(
    ("pressed", "led", "when"),
    [
        (NEVER, False, 100.3),  # one has to see it
        (90.0, False, 100.3),
        (99.9, False, 99.9 + PAUSE_S),  # in the middle of a word
        (100.2, False, 100.2 + PAUSE_S),  # somebody types on
        (99.9, True, 100.0),  # the Enter that it follows from
        (90.0, True, 100.3),  # which is long ago
    ],
)
def test_a_question_has_the_keyboard_once_no_key_is_meant_for_the_code(
    pressed: float, led: bool, when: float
) -> None:
    assert due(100.0, pressed, led=led) == when
