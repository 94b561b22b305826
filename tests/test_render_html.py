import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kconsole.render.html import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("<b>a</b> &amp; &lt;c&gt; &#233;", "a & <c> é"),
        ("<p>one\n  two</p><p>three</p>", "one two\nthree"),
        ("a<br>b<BR/>c", "a\nb\nc"),
        ("<ul><li>a</li><li><p>b</p></li></ul>c", "- a\n- b\nc"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1  2\n3"),
        ("<pre>a\n  b</pre>c  d", "a\n  b\nc d"),
        ("<style>p {}</style><script>if (a<b) {}</script><title>t</title>x", "x"),
        ("<!DOCTYPE html><!-- <p>no</p> --><a title='a>b' href=\"x>\">y</a>", "y"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("a<!-- never ended", "a"),
        ("a<b title='never ended", "a"),
        ("<script>never ended", ""),
        ("<![<!a", ""),
    ],
)
def test_html_as_text(html: str, text: str) -> None:
    assert html_to_text(html) == text


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["<", ">", "!", "--", "a", "pre", "li", "/", " ", "'", '"', "=", "&", ";"])
    )
)
def test_malformed_html_never_raises_and_leaves_no_empty_line(pieces: list[str]) -> None:
    text = html_to_text("".join(pieces))
    assert not text or all(text.split("\n"))


@pytest.mark.parametrize(
    "unit", ["<!--", "<a ", "<a b='", "<", "<![", "<script>", "=", "<a =", "<pre>", "&"]
)
def test_hostile_html_takes_no_quadratic_time(unit: str) -> None:
    # Quadratic behaviour would hang here, so there is nothing to time.
    html_to_text(unit * (500_000 // len(unit)))
    html_to_text("<a" + unit * (500_000 // len(unit)))
