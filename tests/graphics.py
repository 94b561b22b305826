"""A terminal's side of the graphics protocols, read as the specifications tell it.

kitty: https://sw.kovidgoyal.net/kitty/graphics-protocol/; iTerm2: documentation-images.html; sixel: the
VT330/VT340 Programmer Reference Manual, chapter 14; tmux: its FAQ on passthrough.
"""

import re
from base64 import b64decode
from dataclasses import dataclass, field

from pngs import Pixel

PLACEMENT = re.compile(r"(\n*)\x1b\[(\d+)A\x1b7(.*)\x1b8(\n*)", re.DOTALL)
SYNCHRONISED = re.compile(r"\x1b\[X\x1bPtmux;([^\x1b]*(?:\x1b\x1b[^\x1b]*)*)\x1b\\", re.DOTALL)
PASSED = re.compile(r"\x1bPtmux;([^\x1b]*(?:\x1b\x1b[^\x1b]*)*)\x1b\\", re.DOTALL)
APC = re.compile(r"\x1b_G([a-zA-Z0-9=,]*);([A-Za-z0-9+/=]*)\x1b\\")
OSC = re.compile(r"\x1b\]1337;([^\x07\x1b]*)\x07")
SIXEL = re.compile(r'\x1bP0;1;0q"1;1;(\d+);(\d+)([^\x1b]*)\x1b\\')


def placed(text: str) -> tuple[str, int]:
    """Read what makes room, draws, and puts the cursor below: the sequences, and the rows."""
    found = PLACEMENT.fullmatch(text)
    assert found, repr(text[:200])
    before, up, sequences, after = found.groups()
    assert len(before) == int(up) == len(after) > 0
    return sequences, len(before)


def unwrapped(text: str, wrapping: re.Pattern[str]) -> tuple[str, str]:
    """What tmux hands on to its terminal, and what it keeps for itself."""
    through = "".join(found[1].replace("\x1b\x1b", "\x1b") for found in wrapping.finditer(text))
    return through, wrapping.sub("", text)


@dataclass
class KittyImage:
    """What a terminal has been sent."""

    keys: dict[str, str] = field(default_factory=dict)
    data: bytes = b""


def kitty(text: str) -> KittyImage:
    image = KittyImage()
    body = ""
    more = "1"
    position = 0
    for number, found in enumerate(APC.finditer(text)):
        assert found.start() == position, "something between the sequences"
        position = found.end()
        assert more == "1", "a sequence after the last one"
        keys = dict(pair.split("=") for pair in found[1].split(","))
        assert len(found[2]) <= 4096
        more = keys.pop("m")
        if number:
            assert not keys, "all but the first have m alone"
        else:
            image.keys = keys
        assert more == "0" or len(found[2]) % 4 == 0, "a chunk that is no whole base64"
        body += found[2]
    assert position == len(text) and more == "0"
    image.data = b64decode(body, validate=True)
    return image


def iterm(text: str) -> tuple[dict[str, str], bytes]:
    """The arguments, and the file."""
    commands = [found[1] for found in OSC.finditer(text)]
    assert OSC.sub("", text) == ""
    assert all(len(command) < 1_048_576 - 20 for command in commands)
    first, *parts = commands
    if parts:
        assert parts.pop() == "FileEnd"
        assert first.startswith("MultipartFile=")
        body = "".join(part.removeprefix("FilePart=") for part in parts)
        arguments = first.removeprefix("MultipartFile=")
    else:
        assert first.startswith("File=")
        arguments, body = first.removeprefix("File=").split(":")
    data = b64decode(body, validate=True)
    return dict(pair.split("=") for pair in arguments.split(";")), data


def sixel(text: str) -> list[list[Pixel]]:
    """The pixels that a terminal would show; one that nothing drew is clear."""
    image = SIXEL.fullmatch(text)
    assert image, repr(text[:200])
    width, height = int(image[1]), int(image[2])
    screen: list[list[Pixel]] = [[(0, 0, 0, 0)] * width for _ in range(height)]
    registers: dict[int, Pixel] = {}
    colour: Pixel = ()
    column = top = 0
    token = re.compile(r"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)([?-~])|([?-~])|([$-])")
    position = 0
    for found in token.finditer(image[3]):
        assert found.start() == position, "something that is no sixel data"
        position = found.end()
        number, red, green, blue, count, repeated, single, control = found.groups()
        if red is not None:
            assert max(int(red), int(green), int(blue)) <= 100 and int(number) < 256
            registers[int(number)] = (int(red), int(green), int(blue), 100)
        elif number is not None:
            colour = registers[int(number)]
        elif control:
            top += 6 * (control == "-")
            column = 0
        else:
            bits = ord(repeated or single) - 63
            end = column + int(count or 1)
            for row in (row for row in range(6) if bits >> row & 1):
                screen[top + row][column:end] = [colour] * (end - column)
            column = end
            assert column <= width
    return screen
