"""Options from command line, environment and file: which one counts, and what is wrong where."""

import json
import os
import re
import sys
import tomllib
from pathlib import Path

import click
import pytest
from fake_kernel import FakeKernel, write_kernelspec
from leaks import wait_until
from programs import here, run
from stories import START_S, program
from terminal import Terminal

from kconsole.cli import command
from kconsole.cli import run as run_here
from kconsole.cli.consoles import _console_options
from kconsole.cli.logs import check_log, log_path
from kconsole.cli.options import kinds
from kconsole.cli.settings import Settings, odd_variables, parse
from kconsole.errors import ConfigError
from kconsole.protocol.replies import KernelInfo, LanguageInfo
from kconsole.repl.input.keys import ACTIONS
from kconsole.repl.options import ConsoleOptions

pytestmark = pytest.mark.usefixtures("unmeasured")

#: For each option: in the file, in the environment, on the command line; and what each of them means.
PLACES = {
    "existing": ('"a"', "b", ["-e", "c"], ("a", "b", "c")),
    "kernel": ('"a"', "b", ["-k", "c"], ("a", "b", "c")),
    "ssh": ('"a"', "b", ["--ssh", "c"], ("a", "b", "c")),
    "ssh-option": (
        '["A=1", "B=2"]',
        "C=3",
        ["--ssh-option", "D=4"],
        (("A=1", "B=2"), ("C=3",), ("D=4",)),
    ),
    "sshkey": ('"a"', "b", ["--sshkey", "c"], ("a", "b", "c")),
    "env": (
        '"A=a b"',
        "B=b c",
        ["--env", "C=", "--env=D=="],
        (("A=a b",), ("B=b c",), ("C=", "D==")),
    ),
    "cwd": ('"/"', "/dev", ["--cwd", "."], ("/", "/dev", ".")),
    "transport": ('"ipc"', "TCP", ["--transport", "ipc"], ("ipc", "tcp", "ipc")),
    "encrypt": ('"off"', "auto", ["--encrypt", "required"], ("off", "auto", "required")),
    "handshake": ("true", "0", ["--handshake"], (True, False, True)),
    "code": ('"a a"', "b b", ["-c", "c", "-c", "d"], (("a a",), ("b b",), ("c", "d"))),
    "cells": ("true", "0", ["--cells"], (True, False, True)),
    "mime": (
        '["text/html", "a/b"]',
        "IMAGE/png",
        ["--mime", "a/c", "--mime", "a/d+json"],
        (("text/html", "a/b"), ("image/png",), ("a/c", "a/d+json")),
    ),
    "timeout": ("1", "2.5", ["--timeout", "0"], (1.0, 2.5, 0.0)),
    "total-timeout": ("1", "2.5", ["--total-timeout", "3"], (1.0, 2.5, 3.0)),
    "keep-going": ("true", "0", ["--keep-going"], (True, False, True)),
    "save-images": ('"a"', "b", ["--save-images", "c"], ("a", "b", "c")),
    "keep": ("true", "0", ["--keep"], (True, False, True)),
    "color": ('"never"', "auto", ["--color", "always"], ("never", "auto", "always")),
    "style": ('"vim"', "monokai", ["--style=emacs"], ("vim", "monokai", "emacs")),
    "image": ('"save"', "blocks", ["--image=none"], ("save", "blocks", "none")),
    "tb": ('"short"', "plain", ["--tb=context"], ("short", "plain", "context")),
    "theme": ('"dark"', "light", ["--theme", "auto"], ("dark", "light", "auto")),
    "max-lines": ("1", "0", ["--max-lines=2"], (1, 0, 2)),
    "prompt": ('"a{n}"', "b{n}", ["--prompt", "{{}}"], ("a{n}", "b{n}", "{{}}")),
    "vi": ("true", "no", ["--vi"], (True, False, True)),
    "complete-while-typing": ("true", "off", ["--complete-while-typing"], (True, False, True)),
    "suggestions": ("false", "yes", ["--no-suggestions"], (False, True, False)),
    "history": ('"a"', "none", ["--history", "c"], ("a", "none", "c")),
    "private": ("true", "false", ["--private"], (True, False, True)),
    "others": ("false", "1", ["--no-others"], (False, True, False)),
    "watch": ("true", "0", ["--watch"], (True, False, True)),
    "tail": ("1", "0", ["--tail=2"], (1, 0, 2)),
    "notify": ('"none"', "desktop", ["--notify", "bell"], ("none", "desktop", "bell")),
    "notify-after": ("1", "2.5", ["--notify-after", "3"], (1.0, 2.5, 3.0)),
    "timing": ("true", "0", ["--timing"], (True, False, True)),
    "log": ('"a"', "b", ["--log", "c"], ("a", "b", "c")),
    "plain": ("true", "0", ["--simple-prompt"], (True, False, True)),
}

