r"""``\hist``: earlier inputs that match a pattern, of this session, the history file and the kernel."""

from collections.abc import Sequence
from itertools import islice

from kconsole.repl.commands import is_command
from kconsole.repl.desk import Desk
from kconsole.repl.history.matching import (
    ALONE,
    AT_MOST,
    latest_of_each,
    listing,
    matching,
    pattern_anywhere,
)

__all__ = ["Recall"]

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
            found = list(islice(dict.fromkeys(code), ALONE))[::-1]
        else:
            found = await self._search(pattern)
        if not found:
            self._desk.scribe.note("no input matches" if pattern else "no input is known yet")
            return
        if len(found) > AT_MOST:
            self._desk.scribe.note(f"the latest {AT_MOST} that match:")
        self._desk.scribe.lines(listing(found[-AT_MOST:]))

    async def _search(self, pattern: str) -> list[str]:
        """Return what matches, each once, the newest last: the session is newer than all else."""
        session = [each for each in self._desk.history.session if not is_command(each)]
        file = await self._desk.keeper.latest(_FILE)
        kernel: Sequence[str] = ()
        hindrance = self._desk.inquiry.hindrance
        if not hindrance:
            kernel = await self._desk.inquiry.search_history(pattern_anywhere(pattern), AT_MOST + 1)
        else:
            self._desk.scribe.note(f"the kernel is {hindrance}: its own history is not searched")
        return latest_of_each([*kernel, *matching([*file, *session], pattern)])
