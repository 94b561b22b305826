"""Where the configuration file is looked for, and that it is never the current directory."""

import subprocess
import sys
from pathlib import Path

import pytest

from kconsole.config import config_path, present

FILE = Path("kconsole", "config.toml")


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    path.touch()
    return path


@pytest.mark.parametrize(
    ("platform", "env", "expected"),
    [
        ("linux", {"HOME": "/h"}, Path("/h/.config") / FILE),
        ("linux", {"HOME": "/h", "XDG_CONFIG_HOME": ""}, Path("/h/.config") / FILE),
        ("linux", {"HOME": "/h", "XDG_CONFIG_HOME": "/x"}, Path("/x") / FILE),
        ("linux", {"XDG_CONFIG_HOME": "/x"}, Path("/x") / FILE),
        ("freebsd14", {"HOME": "/h"}, Path("/h/.config") / FILE),
        ("darwin", {"HOME": "/h"}, Path("/h/Library/Application Support") / FILE),
        ("darwin", {"HOME": "/h", "XDG_CONFIG_HOME": "/x"}, Path("/x") / FILE),
        ("win32", {"APPDATA": r"C:\u\Roaming"}, Path(r"C:\u\Roaming") / FILE),
        ("win32", {"USERPROFILE": r"C:\u"}, Path(r"C:\u") / "AppData" / "Roaming" / FILE),
        ("win32", {"APPDATA": r"C:\r", "XDG_CONFIG_HOME": "/x"}, Path(r"C:\r") / FILE),
    ],
)
def test_each_platform_has_its_own_place(
    platform: str, env: dict[str, str], expected: Path
) -> None:
    assert config_path(env, platform) == expected


@pytest.mark.parametrize("value", [".", "config", "./config", "../config"])
def test_a_relative_path_counts_for_nothing(value: str) -> None:
    # It would be below the current directory, where others may put what they like.
    assert config_path({"HOME": "/h", "XDG_CONFIG_HOME": value}, "linux") == Path(
        "/h/.config/kconsole/config.toml"
    )
    assert config_path({"HOME": value}, "linux") is None
    assert config_path({"HOME": value}, "darwin") is None
    assert config_path({"USERPROFILE": value, "APPDATA": value}, "win32") is None


def test_without_a_home_directory_there_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", unknown)
    assert config_path({}, "linux") is None
    assert config_path({"XDG_CONFIG_HOME": "/x"}, "linux") == Path("/x") / FILE


def test_without_home_in_the_environment_the_user_database_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("HOME")
    assert config_path({}, "linux") == Path("~").expanduser() / ".config" / FILE


def test_on_macos_the_file_in_dot_config_is_taken_if_it_is_the_only_one(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path)}
    usual = put(tmp_path / ".config" / FILE)
    assert config_path(env, "darwin") == usual
    own = put(tmp_path / "Library" / "Application Support" / FILE)
    assert config_path(env, "darwin") == own


def test_present_is_what_can_be_read_or_complained_about(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    assert not present(path)
    path.symlink_to(tmp_path / "gone")
    assert present(path)
    path.unlink()
    path.touch()
    assert present(path)
    assert not present(path / "below")
    assert present(tmp_path / ("x" * 300))  # a name too long for the system


def test_where_there_is_no_file_no_toml_parser_is_imported() -> None:
    code = """
import sys
before = set(sys.modules)
from kconsole.config import config_path, present
assert not present(config_path({"HOME": "/nonexistent"}, "linux"))
print(sorted({"tomllib", "difflib", "textwrap", "json", "tempfile"} & (set(sys.modules) - before)))
"""
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], check=False, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
