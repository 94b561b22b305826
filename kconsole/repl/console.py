"""The interactive console: what happens when a key is pressed and when a message comes.

Everything here runs in one event loop. Messages come through the bridge, keys through prompt_toolkit;
neither ever waits for the other. What is written goes to the screen, above a prompt that stays.
"""

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from prompt_toolkit.formatted_text import StyleAndTextTuples

from kconsole.client.health import Health
from kconsole.client.kernel import Kernel
from kconsole.client.router import Item
from kconsole.errors import KconsoleError
from kconsole.protocol.activity import Activity
from kconsole.protocol.completeness import locally_complete
from kconsole.protocol.events import (
    Event,
    ExecuteInput,
    InputRequest,
    ShutdownReply,
    Status,
    parse_event,
)
from kconsole.protocol.message import Message
from kconsole.protocol.replies import CompleteReply, KernelInfo, parse_execute_reply
from kconsole.render.sanitise import one_line
from kconsole.repl.bridge import Bridge
from kconsole.repl.completer import KernelCompleter
from kconsole.repl.farewell import is_farewell
from kconsole.repl.history import KernelHistory
from kconsole.repl.inquiry import Inquiry
from kconsole.repl.keys import key_bindings
from kconsole.repl.prompts import continuation, input_prompt
from kconsole.repl.queue import CellQueue, Running
from kconsole.repl.scribe import Scribe
from kconsole.repl.toolbar import Facts, toolbar
from kconsole.repl.view import View

__all__ = ["Console", "run_console"]

