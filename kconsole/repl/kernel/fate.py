"""What becomes of the kernel: whether it lives, and whether it is still the same one.

Both are looked at in the order of the messages, so that a kernel's last words stand above the news of its
death, and what its successor says below that of the restart.
"""

from kconsole.repl.desk import Desk
from kconsole.repl.kernel.gaps import Gaps
from kconsole.repl.kernel.reviving import Reviving
from kconsole.repl.work import Work

__all__ = ["Fate"]


class Fate:
    """Tells of deaths and restarts, and ends what they have ended.

    :param desk: the console's tools.
    :param work: ends what runs.
    :param reviving: offers to start a kernel of our own again.
    :param gaps: tells of the link to the kernel's computer.
    """

    def __init__(self, desk: Desk, work: Work, reviving: Reviving, gaps: Gaps) -> None:
        self._desk = desk
        self._state = desk.state
        self._work = work
        self._reviving = reviving
        self._gaps = gaps
        self._restarts = 0

    def look(self) -> None:
        """The client's health may have changed."""
        before, self._state.health = self._state.health, self._desk.kernel.client.health
        # kconsole.repl.kernel.restarting tells of a restart that was asked for here.
        self._gaps.look()
        if self._state.gone and before.state != "gone" and not self._state.restarting:
            self._mourn()
        self._desk.keep_time()

    def restarted(self) -> None:
        """The kernel is a new one: it was restarted, here or by others."""
        lost = self._state.cells.running is not None
        self._end_all()
        self._state.count = 0
        renewal = self._state.renewal
        if (
            renewal is not None
        ):  # what else there is to do is done by kconsole.repl.kernel.restarting
            if not renewal.done():
                renewal.set_result(None)
            return
        self._desk.scribe.note("the kernel was restarted; what it knew is lost", "warning")
        if lost:
            self._desk.scribe.note("the cell that ran is lost with it", "warning")
        self._work.drop_queue()
        self._restarts += 1
        self._desk.spawn(self._learn_anew)

    def _mourn(self) -> None:
        self._end_all()
        if self._state.ending:
            return
        ours = self._desk.kernel.process is not None
        lost = "what it knew is lost" if ours else "only whoever started it can start it again"
        self._desk.scribe.note(f"the kernel died: {self._state.health.detail}; {lost}", "error")
        self._work.drop_queue()
        if ours:
            self._reviving.offer()
        self._desk.view.screen.flush()

    def _end_all(self) -> None:
        """Nothing that was asked of the kernel that was there will be answered, nor does it take room."""
        self._state.usage = ""
        self._desk.inquiry.give_up()
        self._state.activity.clear()
        self._state.shell_answers.set()
        self._work.end()

    async def _learn_anew(self) -> None:
        restart = self._restarts
        info = await self._desk.inquiry.kernel_info()
        if info is not None and restart == self._restarts:  # else another restart has come
            self._state.info = info
            self._desk.view.app.invalidate()
