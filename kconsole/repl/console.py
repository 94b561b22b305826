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
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any

from kconsole.client.kernel import Kernel
from kconsole.client.title import kernelspec_title
from kconsole.protocol.replies import KernelInfo
from kconsole.render.cabinet import Cabinet, cabinet_root
from kconsole.render.canvas import Canvas
from kconsole.render.greeting import busy_note
from kconsole.render.palette import colors_of
from kconsole.repl.commands import is_command
from kconsole.repl.desk import Desk
from kconsole.repl.filing import Filing
from kconsole.repl.history.inputs import KernelHistory
from kconsole.repl.history.keeper import Keeper
from kconsole.repl.input.editing import Editing
from kconsole.repl.input.keys import key_bindings, key_help
from kconsole.repl.kernel.bridge import Bridge
from kconsole.repl.kernel.earlier import show_earlier
from kconsole.repl.kernel.fate import Fate
from kconsole.repl.kernel.gaps import Gaps
from kconsole.repl.kernel.inquiry import Inquiry
from kconsole.repl.kernel.intake import Intake
from kconsole.repl.kernel.reviving import Reviving
from kconsole.repl.kernel.usage import Usage
from kconsole.repl.options import ConsoleOptions
from kconsole.repl.screen.ahead import Ahead
from kconsole.repl.screen.canvases import canvas
from kconsole.repl.screen.exhibits import Exhibits
from kconsole.repl.screen.face import Face
from kconsole.repl.screen.looks import color_depth
from kconsole.repl.screen.marks import understands_marks
from kconsole.repl.screen.scribe import Scribe
from kconsole.repl.screen.view import View
from kconsole.repl.state import State
from kconsole.repl.terminal.interview import Interview

__all__ = ["Console", "run_console"]

_FILE = 10_000  # inputs of the history file that the keys reach


def run_console(kernel: Kernel, options: ConsoleOptions, interview: Interview) -> int:
    """Run the console until it is left.

    :param kernel: ready to be used.
    :param options: how the user wants it.
    :param interview: what the terminal was asked.
    :return: the exit status: 0, or 4 if the kernel was dead in the end, or out of reach, or 128 + N for
        signal N.
    """

    # While output floods, the I/O thread nearly always has the interpreter's lock, and the loop waits
    # for it, this many seconds, after each read and write of a key's echo. The default is 5 ms.
    sys.setswitchinterval(0.001)

    async def main() -> int:
        return await Console(kernel, options, interview).run()

    return asyncio.run(main())


