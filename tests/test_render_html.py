"""HTML as text. How it does with what libraries send: :mod:`tests.test_render_html_samples`."""

import re
from functools import partial

import pytest
from counting import calls
from hypothesis import given, settings
from hypothesis import strategies as st

from kconsole.render.cells import text_width
from kconsole.render.html import html_to_text
from kconsole.render.sgr import strip_sgr


def table(*rows: str) -> str:
    """A table out of rows; cells are apart by ``|``, those of a header begin with ``!``."""
    cells = [
        [f"<th>{cell[1:]}" if cell.startswith("!") else f"<td>{cell}" for cell in row.split("|")]
        for row in rows
    ]
    return "<table>" + "".join(f"<tr>{''.join(row)}" for row in cells) + "</table>"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("", ""),
        (" \n ", ""),
        ("<b>a</b> &amp; &lt;c&gt; &#233; &hellip;", "a & <c> é …"),
        ("<p>one\n  two</p><p>three</p>", "one two\n\nthree"),
        ("a <b> b </b> c<i>d</i>", "a b cd"),
        ("<div>a</div><div> b</div>c", "a\nb\nc"),
        ("a<br>b<BR/>c", "a\nb\nc"),
        ("a<br> <br><br>\n<br>b<br>", "a\n\nb"),
        ("<pre>\na\n  b\n</pre>c  d", "a\n  b\n\nc d"),
        ("<pre>a\tb\r\n\tc</pre>", "a       b\n        c"),
        ("<h1>T</h1>x<h2>U</h2>y", "T\n\nx\n\nU\n\ny"),
        ("<style>p {}</style><script>if (a<b) {}</script><title>t</title>x", "x"),
        ("<!DOCTYPE html><!-- <p>no</p> --><a title='a>b' href=\"x>\">y</a>", "y"),
        ("<!-->a<!--->b<!-- --!>c", "abc"),
        ("<unknown>a</unknown><o:p>b</o:p>", "ab"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("a<!-- never ended", "a"),
        ("a<b title='never ended", "a"),
        ("<script>never ended", ""),
        ("<![<!a", ""),
        ("a&nbsp;&nbsp;b&shy;c", "a  bc"),
        ("<p>&nbsp;</p>a", "a"),
        ("</p></td></b></table>a", "a"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>c", "│ a\n\n│ │ b\n\nc"),
        ("<dl><dt>a<dd>b<dd>c<dt>d</dl>", "a\n    b\n    c\nd"),
        ("<details><summary>a</summary>b</details>c", "▾ a\n  b\nc"),
        (
            "<q>a</q> x<sup>2</sup> a<sub>i+1</sub> 1<sup>st</sup> e<sup>a/b</sup>",
            "“a” x² aᵢ₊₁ 1st e^(a/b)",
        ),
        ("&#" + "1" * 5000 + "; &#x110000; &#0;", "� � �"),
    ],
)
def test_html_as_text(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<ul><li>a</li><li>b</li></ul>c", "• a\n• b\n\nc"),
        ("<ul><li>a<ul><li>b<ul><li>c</ul></ul><li>d</ul>", "• a\n  ◦ b\n    ▪ c\n• d"),
        ("<ol start=9><li>a<li>b</ol>", "9. a\n10. b"),
        ("<ol type=a><li>a<li value=28>b<li>c</ol>", "a. a\nab. b\nac. c"),
        ("<ol type=I reversed start=4><li>a<li>b</ol>", "IV. a\nIII. b"),
        ("<ol type=a start=0><li>x<li>y</ol>", "0. x\na. y"),
        ("<ol start=-1 type=i><li>a<li>b<li>c</ol>", "-1. a\n0. b\ni. c"),
        ("<ul><li><p>a<p>b<li></ul>", "• a\n\n  b\n\n•"),
        ("<ul><li hidden>a<li>b</ul>", "• b"),
        ("<li>a<li>b", "• a\n• b"),
        ("<ul><li><b>a</li><li>b</ul>", "• a\n• b"),
        ("<ul><li><ol><li>a</ol></ul>", "• 1. a"),
    ],
)
def test_lists(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<a href='https://a.b/c'>d</a>.", "d (https://a.b/c)."),
        ("<a href='https://a.b/'>https://a.b</a>", "https://a.b"),
        ("<a href='HTTP://a.b'></a>", "HTTP://a.b"),
        ("<a href=javascript:x()>d</a> <a href=#e>e</a> <a href='c.txt'>f</a>", "d e f"),
        ("<a href='https://a.b'>c<a href='https://d.e'>f", "c (https://a.b)f (https://d.e)"),
        ("<a href='https://a.b/\n c'>d", "d (https://a.b/c)"),
        ("<img alt='a  b'><img alt=''><img src=x>", "[a b][image]"),
        ("<img src=https://a.b><table><td><img src=https://a.b>", "[image https://a.b]\n[image]"),
        (
            "<iframe src='https://a.b'>x</iframe><audio src=data:x>y</audio>",
            "[iframe https://a.b][audio]",
        ),
        ("<svg><text>x</text><path d='M'/><g><path></svg>y", "y"),
        ("<svg><path/>" * 300 + "</svg>" * 300 + "<p>y</p>z", "y\n\nz"),
        (
            "<math><mspace/><mi>x</mi><annotation>\\x</annotation></math><mi/>" * 300 + "<hr>",
            "x" * 300 + "\n\n" + "─" * 80,
        ),
        ("<input value=a><input type=hidden value=b><input type=password value=c>", "[a][****]"),
        ("<input type=checkbox><input type=radio checked>", "[ ](•)"),
        ("<select><option>a<option>b</select><textarea> <b> </textarea>", "[a | b][<b>]"),
        (
            "<button>a</button> <progress max=4 value=1>x</progress>",
            "[a] [█████░░░░░░░░░░░░░░░] 25%",
        ),
        ("<meter value=nan max=0>x</meter>", "[░░░░░░░░░░░░░░░░░░░░] 0%"),
    ],
)
def test_links_and_what_is_not_text(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    "html",
    [
        "<p hidden>a<b>c</b></p>",
        "<div style='color: red; DISPLAY: None'><p>a<div>b</div></div>",
        "<style>/* } */ #x, .y, #z { display: none }</style><p id=z>a</p>",
        "<table hidden><tr><td>a</table>",
        "<table><tr hidden><td>a</table>",
        "<template><b>a</template>",
    ],
)
def test_what_is_not_displayed_leaves_nothing(html: str) -> None:
    assert html_to_text(html) == ""
    assert html_to_text(html + "<p>x") == "x"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<b>a</b>b", "\x1b[1ma\x1b[0mb"),
        ("<b>a<i>b</b>c</i>d", "\x1b[1ma\x1b[0m\x1b[1;3mb\x1b[0m\x1b[3mc\x1b[0md"),
        ("<h1>a</h1>", "\x1b[1;4ma\x1b[0m"),
        ("<b>a<br>b</b>", "\x1b[1ma\x1b[0m\n\x1b[1mb\x1b[0m"),
        ("<p><b>a<p>b</b>c", "\x1b[1ma\x1b[0m\n\nbc"),
        ("<select><option selected>a</select>b", "[\x1b[1ma\x1b[0m]b"),
        ("<u>a<mark>b</u>c</mark>d", "\x1b[4ma\x1b[0m\x1b[4;7mb\x1b[0m\x1b[7mc\x1b[0md"),
        ("<mark>a<u>b</mark>c</u>d", "\x1b[7ma\x1b[0m\x1b[4;7mb\x1b[0mcd"),
        ("<mark>a<div>b</mark>c</div>d", "\x1b[7ma\x1b[0m\n\x1b[7mb\x1b[0mc\nd"),
        ("<b>a<p>b</b>c", "\x1b[1ma\x1b[0m\n\n\x1b[1mb\x1b[0mc"),
        (
            "<span style='color: red; font-weight: bold'>a<span>b</span></span>",
            "\x1b[1;31mab\x1b[0m",
        ),
        ("<span style='color:#80C'>a</span>", "\x1b[38;2;136;0;204ma\x1b[0m"),
        ("<span style='color: rgb(0, 50%, 200)'>a</span>", "\x1b[38;2;0;127;200ma\x1b[0m"),
        ("<font color=green>a</font>", "\x1b[32ma\x1b[0m"),
        # Black on black is of no use; on its own background a text has a colour that can be read.
        ("<span style='color: black'>a</span>", "a"),
        ("<span style='background: gold'>a</span>", "\x1b[38;2;0;0;0;48;2;255;215;0ma\x1b[0m"),
        ("<i style='color: #12; background: #0000'>a</i>", "\x1b[3ma\x1b[0m"),
        ("<b style='text-decoration: underline line-through'>a</b>", "\x1b[1;4;9ma\x1b[0m"),
        ("<span style='background: rgba(0,0,0,0); color: nonsense'>a</span>", "a"),
        ("<a href='https://a.b'>c</a>", "\x1b[4mc\x1b[0m\x1b[2m (https://a.b)\x1b[0m"),
        (table("!a", "1"), "\x1b[1ma\x1b[0m\n\x1b[2m─\x1b[0m\n1"),
        (
            "<style>#c{background-color:red}</style><table><tr><td id=c>a<tr><td>bcd</table>",
            "\x1b[38;2;255;255;255;48;2;255;0;0ma\x1b[0m\x1b[38;2;255;255;255;48;2;255;0;0m  \x1b[0m\nbcd",
        ),
    ],
)
def test_colours(html: str, text: str) -> None:
    assert html_to_text(html, color=True) == text
    assert html_to_text(html) == "\n".join(line.rstrip() for line in strip_sgr(text).split("\n"))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a\x1b]0;t\x07b\x1b[31mc\x1b[2Kd", "abcd"),
        ("a\x1bb\x00\x08&#27;&#x9b;", "a^[b^@›"),
        ("<pre>a\x1b[1mb\x0bc</pre>", "ab^Kc"),
        ("<img alt='\x1b[31m\x07'>", "[^G]"),
        ("\u202eabc\u200f", "\u202eabc\u200f"),
    ],
)
def test_no_control_sequence_passes(html: str, text: str) -> None:
    assert html_to_text(html) == html_to_text(html, color=True) == text


