"""Looking at values while the kernel works: ``\\peek``, once, and ``\\watch``, again and again.

A value is asked for as one of a silent cell's user_expressions, which leaves no trace in the history, and
in the subshell while the main shell is busy.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from kconsole.errors import KconsoleError
from kconsole.protocol.events import ErrorOutput
from kconsole.protocol.fields import as_mapping, as_text, as_texts
from kconsole.render.mime import best_text
from kconsole.render.sanitise import one_line, sanitise
from kconsole.render.sgr import strip_sgr
from kconsole.render.traceback import error_text
from kconsole.repl.desk import Desk
from kconsole.repl.screen.notices import Notices

__all__ = ["Peeking"]

_PEEKING = "peeking; Ctrl-C stops it"
_HINDRANCES = {
    "busy": "the kernel is busy, and has no subshell to be asked in meanwhile",
    "gone": "the kernel is gone",
    "out of reach": "the link to the kernel is down",
}
_SILENT = "the kernel did not answer"
_UNKNOWN = "the kernel does not evaluate expressions for its front-end"


class Peeking:
    """Evaluates expressions beside the cells.

    :param desk: the console's tools.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._notices = Notices(desk)
        self._watch: asyncio.Task[None] | None = None
        self._peeks: set[asyncio.Task[None]] = set()
        self._on_main = 0  # questions that the main shell is at work on

    def peek(self, expression: str) -> None:
        """Show an expression's value, or the error that it raises."""
        task = self._desk.spawn(lambda: self._peek(expression))
        self._peeks.add(task)
        task.add_done_callback(self._peeks.discard)

    def watch(self, seconds: str, expression: str) -> None:
        """Show an expression's value above the toolbar, again and again, until it is stopped.

        :param seconds: how long to wait between two looks.
        """
        if self._watch is not None:
            self._watch.cancel()
        self._watch = self._desk.spawn(lambda: self._keep_watching(float(seconds), expression))

    def stop(self) -> bool:
        """Stop looking at anything; False if nothing is looked at."""
        tasks = [*self._peeks] if self._watch is None else [*self._peeks, self._watch]
        if not tasks:
            return False
        if self._on_main:  # else what runs there is a cell, which is not meant
            with suppress(KconsoleError):
                self._desk.kernel.client.interrupt()
        for task in tasks:
            task.cancel()
        self._watch = None
        self._show("")
        return True

    async def _peek(self, expression: str) -> None:
        with self._notices.waiting(_PEEKING):
            value = await self._evaluate(expression)
        if isinstance(value, str):
            self._desk.scribe.note(value, "warning")
            return
        text = _error(value) if value.get("status") == "error" else _value(value)
        if not self._desk.options.color:
            text = strip_sgr(text)
        self._desk.scribe.lines(text.removesuffix("\n").split("\n"))

    async def _keep_watching(self, seconds: float, expression: str) -> None:
        name = one_line(expression, self._desk.view.app.output.get_size().columns // 2)
        self._show(f"{name}: …")
        while not self._desk.state.gone:
            value = await self._evaluate(expression)
            if isinstance(value, str):
                shown = f"({value})"
            elif value.get("status") == "error":
                shown = f"{as_text(value.get('ename'))}: {as_text(value.get('evalue'))}"
            else:
                shown = " ".join(_value(value).split())
            self._show(f"{name} = {one_line(shown)}")
            await asyncio.sleep(seconds)
        self._watch = None
        self._show("")

    async def _evaluate(self, expression: str) -> Mapping[str, Any] | str:
        """The entry of user_expressions, or why there is none."""
        inquiry = self._desk.inquiry
        if hindrance := inquiry.hindrance:
            return _HINDRANCES[hindrance]
        on_main = not self._desk.state.working
        self._on_main += on_main
        try:
            value = await inquiry.evaluate(expression)
        finally:
            self._on_main -= on_main
        if value is None:
            return _HINDRANCES.get(inquiry.hindrance, _SILENT)
        return value or _UNKNOWN

    def _show(self, line: str) -> None:
        if line != self._desk.state.watched:
            self._desk.state.watched = line
            self._desk.view.app.invalidate()


def _value(value: Mapping[str, Any]) -> str:
    _, text = best_text(as_mapping(value.get("data")), as_mapping(value.get("metadata")))
    return sanitise(text, "display") or "(it has no text)"


def _error(value: Mapping[str, Any]) -> str:
    traceback = tuple(as_texts(value.get("traceback")))
    error = ErrorOutput(as_text(value.get("ename")), as_text(value.get("evalue")), traceback)
    return error_text(error, color=True)
