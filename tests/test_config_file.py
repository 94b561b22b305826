"""The configuration file: what it may hold, and one line with the place for what it may not."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kconsole.config.checking import check
from kconsole.config.file import load_config
from kconsole.config.settings import Config
from kconsole.errors import ConfigError

FULL = """\
# how it looks
color = "always"
no-others = true
tail_n = 3
timeout = 2.5
code = ["1 + 1", "2"]

[keys]
edit-cell = ["f2", "c-x c-e"]
accept = "escape enter"
help = []

[connections.lab]
existing = "/srv/lab.json"
no-others = false
[connections."gpu-1.site"]
kernel = "python3"
"""

OPTIONS = {"color": str, "no-others": bool, "tail": int, "timeout": float, "code": str}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def load(path: Path, text: str) -> Config:
    path.write_text(text, encoding="utf-8")
    return load_config(path)


def fault(path: Path, content: str | bytes | None = None) -> str:
    """What is said about a file, after its path."""
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return told(path, caught.value)


def complaint(path: Path, text: str) -> str:
    config = load(path, text)
    with pytest.raises(ConfigError) as caught:
        check(config, OPTIONS, many=["code"], actions=["edit_it"])
    return told(path, caught.value)


def told(path: Path, error: ConfigError) -> str:
    text = str(error)
    assert text.startswith(str(path)) and text.isprintable()
    return text.removeprefix(str(path)).removeprefix(": ").removeprefix(", ")


# -- what it holds ------------------------------------------------------------------------------


def test_all_that_a_file_can_hold(path: Path) -> None:
    config = load(path, FULL)
    assert config.path == path
    assert config.options == {
        "color": "always",
        "no_others": True,
        "tail_n": 3,
        "timeout": 2.5,
        "code": ("1 + 1", "2"),
    }
    assert config.keys == {
        "edit_cell": ("f2", "c-x c-e"),
        "accept": ("escape enter",),
        "help": (),
    }
    assert config.connections == {
        "lab": {"existing": "/srv/lab.json", "no_others": False},
        "gpu-1.site": {"kernel": "python3"},
    }


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "\ufeff", "[keys]\n[connections]\n"])
def test_a_file_may_hold_nothing(path: Path, text: str) -> None:
    config = load(path, text)
    assert (config.options, config.keys, config.connections) == ({}, {}, {})


def test_a_byte_order_mark_and_line_ends_of_windows_are_tolerated(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\nb = '''x\r\ny'''\r\nc = 2\r\n")
    config = load_config(path)
    assert config.options == {"a": 1, "b": "x\ny", "c": 2}
    assert config.place("c") == f"{path}, line 4"


def test_a_connection_may_be_an_inline_table(path: Path) -> None:
    config = load(path, 'connections.lab = { existing = "k" }\n')
    assert config.connections == {"lab": {"existing": "k"}}
    assert config.place("connections", "lab", "existing") == f"{path}, line 1"


# -- places -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "line"),
    [
        (("color",), 2),
        (("no_others",), 3),
        (("no-others",), 3),
        (("tail-n",), 4),
        (("keys",), 8),
        (("keys", "edit_cell"), 9),
        (("connections", "lab", "no-others"), 15),
        (("connections", "gpu-1.site"), 16),
        (("connections", "gpu-1.site", "kernel"), 17),
        (("connections", "lab", "color"), 13),
    ],
)
def test_the_place_of_a_key_is_its_line(path: Path, names: tuple[str, ...], line: int) -> None:
    assert load(path, FULL).place(*names) == f"{path}, line {line}"


def test_the_place_of_what_is_not_there_is_the_file(path: Path) -> None:
    assert load(path, FULL).place("gone") == str(path)
    assert load(path, FULL).place("connections", "gpu_1.site") == f"{path}, line 13"
    assert Config().place("color") == "the configuration"


# -- what is stronger ---------------------------------------------------------------------------


def test_a_connections_options_are_stronger_than_the_files(path: Path) -> None:
    config = load(path, FULL)
    assert config.defaults()["no_others"] is True
    assert config.defaults("lab")["no_others"] is False
    assert config.defaults("lab")["color"] == "always"
    assert config.defaults("elsewhere") == config.defaults() == dict(config.options)


def test_an_option_that_can_be_given_several_times_is_always_a_list(path: Path) -> None:
    config = load(path, 'code = "print"\ncolor = "never"')
    assert config.defaults(many=["code"]) == {"code": ("print",), "color": "never"}


# -- what it may not hold -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a = \n", "line 1, column 5: invalid value"),
        ("a = 1\n\n  b = tru\n", "line 3, column 7: 'tru' is no value: there are true and false"),
        ("a = 1\na = 2\n", "line 2, column 6: cannot overwrite a value"),
        ("color = always", "line 1, column 9: 'always' is no value: there are true and"),
        ("[keys\na = 1", "line 1, column 6: expected ']' at the end of a table declaration"),
        ("just text\n", "line 1, column 6: expected '=' after a key in a key/value pair"),
        ('a = "', "unterminated string (at end of document)"),
        ("a = 1979-02-30", "line 1, column 5: invalid date or datetime"),
        (b"a = 1\nb = '\xff'\n", "line 2: is not UTF-8"),
        (b"\x7fELF\0\0", "is not text but binary"),
        ("a = " + "[" * 100_000, "is nested too deeply"),
        ("a = " + "9" * 5000, "is not usable: Exceeds the limit"),
        (b"#" * (1024 * 1024 + 1), "is larger than 1 MiB"),
        ("a = 1\nd = 2020-01-01\n", "line 2: 'd' must be a text, a number, true or false, or"),
        ("a = [1,\n[2]]\n", "line 1: 'a' must be a text"),
        ("a = [{b = 1}]\n", "line 1: 'a' must be a text"),
        ("\n[key]\na = 1\n", "line 2: no table is called 'key'; there are [keys] and [connect"),
        ("color.x = 1", "line 1: no table is called 'color'; there are"),
        ("tail-n = 1\ntail_n = 2\n", "line 1: 'tail-n' is given twice"),
        ("keys = 1", "line 1: keys must be a table, [keys]"),
        ("[[keys]]", "line 1: keys must be a table, [keys]"),
        ("[keys]\na-b = 'f2'\na_b = 'f3'", "line 2: 'a-b' is given twice"),
        ("[keys]\n\nedit-it = 2", "line 3: 'edit-it' must be a key or a list of keys, such as"),
        ("[keys]\nedit = ['f2', 2]", "line 2: 'edit' must be a key or a list of keys"),
        ("connections = []", "line 1: connections must be tables, [connections.NAME]"),
        ("[connections]\nlab = 'x'", "line 2: connection 'lab' must be a table, such as"),
        ('[connections]\n"a\\u001b\\n" = 1', "line 2: connection 'a\\x1b\\n' must be a table"),
        ("[connections.lab]\na.b = 1", "line 2: 'a' must be a text"),
        ("[connections.lab]\na-b = 1\na_b = 1", "line 2: 'a-b' is given twice"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_where(
    path: Path, content: str | bytes, reason: str
) -> None:
    assert fault(path, content).lower().startswith(reason.lower())


def test_what_is_no_regular_file_is_refused_without_waiting(path: Path) -> None:
    assert fault(path) == "No such file or directory"
    os.mkfifo(path)
    assert fault(path) == "is a FIFO, not a regular file"
    path.unlink()
    path.mkdir()
    assert fault(path) == "is a directory"


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs Linux' /proc")
def test_a_file_that_opens_but_cannot_be_read_says_so() -> None:
    # Modes mean nothing to root, as whom the tests may run; page 0 is nobody's to read.
    assert fault(Path("/proc/self/mem")) == "Input/output error"


@given(content=st.binary(max_size=60) | st.text("[]{}=.,#\"'\\\n abkeys1", max_size=60))
def test_whatever_a_file_holds_it_is_used_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, content: str | bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    try:
        config = load_config(path)
    except ConfigError as error:
        assert "\n" not in told(path, error)
    else:
        assert all(config.line(name) for name in config.options)
        assert all(config.line("keys", name) for name in config.keys)


# -- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize("tail", ["tail = 3", "timeout = 3", "timeout = 0.5", "code = '1'"])
def test_names_that_are_known_pass(path: Path, tail: str) -> None:
    text = (
        "color = 'auto'\nno_others = true\n[connections.a]\ncode = ['1']\n[keys]\nedit-it = 'f2'\n"
    )
    config = load(path, f"{tail}\n{text}")
    check(config, OPTIONS, many=["code"], actions=["edit_it"])
    check(load(path, f"{text}zzz = 'f2'"), OPTIONS, many=["code"])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("colour = 1", "line 1: no option is called 'colour'; did you mean 'color'?"),
        ("\nno-othrs = 1", "line 2: no option is called 'no-othrs'; did you mean 'no-others'?"),
        ("zzz = 1", "line 1: no option is called 'zzz'"),
        ("color = 'a'\nzz = 1\ny = 1", "line 2: no option is called 'zz'"),
        ("color = ['a']", "line 1: 'color' takes one value, not a list"),
        (
            "[connections.lab]\ntails = 1",
            "line 2: no option is called 'tails'; did you mean 'tail'",
        ),
        ("tail = true", "line 1: 'tail' must be a whole number"),
        ("tail = 2.7", "line 1: 'tail' must be a whole number"),
        ("tail = '2'", "line 1: 'tail' must be a whole number"),
        ("timeout = false", "line 1: 'timeout' must be a number"),
        ("no-others = 1", "line 1: 'no-others' must be true or false"),
        ("color = 1", "line 1: 'color' must be a text, in quotes"),
        ("code = ['1', 2]", "line 1: 'code' must be a text, in quotes"),
        ("code = true", "line 1: 'code' must be a text, in quotes"),
        ("[connections.lab]\ncolor = []", "line 2: 'color' takes one value, not a list"),
        ("[connections.a]\nzz = 1\n[keys]\nyy = 'f2'", "line 2: no option is called 'zz'"),
        ("[keys]\nyy = 'f2'\n[connections.a]\nzz = 1", "line 2: no action is called 'yy'"),
        ("[keys]\nedit = 'f2'", "line 2: no action is called 'edit'; did you mean 'edit-it'?"),
    ],
)
def test_the_first_name_that_nobody_knows_is_told_with_one_that_is_near(
    path: Path, text: str, reason: str
) -> None:
    assert complaint(path, text).startswith(reason)


# -- trust --------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o444, 0o755])
def test_a_file_that_only_its_owner_can_write_is_used_silently(path: Path, mode: int) -> None:
    path.touch()
    path.chmod(mode)
    assert load_config(path).warnings == ()


@pytest.mark.parametrize("mode", [0o660, 0o606, 0o666])
def test_a_file_that_others_can_write_is_used_with_a_warning(path: Path, mode: int) -> None:
    path.write_text("color = 'never'")
    path.chmod(mode)
    config = load_config(path)
    assert config.options == {"color": "never"}
    assert config.warnings == (
        f"{path} can be written by others, and can name programs to run: chmod go-w {path}",
    )


@pytest.mark.parametrize(
    ("owner", "user", "warned"),
    [(0, 0, False), (0, 7, False), (7, 7, False), (7, 8, True), (7, 0, True)],
)
def test_a_file_must_belong_to_the_user_or_to_root(
    path: Path, monkeypatch: pytest.MonkeyPatch, owner: int, user: int, warned: bool
) -> None:
    path.touch(0o644)
    real = os.fstat

    def owned(descriptor: int) -> os.stat_result:
        fields = list(real(descriptor))
        fields[4] = owner
        return os.stat_result(fields)

    monkeypatch.setattr("os.fstat", owned)
    monkeypatch.setattr("os.geteuid", lambda: user)
    expected = (f"{path} belongs to somebody else, and can name programs to run",)
    assert load_config(path).warnings == (expected if warned else ())