@pytest.mark.parametrize(
    ("html", "width", "text"),
    [
        ("one two three", 7, "one two\nthree"),
        ("one <b>two</b>three four", 8, "one\ntwothree\nfour"),
        ("a longlonglong b", 4, "a\nlonglonglong\nb"),
        ("日本語、テキスト ok", 6, "日本\n語、テ\nキスト\nok"),
        ("e\u0301e\u0301 <i>e\u0301</i>e x", 4, "e\u0301e\u0301\ne\u0301e x"),
        ("<pre>a long line</pre>", 4, "a long line"),
        ("<ul><li>one two three</ul>", 8, "• one\n  two\n  three"),
        ("<blockquote>one two three</blockquote>", 10, "│ one two\n│ three"),
        ("<hr>", 5, "─────"),
        ("a&nbsp;b c", 3, "a b\nc"),
        ("<p>a b", 1, "a\nb"),
        ("a b", -7, "a\nb"),
    ],
)
def test_paragraphs_are_wrapped(html: str, width: int, text: str) -> None:
    assert html_to_text(html, width=width) == text


@settings(deadline=None, max_examples=50)
@given(st.text("ab ", max_size=40), st.integers(1, 12), st.booleans())
def test_a_text_is_wrapped_alike_in_any_alphabet(text: str, width: int, in_a_cell: bool) -> None:
    before, after = ("<table><td>", "<td>.</table>") if in_a_cell else ("", "")
    plain, accented = (
        html_to_text(before + each + after, width=width) for each in (text, text.replace("a", "é"))
    )
    assert accented == plain.replace("a", "é")


