"""The life of a cell in the console: sent, interrupted, given up, finished."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kconsole.errors import KconsoleError
from kconsole.protocol.events import Event
from kconsole.protocol.replies import ExecuteReply
from kconsole.repl.desk import Desk
from kconsole.repl.prompts import input_prompt
from kconsole.repl.queue import Running

__all__ = ["Work"]

_IGNORED_INTERRUPT_S = 3.0


class Work:
    """Runs the cells of the queue, one after the other.

    Parameters:
        desk: the console's tools.
        suggest: puts code that a kernel suggests at the prompt.
    """

    def __init__(self, desk: Desk, suggest: Callable[[str], None]) -> None:
        self._desk = desk
        self._state = desk.state
        self._scribe = desk.scribe
        self._suggest = suggest
        self._timer: asyncio.TimerHandle | None = None

    def add(self, code: str) -> None:
        """Run a cell now, or when those before it are done."""
        self._state.cells.add(code)
        self._run_next()

    def receive(self, message: Event | ExecuteReply) -> None:
        """Take a message of the running cell."""
        running = self._state.cells.running
        if running is not None:
            running.cell.receive(message, time.monotonic())

    def look(self) -> None:
        """After some messages, or some time: is the cell done, or when is it to be looked at again?"""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        running = self._state.cells.running
        if running is None:
            return
        running.cell.poll(time.monotonic())
        if running.cell.finished:
            self._finish(running)
        elif (deadline := running.cell.deadline()) is not None:
            self._timer = self._desk.loop.call_at(deadline, self.look)

    def interrupt(self) -> None:
        """Ctrl-C: interrupt the kernel if it works; a second time for the same cell: give it up."""
        running = self._state.cells.running
        if running is None:
            if self._state.working:
                self._send_interrupt()
        elif running.interrupted_at is None:
            running.interrupted_at = time.monotonic()
            self._send_interrupt()
            self._desk.loop.call_later(_IGNORED_INTERRUPT_S, self._check_interrupt, running)
        else:
            self._abandon()

    def end(self) -> None:
        """The kernel is dead: no cell runs any more, and none will."""
        self._state.cells.end()
        self._desk.close_question()
        self._scribe.end_cell()

    def drop_queue(self) -> None:
        """Drop the cells that wait, and say so."""
        dropped = self._state.cells.drop()
        if dropped:
            what = "cell" if len(dropped) == 1 else f"{len(dropped)} cells"
            codes = " | ".join(dropped)
            self._scribe.note(f"dropped the {what} that waited: {codes}", "warning")

    def _run_next(self) -> None:
        code = self._state.cells.next()
        if code is None:
            self._desk.view.app.invalidate()
            return
        self._scribe.echo(input_prompt(self._state.next_number), code)
        if self._state.gone:
            detail = self._state.health.detail
            self._scribe.note(f"not run: the kernel is gone ({detail}); Ctrl-D leaves", "error")
            return
        try:
            msg_id = self._desk.kernel.client.execute(code)
        except (KconsoleError, ValueError) as error:
            self._scribe.note(f"not sent: {error}", "error")
            self.drop_queue()
            return
        assert isinstance(msg_id, str)
        self._state.cells.start(msg_id, code)
        self._desk.keep_time()

    def _finish(self, running: Running) -> None:
        """The cell is done with: say what only its reply says, and go on with the next."""
        cell = running.cell
        self._state.cells.end()
        self._desk.close_question()
        if cell.unshown_error is not None:
            self._scribe.event(cell.unshown_error)
        self._scribe.end_cell()
        if cell.given_up:
            self._state.activity.forget(cell.msg_id)  # a lost idle must not leave it busy for ever
            missing = "an execute_reply" if cell.given_up == "reply" else "an idle status"
            self._scribe.note(
                f"the kernel did not send {missing}; output may be missing", "warning"
            )
        if cell.execution_count is not None:
            self._state.count = cell.execution_count
        else:  # tslab and others do not tell
            self._state.count = (self._state.count or 0) + 1
        if cell.saw_error if cell.reply is None else cell.reply.status != "ok":
            self.drop_queue()
        if cell.saw_output:
            self._scribe.blank()
        self._obey(cell.reply.payload if cell.reply is not None else ())
        if not self._desk.view.app.is_done:
            self._run_next()
            self._desk.view.screen.flush()

    def _obey(self, payloads: Sequence[Mapping[str, Any]]) -> None:
        """Do what a kernel asks of its front-end, as far as it is only about showing."""
        inputs = []
        for payload in payloads:
            source, text = payload.get("source"), payload.get("text")
            if source == "page":
                self._scribe.page(payload)
                self._scribe.blank()
            elif source == "set_next_input" and isinstance(text, str):
                inputs.append(text.replace("\r\n", "\n").removesuffix("\n"))
            elif source == "ask_exit":
                self._desk.exit(0)
        if inputs:
            self._suggest("\n".join(inputs))

    def _send_interrupt(self) -> None:
        try:
            self._desk.kernel.client.interrupt()
        except KconsoleError as error:
            self._scribe.note(f"not interrupted: {error}", "error")
        question = self._state.question
        if question is not None:
            self._desk.close_question()
            self._scribe.question(f"{question.prompt}^C")

    def _check_interrupt(self, running: Running) -> None:
        if self._state.cells.running is running:
            self._scribe.note(
                f"no reaction to the interrupt for {_IGNORED_INTERRUPT_S:.0f} s; "
                "Ctrl-C again gives the cell up, Ctrl-D leaves",
                "warning",
            )

    def _abandon(self) -> None:
        self._state.cells.abandon()
        if self._state.count is not None:
            self._state.count += 1  # its number is taken, whatever becomes of it
        self._desk.close_question()
        self._scribe.end_cell()
        self._scribe.note(
            "not waiting for the cell any more; the kernel may still run it", "warning"
        )
        self.drop_queue()
        self._desk.view.app.invalidate()
