from dataclasses import replace

import pytest

from kconsole.protocol.events import (
    ClearOutput,
    DisplayData,
    ErrorOutput,
    Event,
    ExecuteResult,
    Status,
    Stream,
    UpdateDisplay,
)
from kconsole.render.output import Renderer, RenderOptions
from kconsole.render.style import paint
from kconsole.render.traceback import error_text

PLAIN = RenderOptions(color=False)
SCRIPT = RenderOptions(color=False, terminal=False, show_out_prompt=False)


def result(text: str, count: int | None = 3) -> ExecuteResult:
    return ExecuteResult(data={"text/plain": text}, metadata={}, execution_count=count)


def rendered(options: RenderOptions, *events: Event) -> list[str]:
    renderer = Renderer(options)
    return [renderer.render(event) for event in events]


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (Stream("stdout", "a\nb"), "a\nb"),
        (result("2"), "Out[3]: 2\n"),
        (result("a\nb"), "Out[3]: \na\nb\n"),
        (result("a\n"), "Out[3]: a\n"),
        (result("\x1b[33m2\n\x1b[39m"), "Out[3]: 2\n"),
        (result("2", None), "Out[ ]: 2\n"),
        (ExecuteResult(data={}, metadata={}), ""),
        (DisplayData(data={"image/png": "QUJD"}, metadata={}), "[image/png, 3 B]\n"),
        (UpdateDisplay(data={"text/plain": "new"}, metadata={}, display_id="x"), "new\n"),
        (ErrorOutput("E", "v", ("a", "b")), "a\nb\n"),
        (Stream("stdout", ""), ""),
        (Stream("stdout", "\x1b[?25l"), ""),
        (ClearOutput(wait=True), ""),
        (Status("idle"), ""),
    ],
)
def test_what_each_event_leaves(event: Event, text: str) -> None:
    assert rendered(PLAIN, event) == [text]


def test_the_prompt_of_a_result_has_its_colour() -> None:
    assert rendered(RenderOptions(), result("2")) == [paint("Out[3]:", "out", True) + " 2\n"]
    assert rendered(replace(PLAIN, show_out_prompt=False), result("2")) == ["2\n"]


def test_the_form_that_is_shown_is_that_for_the_page_or_that_which_is_wanted() -> None:
    frame = {"text/plain": "a   b\n1   2", "text/html": "<table><tr><td>1</td></tr></table>"}
    event = DisplayData({**frame, "text/latex; x=y": "$x^2$"}, {})
    columns = [5]
    renderer = Renderer(replace(PLAIN, width=lambda: columns[0]))
    assert renderer.block(event) == "a   b\n1   2\n"
    columns[0] = 4
    assert renderer.block(event) != "a   b\n1   2\n"
    columns[0] = 0  # which is not known
    assert renderer.block(event) == "a   b\n1   2\n"
    renderer.adapt(mime=["text/latex"])
    assert renderer.block(event) == "x²\n"
    assert rendered(replace(PLAIN, mime=["text/latex"]), event) == ["x²\n"]


def test_what_is_made_of_markup_is_sanitised_too() -> None:
    data = {"application/json": {"a\x1b[2J": "\x9b2J"}, "text/plain": "<J object>"}
    (text,) = rendered(PLAIN, DisplayData(data, {}))
    assert text == '{"a\\u001b[2J": "<9B>2J"}\n'


def test_a_result_begins_on_a_line_of_its_own() -> None:
    events = (
        Stream("stdout", "x"),
        result("2"),
        result("2"),
        Stream("stderr", "y"),
        Stream("stdout", "z\n"),
    )
    assert rendered(PLAIN, *events, result("2")) == [
        *("x", "\nOut[3]: 2\n", "Out[3]: 2\n", "y", "z\n", "Out[3]: 2\n")
    ]


def test_a_pipe_gets_text_as_it_is_and_no_newline_that_nobody_printed() -> None:
    text = "\x1b]0;t\x07\x1b[31mx\r"
    assert rendered(SCRIPT, Stream("stdout", text), result("2")) == [text, "2\n"]


