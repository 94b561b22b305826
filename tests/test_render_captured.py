"""What goes into an Output widget: each step replaces the one before, and nothing else."""

from kconsole.protocol.events import ClearOutput, DisplayData, Event, Parent, Stream, UpdateDisplay
from kconsole.record.cell import RecordedCell
from kconsole.render.captured import Captured


def shown(text: str) -> DisplayData:
    return DisplayData({"text/plain": text}, {}, None, Parent("a"))


def test_of_what_an_output_widget_shows_the_last_step_is_recorded_and_all_else() -> None:
    captured = Captured()
    cell = RecordedCell("a", "", None)

    def take(event: Event, widget: str = "") -> None:
        recorded = captured.take(event, widget)
        if isinstance(recorded, UpdateDisplay):
            cell.update(recorded)
        elif recorded is not None:
            cell.receive(recorded)

    take(Stream("stdout", "before\n"))
    for step in range(3):
        take(ClearOutput(wait=True), "bar")
        take(shown(f"{step} of 2"), "bar")
        take(Stream("stdout", f"{step}\n"), "bar")
        take(shown("beside"), "other")
    take(shown("after"))
    assert [
        each.text if isinstance(each, Stream) else each.data["text/plain"]  # type: ignore[union-attr]
        for each in cell.outputs()
    ] == ["before\n", "2 of 2", "0\n", "beside", "1\n", "beside", "2\n", "beside", "after"]
    take(ClearOutput(wait=False))
    assert list(cell.outputs()) == []
