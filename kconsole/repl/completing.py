"""Tab: the kernel is asked, and its answer is taken if nothing was typed meanwhile."""

from prompt_toolkit.buffer import CompletionState
from prompt_toolkit.document import Document

from kconsole.repl.completer import offers, what_all_add
from kconsole.repl.desk import Desk

__all__ = ["Completing"]

_COMPLETING = "completing"
_PATIENCE_S = 0.1  # what takes less is not worth a notice
_BUSY = "no completions while the kernel is busy"
_NOTICE_S = 2.0


class Completing:
    """Completion by the kernel, never in the way of a key."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._buffer = desk.view.buffer
        #: What the kernel is being asked about; None while it is not asked.
        self._asked: Document | None = None

    def start(self) -> None:
        """Ask for what can stand at the cursor; not twice at once about the same."""
        if self._desk.state.working:
            self._notice(_BUSY)
            self._desk.loop.call_later(_NOTICE_S, self._unsay, _BUSY)
        elif self._asked != self._buffer.document:
            self._desk.spawn(self._complete)

    async def _complete(self) -> None:
        self._asked = document = self._buffer.document
        patience = self._desk.loop.call_later(_PATIENCE_S, self._notice, _COMPLETING)
        try:
            reply = await self._desk.inquiry.complete(document.text, document.cursor_position)
        finally:
            patience.cancel()
            if self._asked is document:  # else the next question is under way
                self._asked = None
                self._unsay(_COMPLETING)
        if reply is None or self._buffer.document != document:
            return
        found = offers(reply, document.text, document.cursor_position)
        common = what_all_add(found, document.text_before_cursor) if found else ""
        if len(found) == 1:
            self._buffer.apply_completion(found[0])
        elif found:
            self._buffer.insert_text(common)
            for each in found:
                each.start_position -= len(common)
            self._buffer.complete_state = CompletionState(self._buffer.document, list(found))
        self._desk.view.app.invalidate()

    def _notice(self, notice: str) -> None:
        self._desk.state.notice = notice
        self._desk.view.app.invalidate()

    def _unsay(self, notice: str) -> None:
        if self._desk.state.notice == notice:
            self._notice("")
