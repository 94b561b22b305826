r"""``\hist``: earlier inputs that match a pattern, of this session, the history file and the kernel."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from kconsole.render.visible import make_visible
from kconsole.repl.commands import is_command
from kconsole.repl.desk import Desk

__all__ = ["Recall", "listing", "matching"]

_ALONE = 20  # inputs that are listed without a pattern
_AT_MOST = 50
_FILE = 100_000  # more inputs than a file holds


class Recall:
    """Searches, and lists what it finds.

    :param desk: the console's tools.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def show(self, pattern: str | None = None) -> None:
        """List the latest inputs; with a pattern (``*``, ``?``) those in which it occurs."""
        self._desk.spawn(lambda: self._show(pattern))

    async def _show(self, pattern: str | None) -> None:
        if pattern is None:
            code = (each for each in self._desk.history.newest_first if not is_command(each))
            found = list(islice(dict.fromkeys(code), _ALONE))[::-1]
        else:
            found = await self._search(pattern)
        if not found:
            self._desk.scribe.note("no input matches" if pattern else "no input is known yet")
            return
        if len(found) > _AT_MOST:
            self._desk.scribe.note(f"the latest {_AT_MOST} that match:")
        self._desk.scribe.lines(listing(found[-_AT_MOST:]))

    async def _search(self, pattern: str) -> list[str]:
        """Return what matches, each once, the newest last: the session is newer than all else."""
        session = [each for each in self._desk.history.session if not is_command(each)]
        file = await self._desk.record.latest(_FILE)
        kernel: Sequence[str] = ()
        if self._desk.inquiry.possible:
            kernel = await self._desk.inquiry.search_history(
                pattern_anywhere(pattern), _AT_MOST + 1
            )
        else:
            self._desk.scribe.note("the kernel is busy: its own history is not searched")
        return _latest_of_each([*kernel, *matching([*file, *session], pattern)])


def pattern_anywhere(pattern: str) -> str:
    """Return the pattern as SQLite's GLOB needs it, to find it anywhere in an input."""
    return "*" + pattern.replace("[", "[[]").strip("*") + "*"


def matching(inputs: Iterable[str], pattern: str) -> Iterator[str]:
    """Return the inputs in which the pattern occurs.

    :param pattern: ``*`` stands for any text, ``?`` for one character.
    """
    pieces = [_piece(each) for each in pattern.split("*") if each]
    return (each for each in inputs if _occur(pieces, each))


def _piece(text: str) -> re.Pattern[str]:
    """What finds a piece between two stars: nothing repeats in it, so it is looked for in linear time."""
    return re.compile("".join("." if each == "?" else re.escape(each) for each in text), re.S)


def _occur(pieces: Iterable[re.Pattern[str]], text: str) -> bool:
    """Whether the pieces occur in that order. The first place of each is as good as any later one, so
    none is looked for a second time.
    """
    position = 0
    for piece in pieces:
        found = piece.search(text, position)
        if found is None:
            return False
        position = found.end()
    return True


def listing(inputs: Sequence[str]) -> Iterator[str]:
    """Return lines that show inputs with numbers; of several lines, the further ones are indented."""
    width = len(str(len(inputs)))
    for number, text in enumerate(inputs, 1):
        first, *further = make_visible(text).split("\n")
        yield f"{number:>{width + 2}}  {first}"
        yield from (" " * (width + 4) + line for line in further)


def _latest_of_each(inputs: Sequence[str]) -> list[str]:
    """Of inputs that are the same, keep the last."""
    return list(dict.fromkeys(reversed(inputs)))[::-1]
