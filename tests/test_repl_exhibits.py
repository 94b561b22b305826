"""What is no text: drawn, or kept in a file and told."""

import asyncio
import base64
import zlib
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pngs import plain_png

from kconsole.protocol.events import DisplayData, ExecuteResult, Parent, UpdateDisplay
from kconsole.render.cabinet import Cabinet
from kconsole.render.canvas import Canvas
from kconsole.render.filelines import numbered
from kconsole.render.output import Renderer, RenderOptions
from kconsole.render.sgr import strip_sgr
from kconsole.render.views import Shown
from kconsole.repl.screen import exhibits as module
from kconsole.repl.screen.above import Picture
from kconsole.repl.screen.exhibits import Exhibits

BLOCKS = Canvas("blocks", 40, 10)
FILES = Canvas("none", 40, 10)
IMAGE = {"image/png": base64.b64encode(plain_png(4, 4)).decode(), "text/plain": "<Figure>"}
BROKEN = {"image/png": base64.b64encode(b"\x89PNG").decode()}
SVG = {"image/svg+xml": "<svg/>"}


class Wall:
    """Takes the pictures, as the screen does, and notes what happens."""

    size = (80, 24)

    def __init__(self) -> None:
        self.events: list[Any] = []

    def place(self, picture: Picture) -> None:
        self.events.append(picture)

    def replace(self, picture: Picture) -> None:
        self.events.append(("update", picture))

    def shows(self, display_id: str | None) -> bool:
        return display_id == "here"

    def lines(self) -> list[str]:
        """The texts of the pictures."""
        return [each.text for each in self.events if isinstance(each, Picture)]


class Gallery:
    """Exhibits on a wall."""

    def __init__(self, folder: Path, canvas: Canvas | None = BLOCKS) -> None:
        self.wall = Wall()
        self.cabinet = Cabinet(folder)
        self.exhibits = Exhibits(self.wall, self.cabinet, lambda: canvas, link=False)  # type: ignore[arg-type]
        self.done = asyncio.Event()
        self.exhibits.pause = lambda: self.wall.events.append("pause")
        self.exhibits.go_on = self._go_on

    def _go_on(self) -> None:
        self.wall.events.append("go on")
        self.done.set()

    def take(self, event: Shown, head: str = "") -> bool:
        """Show something, as the scribe does."""
        form = partial(Renderer(RenderOptions()).silent_form, event)
        return self.exhibits.take(event, form, head)

    async def draw(self, event: Shown, head: str = "") -> None:
        """Have something drawn, and wait until it is."""
        self.done.clear()
        assert self.take(event, head)
        await self.done.wait()


def shown(data: dict[str, Any], display_id: str | None = None, cell: str = "a") -> DisplayData:
    return DisplayData(data, {}, display_id, parent=Parent(msg_id=cell))


