"""The link to the kernel's computer: lost, back, silent; and what has become of what was under way.

While nothing runs, the toolbar tells of it, and no more. Lines above the prompt are for what may have been
lost. All of it is looked at in the order of the messages.
"""

import asyncio
import time

from kconsole.client.outcome import ran
from kconsole.client.resumption import Gap, Resumed
from kconsole.connect.ssh.status import USABLE, LinkStatus
from kconsole.errors import KconsoleError
from kconsole.render.linkwords import (
    LOG_IN,
    back_note,
    history_note,
    login_note,
    lost_note,
    outcome_note,
    silence_note,
)
from kconsole.render.style import Role
from kconsole.repl.desk import Desk
from kconsole.repl.kernel.turns import waits_for
from kconsole.repl.queue import Running
from kconsole.repl.work import Work

__all__ = ["Gaps"]

#: A cell that is so long silent behind a gap may wait for an input whose request was lost, in seconds.
_SILENT_S = 5.0
#: A cell that has printed so shortly before a silence may have printed in it too, in seconds.
_PRINTING_S = 10.0
#: How often keys make the link try again, in seconds.
_RETRY_S = 1.0


class Gaps:
    """Sees the console through the gaps of the link. Without a link it does nothing.

    :param desk: the console's tools.
    :param work: the cells.
    """

    def __init__(self, desk: Desk, work: Work) -> None:
        self._desk = desk
        self._work = work
        self._carrier = carrier = desk.kernel.client.carrier
        self._host = "" if carrier is None else carrier.host
        self._status = LinkStatus("up")  # what else it is, is yet to be told
        #: Whether it was told that the link is lost, and that a person has to log in.
        self._told = self._asked = False
        #: Whether something was being printed when the link fell silent.
        self._printing = False
        self._retried_at = float("-inf")
        if carrier is not None:
            desk.view.app.key_processor.before_key_press += lambda _: self._hurry()

    def look(self) -> None:
        """The link may have changed."""
        if self._carrier is None:
            return
        before, self._status = self._status, self._carrier.status
        state, was = self._status.state, before.state
        if state == "slow" and was != "slow":
            self._printing = self._status.since - self._desk.state.printed_at < _PRINTING_S
        elif state == "up" and was == "slow" and self._printing and not self._told:
            self._say(silence_note(self._host, before.silent_for(time.monotonic())))
        if state not in USABLE:
            self._lose(lost=was in USABLE)

    def ended(self, gap: Gap) -> None:
        """The link is back, and the kernel can be asked again."""
        running = self._desk.state.cells.running
        if self._told or self._asked:
            self._say(back_note(self._host, gap.down_at, gap.up_at, missing=self._told), "note")
        if running is not None:
            if running.unreached:
                running.interrupted_at, running.unreached = None, False
            self._desk.loop.call_later(_SILENT_S, self._doubt, running, time.monotonic())
        self._told = self._asked = False
        self._work.go_on()
        self._desk.keep_time()

    def resumed(self, resumed: Resumed) -> None:
        """It is known what has become of all that was under way."""
        state = self._desk.state
        running = state.cells.running
        self._desk.inquiry.lose(resumed.lost)
        for msg_id in resumed.lost:
            state.activity.forget(msg_id)
            self._work.note_end(msg_id)
        if running is not None and running.cell.msg_id in resumed.lost:
            self._lose_cell(running)
        self._work.look()
        self._desk.keep_time()

    def _lose(self, *, lost: bool) -> None:
        """The link is not usable: tell, once, if that may have cost somebody something."""
        status, running = self._status, self._desk.state.cells.running
        if lost and self._desk.state.working and not self._told:
            self._told = True
            lost_at = status.last_heard(time.monotonic(), time.time())
            self._say(lost_note(self._host, lost_at, status.detail))
        if running is not None:
            running.cut = True
        if status.state == "login" and not self._asked:
            self._asked = True
            self._say(login_note(self._host, status.detail, f"{LOG_IN} logs in again"))

    def _say(self, text: str, role: Role = "warning") -> None:
        """Say something behind what has been printed by now: that is where something may be missing."""
        self._desk.scribe.end_cell()
        self._desk.scribe.note(text, role)

    def _lose_cell(self, running: Running) -> None:
        """The running cell's reply will never come: it is not known what it has done, nor run again."""
        cell, state = running.cell, self._desk.state
        begun = cell.saw_input or cell.state != "running"
        number = state.next_number if cell.execution_count is None else cell.execution_count
        name = "the cell" if number is None else f"In[{number}]"
        self._work.lose_running()
        self._desk.scribe.note(outcome_note(name, begun=begun), "warning")
        self._work.drop_queue()
        if cell.execution_count is not None:
            state.count = cell.execution_count
        elif not begun:
            self._desk.spawn(lambda: self._find_out(running, name))

    async def _find_out(self, running: Running, name: str) -> None:
        """Ask the kernel's history whether a cell ran, and what number the next one has."""
        state, before = self._desk.state, self._desk.state.count
        client = self._desk.kernel.client
        known = None
        if not self._desk.options.private:
            try:
                known = await asyncio.to_thread(ran, client, running.code, after=running.after)
            except KconsoleError:
                return  # the next gap has come, or the end
        if known is not None:
            self._desk.scribe.note(history_note(name, ran=known), "warning")
        count = None if before is None else before + bool(known)
        if state.info.implementation == "ipython":
            count = await self._desk.inquiry.execution_count()
        if count is not None and state.count == before and state.cells.running is None:
            state.count = count
        self._desk.view.app.invalidate()

    def _doubt(self, running: Running, since: float) -> None:
        """Some time after a gap: a cell that is silent may wait for an input that nobody was asked for."""
        state = self._desk.state
        if (
            state.cells.running is running
            and running.heard_at < since
            and state.question is None
            and not waits_for(state)
            and not self._desk.kernel.client.obstacle
        ):
            number = running.cell.execution_count
            name = "the cell" if number is None else f"In[{number}]"
            self._desk.scribe.note(
                f"{name} is silent since the link is back; "
                "if it waits for input: \\input TEXT answers it"
            )

    def _hurry(self) -> None:
        """A key was pressed: somebody is there, and waits for the link if it is down."""
        now = time.monotonic()
        if (
            self._carrier is not None
            and now - self._retried_at >= _RETRY_S
            and self._carrier.status.state == "down"
        ):
            self._retried_at = now
            self._carrier.retry()
