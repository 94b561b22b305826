"""Keys as people write them, and as prompt_toolkit binds them."""

import pytest
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.keys import ALL_KEYS, KEY_ALIASES, Keys

from kconsole.repl.input.keynames import label, parse_keys


@pytest.mark.parametrize(
    ("description", "keys"),
    [
        ("f2", (Keys.F2,)),
        ("F12", (Keys.F12,)),
        ("c-x c-e", (Keys.ControlX, Keys.ControlE)),
        ("  C-x   C-E ", (Keys.ControlX, Keys.ControlE)),
        ("Ctrl-X", (Keys.ControlX,)),
        ("control+x", (Keys.ControlX,)),
        ("escape enter", (Keys.Escape, Keys.Enter)),
        ("Esc Return", (Keys.Escape, Keys.Enter)),
        ("alt-enter", (Keys.Escape, Keys.Enter)),
        ("M-x", (Keys.Escape, "x")),
        ("M-X", (Keys.Escape, "X")),
        ("a-x", (Keys.Escape, "x")),
        ("m-c-x", (Keys.Escape, Keys.ControlX)),
        ("c-m-x", (Keys.Escape, Keys.ControlX)),
        ("s-tab", (Keys.BackTab,)),
        ("Shift-Tab", (Keys.BackTab,)),
        ("tab", (Keys.Tab,)),
        ("backspace", (Keys.Backspace,)),
        ("c-@", (Keys.ControlAt,)),
        ("c-space", (Keys.ControlAt,)),
        ("space", (" ",)),
        ("m-space", (Keys.Escape, " ")),
        ("c-\\", (Keys.ControlBackslash,)),
        ("c-_", (Keys.ControlUnderscore,)),
        ("s-c-left", (Keys.ControlShiftLeft,)),
        ("c-s-left", (Keys.ControlShiftLeft,)),
        ("ctrl-PgUp", (Keys.ControlPageUp,)),
        ("del", (Keys.Delete,)),
        ("g g", ("g", "g")),
        ("G", ("G",)),
        ("-", ("-",)),
        ("+", ("+",)),
        ("<", ("<",)),
        ("m--", (Keys.Escape, "-")),
        ("\u00e4", ("\u00e4",)),
    ],
)
def test_a_description_is_a_sequence_of_keys(
    description: str, keys: tuple[Keys | str, ...]
) -> None:
    assert parse_keys(description) == keys
    KeyBindings().add(*keys)(lambda event: None)


@pytest.mark.parametrize(
    "name", [*(each for each in ALL_KEYS if not each.startswith("<")), *KEY_ALIASES]
)
def test_every_name_of_prompt_toolkit_means_the_same_here(name: str) -> None:
    bindings = KeyBindings()
    bindings.add(name)(lambda event: None)
    assert parse_keys(name) == bindings.bindings[0].keys


@pytest.mark.parametrize(
    ("description", "reason"),
    [
        ("", 'no key is named (the space bar is "space")'),
        (" \t", 'no key is named (the space bar is "space")'),
        ("f99", "no key is called 'f99'; near it are f9, "),
        ("c-x esape", "no key is called 'esape'; near it are escape"),
        ("entr", "no key is called 'entr'; near it are enter"),
        ("c-", "no key is called 'c-'"),
        ("c-enter", "no key is called 'c-enter'; near it are "),
        ("hello", "no key is called 'hello'"),
        ("<any>", "no key is called '<any>'"),
        ("<sigint>", "no key is called '<sigint>'"),
        ("\x01", "no key is called '\\x01'"),
        ("c-\u00e4", "no key is called 'c-\u00e4'"),
    ],
)
def test_a_wrong_name_is_told_in_one_line_with_the_near_ones(description: str, reason: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_keys(description)
    text = str(caught.value)
    assert text.startswith(reason)
    assert text.isprintable()


@pytest.mark.parametrize(
    ("description", "shown"),
    [
        ("f2", "F2"),
        ("c-x c-e", "Ctrl-X Ctrl-E"),
        ("escape enter", "Alt-Enter"),
        ("escape", "Esc"),
        ("m-x", "Alt-x"),
        ("m-c-x f2", "Alt-Ctrl-X F2"),
        ("escape escape", "Alt-Esc"),
        ("s-tab", "Shift-Tab"),
        ("c-s-left", "Ctrl-Shift-Left"),
        ("c-@", "Ctrl-Space"),
        ("c-f2", "Ctrl-F2"),
        ("c-pageup", "Ctrl-PageUp"),
        ("space", "Space"),
        ("g G", "g G"),
        ("c-\\", "Ctrl-\\"),
    ],
)
def test_a_label_is_what_help_calls_the_keys(description: str, shown: str) -> None:
    assert label(parse_keys(description)) == shown


@pytest.mark.parametrize("name", [each for each in ALL_KEYS if not each.startswith("<")])
def test_a_label_can_be_used_as_a_description(name: str) -> None:
    assert parse_keys(label(parse_keys(name))) == parse_keys(name)
