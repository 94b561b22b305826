"""Images in the protocols of terminals, read back as a terminal reads them."""

import sys
import zlib

import pytest
from graphics import PASSED, SYNCHRONISED, iterm, kitty, placed, sixel, unwrapped
from hypothesis import given, settings
from hypothesis import strategies as st
from pngs import Pixel, bare_png, chunk, plain_png, png

from kconsole.errors import ImageError
from kconsole.render.canvas import Canvas, ImageProtocol
from kconsole.render.image.kitty import MARKS
from kconsole.render.image.mediancut import reduced
from kconsole.render.images import draw

PNG = plain_png(80, 64, (10, 20, 30, 255))
# Headers of images of the same size: all that is read without Pillow.
GIF = b"GIF89a" + (80).to_bytes(2, "little") + (64).to_bytes(2, "little") + b"\x80\0\0"
JPEG = b"\xff\xd8\xff\xc0\x00\x11\x08" + (64).to_bytes(2, "big") + (80).to_bytes(2, "big") + b"\3"
WEBP = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + (79 | 63 << 14).to_bytes(4, "little")


def canvas(protocol: ImageProtocol, *, tmux: bool = False) -> Canvas:
    return Canvas(protocol, 80, 24, cell=(8, 16), colors=1 << 24, tmux=tmux)


def noisy(width: int, height: int) -> bytes:
    """A PNG that cannot be compressed."""
    state, rows = 1, []
    for _ in range(height):
        row = []
        for _ in range(width):
            state = state * 1103515245 + 12345 & 0x7FFFFFFF
            row.append((state >> 8 & 255, state >> 16 & 255, state >> 20 & 255, 255))
        rows.append(row)
    return png(rows)


def test_kitty_is_sent_a_png_as_it_is_and_without_extras() -> None:
    extras = chunk(b"tEXt", b"Software\0something") + chunk(b"eXIf", b"where it was taken")
    drawing = draw(PNG[:33] + extras + PNG[33:] + b"trailing", "image/png", canvas("kitty"))
    sequences, rows = placed(drawing.text)
    image = kitty(sequences)
    assert image.data == PNG
    assert image.keys == {"a": "T", "q": "2", "C": "1", "c": "10", "r": "4", "f": "100"}
    assert (drawing.columns, drawing.rows) == (10, 4) and rows == 4


def test_kitty_gets_large_images_in_chunks() -> None:
    data = noisy(40, 80)
    text = draw(data, "image/png", canvas("kitty")).text
    sequences, _ = placed(text)
    assert sequences.count("\x1b_G") == 4
    assert kitty(sequences).data == data


@pytest.mark.parametrize(
    ("size", "cells"),
    [((8, 20), {"c": "1"}), ((20, 16), {"r": "1"}), ((80, 64), {"c": "10", "r": "4"})],
)
def test_kitty_keeps_the_shape_of_a_small_image(
    size: tuple[int, int], cells: dict[str, str]
) -> None:
    keys = kitty(placed(draw(plain_png(*size), "image/png", canvas("kitty")).text)[0]).keys
    assert {key: keys[key] for key in "cr" if key in keys} == cells


def test_kitty_is_sent_a_picture_in_place_of_a_png_that_would_get_much_smaller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = [(255, 255, 255, 255), (0, 0, 0, 255)] * 16
    small = Canvas("kitty", 2, 2, cell=(8, 16))
    image = kitty(placed(draw(png([line] * 32), "image/png", small).text)[0])
    assert {key: image.keys[key] for key in "fsvo"} == {"f": "24", "s": "16", "v": "16", "o": "z"}
    assert zlib.decompress(image.data) == bytes((127,)) * 3 * 16 * 16
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    large = bare_png(2500, 2000, compressed=zlib.compress(bytes(2000 * (1 + 4 * 2500))))
    assert kitty(placed(draw(large, "image/png", small).text)[0]).data == large


def test_in_tmux_text_stands_for_kittys_image() -> None:
    drawing = draw(PNG, "image/png", canvas("kitty", tmux=True))
    through, text = unwrapped(drawing.text, PASSED)
    image = kitty(through)
    assert image.data == PNG
    number = int(image.keys.pop("i"))
    assert image.keys == {"a": "T", "q": "2", "U": "1", "c": "10", "r": "4", "f": "100"}
    lines = text.split("\n")
    assert lines.pop() == "" and len(lines) == drawing.rows == 4
    for row, line in enumerate(lines):
        colour, cells = line.removeprefix("\x1b[38;5;").removesuffix("\x1b[39m").split("m")
        first, *others = cells.split("\U0010eeee")[1:]
        assert first == MARKS[row] + MARKS[0] + MARKS[number >> 24]
        assert others == [""] * 9
        assert number == int(colour) | MARKS.index(first[2]) << 24


def test_every_image_in_tmux_has_an_id_of_its_own() -> None:
    texts = [
        draw(plain_png(8, 8, (shade, 0, 0, 255)), "image/png", canvas("kitty", tmux=True)).text
        for shade in range(20)
    ]
    numbers = {kitty(unwrapped(text, PASSED)[0]).keys["i"] for text in texts}
    assert len(numbers) == 20
    assert draw(PNG, "", canvas("kitty", tmux=True)) == draw(PNG, "", canvas("kitty", tmux=True))


def test_in_tmux_an_image_is_no_higher_than_there_are_marks() -> None:
    high = Canvas("kitty", 80, 500, tmux=True)
    data = plain_png(1, 3000)
    drawing = draw(data, "image/png", high)
    assert drawing.rows == len(MARKS) == len(set(MARKS)) == 128


