"""The table of what keys do."""

import pytest
from prompt_toolkit.keys import Keys

from kconsole.repl.input.keys import ACTIONS, key_bindings, key_help, key_sequences


def never() -> None:
    raise AssertionError


def bound(remapping: dict[str, tuple[str, ...]]) -> list[tuple[Keys | str, ...]]:
    return [each.keys for each in key_bindings(never, remapping).bindings]  # type: ignore[arg-type]


def test_the_defaults_can_be_bound() -> None:
    assert (Keys.F2,) in bound({})
    assert (Keys.ControlX, Keys.ControlE) in bound({})


def test_named_keys_replace_the_defaults() -> None:
    keys = bound({"editor": ("f9", "M-e")})
    assert (Keys.F9,) in keys
    assert (Keys.Escape, "e") in keys
    assert (Keys.F2,) not in keys
    assert (Keys.ControlX, Keys.ControlE) not in keys


def test_an_action_can_have_no_key() -> None:
    assert (Keys.F4,) not in bound({"editing_mode": ()})
    assert not [row for row in key_help({"editing_mode": ()}) if "emacs and vi" in row[1]]


def test_what_the_user_binds_wins_over_the_default_of_another_action() -> None:
    keys = bound({"run_as_is": ("f2",)})
    last = len(keys) - 1 - keys[::-1].index((Keys.F2,))
    assert keys.index((Keys.F2,)) < keys.index((Keys.F4,)) < last  # F4 is a default as F2 is


def test_the_signal_and_pastes_stay() -> None:
    keys = bound(dict.fromkeys(ACTIONS, ()))
    assert (Keys.SIGINT,) in keys
    assert (Keys.BracketedPaste,) in keys
    assert (Keys.ControlC,) not in keys


@pytest.mark.parametrize(
    ("remapping", "reason"),
    [
        ({"editr": ("f2",)}, "no action is called 'editr'; did you mean 'editor'?"),
        ({"xyz": ("f2",)}, "no action is called 'xyz'"),
        ({"editor": ("f99",)}, "the keys of 'editor': no key is called 'f99'"),
        ({"editor": ("",)}, "the keys of 'editor': no key is named"),
        (
            {"editor": ("f5", "f6"), "newline": ("F6",)},
            "F6 is given to both 'editor' and 'newline'",
        ),
        (
            {"inspect": ("tab",), "complete": ("c-i",)},
            "Tab is given to both 'inspect' and 'complete'",
        ),
    ],
)
def test_what_makes_no_sense_is_said(remapping: dict[str, tuple[str, ...]], reason: str) -> None:
    with pytest.raises(ValueError, match="^" + reason.replace("?", r"\?")):
        key_sequences(remapping)


def test_actions_that_share_a_key_by_default_may_share_another() -> None:
    shared = {"complete": ("f5",), "next_completion": ("f5",), "paste_tab": ("f5", "f5")}
    assert key_sequences(shared)["complete"] == [(Keys.F5,)]


def test_help_calls_keys_as_people_do() -> None:
    rows = dict(key_help({"leave": ("c-q",)}))
    assert "F2, Ctrl-X Ctrl-E" in rows
    assert "Alt-Enter" in rows
    assert rows["Ctrl-Q"] == ACTIONS["leave"].help
