"""The interactive console: its parts put together, from the first prompt to the last.

Everything here runs in one event loop. Messages come through the bridge, keys through prompt_toolkit;
neither ever waits for the other. What is written goes to the screen, above a prompt that stays::

    keys.py -> editing.py --.                       .-- bridge.py <- the client's I/O thread
                             >-- work.py, state.py <
    face.py -> view.py   <--'          |            '-- intake.py
                                       v
                            scribe.py -> screen.py
"""

import asyncio
import signal
import sys
from typing import Any

from kconsole.client.kernel import Kernel
from kconsole.protocol.replies import CompleteReply, KernelInfo
from kconsole.repl.bridge import Bridge
from kconsole.repl.completer import KernelCompleter
from kconsole.repl.desk import Desk
from kconsole.repl.editing import Editing
from kconsole.repl.face import Face
from kconsole.repl.history import KernelHistory
from kconsole.repl.inquiry import Inquiry
from kconsole.repl.intake import Intake
from kconsole.repl.keys import key_bindings
from kconsole.repl.scribe import Scribe
from kconsole.repl.state import State
from kconsole.repl.view import View

__all__ = ["Console", "run_console"]

_SLOW_SHELL_S = 0.3
_NOTICE_S = 2.0


def run_console(kernel: Kernel, *, color: bool) -> int:
    """Run the console until it is left.

    Parameters:
        kernel: ready to be used.
        color: whether to use colours.

    Returns:
        The exit status: 0, or 4 if the kernel was dead in the end, or 128 + N for signal N.
    """

    async def main() -> int:
        return await Console(kernel, color=color).run()

    return asyncio.run(main())


class Console:
    """One session of the console. To be made and run inside an event loop."""

    def __init__(self, kernel: Kernel, *, color: bool) -> None:
        self._kernel = kernel
        self._client = client = kernel.client
        self._loop = asyncio.get_running_loop()
        self._inquiry = Inquiry(client)
        self._state = State(
            kernel.info or KernelInfo(),
            client.health,
            ours=kernel.process is not None,
            busy=kernel.busy,
        )
        self._view = View(
            Face(self._state, client),
            key_bindings(lambda: self._editing),
            KernelCompleter(self._complete),
            KernelHistory(self._history),
            sys.stdin,
            sys.stdout,
        )
        self._screen = self._view.screen
        self._scribe = Scribe(self._screen, color=color)
        self._desk = Desk(kernel, self._state, self._view, self._scribe, self._inquiry, self._loop)
        self._editing = Editing(self._desk)
        self._work = self._editing.work
        intake = Intake(self._desk, self._work)
        self._bridge = Bridge(self._loop, intake.receive, self._work.look, self._look_at_health)

    async def run(self) -> int:
        """Show the prompt, and stay until the console is left."""
        self._loop.set_exception_handler(self._on_mistake)
        before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
        for number, handler in before.items():
            if handler != signal.SIG_IGN:  # nohup ignores SIGHUP
                self._loop.add_signal_handler(number, self._desk.exit, 128 + number)
        self._client.sink = self._bridge.put
        self._client.on_change = self._bridge.change
        try:
            return await self._view.app.run_async(pre_run=self._begin, set_exception_handler=False)
        except EOFError:  # the terminal has gone away
            return 128 + signal.SIGHUP
        finally:
            for number, handler in before.items():
                if self._loop.remove_signal_handler(number):
                    signal.signal(number, handler)  # the end takes a moment, and must be clean too
            self._bridge.close()
            self._client.sink = lambda channel, msg: None
            self._client.on_change = None
            self._desk.close()

    # -- the beginning -------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Just before the first prompt: what does not need to be ready for it, comes after it."""
        self._loop.call_soon(self._greet)

    def _greet(self) -> None:
        info = self._state.info
        self._scribe.banner(info)
        self._screen.flush()
        self._desk.spawn(self._learn_language)
        if self._kernel.busy:
            self._desk.spawn(self._wait_for_shell)
            self._loop.call_later(_SLOW_SHELL_S, self._tell_if_busy)
        if self._state.count is None and info.implementation == "ipython":
            self._desk.spawn(self._find_count)

    async def _learn_language(self) -> None:
        """Load the lexer beside the first keys: compiling its expressions takes 25 ms."""
        learnt = await asyncio.to_thread(self._scribe.speak, self._state.info.language_info)
        self._view.lexer, self._view.code_style = learnt
        self._view.app.invalidate()

    async def _wait_for_shell(self) -> None:
        await self._inquiry.shell_answers()
        self._state.shell_answers.set()
        self._desk.keep_time()

    def _tell_if_busy(self) -> None:
        """Unless the kernel was only slower on shell than on control, as every kernel is that starts."""
        if not self._state.shell_answers.is_set():
            self._scribe.note("the kernel is busy; what you enter waits for it")

    async def _find_count(self) -> None:
        await self._state.shell_answers.wait()
        count = await self._inquiry.execution_count()
        if self._state.count is None:
            self._state.count = count
        self._view.app.invalidate()

    # -- what prompt_toolkit asks for ------------------------------------------------------------------

    async def _complete(self, code: str, cursor: int) -> CompleteReply | None:
        if self._state.working:
            self._say("no completions while the kernel is busy")
            return None
        self._state.notice = "completing"
        self._view.app.invalidate()
        try:
            return await self._inquiry.complete(code, cursor)
        finally:
            self._state.notice = ""
            self._view.app.invalidate()

    async def _history(self) -> list[str]:
        await self._state.shell_answers.wait()
        return await self._inquiry.history()

    def _say(self, notice: str) -> None:
        """Show something in the toolbar for a moment."""
        self._state.notice = notice
        self._view.app.invalidate()
        self._loop.call_later(_NOTICE_S, self._unsay, notice)

    def _unsay(self, notice: str) -> None:
        if self._state.notice == notice:
            self._state.notice = ""
            self._view.app.invalidate()

    # -- the kernel's health ---------------------------------------------------------------------------

    def _look_at_health(self) -> None:
        before, self._state.health = self._state.health, self._client.health
        if self._state.gone and before.state != "gone":
            self._mourn()
        elif before.state == "gone" and self._state.health.state == "ok":
            self._desk.spawn(self._welcome_back)
        self._desk.keep_time()

    def _mourn(self) -> None:
        """The kernel is dead: nothing that was asked of it will be answered."""
        self._inquiry.give_up()
        self._state.activity.clear()
        self._state.shell_answers.set()
        self._work.end()
        self._scribe.note(f"the kernel died: {self._state.health.detail}", "error")
        self._work.drop_queue()
        self._screen.flush()

    async def _welcome_back(self) -> None:
        """Something listens again where the kernel was: a new one, in all likelihood."""
        info = await self._inquiry.kernel_info()
        if info is None:
            return
        self._state.info = info
        self._state.count = 0
        self._scribe.note("a kernel is there again; it has been restarted")

    def _on_mistake(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A mistake of ours in a callback: told in one line; the session goes on."""
        error = context.get("exception") or context.get("message")
        self._client.log.error("mistake in the console", exc_info=context.get("exception"))
        self._scribe.note(f"a mistake in kconsole itself: {error!r}", "error")
