"""Markdown as text: what CommonMark makes of it, how that looks, and that nothing takes long or raises.

``python -m tests.test_render_markdown`` writes ``tests/markdown/NAME.txt`` anew; then look at each of them.
"""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kconsole.render.markdown import markdown_to_text
from kconsole.render.markdown.document import html_of
from kconsole.render.sanitise import sanitise

SAMPLES = sorted((Path(__file__).parent / "markdown").glob("*.md"))
WIDTHS = (40, 80, 200)


TASKS = """
<ul> <li> <input type="checkbox" /> a </li> <li> <input type="checkbox" checked="" /> b </li>
<li> [ ] </li> </ul>
"""
TABLE = """
<table> <tr><th align="left">a</th><th align="right">b</th></tr>
<tr><td align="left"><code>c</code></td><td align="right">d|e</td></tr>
<tr><td align="left">f</td></tr> </table> <p>g</p>
"""


def html(source: str) -> str:
    return html_of(source, indent="").replace("\n", " ")


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("# a\n## b ##\n#c\n####### d", "<h1>a</h1> <h2>b</h2> <p>#c ####### d</p>"),
        ("a\nb\n===\nc\n---\n***\n- - -", "<h1>a b</h1> <h2>c</h2> <hr /> <hr />"),
        (
            "*a* __b__ ***c*** **d*e***",
            "<p><em>a</em> <strong>b</strong> <em><strong>c</strong></em> <strong>d<em>e</em></strong></p>",
        ),
        (
            "snake_case_name 2 * 3 * 4 _a_b_ foo*bar*",
            "<p>snake_case_name 2 * 3 * 4 <em>a_b</em> foo<em>bar</em></p>",
        ),
        ("~~a~~ ~b~ ~~~c~~~", "<p><del>a</del> <del>b</del> ~~~c~~~</p>"),
        ("`a *b*` ``c`d`` ` e", "<p><code>a *b*</code> <code>c`d</code> ` e</p>"),
        (r"\*a\* \a &amp; &#42; &x; <b>", "<p>*a* \\a &amp; * &amp;x; <b></p>"),
        ("a  \nb\\\nc\nd", "<p>a<br /> b<br /> c d</p>"),
        (
            '[a](/b "t") ![f *g*](h) [i](j(k)) [l](m n)',
            '<p><a href="/b">a</a> <img alt="f g" src="h" /> <a href="j(k)">i</a> [l](m n)</p>',
        ),
        (
            "[a] [B][] [c][b] [d]\n\n[a]: /x 'y'\n[b]:\n  <z>",
            '<p><a href="/x">a</a> <a href="z">B</a> <a href="z">c</a> [d]</p>',
        ),
        ("[a [b](<c d>)](d) *[e*](f)", '<p>[a <a href="c d">b</a>](d) *<a href="f">e*</a></p>'),
        (
            "<http://a.b> <a@b.c> < d",
            '<p><a href="http://a.b">http://a.b</a> <a href="mailto:a@b.c">a@b.c</a> &lt; d</p>',
        ),
        (
            "- a\n- b\n  - c\n\nd",
            "<ul> <li> a </li> <li> b <ul> <li> c </li> </ul> </li> </ul> <p>d</p>",
        ),
        (
            "- a\n\n- b\n* c",
            "<ul> <li> <p>a</p> </li> <li> <p>b</p> </li> </ul> <ul> <li> c </li> </ul>",
        ),
        (
            "3. a\n4. b\n2) c",
            '<ol start="3"> <li> a </li> <li> b </li> </ol> <ol start="2"> <li> c </li> </ol>',
        ),
        ("a\n- b\n1) c", "<p>a</p> <ul> <li> b </li> </ul> <ol> <li> c </li> </ol>"),
        ("a\n2. b", "<p>a 2. b</p>"),
        ("- [ ] a\n- [X] b\n- [ ]", TASKS),
        (
            "> a\nb\n>> c\n\nd",
            "<blockquote> <p>a b</p> <blockquote> <p>c</p> </blockquote> </blockquote> <p>d</p>",
        ),
        ("    a\n\n      b\n\nc", "<pre> a    b</pre> <p>c</p>"),
        ("```py\n<a>\n~~~\n```\n~~~\nb", "<pre> &lt;a&gt; ~~~</pre> <pre> b</pre>"),
        ("- a\n\n      b\n\n  c", "<ul> <li> <p>a</p> <pre> b</pre> <p>c</p> </li> </ul>"),
        (
            "<div>\n*a*\n\n*b*\n</div>\n\n<!-- *c*\n\n-->",
            "<div> *a* <p><em>b</em></p> </div> <!-- *c*  -->",
        ),
        ("|a|b|\n|:-|-:|\n|`c`|d\\|e|\n|f\n\ng", TABLE),
        ("|a|b|\n|-|\nc", "<p>|a|b| |-| c</p>"),
        (
            r"$\alpha_1$ costs $5 or $6, $HOME/$USER, a$b$c",
            "<p>α₁ costs $5 or $6, $HOME/$USER, a$b$c</p>",
        ),
        ("$$\n- x\n= y\n$$\n$$unread", "<pre> -x = y</pre> <p>$$unread</p>"),
        (r"a $$\begin{matrix} 1 \\ 2 \end{matrix}$$ b", "<p>a <pre> 1 2</pre> b</p>"),
        (r"\begin{align} a &= b \\ &= c \end{align}", "<p><pre> a = b   = c</pre></p>"),
        (
            '!!! note "Mind"\n    a\n\n    b\n\nc',
            "<blockquote> <p><b>Mind</b><br />a</p> <p>b</p> </blockquote> <p>c</p>",
        ),
        ("> [!NOTE]\n> a", "<blockquote> <p><b>Note</b><br />a</p> </blockquote>"),
        (
            r"\(x^2\) \(a\) \[ x = \frac{1}{2} \] \[a\] \(",
            "<p>x² (a) <pre> x = 1/2</pre> [a] (</p>",
        ),
        ("\ta\n\t\tb", "<pre> a     b</pre>"),
        ("", ""),
    ],
)
def test_markdown_as_html(source: str, wanted: str) -> None:
    assert html(source) == wanted.strip().replace("\n", " ")


