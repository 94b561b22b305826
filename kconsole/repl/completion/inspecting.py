"""Shift-Tab: what stands at the cursor, in a pane below the input; its source; all of it in the pager."""

import asyncio
from typing import Literal

from prompt_toolkit.document import Document

from kconsole.protocol.replies import InspectReply
from kconsole.render.cells import fit
from kconsole.render.helptext import help_text
from kconsole.render.lines import TailLine, without_tabs
from kconsole.render.page import Page
from kconsole.repl.desk import Desk
from kconsole.repl.screen.notices import Notices
from kconsole.repl.terminal.pager import Pager

__all__ = ["Inspecting"]

_INSPECTING = "inspecting"
_NOTHING = "nothing is known of what is at the cursor"
_HINDERED = "no help while the kernel is {}"
_NO_SOURCE = "no source is known"
_ROWS = 12  # of the pane, at most

#: What the next Shift-Tab does, by the detail that is shown.
_NEXT = ("Shift-Tab: source", "Shift-Tab: all of it in the pager")


class Inspecting:
    """Asks the kernel, and shows its answer as long as the input stays as it is.

    :param desk: the console's tools.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._buffer = desk.view.buffer
        self._notices = Notices(desk)
        self._pager = Pager(desk)
        #: What is being asked about; None while nothing is.
        self._asked: Document | None = None
        self._task: asyncio.Task[None] | None = None
        #: What is shown: about what, in which detail, and the text; None while nothing is.
        self._shown: tuple[Document, Literal[0, 1], str] | None = None
        #: The lines that were shown before these, in less detail.
        self._before: list[str] = []
        desk.view.pane = self.lines

    @property
    def open(self) -> bool:
        """Whether the pane is there: an edit, or a move of the cursor, takes it away."""
        return self._shown is not None and self._shown[0] == self._buffer.document

    def start(self) -> None:
        """Inspect; the second time show the source, the third time all."""
        document = self._buffer.document
        if self._asked == document or not document.text.strip():
            return
        shown = self._shown if self.open else None
        if shown is not None and shown[1] == 1:
            self.close()
            self._pager.open(shown[2])
        elif hindrance := self._desk.inquiry.hindrance:
            self._notices.say(_HINDERED.format(hindrance))
        else:
            self._task = self._desk.spawn(lambda: self._ask(0 if shown is None else 1))

    def stop(self) -> bool:
        """Wait for no answer any more; False if none is waited for. The kernel hears nothing of it."""
        if self._asked is None or self._task is None:
            return False
        self._task.cancel()
        self._asked = None
        return True

    def close(self) -> None:
        """Take the pane away."""
        self._shown = None
        self._desk.view.app.invalidate()

    def lines(self) -> list[str]:
        """The pane, from its head on; none if it is closed."""
        if self._shown is None or not self.open:
            return []
        _, detail, text = self._shown
        lines = text.split("\n")
        said = _NEXT[detail]
        if detail:  # what is new is worth more than what was to be seen before
            new = lines[_common(lines, self._before) :]
            said = said if new else f"{_NO_SOURCE} · {said}"
            lines = new or lines
        size = self._desk.view.app.output.get_size()
        rows = max(1, min(_ROWS, size.rows // 2) - 1)
        more = f" · {len(lines)} lines" if len(lines) > rows else ""
        beginning = "\n".join(lines[:rows])
        # Colours go on over the end of a line; here each line has its own.
        shown = [without_tabs(line.rstrip("\n")) for line in TailLine().feed(f"{beginning}\n")]
        return [fit(f"-- {said} · Esc: close{more} --", size.columns), *shown]

    async def _ask(self, detail: Literal[0, 1]) -> None:
        self._asked = document = self._buffer.document
        try:
            with self._notices.waiting(_INSPECTING):
                reply = await self._desk.inquiry.inspect(
                    document.text, document.cursor_position, detail
                )
        finally:
            if self._asked is document:
                self._asked = None
        if self._buffer.document != document:
            return
        text = self._text(reply)
        if text:
            self._before = self._shown[2].split("\n") if detail and self._shown else []
            self._shown = document, detail, text
            self._desk.view.app.invalidate()
        else:
            hindrance = "" if reply is not None else self._desk.inquiry.hindrance
            self._notices.say(_HINDERED.format(hindrance) if hindrance else _NOTHING)

    def _text(self, reply: InspectReply | None) -> str:
        if reply is None or not reply.found:
            return ""
        options = self._desk.options
        columns = self._desk.view.app.output.get_size().columns
        return help_text(reply.data, reply.metadata, Page(columns, options.color, options.style))


def _common(lines: list[str], others: list[str]) -> int:
    """How many lines both begin with."""
    pairs = enumerate(zip(lines, others, strict=False))
    return next((n for n, (one, other) in pairs if one != other), min(len(lines), len(others)))