_IGNORED_INTERRUPT_S = 3.0
_SLOW_SHELL_S = 0.3
_END_OF_TRANSMISSION = "\x04"  # what IPython's input() takes for Ctrl-D


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
    """One session of the console. To be made and run inside an event loop.

    Attributes:
        question: the kernel's input_request that waits for an answer, and None while there is none.
    """

    def __init__(self, kernel: Kernel, *, color: bool) -> None:
        self._kernel = kernel
        self._client = kernel.client
        self._info = kernel.info or KernelInfo()
        self._loop = asyncio.get_running_loop()
        self._inquiry = Inquiry(self._client)
        self._cells = CellQueue()
        self._activity = Activity()
        #: Set as soon as the kernel's shell is known to answer; until then another's cell runs there.
        self._shell_answers = asyncio.Event()
        if not kernel.busy:
            self._shell_answers.set()
        self._count: int | None = 0 if kernel.process is not None else None
        self._health = self._client.health
        self._notice = ""
        self._leaving = False
        self._cell_timer: asyncio.TimerHandle | None = None
        self._clock: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.question: Message | None = None
        self._question_prompt = ""
        self._view = View(
            self,
            key_bindings(self),
            KernelCompleter(self._complete),
            KernelHistory(self._history),
            sys.stdin,
            sys.stdout,
        )
        self._screen = self._view.screen
        self._scribe = Scribe(self._screen, color=color)
        self._bridge = Bridge(self._loop, self._receive, self._after_bite, self._look_at_health)

    async def run(self) -> int:
        """Show the prompt, and stay until the console is left."""
        self._loop.set_exception_handler(self._on_mistake)
        for number in (signal.SIGTERM, signal.SIGHUP):
            self._loop.add_signal_handler(number, self._exit, 128 + number)
        self._client.sink = self._bridge.put
        self._client.on_change = self._bridge.change
        app = self._view.app
        try:
            return await app.run_async(pre_run=self._begin, set_exception_handler=False)
        except EOFError:  # the terminal has gone away
            return 128 + signal.SIGHUP
        finally:
            self._bridge.close()
            self._client.sink = lambda channel, msg: None
            self._client.on_change = None
            for task in self._tasks:
                task.cancel()

    def _begin(self) -> None:
        """Just before the first prompt: what does not need to be ready for it, comes after it."""
        self._loop.call_soon(self._greet)

    def _greet(self) -> None:
        self._scribe.banner(self._info)
        self._view.lexer, self._view.code_style = self._scribe.speak(self._info.language_info)
        self._screen.flush()
        if self._kernel.busy:
            self._spawn(self._wait_for_shell)
            self._loop.call_later(_SLOW_SHELL_S, self._tell_if_busy)
        if self._count is None and self._info.implementation == "ipython":
            self._spawn(self._find_count)

    async def _wait_for_shell(self) -> None:
        await self._inquiry.shell_answers()
        self._shell_answers.set()
        self._keep_time()

    def _tell_if_busy(self) -> None:
        """Unless the kernel was only slower on shell than on control, as every kernel is that starts."""
        if not self._shell_answers.is_set():
            self._scribe.note("the kernel is busy; what you enter waits for it")

    @property
    def _working(self) -> bool:
        """Whether the kernel is at work, for whomever."""
        return self._activity.state == "busy" or not self._shell_answers.is_set()

    # -- what the view shows -------------------------------------------------------------------------

    @property
    def file_extension(self) -> str:
        """Of a file with code in the kernel's language."""
        extension = self._info.language_info.file_extension
        return extension if extension.startswith(".") and extension[1:].isalnum() else ".txt"

    def prompt(self, first: bool) -> StyleAndTextTuples:
        """The prompt of the input's first line, or of the others."""
        text = input_prompt(self._next_number())
        return [("class:prompt", text if first else continuation(text))]

    def question_prompt(self, first: bool) -> StyleAndTextTuples:
        """The prompt of the kernel's question."""
        return [("class:question", self._question_prompt if first else "")]

    def toolbar(self) -> StyleAndTextTuples:
        """The line at the bottom."""
        running = self._cells.running
        language = self._info.language_info
        now = time.monotonic()
        facts = Facts(
            kernel=self._client.info.kernel_name or self._info.implementation or "kernel",
            language=f"{language.name} {language.version}".strip(),
            info=self._client.info,
            health=self._client.health,
            busy_since=running.cell.started if running else None,
            cell=running.cell.execution_count if running else None,
            queued=len(self._cells),
            working=self._working,
            asking=self.question is not None,
            notice=self._notice,
        )
        return list(toolbar(facts, now, self._view.app.output.get_size().columns))

    def _next_number(self) -> int | None:
        if self._count is None:
            return None
        return self._count + 1 + len(self._cells) + (self._cells.running is not None)

    # -- keys ----------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Enter: run the cell if it is complete, else start a new line."""
        buffer = self._view.buffer
        buffer.complete_state = None
        document = buffer.document
        if not document.text.strip():
            self._blank()
        elif not document.text_after_cursor.strip() or document.line_count == 1:
            self._decide(document.text)
        else:
            buffer.newline()

    def submit(self) -> None:
        """Run the cell as it is, or queue it behind the one that runs."""
        buffer = self._view.buffer
        code = buffer.text.rstrip()
        if not code:
            return
        self._leaving = False
        if is_farewell(code, self._info.language_info.name):
            self._leave_by_word(code)
            return
        buffer.append_to_history()
        buffer.reset()
        self._cells.add(code)
        self._run_next()

    def answer(self) -> None:
        """Enter at the kernel's question: send the answer."""
        request = self.question
        if request is None:
            return
        hidden = self._view.password
        if not hidden:
            self._view.answer.append_to_history()
        text = self._close_question()
        self._scribe.answer(self._question_prompt, "" if hidden else text)
        with suppress(KconsoleError):
            self._client.input(text, parent=request)

    def interrupt(self) -> None:
        """Ctrl-C: interrupt the running cell; a second one gives it up; without one, clear the line."""
        running = self._cells.running
        if running is None:
            if self._working:
                self._send_interrupt()
            self._view.buffer.reset()
        elif running.interrupted_at is None:
            running.interrupted_at = time.monotonic()
            self._send_interrupt()
            self._loop.call_later(_IGNORED_INTERRUPT_S, self._check_interrupt, running)
        else:
            self._abandon()

    def end_of_file(self) -> None:
        """Ctrl-D on an empty line: leave; at the kernel's question, the end of its input."""
        if self.question is not None:
            self._view.answer.text = (
                _END_OF_TRANSMISSION if self._info.implementation == "ipython" else ""
            )
            self.answer()
        elif self._cells.running and self._kernel.process is not None and not self._leaving:
            self._leaving = True
            self._scribe.note(
                "a cell is running; Ctrl-D again leaves, and stops the kernel", "warning"
            )
        else:
            self._exit(4 if self._health.state == "gone" else 0)

    def _blank(self) -> None:
        """Enter on an empty line: a new prompt, as a shell does."""
        self._view.buffer.reset()
        if self._cells.running is None:
            self._scribe.echo(input_prompt(self._next_number()), "")

    def _decide(self, code: str) -> None:
        """Find out whether code is complete; keys typed meanwhile wait for the decision."""
        language = self._info.language_info.name
        last_line_empty = "\n" in code and not code.rsplit("\n", 1)[1].strip()
        if last_line_empty:  # some kernels call everything incomplete: this always runs
            self.submit()
        elif self._cells.running is not None or self._working:
            guess = locally_complete(code, language)
            self._apply(guess.status, guess.indent)
        elif self._health.state == "gone":
            self.submit()
        else:
            self._view.gate.close(self._view.app)
            self._spawn(self._ask_is_complete)

    async def _ask_is_complete(self) -> None:
        try:
            opinion = await self._inquiry.is_complete(
                self._view.buffer.text, self._info.language_info.name
            )
            self._apply(opinion.status, opinion.indent)
        finally:
            self._view.gate.open(self._view.app)

    def _apply(self, status: str, indent: str) -> None:
        if status == "incomplete":
            buffer = self._view.buffer
            buffer.cursor_position = len(buffer.text)
            buffer.insert_text("\n" + indent)
        else:
            self.submit()

    # -- cells ---------------------------------------------------------------------------------------

    def _run_next(self) -> None:
        code = self._cells.next()
        if code is None:
            self._view.app.invalidate()
            return
        self._scribe.echo(input_prompt(None if self._count is None else self._count + 1), code)
        if self._health.state == "gone":
            self._scribe.note(
                f"not run: the kernel is gone ({self._health.detail}); Ctrl-D leaves", "error"
            )
            return
        try:
            msg_id = self._client.execute(code)
        except (KconsoleError, ValueError) as error:
            self._scribe.note(f"not sent: {error}", "error")
            return
        assert isinstance(msg_id, str)
        self._cells.start(msg_id, code)
        self._keep_time()

    def _finish(self, running: Running) -> None:
        """The cell is done with: say what only its reply says, and go on with the next."""
        cell = running.cell
        self._cells.end()
        self._close_question()
        if cell.unshown_error is not None:
            self._scribe.event(cell.unshown_error)
        self._scribe.end_cell()
        if cell.given_up:
            self._activity.forget(cell.msg_id)  # an idle that was lost must not leave it busy
            missing = "an execute_reply" if cell.given_up == "reply" else "an idle status"
            self._scribe.note(
                f"the kernel did not send {missing}; output may be missing", "warning"
            )
        # tslab and others do not tell the count
        self._count = (
            (self._count or 0) + 1 if cell.execution_count is None else cell.execution_count
        )
        failed = cell.saw_error if cell.reply is None else cell.reply.status != "ok"
        if failed:
            self._drop_queue()
        if cell.saw_output:
            self._screen.write("\n")
        self._obey(cell.reply.payload if cell.reply is not None else ())
        self._run_next()
        self._screen.flush()

    def _drop_queue(self) -> None:
        dropped = self._cells.drop()
        if dropped:
            what = "cell" if len(dropped) == 1 else f"{len(dropped)} cells"
            self._scribe.note(f"dropped the {what} that waited: {dropped[0]}", "warning")

    def _obey(self, payloads: Sequence[Mapping[str, Any]]) -> None:
        """Do what a kernel asks of its front-end, as far as it is only about showing."""
        inputs = []
        for payload in payloads:
            source, text = payload.get("source"), payload.get("text")
            if source == "page":
                self._scribe.page(payload)
            elif source == "set_next_input" and isinstance(text, str):
                inputs.append(text.replace("\r\n", "\n").removesuffix("\n"))
            elif source == "ask_exit":
                self._exit(0)
        if inputs:
            self._suggest("\n".join(inputs))

    def _suggest(self, code: str) -> None:
        """Put a kernel's code at the prompt, never run it; what is being typed there stays."""
        buffer = self._view.buffer
        if buffer.text:
            buffer.history.append_string(code)
            buffer.reset(buffer.document)  # so that it takes up its history anew
            self._scribe.note("the kernel suggests an input; Up shows it")
        else:
            buffer.text = code
            buffer.cursor_position = len(code)

    def _send_interrupt(self) -> None:
        try:
            self._client.interrupt()
        except KconsoleError as error:
            self._scribe.note(f"not interrupted: {error}", "error")
        if self.question is not None:
            self._close_question()
            self._screen.write(f"{self._question_prompt}^C\n")

    def _check_interrupt(self, running: Running) -> None:
        if self._cells.running is running:
            self._scribe.note(
                f"no reaction to the interrupt for {_IGNORED_INTERRUPT_S:.0f} s; "
                "Ctrl-C again gives the cell up, Ctrl-D leaves",
                "warning",
            )

    def _abandon(self) -> None:
        self._cells.abandon()
        self._close_question()
        self._scribe.end_cell()
        self._scribe.note(
            "not waiting for the cell any more; the kernel may still run it", "warning"
        )
        self._drop_queue()
        self._view.app.invalidate()

    # -- messages --------------------------------------------------------------------------------------

    def _receive(self, item: Item) -> None:
        """One message has come through the bridge."""
        msg = item.msg
        if item.channel == "shell":
            self._shell_answers.set()
        if item.channel == "stdin":
            self._ask_user(msg)
        elif item.channel == "iopub":
            self._take_output(msg)
        elif not self._inquiry.take(msg) and self._is_running(msg):
            running = self._cells.running
            if msg["msg_type"] == "execute_reply" and running is not None:
                running.cell.receive(parse_execute_reply(msg), time.monotonic())

    def _is_running(self, msg: Message) -> bool:
        running = self._cells.running
        return running is not None and msg["parent_header"].get("msg_id") == running.cell.msg_id

    def _take_output(self, msg: Message) -> None:
        event = parse_event(msg)
        if isinstance(event, Status):
            self._activity.receive(msg)
            self._keep_time()
        running = self._cells.running
        if event.parent.msg_id in self._cells.abandoned:
            return
        if running is not None and event.parent.msg_id == running.cell.msg_id:
            running.cell.receive(event, time.monotonic())
        elif running is not None:
            running.cell.traffic(time.monotonic())
        if isinstance(event, ExecuteInput):
            self._take_input(event)
        elif isinstance(event, ShutdownReply):
            self._scribe.note("the kernel was asked to " + ("restart" if event.restart else "end"))
        else:
            self._scribe.event(event)

    def _take_input(self, event: ExecuteInput) -> None:
        """The kernel has begun with a cell: of ours, then it is shown already; or of others."""
        if event.parent.session and event.parent.session != self._client.session.session:
            self._scribe.foreign_input(event)
            if event.execution_count is not None:
                self._count = event.execution_count
        elif self._count is None and event.execution_count is not None:
            self._count = event.execution_count - 1  # the cells before this one

    def _ask_user(self, msg: Message) -> None:
        """The kernel asks for input: for a cell of ours, or it is none of our business."""
        event: Event = parse_event(msg)
        if not isinstance(event, InputRequest) or not self._is_running(msg):
            return
        self._scribe.end_cell()
        above, _, prompt = event.prompt.rpartition("\n")
        self._scribe.question(above)
        # ipykernel's getpass sends no prompt at all
        self._question_prompt = one_line(prompt) or ("Password: " if event.password else "")
        self._screen.flush()  # what was said before the question stands above it
        self.question = msg
        self._view.ask(password=event.password)

    def _close_question(self) -> str:
        if self.question is None:
            return ""
        self.question = None
        return self._view.stop_asking()

    def _after_bite(self) -> None:
        """After some messages: is the cell done, or when is it to be looked at again?"""
        if self._cell_timer is not None:
            self._cell_timer.cancel()
            self._cell_timer = None
        running = self._cells.running
        if running is None:
            return
        running.cell.poll(time.monotonic())
        if running.cell.finished:
            self._finish(running)
        elif (deadline := running.cell.deadline()) is not None:
            self._cell_timer = self._loop.call_at(deadline, self._after_bite)

    # -- the kernel's health -------------------------------------------------------------------------

    def _look_at_health(self) -> None:
        before, self._health = self._health, self._client.health
        if self._health.state == "gone" and before.state != "gone":
            self._mourn(self._health)
        elif before.state == "gone" and self._health.state == "ok":
            self._spawn(self._welcome_back)
        self._keep_time()

    def _mourn(self, health: Health) -> None:
        """The kernel is dead: nothing that was asked of it will be answered."""
        self._inquiry.give_up()
        self._activity.clear()
        self._shell_answers.set()
        self._cells.end()
        self._close_question()
        self._scribe.end_cell()
        self._scribe.note(f"the kernel died: {health.detail}", "error")
        self._drop_queue()
        self._screen.flush()

    async def _welcome_back(self) -> None:
        """Something listens again where the kernel was: a new one, in all likelihood."""
        info = await self._inquiry.kernel_info()
        if info is None:
            return
        self._info = info
        self._count = 0
        self._scribe.note("a kernel is there again; it has been restarted")

    # -- the rest ------------------------------------------------------------------------------------

    async def _complete(self, code: str, cursor: int) -> CompleteReply | None:
        if self._cells.running is not None or self._working:
            await self._say("no completions while the kernel is busy")
            return None
        self._notice = "completing"
        self._view.app.invalidate()
        try:
            return await self._inquiry.complete(code, cursor)
        finally:
            self._notice = ""
            self._view.app.invalidate()

    async def _say(self, notice: str) -> None:
        """Show something in the toolbar for a moment."""
        self._notice = notice
        self._view.app.invalidate()
        self._loop.call_later(2.0, self._unsay, notice)

    def _unsay(self, notice: str) -> None:
        if self._notice == notice:
            self._notice = ""
            self._view.app.invalidate()

    async def _history(self) -> list[str]:
        await self._shell_answers.wait()
        return await self._inquiry.history()

    async def _find_count(self) -> None:
        await self._shell_answers.wait()
        count = await self._inquiry.execution_count()
        if self._count is None:
            self._count = count
        self._view.app.invalidate()

    def _leave_by_word(self, code: str) -> None:
        self._scribe.echo(input_prompt(self._next_number()), code)
        if self._kernel.process is None:
            self._scribe.note("left; the kernel stays")
        self._exit(0)

    def _exit(self, status: int) -> None:
        self._screen.end_line()
        self._screen.flush()
        if not self._view.app.is_done:
            self._view.app.exit(result=status)

    def _keep_time(self) -> None:
        """Draw the toolbar's clock once a second, as long as there is anything to time; not at rest."""
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
        if self._cells.running or self._working or self._health.state == "late":
            self._clock = self._loop.call_later(1.0, self._keep_time)
        self._view.app.invalidate()

    def _spawn(self, start: Callable[[], Any]) -> None:
        task = self._loop.create_task(start())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _on_mistake(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A mistake of ours in a callback: told in one line; the session goes on."""
        error = context.get("exception") or context.get("message")
        self._client.log.error("mistake in the console", exc_info=context.get("exception"))
        self._scribe.note(f"a mistake in kconsole itself: {error!r}", "error")
