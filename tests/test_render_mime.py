import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kconsole.render import mime as module
from kconsole.render.mime import best_text, choose, decoded, is_lengthy
from kconsole.render.page import Page

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
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
        ({"text/plain": None, "text/markdown": "*a*"}, ("text/markdown", "a")),
        ({"text/plain": 5}, ("text/plain", "5")),
        ({"text/plain": {"a": [1]}}, ("text/plain", '{"a": [1]}')),
        ({"text/latex": "$\\beta$", "image/png": "aaaa"}, ("text/latex", "β")),
        ({"application/json": {"a": "é"}}, ("application/json", '{"a": "é"}')),
        ({"application/json": [1, "a"]}, ("application/json", '[1, "a"]')),
        ({"text/html; charset=utf-8": "<p>a<p>b"}, ("text/html", "a\n\nb")),
        ({"text/html": "<div id=x></div>"}, ("text/html", "[text/html, 16 B]")),
        ({"text/html": "<pre style='a'></pre>\n", "text/plain": ""}, ("", "")),
        ({"image/png": "QUJD\nRA==\n"}, ("image/png", "[image/png, 4 B]")),
        ({"image/png": "A" * 16400}, ("image/png", "[image/png, 12.3 kB]")),
        ({"image/svg+xml": "<svg/>é"}, ("image/svg+xml", "[image/svg+xml, 8 B]")),
        ({"a/b": {}, "image/gif": "QUJD"}, ("image/gif", "[image/gif, 3 B]")),
        (
            {"application/vnd.x+json": {"a": 1}},
            ("application/vnd.x+json", "[application/vnd.x+json, 8 B]"),
        ),
        ({"application/geo+json": {"a": 1}}, ("application/geo+json", '{"a": 1}')),
        ({"text/csv": "a,b"}, ("text/csv", "a,b")),
        ({"text/javascript": "f()"}, ("text/javascript", "[text/javascript, 3 B]")),
        (
            {"application/javascript": "f()", "application/vnd.x+json": ""},
            ("application/vnd.x+json", "[application/vnd.x+json, 0 B]"),
        ),
        ({"image/png": None}, ("", "")),
        ({"application/json": None, "": "x"}, ("", "")),
        ({}, ("", "")),
    ],
)
def test_the_best_text_of_a_bundle(data: dict[str, object], expected: tuple[str, str]) -> None:
    assert best_text(data, {}) == expected


def test_a_placeholder_names_the_size_of_a_picture() -> None:
    metadata: dict[str, object] = {"image/png": {"width": 640, "height": 480.0}}
    assert best_text({"image/png": "QUJD"}, metadata)[1] == "[image/png, 640x480, 3 B]"
    for width in ("a", float("nan"), 10**400, -1):
        metadata = {"image/png": {"width": width, "height": 1}}
        assert best_text({"image/png": "QUJD"}, metadata)[1] == "[image/png, 3 B]"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["text/latex", "text/plain"], ("text/latex", "α")),
        (["no/such", "text/html"], ("text/html", "2")),
        (["application/vnd.x+json"], ("application/vnd.x+json", '{"a": 1}')),
        (["application/javascript"], ("application/javascript", "f()")),
        (["image/svg+xml"], ("image/svg+xml", "<svg/>")),
        (["image/png"], ("text/plain", "2")),
        ([], ("text/plain", "2")),
    ],
)
def test_the_types_that_are_wanted_come_first(wanted: list[str], expected: tuple[str, str]) -> None:
    data = {
        "application/javascript": "f()",
        "application/vnd.x+json": {"a": 1},
        "image/png": "QUJD",
        "image/svg+xml": ["<svg", "/>"],
        "text/html; charset=utf-8": "<b>2</b>",
        "text/latex": "$\\alpha$",
        "text/plain": "2",
    }
    assert best_text(data, {}, wanted=wanted) == expected


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (
            {"text/plain": "<Figure size 640x480 with 1 Axes>", "image/png": "QUJD"},
            ("image/png", "image/png", None),
        ),
        ({"image/svg+xml; x=y": "<svg/>"}, ("image/svg+xml", "image/svg+xml; x=y", None)),
        ({"text/html": "<script>"}, ("text/html", "text/html", None)),
        ({"text/html": "<script>", "text/plain": "a"}, ("text/plain", "text/plain", "a")),
        ({"text/html": "<p>a"}, ("text/html", "text/html", "a")),
        ({"text/html": "<audio src=a></audio> <img src=b>"}, ("text/html", "text/html", None)),
        ({"image/jpeg": "QUJD"}, ("image/jpeg", "image/jpeg", None)),
    ],
)
def test_what_can_be_drawn_or_saved_is_left_to_who_does_that(
    data: dict[str, object], shown: tuple[str, str, str | None]
) -> None:
    assert choose(data, Page(drawn={"image/png", "image/svg+xml", "text/html"})) == shown