every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)


def at_all_widths(sample: Path) -> str:
    source = sample.read_text(encoding="utf-8")
    return "".join(f"=== {width}\n{markdown_to_text(source, width=width)}\n" for width in WIDTHS)


def test_there_are_samples() -> None:
    assert "notebook" in {sample.stem for sample in SAMPLES}


@every_sample
def test_it_looks_as_it_did_when_somebody_looked(sample: Path) -> None:
    assert at_all_widths(sample) == sample.with_suffix(".txt").read_text(encoding="utf-8")


def test_the_look_in_colour() -> None:
    text = markdown_to_text("# a `b`\n*c* **d** ~~e~~\n```python\nif 1: 'x'\n```", color=True)
    assert text == (
        "\x1b[1;4ma \x1b[0m\x1b[1;4;36mb\x1b[0m\n\n"
        "\x1b[3mc\x1b[0m \x1b[1md\x1b[0m \x1b[9me\x1b[0m\n\n"
        "    \x1b[1;32mif\x1b[0m \x1b[32m1\x1b[0m: \x1b[31m'x'\x1b[0m"
    )


def test_code_takes_the_style_that_is_chosen() -> None:
    source = "```{python, echo=FALSE}\nif 1: 2\n```"
    assert "\x1b[38;5;81mif\x1b[0m" in markdown_to_text(source, color=True, style="monokai")
    assert markdown_to_text(source, style="monokai") == "    if 1: 2"
    assert markdown_to_text("```nobody-knows\nif 1: 2\n```", color=True) == "    if 1: 2"


def test_tokens_that_only_one_lexer_knows_have_a_colour_too() -> None:
    assert markdown_to_text("```yaml\na: |\n  b\n```", color=True, style="monokai")


def test_nobody_hides_text_by_the_property_that_our_own_html_has() -> None:
    source = '<b style="-kconsole-sgr: 8/1">a</b><i style="-kconsole-sgr: 2J">b</i>'
    assert markdown_to_text(source, color=True) == "\x1b[1ma\x1b[0m\x1b[3mb\x1b[0m"


_PIECES = st.sampled_from(
    [
        *"*_~`[]()<>!$&#|-+=:\\\"'\n\t ",
        *(
            "a",
            "1. ",
            "- ",
            "> ",
            "\n\n",
            "    ",
            "```",
            "$$",
            "](",
            "[a]: b\n",
            "|-|-|\n",
            "<b>",
            "<div>\n",
            "<!--",
        ),
        *(
            "  \n",
            "&#27;",
            "&#x9b;",
            "&lt;",
            "\x1b[31m",
            "\x1b]0;x\x07",
            "\x9b",
            "\u202e",
            "\r",
            "\0",
            "字",
        ),
        *(
            r"\begin{align}",
            r"\end{align}",
            r"\frac",
            "!!! note\n",
            "javascript:",
            "http://a.b",
            "- [x] ",
        ),
    ]
)


@given(st.lists(_PIECES, max_size=40), st.sampled_from([None, 1, 7, 80]), st.booleans())
def test_no_markdown_raises_or_gives_another_escape_than_colours(
    pieces: list[str], width: int | None, color: bool
) -> None:
    text = markdown_to_text("".join(pieces), width=width, color=color)
    assert sanitise(text, "display") in (text, text + "\x1b[0m")
    bare = re.sub(r"\x1b\[[0-9;]*m", "", text) if color else text
    assert not {"\x1b", "\x9b", "\r", "\0", "\x07"} & set(bare)


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "*a ",
            "_*",
            "***a* b** ",
            "a**b",
            "~",
            "`",
            "`a",
            "[",
            "[a](",
            '[a](b "',
            "[a](<",
            "[a]: b\n",
            '[a]: "',
        ),
        *(
            "![a](b",
            "![[a](b)",
            "[[a](b)",
            "> ",
            "> a\n",
            "- ",
            "- a\n",
            "<a ",
            '<a b="',
            "<!--",
            "<!A",
            "&",
            "$",
        ),
        *(
            "$a$",
            "$$",
            "$\n",
            "| a ",
            "|a|b|\n|-|-|\n",
            "a\n=\n",
            "\\",
            "\t- ",
            "```\n",
            r"\begin{align}",
            "a  \n",
        ),
    ],
)
def test_hostile_markdown_takes_no_quadratic_time(unit: str) -> None:
    # Quadratic behaviour would hang here, so there is nothing to time.
    html_of(unit * (12_000 // len(unit)))


def test_what_is_very_long_is_shown_as_it_is() -> None:
    source = "*a* \x1b[31m\r\n" * 50_000
    assert markdown_to_text(source, color=True) == "\n".join(["*a* ^[[31m"] * 50_000)


def test_a_wide_table_grows_no_more_than_its_source() -> None:
    source = "|a" * 150 + "\n" + "|-" * 150 + "\n" + "x\n" * 1000
    assert len(html_of(source)) < 40 * len(source)


if __name__ == "__main__":
    for each in SAMPLES:
        each.with_suffix(".txt").write_text(at_all_widths(each), encoding="utf-8")
