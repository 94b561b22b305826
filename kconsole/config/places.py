"""On which line of a TOML document each key is, which tomllib does not tell.

The document has been parsed before, so it is known to be valid, and all there is to do is to step
over values. Keys within inline tables are not looked at: such a table is on the line of its key.
"""

import re
import tomllib

__all__ = ["key_lines"]

_STRING = r"""(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_KEY = rf"""(?:[^\[\]="'#\n]|{_STRING})+"""

#: What a line can be, up to where a value begins (TOML 1.0.0, expression).
_EXPRESSION = re.compile(
    rf"""
    [ \t]* (?: \[\[? (?P<table>{_KEY}) \]\]?
             | (?P<key>{_KEY}) =
             | (?:\#[^\n]*)? (?:\n|\Z) )
    """,
    re.VERBOSE,
)

#: The pieces of a value. A multi-line string may end in up to two more of its quotes.
_PIECE = re.compile(
    rf"""
    \"{{3}} (?:[^\\]|\\.)*? \"{{3,5}} | '''.*?'{{3,5}} | {_STRING}
    | \#[^\n]* | (?P<open>[\[{{]) | (?P<close>[\]}}]) | (?P<end>\n) | [^"'\#\[\]{{}}\n]+
    """,
    re.VERBOSE | re.DOTALL,
)


def key_lines(text: str) -> dict[tuple[str, ...], int]:
    """Return the line, from 1, on which each key and each table of `text` appears first.

    :param text: a valid TOML document with ``\\n`` as its line ends.
    """
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    position, line = 0, 1
    while position < len(text) and (match := _EXPRESSION.match(text, position)):
        end = match.end()
        if match["table"] is not None:
            table = _names(match["table"])
            _note(lines, table, line)
        elif match["key"] is not None:
            _note(lines, table + _names(match["key"]), line)
            end = _end_of_value(text, end)
        line += text.count("\n", position, end)
        position = end
    return lines


def _note(lines: dict[tuple[str, ...], int], names: tuple[str, ...], line: int) -> None:
    """``a.b`` is where b is mentioned first, and it may be so for a."""
    for length in range(1, len(names) + 1):
        lines.setdefault(names[:length], line)


def _names(key: str) -> tuple[str, ...]:
    """Split a dotted key, parts of which may be quoted, as tomllib does."""
    names: list[str] = []
    value: object = tomllib.loads(f"{key} = 0")
    while isinstance(value, dict):
        ((name, value),) = value.items()
        names.append(name)
    return tuple(names)


def _end_of_value(text: str, position: int) -> int:
    """Return where the line ends on which the value ends that begins at `position`."""
    depth = 0
    while match := _PIECE.match(text, position):
        depth += (match["open"] is not None) - (match["close"] is not None)
        if match["end"] and not depth:
            return match.start()
        position = match.end()
    return position
