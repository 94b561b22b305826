"""What the console a line at a time writes of what is no text."""

import base64
from pathlib import Path
from typing import Any

import pytest
from pngs import plain_png

from kconsole.protocol.events import DisplayData, ExecuteResult, Stream, UpdateDisplay
from kconsole.render.cabinet import Cabinet
from kconsole.render.output import RenderOptions
from kconsole.render.sgr import strip_sgr
from kconsole.repl.options import ConsoleOptions
from kconsole.repl.plain.renderer import PlainRenderer

IMAGE = {"image/png": base64.b64encode(plain_png(4, 4)).decode(), "text/plain": "<Figure>"}
BROKEN = {"image/png": base64.b64encode(b"\x89PNG").decode()}


def renderer(folder: Path, **options: Any) -> tuple[PlainRenderer, Cabinet]:
    cabinet = Cabinet(folder)
    wanted = ConsoleOptions(**options)
    return PlainRenderer(wanted, RenderOptions(color=wanted.color), cabinet), cabinet


def test_an_image_is_a_file_and_an_update_the_same_one(tmp_path: Path) -> None:
    plain, cabinet = renderer(tmp_path, color=False)
    assert plain.render(Stream("stdout", "open")) == "open"
    text = plain.render(ExecuteResult(IMAGE, {}, display_id="id", execution_count=3))
    path = next(tmp_path.glob("*/1.png"))
    assert text == f"\nOut[3]: [image/png, {len(plain_png(4, 4))} B: {path}  \\open 1]\n"
    assert f": {path}  " in plain.render(UpdateDisplay(IMAGE, {}, "id"))
    assert plain.render(DisplayData({"text/plain": "1", "text/html": "1"}, {})) == "1\n"
    kept = cabinet.find()
    assert kept is not None
    assert kept.number == 2  # the page
    cabinet.close()


def test_blocks_are_drawn_if_they_are_asked_for_and_may_have_colours(tmp_path: Path) -> None:
    plain, cabinet = renderer(tmp_path, image="blocks")
    text = plain.render(ExecuteResult(IMAGE, {}, execution_count=3))
    head, *rows = strip_sgr(text).split("\n")
    assert (head, len(rows)) == ("Out[3]:", 3)
    assert "\x1b[A" not in text
    assert plain.render(DisplayData(BROKEN, {})).startswith("[not drawn: image/png: ")
    cabinet.close()


@pytest.mark.parametrize("options", [{"image": "blocks", "color": False}, {"image": "kitty"}])
def test_what_may_not_be_drawn_is_a_file(options: dict[str, Any], tmp_path: Path) -> None:
    plain, cabinet = renderer(tmp_path, **options)
    assert plain.render(DisplayData(IMAGE, {})).startswith("[image/png, ")
    cabinet.close()


def test_images_that_are_not_wanted_are_text(tmp_path: Path) -> None:
    plain, _ = renderer(tmp_path, image="none")
    assert plain.render(DisplayData(IMAGE, {})) == "<Figure>\n"
    assert list(tmp_path.iterdir()) == []
