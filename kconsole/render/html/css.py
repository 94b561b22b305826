"""The little of CSS that a terminal can show: colours, weight, decoration, what is hidden."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from kconsole.render.html.blocks import Align
from kconsole.render.sgr import Style, restyle

__all__ = ["PLAIN", "SGR_PROPERTY", "Look", "added", "look_of", "rules_of"]

#: What is read of a ``style`` attribute: more than anybody writes.
_LONGEST = 2000
SGR_PROPERTY = "-kconsole-sgr"
"""Says how a text looks in a terminal's own terms: SGR parameters with slashes between, ``1/38/5/81``.

For HTML that we write ourselves, of code that is coloured already; what is usual in SGR is allowed.
"""
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_ID = re.compile(r"\s*#([\w-]+)\s*")
_SGR = re.compile(r"[0-9]{1,3}(?:/[0-9]{1,3}){0,15}")
_NUMBER = re.compile(r"[0-9]{1,4}(?:\.[0-9]*)?%?")

# The colours that CSS names and programs use; the first six are left to the terminal's own palette.
_PALETTE = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "magenta": 35, "cyan": 36}
# fmt: off
_COLOURS = {
    "red": 0xFF0000, "green": 0x008000, "yellow": 0xFFFF00, "blue": 0x0000FF, "magenta": 0xFF00FF,
    "cyan": 0x00FFFF, "aqua": 0x00FFFF, "beige": 0xF5F5DC, "black": 0x000000, "brown": 0xA52A2A,
    "coral": 0xFF7F50, "crimson": 0xDC143C, "darkblue": 0x00008B, "darkgreen": 0x006400,
    "darkorange": 0xFF8C00, "darkred": 0x8B0000, "dodgerblue": 0x1E90FF, "fuchsia": 0xFF00FF,
    "gold": 0xFFD700, "gray": 0x808080, "grey": 0x808080, "indigo": 0x4B0082, "khaki": 0xF0E68C,
    "lavender": 0xE6E6FA, "lightblue": 0xADD8E6, "lightcoral": 0xF08080, "lightgray": 0xD3D3D3,
    "lightgreen": 0x90EE90, "lightgrey": 0xD3D3D3, "lightpink": 0xFFB6C1, "lightyellow": 0xFFFFE0,
    "lime": 0x00FF00, "limegreen": 0x32CD32, "maroon": 0x800000, "navy": 0x000080,
    "olive": 0x808000, "orange": 0xFFA500, "orchid": 0xDA70D6, "pink": 0xFFC0CB, "plum": 0xDDA0DD,
    "purple": 0x800080, "salmon": 0xFA8072, "seagreen": 0x2E8B57, "silver": 0xC0C0C0,
    "skyblue": 0x87CEEB, "steelblue": 0x4682B4, "tan": 0xD2B48C, "teal": 0x008080,
    "tomato": 0xFF6347, "turquoise": 0x40E0D0, "violet": 0xEE82EE, "wheat": 0xF5DEB3,
    "white": 0xFFFFFF,
}
# fmt: on
_DARKEST, _LIGHTEST = 40, 215  # a colour beyond vanishes on some terminal's background
_BOLD = frozenset({"bold", "bolder", "600", "700", "800", "900"})


class Look(NamedTuple):
    """What declarations say.

    Attributes:
        codes: SGR parameters to add to the style, ``"1"`` or ``"38;2;255;0;0"``.
        filled: whether there is a background among them.
        hidden: it is not displayed.
        verbatim: its white space counts.
        align: "" if nothing is said.
    """

    codes: tuple[str, ...] = ()
    filled: bool = False
    hidden: bool = False
    verbatim: bool = False
    align: Align = ""


PLAIN = Look()


@lru_cache(maxsize=1024)
def added(style: Style, codes: tuple[str, ...]) -> Style:
    """Return a style with codes added."""
    return restyle(style, ";".join(codes))[0] if codes else style


def look_of(declarations: str) -> Look:
    """Read ``color: red; font-weight: bold``."""
    return _look(declarations[:_LONGEST])


@lru_cache(maxsize=1024)
def _look(declarations: str) -> Look:
    said: dict[str, str] = {}
    for declaration in declarations.split(";"):
        name, _, value = declaration.partition(":")
        said[name.strip().lower()] = value.replace("!important", "").strip().lower()
    if _SGR.fullmatch(said.get(SGR_PROPERTY, "")):
        return Look(tuple(said[SGR_PROPERTY].split("/")))
    align = said.get("text-align", "")
    background = _rgb(said.get("background-color") or said.get("background", "").partition(" ")[0])
    decoration = said.get("text-decoration", "") + said.get("text-decoration-line", "")
    codes = [
        code
        for code, wanted in (
            ("1", said.get("font-weight") in _BOLD),
            ("3", said.get("font-style") in ("italic", "oblique")),
            ("4", "underline" in decoration),
            ("9", "line-through" in decoration),
        )
        if wanted
    ]
    return Look(
        (*codes, *_colours(said.get("color", ""), background)),
        background is not None,
        said.get("display") == "none" or said.get("visibility") == "hidden",
        said.get("white-space", "").startswith("pre"),
        align if align in ("left", "center", "right") else "",  # type: ignore[arg-type]
    )


def rules_of(sheet: str) -> Mapping[str, str]:
    """Read a style sheet: id -> declarations, of the rules whose selector is an id and nothing else.

    So are those of pandas' Styler.
    """
    rules: dict[str, str] = {}
    for rule in _COMMENT.sub("", sheet).split("}"):
        selectors, brace, declarations = rule.rpartition("{")
        if brace and "#" in selectors:
            for selector in selectors.split(","):
                if match := _ID.fullmatch(selector):
                    rules[match[1]] = f"{rules.get(match[1], '')};{declarations}"[:_LONGEST]
    return rules


def _colours(name: str, background: int | None) -> tuple[str, ...]:
    """The codes of a text's colour and its background, so that it can be read on any terminal."""
    foreground = _rgb(name)
    if background is None:
        if name in _PALETTE:
            return (str(_PALETTE[name]),)
        if foreground is None or not _DARKEST <= _lightness(foreground) <= _LIGHTEST:
            return ()
        return (_code(38, foreground),)
    if foreground is None:
        foreground = 0 if _lightness(background) > 127 else 0xFFFFFF
    return (_code(38, foreground), _code(48, background))