@pytest.mark.parametrize(
    ("color", "colours"), [(False, ("", "")), (True, ("\x1b[33m", "\x1b[39m"))]
)
def test_a_pipe_gets_the_colours_of_results_only_if_they_are_wanted(
    color: bool, colours: tuple[str, str]
) -> None:
    """Those of deno's results, say; what a program prints is its own."""
    data = {"text/plain": "\x1b[33m5\r\x1b[39m"}
    shown = "5\r".join(colours) + "\n"
    events = (
        ExecuteResult(data, {}),
        DisplayData(data, {}),
        UpdateDisplay(data, {}, display_id="x"),
        Stream("stdout", "\x1b[33m5"),
    )
    options = replace(SCRIPT, color=color)
    assert rendered(options, *events) == [shown, shown, shown, "\x1b[33m5"]
    assert Renderer(options).page({"data": data}) == shown


def test_a_stream_goes_on_in_its_colour_and_nothing_else_takes_it() -> None:
    events = (
        Stream("stdout", "\x1b[31mred"),
        Stream("stderr", "plain"),
        Stream("stdout", "red\x1b[0m"),
        Stream("stdout", "plain\n"),
    )
    assert rendered(RenderOptions(), *events) == [
        "\x1b[31mred\x1b[0m",
        "plain",
        "\x1b[31mred\x1b[0m",
        "plain\n",
    ]


def test_without_colour_even_the_kernels_colours_go() -> None:
    assert rendered(PLAIN, Stream("stdout", "\x1b[31mred\x1b[0m\x1b[K")) == ["red\x1b[K"]


def test_a_sequence_cut_at_the_end_of_the_cell_is_shown() -> None:
    renderer = Renderer(RenderOptions())
    assert renderer.render(Stream("stdout", "\x1b[31ma\x1b[3")) == "\x1b[31ma\x1b[0m"
    assert renderer.end_cell() == "^[[3"
    assert renderer.end_cell() == ""
    assert renderer.render(Stream("stdout", "1m")) == "1m"


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({"data": {"text/plain": "help\x1b[2J"}, "start": 0}, "help\n"),
        ({"text": "old kernels"}, "old kernels\n"),
        ({"text": "if admin\u202e:\u200b\r\n"}, "if admin<U+202E>:<U+200B>\n"),  # source, perhaps
        ({"data": None}, ""),
        ({"data": {"text/plain": "_\bA_\br\n\na\ba"}}, "Ar\n\na\n"),
    ],
)
def test_the_text_of_a_page_payload(payload: dict[str, object], text: str) -> None:
    assert Renderer(PLAIN).page(payload) == text


def test_the_next_cell_begins_on_a_fresh_line() -> None:
    renderer = Renderer(PLAIN)
    renderer.render(Stream("stdout", "x"))
    renderer.end_cell()
    assert renderer.render(result("2")) == "Out[3]: 2\n"


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (ErrorOutput("E", "v", ("\x1b[31ma\x1b[0m\nb\n",)), "a\nb\n"),
        (ErrorOutput("E", "v", ()), "E: v\n"),
        (ErrorOutput("E", "v", ("", "\x1b[0m")), "E: v\n"),
        (ErrorOutput("", "v", ()), "v\n"),
        (ErrorOutput("E", "", ()), "E\n"),
        (ErrorOutput("", "", ()), "error\n"),
        (ErrorOutput("E", "\x1b[2Jv\u202e\r", ()), "E: v<U+202E>^M\n"),
        (ErrorOutput("E", "v", ("\x1b]0;t\x07a\rb",)), "a^Mb\n"),
    ],
)
def test_an_error_as_text(event: ErrorOutput, text: str) -> None:
    assert error_text(event, False) == text


def test_an_error_in_colour() -> None:
    assert error_text(ErrorOutput("E", "v", ("\x1b[31ma",)), True) == "\x1b[31ma\x1b[0m\n"
    assert error_text(ErrorOutput("E", "v", ()), True) == "\x1b[1;31mE: v\x1b[0m\n"


def test_an_error_in_a_pipe_is_not_sanitised_but_loses_its_colours() -> None:
    event = ErrorOutput("E", "v", ("\x1b[31ma\x1b[0m\rb",))
    assert rendered(SCRIPT, event) == ["a\rb\n"]
