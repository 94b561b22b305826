"""The manual page, README and --help tell of the same options, keys and exit statuses."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import click
import pytest

import kconsole
from kconsole.cli import command
from kconsole.cli.options import kinds
from kconsole.config.checking import check
from kconsole.config.file import load_config
from kconsole.render.greeting import OWN_LINE
from kconsole.repl.commands import COMMANDS
from kconsole.repl.input.keys import ACTIONS, key_help, key_sequences

ROOT = Path(__file__).resolve().parent.parent
MAN = (ROOT / "man" / "kconsole.1").read_text()
README = (ROOT / "README.md").read_text()
HELP = command.get_help(command.make_context("kconsole", [], resilient_parsing=True))


#: Keys that are prompt_toolkit's own, and worth to be told of.
GIVEN_KEYS = {"Up", "Down", "Ctrl-R", "Ctrl-L"}


def program_options() -> list[list[str]]:
    """The names of each option of the program, but --help and --version."""
    options = (each for each in command.params if isinstance(each, click.Option))
    return [[*each.opts, *each.secondary_opts] for each in options if each.name != "version"]


def man_section(name: str) -> str:
    return MAN.partition(f".SH {name}\n")[2].partition("\n.SH ")[0]


def readme_table(title: str) -> list[str]:
    """The first column of the table below a heading."""
    section = re.search(rf"(?ms)^##+ {title}\n(.*?)^##", README)
    assert section is not None
    cells = re.findall(r"(?m)^\| ((?:[^|\\]|\\.)*) \|", section[1])
    return [cell.replace("\\|", "|") for cell in cells[1:]]


def man_options() -> set[str]:
    section = man_section("OPTIONS").replace("\\-", "-")
    lines = [line for line in section.splitlines() if line.startswith((".BR -", ".B -"))]
    return {name for line in lines for name in re.findall(r"(?<![\w-])--?[a-z][\w-]*", line)}


def test_the_manual_page_has_exactly_the_options_of_the_program() -> None:
    wanted = {name for names in program_options() for name in names}
    assert man_options() == wanted | {"-h", "--help", "--version"}


def test_help_shows_each_option_under_one_heading() -> None:
    shown = re.findall(r"(?m)^  (?:-\w, )?(--[\w-]+)", HELP)
    assert len(set(shown)) == len(shown) == len(program_options()) + len(["--version", "--help"])
    titles = ["Kernel", "Remote", "Sources", "Output", "Session", "Running kernels", "Settings"]
    assert re.findall(r"(?m)^(\w[\w ]*):$", HELP) == titles
    rest = ["--config", "--print-config", "--version", "--help"]
    assert re.findall(r"(--[\w-]+)", HELP.partition("\nSettings:\n")[2])[:4] == rest


@pytest.mark.parametrize("names", program_options(), ids=lambda names: names[-1])
def test_readme_and_help_show_each_option(names: list[str]) -> None:
    for name in names:
        assert name in HELP
    assert any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", README) for name in names)


@pytest.mark.parametrize("text", [MAN, README, HELP], ids=["man", "README", "help"])
def test_every_exit_status_is_told(text: str) -> None:
    flat = text.replace("\\fI", "").replace("\\fR", "")
    for status in ("0", "1", "2", "3", "4", "124", "128+N"):
        assert re.search(rf"(?m)(^\.B |\| |; ?|Status +|\s){re.escape(status)}\b", flat), status


def test_the_manual_page_and_readme_tell_the_same_keys() -> None:
    keys = set(re.findall(r"(?:Alt|Ctrl|Shift)-[A-Za-z]+", README.partition("### Keys")[2]))
    in_man = set(re.findall(r"(?:Alt|Ctrl|Shift)-[A-Za-z]+", MAN))
    assert keys == in_man


def test_every_key_is_told_of_and_no_other() -> None:
    bound = {each for keys, _ in key_help({}) for each in keys.split(", ")} | GIVEN_KEYS
    in_readme = {each for cell in readme_table("Keys") for each in cell.split(", ")}
    assert in_readme == bound
    lines = man_section("KEYS").partition(".PP")[0].replace("\\-", "-")
    heads = re.findall(r"(?m)^\.TP\n\.B (.*)$", lines)
    assert {each for head in heads for each in head.split(", ")} == bound


def test_the_readmes_commands_are_those_that_there_are() -> None:
    assert readme_table("Commands") == [f"`{each.usage}`" for each in COMMANDS]


def test_the_manual_pages_commands_are_those_that_there_are() -> None:
    heads = re.findall(r'(?m)^\.TP\n\.B "(.*)"$', man_section("COMMANDS"))
    told = [head.replace("\\e", "\\").replace("\\-", "-") for head in heads]
    assert told == [each.usage for each in COMMANDS]


def test_the_readmes_options_are_those_that_there_are() -> None:
    told = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", " ".join(readme_table("Configuration"))))
    for names in program_options():
        assert told & set(names), names
    assert told <= {name for names in program_options() for name in names}


def test_the_readmes_configuration_file_is_right(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(README.partition("```toml\n")[2].partition("```")[0])
    config = load_config(path)
    check(config, kinds(), actions=ACTIONS)
    key_sequences(config.keys)
    assert {"gpu", "lab"} == config.connections.keys()


def test_the_readmes_links_lead_to_its_sections_and_the_first_ones_to_all() -> None:
    prose = re.sub(r"(?ms)^```.*?^```", "", README)
    anchors = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-"): level
        for level, title in re.findall(r"(?m)^(##+) (.*)$", prose)
    }
    links = re.findall(r"\]\(#([^)]*)\)", README)
    assert set(links) <= anchors.keys()
    contents = re.findall(r"\]\(#([^)]*)\)", README.partition("\n## ")[0])
    wanted = [anchor for anchor, level in anchors.items() if level == "##"]
    assert [each for each in contents if anchors[each] == "##"] == wanted


def test_the_readme_says_how_to_call_what_it_installs() -> None:
    section = README.partition("## Install and run\n")[2].partition("\n## ")[0]
    installed = re.search(r"&& ~/(\S+)/kconsole$", section, re.M)
    assert installed is not None
    assert f'export PATH="$HOME/{installed[1]}:$PATH"' in section


def test_versions_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == kconsole.__version__
    assert f"kconsole {kconsole.__version__}" in MAN
    assert f"\n{OWN_LINE}\n" in README


@pytest.mark.skipif(shutil.which("man") is None, reason="man is not installed")
def test_the_manual_page_formats_without_a_warning() -> None:
    formatted = subprocess.run(
        ["man", "--warnings", "-E", "UTF-8", "-l", str(ROOT / "man" / "kconsole.1")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert formatted.stderr == ""
    assert "EXIT STATUS" in formatted.stdout
