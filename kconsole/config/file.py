"""Reads the configuration file: TOML 1.0.0, UTF-8.

::

    color = "always"                # an option of the command line, with - or _

    [keys]
    edit = ["f2", "c-x c-e"]        # an action: one key or sequence of keys, or several

    [connections.lab]               # what the TARGET "lab" means: options
    existing = "/srv/lab/kernel.json"
"""

import os
import re
import shlex
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from kconsole.config.places import key_lines
from kconsole.config.settings import Config, canonical, dashed
from kconsole.connect.paths import shown
from kconsole.connect.smallfile import read_small_file
from kconsole.errors import ConfigError

__all__ = ["load_config"]

_VALUES = "must be a text, a number, true or false, or a list of these"

#: A value that TOML does not know, and what it knows.
_WORD = re.compile(r"(?<=[=\s\[,])[A-Za-z][\w.-]*")
_ALLOWED = 'there are true and false, numbers, and texts in quotes, such as "auto"'

#: How tomllib ends its messages; up to Python 3.13 they are the only ones who know the place.
_AT_LINE = re.compile(r"(.*) \(at line (\d+), column (\d+)\)", re.DOTALL)


def load_config(path: Path) -> Config:
    """Read the configuration file at `path`.

    Names of options and actions are not checked here, as only those who have them know them: see
    :func:`kconsole.config.checking.check`.

    Raises ConfigError, with the place and the reason, also if there is no such file.
    """
    try:
        content, status = read_small_file(path)
    except ValueError as error:
        raise ConfigError(f"{shown(path)}: {error}") from None
    text = _decode(path, content)
    data = _parse(path, text)
    lines: dict[tuple[str, ...], int] = {}
    for names, line in key_lines(text).items():
        lines.setdefault(canonical(names), line)
    draft = Config(path=path, lines=lines, warnings=_warnings(path, status))
    keys = _table(data.pop("keys", {}), "keys must be a table, [keys]", draft, "keys")
    connections = _table(
        data.pop("connections", {}),
        "connections must be tables, [connections.NAME]",
        draft,
        "connections",
    )
    return replace(
        draft,
        options=_options(data, draft),
        keys={name: _keys(value, draft, name) for name, value in _unique(keys, draft, "keys")},
        connections={
            name: _connection(options, draft, name) for name, options in connections.items()
        },
    )


def _decode(path: Path, content: bytes) -> str:
    if b"\0" in content:
        raise ConfigError(f"{shown(path)}: is not text but binary")
    try:
        # The byte order mark that some editors write is no part of TOML.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{shown(path)}, line {line}: is not UTF-8") from None
    return text.replace("\r\n", "\n")


def _parse(path: Path, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = _AT_LINE.fullmatch(str(error))
        if message is None:  # "(at end of document)", or no place at all
            raise ConfigError(f"{shown(path)}: {_lower_first(str(error))}") from None
        reason, line, column = message.groups()
        place = f"{shown(path)}, line {line}, column {column}"
        word = _bare_word(text, int(line), int(column)) if reason == "Invalid value" else ""
        reason = word or _lower_first(reason)
        raise ConfigError(f"{place}: {reason}") from None
    except RecursionError:
        raise ConfigError(f"{shown(path)}: is nested too deeply") from None
    except ValueError as error:  # a number of thousands of digits
        raise ConfigError(f"{shown(path)}: is not usable: {error}") from None


def _bare_word(text: str, line: int, column: int) -> str:
    """Say of a word without quotes, as ``on``, what may stand in its place; "" if there is none."""
    lines = text.split("\n")
    word = _WORD.match(lines[line - 1], column - 1) if line <= len(lines) else None
    return f"{word[0]!r} is no value: {_ALLOWED}" if word else ""


def _warnings(path: Path, status: os.stat_result) -> tuple[str, ...]:
    """Tell if others could have written the file, by OpenSSH's rule: only we and root may."""
    if os.name != "posix":
        return ()
    if status.st_uid not in (0, os.geteuid()):
        return (f"{shown(path)} belongs to somebody else, and can name programs to run",)
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        remedy = f"chmod go-w {shlex.quote(shown(path))}"
        return (f"{shown(path)} can be written by others, and can name programs to run: {remedy}",)
    return ()


def _table(value: object, reason: str, draft: Config, *names: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ConfigError(f"{draft.place(*names)}: {reason}")
    return value


def _unique(table: Mapping[str, object], draft: Config, *names: str) -> list[tuple[str, object]]:
    """The table's items with underscores in their names; a name may not occur in both spellings."""
    found: dict[str, object] = {}
    for name, value in table.items():
        plain = name.replace("-", "_")
        if plain in found:
            raise ConfigError(f"{draft.place(*names, plain)}: {dashed(name)!r} is given twice")
        found[plain] = value
    return list(found.items())


def _options(table: Mapping[str, object], draft: Config, *names: str) -> dict[str, object]:
    return {
        name: _option(value, draft, *names, name) for name, value in _unique(table, draft, *names)
    }


def _option(value: object, draft: Config, *names: str) -> object:
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, list) and all(isinstance(each, str | int | float) for each in value):
        return tuple(value)
    place = draft.place(*names)
    if isinstance(value, dict) and len(names) == 1:
        name = dashed(names[0])
        raise ConfigError(
            f"{place}: no table is called {name!r}; there are [keys] and [connections.NAME]"
        )
    raise ConfigError(f"{place}: {dashed(names[-1])!r} {_VALUES}")


def _connection(value: object, draft: Config, name: str) -> dict[str, object]:
    reason = f"connection {name!r} must be a table, such as [connections.lab]"
    table = _table(value, reason, draft, "connections", name)
    return _options(table, draft, "connections", name)


def _keys(value: object, draft: Config, action: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise ConfigError(
        f"{draft.place('keys', action)}: {dashed(action)!r} must be a key or a list of keys, "
        'such as "f2" or ["f2", "c-x c-e"]'
    )


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
