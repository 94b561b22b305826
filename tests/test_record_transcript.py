"""What a session has run, as the events leave it."""

import gc
from pathlib import Path

import pytest

from kconsole.errors import KconsoleError
from kconsole.protocol.events import (
    ClearOutput,
    DisplayData,
    ErrorOutput,
    Event,
    ExecuteInput,
    ExecuteResult,
    Parent,
    Status,
    Stream,
    UpdateDisplay,
)
from kconsole.protocol.replies import KernelInfo, LanguageInfo
from kconsole.record import cell as module
from kconsole.record.cell import Output, RecordedCell
from kconsole.record.kinds import kind_of, suffixes
from kconsole.record.saving import rendered
from kconsole.record.transcript import Transcript

INFO = KernelInfo(language_info=LanguageInfo("python", file_extension=".py"))
HERE = Parent("1")


def out(text: str) -> Stream:
    return Stream("stdout", text)


def err(text: str) -> Stream:
    return Stream("stderr", text)


def display(text: str, display_id: str | None = None, parent: Parent = HERE) -> DisplayData:
    return DisplayData({"text/plain": text}, {}, display_id, parent)


def update(text: str, display_id: str | None, parent: Parent = HERE) -> UpdateDisplay:
    return UpdateDisplay({"text/plain": text}, {"new": True}, display_id, parent)


def result(text: str, count: int | None = 3, display_id: str | None = None) -> ExecuteResult:
    return ExecuteResult({"text/plain": text}, {}, display_id, count)


def shown(*events: Event, at_most: int = 100) -> list[str]:
    """What a cell shows after these events: text with its stream's first letter, or what is displayed."""
    cell = RecordedCell("1", "x", None, at_most=at_most)
    for event in events:
        if isinstance(event, UpdateDisplay):
            cell.update(event)
        else:
            cell.receive(event)
    return [_word(one) for one in cell.outputs()]


def _word(output: Output) -> str:
    if isinstance(output, Stream):
        return f"{output.name[3]}:{output.text}"
    if isinstance(output, ErrorOutput):
        return output.ename
    return str(output.data["text/plain"])


ERROR = ErrorOutput("E", "v", ("t",))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([out("a"), out("b\n"), out("c")], ["o:ab\nc"]),
        ([out("a"), err("b"), out("c"), err("d"), err("e")], ["o:a", "e:b", "o:c", "e:de"]),
        ([out("a"), display("d"), out("b")], ["o:a", "d", "o:b"]),
        ([out(""), Status("idle")], []),
        ([out("a"), ERROR, result("r")], ["o:a", "E", "r"]),
        ([out("a"), display("d"), ClearOutput(wait=False)], []),
        ([out("a"), ClearOutput(wait=False), out("b")], ["o:b"]),
        ([out("a"), ClearOutput(wait=True)], ["o:a"]),
        ([out("a"), ClearOutput(wait=True), out("b"), out("c")], ["o:bc"]),
        ([out("a"), ClearOutput(wait=True), out("")], ["o:a"]),
        ([out("a"), ClearOutput(wait=True), ERROR], ["E"]),
        ([out("a"), ClearOutput(wait=True), result("r")], ["r"]),
        ([out("a"), ClearOutput(wait=True), ClearOutput(wait=False), out("b"), out("c")], ["o:bc"]),
    ],
)
def test_streams_are_joined_and_output_is_cleared(events: list[Event], expected: list[str]) -> None:
    assert shown(*events) == expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([display("a", "i"), out("x"), update("b", "i")], ["b", "o:x"]),
        ([display("a", "i"), display("b", "i"), update("c", "i")], ["c", "c"]),
        ([display("a", "i"), display("b", "j"), update("c", "j")], ["a", "c"]),
        ([result("a", 1, "i"), update("b", "i")], ["b"]),
        ([display("a"), update("b", None)], ["a"]),
        ([display("a", "i"), update("b", "other")], ["a"]),
        ([update("b", "i"), display("a", "i")], ["a"]),
        # An update is no output: it clears nothing, and shows nothing that has been cleared.
        ([display("a", "i"), ClearOutput(wait=True), update("b", "i")], ["b"]),
        ([display("a", "i"), ClearOutput(wait=False), update("b", "i")], []),
    ],
)
def test_an_update_changes_what_is_shown(events: list[Event], expected: list[str]) -> None:
    assert shown(*events) == expected


def test_an_update_brings_its_metadata_and_leaves_the_number() -> None:
    cell = RecordedCell("1", "x", None)
    cell.receive(result("a", 7, "i"))
    cell.update(update("b", "i"))
    (output,) = cell.outputs()
    assert isinstance(output, ExecuteResult)
    assert (output.execution_count, output.metadata) == (7, {"new": True})


def test_what_a_cell_prints_is_bounded_and_the_rest_is_counted() -> None:
    cell = RecordedCell("1", "x", None, at_most=10)
    for event in (out("123456"), err("abcdef"), out("x" * 100), result("r" * 3), ERROR):
        cell.receive(event)
    assert [_word(one) for one in cell.outputs()] == ["o:123456", "e:abcd", "E"]
    # Two of stderr, those of stdout, and the result with its type, which is too long by itself.
    assert cell.left_out == 2 + 100 + 13
    cell.receive(ClearOutput(wait=False))
    cell.receive(out("again"))
    assert ([_word(one) for one in cell.outputs()], cell.left_out) == (["o:again"], 0)


def test_the_number_of_outputs_is_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_OUTPUTS", 3)
    cell = RecordedCell("1", "x", None)
    for event in (out("a"), err("b"), out("c"), out("d"), err("e"), display("f"), out("g")):
        cell.receive(event)
    assert [_word(one) for one in cell.outputs()] == ["o:a", "e:b", "o:cdg"]
    assert cell.left_out == len("e") + len("ftext/plain")


