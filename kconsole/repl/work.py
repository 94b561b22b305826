"""The life of a cell in the console: sent, interrupted, given up, finished."""

import asyncio
import time
from collections.abc import Callable

from kconsole.client.leaving import leave, stays, way_back
from kconsole.errors import KconsoleError, LinkDownError
from kconsole.protocol.cell import Cell
from kconsole.protocol.events import Event
from kconsole.protocol.replies import ExecuteReply
from kconsole.protocol.wishes import Edit, Wishes
from kconsole.render.cells import fit
from kconsole.render.labels import end_notes
from kconsole.render.linkwords import not_connected
from kconsole.repl.commands import meant
from kconsole.repl.desk import Desk
from kconsole.repl.epilogue import Epilogue
from kconsole.repl.kernel.interrupting import Interrupting
from kconsole.repl.queue import Running, in_short
from kconsole.repl.terminal.pager import Pager

__all__ = ["Work", "end_of_abandoned"]

_CELL_COLUMNS = 40  # of a dropped cell that are told
_DROPPED_COLUMNS = 160  # of all of them: two rows of most terminals


def end_of_abandoned(number: int | None, skipped: int) -> str:
    """What to say when a cell has ended that was not waited for.

    :param number: of the cell; None if that is not known.
    :param skipped: how many of its messages were not shown.
    """
    cell = "the cell that was given up" if number is None else f"In[{number}]"
    if not skipped:
        return f"{cell} has ended"
    messages = "1 message" if skipped == 1 else f"{skipped:,} messages"
    return f"{cell} has ended; skipped {messages} of it"


