"""File names behind the commands that take one."""

from pathlib import Path

import pytest

from kconsole.repl.commands import parse
from kconsole.repl.completion.filenames import file_offers


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("plot.py", "plan b.py", ".hidden", "bell\x07.py"):
        (tmp_path / name).touch()
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "one.py").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def completed(before: str) -> list[str] | None:
    """The lines that the input may become."""
    offers = file_offers(before)
    if offers is None:
        return None
    each = map(offers.__getitem__, range(len(offers)))
    return [before[: len(before) + one.start_position] + one.text for one in each]


@pytest.mark.parametrize("command", ["i", "save", "log"])
def test_names_that_begin_so(folder: Path, command: str) -> None:
    assert completed(f"\\{command} pl") == [
        f'\\{command} "plan b.py"',
        f"\\{command} plans/",
        f"\\{command} plot.py",
    ]


def test_in_a_folder(folder: Path) -> None:
    assert completed("\\i plans/") == ["\\i plans/one.py"]
    assert completed(f"\\i {folder}/plo") == [f"\\i {folder}/plot.py"]


def test_in_the_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    assert completed("\\i ~/plo") == ["\\i ~/plot.py"]


def test_in_quotes(folder: Path) -> None:
    assert completed("\\i 'plan") == ["\\i 'plan b.py'", "\\i 'plans/"]


def test_every_offer_of_a_file_is_understood(folder: Path) -> None:
    for line in completed("\\i ") or []:
        invocation = parse(line)
        assert invocation is not None
        assert (folder / invocation.arguments[0]).exists()


def test_hidden_files_only_for_a_dot(folder: Path) -> None:
    assert completed("\\i .") == ["\\i .hidden"]


def test_names_that_act_on_a_terminal_are_not_offered(folder: Path) -> None:
    assert completed("\\i bell") == []


@pytest.mark.parametrize("before", ["\\i nowhere/", "\\i a\0b/"])
def test_a_folder_that_is_not_there_offers_nothing(folder: Path, before: str) -> None:
    assert completed(before) == []


@pytest.mark.parametrize("before", ["\\i", "\\peek pl", "save pl", "\\alpha pl", "x\n\\i pl"])
def test_elsewhere_no_file_belongs(folder: Path, before: str) -> None:
    assert completed(before) is None
