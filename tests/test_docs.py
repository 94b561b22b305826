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

ROOT = Path(__file__).resolve().parent.parent
MAN = (ROOT / "man" / "kconsole.1").read_text()
README = (ROOT / "README.md").read_text()
HELP = command.get_help(command.make_context("kconsole", [], resilient_parsing=True))


def program_options() -> list[list[str]]:
    """The names of each option of the program, but --help and --version."""
    options = (each for each in command.params if isinstance(each, click.Option))
    return [list(each.opts) for each in options if each.name != "version"]


def man_options() -> set[str]:
    section = MAN.partition(".SH OPTIONS")[2].partition(".SH KEYS")[0].replace("\\-", "-")
    lines = [line for line in section.splitlines() if line.startswith((".BR -", ".B -"))]
    return {name for line in lines for name in re.findall(r"(?<![\w-])--?[a-z][\w-]*", line)}


def test_the_manual_page_has_exactly_the_options_of_the_program() -> None:
    wanted = {name for names in program_options() for name in names}
    assert man_options() == wanted | {"-h", "--help", "--version"}


@pytest.mark.parametrize("names", program_options(), ids=lambda names: names[-1])
def test_readme_and_help_show_each_option(names: list[str]) -> None:
    for name in names:
        assert name in HELP
    assert any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", README) for name in names)


@pytest.mark.parametrize("text", [MAN, README, HELP], ids=["man", "README", "help"])
def test_every_exit_status_is_told(text: str) -> None:
    flat = text.replace("\\fI", "").replace("\\fR", "")
    for status in ("0", "1", "2", "3", "4", "128+N"):
        assert re.search(rf"(?m)(^\.B |\| |; ?|Status +|\s){re.escape(status)}\b", flat), status


def test_the_manual_page_and_readme_tell_the_same_keys() -> None:
    keys = set(re.findall(r"(?:Alt|Ctrl|Shift)-[A-Za-z]+", README.partition("### Keys")[2]))
    in_man = set(re.findall(r"(?:Alt|Ctrl|Shift)-[A-Za-z]+", MAN))
    assert keys == in_man


def test_versions_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == kconsole.__version__
    assert f"kconsole {kconsole.__version__}" in MAN


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
