"""Kitty's graphics protocol (https://sw.kovidgoyal.net/kitty/graphics-protocol/).

Image data is sent in the escape sequences themselves, which also works over ssh.  Nothing is answered
(``q=2``), and the image has no id, so that it lives as long as it is to be seen in the terminal.

tmux knows nothing of images, but it takes care of text.  Through it the image is sent with an id and
a *virtual* placement, and what is printed are characters that stand for its cells: the id is in their
colour, the row in a combining mark.
"""

from base64 import b64encode
from typing import NamedTuple
from zlib import compress, crc32

from kconsole.render.image.fit import Layout
from kconsole.render.image.picture import Picture
from kconsole.render.image.placing import placed
from kconsole.render.image.tmux import passed_through

__all__ = ["MARKS", "Payload", "draw_kitty", "draw_kitty_in_tmux", "of_picture", "of_png"]

#: Bytes of base64 in one sequence ("Remote client").
_CHUNK = 4096
_PLACEHOLDER = "\U0010eeee"
#: The first of rowcolumn-diacritics.txt: first and last character of each run.
_RUNS = (
    "0305 030D-030E 0310 0312 033D-033F 0346 034A-034C 0350-0352 0357 035B 0363-036F 0483-0487 "
    "0592-0595 0597-0599 059C-05A1 05A8-05A9 05AB-05AC 05AF 05C4 0610-0617 0657-065B 065D-065E "
    "06D6-06DC 06DF-06E2 06E4 06E7-06E8 06EB-06EC 0730 0732-0733 0735-0736 073A 073D 073F-0741 "
    "0743 0745 0747 0749-074A 07EB-07F1 07F3 0816-0819 081B-0823 0825-0827 0829-082C"
)
MARKS = [
    chr(code)
    for first, _, last in (run.partition("-") for run in _RUNS.split())
    for code in range(int(first, 16), int(last or first, 16) + 1)
]
"""Combining marks that stand for 0, 1, 2 and so on: a row, or the highest byte of an id."""


class Payload(NamedTuple):
    """What is transmitted, and the keys that say what it is."""

    keys: str
    data: bytes


def of_png(data: bytes) -> Payload:
    """Transmit a PNG as it is."""
    return Payload("f=100", data)


def of_picture(picture: Picture) -> Payload:
    """Transmit pixels, compressed; without alpha where there is none."""
    pixels, depth = picture.pixels, 32
    if picture.opaque:
        depth = 24
        rgb = bytearray(3 * picture.width * picture.height)
        for channel in range(3):
            rgb[channel::3] = pixels[channel::4]
        pixels = bytes(rgb)
    return Payload(f"f={depth},s={picture.width},v={picture.height},o=z", compress(pixels))


def draw_kitty(payload: Payload, layout: Layout) -> str:
    """Return what draws an image at the start of the line.

    :param layout: the cells that it may cover; the terminal scales it to them.
    """
    # A side alone keeps the shape; both make sure that we know what is covered.
    sides = {"columns": f"c={layout.columns}", "rows": f"r={layout.rows}"}
    cells = sides.get(layout.exact) or ",".join(sides.values())
    return placed(_transmitted(f"a=T,q=2,C=1,{cells}", payload), layout.rows, tmux=False)


def draw_kitty_in_tmux(payload: Payload, layout: Layout) -> str:
    """Return what draws an image in tmux: its data, and text that stands for its cells."""
    check = crc32(payload.data, crc32(repr(layout).encode()))
    # The text has 256 colours at least: the lowest byte is one of them, the highest a mark.
    low, high = check % 255 + 1, check // 255 % len(MARKS)
    keys = f"a=T,q=2,U=1,i={low | high << 24},c={layout.columns},r={layout.rows}"
    data = "".join(map(passed_through, _transmitted(keys, payload)))
    follow = _PLACEHOLDER * (layout.columns - 1)
    return data + "".join(
        f"\x1b[38;5;{low}m{_PLACEHOLDER}{row}{MARKS[0]}{MARKS[high]}{follow}\x1b[39m\n"
        for row in MARKS[: layout.rows]
    )


def _transmitted(keys: str, payload: Payload) -> list[str]:
    """The sequences of one image; all but the last say that there is more."""
    body = b64encode(payload.data).decode("ascii")
    chunks = [body[start : start + _CHUNK] for start in range(0, len(body), _CHUNK)]
    heads = [f"{keys},{payload.keys},", *[""] * (len(chunks) - 1)]
    mores = [*[1] * (len(chunks) - 1), 0]
    return [
        f"\x1b_G{head}m={more};{chunk}\x1b\\"
        for head, more, chunk in zip(heads, mores, chunks, strict=True)
    ]
