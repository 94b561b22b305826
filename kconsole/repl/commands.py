"""The console's own commands, in the manner of psql: their table, and what a line means by it.

A command is an input of a single line that begins with a backslash and the name of a command. All
else is code and goes to the kernel as it is, also ``\\alpha`` (a symbol in Julia) and ``\\x -> x`` (a
function in Haskell), but for what no code of the kernel's language can be; a blank before the backslash
makes code of a line that would be a command.
"""

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from kconsole.render.errorlook import FORMS
from kconsole.render.nearest import nearest

__all__ = [
    "COMMANDS",
    "Command",
    "Invocation",
    "complete",
    "help_lines",
    "is_command",
    "meant",
    "parse",
    "unknown",
]

#: The seconds between two looks that \watch takes: a kernel is not to be kept busy by being watched.
WATCH_S = (0.1, 86_400.0)

#: Languages in which nothing begins with a backslash and a name, so that it can only be meant for us.
_NEVER_CODE = ("python",)

_LINE = re.compile(r"\\(\?|[A-Za-z_]+)(?:[ \t]+([^\r\n]*))?")
_WORD = r"\\(\?|[A-Za-z_]*)"
_QUOTED = r"""(["'])((?:(?!\1).)*)\1"""

#: The width in which help stands beside what it explains; below it, it stands under it.
_NARROWEST = 24


class Command(NamedTuple):
    """One front-end command."""

    #: Without its backslash.
    name: str
    #: What follows the name, as usage texts write it: optional parts in brackets.
    arguments: str
    #: What it does, in a few words.
    help: str
    #: Splits the arguments; raises ValueError with a reason, or with nothing if they are just wrong.
    split: Callable[[str], tuple[str, ...]]
    #: Other names for it, which are not listed.
    aliases: tuple[str, ...] = ()

    @property
    def usage(self) -> str:
        """The command as it is typed."""
        return f"\\{self.name} {self.arguments}".rstrip()


class Invocation(NamedTuple):
    """A command as somebody typed it."""

    command: Command
    #: Those that were given; their number fits the command's usage.
    arguments: tuple[str, ...]


def parse(text: str) -> Invocation | None:
    """Return the command that an input is, None if it is code.

    Raises ValueError with one line for the user if the arguments do not fit the command.
    """
    match = _LINE.fullmatch(text.rstrip())
    if match is None or match[1] not in _BY_NAME:
        return None
    command = _BY_NAME[match[1]]
    try:
        return Invocation(command, command.split((match[2] or "").strip()))
    except ValueError as error:
        reason = f"{error}; " if str(error) else ""
        raise ValueError(
            f"{reason}usage: {command.usage} (with a blank before it, the line is code)"
        ) from None


def is_command(text: str) -> bool:
    """Whether an input is a command, be it a wrong one, and not code."""
    try:
        return parse(text) is not None
    except ValueError:
        return True


def meant(text: str) -> str:
    """The word, with its backslash, by which code looks like a command that is not there; else ``""``."""
    match = _LINE.fullmatch(text.rstrip())
    return "" if match is None or match[1] in _BY_NAME else f"\\{match[1]}"


def unknown(text: str, language: str) -> str:
    """What to say of an input that is no command and cannot be code; ``""`` of any other.

    :param language: the kernel's, which may have such code.
    """
    word = meant(text)
    if not word or language.lower() not in _NEVER_CODE:
        return ""
    near = " or ".join(f"\\{each}" for each in nearest(word[1:], _BY_NAME, most=2))
    hint = f": did you mean {near}?" if near else ";"
    return f"unknown command {word}{hint} \\? lists them (with a blank before it, the line is code)"


def complete(before: str) -> list[tuple[str, str]]:
    """Return the commands that a line may become, as (word, help), sorted by word.

    :param before: the input up to the cursor; code has no completions here.
    """
    match = re.fullmatch(_WORD, before)
    if match is None:
        return []
    words = {
        name: command.help
        for command in COMMANDS
        # Another name is offered only to those who have begun to type just that.
        for name in (command.name, *(command.aliases if match[1] else ()))
        if name.startswith(match[1])
    }
    return [(f"\\{name}", words[name]) for name in sorted(words)]


def help_lines(
    columns: int,
    keys: Sequence[tuple[str, str]] = (),
    commands: Sequence[Command] | None = None,
) -> list[str]:
    """Return what ``\\?`` shows, none of it wider than the screen.

    :param columns: the width of the screen.
    :param keys: what else to list: (keys as they are called, what they do).
    :param commands: those that there are; None is all.
    """
    rows = [(each.usage, each.help) for each in (COMMANDS if commands is None else commands)]
    lines = [*_block("Commands", columns), *_table(rows, columns)]
    if keys:
        lines += ["", *_block("Keys", columns), *_table(keys, columns)]
    return [*lines, "", *_block("Any other line is code, and goes to the kernel.", columns)]


