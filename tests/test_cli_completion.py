"""Tab in the user's shell: what is offered, and that real shells take it."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.shell_completion import get_completion_class
from fake_kernel import write_kernelspec
from programs import here
from terminal import Terminal

from kconsole.cli import command
from kconsole.cli.completion import complete, complete_ssh_hosts
from kconsole.cli.shells import adapt_shells, join_pieces

#: The same code is measured where it runs in this process.
pytestmark = pytest.mark.usefixtures("unmeasured")

CONTENT = dict.fromkeys(("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port"), 9)
#: What each shell is told to do, in its own words; one line, as README has it.
SHELLS = {
    "bash": (
        ["bash", "--norc", "--noprofile"],
        'eval "$(_KCONSOLE_COMPLETE=bash_source kconsole)"',
    ),
    "zsh": (["zsh", "-f"], 'eval "$(_KCONSOLE_COMPLETE=zsh_source kconsole)"'),
    "fish": (
        ["fish", "--no-config", "-C", "function fish_prompt; echo 'ready> '; end"],
        "_KCONSOLE_COMPLETE=fish_source kconsole | source",
    ),
}


@pytest.fixture
def files(runtime_dir):
    """Writes connection files that nobody stands behind, two hours old."""
    runtime_dir.mkdir(parents=True)
    written = time.time() - 7500

    def write(*names, **content):
        for name in names:
            (runtime_dir / name).write_text(json.dumps(CONTENT | content))
            os.utime(runtime_dir / name, (written, written))

    return write


def offered(words, *, shell="zsh", **variables):
    """What a shell is told: value -> help, "" if there is none; the last of the words is completed."""
    index = len(words.split(" ")) - 1
    env = {"COMP_WORDS": words, "COMP_CWORD": str(index), "_KCONSOLE_COMPLETE": f"{shell}_complete"}
    outcome = here(env=os.environ | env | variables)
    assert (outcome.status, outcome.stderr) == (0, "")
    lines = outcome.stdout.splitlines()
    kinds, values, helps = lines[::3], lines[1::3], lines[2::3]
    assert set(kinds) <= {"plain", "file", "dir"}
    return {
        value if kind == "plain" else f"({kind})": "" if help == "_" else help
        for kind, value, help in zip(kinds, values, helps, strict=False)
    }


@pytest.mark.parametrize("words", ["kconsole ", "kconsole -e ", "kconsole --ping "])
def test_kernels_are_offered_by_the_shortest_name_that_is_enough(files, words):
    files(
        "kernel-0b2c4711-5d5e.json",
        "kernel-77aa-1.json",
        "kernel-77aa-2.json",
        kernel_name="python3",
    )
    assert offered(words) == dict.fromkeys(["0b2c4711", "77aa-1", "77aa-2"], "python3, 2h old")


def test_who_has_typed_more_is_offered_more(files):
    files("kernel-0b2c4711-5d5e.json")
    assert list(offered("kconsole 0b2c4711-")) == ["0b2c4711-5d5e"]
    assert list(offered("kconsole -e kern")) == ["kernel-0b2c4711-5d5e.json"]
    assert list(offered("kconsole ./")) == ["(file)"]
    assert list(offered("kconsole 9")) == ["(file)"]


def test_what_a_shell_cannot_take_as_it_is_is_not_offered(files):
    files(
        "kernel-a b.json", "kernel-$(reboot).json", "kernel-\x1b[2J.json", "kernel-new\nline.json"
    )
    files("kernel-fine.json", kernel_name="\x1b[2Jna\nme")
    assert offered("kconsole -e ") == {"fine": "na me, 2h old"}


def test_a_file_that_is_no_use_is_offered_all_the_same(files, runtime_dir):
    files("kernel-1.json")
    (runtime_dir / "kernel-2.json").write_text("{")
    assert offered("kconsole ").keys() == {"1", "2"}


def test_connections_of_the_configuration_are_targets(files, tmp_path):
    files("kernel-l1.json")
    config = tmp_path / "config.toml"
    config.write_text('[connections.lab]\nexisting = "x"\n[connections.other]\n')
    assert offered("kconsole l", KCONSOLE_CONFIG=str(config)).keys() == {"lab", "l1"}
    assert offered(f"kconsole --config {config} o").keys() == {"other"}
    assert offered(f"kconsole --config {config} -e l").keys() == {"l1"}
    config.write_text("vi = 7\n[")
    assert offered("kconsole l", KCONSOLE_CONFIG=str(config)).keys() == {"l1"}


def test_kernelspecs_styles_choices_and_files(tmp_path):
    write_kernelspec(tmp_path, "fake-one", spec={"display_name": "Fake \x1b[1mOne"})
    assert offered("kconsole -k fake", JUPYTER_PATH=str(tmp_path)) == {"fake-one": "Fake One"}
    assert {"monokai", "material"} <= offered("kconsole --style m").keys()
    assert "default" in offered("kconsole --style ")
    assert offered("kconsole --notify b").keys() == {"bell"}
    assert offered("kconsole --cwd ").keys() == {"(dir)"}
    for option in ("--log", "--history", "--config"):
        assert offered(f"kconsole {option} ").keys() == {"(file)"}
    assert {"--ping", "--plain"} <= offered("kconsole --p").keys()


@pytest.mark.parametrize(
    ("shell", "words", "value"),
    [
        ("zsh", "--encrypt=re", "--encrypt=required"),
        ("zsh", "--existing=0b", "--existing=0b2c4711"),
        ("fish", "--existing=0b", "--existing=0b2c4711"),
        ("bash", "--existing =", "0b2c4711"),
        ("bash", "--existing = 0b", "0b2c4711"),
        ("bash", "--encrypt = re", "required"),
        ("bash", "--cwd = /tmp -e 0b", "0b2c4711"),
        ("bash", "--exi", "--existing"),
    ],
)
def test_a_value_behind_an_equals_sign_is_given_as_the_shell_puts_it_there(
    shell, words, value, files
):
    files("kernel-0b2c4711-5d5e.json")
    *before, word = words.split(" ")
    env = {
        "COMP_WORDS": "\n".join(["kconsole", *before, word]),
        "COMP_CWORD": word if shell == "fish" else str(1 + len(before)),
        "_KCONSOLE_COMPLETE": f"{shell}_complete",
    }
    told = here(env=os.environ | env).stdout.splitlines()
    assert (told[1] if shell == "zsh" else told[0].removeprefix("plain,").split("\t")[0]) == value


def test_what_bash_has_cut_is_put_together():
    assert join_pieces(["--ssh", "=", "ada", "@", "gpu01", "x"]) == ["--ssh=ada@gpu01", "x"]
    assert join_pieces(["gpu01", ":", "22"]) == ["gpu01:22"]
    assert join_pieces(["a", "=", ""]) == ["a=", ""]
    assert join_pieces(["@"]) == ["@"]


def test_hosts_of_ssh_are_offered_with_the_user_that_was_typed(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "config").write_text("Host gpu01 gpu02 login *\n")
    option = click.Option(["--ssh"], shell_complete=complete_ssh_hosts)
    context = click.Context(command)

    def hosts(word):
        return [item.value for item in complete_ssh_hosts(context, option, word)]

    assert hosts("gpu") == ["gpu01", "gpu02"]
    assert hosts("ada@l") == ["ada@login"]
    assert hosts("x") == hosts("a d@l") == []
    assert [item.value for item in complete(context, option, "l")] == ["login"]

    adapt_shells()
    for words, answer in {
        "kconsole\n--ssh\nlo": "plain,login",
        "kconsole\n--ssh\nada\n@\nlo": "plain,@login",  # bash puts it in the place of "@lo"
        "kconsole\n--ssh\n=\nada\n@\nlo": "plain,@login",
    }.items():
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(words.count("\n")))
        shell = get_completion_class("bash")(click.Command("kconsole", params=[option]), {}, "", "")
        assert shell.complete() == answer


def test_nothing_that_goes_wrong_is_shown(files, runtime_dir):
    runtime_dir.chmod(0)
    try:
        assert offered("kconsole x").keys() == {"(file)"}
    finally:
        runtime_dir.chmod(0o700)
    (runtime_dir / "kernels").mkdir()
    for words in ('kconsole "', "kconsole --tail x --nonsense ", "kconsole -e '' ", "kconsole -- "):
        offered(words)
    assert here(env=os.environ | {"_KCONSOLE_COMPLETE": "csh_source"}) == (1, "", "")


@pytest.mark.parametrize("shell", [name for name in SHELLS if shutil.which(SHELLS[name][0][0])])
def test_a_real_shell_completes(shell, files, tmp_path):
    argv, line = SHELLS[shell]
    files("kernel-0b2c4711-5d5e.json", "kernel-77aa-1.json", kernel_name="python3")
    env = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PS1": "ready> ",
        "PROMPT": "ready> ",
        "XDG_CONFIG_HOME": str(tmp_path),
        "TERM": "xterm",
    }
    with Terminal(argv, env=env, cwd=tmp_path) as terminal:
        terminal.wait_for("ready>")
        if shell == "zsh":
            terminal.line("autoload -Uz compinit && compinit -u")
        terminal.line(line)
        terminal.line("clear; echo 'in''stalled'")
        terminal.wait_for("installed")
        terminal.send("kconsole -e 0b")
        terminal.key("tab")
        terminal.wait_for("kconsole -e 0b2c4711")
        terminal.send("--encrypt=req")
        terminal.key("tab")
        terminal.wait_for("-e 0b2c4711 --encrypt=required")
        terminal.send("--pin")
        terminal.key("tab")
        terminal.wait_for("--ping")


@pytest.mark.parametrize("words", ["kconsole ", "kconsole -k ", "kconsole --"])
def test_a_tab_waits_for_no_import_that_it_can_do_without(files, words):
    files("kernel-1.json")
    env = {
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
        "_KCONSOLE_COMPLETE": "bash_complete",
    }
    code = "import sys; from kconsole.cli import run; run([]); print(*sys.modules)"
    command = [sys.executable, "-c", code]
    told = subprocess.run(command, env=os.environ | env, capture_output=True, text=True, check=True)
    *_, modules = told.stdout.splitlines()
    assert "kconsole.cli.completion" in modules.split()
    heavy = {"zmq", "asyncio", "prompt_toolkit", "pygments", "subprocess"}
    assert not heavy & set(modules.split())
