"""What is written above the prompt, and written anew: played on a screen."""

from collections.abc import Callable

import pyte
import pytest

from kconsole.repl.screen.above import Above, Picture, height
from kconsole.repl.screen.output import ERASE_BELOW

ROWS, COLUMNS = 12, 20
PROMPT = 2


class Board:
    """A terminal with a prompt of two rows at its bottom."""

    def __init__(self) -> None:
        self.above = Above()
        self.written: list[str] = []
        self._screen = pyte.HistoryScreen(COLUMNS, ROWS, history=1000, ratio=0.5)
        self._screen.set_mode(pyte.modes.LNM)
        self._stream = pyte.Stream(self._screen)
        self._draw_prompt(PROMPT)

    def flush(self, prompt: int = PROMPT) -> None:
        self._stream.feed(f"\x1b[{self._prompt - 1}A\r\x1b[J" if self._prompt > 1 else "\r\x1b[J")
        for text in self.above.take(ROWS, COLUMNS):
            self.written.append(text)
            self._stream.feed(text)
        self._draw_prompt(prompt)

    def _draw_prompt(self, rows: int) -> None:
        self._prompt = rows
        self._stream.feed("\n".join(["> "] + ["bar"] * (rows - 1)))
        self.above.drawn(rows)

    @property
    def lines(self) -> list[str]:
        """All rows above the prompt."""
        old = ["".join(row[x].data for x in range(COLUMNS)) for row in self._screen.history.top]
        rows = [line.rstrip() for line in [*old, *self._screen.display]]
        return rows[: rows.index(">")]


def picture(name: str, rows: int = 3, key: str | None = None, wipe: str | None = "") -> Picture:
    return Picture("".join(f"{name}{row}\n" for row in range(rows)), rows, key, wipe)


def test_a_picture_is_updated_in_its_place_and_what_is_below_stays() -> None:
    board = Board()
    board.above.add("above\n")
    board.above.place(picture("a", 3, "id"))
    board.above.add("below\n")
    board.flush()
    assert board.lines == ["above", "a0", "a1", "a2", "below"]
    assert board.above.has("id")
    assert board.above.update(picture("b", 1, "id"))
    board.flush()
    assert board.lines == ["above", "b0", "below"]
    assert not board.above.update(picture("c", 1, "other"))
    assert not board.above.update(picture("c", 1))


def test_updates_before_a_frame_are_drawn_once() -> None:
    board = Board()
    board.above.place(picture("a", 2, "id"))
    for name in "bcd":
        assert board.above.update(picture(name, 2, "id"))
    board.flush()
    assert board.lines == ["d0", "d1"]
    assert len(board.written) == 1


def test_what_is_partly_in_the_scrollback_is_shown_anew_below() -> None:
    board = Board()
    board.above.place(picture("a", 8, "id"))
    board.above.add("x\ny\n")
    board.flush(prompt=4)
    assert board.above.update(picture("b", 2, "id"))
    board.flush()
    assert board.lines == [*(f"a{row}" for row in range(8)), "x", "y", "b0", "b1"]


def test_a_prompt_that_was_high_once_has_pushed_it_up() -> None:
    board = Board()
    board.above.place(picture("a", 4, "id"))
    board.flush(prompt=10)
    board.flush()
    board.above.update(picture("b", 1, "id"))
    board.flush()
    assert board.lines == ["a0", "a1", "a2", "a3", "b0"]


@pytest.mark.parametrize("seal", [Above.seal, Above.lose])
def test_what_is_sealed_stays(seal: Callable[[Above], None]) -> None:
    board = Board()
    board.above.place(picture("a", 2, "id"))
    board.flush()
    seal(board.above)
    assert not board.above.has("id")
    board.above.clear()
    board.flush()
    assert board.lines == ["a0", "a1"]


def test_a_seal_waits_for_what_is_to_be_written_anew() -> None:
    board = Board()
    board.above.place(picture("a", 2, "id"))
    board.flush()
    board.above.update(picture("b", 2, "id"))
    board.above.seal()
    board.flush()
    assert board.lines == ["b0", "b1"]
    assert not board.above.has("id")


def test_after_a_resize_what_has_changed_comes_below() -> None:
    board = Board()
    board.above.place(picture("a", 2, "id"))
    board.above.add("text\n")
    board.flush()
    board.above.update(picture("b", 1, "id"))
    board.above.lose()
    board.flush()
    assert board.lines == ["a0", "a1", "text", "b0"]


def test_a_clear_takes_pictures_and_their_cell_s_text_away_but_not_our_notes() -> None:
    board = Board()
    board.above.add("note\n", lasting=True)
    board.above.add("epoch 1\n")
    board.above.place(picture("a", 2))
    board.above.add("said\n", lasting=True)
    board.above.add("more\n")
    board.flush()
    board.above.clear()
    board.above.place(picture("b", 1))
    board.flush()
    assert board.lines == ["note", "said", "b0"]


def test_without_a_picture_nothing_is_kept_or_cleared() -> None:
    board = Board()
    board.above.add("text\n")
    board.above.clear()
    assert board.above
    board.flush()
    board.above.clear()
    assert not board.above
    board.flush()
    assert board.lines == ["text"]


def test_what_cannot_be_erased_stays_with_all_above_it() -> None:
    board = Board()
    board.above.place(picture("a", 2, "id"))
    board.above.place(picture("b", 2, wipe=None))
    board.above.place(picture("c", 2, "id2"))
    board.flush()
    assert not board.above.has("id")
    assert board.above.update(picture("d", 1, "id2"))
    board.flush()
    assert board.lines == ["a0", "a1", "b0", "b1", "d0"]


def test_each_picture_is_wiped_from_its_top_left() -> None:
    board = Board()
    board.above.place(picture("a", 2, "id", wipe="\x1b]wipe a\x07"))
    board.above.place(picture("b", 3, wipe="\x1b]wipe b\x07"))
    board.flush()
    board.above.update(picture("c", 1, "id"))
    board.written.clear()
    board.flush()
    assert board.written[:3] == ["\x1b[3A\x1b]wipe b\x07", "\x1b[2A\x1b]wipe a\x07", ERASE_BELOW]
    assert board.lines == ["c0", "b0", "b1", "b2"]


def test_the_height_of_text_is_counted_in_rows_of_the_screen() -> None:
    assert height("a\n\n" + "b" * 41 + "\n\x1b[31mred\x1b[0m\n", 40, 20) == 6
    assert height("a\n" * 100, 12, 20) == 13


def test_what_reaches_is_what_is_updated_in_its_place() -> None:
    board = Board()
    board.above.place(picture("a", 3, "id"))
    assert board.above.reaches("id", ROWS)  # it is not written yet
    board.flush()
    assert board.above.reaches("id", ROWS)
    assert not board.above.reaches("id", 3)  # the prompt has a row too
    assert not board.above.reaches("other", ROWS)
    assert not board.above.reaches(None, ROWS)
