"""The images of scripts, and of kernels that are watched, as files."""

import base64
import stat
from pathlib import Path
from typing import Any

import pytest

from kconsole.errors import OutputError, SourceError
from kconsole.protocol.events import (
    DisplayData,
    Event,
    ExecuteInput,
    ExecuteResult,
    Parent,
    Stream,
    UpdateDisplay,
)
from kconsole.script import imagefiles as module
from kconsole.script.cells import ScriptCell
from kconsole.script.imagefiles import ImageFiles, ImageSink, WatchedImages, cell_stem
from kconsole.script.sink import Outcome

SVG = {"image/svg+xml": "<svg/>", "text/plain": "<Plot>"}
BOTH = {**SVG, "image/png": base64.b64encode(b"\x89PNG").decode()}


class Listener:
    """A sink that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def begin(self, cell: ScriptCell, msg_id: str) -> None:
        self.told.append(("begin", msg_id))

    def event(self, event: Event, msg: object) -> None:
        self.told.append(event)

    def page(self, payload: Any) -> None:
        self.told.append(payload)

    def expressions(self, values: Any) -> None:
        self.told.append(values)

    def end(self, cell: ScriptCell, outcome: Outcome) -> None:
        self.told.append(outcome)

    def note(self, text: str) -> None:
        self.told.append(text)

    def interrupted(self) -> None:
        self.told.append("interrupted")

    def close(self) -> None:
        self.told.append("closed")


@pytest.fixture
def files(tmp_path: Path) -> ImageFiles:
    return ImageFiles(str(tmp_path / "new" / "plots"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "new" / "plots"


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_all_is_handed_on_and_each_file_is_told(files: ImageFiles, folder: Path) -> None:
    told = Listener()
    sink = ImageSink(told, files)
    cell = ScriptCell("x", "dir/my plot.py", 3, only=False)
    sink.begin(cell, "id")
    text, image = Stream("stdout", "1\n"), DisplayData(BOTH, {})
    for event in (text, image, ExecuteResult(SVG, {})):
        sink.event(event, None)
    sink.page({"a": 1})
    sink.expressions({"b": 2})
    sink.note("said")
    sink.interrupted()
    sink.end(cell, Outcome("ok"))
    sink.close()
    path = folder / "my-plot-003"
    assert told.told == [
        ("begin", "id"),
        text,
        image,
        f"saved {path}-01.png (image/png, 4 B)",
        f"saved {path}-01.svg (image/svg+xml, 6 B)",
        ExecuteResult(SVG, {}),
        f"saved {path}-02.svg (image/svg+xml, 6 B)",
        {"a": 1},
        {"b": 2},
        "said",
        "interrupted",
        Outcome("ok"),
        "closed",
    ]
    assert (folder / "my-plot-003-01.png").read_bytes() == b"\x89PNG"


def test_an_update_replaces_the_files_of_its_display_without_a_word(
    files: ImageFiles, folder: Path
) -> None:
    assert len(files.save("a", DisplayData(SVG, {}, "id"))) == 1
    assert files.save("b", UpdateDisplay({"image/svg+xml": "<svg>2</svg>"}, {}, "id")) == []
    assert len(files.save("b", UpdateDisplay(SVG, {}, "other"))) == 1
    assert names(folder) == ["a-01.svg", "b-01.svg"]
    assert (folder / "a-01.svg").read_text() == "<svg>2</svg>"


def test_the_files_of_another_run_are_replaced_and_that_is_told(tmp_path: Path) -> None:
    (tmp_path / "a-01.svg").write_text("old")
    (tmp_path / "a-01.svg").chmod(0o640)
    path = tmp_path / "a-01.svg"
    files = ImageFiles(str(tmp_path))
    assert files.save("a", DisplayData(SVG, {})) == [f"replaced {path} (image/svg+xml, 6 B)"]
    assert path.read_text() == "<svg/>"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_directory_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SourceError, match=r"file: is no directory$"):
        ImageFiles(str(tmp_path / "file"))
    with pytest.raises(SourceError, match="cannot be written: Not a directory"):
        ImageFiles(str(tmp_path / "file" / "plots"))
    files = ImageFiles(str(tmp_path / "plots"))
    (tmp_path / "plots").touch()
    with pytest.raises(OutputError, match=r"plots: there is such a file$"):
        files.save("a", DisplayData(SVG, {}))


@pytest.mark.parametrize(
    ("cell", "label", "stem"),
    [
        (ScriptCell("", "plot.py"), "", "plot"),
        (ScriptCell("", "/a/nb.1.ipynb", 12, only=False), "", "nb.1-012"),
        (ScriptCell("", "-c"), "", "c"),
        (ScriptCell("", "-c 2"), "gpu1", "gpu1-c-2"),
        (ScriptCell("", "standard input"), "", "standard-input"),
        (ScriptCell("", ""), "../x", "..-x-cell"),
    ],
)
def test_a_cell_s_files_have_a_name_from_where_it_is_from(
    cell: ScriptCell, label: str, stem: str
) -> None:
    assert cell_stem(cell, label) == stem


def test_what_is_watched_has_the_numbers_of_its_cells(files: ImageFiles, folder: Path) -> None:
    watched = WatchedImages(files)
    assert watched.take(ExecuteInput("x", 7, parent=Parent(msg_id="a"))) == []
    assert len(watched.take(DisplayData(SVG, {}, parent=Parent(msg_id="a")))) == 1
    assert watched.take(Stream("stdout", "1")) == []
    assert len(watched.take(DisplayData(SVG, {}, parent=Parent(msg_id="unheard")))) == 1
    assert names(folder) == ["in-000-01.svg", "in-007-01.svg"]


def test_of_a_kernel_that_is_watched_without_end_the_last_names_are_known(
    files: ImageFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_NAMES", 2)
    for name in ("a", "b", "a", "c"):
        files.save(name, DisplayData(SVG, {}, name))
    assert files.save("d", UpdateDisplay(SVG, {}, "a")) == []
    assert len(files.save("d", UpdateDisplay(SVG, {}, "b"))) == 1
    assert len(files._counts) == len(files._named) == 2
    files.save("d", DisplayData(SVG, {}))
    assert sorted(path.name for path in tmp_path.rglob("*.svg")) == [
        "a-01.svg",
        "a-02.svg",
        "b-01.svg",
        "c-01.svg",
        "d-01.svg",
        "d-02.svg",
    ]


def test_a_directory_is_made_for_the_first_image(tmp_path: Path) -> None:
    directory = tmp_path / "new" / "images"
    files = ImageFiles(str(directory))
    assert files.save("a", DisplayData({"text/plain": "1"}, {})) == []
    assert not directory.parent.exists()
    assert len(files.save("a", DisplayData(SVG, {}))) == 1
    assert [each.name for each in directory.iterdir()] == ["a-01.svg"]