def _table(rows: Sequence[tuple[str, str]], columns: int) -> Iterator[str]:
    left = max(len(term) for term, _ in rows) + 4
    if columns - left < _NARROWEST:
        for term, text in rows:
            yield from _block(term, columns, "  ")
            yield from _block(text, columns, "      ")
        return
    for term, text in rows:
        wrapped = textwrap.wrap(text, columns - left) or [""]
        yield f"  {term}".ljust(left) + wrapped[0]
        yield from (" " * left + line for line in wrapped[1:])


def _block(text: str, columns: int, indent: str = "") -> list[str]:
    margin = indent if columns > 2 * len(indent) else ""
    return textwrap.wrap(text, max(1, columns), initial_indent=margin, subsequent_indent=margin)


def _nothing(text: str) -> tuple[str, ...]:
    if text:
        raise ValueError
    return ()


def _rest(text: str) -> tuple[str, ...]:
    """The rest of the line as it is: code, or a pattern."""
    if not text:
        raise ValueError
    return (text,)


def _file(text: str) -> tuple[str, ...]:
    """A file's name, in quotes if it has blanks. A tilde is for those to expand who open it."""
    if quoted := re.fullmatch(_QUOTED, text):
        name = quoted[2]
    elif text.startswith(("'", '"')):
        raise ValueError("the quotes do not fit")
    elif any(each.isspace() for each in text):
        raise ValueError("a file name with blanks needs quotes")
    else:
        name = text
    return _rest(name)


def _word(text: str) -> tuple[str, ...]:
    if any(each.isspace() for each in text):
        raise ValueError
    return _rest(text)


def _number(text: str) -> tuple[str, ...]:
    if not (text.isascii() and text.isdecimal()):
        raise ValueError("N is a whole number")
    return (text,)


def _form(text: str) -> tuple[str, ...]:
    if text not in FORMS:
        raise ValueError
    return (text,)


def _on_or_off(text: str) -> tuple[str, ...]:
    if text not in ("on", "off"):
        raise ValueError
    return (text,)


def _seconds_and_rest(text: str) -> tuple[str, ...]:
    seconds, code = _first_word(text)
    low, high = WATCH_S
    try:
        fits = low <= float(seconds) <= high
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"S is a number of seconds, from {low:g} to {high:g}")
    return (seconds, *_rest(code))


def _name_and_value(text: str) -> tuple[str, ...]:
    """A name alone, or with a value; in quotes the value may begin or end with blanks."""
    name, value = _first_word(text)
    if not value:
        return _rest(name)
    quoted = re.fullmatch(_QUOTED, value)
    return (name, quoted[2] if quoted else value)


def _first_word(text: str) -> tuple[str, str]:
    """Split what follows the first word off; either may be empty."""
    word, rest = (*text.split(maxsplit=1), "", "")[:2]
    return word, rest


def _perhaps(split: Callable[[str], tuple[str, ...]]) -> Callable[[str], tuple[str, ...]]:
    return lambda text: split(text) if text else ()


#: What the console can do is bound to these names in :mod:`kconsole.repl.commander`.
COMMANDS = (
    Command("?", "", r"list commands and keys; \help does so too", _nothing, ("help",)),
    Command("q", "", "leave; a kernel that was attached to lives on", _nothing, ("quit",)),
    Command("conninfo", "", "tell which kernel this is, and how it is reached", _nothing),
    Command("reconnect", "", "make the link to another computer again, now", _nothing),
    Command("input", "TEXT", "answer a cell whose question was lost with a link", _rest),
    Command("interrupt", "", "interrupt the kernel", _nothing),
    Command("restart", "", "restart a kernel that was started here", _nothing),
    Command("shutdown", "", "end the kernel, whoever started it; asks first", _nothing),
    Command("queue", "", "list what the kernel runs, and the cells that wait", _nothing),
    Command("peek", "EXPR", "show an expression's value while a cell runs", _rest),
    Command("watch", "S EXPR", "show it every S seconds, until Ctrl-C", _seconds_and_rest),
    Command("vars", "[NAME]", "list the kernel's variables, or show one", _perhaps(_word)),
    Command("who", "", "list the other clients, and when each was last seen", _nothing),
    Command("hist", "[PATTERN]", "search the history, * and ? as in file names", _perhaps(_rest)),
    Command("save", "FILE", "save the session as .ipynb, .md, .txt, .jsonl or .py", _file),
    Command(
        "log", "[FILE]", "write the session to a file as it goes on, or stop that", _perhaps(_file)
    ),
    Command(
        "open", "[N]", "open the last image or page, or number N, in its viewer", _perhaps(_number)
    ),
    Command("i", "FILE", "run a file's code", _file),
    Command("e", "", "edit the input in $VISUAL or $EDITOR", _nothing),
    Command("paste", "", "take lines as they are until Ctrl-D, then run them", _nothing),
    Command("last", "", "show the last output whole", _nothing),
    Command("tb", "[FORM]", "show the last error whole, or in another form", _perhaps(_form)),
    Command("timing", "[on|off]", "tell how long each cell took", _perhaps(_on_or_off)),
    Command("set", "[NAME [VALUE]]", "show or change an option", _perhaps(_name_and_value)),
)

_BY_NAME = {name: each for each in COMMANDS for name in (each.name, *each.aliases)}
