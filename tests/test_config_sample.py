"""The file that --print-config prints: it explains, and it changes nothing."""

import re
import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kconsole.config.checking import check
from kconsole.config.file import load_config
from kconsole.config.sample import OptionDoc, render_config

OPTIONS = [
    OptionDoc("color", "auto", "Colours; auto is on a terminal.", ("auto", "always", "never")),
    OptionDoc("no_others", False, "x = 1\n[keys] is text here.\n\n\bAnd a paragraph. " * 5),
    OptionDoc("tail", 3, "The last cells to show."),
    OptionDoc("timeout", 2.5, "Seconds."),
    OptionDoc("code", (), "Code to run."),
    OptionDoc("kernel", None, "The kernel."),
    OptionDoc("prompt", 'a "b" \\ c\n\t\x1b[0m\x7f \u00e9 ', "The prompt."),
]
KEYS = {"edit": ("f2", "c-x c-e"), "run_now": ("escape enter",)}


def uncommented(text: str) -> str:
    return re.sub(r"^# ", "", text, flags=re.MULTILINE)


def test_as_it_is_the_file_says_nothing() -> None:
    assert tomllib.loads(render_config(OPTIONS, KEYS)) == {}


def test_without_its_comment_signs_the_file_says_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(uncommented(render_config(OPTIONS, KEYS)), encoding="utf-8")
    config = load_config(path)
    assert config.options == {each.name: each.default for each in OPTIONS if each.name != "kernel"}
    assert config.keys == KEYS
    assert config.connections == {}
    kinds = {each.name: type(each.default) for each in OPTIONS} | {"code": str}
    check(config, kinds, many=["code"], actions=list(KEYS))


def test_the_examples_connection_can_be_used_too() -> None:
    text = render_config(OPTIONS, KEYS)
    example = re.sub(r"^## ", "", text[text.index("## [connections.lab]") :], flags=re.MULTILINE)
    assert tomllib.loads(example) == {"connections": {"lab": {"existing": "/srv/lab/kernel.json"}}}


def test_every_option_is_explained_above_its_line() -> None:
    text = render_config(OPTIONS[:1])
    assert (
        "\n\n## Colours; auto is on a terminal.\n## One of: auto, always, never.\n"
        '# color = "auto"\n\n' in text
    )
    assert "KCONSOLE_COLOR for color" in text
    assert "[keys]" not in text


def test_what_is_not_set_is_told_and_not_shown_as_a_value() -> None:
    assert "\n## The kernel.\n## kernel is not set.\n" in render_config(OPTIONS)


def test_no_line_of_text_is_wider_than_a_terminal() -> None:
    lines = render_config(OPTIONS, KEYS).splitlines()
    assert all(re.match(r"## |##$|# |$", line) for line in lines)
    assert max(len(line) for line in lines if line.startswith("##")) <= 80


def test_without_options_there_is_a_file_all_the_same() -> None:
    assert tomllib.loads(render_config([])) == {}


#: Help is our own text: it has line breaks, but no controls.
_HELP = st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n\b"))
_PLAIN = st.text() | st.integers() | st.booleans() | st.floats(allow_nan=False)


@given(_PLAIN | st.lists(_PLAIN), _HELP)
def test_every_default_survives_being_written_and_read(value: object, text: str) -> None:
    rendered = render_config([OptionDoc("one_option", value, text)])
    read = tomllib.loads(uncommented(rendered))
    assert read == {"one-option": value}
