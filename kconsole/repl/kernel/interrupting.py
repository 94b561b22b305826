"""The interrupt: sent to the kernel, whoever started it, and what can be done if it changes nothing."""

import asyncio
import time
from signal import SIGINT

from kconsole.connect.procfs import is_deadly
from kconsole.errors import KconsoleError
from kconsole.protocol.cell import INTERRUPT_S
from kconsole.render.labels import by_force
from kconsole.render.linkwords import not_connected
from kconsole.render.sanitise import one_line
from kconsole.repl.desk import Desk
from kconsole.repl.kernel.pid import interrupt_there, kernel_pid
from kconsole.repl.queue import Running

__all__ = ["Interrupting", "way_out"]

#: So many seconds later, messages that were only on their way have been looked at.
_MOMENT_S = 0.5


def way_out(*, ours: bool, pid: int | None, deadly: bool | None, host: str = "") -> str:
    """What can be done with a kernel that takes no interrupt.

    :param ours: whether it was started here.
    :param pid: of its process, if that is known.
    :param deadly: whether SIGINT would end it; None is not known.
    :param host: the kernel's computer, if it is another one.
    """
    if ours:
        return "\\restart starts the kernel anew"
    return "Ctrl-D leaves" if pid is None else by_force(pid, deadly, host)


class Interrupting:
    """Interrupts.

    :param desk: the console's tools.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._state = desk.state

    def ask(self) -> None:
        """Interrupt what the kernel runs, for whomever; a kernel that begins anew runs nothing."""
        if not self._state.working or self._state.restarting:
            return
        running, question = self._state.cells.running, self._state.question
        if question is not None and running is not None and question.cell != running.cell.msg_id:
            running = None  # it waits behind a cell that was given up, and that asks
        reached = self._send()
        if running is not None and running.interrupted_at is None:
            running.interrupted_at, running.unreached = time.monotonic(), not reached
            if reached:
                self._desk.loop.call_later(INTERRUPT_S, self._doubt, running)
        self._desk.view.app.invalidate()

    def _send(self) -> bool:
        """Send the interrupt; whether there was a way to the kernel."""
        client = self._desk.kernel.client
        if client.carrier is not None and (obstacle := client.obstacle):
            carrier = client.carrier
            why = not_connected(carrier.host, carrier.status, obstacle, time.monotonic())
            more = "; Ctrl-C again gives the cell up" if self._state.cells.running else ""
            self._desk.scribe.note(f"not interrupted: {why}{more}", "error")
            carrier.retry()
            return False
        try:
            client.interrupt()
        except KconsoleError as error:
            self._desk.scribe.note(f"not interrupted: {error}", "error")
        question = self._state.question
        if question is not None:
            self._desk.close_question()
            self._desk.scribe.question(f"{question.prompt}^C")
        return True

    def _doubt(self, running: Running) -> None:
        if self._goes_on(running):
            self._desk.spawn(lambda: self._tell(running))

    async def _tell(self, running: Running) -> None:
        pid = await kernel_pid(self._desk)
        if self._desk.behind():
            await asyncio.sleep(_MOMENT_S)  # what has just come, such as that answer, is no backlog
        if not self._goes_on(running):
            return
        if self._desk.behind():
            # The kernel may well have ended it: what it has printed is in the way.
            self._desk.scribe.note(
                "what was printed before the interrupt is still being shown; Ctrl-C again skips it",
                "warning",
            )
        else:
            sent = await self._signal_there(pid)
            self._desk.scribe.note(
                f"no reaction to the interrupt for {INTERRUPT_S:.0f} s; {sent}"
                "Ctrl-C again gives the cell up",
                "warning",
            )
            self._desk.scribe.note(self._way_out(pid), "warning")

    def _way_out(self, pid: int | None) -> str:
        kernel, host = self._desk.kernel, self._desk.kernel.host
        deadly: bool | None = pid is None or self._state.info.ends_at_sigint
        if not deadly and pid is not None:
            deadly = is_deadly(SIGINT, pid) if host is None else None
        where = "" if host is None else host.host
        return way_out(ours=kernel.process is not None, pid=pid, deadly=deadly, host=where)

    async def _signal_there(self, pid: int | None) -> str:
        """Send SIGINT over the link, to a kernel that is not ours and lives on; tells of it."""
        host = self._desk.kernel.host
        ours, info = self._desk.kernel.process is not None, self._state.info
        if host is None or pid is None or ours or info.implementation != "ipython":
            return ""
        if info.ends_at_sigint or not await interrupt_there(host, pid):
            return ""
        return f"SIGINT was sent to process {pid} on {one_line(host.host)}; "

    def _goes_on(self, running: Running) -> bool:
        return self._state.cells.running is running and not self._state.restarting
