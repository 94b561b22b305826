"""The console a line at a time: for ``TERM=dumb``, Emacs' shell, screen readers and expect scripts.

The same cells, the same answers, the same Ctrl-C and Ctrl-D, but the terminal's own line editing, and not
one escape sequence that moves the cursor. What others do with the kernel is not shown.
"""

import io
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing, suppress
from dataclasses import replace

from kconsole.client.comms import CommCloser
from kconsole.client.earlier import earlier_cells
from kconsole.client.execution import Execution
from kconsole.client.interrupts import CtrlC, held_signals
from kconsole.client.kernel import Kernel
from kconsole.client.leaving import leave, stays, way_back
from kconsole.client.linereader import LineReader, answer_with_line
from kconsole.errors import (
    ChannelError,
    KernelDiedError,
    KernelNotReadyError,
    KernelRestartedError,
    LinkDownError,
    LinkLostError,
    ReplyTimeoutError,
)
from kconsole.protocol import requests
from kconsole.protocol.cell import INTERRUPT_S
from kconsole.protocol.events import ErrorOutput, Event, InputRequest
from kconsole.protocol.farewell import is_farewell
from kconsole.protocol.message import Message
from kconsole.protocol.replies import HistoryRow, KernelInfo
from kconsole.protocol.wishes import Wishes
from kconsole.render.cabinet import Cabinet, cabinet_root
from kconsole.render.cells import wrapped
from kconsole.render.earlier import earlier_text
from kconsole.render.errorlook import ErrorLook
from kconsole.render.greeting import banner, busy_note, greeting
from kconsole.render.labels import closed_note, end_notes, question_prompt
from kconsole.render.output import RenderOptions
from kconsole.render.sanitise import one_line, sanitise
from kconsole.render.style import Role
from kconsole.render.views import LastViews, WidgetViews
from kconsole.repl.options import ConsoleOptions
from kconsole.repl.plain.commands import PlainCommands
from kconsole.repl.plain.history import PlainHistory
from kconsole.repl.plain.link import PlainLink
from kconsole.repl.plain.log import PlainLog
from kconsole.repl.plain.reading import PlainReading
from kconsole.repl.plain.renderer import PlainRenderer, columns
from kconsole.repl.plain.reviving import PlainReviving
from kconsole.repl.screen.lasterror import LastError
from kconsole.repl.screen.prompts import continuation, input_prompt

__all__ = ["PlainConsole"]

#: Between the end of what a restart has cut short and the news of it, in seconds: they come together.
_NEWS_S = 1.0
#: How long the kernel may take to tell what it has run, in seconds: the first prompt waits for it.
_EARLIER_S = 2.0
_WIDE = 80  # columns of a terminal that does not tell


