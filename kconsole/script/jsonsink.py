"""A script's happenings as lines of JSON on stdout."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from kconsole.protocol.events import Event
from kconsole.protocol.message import Message
from kconsole.record.jsonevents import event_fields, of_types
from kconsole.script.cells import ScriptCell
from kconsole.script.jsonlines import JsonLines
from kconsole.script.sink import Outcome
from kconsole.script.streams import Mouth

__all__ = ["JsonSink"]


class JsonSink:
    """Writes events; what happens to a cell has its number, from 1, as ``cell``.

    :param lines: writes them.
    :param stderr: a terminal there is shown what is asked; nothing else goes there.
    :param cells: how many cells there are.
    :param mime: the MIME types of displays and results that are wanted, and no others; none are all.
    """

    def __init__(
        self, lines: JsonLines, stderr: Mouth, *, cells: int, mime: Sequence[str] = ()
    ) -> None:
        self._lines = lines
        self._stderr = stderr
        self._cells = cells
        self._mime = tuple(mime)
        self._run = 0
        self._failed = 0
        #: The running cell and when it was begun, by time.monotonic(); None between cells.
        self._running: tuple[ScriptCell, float] | None = None

    @property
    def totals(self) -> dict[str, int]:
        """What the summary says of the cells."""
        return {"cells": self._cells, "run": self._run, "failed": self._failed}

    def begin(self, cell: ScriptCell, msg_id: str) -> None:
        """Write ``begin``."""
        self._running = cell, time.monotonic()
        self._run += 1
        fields = {"origin": cell.origin, "number": cell.number, "msg_id": msg_id}
        self._write("begin", {"cells": self._cells, **fields})

    def event(self, event: Event, msg: Message | None) -> None:
        """Write it."""
        kind, fields = event_fields(of_types(event, self._mime), msg)
        if kind:
            self._write(kind, fields)

    def page(self, payload: Mapping[str, Any]) -> None:
        """Write ``page``."""
        data = payload.get("data")
        if not isinstance(data, Mapping):  # as of old kernels
            data = {"text/plain": payload.get("text")}
        self._write("page", {"data": data})

    def expressions(self, values: Mapping[str, Any]) -> None:
        """Write ``expressions``."""
        self._write("expressions", {"values": values})

    def end(self, cell: ScriptCell, outcome: Outcome) -> None:
        """Write ``reply``, if one has come, and ``end``; of a cell that was not sent, nothing."""
        if self._running is None:
            return
        if (reply := outcome.reply) is not None:
            count = reply.execution_count
            self._write("reply", {"status": reply.status, "execution_count": count})
        self._failed += outcome.verdict != "ok"
        self._write("end", {"status": outcome.verdict, "seconds": round(outcome.seconds, 6)})
        self._running = None

    def note(self, text: str) -> None:
        """Write ``note``."""
        if text:
            self._write("note", {"text": text})

    def interrupted(self) -> None:
        """End the line on which the terminal has echoed a Ctrl-C."""
        self._lines.hurry()
        if self._stderr.terminal:
            self._stderr.text("\n")

    def ask(self, text: str) -> None:
        """Show a question."""
        self._stderr.text(text)

    def close(self) -> None:
        """End the cell that is not waited for any more, if we were told to end."""
        if self._running is not None:
            self._lines.hurry()
            cell, began = self._running
            self.end(cell, Outcome("interrupted", time.monotonic() - began))

    def _write(self, event: str, fields: Mapping[str, Any]) -> None:
        where = {} if self._running is None else {"cell": self._run}
        self._lines.write(event, {**where, **fields})
