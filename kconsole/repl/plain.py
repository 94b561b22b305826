"""The console a line at a time: for ``TERM=dumb``, Emacs' shell, screen readers and expect scripts.

The same cells, the same answers, the same Ctrl-C and Ctrl-D, but the terminal's own line editing, and not
one escape sequence that moves the cursor. What others do with the kernel is not shown.
"""

import sys
from contextlib import ExitStack
from queue import Empty, SimpleQueue

from kconsole.client.execution import Execution
from kconsole.client.health import LOOK_S, Health
from kconsole.client.interrupts import held_signals
from kconsole.client.kernel import Kernel
from kconsole.client.leaving import leave, way_back
from kconsole.client.linereader import LineReader, answer_with_line
from kconsole.errors import ChannelError, KernelDiedError, KernelRestartedError, ReplyTimeoutError
from kconsole.protocol import requests
from kconsole.protocol.cell import INTERRUPT_S
from kconsole.protocol.completeness import ANSWER_WITHIN_S, is_complete
from kconsole.protocol.events import ErrorOutput, Event, InputRequest
from kconsole.protocol.farewell import is_farewell
from kconsole.protocol.message import Message
from kconsole.protocol.replies import IsCompleteReply, KernelInfo
from kconsole.protocol.wishes import Wishes, parse_wishes
from kconsole.render.greeting import banner
from kconsole.render.output import Renderer, RenderOptions
from kconsole.render.sanitise import one_line, sanitise
from kconsole.repl.prompts import continuation, input_prompt

__all__ = ["PlainConsole"]


