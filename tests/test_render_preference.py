"""What of the bundles that real kernels send a person would like to see."""

import pytest

from kconsole.render.mime import choose
from kconsole.render.page import Page

#: pandas 2 and 3: six columns do not fit into 80 columns, so the table goes on below.
GOES_ON = """\
         a_long_name    another_long_name    and_yet_another_name  \\
0           1.764052             0.400157                0.978738

   the_last_but_one_name
0               2.240893  """
FRAME = """\
<div><style scoped>.dataframe tbody tr th { vertical-align: top; }</style>
<table border="1" class="dataframe">
  <thead><tr style="text-align: right;"><th></th><th>a_long_name</th><th>another_long_name</th>
    <th>and_yet_another_name</th><th>the_last_but_one_name</th></tr></thead>
  <tbody><tr><th>0</th><td>1.764052</td><td>0.400157</td><td>0.978738</td><td>2.240893</td></tr></tbody>
</table></div>"""

#: The name of an output -> the MIME bundle that a kernel sends.
BUNDLES: dict[str, dict[str, object]] = {
    "Markdown": {
        "text/plain": "<IPython.core.display.Markdown object>",
        "text/markdown": "# Title",
    },
    "HTML": {"text/plain": "<IPython.core.display.HTML object>", "text/html": "<h1>Hi</h1>"},
    "Latex": {"text/plain": "<IPython.core.display.Latex object>", "text/latex": "$x$"},
    "JSON": {"text/plain": "<IPython.core.display.JSON object>", "application/json": {"a": 1}},
    "GeoJSON": {
        "application/geo+json": {"type": "Point", "coordinates": [1, 2]},
        "text/plain": "<IPython.display.GeoJSON object>",
    },
    "Javascript": {
        "text/plain": "<IPython.core.display.Javascript object>",
        "application/javascript": "alert(1)",
    },
    "a script": {
        "text/plain": "<IPython.core.display.HTML object>",
        "text/html": "<script>f()</script>",
    },
    "an object": {"text/plain": "<__main__.H at 0x7f47a95c1210>", "text/html": "<b>only</b>"},
    "an object that says what it is": {
        "text/plain": "LogisticRegression(C=2)",
        "text/html": "<table><tr><td>C</td><td>2</td></tr></table>",
    },
    "Code": {
        "text/plain": "def f(x):\n    return x",
        "text/html": "<pre>def f(x):</pre>",
        "text/latex": "\\begin{Verbatim}",
    },
    "tabulate": {
        "text/plain": "'<table>\\n<tbody>\\n<tr><td>1</td></tr>\\n</tbody>\\n</table>'",
        "text/html": "<table><tr><td>1</td></tr></table>",
    },
    "Julia's HTML": {"text/plain": 'HTML{String}("<b>2</b>")', "text/html": "<b>2</b>"},
    "sympy": {
        "text/plain": " 2     \nx      \n── + √y\n2      ",
        "image/png": "QUJD",
        "text/latex": "$\\displaystyle \\frac{x^{2}}{2} + \\sqrt{y}$",
    },
    "a figure": {"text/plain": "<Figure size 640x480 with 1 Axes>", "image/png": "QUJD"},
    "Image": {"text/plain": "<IPython.core.display.Image object>", "image/png": "QUJD"},
    "a sound": {"text/plain": "<Sound at 0x7f47a95c1210>", "audio/flac": "QUJD"},
    "R's plot": {"text/plain": "plot without title", "image/png": "QUJD"},
    "a small frame": {
        "text/plain": "   a   b\n0  1   x\n1  2  yy",
        "text/html": "<table><tr><td>1</td><td>x</td></tr></table>",
    },
    "a frame": {"text/plain": GOES_ON, "text/html": FRAME},
    "R's frame": {
        "text/html": "<table><tr><td>1</td></tr></table>",
        "text/latex": "\\begin{tabular}",
        "text/markdown": "| a |\n|---|\n| 1 |",
        "text/plain": "  a\n1 1",
    },
    "altair": {
        "application/vnd.vegalite.v5+json": {"mark": "point"},
        "text/plain": "alt.Chart(...)",
    },
    "plotly": {
        "application/vnd.plotly.v1+json": {"data": []},
        "text/plain": "Figure({'data': []})",
        "text/html": '<div><script src="x"></script></div>',
    },
    "a widget": {
        "text/plain": "IntSlider(value=0)",
        "application/vnd.jupyter.widget-view+json": {"model_id": "4c6d"},
    },
    "a vendor's alone": {"application/vnd.custom.v1+json": {"a": 1}},
    "bokeh": {
        "application/javascript": "f()",
        "application/vnd.bokehjs_exec.v0+json": "",
        "text/html": "<div id='x'></div>",
    },
    "nothing": {},
}

DRAWN = {"image/png", "image/svg+xml"}


@pytest.mark.parametrize(
    ("name", "page", "mime"),
    [
        ("Markdown", Page(80), "text/markdown"),
        ("HTML", Page(80), "text/html"),
        ("Latex", Page(80), "text/latex"),
        ("JSON", Page(80), "application/json"),
        ("JSON", Page(None), "application/json"),
        ("GeoJSON", Page(80), "application/geo+json"),
        ("Javascript", Page(80), "text/plain"),
        ("a script", Page(80), "text/plain"),
        ("a script", Page(80, drawn={"text/html"}), "text/html"),
        ("an object", Page(80), "text/html"),
        ("an object that says what it is", Page(80), "text/plain"),
        ("Code", Page(80), "text/plain"),
        ("tabulate", Page(80), "text/html"),
        ("Julia's HTML", Page(80), "text/html"),
        ("sympy", Page(80), "text/plain"),
        ("sympy", Page(80, drawn=DRAWN), "text/plain"),
        ("a figure", Page(80), "text/plain"),
        ("a figure", Page(80, drawn=DRAWN), "image/png"),
        ("Image", Page(80), "image/png"),
        ("a sound", Page(80), "audio/flac"),
        ("R's plot", Page(80, drawn=DRAWN), "image/png"),
        ("a small frame", Page(80), "text/plain"),
        ("a small frame", Page(None), "text/plain"),
        ("a small frame", Page(6), "text/html"),
        ("a frame", Page(None), "text/plain"),
        ("a frame", Page(120), "text/html"),
        ("a frame", Page(75), "text/plain"),
        ("a frame", Page(60), "text/html"),
        ("R's frame", Page(80), "text/plain"),
        ("altair", Page(80), "text/plain"),
        ("plotly", Page(80), "text/plain"),
        ("a widget", Page(80), "text/plain"),
        ("a vendor's alone", Page(80), "application/vnd.custom.v1+json"),
        ("bokeh", Page(80), "text/html"),
        ("nothing", Page(80), ""),
    ],
)
def test_what_a_person_would_look_at(name: str, page: Page, mime: str) -> None:
    assert choose(BUNDLES[name], page).mime == mime
