"""What other clients are called."""

import pytest

from kconsole.protocol.events import InputRequest, Parent
from kconsole.render.labels import client_label, question_prompt


@pytest.mark.parametrize(
    ("session", "username", "label"),
    [
        ("3f2c1a9e-77", "ada", "ada@3f2c"),
        ("a-b_c-d-e", "ada", "ada@abcd"),
        ("3f", "ada", "ada@3f"),
        ("", "ada", "ada"),
        ("3f2c1a9e", "", "somebody@3f2c"),
        ("", "", "somebody"),
        ("é日\x1b[31m!", "ada", "ada@31m"),
    ],
)
def test_a_client_is_its_user_and_the_beginning_of_its_session(
    session: str, username: str, label: str
) -> None:
    assert client_label(Parent("id", session, username)) == label


@pytest.mark.parametrize("username", ["a\nb", "\x1b]0;title\x07", "a" * 1000, "日" * 1000])
def test_a_name_is_short_and_does_nothing_to_a_terminal(username: str) -> None:
    label = client_label(Parent("id", "3f2c", username))
    assert label.isprintable()
    assert len(label) <= 25


@pytest.mark.parametrize(
    ("prompt", "password", "shown"),
    [
        ("name? ", False, "name? "),
        ("", False, ""),
        ("", True, "Password: "),
        ("pin: ", True, "pin: "),
        ("a\x1b[2Jb", False, "ab"),
    ],
)
def test_what_stands_before_an_answer(prompt: str, password: bool, shown: str) -> None:
    assert question_prompt(InputRequest(prompt, password)) == shown
