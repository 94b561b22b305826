"""Images that Pillow reads; not collected where it is not installed."""

import warnings
import zlib
from functools import cache
from io import BytesIO

import pytest
from graphics import kitty, placed
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from kconsole.errors import ImageError
from kconsole.render.canvas import Canvas, ImageProtocol
from kconsole.render.image.header import Format, Header, read_header
from kconsole.render.image.moving import frames
from kconsole.render.image.pillow import decoded
from kconsole.render.images import draw


def canvas(protocol: ImageProtocol) -> Canvas:
    return Canvas(protocol, 80, 24, cell=(8, 16), colors=1 << 24)


LARGE = (3000, 2000)


@cache
def encoded(form: str, *, size: tuple[int, int] = (80, 64)) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, (10, 20, 30)).save(file, form, compress_level=1)
    return file.getvalue()


@pytest.mark.parametrize(("form", "kind"), [("JPEG", "jpeg"), ("GIF", "gif"), ("WEBP", "webp")])
def test_kitty_is_sent_the_pixels_of_what_it_does_not_read(form: str, kind: str) -> None:
    drawing = draw(encoded(form), f"image/{kind}", canvas("kitty"))
    image = kitty(placed(drawing.text)[0])
    assert {key: image.keys[key] for key in "fsvo"} == {"f": "24", "s": "80", "v": "64", "o": "z"}
    pixels = zlib.decompress(image.data)
    assert len(pixels) == 3 * 80 * 64
    assert all(abs(x - y) < 4 for x, y in zip(pixels[:3], (10, 20, 30), strict=True))


def test_kitty_is_told_of_alpha_where_there_is_some() -> None:
    file = BytesIO()
    Image.new("RGBA", (80, 64), (1, 2, 3, 0)).save(file, "WEBP", lossless=True)
    sent = kitty(placed(draw(file.getvalue(), "image/webp", canvas("kitty")).text)[0])
    assert sent.keys["f"] == "32"
    assert zlib.decompress(sent.data)[3] == 0


@pytest.mark.parametrize("form", ["JPEG", "GIF", "WEBP", "PNG"])
def test_blocks_have_the_colours_of_the_image(form: str) -> None:
    drawing = draw(encoded(form), "image/any", canvas("blocks"))
    assert (drawing.columns, drawing.rows) == (60, 24)
    shades = {int(part) for part in drawing.text.split("48;2;")[1].split("m")[0].split(";")}
    assert all(min(abs(shade - value) for value in (10, 20, 30)) < 4 for shade in shades)
    header = read_header(encoded(form))
    assert header is not None and header.size == (80, 64)


def test_a_large_png_is_drawn_by_pillow() -> None:
    drawing = draw(encoded("PNG", size=LARGE), "image/png", canvas("blocks"))
    assert drawing.text == ("\x1b[48;2;10;20;30m" + " " * drawing.columns + "\x1b[0m\n") * 24


def test_greys_of_16_bits_are_not_blown_out() -> None:
    file = BytesIO()
    Image.new("I;16", LARGE, 128 << 8).save(file, "PNG", compress_level=1)
    assert "48;2;128;128;128m" in draw(file.getvalue(), "", canvas("blocks")).text


@pytest.mark.parametrize("order", ["II", "MM"])
@pytest.mark.parametrize("orientation", range(1, 10))
def test_a_photo_is_turned_as_the_camera_was_held(orientation: int, order: str) -> None:
    image = Image.new("RGB", (64, 32))
    image.paste((255, 255, 255), (0, 0, 32, 16))
    exif = Image.Exif()
    exif.endian = "<" if order == "II" else ">"
    exif[0x010F], exif[0x0112] = "Maker", orientation
    file = BytesIO()
    image.save(file, "JPEG", exif=exif, quality=95)
    right = ImageOps.exif_transpose(Image.open(file))
    header = read_header(file.getvalue())
    assert header is not None
    assert header.size == right.size
    drawn = decoded(Image, file.getvalue(), header, (right.width // 2, right.height // 2))
    expected = right.resize((drawn.width, drawn.height)).convert("L").tobytes()
    assert all(abs(x - y) < 64 for x, y in zip(drawn.pixels[::4], expected, strict=True))


def test_a_large_image_is_made_smaller_strip_by_strip() -> None:
    image = Image.linear_gradient("L").resize((600, 600)).convert("RGBA")
    file = BytesIO()
    image.save(file, "PNG", compress_level=1)
    header = Header("PNG", 600, 600)
    for target in ((20, 10), (90, 100), (500, 500)):
        small = decoded(Image, file.getvalue(), header, target)
        column = small.pixels[:: 4 * target[0]]
        assert list(column) == sorted(column)
        assert column[0] < 16 and column[-1] > 239
        assert small.opaque


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_the_first_frame_of_what_moves_is_drawn_and_they_are_counted(form: Format) -> None:
    file = BytesIO()
    first, *others = (Image.new("RGB", (8, 8), (number, 0, 0)) for number in (200, 100, 50))
    first.save(file, form, save_all=True, append_images=others, duration=9)
    data = file.getvalue()
    drawing = draw(data, "image/any", canvas("blocks"))
    assert drawing.frames == 3
    assert "48;2;200;0;0" in drawing.text or "48;2;199;0;0" in drawing.text
    assert draw(data, "", canvas("iterm")).frames == (3 if form == "PNG" else 1)
    for cut in range(0, len(data), 7):
        assert frames(data[:cut] + b"\xff" * 9, form) >= 1
    assert draw(encoded(form), "", canvas("blocks")).frames == 1


@settings(max_examples=25)
@given(st.binary(max_size=60), st.integers(0, 600), st.sampled_from(["JPEG", "GIF", "WEBP"]))
def test_broken_images_are_refused_quietly(rest: bytes, cut: int, form: str) -> None:
    data = encoded(form)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            draw(data[:cut] + rest, "image/any", canvas("blocks"))
        except ImageError as error:
            assert "\n" not in str(error)