PROMPT = "'prompt': the prompt"
NO_SWITCH = "none of on, off, yes, no, true, false, 1 and 0"
NO_FORMAT = "is no format:"
TABLES = "there are [keys] and [connections.NAME]"


@pytest.fixture
def config(tmp_path, monkeypatch):
    """The user's configuration file, which is not there yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    path = tmp_path / "config" / "kconsole" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


@pytest.fixture
def target(tmp_path):
    """The connection file of a scripted kernel."""
    with FakeKernel() as kernel:
        yield str(kernel.write_connection_file(tmp_path / "kernel-1.json"))


def variable(name):
    return f"KCONSOLE_{name.upper().replace('-', '_')}"


def value_of(settings: Settings, name: str):
    if name == "existing":
        return settings.attach_to
    if name == "kernel":
        return settings.start
    return settings.values[name.replace("-", "_")]


def complaint(capsys, *arguments):
    """The one line that the command line complains with; its status is 2."""
    assert run_here(arguments) == 2
    stdout, stderr = capsys.readouterr()
    assert stdout == ""
    assert re.fullmatch("kconsole: .*\n", stderr)
    return stderr.removeprefix("kconsole: ").removesuffix("\n")


# --- which place counts


def test_all_that_the_consoles_can_be_told_can_be_given():
    assert set(PLACES) == {name.replace("_", "-") for name in kinds()}
    for field in ConsoleOptions._fields:
        # [keys] is a table of the file's own, and how many cells have run is nobody's wish.
        assert field in {"keys", "ran"} or field in kinds()


@pytest.mark.parametrize("name", PLACES)
def test_the_command_line_is_stronger_than_the_environment_and_that_than_the_file(
    config, monkeypatch, name
):
    in_file, in_environment, arguments, (low, middle, high) = PLACES[name]
    config.write_text(f"{name} = {in_file}\n")
    assert value_of(parse(command, []), name) == low
    monkeypatch.setenv(variable(name), in_environment)
    assert value_of(parse(command, []), name) == middle
    assert value_of(parse(command, arguments), name) == high


def test_only_the_command_line_says_which_types_a_script_writes_alone(config, monkeypatch):
    config.write_text('mime = ["a/b"]\n')
    monkeypatch.setenv("KCONSOLE_MIME", "c/d")
    assert parse(command, ["-c", "1"]).only_mime == ()
    assert parse(command, ["-c", "1", "--mime", "e/f"]).only_mime == ("e/f",)


def test_without_anything_the_defaults_are_those_of_the_consoles():
    options = _console_options(parse(command, []), color=True)
    assert options == ConsoleOptions()


def test_what_is_given_reaches_the_consoles(config, monkeypatch):
    config.write_text('vi = true\nhistory = "~/h"\n[keys]\nnewline = "c-n"\n')
    options = _console_options(parse(command, ["--tail", "7", "--no-others"]), color=False)
    home = Path.home()
    assert options == ConsoleOptions(
        color=False,
        vi=True,
        history=str(home / "h"),
        tail=7,
        others=False,
        keys={"newline": ("c-n",)},
    )


class Ready:
    """A kernel that has told of its language."""

    info = KernelInfo(language_info=LanguageInfo(name="R", file_extension=".r"))


@pytest.mark.parametrize("name", ["~/log.txt", "~/log.R", "~/log.IPYNB"])
def test_the_log_is_of_a_kind_that_there_is(monkeypatch, name):
    monkeypatch.setenv("KCONSOLE_LOG", name)
    assert log_path(parse(command, []), Ready()) == Path(name).expanduser()


@pytest.mark.parametrize(
    ("name", "reason"),
    [("log.py", "no kind of file ends in '.py'"), ("log", "the file's name has no suffix")],
)
def test_any_other_log_is_refused(config, name, reason):
    expected = f"{name}: {reason}; there are .ipynb, .md, .txt, .jsonl and .r"
    with pytest.raises(click.UsageError) as refused:
        log_path(parse(command, ["--log", name]), Ready())
    assert refused.value.message == f"--log: {expected}"
    config.write_text(f'log = "{name}"\n')
    with pytest.raises(ConfigError) as wrong:
        log_path(parse(command, []), Ready())
    assert str(wrong.value).endswith(f"'log': {expected}")


def test_a_log_that_cannot_be_had_is_refused_before_there_is_a_kernel(tmp_path):
    (tmp_path / "no.ipynb").write_text("{}")
    (tmp_path / "there.txt").touch()
    bad = {
        "none/log.txt": "cannot be written: No such file or directory",
        "there.txt/log.md": "cannot be written: Not a directory",
        "no.ipynb": "not logged to: ",
    }
    for name, reason in bad.items():
        with pytest.raises(click.UsageError, match=f"^--log: {tmp_path / name}: {reason}"):
            check_log(parse(command, ["--log", str(tmp_path / name)]))
    for name in ("there.txt", "new.ipynb"):
        check_log(parse(command, ["--log", str(tmp_path / name)]))
    check_log(parse(command, ["--log", str(tmp_path / "none" / "a.md"), "--private"]))
    assert sorted(os.listdir(tmp_path)) == ["no.ipynb", "there.txt"]


def test_what_is_private_is_not_logged(capsys):
    assert log_path(parse(command, ["--private", "--log", "log.txt"]), Ready()) is None
    assert capsys.readouterr().err == (
        "kconsole: --log is left out, as with --private no input is kept unasked; "
        "\\log does it all the same\n"
    )


def test_an_empty_variable_is_none(monkeypatch):
    monkeypatch.setenv("KCONSOLE_TAIL", "")
    monkeypatch.setenv("KCONSOLE_KERNEL", "")
    settings = parse(command, [])
    assert (settings.start, settings.values["tail"]) == (None, 3)


# --- which kernel


def test_a_stronger_place_chooses_the_kernel_alone(config, monkeypatch):
    config.write_text('kernel = "bash"\n')
    assert parse(command, ["4711"])[:2] == ("4711", None)
    assert parse(command, ["-e"])[:2] == ("*", None)
    monkeypatch.setenv("KCONSOLE_EXISTING", "4712")
    assert parse(command, [])[:2] == ("4712", None)
    assert parse(command, ["-k", "lua"])[:2] == (None, "lua")


def test_the_file_can_mean_the_newest_kernel(config):
    config.write_text('existing = "*"\n')
    assert parse(command, [])[:2] == ("*", None)


def test_two_kernels_in_one_place_are_refused(config, monkeypatch, capsys):
    config.write_text('existing = "a"\n\nkernel = "b"\n')
    assert complaint(capsys) == f"{config}, line 3: give only one of 'existing' and 'kernel'"
    config.write_text('[connections.lab]\nexisting = "a"\nkernel = "b"\n')
    line = complaint(capsys, "lab")
    assert line == f"{config}, line 3: give only one of 'existing' and 'kernel'"
    config.unlink()
    monkeypatch.setenv("KCONSOLE_EXISTING", "a")
    monkeypatch.setenv("KCONSOLE_KERNEL", "b")
    line = complaint(capsys)
    assert line.startswith("give only one of KCONSOLE_EXISTING and KCONSOLE_KERNEL (see")


def test_a_target_can_be_a_connection_of_the_file(config, monkeypatch):
    config.write_text(
        'tail = 1\nkernel = "bash"\ncolor = "never"\n'
        '[connections.lab]\nexisting = "/srv/lab.json"\ntail = 2\n'
        '[connections.shell]\nkernel = "zsh"\nplain = true\n'
        "[connections.quiet]\nothers = false\n"
    )
    monkeypatch.setenv("KCONSOLE_KERNEL", "lua")
    lab = parse(command, ["lab"])
    assert (lab.attach_to, lab.start) == ("/srv/lab.json", None)
    assert (lab.values["tail"], lab.values["color"]) == (2, "never")
    assert parse(command, ["lab", "--tail", "5"]).values["tail"] == 5
    shell = parse(command, ["shell"])
    assert (shell.attach_to, shell.start, shell.values["plain"]) == (None, "zsh", True)
    quiet = parse(command, ["quiet"])
    assert (quiet.attach_to, quiet.start, quiet.values["others"]) == (None, "lua", False)
    assert parse(command, ["laboratory"]).attach_to == "laboratory"


def test_a_connection_and_another_kernel_are_refused(config, capsys):
    config.write_text('[connections.lab]\nexisting = "/srv/lab.json"\n')
    line = complaint(capsys, "lab", "-k", "bash")
    assert line.startswith("give only one of TARGET, --existing and --kernel")


def test_a_connection_is_attached_to(config, target):
    config.write_text(f"[connections.lab]\nexisting = {json.dumps(target)}\ncode = ['6 * 7']\n")
    assert here("lab") == (0, "42\n", "")


# --- what is wrong, and where


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a = 1", 1, "no option is called 'a'"),
        ("\ntial = 1", 2, "no option is called 'tial'; did you mean 'tail'?"),
        ("tail = '1'", 1, "'tail' must be a whole number"),
        ("# one\ntail = -1", 2, "'tail': -1 is no whole number from 0 to 1000"),
        ("color = 'purple'", 1, "'color': 'purple' is not one of 'auto', 'always', 'never'"),
        ("notify_after = -2", 1, "'notify-after': -2 is no number of seconds, 0 or more"),
        ("notify-after = nan", 1, "'notify-after': nan is no number of seconds, 0 or more"),
        ("prompt = 'a\\n'\nkeep = 1", 2, "'keep' must be true or false"),
        ("prompt = \"a\\nb\"", 1, "'prompt': the prompt 'a\\nb' is not one line of printable characters"),
        ("prompt = '{x}'", 1, "'prompt': the prompt '{x}' has more to fill in than {n}, the number"),
        ("prompt = '{n:>99999}'", 1, f"{PROMPT} '{{n:>99999}}' {NO_FORMAT} too much behind the colon"),
        ("prompt = '{'", 1, f"{PROMPT} '{{' {NO_FORMAT} Single '{{' encountered in format string"),
        ("history = ['a', 'b']", 1, "'history' takes one value, not a list"),
        ("config = 'a'", 1, "no option is called 'config'"),
        ("[colors]\na = 1", 1, f"no table is called 'colors'; {TABLES}"),
        ("tail = ", 1, "invalid value"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file_is_one_line_with_its_place(config, capsys, text, line, reason):
    config.write_text(text + "\n")
    said = complaint(capsys, "-c", "1")
    assert re.sub(r", column \d+", "", said) == f"{config}, line {line}: {reason}"


def test_a_mistake_in_a_connection_is_told_with_its_place_there(config, capsys):
    config.write_text('tail = 1\n[connections.lab]\nkernel = "a"\ntail = 9999\n')
    place = f"{config}, line 4"
    assert complaint(capsys, "lab").startswith(
        f"{place}: 'tail': 9999 is no whole number from 0 to 1000"
    )


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("TAIL", "many", "'many' is no whole number from 0 to 1000"),
        ("TAIL", "1001", "'1001' is no whole number from 0 to 1000"),
        ("VI", "perhaps", f"'perhaps' is {NO_SWITCH}"),
        ("PLAIN", "maybe", f"'maybe' is {NO_SWITCH}"),
        ("NOTIFY_AFTER", "soon", "'soon' is no number of seconds, 0 or more"),
        ("NOTIFY_AFTER", "-1", "'-1' is no number of seconds, 0 or more"),
        ("NOTIFY", "gong", "'gong' is not one of 'none', 'bell', 'desktop'"),
        ("PROMPT", "{m}", "the prompt '{m}' has more to fill in than {n}"),
    ],
)
def test_a_mistake_in_the_environment_is_one_line_with_the_variable(
    monkeypatch, capsys, name, value, reason
):
    monkeypatch.setenv(f"KCONSOLE_{name}", value)
    line = complaint(capsys)
    assert line.startswith(f"the variable KCONSOLE_{name}: {reason}")


@pytest.mark.skipif(os.name != "posix", reason="needs modes of files")
def test_a_file_that_others_can_write_is_warned_about_and_used(config, target):
    config.write_text('color = "never"\n')
    config.chmod(0o666)
    status, stdout, stderr = here(target, "-c", "6 * 7")
    assert (status, stdout) == (0, "42\n")
    assert stderr.startswith(f"kconsole: warning: {config} can be written by others")
    assert stderr.count("\n") == 1


# --- which file


def test_a_file_in_the_current_directory_is_not_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("config.toml", "kconsole.toml", ".kconsole.toml", "kconsole/config.toml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("tail = 7\n")
    assert parse(command, []).values["tail"] == 3


def test_another_file_can_be_named(config, tmp_path, monkeypatch):
    config.write_text("tail = 7\n")
    other = tmp_path / "other.toml"
    other.write_text("tail = 8\n")
    assert parse(command, ["--config", str(other)]).values["tail"] == 8
    assert parse(command, ["--config", "none"]).values["tail"] == 3
    monkeypatch.setenv("KCONSOLE_CONFIG", str(other))
    assert parse(command, []).values["tail"] == 8
    assert parse(command, ["--config", str(config)]).values["tail"] == 7


def test_a_named_file_that_is_not_there_is_status_2(tmp_path, capsys):
    path = tmp_path / "nowhere.toml"
    assert complaint(capsys, "--config", str(path)) == f"{path}: No such file or directory"
    foreign = "~nobody-here/config.toml"
    assert complaint(capsys, "--config", foreign) == f"{foreign}: No such file or directory"


@pytest.mark.parametrize("option", ["--version", "--help", "--print-config"])
def test_a_broken_file_is_in_nobodys_way(config, capsys, option):
    config.write_text("{")
    assert run_here([option]) == 0
    assert capsys.readouterr().err == ""


# --- the printed file


def test_the_printed_file_changes_nothing_and_explains_every_option(config, capsys):
    assert run_here(["--print-config"]) == 0
    text = capsys.readouterr().out
    assert tomllib.loads(text) == {}
    config.write_text(text)
    with_file, without = parse(command, []), parse(command, ["--config", "none"])
    assert with_file[:2] == without[:2]
    assert {**with_file.values, "config": "none"} == without.values
    for name in kinds():
        name = name.replace("_", "-")
        assert f"\n# {name} = " in text or f"\n## {name} is not set." in text


def test_the_printed_file_without_its_signs_holds_the_defaults(config, capsys):
    assert run_here(["--print-config"]) == 0
    config.write_text(re.sub("(?m)^# ", "", capsys.readouterr().out))
    settings = parse(command, [])
    assert settings.config is not None
    assert dict(settings.config.keys) == {name: action.keys for name, action in ACTIONS.items()}
    without = parse(command, ["--config", "none"])
    assert settings[:2] == without[:2]
    assert {**settings.values, "config": "none"} == without.values


# --- the programs


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["-k", "bash"], "--watch follows a running kernel: give TARGET or --existing"),
        (["4711", "-c", "1"], "--watch runs nothing: give only one of it and --code"),
        (["4711", "--expr", "a=1"], "--watch runs nothing: leave out --expr"),
        (["4711", "--output", "a"], "--watch runs nothing: leave out --output"),
        (["4711", "--cells"], "--watch runs nothing: leave out --cells"),
        (["4711", "-i"], "--watch runs nothing: leave out --interactive"),
    ],
)
def test_what_cannot_be_watched_is_refused(capsys, arguments, reason):
    assert complaint(capsys, "--watch", *arguments) == f"{reason} (see kconsole --help)"


@pytest.mark.measured
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")
def test_what_others_run_is_watched(tmp_path):
    with FakeKernel() as kernel:
        path = str(kernel.write_connection_file(tmp_path / "kernel-1.json"))
        with Terminal(program(path, "--watch")) as terminal:
            terminal.wait_for("; Ctrl-C leaves", START_S)
            assert here(path, "-c", "print('seen')").status == 0
            terminal.wait_for(re.compile(r"^\d\d:\d\d:\d\d \S+ seen$", re.MULTILINE))
            terminal.key("c-c")
            assert terminal.wait_exit() == 130
        assert kernel.count("execute_request") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")
@pytest.mark.parametrize(
    ("table", "reason"),
    [
        pytest.param(
            'newlines = "f2"',
            "no action is called 'newlines'; did you mean 'newline'?",
            marks=pytest.mark.measured,
        ),
        ('newline = "f77"', "the keys of 'newline': no key is called 'f77'"),
        ('newline = ["f5", "Ctrl-D"]', "Ctrl-D is given to both 'leave' and 'newline'"),
    ],
)
def test_a_wrong_key_is_one_line_with_its_place(config, target, table, reason):
    config.write_text(f"[keys]\nleave = 'c-d'\n{table}\n")
    with Terminal(program(target), columns=300) as terminal:
        assert terminal.wait_exit(START_S) == 2
        assert terminal.everything.startswith(f"kconsole: {config}, line 3: {reason}")
        assert len(terminal.everything.splitlines()) == 1


def test_an_unknown_style_in_the_file_is_told_to_a_script_too(config, capsys):
    config.write_text('tail = 1\nstyle = "monokay"\n')
    said = complaint(capsys, "-c", "1")
    assert said.startswith(
        f"{config}, line 2: 'style': no style is called 'monokay'; near it are monokai"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")
def test_an_unknown_style_is_one_line_before_a_kernel_is_started(tmp_path):
    record = tmp_path / "record"
    write_kernelspec(tmp_path, record=str(record))
    argv = program("-k", "fake", "--style", "no-such-style")
    with Terminal(argv, env={"JUPYTER_PATH": str(tmp_path)}, columns=200) as terminal:
        assert terminal.wait_exit(START_S) == 2
        assert terminal.everything.startswith(
            "kconsole: --style: no style is called 'no-such-style'"
        )
        assert len(terminal.everything.splitlines()) == 1
    assert not record.exists()


def test_a_kernel_can_be_kept_by_a_script(tmp_path, monkeypatch):
    write_kernelspec(tmp_path)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    status, stdout, stderr = run("-k", "fake", "--keep", "-c", "6 * 7")
    said = re.fullmatch("kconsole: left; the kernel stays; attach with: kconsole (.*)\n", stderr)
    assert (status, stdout) == (0, "42\n")
    assert said
    assert here(said[1], "-c", "%fake die 0").status == 4
    wait_until(lambda: here(said[1], "-c", "1").status == 3, what="the kernel's end")


def test_of_variables_only_those_that_are_nearly_an_option_s_are_told_of():
    line = "no variable is called KCONSOLE_COLOUR; did you mean KCONSOLE_COLOR?"
    assert odd_variables(command, ["KCONSOLE_COLOUR", "KCONSOLE_STYLE", "HOME"]) == [line]
    theirs = [
        "KCONSOLE_TEST_KERNELS",
        "KCONSOLE_REQUIRE_KERNELS",
        "KCONSOLE_TRACEBACK",
        "KCONSOLE_",
    ]
    assert odd_variables(command, theirs) == []
