"""Notebooks: valid by the format's schema, and with everything in them.

``check`` is the schema of nbformat 4.5 for what we write, by hand, and no laxer.
"""

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kconsole.protocol.events import (
    ClearOutput,
    DisplayData,
    ErrorOutput,
    Event,
    ExecuteResult,
    Parent,
    Stream,
    UpdateDisplay,
)
from kconsole.protocol.replies import KernelInfo, LanguageInfo
from kconsole.record.saving import rendered
from kconsole.record.transcript import Transcript

PYTHON = KernelInfo(
    language_info=LanguageInfo(
        "python", "3.11.4", "text/x-python", ".py", "ipython3", codemirror_mode="ipython"
    )
)
HERE = Parent("8d1e-42_1_7")


def saved(*events: Event, code: str = "x", info: KernelInfo = PYTHON, at_most: int = 1000) -> Any:
    transcript = Transcript(info, "python3", "Python 3", at_most=at_most)
    transcript.input(HERE.msg_id, code, 7)
    for event in events:
        transcript.event(event._replace(parent=HERE))
    return read(transcript)


def text_of(transcript: Transcript, suffix: str) -> str:
    return rendered(transcript, Path(f"s{suffix}"))[0]


def read(transcript: Transcript) -> Any:
    """The notebook as any program would read it: UTF-8, and JSON without Python's extensions."""
    text = text_of(transcript, ".ipynb").encode().decode()

    def refuse(word: str) -> None:
        raise AssertionError(word)

    notebook = json.loads(text, parse_constant=refuse)
    check(notebook)
    return notebook


def outputs(*events: Event) -> Any:
    return saved(*events)["cells"][0]["outputs"]


# --- the schema


def check(notebook: Any) -> None:
    assert set(notebook) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    if "kernelspec" in notebook["metadata"]:
        spec = notebook["metadata"]["kernelspec"]
        assert {"name", "display_name"} <= set(spec)
        assert all(isinstance(value, str) for value in spec.values())
    if "language_info" in notebook["metadata"]:
        language = notebook["metadata"]["language_info"]
        assert "name" in language
        assert all(isinstance(value, str) for value in language.values())
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(ids) == len(set(ids))
    for cell in notebook["cells"]:
        check_cell(cell)


def check_cell(cell: Any) -> None:
    assert set(cell) == {"cell_type", "execution_count", "id", "metadata", "outputs", "source"}
    assert cell["cell_type"] == "code"
    assert cell["metadata"] == {}
    assert re.fullmatch("[a-zA-Z0-9-_]{1,64}", cell["id"])
    check_count(cell["execution_count"])
    check_text(cell["source"])
    for output in cell["outputs"]:
        kind = output.pop("output_type")
        CHECKS[kind](output)
        output["output_type"] = kind


def check_count(count: Any) -> None:
    assert count is None or (type(count) is int and count >= 0)


def check_text(value: Any) -> None:
    assert isinstance(value, list)
    assert all(isinstance(line, str) for line in value)


def check_stream(output: Any) -> None:
    assert set(output) == {"name", "text"}
    assert output["name"] in ("stdout", "stderr")
    check_text(output["text"])


def check_display(output: Any) -> None:
    assert set(output) == {"data", "metadata"}
    assert isinstance(output["metadata"], dict)
    for mime, value in output["data"].items():
        if not re.search(r"^application/(.*\+)?json$", mime):
            assert isinstance(value, str) or all(isinstance(line, str) for line in value)


def check_result(output: Any) -> None:
    check_count(output["execution_count"])
    check_display({key: value for key, value in output.items() if key != "execution_count"})


def check_error(output: Any) -> None:
    assert set(output) == {"ename", "evalue", "traceback"}
    assert isinstance(output["ename"], str)
    assert isinstance(output["evalue"], str)
    check_text(output["traceback"])


CHECKS = {
    "display_data": check_display,
    "error": check_error,
    "execute_result": check_result,
    "stream": check_stream,
}


# --- what stands in it


def test_a_cell_and_its_kernel() -> None:
    notebook = saved(code="a = 1\nb")
    assert notebook["cells"] == [
        {
            "cell_type": "code",
            "execution_count": 7,
            "id": "8d1e-42_1_7-1",
            "metadata": {},
            "outputs": [],
            "source": ["a = 1\n", "b"],
        }
    ]
    assert notebook["metadata"] == {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {
            "name": "python",
            "version": "3.11.4",
            "mimetype": "text/x-python",
            "file_extension": ".py",
            "pygments_lexer": "ipython3",
            "codemirror_mode": "ipython",
        },
    }


def test_of_a_kernel_that_says_nothing_nothing_is_said() -> None:
    transcript = Transcript(KernelInfo())
    transcript.input("1", "x")
    notebook = read(transcript)
    assert notebook["metadata"] == {}
    assert notebook["cells"][0]["execution_count"] is None


def test_an_empty_session_is_a_notebook_too() -> None:
    assert read(Transcript(PYTHON))["cells"] == []


