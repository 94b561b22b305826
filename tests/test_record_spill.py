"""Long texts of a session, in a file: what is kept there is there, and takes no memory."""

from collections.abc import Iterator
from typing import Any

import pytest

from kconsole.protocol.events import (
    DisplayData,
    ExecuteResult,
    Parent,
    Stream,
    UpdateDisplay,
)
from kconsole.record.cell import RecordedCell
from kconsole.record.printed import Printed
from kconsole.record.spill import Spill

LONG = 1_500_000


@pytest.fixture
def spill() -> Iterator[Spill]:
    spill = Spill(1 << 24)
    yield spill
    spill.close()


def cell_of(spill: Spill, *events: Any, at_most: int = 2_000_000) -> RecordedCell:
    cell = RecordedCell("1", "x", None, at_most=at_most, spill=spill)
    for event in events:
        cell.receive(event)
    return cell


def test_texts_come_back_as_they_were(spill: Spill) -> None:
    texts = ["é\ud800🎉" * 300_000, "", "x"]
    slips = [spill.put(text) for text in texts]
    assert None not in slips
    assert [spill.get(slip) for slip in slips if slip is not None] == texts


def test_one_for_which_there_is_no_room_is_not_taken_nor_are_those_after_it() -> None:
    spill = Spill(10)
    assert spill.put("x" * 11) is None
    assert spill.full
    assert spill.put("x") is None
    spill.close()


def test_a_disk_that_is_full_keeps_what_is_on_it(
    spill: Spill, monkeypatch: pytest.MonkeyPatch
) -> None:
    slip = spill.put("first")
    assert slip is not None

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spill, "_write", fail)
    assert spill.put("second") is None
    assert spill.get(slip) == "first"


def test_of_much_text_the_end_is_in_memory(spill: Spill) -> None:
    printed = Printed("stdout", spill)
    lines = [f"{number:09}\n" for number in range(LONG // 10)]
    for start in range(0, len(lines), 1000):
        printed.write("".join(lines[start : start + 1000]))
    assert printed.size < 1_100_000
    assert printed.output() == Stream("stdout", "".join(lines))
    printed.write("50 %\r60 %\n")
    assert printed.output().text == "".join(lines) + "60 %\n"


def test_a_cell_keeps_more_than_has_room_in_memory(spill: Spill) -> None:
    text = "".join(f"{number:09}\n" for number in range(LONG // 5))
    cell = cell_of(spill, Stream("stdout", text, Parent("1")))
    assert cell.left_out == 0
    assert [*cell.outputs()] == [Stream("stdout", text)]
    without = cell_of(Spill(0), Stream("stdout", text, Parent("1")))
    assert without.left_out == len(text) - 2_000_000


def test_a_large_result_is_kept_and_its_small_parts_in_memory(spill: Spill) -> None:
    data = {"text/plain": "x" * 5_000_000, "text/html": "<b>"}
    result = ExecuteResult(data, {"a": 1}, None, 1, Parent("1"))
    cell = cell_of(spill, result)
    assert cell.left_out == 0
    (kept,) = cell.outputs()
    assert isinstance(kept, ExecuteResult)
    assert kept.data == data


def test_a_display_that_is_updated_may_become_large(spill: Spill) -> None:
    cell = cell_of(spill, DisplayData({"text/plain": "a"}, {}, "d", Parent("1")))
    cell.update(UpdateDisplay({"text/plain": "b" * 5_000_000}, {}, "d", Parent("1")))
    (kept,) = cell.outputs()
    assert isinstance(kept, DisplayData)
    assert kept.data == {"text/plain": "b" * 5_000_000}
