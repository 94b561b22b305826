"""The work that the kernel does for its other clients, and the end of it that nobody was told of.

An idle status can be lost like every message of iopub, and the toolbar would say "busy" for ever. But
a kernel answers on shell in the order in which it was asked: when it has answered a question, what it
was busy with before the question is over.
"""

from collections.abc import Callable

from kconsole.repl.desk import Desk

__all__ = ["Others"]

_DOUBT_S = 2.0  # what takes less is never asked about
_ANSWER_S = 600.0  # then it is asked again


class Others:
    """Asks a kernel that is busy for others whether it still is; one question at a time.

    :param desk: the console's tools.
    :param over: told of each request, by its msg_id, whose end nobody has heard of.
    """

    def __init__(self, desk: Desk, over: Callable[[str], None]) -> None:
        self._desk = desk
        self._over = over
        self._doubting = False

    def look(self) -> None:
        """After a status: begin to doubt, if the kernel is busy for others."""
        if not self._doubting and self._suspects():
            self._doubting = True
            self._desk.loop.call_later(_DOUBT_S, self._desk.spawn, self._ask)

    def _suspects(self) -> list[str]:
        """The requests of others that the kernel is said to be busy with."""
        running = self._desk.state.cells.running
        ours = None if running is None else running.cell.msg_id
        return [each for each in self._desk.state.activity.busy_parents if each != ours]

    async def _ask(self) -> None:
        suspects = self._suspects()
        if suspects and await self._desk.inquiry.kernel_info(_ANSWER_S) is not None:
            for each in suspects:
                self._desk.state.activity.forget(each)
                self._over(each)
            self._desk.keep_time()
        self._doubting = False
        self.look()