class PlainConsole:
    """One session of the plain console.

    :param kernel: ready to be used.
    :param color: whether to use colours.
    """

    def __init__(self, kernel: Kernel, *, color: bool) -> None:
        self._kernel = kernel
        self._client = kernel.client
        self._info = kernel.info or KernelInfo()
        self._renderer = Renderer(RenderOptions(color=color))
        self._reader = LineReader(sys.stdin.fileno(), self._write, sys.stdin.encoding)
        self._count: int | None = 0 if kernel.process is not None else None
        self._left = False

    def run(self) -> int:
        """Read and run cells until the end of the input.

        :return: the exit status: 0, or 4 if the kernel has died.
        """
        self._client.sink = lambda channel, msg: None
        self._write(banner(self._info.banner))
        while not self._left:
            try:
                code = self._read_cell()
                if is_farewell(code, self._info.language_info.name):
                    self._leave(keep=self._kernel.process is None)
                elif code.strip():
                    self._run_cell(code)
            except EOFError:
                break
            except KeyboardInterrupt:
                continue
            except KernelRestartedError as error:
                self._write(self._renderer.end_cell())
                self._note(str(error))
                self._count = 0
            except KernelDiedError as error:
                self._note(str(error))
                return 4
        return 0

    # -- reading -------------------------------------------------------------------------------------

    def _read_cell(self) -> str:
        """Read lines until they are a complete cell, or until an empty one."""
        prompt = input_prompt(None if self._count is None else self._count + 1)
        lines = [self._read_line(prompt)]
        while lines[-1].strip() and self._ask_is_complete("\n".join(lines)).status == "incomplete":
            lines.append(self._read_line(continuation(prompt)))
        return "\n".join(lines)

    def _read_line(self, prompt: str) -> str:
        """Read a line, while watching the kernel.

        :raise EOFError: the input has ended.
        :raise KernelDiedError: the kernel has.
        """
        # Filled by the reader's thread with the line, by the client's I/O thread with news of health.
        news: SimpleQueue[str | Health | None] = SimpleQueue()
        self._client.on_change = lambda: news.put(self._client.health)
        try:
            with self._reader:
                self._reader.begin(prompt, news.put)
                line = self._watch(news)
        finally:
            self._client.on_change = None
        if line is None:
            raise EOFError
        return line

    def _watch(self, news: "SimpleQueue[str | Health | None]") -> str | None:
        item: str | Health | None = self._client.health
        while isinstance(item, Health):
            if item.state == "gone":
                raise KernelDiedError(f"the kernel is gone: {item.detail}")
            try:
                item = news.get(timeout=LOOK_S)
            except Empty:
                item = self._client.health
        return item

    def _ask_is_complete(self, code: str) -> IsCompleteReply:
        try:
            reply = self._client.is_complete(code, reply=True, timeout=ANSWER_WITHIN_S)
        except ReplyTimeoutError:
            return is_complete(None, code, self._info.language_info.name)
        except KeyboardInterrupt:
            self._write("\n")
            raise
        assert not isinstance(reply, str)
        return is_complete(reply, code, self._info.language_info.name)

    # -- running -------------------------------------------------------------------------------------

    def _run_cell(self, code: str) -> None:
        execution = Execution(self._client, requests.execute_request(code))
        with ExitStack() as stack:
            try:
                with held_signals():
                    stack.enter_context(execution)
                    stack.enter_context(self._reader)
                self._follow(execution, None)
            except KeyboardInterrupt:
                self._interrupt(execution)
        cell = execution.cell
        if cell.unshown_error is not None:
            self._show(cell.unshown_error)
        self._write(self._renderer.end_cell())
        self._count = cell.execution_count or (self._count or 0) + 1
        self._obey(_wishes(execution))

    def _follow(self, execution: Execution, timeout: float | None) -> None:
        try:
            for step in execution.steps(timeout):
                if isinstance(step.event, InputRequest):
                    self._ask(step.event, step.msg)
                    continue
                if isinstance(step.event, ErrorOutput):
                    self._reader.call_off()  # the cell has ended, whatever it was asking
                self._show(step.event)
        except KernelDiedError:
            if not _wishes(execution).leave:  # then it ends because the cell said so
                raise

    def _interrupt(self, execution: Execution) -> None:
        """Ctrl-C: interrupt the kernel if it can be; a second time for the same cell: give it up."""
        try:
            self._reader.call_off()
            try:
                self._client.interrupt()
                self._follow(execution, INTERRUPT_S)
                return
            except ReplyTimeoutError:
                self._note(
                    f"no reaction to the interrupt for {INTERRUPT_S:.0f} s; "
                    "Ctrl-C again gives the cell up"
                )
            except ChannelError as error:  # as kernels before protocol 5 have no control channel
                self._note(f"not interrupted: {error}; Ctrl-C again gives the cell up")
            self._follow(execution, None)
        except KeyboardInterrupt:
            self._note("not waiting for the cell any more; the kernel may still run it")

    def _ask(self, request: InputRequest, msg: Message) -> None:
        prompt = one_line(request.prompt) or ("Password: " if request.password else "")
        answer_with_line(self._kernel, self._reader, msg, prompt, hidden=request.password)

    def _obey(self, wishes: Wishes) -> None:
        """Do what the cell asks of its front-end, as far as a line at a time can."""
        for page in wishes.pages:
            self._write(self._renderer.page(page))
        if wishes.next_input:
            self._note("the kernel suggests an input:")
            self._write(sanitise(wishes.next_input, "code") + "\n")
        if wishes.leave:
            self._leave(keep=wishes.keep_kernel)

    def _leave(self, *, keep: bool) -> None:
        self._left = True
        self._note(leave(self._kernel, keep=keep) + (way_back(self._kernel) if keep else ""))

    # -- writing -------------------------------------------------------------------------------------

    def _show(self, event: Event) -> None:
        self._write(self._renderer.render(event))

    def _write(self, text: str) -> None:
        if text:
            sys.stdout.write(text)
            sys.stdout.flush()

    def _note(self, text: str) -> None:
        self._write(one_line(text) + "\n" if text else "")


def _wishes(execution: Execution) -> Wishes:
    reply = execution.cell.reply
    return parse_wishes(reply.payload if reply is not None else ())