class PlainConsole:
    """One session of the plain console.

    :param kernel: ready to be used.
    :param options: how the user wants it; what needs a screen of its own counts for nothing here.
    """

    def __init__(self, kernel: Kernel, options: ConsoleOptions) -> None:
        self._kernel = kernel
        self._client = kernel.client
        self._info = kernel.info or KernelInfo()
        self._options = options
        self._timing = options.timing
        errors = ErrorLook(options.tb, options.style, r"\tb" if sys.stdout.isatty() else "")
        look = RenderOptions(color=options.color, style=options.style, mime=options.mime)
        render = replace(look, errors=errors, width=columns)
        cabinet = Cabinet(cabinet_root())
        cabinet.sweep()
        self._renderer = PlainRenderer(options, render, cabinet)
        self._error = LastError(color=options.color, style=options.style)
        self._widgets = LastViews(WidgetViews(lambda: columns() or _WIDE, color=False))
        self._closer = CommCloser(self._client)
        self._reader = LineReader(sys.stdin.fileno(), self.write, sys.stdin.encoding)
        self._count: int | None = 0 if kernel.process is not None else None
        if options.ran is not None:
            self._count = options.ran
        self._left = False
        self._reading = PlainReading(
            self._client, self._reader, self.write, lambda: self._reviving.dead
        )
        self._history = PlainHistory(kernel, options, self)
        self._log = PlainLog(kernel, self, lambda: self._renderer.whole)
        self._link = PlainLink(kernel, self)
        self._commands = PlainCommands(
            kernel, self, self._history, self._log, self._link.reconnect, self._error, cabinet
        )
        self._reviving = PlainReviving(kernel, self, self._reader, self._obey_input)

    # -- what the commands use -------------------------------------------------------------------------

    @property
    def timing(self) -> bool:
        """Whether to say after each cell how long it took."""
        return self._timing

    @timing.setter
    def timing(self, wanted: bool) -> None:
        self._timing = wanted

    def write(self, text: str) -> None:
        """Write text that is safe."""
        if text:
            sys.stdout.write(text)
            sys.stdout.flush()

    def note(self, text: str, _role: Role = "note") -> None:
        """Say something in lines of its own."""
        if text:
            self.write("".join(f"{line}\n" for line in wrapped(one_line(text), columns())))

    def ask(self, prompt: str) -> str:
        """Ask the user for a line.

        :raise EOFError: the input has ended.
        :raise KernelDiedError: the kernel has.
        """
        return self._reading.line(prompt)

    def run_code(self, code: str) -> None:
        """Run a cell."""
        self._run_cell(code)

    def farewell(self) -> None:
        """End the session; the kernel lives on if it is not ours, or if the options want that."""
        self._leave(keep=self._kernel.process is None or self._options.keep)

    def end(self) -> None:
        """End the session without a word."""
        self._left = True

    def _leave(self, *, keep: bool) -> None:
        self._left = True
        if not self._reviving.dead:
            self.note(leave(self._kernel, keep=keep) + (way_back(self._kernel) if keep else ""))

    def begin_anew(self) -> None:
        """The kernel is a new one."""
        self._reading.renewed.clear()
        self._reviving.dead = False
        self._count = 0

    # -- the session -----------------------------------------------------------------------------------

    def run(self) -> int:
        """Read and run cells until the end of the input.

        :return: the exit status: 0, or 4 if the kernel has died.
        """
        self._client.sink = lambda channel, msg: None
        self._client.on_restart = self._reading.note_restart
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # what it cannot show must not end the session
        self._greet()
        step: Callable[[], int | None] = self._begin
        status = None
        with CtrlC() as ctrl_c, closing(self._log), self._link.news:
            while status is None:
                try:
                    ctrl_c.counts = True
                    step, now = self._step, step
                    status = now()
                    ctrl_c.counts = False
                except KeyboardInterrupt:
                    ctrl_c.counts = False
        return status

    def _greet(self) -> None:
        text = self._info.banner
        if sys.stdout.isatty():
            self.write(greeting(text, columns() or _WIDE, color=self._options.color))
        else:
            self.write(banner(text))

    def _begin(self) -> int | None:
        """Show what the kernel has run, and is at; returns the exit status, if the session is over."""
        if self._options.log is not None:
            self._log.log(str(self._options.log))
        try:
            if self._kernel.process is None and self._options.tail > 0:
                self._show_earlier()
        except ReplyTimeoutError:
            pass  # it has more urgent things to do than to remember
        except (KernelRestartedError, LinkDownError, LinkLostError):
            pass  # told by the next step
        except KernelDiedError as error:
            return None if self._reviving.mourn(error) else 4
        if self._kernel.busy:
            self.note(busy_note(silent=self._kernel.silent))
        return None

    def _show_earlier(self) -> None:
        rows = earlier_cells(self._kernel, self._options.tail, _EARLIER_S)
        if not rows:
            return
        self.write(
            earlier_text(rows, self._earlier_input, self._renderer, color=self._options.color)
        )
        if self._info.implementation == "ipython":  # others may number otherwise
            self._count = rows[-1].line

    def _earlier_input(self, row: HistoryRow) -> str:
        prompt = input_prompt(row.line)
        further = f"\n{continuation(prompt)}"
        return prompt + sanitise(row.source, "code").replace("\n", further) + "\n"

    def _step(self) -> int | None:
        """Read a cell and run it; returns the exit status, if the session is over."""
        try:
            self._tell_of_restart()
            code = self._read_cell()
            self._tell_of_restart()
            self._obey_input(code)
        except EOFError:
            if self._options.keep and self._kernel.process is not None:
                self._leave(keep=True)
            return 4 if self._reviving.dead else 0
        except KernelRestartedError:
            self.write(self._renderer.end_cell())
            self._reading.renewed.wait(_NEWS_S)
            self._tell_of_restart()
        except LinkDownError as error:
            self.note(str(error))
        except LinkLostError as error:  # for good
            self.note(str(error))
            return 4
        except KernelDiedError as error:
            return None if self._reviving.mourn(error) else 4
        if not self._left:
            return None
        return 4 if self._reviving.dead else 0

    def _read_cell(self) -> str:
        private = self._options.private  # then the kernel does not count
        number = None if self._count is None or private else self._count + 1
        prompt = input_prompt(number, self._options.prompt)
        return self._reading.cell(prompt, self._info.language_info.name, self._commands.knows)

    def _obey_input(self, code: str) -> None:
        if self._commands.take(code):
            return
        if is_farewell(code, self._info.language_info.name):
            self.farewell()
        elif code.strip():
            self._history.keep(code)
            self._run_cell(code)

    def _tell_of_restart(self) -> None:
        if self._reading.renewed.is_set():
            self.begin_anew()
            self.note("the kernel was restarted")

    # -- running -------------------------------------------------------------------------------------

    def _run_cell(self, code: str) -> None:
        if self._reviving.refuse():
            return
        began = time.monotonic()
        content = requests.execute_request(code, store_history=not self._options.private)
        self._link.wait()
        look = None if self._client.carrier is None else self._link.news.look
        execution = Execution(self._client, content, joined=True, warn=self._warn, look=look)
        self._log.began(execution.msg_id, code)
        try:
            self._run(execution)
        except LinkLostError:
            self.write(self._renderer.end_cell())
            if self._client.end is not None:
                raise
            self._link.lose(execution, code, self._count, private=self._options.private)
            return
        finally:
            self._log.ended(execution.msg_id, execution.cell.execution_count)
        self._count = execution.cell.latest(self._count)
        if self._timing:
            self.note(f"{time.monotonic() - began:.3f} s")
        if self._kernel.silent:
            self._get_to_know()
        self._obey(execution.cell.wishes)

    def _run(self, execution: Execution) -> None:
        """Send a cell, and show what comes for it until it is done with."""
        with ExitStack() as stack:
            try:
                with held_signals():
                    stack.enter_context(execution)
                    stack.enter_context(self._reader)
                self._follow(execution, None)
            except KeyboardInterrupt:
                self._interrupt(execution)
        if execution.cell.unshown_error is not None:
            self._show(execution.cell.unshown_error)
        self._write_events(self._widgets.rest())
        self.write(self._renderer.end_cell())
        for note in end_notes(execution.cell):
            self.note(note)

    def _get_to_know(self) -> None:
        """Ask the kernel what it is: it was silent at first, and has now run a cell."""
        with suppress(KernelNotReadyError):
            self._info = self._kernel.renew(_NEWS_S)

    def _follow(self, execution: Execution, timeout: float | None) -> None:
        for step in execution.steps(timeout):
            self._closer.hear(step.event, step.msg)
            if isinstance(step.event, InputRequest):
                self._write_events(self._widgets.rest())
                self._ask(step.event, step.msg, execution.msg_id)
                continue
            if isinstance(step.event, ErrorOutput):
                self._reader.call_off()  # the cell has ended, whatever it was asking
            self._show(step.event)

    def _warn(self, closed: str) -> None:
        self.note(closed_note(closed))

    def _interrupt(self, execution: Execution) -> None:
        """Ctrl-C: interrupt the kernel if it can be; a second time for the same cell: give it up."""
        try:
            if not self._reader.call_off():
                self._end_echo()
            try:
                self._client.interrupt()
                self._follow(execution, INTERRUPT_S)
                return
            except ReplyTimeoutError:
                self.note(
                    f"no reaction to the interrupt for {INTERRUPT_S:.0f} s; "
                    "Ctrl-C again gives the cell up"
                )
            except ChannelError as error:  # as kernels before protocol 5 have no control channel
                self.note(f"not interrupted: {error}; Ctrl-C again gives the cell up")
            self._follow(execution, None)
        except KeyboardInterrupt:
            self._end_echo()
            self.note("not waiting for the cell any more; the kernel may still run it")

    def _ask(self, request: InputRequest, msg: Message, msg_id: str) -> None:
        prompt = question_prompt(request)
        answer_with_line(
            self._kernel,
            self._reader,
            msg,
            prompt,
            hidden=request.password,
            told=lambda line: self._log.answered(msg_id, prompt + line),
        )

    def _obey(self, wishes: Wishes) -> None:
        """Do what the cell asks of its front-end, as far as a line at a time can."""
        for page in wishes.pages:
            self.write(self._renderer.page(page))
        if wishes.next_input:
            self.note("the kernel suggests an input:")
            self.write(sanitise(wishes.next_input, "code") + "\n")
        if wishes.leave:
            self._leave(keep=stays(self._kernel, wishes))

    # -- writing -------------------------------------------------------------------------------------

    def _show(self, event: Event) -> None:
        self._write_events(self._widgets.take(event))

    def _write_events(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, ErrorOutput):
                self._error.keep(event)
            self._log.event(event)
            self.write(self._renderer.render(event))

    def _end_echo(self) -> None:
        """End the line on which the terminal, if it is one, has echoed a Ctrl-C."""
        if sys.stdout.isatty():
            self.write(self._renderer.end_echo())