LONG = "It was the best of times, it was the worst of times"


@pytest.mark.parametrize(
    ("html", "width", "text"),
    [
        (table("1|2", "3"), None, "1  2\n3"),
        (table("!a|!name", "10|x", "5|yz"), None, " a  name\n────────\n10  x\n 5  yz"),
        ("<table><tr><th colspan=2>abc<tr><th>d<th>e<tr><td>1<td>2</table>", None, "abc\nd  e\n────\n1  2"),
        (table("!n", "-1.5e3", "NaN", "", "1,000"), None, "     n\n──────\n-1.5e3\n   NaN\n\n 1,000"),
        (table("!n", "None", "x", "7"), None, "n\n────\nNone\nx\n7"),
        (table("日本|x", "a|y"), None, "日本  x\na     y"),
        (table("👩 a|x", "bcdef|y"), None, "👩 a   x\nbcdef  y"),
        (table("a<br>b|c", "d|<ul><li>e<li>f</ul>"), None, "a  c\nb\n\nd  • e\n   • f"),
        (table("a|" + table("1|2", "3|4")), None, "a  1  2\n   3  4"),
        ("<table><tr><td colspan=2>abcdefgh<tr><td>1<td>2</table>", None, "abcdefgh\n  1    2"),
        ("<table><tr><th colspan=2>ab<th>c<tr><th>d<th>e<th>f<tr><td>1<td>2<td>3</table>",
         None, "ab    c\n────\nd  e  f\n───────\n1  2  3"),
        ("<table><tr><td rowspan=2>a<td>b<tr><td>c<tr><td>d<td>e</table>", None, "a  b\n   c\nd  e"),
        ("<table><tr><td rowspan=0>a<br>b<br>c<td>x<tr><td>y</table>z", None, "a  x\nb  y\nc\nz"),
        ("<table><tr><td align=right>a<tr><td>bcd<td style='text-align:center'>e<tr><td><td>fgh</table>",
         None, "  a\nbcd   e\n     fgh"),
        ("<table><tfoot><tr><td>9<thead><tr><td>n<tbody><tr><td>1</table>", None, "n\n─\n1\n─\n9"),
        ("<table><caption>C <b>d</b></caption><thead><tr><th>a</thead></table>", None, "C d\na\n─"),
        ("<table><thead><tr><th><th>x<tr><th>i<th></thead><tr><th>1<td>2</table>",
         None, "i  x\n────\n1  2"),
        ("<table>a<tr>b<td>c</table>d", None, "ab\nc\nd"),
        ("<table><td>a<table><td>b</table>c</table>d", None, "a\nb\nc\nd"),
        ("x<td>a<td>b<tr>c", None, "x  a  b\nc"),
        ("<td>a<td>b<tr>c", None, "a  b\nc"),
        (table("a|" + LONG), 30, "a  It was the best of times,\n   it was the worst of times"),
        (table("|".join(f"col{n}" for n in range(9))), 30, "col0  col1  …  col7  col8"),
        (table("|".join(f"col{n}" for n in range(9))), 31, "col0  col1  col2  …  col7  col8"),
        (table("x" * 30 + "|y"), 20, "x" * 17 + "  y\n" + "x" * 13),
        (table("x" * 30), 20, "x" * 30),
        (table("é" * 30 + "|y"), 20, "é" * 17 + "  y\n" + "é" * 13),
        (table("éa " + "é" * 20 + "|y"), 13, "éa          y\néééééééééé\néééééééééé"),
        ("<table><td><pre>abcdefgh ij\n日本語日本</pre><td>y</table>", 10,
         "abcdefg  y\nh ij\n日本語\n日本"),
        ("<table><td>a<hr>b<td>c</table>", None, "a    c\n\n───\n\nb"),
        ("<table><tr><td>a<td rowspan=3>b<tr><td colspan=2>c<td>d</table>", None, "a  b\nc     d"),
        ("<table><tr><td rowspan=3>a<br>b<br>c<td>x<tr><tr><td>z</table>", None, "a  x\nb\nc  z"),
        (table("one|two|three|four"), 7, "o  …  f\nn     o\ne     u\n      r"),
        ("<ul><li>" + table("a|" + LONG) + "</ul>", 30,
         "• a  It was the best of times,\n     it was the worst of times"),
    ],
)  # fmt: skip
def test_tables(html: str, width: int | None, text: str) -> None:
    assert html_to_text(html, width=width) == text


