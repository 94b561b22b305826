"""What can stand at the cursor: commands of ours, what they take, or what the kernel says."""

import asyncio

from prompt_toolkit.document import Document

from kconsole.repl.commands import complete as complete_command
from kconsole.repl.commands import is_command
from kconsole.repl.completion.completer import NONE, Offers, offers
from kconsole.repl.completion.filenames import file_offers
from kconsole.repl.completion.words import word_offers
from kconsole.repl.desk import Desk

__all__ = ["Finding"]

#: Commands that take code, or a name that stands in it.
_WITH_CODE = ("\\peek ", "\\vars ", "\\watch ")
#: A kernel that took longer for its last answer is asked only if the user says so.
_FAST_S = 0.3


class Finding:
    """Finds completions; the kernel is the last to be asked.

    :param desk: the console's tools.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._took = 0.0  # seconds, for the kernel's last answer

    def possible(self, document: Document) -> bool:
        """Whether somebody can be asked now."""
        return self._desk.inquiry.possible or _is_command(document)

    def quick(self, document: Document) -> bool:
        """Whether the answer will come so soon that it can be asked for at each key."""
        return _is_command(document) or (self._desk.inquiry.possible and self._took <= _FAST_S)

    async def find(self, document: Document) -> Offers | None:
        """Find what can stand at the cursor; None if only a kernel that is busy would know."""
        if _is_command(document):
            before = document.text_before_cursor
            if own := complete_command(before):
                words, helps = zip(*own, strict=True)
                return Offers(words, -len(before), words, helps)
            if (chosen := word_offers(before)) is not None:
                return chosen
            files = await asyncio.to_thread(file_offers, before)
            if files is not None:
                return files
            if is_command(document.text) and not document.text.startswith(_WITH_CODE):
                return NONE  # what follows it is nothing that a kernel knows
        if not self._desk.inquiry.possible:
            return None
        return await self._ask(document)

    async def _ask(self, document: Document) -> Offers | None:
        before = self._desk.loop.time()
        reply = await self._desk.inquiry.complete(document.text, document.cursor_position)
        self._took = self._desk.loop.time() - before
        if reply is not None:
            return offers(reply, document.text, document.cursor_position)
        return NONE if self._desk.inquiry.possible else None  # it has no subshell after all


def _is_command(document: Document) -> bool:
    return document.text.startswith("\\")