def test_each_kind_of_output() -> None:
    image = {"image/png": "QUJD\n", "text/plain": "<Figure>"}
    assert outputs(
        Stream("stdout", "a\nb"),
        Stream("stderr", "c\n"),
        DisplayData(image, {"image/png": {"width": 3}}, "id"),
        ExecuteResult({"text/plain": "1\n2"}, {}, None, 7),
        ErrorOutput("E", "v", ("\x1b[31mone", "two\nlines")),
    ) == [
        {"output_type": "stream", "name": "stdout", "text": ["a\n", "b"]},
        {"output_type": "stream", "name": "stderr", "text": ["c\n"]},
        {
            "output_type": "display_data",
            "data": {"image/png": "QUJD\n", "text/plain": ["<Figure>"]},
            "metadata": {"image/png": {"width": 3}},
        },
        {
            "output_type": "execute_result",
            "data": {"text/plain": ["1\n", "2"]},
            "metadata": {},
            "execution_count": 7,
        },
        {
            "output_type": "error",
            "ename": "E",
            "evalue": "v",
            "traceback": ["\x1b[31mone", "two\nlines"],
        },
    ]


@pytest.mark.parametrize(
    ("mime", "value", "expected"),
    [
        ("application/json", {"a": [1, None]}, {"a": [1, None]}),
        ("application/json", None, ...),
        ("application/geo+json", ["a", "b"], ["a", "b"]),
        ("application/geo+json", math.nan, None),
        ("application/vnd.x.json", {"a": 1}, '{"a": 1}'),
        ("image/svg+xml", "<svg>\n</svg>", ["<svg>\n", "</svg>"]),
        ("text/plain", None, ...),
        ("text/plain", "", []),
        ("text/plain", 3, ["3"]),
        ("text/plain", [1, math.inf], ["[1, null]"]),
        ("text/plain", "a\u2028b\r\nc", ["a\u2028", "b\r\n", "c"]),
    ],
)
def test_values_are_of_the_types_that_the_format_wants(
    mime: str, value: object, expected: object
) -> None:
    data = outputs(DisplayData({mime: value}, {}))[0]["data"]
    assert data == ({} if expected is ... else {mime: expected})


def test_what_is_no_json_and_what_is_too_deep_leaves_a_notebook_that_can_be_read() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    (output,) = outputs(
        DisplayData({"application/json": deep, "text/plain": "x"}, {"m": {"nan": math.nan}})
    )
    assert output["data"]["text/plain"] == ["x"]
    assert output["metadata"] == {"m": {"nan": None}}


def test_half_characters_are_kept_in_a_file_that_is_utf_8() -> None:
    notebook = saved(Stream("stdout", "a\ud800"), code="'\udc00'")
    assert notebook["cells"][0]["outputs"][0]["text"] == ["a\ud800"]
    assert notebook["cells"][0]["source"] == ["'\udc00'"]


def test_what_is_left_out_is_told() -> None:
    notebook = saved(Stream("stdout", "x" * 1_234_567), at_most=10)
    assert notebook["cells"][0]["outputs"] == [
        {"output_type": "stream", "name": "stdout", "text": ["x" * 10]},
        {
            "output_type": "stream",
            "name": "stderr",
            "text": ["[kconsole: 1,234,557 more characters of output are left out here]\n"],
        },
    ]


@pytest.mark.parametrize("msg_id", ["", "é", "a b/c", "x" * 1000])
def test_any_msg_id_makes_valid_cell_ids(msg_id: str) -> None:
    transcript = Transcript(PYTHON)
    transcript.input(msg_id, "a")
    transcript.input(msg_id + "é", "b")
    assert len(read(transcript)["cells"]) == 2


def test_a_count_below_zero_is_none() -> None:
    transcript = Transcript(PYTHON)
    transcript.input("1", "a", -1)
    transcript.event(ExecuteResult({"text/plain": "x"}, {}, None, -1, Parent("1")))
    assert read(transcript)["cells"][0]["execution_count"] is None


# --- anything

words = st.text(st.characters() | st.characters(categories=["Cs"]), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
mimes = st.sampled_from(["text/plain", "application/json", "image/png", "text/html"]) | words
bundles = st.dictionaries(mimes, values, max_size=3)
objects = st.dictionaries(words, values, max_size=2)
ids = st.none() | st.sampled_from(["a", "b"])
events = st.one_of(
    st.builds(Stream, st.sampled_from(["stdout", "stderr"]), words),
    st.builds(DisplayData, bundles, objects, ids),
    st.builds(ExecuteResult, bundles, objects, ids, st.none() | st.integers()),
    st.builds(UpdateDisplay, bundles, objects, ids),
    st.builds(ClearOutput, st.booleans()),
    st.builds(ErrorOutput, words, words, st.lists(words, max_size=2).map(tuple)),
)


@given(st.lists(events, max_size=8), words)
def test_whatever_a_kernel_sends_the_files_can_be_written(some: list[Event], code: str) -> None:
    transcript = Transcript(PYTHON, "python3", at_most=60)
    transcript.input("1", code)
    for event in some:
        transcript.event(event._replace(parent=Parent("1")))
    check(read(transcript))
    for suffix in (".py", ".md"):
        text_of(transcript, suffix).encode()
    assert "\x1b" not in text_of(transcript, ".txt")
    for line in text_of(transcript, ".jsonl").splitlines():
        assert json.loads(line)["event"] in (
            "start",
            "input",
            "stream",
            "display",
            "result",
            "error",
        )
