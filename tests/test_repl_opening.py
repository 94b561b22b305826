r"""``\open``: which program it starts, and what it says of its failure."""

from pathlib import Path
from queue import SimpleQueue

import pytest

from kconsole.render.artifact import Artifact
from kconsole.render.cabinet import Cabinet
from kconsole.render.filelink import file_link
from kconsole.repl.terminal.opening import open_kept, viewer_argv

PNG, PAGE = Path("/run/3.png"), Path("/run/3.html")
DISPLAY = {"DISPLAY": ":0"}


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that is all of PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def program(directory: Path, name: str, code: str = "exit 0") -> str:
    path = directory / name
    path.write_text(f"#!/bin/sh\n{code}\n")
    path.chmod(0o755)
    return str(path)


def test_the_system_s_viewer_is_asked(programs: Path) -> None:
    assert viewer_argv(PNG, {}, "darwin") == ["open", str(PNG)]
    with pytest.raises(ValueError, match="xdg-open"):
        viewer_argv(PNG, DISPLAY, "linux")
    opener = program(programs, "xdg-open")
    assert viewer_argv(PNG, DISPLAY, "linux") == [opener, str(PNG)]
    assert viewer_argv(PNG, {"WAYLAND_DISPLAY": "w"}, "linux") == [opener, str(PNG)]
    with pytest.raises(ValueError, match="no display"):
        viewer_argv(PNG, {}, "linux")


def test_a_browser_is_asked_for_pages_and_where_nothing_else_is(programs: Path) -> None:
    browser = {"BROWSER": "none:'half:other %s -x"}
    program(programs, "other")
    argv = ["other", str(PNG), "-x"]
    assert viewer_argv(PNG, browser, "linux") == argv
    opener = program(programs, "xdg-open")
    assert viewer_argv(PNG, browser | DISPLAY, "linux") == [opener, str(PNG)]
    assert viewer_argv(PAGE, browser | DISPLAY, "linux")[0] == "other"
    assert viewer_argv(PAGE, {"BROWSER": "other"}, "linux") == ["other", str(PAGE)]


def test_a_viewer_that_fails_is_told(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("BROWSER", raising=False)
    said: SimpleQueue[str] = SimpleQueue()
    cabinet = Cabinet(tmp_path / "run")
    open_kept(cabinet, "", said.put)
    assert said.get().startswith("there is nothing to open")
    path = cabinet.file(Artifact("image/png", "png", b"x")).path
    open_kept(cabinet, "7", said.put)
    assert said.get() == "there is no 7 to open, or not any more"
    program(programs, "xdg-open", "exit 3")
    open_kept(cabinet, "1", said.put)
    assert said.get() == f"opening {path}"
    told = said.get(timeout=60)
    assert told == f"xdg-open: no program for it was found; the file is {path}"
    (programs / "xdg-open").write_text("no program")
    open_kept(cabinet, "", said.put)
    assert said.get() == f"{programs}/xdg-open: Exec format error; the file is {path}"
    cabinet.close()


def test_a_link_has_the_path_in_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "here")
    path = Path("/run/a b/é.png")
    assert file_link(path, link=False) == "/run/a b/é.png"
    address = "file://here/run/a%20b/%C3%A9.png"
    assert file_link(path, link=True) == f"\x1b]8;;{address}\x1b\\{path}\x1b]8;;\x1b\\"