def in_loop(story: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await asyncio.wait_for(story(), 60)

    asyncio.run(main())


def test_an_image_is_drawn_while_all_else_waits(tmp_path: Path) -> None:
    async def story() -> None:
        gallery = Gallery(tmp_path)
        await gallery.draw(shown(IMAGE, "id"))
        pause, picture, go_on = gallery.wall.events
        assert (pause, go_on) == ("pause", "go on")
        assert (picture.rows, picture.key, picture.wipe) == (2, "id", "")
        assert strip_sgr(picture.text).count("\n") == 2
        assert list(tmp_path.iterdir()) == []
        kept = gallery.cabinet.find()
        assert kept is not None
        assert kept.path is not None
        assert kept.path.read_bytes() == plain_png(4, 4)
        gallery.cabinet.close()

    in_loop(story)


def test_below_the_first_frame_of_what_moves_is_a_line(tmp_path: Path) -> None:
    async def story() -> None:
        gallery = Gallery(tmp_path)
        whole = plain_png(4, 4)
        moves = b"\0\0\0\x08acTL\0\0\0\x03\0\0\0\0"
        moves += zlib.crc32(moves[4:]).to_bytes(4, "big")
        data = whole[:33] + moves + whole[33:]
        await gallery.draw(shown({"image/png": base64.b64encode(data).decode()}))
        picture = gallery.wall.events[1]
        assert picture.text.endswith("\n[the first of 3 frames  \\open 1]\n")
        assert picture.rows == 3

    in_loop(story)


def test_a_result_s_image_stands_below_its_prompt(tmp_path: Path) -> None:
    async def story() -> None:
        gallery = Gallery(tmp_path)
        await gallery.draw(ExecuteResult(IMAGE, {}, execution_count=3), "Out[3]: ")
        picture = gallery.wall.events[1]
        assert picture.text.startswith("Out[3]:\n")
        assert picture.rows == 3

    in_loop(story)


def test_an_update_takes_the_place_of_what_was_drawn(tmp_path: Path) -> None:
    async def story() -> None:
        gallery = Gallery(tmp_path)
        await gallery.draw(UpdateDisplay(IMAGE, {}, "id"))
        assert gallery.wall.events[1][0] == "update"

    in_loop(story)


def test_what_cannot_be_drawn_is_kept_in_a_file_with_the_reason(tmp_path: Path) -> None:
    async def story() -> None:
        gallery = Gallery(tmp_path)
        await gallery.draw(shown(BROKEN))
        (line,) = gallery.wall.lines()
        path = next(tmp_path.glob("*/1.png"))
        assert line.startswith("[not drawn: image/png: ")
        assert line.endswith(f"; kept as {path}  \\open 1]\n")
        assert gallery.take(shown(SVG), "Out[1]: ")
        path = next(tmp_path.glob("*/2.svg"))
        assert gallery.wall.lines()[1] == f"Out[1]: [image/svg+xml, 6 B: {path}  \\open 2]\n"
        gallery.cabinet.close()

    in_loop(story)


def test_where_nothing_is_drawn_all_are_files_and_an_update_is_the_same_one(tmp_path: Path) -> None:
    gallery = Gallery(tmp_path, FILES)
    assert gallery.take(shown(IMAGE, "id"))
    assert gallery.take(UpdateDisplay(IMAGE, {}, "id"))
    assert [each.name for each in tmp_path.glob("*/*.png")] == ["1.png"]
    first, (_, second) = gallery.wall.events
    assert first.text == second.text
    assert first.rows == -(-len(first.text) // 80)
    gallery.cabinet.close()


def test_an_animation_is_one_thing_to_open_its_newest_picture(tmp_path: Path) -> None:
    def picture(size: int) -> dict[str, str]:
        return {"image/png": base64.b64encode(plain_png(size, size)).decode()}

    async def story() -> None:
        gallery = Gallery(tmp_path)
        await gallery.draw(shown(picture(1), "id"))
        await gallery.draw(UpdateDisplay(picture(2), {}, "id"))
        for size in (3, 4, 5):
            await gallery.draw(shown(picture(size)))
            gallery.exhibits.cleared()
        assert not gallery.take(shown({"text/html": "<p>page"}))
        gallery.exhibits.cleared(all_of_it=False)
        await gallery.draw(shown(picture(6)))
        gallery.exhibits.cleared()
        await gallery.draw(shown(picture(7), cell="b"))
        found = gallery.cabinet.numbers().items()
        assert sorted(number for _, number in found) == [1, 2, 3, 4]
        kept = gallery.cabinet.find(1)
        assert kept is not None
        assert kept.path is not None
        assert kept.path.read_bytes() == plain_png(2, 2)
        kept = gallery.cabinet.find(2)
        assert kept is not None
        assert kept.artifact.suffix == "html"
        gallery.cabinet.close()

    in_loop(story)


def test_where_output_is_shown_once_more_what_was_drawn_has_its_number(tmp_path: Path) -> None:
    async def story() -> None:
        gallery = Gallery(tmp_path)
        gallery.take(shown({"text/html": "<p>page"}))
        await gallery.draw(shown(IMAGE))
        again = Renderer(RenderOptions(told=partial(numbered, gallery.exhibits.numbers())))
        size = len(plain_png(4, 4))
        assert again.block(shown(IMAGE)) == rf"[image/png, {size} B  \open 2]" + "\n"
        assert again.block(shown({"text/html": "<p>page"})) == "page\n"
        assert again.block(shown({**IMAGE, **BROKEN})) == "<Figure>\n"
        assert again.block(shown({"text/plain": "1"})) == "1\n"

    in_loop(story)


def test_a_disk_that_is_full_is_told(tmp_path: Path) -> None:
    gallery = Gallery(tmp_path / "file", FILES)
    (tmp_path / "file").touch()
    assert gallery.take(shown(SVG))
    assert gallery.wall.lines() == ["[image/svg+xml, 6 B; it cannot be saved: File exists]\n"]


@pytest.mark.parametrize(
    "data", [{}, {"text/plain": "1"}, {**IMAGE, "text/latex": "$x$"}, {"text/html": "<b>1</b>"}]
)
def test_text_is_for_others_to_show(data: dict[str, Any], tmp_path: Path) -> None:
    gallery = Gallery(tmp_path)
    assert not gallery.take(shown(data))
    assert (gallery.cabinet.find() is not None) == ("text/html" in data)
    gallery.cabinet.close()


def test_a_page_without_a_text_is_kept_in_a_file_and_one_with_a_text_is_not(tmp_path: Path) -> None:
    gallery = Gallery(tmp_path)
    plot = {"text/html": "<div><script>plot()</script></div>", "text/plain": "<P at 0x7f>"}
    for data in (plot, {**plot, "application/vnd.x+json": {}}):
        assert gallery.take(shown(data))
        assert gallery.wall.lines()[-1].startswith("[text/html, ")
    assert not gallery.take(shown({**plot, "text/plain": "3 points"}))
    assert not gallery.take(shown({**plot, "text/html": "3 <b>points</b>"}))
    gallery.cabinet.close()


def test_where_images_are_not_wanted_nothing_is_done(tmp_path: Path) -> None:
    assert not Gallery(tmp_path, None).take(shown(IMAGE))


def test_of_too_many_the_others_are_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_DRAWN", 1)
    size = len(plain_png(4, 4))

    async def story() -> None:
        gallery = Gallery(tmp_path)
        await gallery.draw(shown(IMAGE))
        assert gallery.take(shown(IMAGE))
        assert gallery.wall.lines()[1] == rf"[image/png, {size} B  \open 2]" + "\n"
        await gallery.draw(UpdateDisplay(IMAGE, {}, "here", parent=Parent(msg_id="a")))
        gallery.exhibits.cleared()
        await gallery.draw(shown(IMAGE))
        await gallery.draw(shown(IMAGE, cell="b"))
        gallery.exhibits.interrupted = lambda msg_id: msg_id == "c"
        assert gallery.take(shown(IMAGE, cell="c"))
        assert gallery.wall.lines()[-1].startswith("[image/png")
        assert list(tmp_path.iterdir()) == []

    in_loop(story)


def test_of_updates_that_would_each_be_a_copy_below_the_last_one_comes_at_the_end(
    tmp_path: Path,
) -> None:
    def update(size: int, display_id: str = "away") -> UpdateDisplay:
        image = {"image/png": base64.b64encode(plain_png(size, size)).decode()}
        return UpdateDisplay(image, {}, display_id, parent=Parent(msg_id="a"))

    async def story() -> None:
        gallery = Gallery(tmp_path)
        await gallery.draw(update(2))
        for size in (4, 6, 8):
            assert gallery.take(update(size))
        await gallery.draw(update(4, "here"))  # in its place, as often as it likes
        assert [each[1].rows for each in gallery.wall.events if each[0] == "update"] == [1, 2]
        gallery.done.clear()
        gallery.exhibits.end_cell()
        await gallery.done.wait()
        assert gallery.wall.events[-2][1].rows == 4
        gallery.exhibits.end_cell()  # nothing is left
        await gallery.draw(update(2))  # the next cell's first comes at once
        gallery.cabinet.close()

    in_loop(story)


def test_what_would_keep_the_terminal_busy_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_TEXT", 10)

    async def story() -> None:
        gallery = Gallery(tmp_path)
        await gallery.draw(shown(IMAGE))
        (line,) = gallery.wall.lines()
        assert "B would have to be sent to the terminal; " in line
        gallery.cabinet.close()

    in_loop(story)


def test_what_was_given_up_meanwhile_is_not_shown(tmp_path: Path) -> None:
    async def story() -> None:
        gallery = Gallery(tmp_path)
        gallery.exhibits.abandoned = lambda msg_id: msg_id == "a"
        await gallery.draw(shown(IMAGE))
        assert gallery.wall.events == ["pause", "go on"]

    in_loop(story)
