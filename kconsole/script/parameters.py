"""Parameters of a notebook: values from the command line, as a cell of the kernel's language.

The values are read as in YAML and JSON (a number, true, false, null, a quoted string), and what is none of
these is a string. The cell's text is that of papermill ("Parameterize" in its documentation).
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kconsole.errors import SourceError
from kconsole.protocol.surrogates import has_half_a_character
from kconsole.script.cells import comment_sign, language_family

__all__ = ["parameter_cell", "parse_parameter"]

Value = str | int | float | bool | None

_WORDS: Mapping[str, Value] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "None"), None),
}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,300})(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?")
_PLAIN_NAME = r"[^\W\d]\w*"
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LARGEST_INT = 2**31  # of the JVM's Int; what is larger is a Long


class _Dialect(NamedTuple):
    """How a language writes an assignment.

    Attributes:
        line: of the cell; ``{name}`` and ``{value}`` are put in.
        words: what True, False and None are there.
        escaped: what a backslash stands before in a string, besides itself and ``"``; None is the
            shell's way with single quotes.
        long: what stands behind a whole number that fits no Int.
        name: what a name can be, as a regular expression.
    """

    line: str
    words: tuple[str, str, str]
    escaped: str | None = ""
    long: str = ""
    name: str = _PLAIN_NAME


_SCRIPT = _Dialect("var {name} = {value};", ("true", "false", "null"), name=r"[^\W\d$]?[\w$]*")
_DIALECTS = {
    "python": _Dialect("{name} = {value}", ("True", "False", "None")),
    "r": _Dialect(
        "{name} = {value}", ("TRUE", "FALSE", "NULL"), name=r"(?:[^\W\d_]|\.(?!\d))[\w.]*"
    ),
    "julia": _Dialect(
        "{name} = {value}", ("true", "false", "nothing"), "$", name=_PLAIN_NAME + "!*"
    ),
    "bash": _Dialect("{name}={value}", ("true", "false", "''"), None, name=r"(?a:[^\W\d]\w*)"),
    "scala": _Dialect("val {name} = {value}", ("true", "false", "null"), long="L"),
    "kotlin": _Dialect("val {name} = {value}", ("true", "false", "null"), "$", "L"),
    "javascript": _SCRIPT,
    "typescript": _SCRIPT,
}


def parse_parameter(text: str) -> tuple[str, Value]:
    """Part ``NAME=VALUE``; the value is what it looks like.

    :raise SourceError: it is not UTF-8, or the value has half a character in it.
    """
    name, _, value = text.partition("=")
    if has_half_a_character(text):
        raise SourceError(f"--param {name!r}: not UTF-8")
    parsed = _parsed(value)
    if isinstance(parsed, str) and has_half_a_character(parsed):
        raise SourceError(f"--param {name!r}: half a character (a lone surrogate) in its value")
    return name, parsed


def _parsed(text: str) -> Value:
    if text in _WORDS:
        return _WORDS[text]
    if number := _NUMBER.fullmatch(text):
        if number[2] is None and number[3] is None:
            return int(text)
        value = float(text)
        return text if value in (float("inf"), -float("inf")) else value
    if text.startswith('"'):
        try:
            read = json.loads(text)
        except ValueError:
            return text
        return str(read)
    return text


def parameter_cell(parameters: Sequence[tuple[str, Value]], language: str) -> str:
    """Write the code that sets parameters.

    :param parameters: names and values; of two with one name the last counts.
    :param language: the kernel's, as it names it.
    :raise SourceError: it is not known how the language writes values, or a name is none there.
    """
    dialect = _DIALECTS.get(language_family(language))
    if dialect is None:
        raise SourceError(
            f"--param: no way is known to write values in {language or 'an unnamed language'}"
        )
    lines = [f"{comment_sign(language)} Parameters"]
    for name, value in dict(parameters).items():
        if not re.fullmatch(dialect.name, name):
            raise SourceError(f"--param: {name!r} cannot be a name in {language}")
        lines.append(dialect.line.format(name=name, value=_literal(value, dialect)))
    return "\n".join(lines) + "\n"


def _literal(value: Value, dialect: _Dialect) -> str:
    match value:
        case True:
            return dialect.words[0]
        case False:
            return dialect.words[1]
        case None:
            return dialect.words[2]
        case int():
            return f"{value}{'' if -_LARGEST_INT <= value < _LARGEST_INT else dialect.long}"
        case float():
            return repr(value)
    if dialect.escaped is None:
        return "'" + value.replace("'", "'\\''") + "'"
    return '"' + "".join(_escaped(each, dialect.escaped) for each in value) + '"'


def _escaped(character: str, more: str) -> str:
    if character in '"\\' or character in more:
        return f"\\{character}"
    if character in _ESCAPES or character.isprintable():
        return _ESCAPES.get(character, character)
    if len(character.encode("utf-16-le")) > 2:
        return character
    return f"\\u{ord(character):04x}"
