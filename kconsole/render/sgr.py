r"""Select Graphic Rendition: the colours and styles of ECMA-48 section 8.3.117, as pure values.

A sequence that came from a kernel is never copied.  Its parameters are parsed to numbers, those on
the allow-list become *codes* (``"1"``, ``"38;5;208"``), and codes are written out again.  A *style*
is the tuple of codes that brings a terminal from its default to its present state, so that two equal
states are equal tuples, whatever the way that led there.

Not on the list, beside everything unknown: 6 (rapid blink) and 8 (conceal), which would hide text.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

__all__ = ["DEFAULT", "RESET", "Style", "ends_line", "restyle", "serialise", "strip_sgr"]


Style = tuple[str, ...]
"""The codes that are in force, in the order of :data:`_SLOTS`."""

DEFAULT: Style = ()
RESET = "\x1b[0m"

#: Longest parameter text of one sequence; "\x1b[" and "m" make it 64, the most that we accept.
_MAX_PARAMETERS = 61

_SGR = re.compile(r"\x1b\[[0-9;:]*m")

#: What can be in force at the same time: one code for each slot.
_SLOTS = (
    "bold",
    "dim",
    "italic",
    "underline",
    "blink",
    "inverse",
    "strike",
    "overline",
    "foreground",
    "background",
    "underline colour",
)

_SETS = {
    1: "bold",
    2: "dim",
    3: "italic",
    4: "underline",
    5: "blink",
    7: "inverse",
    9: "strike",
    21: "underline",
    53: "overline",
    **dict.fromkeys([*range(30, 38), *range(90, 98), 38], "foreground"),
    **dict.fromkeys([*range(40, 48), *range(100, 108), 48], "background"),
    58: "underline colour",
}

_CLEARS: dict[int, tuple[str, ...]] = {
    0: _SLOTS,
    22: ("bold", "dim"),
    23: ("italic",),
    24: ("underline",),
    25: ("blink",),
    27: ("inverse",),
    29: ("strike",),
    39: ("foreground",),
    49: ("background",),
    55: ("overline",),
    59: ("underline colour",),
}

#: Introducers of an extended colour, which takes further numbers (ITU-T T.416).
_EXTENDED = frozenset({38, 48, 58})
#: The colour's kind -> how many numbers follow: palette index, or red, green and blue.
_COMPONENTS = {5: 1, 2: 3}
_PLAIN = (_SETS.keys() | _CLEARS.keys()) - _EXTENDED
#: ``4:n`` of terminals with several underlines -> the nearest that every terminal knows.
_UNDERLINES = {0: "24", 1: "4", 2: "21", 3: "4", 4: "4", 5: "4"}


@lru_cache(maxsize=1024)
def restyle(style: Style, parameters: str) -> tuple[Style, str]:
    """Apply the parameters of one SGR sequence (the text between ``ESC[`` and ``m``) to a style.

    Returns the new style, and the sequence that says the same in allowed codes only; ``""`` if
    nothing of it is allowed.
    """
    codes = tuple(_parse(parameters))
    return _apply(style, codes), serialise(codes)


def serialise(codes: tuple[str, ...]) -> str:
    """Write codes as SGR sequences; more than one where a single one would get longer than 64."""
    sequences: list[str] = []
    parameters = ""
    for code in codes:
        longer = f"{parameters};{code}" if parameters else code
        if len(longer) > _MAX_PARAMETERS:
            sequences.append(f"\x1b[{parameters}m")
            longer = code
        parameters = longer
    if parameters:
        sequences.append(f"\x1b[{parameters}m")
    return "".join(sequences)


def strip_sgr(text: str) -> str:
    """Return the text without its SGR sequences."""
    return _SGR.sub("", text) if "\x1b" in text else text


def ends_line(text: str) -> bool:
    """Tell whether the text ends in a newline, apart from SGR sequences behind it."""
    return strip_sgr(text[-128:]).endswith("\n")


def _apply(style: Style, codes: tuple[str, ...]) -> Style:
    slots = {_SETS[_leading_number(code)]: code for code in style}
    for code in codes:
        number = _leading_number(code)
        if number in _CLEARS:
            for slot in _CLEARS[number]:
                slots.pop(slot, None)
        else:
            slots[_SETS[number]] = code
    return tuple(slots[slot] for slot in _SLOTS if slot in slots)


def _leading_number(code: str) -> int:
    return int(code.partition(";")[0])


def _parse(parameters: str) -> Iterator[str]:
    fields = iter(parameters.split(";"))
    for field in fields:
        if ":" in field:
            code = _colon_form(field.split(":"))
        elif (number := int(field or "0")) in _EXTENDED:
            code = _semicolon_form(number, fields)
        else:
            code = str(number) if number in _PLAIN else ""
        if code:
            yield code


def _semicolon_form(introducer: int, fields: Iterator[str]) -> str:
    """Take the numbers of ``38;5;n`` or ``38;2;r;g;b`` off the fields that follow the introducer."""
    count = _COMPONENTS.get(_component(next(fields, "")))
    if count is None:
        # Nobody can say how many numbers belong to an unknown kind: the rest means nothing.
        for _ in fields:
            pass
        return ""
    values = [_component(field) for field in islice(fields, count)]
    return _colour(introducer, values, count)


def _colon_form(fields: list[str]) -> str:
    """Read one field with subparameters: ``38:5:n``, ``38:2:[space]:r:g:b``, ``4:3``."""
    introducer, kind, *rest = (_component(field) for field in fields)
    if introducer == 4:
        return _UNDERLINES.get(kind, "")
    count = _COMPONENTS.get(kind)
    if introducer not in _EXTENDED or count is None:
        return ""
    if count == 3 and len(rest) > 3:
        rest = rest[1:]  # the colour space's id; many programs leave it out
    return _colour(introducer, rest[:count], count)


def _colour(introducer: int, values: list[int], count: int) -> str:
    if len(values) < count or not all(0 <= value <= 255 for value in values):
        return ""
    if introducer == 58:
        # A terminal without underline colours reads the numbers as styles of their own, and 8
        # would conceal the text: take the neighbouring shade.
        nearest = 244 if count == 1 else 9
        values = [nearest if value == 8 else value for value in values]
    kind = 5 if count == 1 else 2
    return ";".join(map(str, (introducer, kind, *values)))


def _component(field: str) -> int:
    """A number in a colour; an empty one is 0, anything else is -1, which no caller accepts."""
    if not field:
        return 0
    return int(field) if field.isdigit() else -1
