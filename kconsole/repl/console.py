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
from kconsole.protocol.replies import KernelInfo
from kconsole.repl.bridge import Bridge
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


def run_console(kernel: Kernel, *, color: bool) -> int:
    """Run the console until it is left.

    :param kernel: ready to be used.
    :param color: whether to use colours.
    :return: the exit status: 0, or 4 if the kernel was dead in the end, or 128 + N for signal N.
    """

    # While output floods, the I/O thread nearly always has the interpreter's lock, and the loop waits
    # for it, this many seconds, after each read and write of a key's echo. The default is 5 ms.
    sys.setswitchinterval(0.001)

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
            KernelHistory(self._history),
            sys.stdin,
            sys.stdout,
        )
        self._screen = self._view.screen
        self._scribe = Scribe(self._screen, color=color)
        self._desk = Desk(
            kernel,
            self._state,
            self._view,
            self._scribe,
            self._inquiry,
            self._loop,
            lambda: self._bridge.behind,
        )
        self._editing = Editing(self._desk)
        self._work = self._editing.work
        intake = Intake(self._desk, self._work)
        self._renewing = False
        self._bridge = Bridge(
            self._loop,
            intake.receive,
            self._work.look,
            self._look_at_health,
            lambda: self._screen.full,
        )

    async def run(self) -> int:
        """Show the prompt, and stay until the console is left."""
        self._loop.set_exception_handler(self._on_mistake)
        before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
        for number, handler in before.items():
            if handler != signal.SIG_IGN:  # nohup ignores SIGHUP
                self._loop.add_signal_handler(number, self._desk.exit, 128 + number)
        self._client.sink = self._bridge.put
        self._client.on_change = self._bridge.change
        self._client.on_restart = lambda: self._bridge.call(self._welcome_back)
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
            self._client.on_restart = None
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
            state = "busy or not answering" if self._kernel.silent else "busy"
            self._scribe.note(f"the kernel is {state}; what you enter waits for it")
            self._desk.spawn(self._wait_for_shell)
        if self._state.count is None and info.implementation == "ipython":
            self._desk.spawn(self._find_count)

    async def _learn_language(self) -> None:
        """Load the lexer beside the first keys: compiling its expressions takes 25 ms."""
        learnt = await asyncio.to_thread(self._scribe.speak, self._state.info.language_info)
        self._view.lexer, self._view.code_style = learnt
        self._view.app.invalidate()

    async def _wait_for_shell(self) -> None:
        info = await self._inquiry.kernel_info(None)
        self._state.shell_answers.set()
        self._desk.keep_time()
        if info is not None and self._kernel.silent:
            self._state.info = info
            self._scribe.banner(info)
            await self._learn_language()

    async def _find_count(self) -> None:
        await self._state.shell_answers.wait()
        count = await self._inquiry.execution_count()
        if self._state.count is None:
            self._state.count = count
        self._view.app.invalidate()

    # -- what prompt_toolkit asks for ------------------------------------------------------------------

    async def _history(self) -> list[str]:
        await self._state.shell_answers.wait()
        return await self._inquiry.history()

    # -- the kernel's health ---------------------------------------------------------------------------

    def _look_at_health(self) -> None:
        before, self._state.health = self._state.health, self._client.health
        if self._state.gone and before.state != "gone":
            self._mourn()
        elif before.state == "gone" and self._state.health.state == "ok":
            self._welcome_back()
        self._desk.keep_time()

    def _mourn(self) -> None:
        """The kernel is dead."""
        self._end_all()
        self._scribe.note(f"the kernel died: {self._state.health.detail}", "error")
        self._work.drop_queue()
        self._screen.flush()

    def _end_all(self) -> None:
        """Nothing that was asked of the kernel that was there will be answered."""
        self._inquiry.give_up()
        self._state.activity.clear()
        self._state.shell_answers.set()
        self._work.end()

    def _welcome_back(self) -> None:
        """The kernel is a new one: it was restarted, or something listens again where it was."""
        if self._renewing:
            return
        self._renewing = True
        self._end_all()
        self._state.count = 0
        self._scribe.note("the kernel was restarted", "warning")
        self._work.drop_queue()
        self._desk.spawn(self._learn_anew)

    async def _learn_anew(self) -> None:
        try:
            info = await self._inquiry.kernel_info()
        finally:
            self._renewing = False
        if info is not None:
            self._state.info = info
            self._view.app.invalidate()

    def _on_mistake(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A mistake of ours in a callback: told in one line; the session goes on."""
        error = context.get("exception") or context.get("message")
        self._client.log.error("mistake in the console", exc_info=context.get("exception"))
        self._scribe.note(f"a mistake in kconsole itself: {error!r}", "error")