class Console:
    """One session of the console. To be made and run inside an event loop."""

    def __init__(self, kernel: Kernel, options: ConsoleOptions, interview: Interview) -> None:
        self._kernel = kernel
        self._client = client = kernel.client
        self._loop = asyncio.get_running_loop()
        self._state = State(
            kernel.info or KernelInfo(),
            client.health,
            ours=kernel.process is not None,
            busy=kernel.busy,
        )
        self._state.prompt_format = options.prompt
        self._state.numbered = not options.private
        if options.ran is not None:
            self._state.count = options.ran
        self._inquiry = Inquiry(client, self._state)
        self._keeper = Keeper(options.history, self._tell)
        history = KernelHistory(self._history, lambda: self._keeper.latest(_FILE), self._keep)
        self._view = View(
            Face(self._state, client),
            key_bindings(lambda: self._editing, options.keys),
            history,
            sys.stdin,
            sys.stdout,
            interview,
            color_depth(colors_of(os.environ), color=options.color),
        )
        self._screen = self._view.screen
        self._scribe = Scribe(
            self._screen,
            color=options.color,
            style=options.style,
            marks=understands_marks(os.environ),
        )
        self._cabinet = Cabinet(cabinet_root())
        self._filing = Filing(
            self._loop,
            self._scribe,
            lambda: self._state.info,
            client.info.kernel_name,
            lambda: kernelspec_title(kernel),
        )
        self._desk = Desk(
            kernel=kernel,
            options=options,
            state=self._state,
            view=self._view,
            scribe=self._scribe,
            inquiry=self._inquiry,
            interview=interview,
            history=history,
            keeper=self._keeper,
            filing=self._filing,
            cabinet=self._cabinet,
            loop=self._loop,
            behind=lambda: self._bridge.behind,
        )
        self._desk.ticks.append(Usage(self._desk).look)
        self._editing = Editing(self._desk, key_help(options.keys))
        self._work = self._editing.work
        intake = Intake(self._desk, self._work)
        self._greeted = False
        reviving = Reviving(self._desk, self._editing.restarting, self._editing.enter_line)
        self._gaps = Gaps(self._desk, self._work)
        self._fate = Fate(self._desk, self._work, reviving, self._gaps)
        self._bridge = Bridge(
            self._loop,
            intake.receive,
            self._work.look,
            # The kernel's banner comes before its output.
            lambda: self._screen.wanted if self._greeted else 0,
            intake.lost,
        )
        self._desk.bridge = self._bridge
        self._scribe.exhibits = self._exhibits()
        self._scribe.ahead = Ahead(self._bridge.pause, self._bridge.go_on, self._is_abandoned)

    def _exhibits(self) -> Exhibits:
        """What shows images, with those whom it needs for that."""
        exhibits = Exhibits(
            self._screen,
            self._cabinet,
            self._canvas,
            link=os.environ.get("TERM") != "linux",
        )
        cells = self._state.cells
        exhibits.pause, exhibits.go_on = self._bridge.pause, self._bridge.go_on
        exhibits.interrupted = cells.is_interrupted
        exhibits.abandoned = self._is_abandoned
        return exhibits

    def _is_abandoned(self, msg_id: str) -> bool:
        return msg_id in self._state.cells.abandoned

    def _canvas(self) -> Canvas | None:
        """Where images are drawn; None if they are text."""
        options = self._desk.options
        if options.image == "none":
            return None
        facts, room = self._desk.interview.facts, self._screen.room
        return canvas(options.image, facts, room, os.environ, color=options.color)

    async def run(self) -> int:
        """Show the prompt, and stay until the console is left."""
        self._loop.set_exception_handler(self._on_mistake)
        before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}

        def told_to_end(number: signal.Signals) -> None:
            if number == signal.SIGHUP:  # a terminal that goes away may say so several times
                before[number] = signal.SIG_IGN
            self._desk.exit(128 + number)

        for number, handler in before.items():
            if handler != signal.SIG_IGN:  # nohup ignores SIGHUP
                self._loop.add_signal_handler(number, told_to_end, number)
        if self._desk.options.keep:
            self._kernel.keep()  # however the console ends
        self._client.sink = self._bridge.put
        self._client.on_change = lambda: self._bridge.call(self._fate.look)
        self._client.on_restart = lambda: self._bridge.call(self._fate.restarted)
        self._client.on_gap_end = lambda gap: self._bridge.call(partial(self._gaps.ended, gap))
        self._client.on_resumed = lambda what: self._bridge.call(partial(self._gaps.resumed, what))
        self._view.hear()
        try:
            return await self._view.app.run_async(pre_run=self._begin, set_exception_handler=False)
        except EOFError:  # the terminal has gone away
            return 128 + signal.SIGHUP
        finally:
            # All of it is closed, whatever goes wrong with one; the first of these comes last.
            with ExitStack() as ending:
                ending.callback(self._restore, before)
                ending.callback(self._cabinet.close)
                ending.callback(self._filing.close)
                ending.callback(self._keeper.close)
                ending.callback(self._desk.close)
                ending.callback(self._inquiry.close)
                ending.callback(self._let_go)
                ending.callback(self._bridge.close)

    def _let_go(self) -> None:
        """Hear no more of the client."""
        self._client.sink = lambda channel, msg: None
        self._client.on_change = None
        self._client.on_restart = self._client.on_gap_end = self._client.on_resumed = None

    def _restore(self, handlers: Mapping[signal.Signals, Any]) -> None:
        """Let signals go where they went before: what comes behind the console takes a moment too."""
        for number, handler in handlers.items():
            if self._loop.remove_signal_handler(number):
                signal.signal(number, handler)

    # -- the beginning -------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Just before the first prompt: what does not need to be ready for it, comes after it."""
        self._loop.call_soon(self._greet)

    def _greet(self) -> None:
        info = self._state.info
        self._scribe.greet(info)
        self._screen.flush()
        self._desk.spawn(self._learn_language)
        self._desk.spawn(self._desk.dressing.ask_tmux)
        if not self._kernel.silent:
            self._keeper.open(self._state.language)
        if self._kernel.busy:
            self._scribe.note(busy_note(silent=self._kernel.silent))
            self._desk.spawn(self._wait_for_shell)
        self._greeted = True
        self._cabinet.sweep()
        self._gaps.look()
        if self._desk.options.log is not None:
            self._filing.log(str(self._desk.options.log))
        if self._kernel.process is None and self._desk.options.tail > 0:
            self._desk.spawn(lambda: show_earlier(self._desk))
        if self._state.count is None and info.implementation == "ipython":
            self._desk.spawn(self._find_count)

    async def _learn_language(self) -> None:
        """Load the lexer beside the first keys: compiling its expressions takes 25 ms."""
        language = self._state.info.language_info
        self._view.lexer = await asyncio.to_thread(self._scribe.speak, language)
        self._view.app.invalidate()

    async def _wait_for_shell(self) -> None:
        info = await self._inquiry.kernel_info(None)
        self._state.shell_answers.set()
        self._desk.keep_time()
        if info is not None and self._kernel.silent:
            self._state.info = info
            self._scribe.banner(info)
            self._desk.spawn(self._learn_language)
        self._keeper.open(self._state.language)

    async def _find_count(self) -> None:
        await self._state.shell_answers.wait()
        count = await self._inquiry.execution_count()
        if self._state.count is None:
            self._state.count = count
        self._view.app.invalidate()

    # -- what prompt_toolkit asks for ------------------------------------------------------------------

    def _tell(self, text: str) -> None:
        self._scribe.note(text)

    def _keep(self, text: str) -> None:
        if not self._desk.options.private and not is_command(text):
            self._keeper.add(text)

    async def _history(self) -> list[str]:
        if not self._inquiry.possible:
            await self._state.shell_answers.wait()
        return await self._inquiry.history()

    # -- mistakes ---------------------------------------------------------------------------------------

    def _on_mistake(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A mistake of ours in a callback: told in one line; the session goes on."""
        error = context.get("exception") or context.get("message")
        self._client.log.error("mistake in the console", exc_info=context.get("exception"))
        self._scribe.note(f"a mistake in kconsole itself: {error!r}", "error")
