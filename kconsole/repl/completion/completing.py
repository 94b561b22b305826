"""Tab: the kernel is asked, and its answer is taken if nothing was typed meanwhile."""

import asyncio

from prompt_toolkit.document import Document

from kconsole.repl.completion.finding import Finding
from kconsole.repl.completion.offering import Offering
from kconsole.repl.desk import Desk
from kconsole.repl.screen.notices import Notices

__all__ = ["Completing"]

_COMPLETING = "completing"
_HINDERED = "no completions while the kernel is {}"


class Completing:
    """Completion by the kernel, never in the way of a key."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._buffer = desk.view.buffer
        self._notices = Notices(desk)
        self._finding = Finding(desk)
        #: Works by itself, hearing of what is typed.
        self._offering = Offering(desk, self._finding)
        #: What is being asked about; None while nothing is.
        self._asked: Document | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Ask for what can stand at the cursor; not twice at once about the same."""
        document = self._buffer.document
        if self._asked == document:
            return
        if self._finding.possible(document):
            self._asked = document
            self._task = self._desk.spawn(lambda: self._complete(document))
        else:
            self._notices.say(_HINDERED.format(self._desk.inquiry.hindrance or "busy"))

    def stop(self) -> bool:
        """Wait for no answer any more; False if none is waited for. The kernel hears nothing of it."""
        if self._asked is None or self._task is None:
            return False
        self._task.cancel()
        self._asked = None
        return True

    async def _complete(self, document: Document) -> None:
        try:
            with self._notices.waiting(_COMPLETING):
                found = await self._finding.find(document)
        finally:
            if self._asked is document:  # else the next question is under way
                self._asked = None
        if found is None:
            self._notices.say(_HINDERED.format(self._desk.inquiry.hindrance or "busy"))
        if not found or self._buffer.document != document:
            return
        if len(found) == 1:
            self._buffer.apply_completion(found[0])
        else:
            common = found.add(document.text_before_cursor)
            self._buffer.insert_text(common, fire_event=False)
            self._buffer.complete_state = found.moved(common).state(self._buffer.document)
        self._desk.view.app.invalidate()