@pytest.mark.parametrize("tmux", [False, True])
@pytest.mark.parametrize("data", [PNG, GIF, JPEG, WEBP], ids=["png", "gif", "jpeg", "webp"])
def test_iterm_is_sent_the_file(data: bytes, tmux: bool) -> None:
    drawing = draw(data, "image/any", canvas("iterm", tmux=tmux))
    sequences, rows = placed(drawing.text)
    if tmux:
        sequences, rest = unwrapped(sequences, SYNCHRONISED)
        assert rest == ""
    arguments, file = iterm(sequences)
    assert file == data
    assert arguments == {
        "inline": "1",
        "size": str(len(data)),
        "width": "10",
        "height": "4",
        "preserveAspectRatio": "1",
    }
    assert (drawing.columns, drawing.rows) == (10, 4) and rows == 4


def test_iterm_gets_a_large_file_in_parts() -> None:
    data = GIF + bytes(1_500_000)
    sequences, _ = placed(draw(data, "image/gif", canvas("iterm", tmux=True)).text)
    through, _ = unwrapped(sequences, SYNCHRONISED)
    assert through.count("FilePart=") == 3
    assert iterm(through)[1] == data


def percent(pixel: Pixel) -> Pixel:
    return tuple(round(value * 100 / 255) for value in pixel) if pixel[3] >= 128 else (0, 0, 0, 0)


@settings(max_examples=25)
@given(
    st.lists(
        st.lists(st.tuples(*[st.sampled_from([0, 1, 90, 255])] * 4), min_size=6, max_size=6),
        min_size=1,
        max_size=14,
    ),
    st.booleans(),
)
def test_a_sixel_terminal_shows_the_pixels(rows: list[list[Pixel]], tmux: bool) -> None:
    rows = [[(r, g, b, 255 * (a > 1)) for r, g, b, a in row] for row in rows]
    drawing = draw(png(rows), "image/png", canvas("sixel", tmux=tmux))
    sequences, _ = placed(drawing.text)
    if tmux:
        sequences, rest = unwrapped(sequences, SYNCHRONISED)
        assert rest == ""
    # A band would reach below the only row: what does not fill one is scaled away.
    height = min(len(rows), 12 if len(rows) <= 16 else 30)
    shown = sixel(sequences)
    assert len(shown) == height and drawing.rows == 1
    if height == len(rows):
        assert shown == [[percent(pixel) for pixel in row] for row in rows]


def test_sixel_has_few_colours_and_near_ones() -> None:
    rows = [[(x * 8, y * 8, (x + y) * 4, 255) for x in range(32)] for y in range(30)]
    shown = sixel(placed(draw(png(rows), "image/png", canvas("sixel")).text)[0])
    assert len({pixel for row in shown for pixel in row}) == 255
    far = [
        abs(is_value - value * 100 / 255)
        for shown_row, row in zip(shown, rows, strict=True)
        for shown_pixel, pixel in zip(shown_row, row, strict=True)
        for is_value, value in zip(shown_pixel, pixel, strict=True)
    ]
    assert max(far) < 8 and sum(far) / len(far) < 2


def test_long_runs_of_sixels_are_counted() -> None:
    text = draw(plain_png(600, 12), "image/png", canvas("sixel")).text
    assert '"1;1;600;12#0;2;100;0;0#0!600~-#0!600~\x1b\\' in text


@settings(max_examples=25)
@given(
    st.dictionaries(st.tuples(*[st.integers(0, 255)] * 3), st.integers(1, 1000), max_size=25),
    st.integers(1, 12),
)
def test_a_palette_is_no_larger_than_it_may_be(
    counts: dict[tuple[int, int, int], int], most: int
) -> None:
    stands_for = reduced(counts, most)
    assert stands_for.keys() == counts.keys()
    assert len(set(stands_for.values())) <= most
    if len(counts) <= most:
        assert all(one == other for one, other in stands_for.items())


@pytest.mark.parametrize("protocol", ["kitty", "iterm", "sixel", "blocks"])
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (PNG[:-12], "ends too early"),
        (PNG[:40] + b"\0" + PNG[41:], "checksum is wrong"),
        (PNG.replace(b"IDAT", b"tIME"), "checksum is wrong"),
        (PNG[:33] + chunk(b"IDAT", zlib.compress(bytes(100))) + PNG[-12:], "fewer pixels"),
    ],
    ids=["short", "changed", "renamed", "few pixels"],
)
def test_no_terminal_gets_a_broken_png(data: bytes, reason: str, protocol: ImageProtocol) -> None:
    with pytest.raises(ImageError, match=reason):
        draw(data, "image/png", canvas(protocol))


def test_a_terminal_without_images_gets_none() -> None:
    with pytest.raises(ImageError, match="this terminal takes no images"):
        draw(PNG, "image/png", canvas("none"))


@pytest.mark.parametrize(("data", "kind"), [(GIF, "GIF"), (JPEG, "JPEG"), (WEBP, "WEBP")])
def test_without_pillow_it_says_how_to_get_it(
    data: bytes, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    with pytest.raises(ImageError) as caught:
        draw(data, "image/any", canvas("blocks"))
    reason = f"image/any: to draw {kind} takes Pillow: pip install 'kconsole[images]'"
    assert str(caught.value) == reason
    with pytest.raises(ImageError, match="to draw 3000 × 2000 pixels takes Pillow"):
        draw(bare_png(3000, 2000), "image/png", canvas("blocks"))
    assert draw(data, "image/any", canvas("iterm")).columns == 10
