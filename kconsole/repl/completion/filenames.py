"""File names that may stand behind those commands of ours that take one."""

import os
import re
from collections.abc import Iterator
from itertools import islice

from kconsole.repl.commands import COMMANDS
from kconsole.repl.completion.completer import Offers

__all__ = ["file_offers"]

_LINE = r"\\([A-Za-z]+)[ \t]+(.*)"
_TAKES_FILE = {
    name
    for command in COMMANDS
    if "FILE" in command.arguments
    for name in (command.name, *command.aliases)
}
_LOOKED_AT = 10_000  # entries of a folder; some have millions


def file_offers(before: str) -> Offers | None:
    """Offer the files that an argument may become, folders with a slash, sorted by name.

    A name with blanks is put into quotes, as :mod:`kconsole.repl.commands` wants it. Reads a folder, which
    may take its time.

    :param before: the input up to the cursor.
    :return: None if no file name belongs there.
    """
    match = re.fullmatch(_LINE, before)
    if match is None or match[1] not in _TAKES_FILE:
        return None
    typed = match[2]
    quote = typed[:1] if typed[:1] in ("'", '"') else ""
    folder, slash, begun = typed[len(quote) :].rpartition("/")
    texts = []
    names = sorted(_names(folder + slash, begun))
    for name in names:
        path = folder + slash + name
        mark = quote or ('"' if " " in path else "")
        end = "" if name.endswith("/") else mark  # what is in the folder is still to come
        texts.append(mark + path + end)
    return Offers(texts, -len(typed), names)


def _names(folder: str, begun: str) -> Iterator[str]:
    """What is in a folder and begins so; hidden files only if just that was begun."""
    try:
        with os.scandir(os.path.expanduser(folder) or ".") as entries:
            for entry in islice(entries, _LOOKED_AT):
                name = entry.name
                hidden = name.startswith(".") and not begun.startswith(".")
                if name.startswith(begun) and name.isprintable() and not hidden:
                    yield f"{name}/" if entry.is_dir() else name
    except (OSError, ValueError):  # not there, not ours to read, no name at all
        return
