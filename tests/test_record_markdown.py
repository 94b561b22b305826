"""Cells as Markdown: nothing that a kernel sends gets out of its fence."""

import base64
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kconsole.protocol.events import DisplayData, ErrorOutput, Event, ExecuteResult, Parent, Stream
from kconsole.protocol.replies import KernelInfo
from kconsole.record.cell import RecordedCell
from kconsole.record.markdown import markdown_cell
from kconsole.record.saving import save
from kconsole.record.transcript import Transcript

PNG = base64.b64encode(b"\x89PNG").decode()


def page(*events: Event, code: str = "x", language: str = "Python") -> str:
    cell = RecordedCell("1", code, 1)
    for event in events:
        cell.receive(event)
    return markdown_cell(cell, language, "my session_files")[0]


def display(**data: object) -> DisplayData:
    return DisplayData({kind.replace("_", "/"): value for kind, value in data.items()}, {}, None)


def test_code_is_in_the_fence_of_its_language_and_outputs_are_in_fences_without_one() -> None:
    text = page(
        Stream("stdout", "50 %\r100 %\n\x1b[31mred\x1b[0m"),
        Stream("stderr", "oh\n"),
        ExecuteResult({"text/plain": "42"}, {}, None, 1),
        ErrorOutput("E", "v", ("\x1b[31mE\x1b[0m: v",)),
    )
    assert text == (
        "```python\nx\n```\n\n```\n100 %\nred\noh\n```\n\n```\n42\n```\n\n```\nE: v\n```\n\n"
    )


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (display(text_markdown="# *a*\n", text_plain="<Markdown>"), "# *a*"),
        (display(text_markdown=["a\n", "b"]), "a\nb"),
        (display(text_latex="$\\alpha$", text_plain="alpha"), "$\\alpha$"),
        (display(text_latex="\\alpha", text_plain="alpha"), "```\nalpha\n```"),
        (display(text_html="<b>a</b>", text_plain="a"), "```\na\n```"),
        (display(image_png="no base64!", text_plain="<Figure>"), "```\n<Figure>\n```"),
        (display(image_png="iVBORw", text_plain="<Figure>"), "```\n<Figure>\n```"),
        (display(text_markdown=None, text_plain="a"), "```\na\n```"),
        # A fence that is not closed would swallow the rest of the file.
        (display(text_markdown="````c\n```\n"), "````c\n```\n````"),
        (display(text_markdown="~~~\na\n~~~"), "~~~\na\n~~~"),
    ],
)
def test_what_is_shown_is_markdown_where_markdown_has_a_form_for_it(
    output: DisplayData, expected: str
) -> None:
    assert page(output).removeprefix("```python\nx\n```\n\n") == f"{expected}\n\n"


@pytest.mark.parametrize("code", ["```", "a ````` b", "", "`", "~~~"])
def test_a_fence_is_longer_than_any_inside(code: str) -> None:
    first, *inside, last = page(code=code).rstrip("\n").split("\n")
    assert "\n".join(inside) == code
    assert first == f"{last}python"
    assert last not in code


def test_what_a_language_is_called_cannot_end_a_fence() -> None:
    assert page(language="C++ `17\n").startswith("```c++17\nx\n```")


def test_images_lie_beside_the_file(tmp_path: Path) -> None:
    session = Transcript(KernelInfo())
    session.input("1", "plot()", 1)
    shown = {"image/png": PNG, "text/plain": "<Figure>"}
    drawn = {"image/svg+xml": "<svg/>"}
    for data in (shown, drawn, shown):
        session.event(DisplayData(data, {}, None, Parent("1")))
    path = save(session, tmp_path / "my session.md")
    links = re.findall(r"!\[\]\((.*)\)", path.read_text())
    assert len(links) == 3
    assert all(link.startswith("my%20session_files/") for link in links)
    folder = tmp_path / "my session_files"
    contents = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert sorted(contents.values()) == [b"<svg/>", b"\x89PNG"]
    assert {link.rpartition("/")[2] for link in links} == contents.keys()
    assert folder.stat().st_mode & 0o777 == 0o700


words = st.text(alphabet="`~a \n\t\\\x1b\ud800", max_size=20)


@given(words, words, words)
def test_whatever_is_shown_the_next_cell_begins_outside_of_it(
    code: str, printed: str, marked: str
) -> None:
    text = page(Stream("stdout", printed), display(text_markdown=marked), code=code)
    text.encode()
    fence = ""
    for line in text.split("\n"):
        found = re.match(r" {0,3}(`{3,}(?!.*`)|~{3,})(.*)", line) if not fence else None
        if found:
            fence = found[1]
        elif fence and re.fullmatch(rf" {{0,3}}{fence[0]}{{{len(fence)},}}[ \t]*", line):
            fence = ""
    assert not fence