def test_what_rs_kernel_sends() -> None:
    html = """<table class='dataframe'><caption>A data.frame: 2 × 2</caption>
        <thead><tr><th></th><th scope=col>mpg</th><th scope=col>gear</th></tr>
        <tr><th></th><th scope=col>&lt;dbl&gt;</th><th scope=col>&lt;fct&gt;</th></tr></thead>
        <tbody><tr><th scope=row>Mazda RX4</th><td>21.0</td><td>four</td></tr>
        <tr><th scope=row>Fiat</th><td>4.25</td><td>NA</td></tr></tbody></table>"""
    assert html_to_text(html).split("\n") == [
        "A data.frame: 2 × 2",
        "             mpg  gear",
        "           <dbl>  <fct>",
        "───────────────────────",
        "Mazda RX4   21.0  four",
        "Fiat        4.25  NA",
    ]


def test_a_spanning_header_shrinks_with_what_it_spans() -> None:
    head = "<table><tr><th>i<th colspan=40>" + "wide" * 5 + "<tr><th>" + "<th>c" * 40
    html = head + "<tr><td>1" + "<td>2" * 40 + "</table>"
    lines = html_to_text(html, width=20).split("\n")
    assert lines[0].startswith("i  wide")
    assert lines[2] == "   c  c  …  c  c  c" or "…" in lines[2]
    assert max(map(text_width, lines)) <= 20


