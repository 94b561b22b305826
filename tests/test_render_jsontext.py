import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kconsole.render.jsontext import json_to_text
from kconsole.render.page import Page
from kconsole.render.sgr import strip_sgr

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("value", "width", "text"),
    [
        (1.5, 10, "1.5"),
        ("é\n", 1, '"é\\n"'),
        ([], 1, "[]"),
        ({}, 1, "{}"),
        ([1, 2, 3], 9, "[1, 2, 3]"),
        ([1, 2, 3], 8, "[\n  1, 2,\n  3\n]"),
        ({"a": [1, 2], "b": None}, 24, '{"a": [1, 2], "b": null}'),
        ({"a": [1, 2], "b": None}, 23, '{\n  "a": [1, 2],\n  "b": null\n}'),
        ({"a": [1, 2], "b": None}, 14, '{\n  "a": [1, 2],\n  "b": null\n}'),
        ({"a": [1, 2], "b": None}, 13, '{\n  "a": [\n    1, 2\n  ],\n  "b": null\n}'),
        ({"a": ["x" * 80]}, None, '{\n  "a": [\n    "' + "x" * 80 + '"\n  ]\n}'),
        ((1, {2: object}), 30, '[1, {"2": "<class \'object\'>"}]'),
        (float("nan"), 5, "NaN"),
        (None, 5, None),
    ],
)
def test_what_is_short_stands_in_one_line(
    value: object, width: int | None, text: str | None
) -> None:
    assert json_to_text(value, Page(width)) == text


def test_what_is_long_is_folded_and_what_is_left_out_is_counted() -> None:
    value = [str(number) for number in range(1000, 1100)]
    folded = json_to_text(value, Page(80, lines=3))
    assert folded == '[\n  "1000",\n  "1001",\n… 99 more lines'
    folded = json_to_text(value, Page(80, lines=1, rest=r"\all"))
    assert folded == "[\n… 101 more lines; \\all shows them"
    assert json_to_text(value, Page(80, lines=102)) == json_to_text(value, Page(80))
    endless = json_to_text(["0" * 80] * 2100, Page(80, lines=1))
    assert endless == "[\n… more than 2,000 more lines"
    numbers = json_to_text([10**38] * 6000, Page(80, lines=1))
    assert numbers == "[\n… more than 2,000 more lines"
    numbers = json_to_text([1] * 6000, Page(80, lines=1))
    assert numbers == "[\n… more than 194 more lines"


def test_a_line_of_what_is_folded_is_cut() -> None:
    assert json_to_text("x" * 2000, Page(80, lines=3)) == '"' + "x" * 999 + "…"
    assert json_to_text("x" * 2000, Page(80)) == '"' + "x" * 2000 + '"'


def test_colours_change_no_character() -> None:
    value = {"a": [1, "b\u202e", None, True], "c": ["x" * 90]}
    page = Page(80, color=True, lines=4)
    text = json_to_text(value, page)
    assert text is not None
    assert "\x1b[" in text
    plain = json_to_text(value, Page(80, lines=4))
    assert plain is not None
    assert strip_sgr(text) == plain.replace("\u202e", "<U+202E>")
    styled = json_to_text(value, Page(80, color=True, style="monokai"))
    assert styled is not None
    assert "38;5" in styled


def test_what_is_nested_too_deep_or_has_too_many_digits_is_not_shown() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert json_to_text(deep, Page(80)) is None
    assert json_to_text(["x" * 100, deep], Page(80, lines=2)) is None
    assert json_to_text(10**5000, Page(80)) is None


@settings(deadline=None, max_examples=40)
@given(value=values, width=st.integers(0, 100))
def test_it_is_the_same_value(value: object, width: int) -> None:
    text = json_to_text(value, Page(width))
    assert text is None if value is None else json.loads(str(text)) == value
