import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kconsole.render.mime import best_text

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
mimes = st.sampled_from(
    [
        "text/plain",
        "text/html",
        "image/png",
        "image/svg+xml",
        "application/json",
        "",
        "x",
        "text/latex",
    ]
)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"text/plain": "2", "text/html": "<b>2</b>"}, ("text/plain", "2")),
        ({"text/html": "<b>2</b>", "text/plain": ["a\n", "b"]}, ("text/plain", "a\nb")),
        ({"text/plain": ""}, ("text/plain", "")),
        ({"text/plain": None, "text/markdown": "*a*"}, ("text/markdown", "*a*")),
        ({"text/plain": 5}, ("text/plain", "5")),
        ({"text/plain": {"a": [1]}}, ("text/plain", '{\n  "a": [\n    1\n  ]\n}')),
        ({"text/latex": "$x$", "image/png": "aaaa"}, ("text/latex", "$x$")),
        ({"application/json": {"a": "é"}}, ("application/json", '{\n  "a": "é"\n}')),
        ({"application/json": [1, "a"]}, ("application/json", '[\n  1,\n  "a"\n]')),
        ({"text/html; charset=utf-8": "<p>a<p>b"}, ("text/html", "a\n\nb")),
        ({"text/html": "<div id=x></div>"}, ("text/html", "[text/html, 16 B]")),
        ({"image/png": "QUJD\nRA==\n"}, ("image/png", "[image/png, 4 B]")),
        ({"image/png": "A" * 16400}, ("image/png", "[image/png, 12.3 kB]")),
        ({"image/svg+xml": "<svg/>é"}, ("image/svg+xml", "[image/svg+xml, 8 B]")),
        ({"a/b": {}, "image/gif": "QUJD"}, ("image/gif", "[image/gif, 3 B]")),
        (
            {"application/vnd.x+json": {"a": 1}},
            ("application/vnd.x+json", "[application/vnd.x+json, 12 B]"),
        ),
        ({"image/png": None}, ("", "")),
        ({"application/json": None, "": "x"}, ("", "")),
        ({}, ("", "")),
    ],
)
def test_the_best_text_of_a_bundle(data: dict[str, object], expected: tuple[str, str]) -> None:
    assert best_text(data, {}) == expected


def test_a_placeholder_names_the_size_of_a_picture() -> None:
    metadata = {"image/png": {"width": 640, "height": 480.0}}
    assert best_text({"image/png": "QUJD"}, metadata)[1] == "[image/png, 640x480, 3 B]"
    assert best_text({"image/png": "QUJD"}, {"image/png": {"width": "a"}})[1] == "[image/png, 3 B]"


def test_the_order_of_preference_can_be_given() -> None:
    data = {"text/plain": "2", "text/latex": "$2$"}
    assert best_text(data, {}, preference=("text/latex", "text/plain")) == ("text/latex", "$2$")


def test_json_that_is_nested_too_deep_becomes_a_placeholder() -> None:
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    assert best_text({"application/json": value}, {})[1] == "[application/json, 0 B]"


@settings(deadline=None)
@given(data=st.dictionaries(mimes, json_values), metadata=st.dictionaries(mimes, json_values))
def test_nothing_that_a_kernel_sends_makes_it_raise(
    data: dict[str, object], metadata: dict[str, object]
) -> None:
    mime, text = best_text(data, metadata)
    assert bool(mime) or not text
