"""A configuration file that says what can be configured, for ``--print-config``.

Two kinds of comment: ``## text``, and ``# name = value`` for a setting at its default, so that a
setting is changed by taking one sign away; with all of them taken away, nothing changes.
"""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

__all__ = ["OptionDoc", "render_config"]

_WIDTH = 80

_HEADER = """\
The configuration of kconsole (TOML, https://toml.io).

Lines with one # are settings at their defaults: take the sign away and change the value. What is \
stronger than this file: a variable of the environment, such as KCONSOLE_{variable} for {name}; \
and the command line."""

_KEYS = """\
Which keys call an action: one description, or a list of several. A description is one key or a \
sequence of keys, such as "f2", "c-x c-e" (Ctrl-X, then Ctrl-E), "s-tab" (Shift-Tab) or \
"escape enter" (also Alt-Enter); [] takes all keys away."""

_CONNECTIONS = """\
Connections by name: with the lines below, `kconsole lab` means the options that are given here. \
They are stronger than those above."""

_EXAMPLE = """\
[connections.lab]
existing = "/srv/lab/kernel.json\""""

#: Characters that a TOML string cannot hold as they are, besides the controls (TOML 1.0.0, String).
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


class OptionDoc(NamedTuple):
    """What the file says about one option of the command line."""

    #: With dashes or underscores, without the leading ones.
    name: str
    #: A str, int, float, bool, or a list or tuple of such; None = it is not set.
    default: object
    #: Sentences; their line breaks mean nothing.
    help: str
    #: The words that it can be, if there are only a few.
    choices: Sequence[str] = ()


def render_config(
    options: Sequence[OptionDoc], keys: Mapping[str, Sequence[str]] | None = None
) -> str:
    """Return a commented configuration file that changes nothing.

    :param options: in the order of the file.
    :param keys: the default keys of each action; None or empty leaves out the table [keys].
    """
    name = options[0].name if options else "name"
    header = _HEADER.format(variable=name.upper().replace("-", "_"), name=name.replace("_", "-"))
    blocks = [_prose(header), *map(_option, options)]
    if keys:
        bindings = (f"# {_assignment(name, _one_or_all(given))}" for name, given in keys.items())
        blocks.append([*_prose(_KEYS), "# [keys]", *bindings])
    blocks.append([*_prose(_CONNECTIONS), "##", *(f"## {line}" for line in _EXAMPLE.split("\n"))])
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _option(option: OptionDoc) -> list[str]:
    lines = _prose(option.help)
    if option.choices:
        lines += _prose(f"One of: {', '.join(option.choices)}.")
    if option.default is None:
        return [*lines, f"## {option.name.replace('_', '-')} is not set."]
    return [*lines, f"# {_assignment(option.name, option.default)}"]


def _prose(text: str) -> list[str]:
    return ["##" + (f" {line}" if line else "") for line in _wrapped(text)]


def _wrapped(text: str) -> Iterator[str]:
    """The lines of paragraphs that an empty line separates; ``\\b`` is click's, for its own help."""
    for number, paragraph in enumerate(text.replace("\b", "").split("\n\n")):
        if number:
            yield ""
        yield from textwrap.wrap(paragraph, _WIDTH - len("## "), break_on_hyphens=False)


def _assignment(name: str, value: object) -> str:
    return f"{name.replace('_', '-')} = {_toml(value)}"


def _one_or_all(given: Sequence[str]) -> object:
    return given[0] if len(given) == 1 else list(given)


def _toml(value: object) -> str:
    """Write a value as TOML does."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{"".join(_escaped(str(value)))}"'


def _escaped(text: str) -> Iterable[str]:
    for character in text:
        code = ord(character)
        control = code < 0x20 or code == 0x7F
        yield _ESCAPES.get(character) or (f"\\u{code:04x}" if control else character)
