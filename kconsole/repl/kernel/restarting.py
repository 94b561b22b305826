"""The restart of a kernel of our own, in a thread, so that the prompt stays; what is entered waits for it.

What is under way ends with the kernel. The order of what is shown is that of the messages: the new kernel
counts as there only when all that the one before it has left has been looked at.
"""

import asyncio

from kconsole.connect.lastwords import said_lines
from kconsole.errors import ChannelError, KconsoleError
from kconsole.protocol.replies import KernelInfo
from kconsole.render.sanitise import one_line
from kconsole.repl.desk import Desk
from kconsole.repl.work import Work

__all__ = ["Restarting", "who_restarts"]

_LOG_LINES = 10


def who_restarts(name: str) -> str:
    """What to tell who wants a kernel restarted that was not started here.

    :param name: the kernel's.
    """
    return (
        f"{name} was not started here: whoever started it (a notebook, an editor, another console) can"
        " restart it; \\shutdown ends it, and if a console has kept it, kconsole --keep -k NAME starts it"
        " anew"
    )


class Restarting:
    """Restarts the kernel.

    :param desk: the console's tools.
    :param work: ends what runs.
    """

    def __init__(self, desk: Desk, work: Work) -> None:
        self._desk = desk
        self._state = desk.state
        self._work = work

    def start(self) -> None:
        """Begin to restart the kernel, if it is ours."""
        name = one_line(self._desk.kernel.name)
        if self._desk.kernel.process is None:
            self._desk.scribe.note(who_restarts(name))
        elif self._state.restarting:
            self._desk.scribe.note(f"{name} is being restarted already")
        else:
            self._state.renewal = self._desk.loop.create_future()
            self._desk.lose_question()
            self._desk.asker.cancel()
            self._desk.scribe.note(f"restarting {name}")
            self._work.drop_queue()
            self._desk.spawn(self._restart)
            self._desk.keep_time()

    async def _restart(self) -> None:
        try:
            info = await asyncio.to_thread(self._desk.kernel.restart, progress=self._check)
            await self._vacated()
        except ChannelError as error:
            self._fail(error)
        except KconsoleError as error:
            await self._vacated()
            self._fail(error)
        else:
            self._succeed(info)
        finally:
            self._state.renewal = None
            self._state.health = self._desk.kernel.client.health
        self._work.go_on()
        self._desk.keep_time()

    async def _vacated(self) -> None:
        """Wait until the old kernel's last message has been looked at."""
        if self._state.renewal is not None:
            await self._state.renewal

    def _check(self, _waited: float) -> None:
        """In the thread, while it waits: has the console been left?"""
        if self._desk.view.app.is_done:
            raise ChannelError("the console has been left")

    def _succeed(self, info: KernelInfo) -> None:
        self._state.info = info
        self._desk.scribe.note("the kernel was restarted", "warning")

    def _fail(self, error: KconsoleError) -> None:
        """Say why there is no kernel, and what it has said itself."""
        self._desk.scribe.note(f"not restarted: {error}; \\restart tries again", "error")
        process = self._desk.kernel.process
        if process is not None and process.poll() is not None:
            lines = said_lines(process.log_tail(_LOG_LINES))
            self._desk.scribe.lines(f"    {one_line(line)}" for line in lines)
            self._work.drop_queue()