def _code(introducer: int, rgb: int) -> str:
    return f"{introducer};2;{rgb >> 16};{rgb >> 8 & 255};{rgb & 255}"


def _lightness(rgb: int) -> float:
    """From 0 to 255 (ITU-R BT.601)."""
    return 0.299 * (rgb >> 16) + 0.587 * (rgb >> 8 & 255) + 0.114 * (rgb & 255)


def _rgb(name: str) -> int | None:
    """The number of a colour; None if it is not known, or transparent."""
    if name in _COLOURS:
        return _COLOURS[name]
    if name.startswith("#"):
        digits = name[1:]
        if len(digits) in (3, 4):
            digits = "".join(digit * 2 for digit in digits)
        if not re.fullmatch("[0-9a-f]{6}(?:[0-9a-f]{2})?", digits) or digits[6:] == "00":
            return None
        return int(digits[:6], 16)
    if name.startswith(("rgb(", "rgba(")):
        numbers = _NUMBER.findall(name)
        if len(numbers) < 3 or (len(numbers) > 3 and float(numbers[3].rstrip("%")) == 0):
            return None
        red, green, blue = (_level(number) for number in numbers[:3])
        return red << 16 | green << 8 | blue
    return None


def _level(number: str) -> int:
    value = float(number.rstrip("%"))
    return min(255, round(value * 2.55 if number.endswith("%") else value))
