"""What of an output can be a file."""

import base64

import pytest

from kconsole.render.artifact import FILE_TYPES, artifact_of, artifacts_of, page_of
from kconsole.render.canvas import Canvas
from kconsole.render.image.fit import fit
from kconsole.render.mime import Choice, choose
from kconsole.render.page import Page

PNG = base64.b64encode(b"\x89PNG").decode()


def test_the_best_for_looking_at_comes_first() -> None:
    data = {
        "text/plain": "<Figure>",
        "application/pdf": base64.encodebytes(b"%PDF").decode(),
        "image/svg+xml": ["<svg>", "</svg>"],
        "image/png": PNG,
    }
    found = artifacts_of(data, {"image/png": {"width": 640, "height": 480.0}})
    assert [(each.mime, each.suffix, each.content, each.size) for each in found] == [
        ("image/png", "png", b"\x89PNG", (640, 480)),
        ("image/svg+xml", "svg", b"<svg></svg>", None),
        ("application/pdf", "pdf", b"%PDF", None),
    ]
    assert found[0].facts == "image/png, 4 B"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"text/plain": "1"},
        {"text/html": "<b>1</b>", "text/plain": "1"},
        {"image/png": "no base64!"},
        {"image/png": ""},
        {"image/png": 3},
        {"image/png": None},
        {"application/vnd.jupyter.widget-view+json": {}, "text/html": "<b>1</b>"},
        {"application/vnd.plotly.v1+json": {}, "text/html": " "},
    ],
)
def test_what_is_text_or_broken_is_no_file(data: dict[str, object]) -> None:
    assert artifacts_of(data, {}) == []


@pytest.mark.parametrize(
    "size", [(0, 1), (-1, 5), (float("nan"), 1), (1e9, 1), ("9", 9), (None, None)]
)
def test_a_size_that_makes_no_sense_counts_for_nothing(size: tuple[object, object]) -> None:
    asked = {"image/png": {"width": size[0], "height": size[1]}}
    found = artifact_of("image/png", {"image/png": PNG}, asked)
    assert found is not None
    assert found.size is None


@pytest.mark.parametrize("side", ["width", "height"])
def test_one_side_leaves_the_other_to_the_shape(side: str) -> None:
    found = artifact_of("image/png", {"image/png": PNG}, {"image/png": {side: 300}})
    assert found is not None and found.size is not None
    layout = fit((1000, 600), Canvas("kitty", 200, 100, cell=(10, 20)), found.size)
    assert (layout.width, layout.height) == ((300, 180) if side == "width" else (500, 300))


def test_a_plot_of_a_vendor_is_its_page() -> None:
    mime = "application/vnd.plotly.v1+json"
    data = {mime: {}, "text/html": "<div>é</div>"}
    found = artifact_of(mime, data, {})
    assert found is not None
    assert artifacts_of(data, {}) == [found]
    assert found.suffix == "html"
    assert found.content == b'<!DOCTYPE html>\n<meta charset="utf-8">\n<div>\xc3\xa9</div>'


def test_a_page_that_is_whole_stays_as_it_is() -> None:
    page = page_of({"text/html": ["\n<HTML>", "</HTML>"]})
    assert page is not None
    assert page.content == b"\n<HTML></HTML>"


SOUND = base64.b64encode(b"RIFF").decode()
#: As IPython's Audio and Video, matplotlib's animations and hand-made HTML have it.
AUDIO = f"""
                <audio  controls="controls" >
                    <source src="data:audio/wav;base64,{SOUND}" type="audio/wav" />
                    Your browser does not support the <b>audio</b> element.
                </audio>
              """
FILM = f"<VIDEO controls>\n <source type='video/mp4' src='data:video/mp4;codecs=a;base64,{SOUND}'></VIDEO>"


@pytest.mark.parametrize(
    ("html", "suffix"),
    [
        (AUDIO, "wav"),
        (FILM, "mp4"),
        (f'<audio src="data:audio/mpeg;base64,{SOUND}"></audio>', "mp3"),
        (f'<img alt="a" src="data:image/png;base64,{SOUND}"/>\n', "png"),
        (AUDIO.replace("audio/wav", "audio/x-new"), "html"),
        (AUDIO.replace(SOUND, "no base64!"), "html"),
        (AUDIO.replace("</audio>", ""), "html"),
        (f"{AUDIO}{AUDIO}", "html"),
        (f'<img src="data:image/png;base64,{SOUND}', "html"),
    ],
)
def test_html_that_is_a_sound_a_film_or_a_picture_is_its_file(html: str, suffix: str) -> None:
    data = {"text/html": html, "text/plain": "<IPython.lib.display.Audio object>"}
    assert choose(data, Page(drawn=FILE_TYPES)) == Choice("text/html", "text/html", None)
    found = artifact_of("text/html", data, {})
    assert found is not None
    assert found.suffix == suffix
    assert artifacts_of(data, {}) == ([] if suffix == "html" else [found])
    assert suffix == "html" or found.content == b"RIFF"


@pytest.mark.parametrize(
    "html",
    [
        f"<p>Listen:</p>{AUDIO}",
        '<audio src="https://example.org/a.mp3"></audio>',
    ],
)
def test_html_with_something_else_in_it_or_with_a_link_is_text(html: str) -> None:
    assert choose({"text/html": html}, Page(drawn=FILE_TYPES)).text
    assert artifacts_of({"text/html": html}, {}) == []
