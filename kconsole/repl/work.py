"""The life of a cell in the console: sent, interrupted, given up, finished."""

import asyncio
import time
from collections.abc import Callable

from kconsole.client.leaving import leave, way_back
from kconsole.errors import KconsoleError
from kconsole.protocol.cell import INTERRUPT_S
from kconsole.protocol.events import Event
from kconsole.protocol.replies import ExecuteReply
from kconsole.protocol.wishes import Wishes, parse_wishes
from kconsole.repl.desk import Desk
from kconsole.repl.prompts import input_prompt
from kconsole.repl.queue import Running

__all__ = ["Work"]


class Work:
    """Runs the cells of the queue, one after the other.

    :param desk: the console's tools.
    :param suggest: puts code that a kernel suggests at the prompt.
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
        if self._desk.behind():  # what is missing may be among it
            running.cell.traffic(time.monotonic())
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
            self._desk.loop.call_later(INTERRUPT_S, self._check_interrupt, running)
        else:
            self._abandon()

    def end(self) -> None:
        """The kernel is dead, or another one: no cell of ours runs any more."""
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
        self._state.cells.start(msg_id)
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
        self._count(running)
        if cell.saw_error if cell.reply is None else cell.reply.status != "ok":
            self.drop_queue()
        if cell.saw_output:
            self._scribe.blank()
        if cell.reply is not None:
            self._obey(parse_wishes(cell.reply.payload))
        if not self._desk.view.app.is_done:
            self._run_next()
            self._desk.view.screen.flush()

    def _count(self, running: Running) -> None:
        """Note the latest cell's number."""
        number = running.overtaken_by or running.cell.execution_count
        if number is None:  # tslab and others do not tell
            number = (self._state.count or 0) + 1
        self._state.count = number

    def _obey(self, wishes: Wishes) -> None:
        """Do what a kernel asks of its front-end."""
        for page in wishes.pages:
            self._scribe.page(page)
            self._scribe.blank()
        if wishes.next_input:
            self._suggest(wishes.next_input)
        if wishes.leave:
            self._leave(keep=wishes.keep_kernel)

    def _leave(self, *, keep: bool) -> None:
        """Leave because a cell has asked for it; a kernel that is kept can be found again."""
        kernel = self._desk.kernel
        if said := leave(kernel, keep=keep):
            self._scribe.note(said + (way_back(kernel) if keep else ""))
        self._desk.exit(0)

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
                f"no reaction to the interrupt for {INTERRUPT_S:.0f} s; "
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