def test_displays_that_take_too_much_are_left_out_and_updates_too() -> None:
    small, big = {"text/plain": "a"}, {"text/plain": "b" * 100}
    cell = RecordedCell("1", "x", None, at_most=50)
    cell.receive(DisplayData(small, {}, "i"))
    cell.receive(DisplayData(big, {}))
    cell.update(UpdateDisplay(big, {}, "i"))
    assert [_word(one) for one in cell.outputs()] == ["a"]
    assert cell.left_out == 2 * 110
    for number in range(1000):  # what is replaced makes room
        cell.update(UpdateDisplay({"text/plain": f"{number:030}"}, {}, "i"))
    assert [_word(one) for one in cell.outputs()] == [f"{999:030}"]


def test_a_value_that_is_deeper_than_the_stack_is_measured() -> None:
    deep: object = "x"
    for _ in range(100_000):
        deep = [deep]
    cell = RecordedCell("1", "x", None)
    cell.receive(DisplayData({"application/json": deep}, {}))
    assert len(list(cell.outputs())) == 1


def text_of(made: Transcript, suffix: str) -> str:
    return rendered(made, Path(f"s{suffix}"))[0]


def transcript(*events: Event, info: KernelInfo = INFO) -> Transcript:
    made = Transcript(info)
    made.input("1", "first", 1)
    made.input("2", "second")
    for event in events:
        made.event(event)
    return made


def test_events_find_their_cell_by_their_parent() -> None:
    made = transcript(
        Stream("stdout", "b\n", Parent("2")),
        Stream("stdout", "a\n", Parent("1")),
        Stream("stdout", "c\n", Parent("3")),
        Stream("stdout", "d\n", Parent()),
    )
    assert text_of(made, ".txt") == "In [1]: first\na\n\nIn [ ]: second\nb\n\n"
    assert len(made.cells) == 2


@pytest.mark.parametrize(
    "event",
    [
        ExecuteInput("second", 5, Parent("2")),
        ExecuteResult({}, {}, None, 5, Parent("2")),
    ],
)
def test_a_cells_number_is_what_the_kernel_says(event: Event) -> None:
    assert "In [5]: second" in text_of(transcript(event), ".txt")


def test_a_number_may_be_told_later() -> None:
    made = transcript()
    made.input("2", "second", 8)
    assert "In [8]: second" in text_of(made, ".txt")
    made.input("2", "second")
    assert "In [8]: second" in text_of(made, ".txt")


def test_an_update_reaches_displays_of_all_cells_whoever_sends_it() -> None:
    made = transcript(
        display("a", "i", Parent("1")),
        display("b", "i", Parent("2")),
        update("c", "i", Parent("unknown")),
    )
    assert text_of(made, ".txt") == "In [1]: first\nc\n\nIn [ ]: second\nc\n\n"


@pytest.mark.parametrize(
    ("extension", "expected"),
    [(".py", ".py"), (".R", ".r"), ("sh", ".sh"), ("", ".py"), (".txt", ".py"), (".ipynb", ".py")],
)
def test_code_is_saved_with_the_suffix_of_its_language(extension: str, expected: str) -> None:
    info = KernelInfo(language_info=LanguageInfo("x", file_extension=extension))
    made = transcript(info=info)
    assert suffixes(info) == (".ipynb", ".md", ".txt", ".jsonl", expected)
    assert text_of(made, expected.upper()) == text_of(made, expected)


@pytest.mark.parametrize(
    ("suffix", "what"),
    [(".doc", "no kind of file ends in '.doc'"), ("", "the file's name has no suffix")],
)
def test_another_suffix_is_refused(suffix: str, what: str) -> None:
    with pytest.raises(KconsoleError) as caught:
        kind_of(Path(f"s{suffix}"), INFO)
    assert str(caught.value) == f"{what}; there are .ipynb, .md, .txt, .jsonl and .py"


# memory


def test_of_most_cells_little_is_kept_besides_their_text() -> None:
    def tracked(*events: Event) -> int:
        """How many containers a cell takes that the collector knows, with all that is only its own."""
        gc.collect()
        before = len(gc.get_objects())
        cells = [RecordedCell("1", "x", None) for _ in range(100)]
        for cell in cells:
            for event in events:
                cell.receive(event)
        gc.collect()
        return round((len(gc.get_objects()) - before) / len(cells))

    assert tracked() <= 2  # itself, its outputs
    assert (
        tracked(Stream("stdout", "a\n", Parent("1", "2", "3"))) <= 4
    )  # what is printed; the last of it
    assert tracked(ExecuteResult({"text/plain": "1"}, {}, None, 1, Parent("1"))) <= 4


@pytest.mark.parametrize("event", [result("1"), display("1"), ErrorOutput("E", "e", (), HERE)])
def test_whose_an_output_is_is_not_kept_with_it(event: Event) -> None:
    cell = RecordedCell("1", "x", None)
    cell.receive(event._replace(parent=Parent("1", "session", "user")))
    (output,) = cell.outputs()
    assert output.parent == Parent()


def test_a_cell_that_the_kernel_is_to_forget_has_no_number() -> None:
    transcript = Transcript(INFO)
    transcript.input("1", "1 + 1", 0)
    transcript.event(ExecuteInput("1 + 1", 0, HERE))
    transcript.event(result("2", 0)._replace(parent=HERE))
    transcript.input("1", "", 0)
    assert rendered(transcript, Path("a.txt"))[0] == "In [ ]: 1 + 1\nOut[ ]: 2\n\n"
