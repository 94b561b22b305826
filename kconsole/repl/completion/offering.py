"""Completions that come while one is typing, if the user wants them.

Nothing is inserted and no notice is given, and a kernel that was slow to answer is not asked. The menu
has no choice in it until one is made, so Enter means what it always means.
"""

import asyncio
import re

from prompt_toolkit.buffer import Buffer, CompletionState
from prompt_toolkit.document import Document

from kconsole.repl.completion.completer import Offers
from kconsole.repl.completion.finding import Finding
from kconsole.repl.desk import Desk

__all__ = ["Offering", "narrowed"]

_PAUSE_S = 0.1  # after the last key
#: What is worth being completed without being told to: two characters of a name, or what follows a dot.
_WORTHWHILE = re.compile(r"""(?:[^\W\d]\w+|(?:[^\W\d]\w*|[\])'"])\.\w*)\Z""")


class Offering:
    """Opens the menu by itself.

    :param desk: the console's tools.
    :param finding: finds what can be in it.
    """

    def __init__(self, desk: Desk, finding: Finding) -> None:
        self._desk = desk
        self._buffer = desk.view.buffer
        self._finding = finding
        self._timer: asyncio.TimerHandle | None = None
        #: The latest menu of ours, and what it was made for, and of.
        self._menu: tuple[CompletionState, Document, Offers] | None = None
        self._buffer.on_text_insert += self._on_insert

    def _on_insert(self, _buffer: Buffer) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._desk.options.complete_while_typing:
            self._keep_menu()
            self._timer = self._desk.loop.call_later(_PAUSE_S, self._ask)

    def _keep_menu(self) -> None:
        """Keep what still fits of a menu that the last key has closed, until there is a new one."""
        menu, self._menu = self._menu, None
        if menu is not None and menu[0].complete_index is None:
            self._open(narrowed(menu[2], menu[1], self._buffer.document))

    def _ask(self) -> None:
        self._timer = None
        document = self._buffer.document
        own = document.text.startswith("\\")
        worthwhile = own or _WORTHWHILE.search(document.current_line_before_cursor)
        if worthwhile and self._free and self._finding.quick(document):
            self._desk.spawn(self._offer)

    async def _offer(self) -> None:
        document = self._buffer.document
        found = await self._finding.find(document)
        if self._buffer.document == document and self._free:
            self._open(found if found and found.change(document.text_before_cursor) else None)

    @property
    def _free(self) -> bool:
        """Whether there is no menu but one of ours that nothing has been chosen from."""
        state = self._buffer.complete_state
        ours = self._menu is not None and state is self._menu[0]
        return state is None or (ours and state.complete_index is None)

    def _open(self, found: Offers | None) -> None:
        document = self._buffer.document
        state = found.state(document) if found else None
        self._menu = (state, document, found) if found and state else None
        if state is not None or self._buffer.complete_state is not None:
            self._buffer.complete_state = state
            self._desk.view.app.invalidate()


def narrowed(found: Offers, before: Document, now: Document) -> Offers | None:
    """Give what still fits when a word goes on; None if something else has changed.

    :param found: completions of the former text.
    :param before: the former text.
    :param now: the new one.
    """
    start = before.text_before_cursor
    added = now.text_before_cursor[len(start) :]
    if not added.isidentifier() and not added.isalnum():
        return None
    if now.text_before_cursor != start + added or now.text_after_cursor != before.text_after_cursor:
        return None
    return found.narrowed(start, added)