def test_of_a_very_long_document_the_beginning_is_laid_out_where_long_values_are_cut() -> None:
    page = Page(80, lines=9, rest=r"\all")
    html = "<p>seen" + "<!--" + "x" * 300_000
    assert best_text({"text/html": html}, {}, page)[1].split("\n") == [
        "seen",
        "… 50,011 more characters of markup; \\all shows them",
    ]
    assert best_text({"text/markdown": html}, {}, page)[1].endswith("shows them")
    assert best_text({"text/html": html}, {}, Page(80))[1] == "seen"
    script = f"<script>{'f();' * 70_000}</script><p>seen</p><script>{'f();' * 70_000}"
    assert best_text({"text/html": script}, {}, page)[1] == "seen"


def test_of_a_very_long_table_no_row_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_MARKUP", 1000)
    html = "<table>" + "<tr><td>one\n<td>two</tr>" * 100
    text = best_text({"text/html": html}, {}, Page(80, lines=9, rest=r"\all"))[1]
    assert text.split("\n")[-2:] == [
        "one  two",
        "… 1,416 more characters of markup; \\all shows them",
    ]


def test_what_lies_far_down_is_counted_and_not_looked_through() -> None:
    html = "<p>seen" + "x" * 2_100_000 + "<script>"
    text = best_text({"text/html": html}, {}, Page(80, lines=9, rest=r"\all"))[1]
    assert text.endswith("… 1,850,015 more characters of markup; \\all shows them")


def test_a_placeholder_is_one_line_of_ours_whatever_the_type_is() -> None:
    text = best_text({"image/\x1b]0;t\x07\n\x9b2J": "AAAA"}, {})[1]
    assert text.isprintable()


def test_json_that_is_nested_too_deep_becomes_a_placeholder() -> None:
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    assert best_text({"application/json": value}, {})[1] == "[application/json, 0 B]"


@settings(deadline=None, max_examples=40)
@given(
    data=st.dictionaries(mimes, json_values),
    metadata=st.dictionaries(mimes, json_values),
    wanted=st.lists(mimes),
)
def test_nothing_that_a_kernel_sends_makes_it_raise(
    data: dict[str, object], metadata: dict[str, object], wanted: list[str]
) -> None:
    mime, text = best_text(data, metadata, Page(width=20, color=True, lines=3), wanted)
    assert bool(mime) or not text


def test_markup_knows_how_wide_the_page_is() -> None:
    matrix = r"$\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$"
    assert best_text({"text/latex": matrix}, {}, Page(width=6)) == ("text/latex", "⎛1  2⎞\n⎝3  4⎠")
    assert best_text({"text/latex": matrix}, {}, Page(width=5)) == ("text/latex", "(1, 2; 3, 4)")
    assert best_text({"text/markdown": "one two"}, {}, Page(width=5)) == (
        "text/markdown",
        "one\ntwo",
    )


@pytest.mark.parametrize(
    ("value", "content"),
    [
        ("iVBO\nRw==\n", b"\x89PNG"),
        ("iVBORw", b""),  # not all of it
        ("no base64!", b""),
        ("\ud800", b""),
        ("", b""),
        (None, b""),
        (["iVBORw=="], b""),  # lines are joined before
    ],
)
def test_base64_is_whole_or_nothing(value: object, content: bytes) -> None:
    assert decoded(value) == content


def test_of_what_takes_long_all_looks_give_one_text_that_was_made_once() -> None:
    data = {"text/markdown": "*x* " * 3000, "text/plain": "<Markdown object>"}
    assert is_lengthy(data)
    assert is_lengthy({"text/html": ["<b>"] * 4000})
    assert not is_lengthy({"text/plain": "x" * 20_000, "text/html": None})
    assert not is_lengthy({"text/markdown": "*x* " * 2000})
    first, second = (choose(data, Page(80, True, lines=9)).text for _ in range(2))
    assert first is second
    assert choose(data, Page(60, True, lines=9)).text != first