_TAGS = st.sampled_from([
    "a", "b", "p", "div", "pre", "ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody",
    "tfoot", "tr", "td", "th", "caption", "br", "hr", "h1", "blockquote", "details", "summary",
    "span", "select", "option", "svg", "textarea", "sup", "button", "q",
])  # fmt: skip
_OPTIONS = st.sampled_from(
    ["", " hidden", " colspan=3", " rowspan=0", " rowspan=2", " href='https://a.b'", " style='color:red'",
     " style='background:blue'", " align=right", " start=7", " id=x", " ", " class='"]
)  # fmt: skip
_WORDS = st.sampled_from(
    [
        " ",
        "word",
        "12.5",
        "&nbsp;",
        "日本",
        "e\u0301",
        "\n",
        "\t",
        "longer words here",
        "&amp",
        "\x1b[31m",
        "\r",
    ]
)
_PIECES = st.one_of(
    st.builds(lambda tag, options: f"<{tag}{options}>", _TAGS, _OPTIONS),
    st.builds(lambda tag: f"</{tag}>", _TAGS),
    _WORDS,
    st.sampled_from(["<", ">", "!", "--", "/", "'", '"', "=", "&", ";", "<!--"]),
    st.just("<style>#x{color:red}</style>"),
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(_PIECES, max_size=40).map("".join), st.none() | st.integers(1, 60))
def test_whatever_the_markup_is_it_becomes_lines(html: str, width: int | None) -> None:
    text = html_to_text(html, width=width)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    assert text == text.strip("\n")
    colored = html_to_text(html, width=width, color=True)
    assert "\n".join(line.rstrip() for line in strip_sgr(colored).split("\n")) == text
    assert "\x1b" not in strip_sgr(colored)
    if width is not None and width >= 16 and "pre" not in html:
        # A long word alone may stand out.
        assert all(text_width(line.rpartition(" ")[0]) <= width for line in text.split("\n"))


def calls_for(html: str) -> int:
    return calls(partial(html_to_text, html, width=40, color=True))


@pytest.mark.parametrize(
    ("before", "unit"),
    [
        *(("", unit) for unit in ("<b>", "<b><i></b>", "<p>x", "<ul><li>", "<blockquote>x", "<hr>")),
        *(("", unit) for unit in ("<table>", "<table><td>x", "<table><tr><td>x", "<td>x", "x<br>")),
        *(("", unit) for unit in ("<a href=http://x>y", "<svg>", "<style>#a{}</style>", "日", "a ")),
        ("<b>" * 300, "</b><b>"),
        ("<b>" * 125 + "<div>" * 125, "</b><b></div><div>"),
        ("<ul>" + "<b>" * 200, "<li></li>"),
        ("<table><tr>", "<td>x"),
        ("<table><tr>", "<td colspan=1000000000>"),
        ("<table><tr>", "<td rowspan=1000000000>"),
        ("<table>", "<tr><td>x"),
        ("<table>", "<tr><th colspan=2>x"),
        ("<table><tr>" + "<td rowspan=65000 colspan=3>" * 70, "<tr><td>"),
        ("<table><tr>" + "<td>x" * 200, "<tr><td colspan=1000>y"),
        ("<table><tr><td>" + "x" * 500 + "<td>", "a<br>"),
        ("<table><tr><td>a<td><pre>", "word "),
    ],
)  # fmt: skip
def test_the_work_grows_with_the_length_and_no_faster(before: str, unit: str) -> None:
    once, twice, four_times = (calls_for(before + unit * count) for count in (40, 80, 160))
    assert four_times - twice <= 2.5 * (twice - once) + 200


@pytest.mark.parametrize(
    "unit",
    ["<!--", "<a ", "<a b='", "<", "<![", "<script>", "=", "<a =", "&", "&#1", "<style>/*{#", "\x1b["],
)  # fmt: skip
def test_no_pattern_takes_quadratic_time(unit: str) -> None:
    # Quadratic behaviour would hang here, so there is nothing to time.
    html_to_text(unit * (100_000 // len(unit)))
    html_to_text("<a" + unit * (100_000 // len(unit)))


@pytest.mark.parametrize(
    "tag", ["b", "div", "ul><li", "table><td", "blockquote", "a", "svg", "select"]
)
def test_deep_nesting_ends(tag: str) -> None:
    html = f"<{tag}>" * 1500
    assert html_to_text(html + "x").endswith(("x", "]")) or tag == "svg"
    name = tag.partition(">")[0]
    assert html_to_text(html + "x" + f"</{name}>" * 1500 + "<p>y").endswith("y")


def test_a_table_that_were_nearly_all_blanks_is_narrowed() -> None:
    html = table("x" * 50_000 + "|" + "a<br>" * 5_000)
    text = html_to_text(html)
    assert len(text) < 40 * len(html)
    assert max(map(len, text.split("\n"))) <= 200
    long = table("x" * 50_000 + "|y")
    assert html_to_text(long) == "x" * 50_000 + "  y"
