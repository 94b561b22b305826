"""Which editor is the user's."""

from pathlib import Path

import pytest

from kconsole.connect.info import ConnectionInfo
from kconsole.repl.terminal.editor import editor_command, is_file_here


def only(*names: str):
    return lambda name: f"/bin/{name}" if name in names else None


@pytest.mark.parametrize(
    ("environ", "there", "command"),
    [
        ({"VISUAL": "code -w", "EDITOR": "ed"}, (), ["code", "-w"]),
        ({"VISUAL": " ", "EDITOR": "'my editor' -x"}, (), ["my editor", "-x"]),
        ({}, ("nano", "vi"), ["vi"]),
        ({}, ("nano",), ["nano"]),
    ],
)
def test_the_editor(environ: dict[str, str], there: tuple[str, ...], command: list[str]) -> None:
    assert editor_command(environ, only(*there)) == command


@pytest.mark.parametrize(
    ("environ", "reason"),
    [({}, "^no editor: set VISUAL or EDITOR"), ({"EDITOR": "a 'b"}, r"^\$EDITOR makes no sense: ")],
)
def test_no_editor(environ: dict[str, str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        editor_command(environ, only())


@pytest.mark.parametrize(
    ("name", "info", "is_here"),
    [
        ("{folder}/mine.py", ConnectionInfo(), True),
        ("{folder}/mine.py", ConnectionInfo(transport="ipc", ip="/tmp/kernel-ipc"), True),
        ("{folder}/mine.py", ConnectionInfo(ip="192.0.2.1"), False),
        ("{folder}/other.py", ConnectionInfo(), False),
        ("{folder}", ConnectionInfo(), False),
        ("mine.py", ConnectionInfo(), False),
        ("-c", ConnectionInfo(), False),
        ("{folder}/a\0b", ConnectionInfo(), False),
    ],
)
def test_which_files_are_here(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    info: ConnectionInfo,
    is_here: bool,
) -> None:
    monkeypatch.chdir(tmp_path)
    for each in ("mine.py", "-c"):
        (tmp_path / each).write_text("")
    assert is_file_here(name.format(folder=tmp_path), info) == is_here
