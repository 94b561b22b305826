"""Images as text: which size, in which cells, and what is refused."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pngs import Pixel, bare_png, plain_png, png

from kconsole.errors import ImageError
from kconsole.render.canvas import Canvas, ImageProtocol
from kconsole.render.image.fit import fit, fit_blocks
from kconsole.render.image.header import read_header
from kconsole.render.image.scale import scaled
from kconsole.render.images import draw
from kconsole.render.sanitise import sanitise

RED, BLUE, CLEAR = (255, 0, 0, 255), (0, 0, 255, 255), (0, 0, 0, 0)
GIF = b"GIF89a" + (300).to_bytes(2, "little") + (200).to_bytes(2, "little") + b"\x80\0\0"
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xff\xdb\x00\x04\0\0"
    b"\xff\xc2\x00\x11\x08\x00\xc8\x01\x2c\x03\1\x22\0\2\x11\1\3\x11\1"
)
VP8X = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\x2b\x01\0" + b"\xc7\0\0"
VP8 = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x2c\x01\xc8\x00"
VP8L = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + (299 | 199 << 14).to_bytes(4, "little")


def blocks(columns: int = 80, rows: int = 24, colors: int = 1 << 24) -> Canvas:
    return Canvas("blocks", columns, rows, colors=colors)


@pytest.mark.parametrize(
    "data", [GIF, JPEG, VP8X, VP8, VP8L, bare_png(300, 200)], ids=["gif", "jpeg", *"xyz", "png"]
)
def test_a_header_says_how_large_it_is(data: bytes) -> None:
    header = read_header(data)
    assert header is not None and header.size == (300, 200)


@pytest.mark.parametrize(
    "data", [b"", b"<svg/>", GIF[:7], JPEG[:20], VP8X[:22], VP8L[:22], b"\xff\xd8\xff\xe0\0\0"]
)
def test_what_is_no_image_has_no_size(data: bytes) -> None:
    assert read_header(data) is None


@given(st.sampled_from([b"", *(image[:16] for image in (GIF, JPEG, VP8X, VP8, VP8L))]), st.binary())
def test_no_bytes_upset_the_header(start: bytes, rest: bytes) -> None:
    header = read_header(start + rest)
    assert header is None or min(header.size) > 0


@pytest.mark.parametrize(
    ("natural", "columns", "rows", "expected"),
    [
        ((800, 400), 200, 60, (100, 25)),  # as large as it is
        ((1600, 800), 100, 60, (100, 25)),  # as wide as the screen
        ((800, 1600), 200, 30, (30, 30)),  # as high
        ((3, 3), 80, 24, (1, 1)),
        ((10000, 1), 80, 24, (80, 1)),
        ((1, 10000), 80, 24, (1, 24)),
    ],
)
def test_an_image_is_made_to_fit_and_keeps_its_shape(
    natural: tuple[int, int], columns: int, rows: int, expected: tuple[int, int]
) -> None:
    layout = fit(natural, Canvas("kitty", columns, rows))
    assert (layout.columns, layout.rows) == expected


def test_a_wish_is_honoured_within_the_screen() -> None:
    canvas = Canvas("kitty", 80, 24, cell=(10, 20))
    smaller = fit((800, 400), canvas, (400, 200))
    assert (smaller.columns, smaller.rows, smaller.width, smaller.height) == (40, 10, 400, 200)
    assert fit((800, 400), canvas, (400, 400)) == smaller  # what is wished is a frame
    assert fit((80, 40), canvas, (400, 200)) == smaller  # also larger than it is
    assert fit((800, 400), canvas, (10**9, 10**9)).columns == 80
    assert fit((800, 400), canvas, (0, -5)).columns == 1


def test_what_a_terminal_says_of_its_cells_makes_no_image_as_large_as_that() -> None:
    layout = fit((7000, 7000), Canvas("kitty", 200, 60, (999, 1998)))
    assert (layout.width, layout.height) == (2880, 2880)
    assert (layout.columns, layout.rows) == (3, 2)
    layout = fit((7000, 3500), Canvas("sixel", 200, 60, (50, 100)), most=2_000_000)
    assert (layout.width, layout.height) == (2000, 1000)


@given(
    st.tuples(st.integers(1, 10_000), st.integers(1, 10_000)),
    st.tuples(st.integers(1, 300), st.integers(1, 100)),
    st.tuples(st.integers(1, 40), st.integers(1, 60)),
    st.none() | st.tuples(st.integers(-3, 10**7), st.integers(-3, 10**7)),
)
def test_nothing_is_larger_than_the_canvas(
    natural: tuple[int, int],
    screen: tuple[int, int],
    cell: tuple[int, int],
    size: tuple[int, int] | None,
) -> None:
    canvas = Canvas("kitty", *screen, cell=cell)
    layout = fit(natural, canvas, size)
    assert 1 <= layout.columns <= screen[0] and 1 <= layout.rows <= screen[1]
    assert 0 < layout.width <= layout.columns * cell[0]
    assert 0 < layout.height <= layout.rows * cell[1]
    across, down = fit_blocks(natural, canvas, size)
    assert 1 <= across <= screen[0] and 1 <= down <= 2 * screen[1]


def drawn(rows: list[list[Pixel]], colors: int = 1 << 24) -> str:
    return draw(png(rows), "image/png", blocks(colors=colors)).text


def test_two_pixels_share_a_cell() -> None:
    assert drawn([[RED, BLUE], [BLUE, BLUE]]) == ("\x1b[38;2;255;0;0;48;2;0;0;255m▀ \x1b[0m\n")


def test_what_is_clear_is_the_terminals_own_background() -> None:
    assert drawn([[RED, CLEAR, CLEAR], [CLEAR, RED, CLEAR], [CLEAR] * 3, [CLEAR] * 3]) == (
        "\x1b[38;2;255;0;0m▀▄\x1b[0m\n\n"
    )


def test_the_last_row_may_be_half_a_cell() -> None:
    drawing = draw(plain_png(1, 3), "image/png", blocks())
    assert (drawing.columns, drawing.rows) == (1, 2)
    assert drawing.text == "\x1b[48;2;255;0;0m \x1b[0m\n\x1b[38;2;255;0;0m▀\x1b[0m\n"


def test_colours_are_said_only_where_they_change() -> None:
    row = [RED] * 30 + [BLUE] * 30
    other = [BLUE] * 30 + [RED] * 30
    # The lower half-block takes the two colours as they are.
    assert drawn([row, other]) == (
        "\x1b[38;2;255;0;0;48;2;0;0;255m" + "▀" * 30 + "▄" * 30 + "\x1b[0m\n"
    )


@pytest.mark.parametrize(
    ("colors", "codes"),
    [
        (1 << 24, ("48;2;250;10;10", "48;2;8;8;8", "48;2;200;200;200")),
        (256, ("48;5;196", "48;5;232", "48;5;251")),
        (16, ("101", "40", "47")),
    ],
)
def test_colours_are_the_nearest_that_there_are(colors: int, codes: tuple[str, ...]) -> None:
    pixels = [(250, 10, 10, 255), (8, 8, 8, 255), (200, 200, 200, 255)]
    assert re.findall(r"\x1b\[([0-9;]+)m ", drawn([pixels, pixels], colors)) == list(codes)


def pixels(rows: list[list[Pixel]]) -> list[bytes]:
    return [bytes(value for pixel in row for value in pixel) for row in rows]


@settings(max_examples=30)
@given(st.integers(1, 12), st.tuples(st.integers(1, 9), st.integers(1, 14)), st.randoms())
def test_a_smaller_picture_has_the_means(
    rows: int, target: tuple[int, int], dice: random.Random
) -> None:
    source = [[(*dice.randbytes(3), 255) for _ in range(7)] for _ in range(rows)]
    width, height = target
    picture = scaled(pixels(source), (7, rows), target)
    expected: list[int] = []
    for y in range(height):
        top = y * rows // height
        lines = source[top : max((y + 1) * rows // height, top + 1)]
        for x in range(width):
            left = x * 7 // width
            block = [p for line in lines for p in line[left : max((x + 1) * 7 // width, left + 1)]]
            expected += [sum(values) // len(block) for values in zip(*block, strict=True)]
    assert list(picture.pixels) == expected


def test_more_rows_than_a_sum_holds_have_a_mean() -> None:
    rows = [bytes((value, 255, 7, 255)) for value in (0, 100) for _ in range(450)]
    assert scaled(rows, (1, 900), (1, 1)).pixels == bytes((50, 255, 7, 255))


@pytest.mark.parametrize(
    ("paper", "ink", "seen"),
    [
        ((255, 255, 255, 255), (0, 55, 255, 255), "81;119;255"),
        ((20, 20, 20, 255), (220, 20, 20, 255), "156;20;20"),
    ],
    ids=["white", "dark"],
)
def test_a_thin_line_on_paper_is_seen(paper: Pixel, ink: Pixel, seen: str) -> None:
    line = [paper] * 20 + [ink] * 2 + [paper] * 18
    text = draw(png([line] * 40), "image/png", blocks(4, 2)).text
    back = "{};{};{}".format(*paper)
    row = f"\x1b[48;2;{back}m  \x1b[48;2;{seen}m \x1b[48;2;{back}m \x1b[0m\n"
    assert text == 2 * row


def test_where_there_is_no_paper_a_mean_stays_a_mean() -> None:
    line = [(255, 255, 255, 255)] * 10 + [(90, 120, 60, 255), (30, 60, 90, 255)] * 15
    text = draw(png([line] * 40), "image/png", blocks(4, 2)).text
    assert "48;2;60;90;75m" in text


def test_a_clear_pixel_has_no_colour() -> None:
    line = [(255, 0, 0, 255), (0, 255, 0, 0), (255, 0, 0, 100), (9, 9, 9, 0)] * 20
    text = draw(png([line] * 80), "image/png", blocks(1, 1)).text
    assert text == "\x1b[38;2;255;0;0m▀\x1b[0m\n"


@settings(max_examples=25)
@given(
    st.lists(
        st.lists(st.tuples(*[st.sampled_from([0, 1, 127, 255])] * 4), min_size=5, max_size=5),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from([16, 256, 1 << 24]),
    st.integers(1, 9),
    st.integers(1, 5),
)
def test_blocks_pass_the_sanitiser_unharmed(
    rows: list[list[Pixel]], colors: int, columns: int, height: int
) -> None:
    drawing = draw(png(rows), "image/png", blocks(columns, height, colors))
    assert sanitise(drawing.text, "display") == drawing.text
    lines = drawing.text.split("\n")
    assert lines.pop() == "" and len(lines) == drawing.rows <= height
    for line in lines:
        assert re.fullmatch(r"(?:\x1b\[[0-9;]+m|[ ▀▄])*", line)
        assert len(re.findall("[ ▀▄]", line)) <= drawing.columns <= columns


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no image that can be drawn begins like this"),
        (b"%PDF-1.7", "no image that can be drawn begins like this"),
        (bare_png(60000, 60000), "60000 × 60000 pixels: a side is longer than 10000"),
        (bare_png(9000, 9000), "9000 × 9000 pixels: more than 50 million"),
        (plain_png(4, 4)[:60], "the PNG ends too early, after 60 bytes"),
    ],
)
@pytest.mark.parametrize("protocol", ["blocks"])
def test_what_cannot_be_drawn_is_refused_in_a_line(
    data: bytes, reason: str, protocol: ImageProtocol
) -> None:
    with pytest.raises(ImageError) as caught:
        draw(data, "image/png", Canvas(protocol, 80, 24))
    assert str(caught.value) == f"image/png: {reason}"


def test_a_type_is_named_in_one_line() -> None:
    with pytest.raises(ImageError, match=r"^image/x y: no image"):
        draw(b"?", "image/\x1b[2Jx\ny", blocks())
