"""PNGs of every colour type, depth, filter and interlacing, and broken ones."""

import random
import tracemalloc
import zlib
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pngs import SAMPLES, Pixel, bare_png, chunk, plain_png, png

from kconsole.errors import ImageError
from kconsole.render.image.png import parse, rows

SORTS = [
    (colour, depth)
    for colour, depths in {
        0: (1, 2, 4, 8, 16),
        2: (8, 16),
        3: (1, 2, 4, 8),
        4: (8, 16),
        6: (8, 16),
    }.items()
    for depth in depths
]


def decoded(data: bytes) -> list[list[Pixel]]:
    result = []
    for row in rows(parse(data)):
        result.append([tuple(row[start : start + 4]) for start in range(0, len(row), 4)])
    return result


def noise(width: int, height: int, samples: int, most: int, seed: int) -> list[list[Pixel]]:
    """Flat here, and rough there, as plots and photographs are."""
    dice = random.Random(seed)
    values = [0, most, most // 2]
    picture = []
    for _ in range(height):
        line: list[Pixel] = []
        while len(line) < width:
            pixel = tuple(
                dice.choice([dice.randint(0, most), dice.choice(values)]) for _ in range(samples)
            )
            line += [pixel] * dice.choice([1, 1, 2, 30])
        picture.append(dice.choice([line[:width], picture[-1] if picture else line[:width]]))
    return picture


def as_rgba(
    colour: int, depth: int, palette: bytes, alphas: bytes, clear: Pixel | None
) -> Callable[[Pixel], Pixel]:
    def eight(sample: int) -> int:
        return sample >> 8 if depth == 16 else sample * 255 // ((1 << depth) - 1)

    def convert(pixel: Pixel) -> Pixel:
        if colour == 3:
            (index,) = pixel
            alpha = alphas[index] if index < len(alphas) else 255
            return (*palette[3 * index : 3 * index + 3], alpha)
        values = [eight(sample) for sample in pixel]
        alpha = values.pop() if colour in (4, 6) else 0 if pixel == clear else 255
        return (*(values * 3 if len(values) == 1 else values), alpha)

    return convert


@pytest.mark.parametrize("interlaced", [False, True], ids=["rows", "adam7"])
@pytest.mark.parametrize(("colour", "depth"), SORTS)
def test_every_sort_is_read(colour: int, depth: int, interlaced: bool) -> None:
    most = (1 << depth) - 1
    source = noise(21, 19, SAMPLES[colour], most, seed=colour * 100 + depth)
    palette, transparency, clear = b"", b"", None
    if colour == 3:
        palette = random.Random(depth).randbytes(3 * (most + 1))
        transparency = bytes(range(min(most + 1, 100)))
    elif colour in (0, 2):
        clear = source[0][0]
        transparency = b"".join(sample.to_bytes(2, "big") for sample in clear)
    data = png(
        source,
        colour=colour,
        depth=depth,
        filters=(4, 1, 2, 3, 4, 0, 4),
        palette=palette,
        transparency=transparency,
        interlaced=interlaced,
        pieces=3,
    )
    convert = as_rgba(colour, depth, palette, transparency, clear)
    assert decoded(data) == [[convert(pixel) for pixel in line] for line in source]


@settings(max_examples=40)
@given(
    st.integers(1, 40),
    st.integers(1, 9),
    st.lists(st.integers(0, 4), min_size=1, max_size=7),
    st.integers(0, 1 << 30),
    st.booleans(),
)
def test_all_filters_are_undone(
    width: int, height: int, filters: Sequence[int], seed: int, interlaced: bool
) -> None:
    source = noise(width, height, 4, 255, seed)
    assert decoded(png(source, filters=filters, interlaced=interlaced)) == source


def test_an_index_beyond_the_palette_is_black() -> None:
    data = png([[(0,), (3,)]], colour=3, depth=2, palette=b"\x01\x02\x03")
    assert decoded(data) == [[(1, 2, 3, 255), (0, 0, 0, 255)]]


def test_what_follows_the_last_row_is_let_be() -> None:
    data = bare_png(1, 1, compressed=zlib.compress(b"\0" + b"\1\2\3\4" + b"more" * 1000))
    assert decoded(data) == [[(1, 2, 3, 4)]]


GOOD = plain_png(5, 4)
BROKEN = {
    "another signature": (b"\x89PNX" + GOOD[4:], "no PNG begins like this"),
    "no header": (GOOD[:8] + GOOD[33:], "no PNG begins like this"),
    "no width": (bare_png(0, 4), "no PNG begins like this"),
    "a wrong checksum": (GOOD.replace(b"IDAT", b"IDAX"), "a checksum is wrong at byte 33"),
    "no end": (GOOD[:-12], "ends too early, after"),
    "half a chunk": (GOOD[:40], "ends too early, after 40 bytes"),
    "half the pixels": (bare_png(5, 4, compressed=zlib.compress(bytes(42))), "fewer pixels"),
    "no pixels": (bare_png(5, 4), "fewer pixels"),
    "no zlib": (bare_png(5, 4, compressed=b"\1\2\3\4\5\6"), "pixels are broken: Error -3"),
    "an unknown filter": (
        bare_png(1, 1, compressed=zlib.compress(b"\x07\0\0\0\0")),
        "filter 7, and there are only 0 to 4",
    ),
    "an unknown depth": (bare_png(1, 1, depth=3), "no PNG has colour type 6 with 3 bits"),
    "no palette": (png([[(0,)]], colour=3, depth=1), "palette has 0 bytes"),
    "a wide header": (
        GOOD[:8] + chunk(b"IHDR", GOOD[16:29] + b"\0") + GOOD[33:],
        "the PNG's header has 14 bytes",
    ),
    "an unknown compression": (
        GOOD[:8] + chunk(b"IHDR", GOOD[16:26] + b"\1\0\0") + GOOD[33:],
        "methods of compression",
    ),
    "a side of 60000": (
        bare_png(60000, 60000),
        "60000 × 60000 pixels: a side is longer than 10000",
    ),
    "100 million": (bare_png(10000, 10000), "10000 × 10000 pixels: more than 50 million"),
}


@pytest.mark.parametrize(("data", "reason"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ImageError) as caught:
        decoded(data)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_bomb_is_inflated_no_further_than_the_rows_go() -> None:
    bomb = bare_png(2, 2, compressed=zlib.compress(bytes(30_000_000)))
    tracemalloc.start()
    try:
        assert decoded(bomb) == [[(0, 0, 0, 0)] * 2] * 2
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


@settings(max_examples=40)
@given(st.data())
def test_a_changed_png_is_read_or_refused(data: st.DataObject) -> None:
    original = png(noise(9, 9, 4, 255, 1), filters=(4, 3, 2, 1, 0), pieces=2)
    changed = bytearray(original)
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.sampled_from([len(changed), data.draw(st.integers(0, len(changed)))]))
    try:
        decoded(bytes(changed[:end]))
    except ImageError as error:
        assert "\n" not in str(error)


@settings(max_examples=40)
@given(st.binary(max_size=80), st.integers(1, 30), st.integers(1, 30))
def test_any_pixels_are_read_or_refused(body: bytes, width: int, height: int) -> None:
    for compressed in (body, zlib.compress(body)):
        try:
            decoded(bare_png(width, height, compressed=compressed))
        except ImageError as error:
            assert "\n" not in str(error)
