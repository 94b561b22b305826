"""The console's files of what it cannot show."""

import shutil
import stat
from pathlib import Path

import pytest

from kconsole.render import cabinet as module
from kconsole.render.artifact import Artifact
from kconsole.render.cabinet import Cabinet, cabinet_root


def image(content: bytes, suffix: str = "png") -> Artifact:
    return Artifact("image/png", suffix, content)


def test_its_folder_is_private_and_made_when_there_is_something(tmp_path: Path) -> None:
    cabinet = Cabinet(tmp_path / "run")
    assert cabinet.find() is None
    assert not (tmp_path / "run").exists()
    kept = cabinet.file(image(b"one"))
    assert kept.path is not None
    assert kept.path.read_bytes() == b"one"
    modes = [kept.path, kept.path.parent, tmp_path / "run"]
    assert [stat.S_IMODE(each.stat().st_mode) for each in modes] == [0o600, 0o700, 0o700]
    cabinet.close()
    assert kept.path.exists()
    Cabinet(tmp_path / "run").sweep()
    assert list((tmp_path / "run").iterdir()) == []


def test_what_was_shown_becomes_a_file_when_it_is_asked_for(tmp_path: Path) -> None:
    cabinet = Cabinet(tmp_path)
    cabinet.remember(image(b"one"))
    cabinet.file(image(b"two"))
    cabinet.remember(image(b"three", "html"))
    assert [each.name for each in tmp_path.glob("*/?.*")] == ["2.png"]
    found = [cabinet.find(number) for number in (None, 1, 2, 4)]
    names = [each.path.name for each in found if each is not None and each.path is not None]
    assert names == ["3.html", "1.png", "2.png"]
    assert found[3] is None
    cabinet.close()


def test_the_oldest_files_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_FILES", 2)
    monkeypatch.setattr(module, "_MOST_BYTES", 10)
    monkeypatch.setattr(module, "_MOST_WAITING", 3)
    cabinet = Cabinet(tmp_path)
    for content in (b"1", b"2", b"3"):
        cabinet.file(image(content))
    assert sorted(each.name for each in tmp_path.glob("*/*.png")) == ["2.png", "3.png"]
    cabinet.file(image(b"four too"))
    assert sorted(each.name for each in tmp_path.glob("*/*.png")) == ["3.png", "4.png"]
    with pytest.raises(OSError, match="more than"):
        cabinet.file(image(b"more than ten"))
    for number in range(5):
        cabinet.remember(image(str(number).encode()))
    assert cabinet.find(7) is None
    assert cabinet.find(10) is not None
    cabinet.close()


def test_a_folder_that_was_taken_away_is_made_anew(tmp_path: Path) -> None:
    cabinet = Cabinet(tmp_path / "run")
    first = cabinet.file(image(b"one"))
    shutil.rmtree(tmp_path / "run")
    assert cabinet.remember(image(b"two"), first.number).path is None
    second = cabinet.file(image(b"three"))
    assert second.path is not None
    assert second.path.read_bytes() == b"three"
    assert stat.S_IMODE(second.path.parent.stat().st_mode) == 0o700
    cabinet.close()


def test_what_takes_the_place_of_something_has_its_number_and_its_file(tmp_path: Path) -> None:
    cabinet = Cabinet(tmp_path)
    kept = cabinet.file(image(b"one"))
    assert cabinet.file(image(b"two"), 1) is kept
    assert cabinet.remember(image(b"three"), 1) is kept  # somebody may be looking at it
    assert kept.path is not None
    assert kept.path.read_bytes() == b"three"
    assert cabinet.numbers() == {image(b"three").fingerprint: 1}
    cabinet.remember(image(b"<svg>", "svg"), 1)
    assert cabinet.remember(image(b"<svg/>", "svg"), 1).path is None
    assert not kept.path.exists()
    assert cabinet.remember(image(b"new")).number == 2
    found = cabinet.find(1)
    assert found is not None
    assert found.path is not None
    assert found.path.read_bytes() == b"<svg/>"
    cabinet.close()


def test_the_runtime_directory_has_to_be_private(tmp_path: Path) -> None:
    jupyter = {"JUPYTER_RUNTIME_DIR": "/jupyter"}
    tmp_path.chmod(0o700)
    assert cabinet_root({**jupyter, "XDG_RUNTIME_DIR": str(tmp_path)}) == tmp_path
    tmp_path.chmod(0o755)
    for named in (str(tmp_path), "", "run", str(tmp_path / "none")):
        assert cabinet_root({**jupyter, "XDG_RUNTIME_DIR": named}) == Path("/jupyter")