class Work:
    """Runs the cells of the queue, one after the other.

    :param desk: the console's tools.
    :param suggest: puts code that a kernel suggests at the prompt.
    :param offer: offers to edit a file that a kernel wants edited.
    """

    def __init__(
        self, desk: Desk, suggest: Callable[[str], None], offer: Callable[[Edit], None]
    ) -> None:
        self._desk = desk
        self._state = desk.state
        self._scribe = desk.scribe
        self._pager = Pager(desk)
        self._suggest = suggest
        self._offer = offer
        self._timer: asyncio.TimerHandle | None = None
        self._epilogue = Epilogue(desk)
        self.interrupting = Interrupting(desk)

    def add(self, code: str) -> None:
        """Run a cell now, or when those before it are done."""
        self._state.cells.add(code)
        self._run_next()

    def cannot(self, what: str = "") -> bool:
        """Say that nothing can be sent, if the link to the kernel is down; whether it is.

        :param what: what becomes of what was to be sent.
        """
        client = self._desk.kernel.client
        if client.carrier is None or self._state.gone or not client.obstacle:
            return False
        carrier = client.carrier
        why = not_connected(carrier.host, carrier.status, client.obstacle, time.monotonic())
        self._scribe.note(f"{why}{what}", "error")
        carrier.retry()  # somebody waits for it
        return True

    def receive(self, message: Event | ExecuteReply) -> None:
        """Take a message of the running cell."""
        running = self._state.cells.running
        if running is not None:
            running.heard_at = time.monotonic()
            running.cell.receive(message, running.heard_at)

    def look(self) -> None:
        """After some messages, or some time: is the cell done, or when is it to be looked at again?"""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        running = self._state.cells.running
        if running is None:
            return
        if running.cell.state == "half" and not self._desk.kernel.client.settled:
            return  # a link was lost: it is about to be known whether the other half was lost with it
        if self._desk.behind():  # what is missing may be among it
            running.cell.traffic(time.monotonic())
        running.cell.poll(time.monotonic())
        if running.cell.finished:
            self._finish(running)
        elif (deadline := running.cell.deadline()) is not None:
            self._timer = self._desk.loop.call_at(deadline, self.look)

    def interrupt(self) -> None:
        """Ctrl-C: interrupt the kernel if it works; a second time for the same cell: give it up.

        What waits is dropped at once: the cell may take the interrupt and end as if nothing had been.
        """
        running = self._state.cells.running
        # A cell that asks has taken the last interrupt, if that has reached the kernel.
        asked = self._state.question is not None and not (running and running.unreached)
        if running is None or running.interrupted_at is None or asked:
            self.interrupting.ask()
            if not self._state.restarting:
                self.drop_queue()
        elif not self._state.restarting:
            self._abandon(running)

    def end(self) -> None:
        """The kernel is dead, or another one: no cell of ours runs any more."""
        self._state.cells.abandoned.clear()
        self.lose_running()

    def lose_running(self) -> None:
        """Nothing of the running cell, if there is one, will come any more."""
        running = self._state.cells.running
        self._state.cells.end()
        question = self._state.question
        typed = self._desk.lose_question()
        self._scribe.end_cell()
        if question is not None:
            self._scribe.answer(question.prompt, "" if question.password else typed)
        if running is not None:
            self._epilogue.ended(running, failed=True)

    def drop_queue(self) -> None:
        """Drop the cells that wait, and say so."""
        dropped = self._state.cells.drop()
        if dropped:
            what = "cell" if len(dropped) == 1 else f"{len(dropped)} cells"
            codes = " | ".join(in_short(each, _CELL_COLUMNS) for each in dropped)
            told = fit(f"dropped the {what} that waited: {codes}", _DROPPED_COLUMNS)
            self._scribe.note(told, "warning")

    def go_on(self) -> None:
        """Run what has come to wait while no cell could be run."""
        self._run_next()

    def note_end(self, msg_id: str) -> None:
        """A request has ended: if it is a cell that was given up, say what became of it."""
        abandoned = self._state.cells.abandoned.pop(msg_id, None)
        if abandoned is not None:
            self._state.activity.forget(msg_id)
            self._desk.lose_question(msg_id)
            skipped = self._desk.bridge.skipped(msg_id)
            self._scribe.note(end_of_abandoned(abandoned.number, skipped))
            self._desk.keep_time()

    def _run_next(self) -> None:
        client = self._desk.kernel.client
        waits = self._state.restarting or (not self._state.gone and bool(client.obstacle))
        code = None if waits else self._state.cells.next()
        if code is None:
            self._desk.view.app.invalidate()
            return
        if self._state.gone:
            self._scribe.echo(self._state.prompt(self._state.next_number), code)
            detail = self._state.health.detail
            ours = self._desk.kernel.process is not None
            again = "\\restart starts it anew, " if ours else ""
            self._scribe.note(
                f"not run: the kernel is gone ({detail}); {again}Ctrl-D leaves", "error"
            )
            return
        try:
            msg_id = client.execute(code, store_history=not self._desk.options.private)
        except LinkDownError:  # the link was lost this moment
            self._state.cells.put_back(code)
            return
        except (KconsoleError, ValueError) as error:
            self._scribe.echo(self._state.prompt(self._state.next_number), code)
            self._scribe.note(f"not sent: {error}", "error")
            self.drop_queue()
            return
        assert isinstance(msg_id, str)
        self._scribe.echo(self._state.prompt(self._state.next_number), code)
        self._state.cells.start(msg_id, code, self._state.count)
        self._desk.filing.began(msg_id, code)
        self._desk.keep_time()

    def _finish(self, running: Running) -> None:
        """The cell is done with: say what only its reply says, and go on with the next."""
        cell = running.cell
        self._state.cells.end()
        self._desk.lose_question(cell.msg_id)
        if cell.unshown_error is not None:
            self._scribe.event(cell.unshown_error)
            self._desk.filing.event(cell.unshown_error)
        self._scribe.end_cell()
        if cell.given_up:
            self._state.activity.forget(cell.msg_id)  # a lost idle must not leave it busy for ever
        self._count(running)
        self._look_back(cell)
        for note in end_notes(cell, cut=running.cut):
            self._scribe.note(note, "warning")
        failed = cell.saw_error if cell.reply is None else cell.reply.status != "ok"
        if failed:
            shown_whole = cell.saw_error and self._desk.options.tb == "full"
            if shown_whole and (hint := self._scribe.error.hint()):
                self._scribe.note(hint)
            if word := meant(running.code):
                self._scribe.note(f"{word} is no command, and ran as code; \\? lists the commands")
            self.drop_queue()
        self._epilogue.ended(running, failed=failed)
        if cell.saw_output:
            self._scribe.blank()
        self._obey(cell.wishes)
        if not self._desk.view.app.is_done:
            self._run_next()
            self._desk.view.screen.flush()

    def _count(self, running: Running) -> None:
        """Note the latest cell's number."""
        self._state.count = running.overtaken_by or running.cell.latest(self._state.count)

    def _obey(self, wishes: Wishes) -> None:
        """Do what a kernel asks of its front-end."""
        for page in wishes.pages:
            if text := self._scribe.page(page):
                self._pager.show(text)
        if wishes.next_input:
            self._suggest(wishes.next_input)
        if wishes.edit is not None:
            self._offer(wishes.edit)
        if wishes.leave:
            self._leave(keep=stays(self._desk.kernel, wishes))

    def _leave(self, *, keep: bool) -> None:
        """Leave because a cell has asked for it; a kernel that is kept can be found again."""
        kernel = self._desk.kernel
        if said := leave(kernel, keep=keep):
            self._scribe.note(said + (way_back(kernel) if keep else ""))
        self._desk.exit(0)

    def _look_back(self, cell: Cell) -> None:
        """A cell has its reply, or none: what that says of those that were sent before."""
        if cell.reply is None:
            return
        for msg_id in tuple(self._state.cells.abandoned):  # the kernel has come past them
            self.note_end(msg_id)

    def _abandon(self, running: Running) -> None:
        number = running.cell.execution_count
        self._state.cells.abandon(self._state.next_number if number is None else number)
        self._desk.bridge.skip(running.cell.msg_id)
        if self._state.count is not None:
            self._state.count += 1  # its number is taken, whatever becomes of it
        self._desk.lose_question(running.cell.msg_id)
        self._scribe.end_cell()
        self._epilogue.given_up(running)
        self._scribe.note(
            "not waiting for the cell any more; the kernel may still run it", "warning"
        )
        self.drop_queue()
        self._desk.view.app.invalidate()
