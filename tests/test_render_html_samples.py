"""What libraries really send, and how it looks: ``tests/html/NAME.html`` and ``NAME.txt``.

``python -m tests.test_render_html_samples`` writes the texts anew; then look at each of them.
"""

from pathlib import Path

import pytest

from kconsole.render.cells import text_width
from kconsole.render.html import html_to_text
from kconsole.render.sgr import strip_sgr

SAMPLES = sorted((Path(__file__).parent / "html").glob("*.html"))
WIDTHS = (40, 80, 200)

every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)


def at_all_widths(sample: Path) -> str:
    html = sample.read_text(encoding="utf-8")
    return "".join(f"=== {width}\n{html_to_text(html, width=width)}\n" for width in WIDTHS)


def test_there_are_samples() -> None:
    assert "pandas_multiindex" in {sample.stem for sample in SAMPLES}


@every_sample
def test_it_looks_as_it_did_when_somebody_looked(sample: Path) -> None:
    assert at_all_widths(sample) == sample.with_suffix(".txt").read_text(encoding="utf-8")


@every_sample
def test_colours_change_nothing_but_colours(sample: Path) -> None:
    html = sample.read_text(encoding="utf-8")
    for width in WIDTHS:
        lines = strip_sgr(html_to_text(html, width=width, color=True)).split("\n")
        assert [line.rstrip() for line in lines] == html_to_text(html, width=width).split("\n")
        assert max(map(text_width, lines)) <= width


if __name__ == "__main__":
    for each in SAMPLES:
        each.with_suffix(".txt").write_text(at_all_widths(each), encoding="utf-8")
