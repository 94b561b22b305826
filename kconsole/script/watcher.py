"""What the clients of a kernel run and what comes of it, line by line: what ``--watch`` writes.

Each line says when, who, and what::

    12:03:04 ada@3f2c In [7]: print('hello'); 6 * 7
    12:03:04 ada@3f2c hello
    12:03:04 ada@3f2c Out[7]: 42

A line is written once it is finished, so a progress bar leaves its last state, and nothing is mixed
however many clients print at once. On a terminal and in a pipe it is the same, but for the colours.
"""

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TextIO

from kconsole.protocol.events import Event, ExecuteInput, Parent, ShutdownReply, Status, parse_event
from kconsole.protocol.message import Message
from kconsole.protocol.replies import LanguageInfo
from kconsole.render.cells import text_width
from kconsole.render.errorlook import AS_SENT, ErrorLook
from kconsole.render.highlight import highlight, lexer_for, plain_lexer
from kconsole.render.labels import client_label
from kconsole.render.lines import TailLine
from kconsole.render.output import Renderer, RenderOptions
from kconsole.render.style import Role, paint
from kconsole.render.terminalsize import columns_of
from kconsole.render.views import LastViews, WidgetViews

__all__ = ["Watcher"]

_MOST_CELLS = 256  # whose ends have not been heard of; the oldest are ended by us
_WIDGET_COLUMNS = 56  # the time and the label come before it
#: Columns: of the time, and of an output however narrow the screen is.
_TIME, _LEAST = len("12:03:04 "), 20


class _Cell:
    """The output of one request: each of its streams has a line that is not finished."""

    def __init__(self, parent: Parent, views: WidgetViews, options: RenderOptions) -> None:
        self._widgets = LastViews(views)
        self.label = client_label(parent) if parent.msg_id else ""
        self._width = options.width
        self._renderer = Renderer(replace(options, width=self._room))
        self._line = TailLine()

    def _room(self) -> int | None:
        """The columns that the time and the label leave."""
        columns = self._width()
        return columns and max(_LEAST, columns - _TIME - text_width(self.label) - 1)

    def lines(self, event: Event) -> list[str]:
        """The lines that an event finishes, with their newlines."""
        return self._written(self._widgets.take(event))

    def rest(self) -> list[str]:
        """The line that was not finished."""
        lines = self._written(self._widgets.rest())
        lines += self._line.feed(self._renderer.end_cell())
        last = self._line.finish()
        return [*lines, f"{last}\n"] if last else lines

    def _written(self, events: Iterable[Event]) -> list[str]:
        return [line for each in events for line in self._line.feed(self._renderer.render(each))]


class Watcher:
    """Turns messages into lines.

    :param stdout: where to write.
    :param color: whether to use colours.
    :param language: of the kernel, to colour what it runs.
    :param errors: how much of a traceback.
    :param mime: the MIME types of displays and results that are shown rather than others.
    """

    def __init__(
        self,
        stdout: TextIO,
        *,
        color: bool,
        language: LanguageInfo | None = None,
        mime: Sequence[str] = (),
        errors: ErrorLook = AS_SENT,
    ) -> None:
        self._stdout = stdout
        self._options = RenderOptions(
            color=color,
            errors=errors,
            style=errors.style,
            width=partial(columns_of, stdout),
            mime=mime,
        )
        self._color = color
        self._lexer = lexer_for(language) if color and language is not None else plain_lexer()
        self._cells: dict[str, _Cell] = {}
        self._views = WidgetViews(lambda: _WIDGET_COLUMNS, color=color)

    def take(self, msg: Message | None) -> None:
        """Write what a message says.

        :param msg: off iopub; None says that the kernel was restarted.
        """
        if msg is None:
            self._end_all()
            self.say("the kernel was restarted")
            return
        event = parse_event(msg)
        if isinstance(event, ExecuteInput):
            self._input(event)
        elif isinstance(event, ShutdownReply):
            self.say("the kernel was asked to " + ("restart" if event.restart else "end"))
        elif isinstance(event, Status):
            if event.execution_state == "idle":
                self._end(event.parent.msg_id)
        else:
            cell = self._cell(event.parent)
            self._write(cell.label, cell.lines(event))

    def say(self, text: str) -> None:
        """Write a line of our own; the text has to be safe."""
        self._write("", [paint(text, "warning", self._color) + "\n"])

    def close(self) -> None:
        """Write what is not finished yet: nothing more comes."""
        with suppress(BrokenPipeError):
            self._end_all()

    def _input(self, event: ExecuteInput) -> None:
        number = " " if event.execution_count is None else event.execution_count
        prompt = f"In [{number}]: "
        first, *further = highlight(event.code, self._lexer, self._color).split("\n")
        lines = [paint(prompt, "in", self._color) + first]
        lines += [paint("...: ".rjust(len(prompt)), "in", self._color) + each for each in further]
        self._write(self._cell(event.parent).label, [f"{line}\n" for line in lines])

    def _cell(self, parent: Parent) -> _Cell:
        cell = self._cells.get(parent.msg_id)
        if cell is None:
            cell = self._cells[parent.msg_id] = _Cell(parent, self._views, self._options)
            if len(self._cells) > _MOST_CELLS:
                self._end(next(iter(self._cells)))
        return cell

    def _end(self, msg_id: str) -> None:
        if (cell := self._cells.pop(msg_id, None)) is not None:
            self._write(cell.label, cell.rest())

    def _end_all(self) -> None:
        for msg_id in list(self._cells):
            self._end(msg_id)

    def _write(self, label: str, lines: list[str]) -> None:
        if not lines:
            return
        head = self._painted(time.strftime("%H:%M:%S"), "note") + " "
        if label:
            head += self._painted(label, "label") + " "
        self._stdout.write("".join(f"{head}{line}" for line in lines))

    def _painted(self, text: str, role: Role) -> str:
        return paint(text, role, self._color)
