"""JSON (RFC 8259) for reading: what is short in one line, the rest indented, and what is long folded."""

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from itertools import islice

from kconsole.render.page import Page, left_out

__all__ = ["json_to_text"]

_INDENT = "  "
#: A list or an object that is no longer than this stands in one line, if there is room.
_SHORT = 80
#: Characters of one line of what is folded: a picture as base64 is nothing to read.
_LONGEST_LINE = 1000
#: Deeper values are not shown: they would be indented further than any screen is wide.
_DEEPEST = 500
#: Where lines are left out, so many are counted, or so many numbers that are in them; it takes some 50 ms.
_MOST_COUNTED, _MOST_PARTS = 2000, 5000
_PARTS_IN_A_LINE = _SHORT // 2

_Item = tuple[str, object, str]
"""What stands before a value, the value, and what stands behind it."""


def json_to_text(value: object, page: Page) -> str | None:
    """Return a JSON value as text, in colours if the page has them.

    :param value: what ``json.loads`` gives; anything else is shown as its ``repr``.
    :param page: its `lines` are the most that are returned, with a note of how many are left out.
    :return: None for null, and for what is nested too deep.
    """
    if value is None:
        return None
    columns = _SHORT if page.width is None else min(page.width, _SHORT)
    parts = _parts(value, columns)
    most = None if page.lines is None else _MOST_PARTS + page.lines * _PARTS_IN_A_LINE
    lines = _lines(islice(parts, most), columns)
    try:
        shown = list(islice(lines, page.lines))
        more = sum(1 for _ in islice(lines, _MOST_COUNTED))
        at_least = "" if next(lines, None) is None and next(parts, None) is None else "more than "
    except (RecursionError, ValueError):  # too deep, or a number of too many digits
        return None
    if page.lines is not None:
        shown = [_cut(line) for line in shown]
    text = _coloured("\n".join(shown), page)
    if not more:
        return text
    return f"{text}\n{left_out(f'{at_least}{more:,} more lines', page.rest, page.color)}"


def _lines(parts: Iterable[tuple[str, bool]], columns: int) -> Iterator[str]:
    """The lines that the parts of a value make; the numbers of a list stand side by side.

    :raise RecursionError: it is nested too deep.
    """
    row = ""
    for text, is_number in parts:
        if is_number and row and len(row) + 1 + len(text.lstrip()) <= columns:
            row += f" {text.lstrip()}"
            continue
        if row:
            yield row
        row = text if is_number else ""
        if not is_number:
            yield text
    if row:
        yield row


def _parts(value: object, columns: int) -> Iterator[tuple[str, bool]]:
    """What could have a line of its own, and whether it is a number in a list, or something as short.

    :raise RecursionError: it is nested too deep.
    """
    items: Iterator[_Item] = iter((("", value, ""),))
    #: The containers that are open: what is left of each one's parent, and the line that ends it.
    open_ones: list[tuple[Iterator[_Item], str]] = []
    while True:
        margin = _INDENT * len(open_ones)
        item = next(items, None)
        if item is None:
            if not open_ones:
                return
            items, end = open_ones.pop()
            yield end, False
            continue
        before, inner, behind = item
        flat = _flat(inner, columns - len(margin) - len(before) - len(behind))
        if flat is not None:
            yield (
                f"{margin}{before}{flat}{behind}",
                not before and isinstance(inner, int | float | None),
            )
            continue
        if len(open_ones) == _DEEPEST:
            raise RecursionError
        brackets = "{}" if isinstance(inner, Mapping) else "[]"
        yield f"{margin}{before}{brackets[0]}", False
        open_ones.append((items, f"{margin}{brackets[1]}{behind}"))
        items = _items(inner)


def _items(value: object) -> Iterator[_Item]:
    """The parts of a list or an object, each with its name before it, and a comma behind it."""
    assert isinstance(value, Mapping | list | tuple)
    last = len(value) - 1
    if isinstance(value, Mapping):
        for number, (name, inner) in enumerate(value.items()):
            yield f"{_scalar(str(name))}: ", inner, "," if number < last else ""
    else:
        for number, inner in enumerate(value):
            yield "", inner, "," if number < last else ""


def _flat(value: object, room: int) -> str | None:
    """A value in one line; None for a list or an object that has not as much room.

    Looks at no more of it than there is room for, so each level of a deep value can be tried.
    """
    if not isinstance(value, Mapping | list | tuple):
        return _scalar(value)
    parts = []
    left = room - 2
    for before, inner, behind in _items(value):
        if isinstance(inner, str) and len(inner) > left:
            return None
        flat = _flat(inner, left - len(before) - len(behind)) if left > 0 else None
        if flat is None:
            return None
        parts.append(f"{before}{flat}{behind}")
        left -= len(parts[-1]) + 1
        if left < -1:
            return None
    brackets = "{}" if isinstance(value, Mapping) else "[]"
    return f"{brackets[0]}{' '.join(parts)}{brackets[1]}"


def _scalar(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=repr)


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…"


def _coloured(text: str, page: Page) -> str:
    if not page.color:
        return text
    # Imported by those alone who are shown JSON in colours: it takes a tenth of a second.
    highlighting = import_module("kconsole.render.highlight")
    lexer = import_module("kconsole.render.lexers").find_lexer("alias", "json")
    style = highlighting.style_named(page.style)
    coloured: str = highlighting.highlight(text, lexer, True, style)
    return coloured
