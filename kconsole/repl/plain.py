"""The console a line at a time: for ``TERM=dumb``, Emacs' shell, screen readers and expect scripts.

The same cells, the same answers, the same Ctrl-C and Ctrl-D, but the terminal's own line editing, and not
one escape sequence that moves the cursor. What others do with the kernel is not shown.
"""

import getpass
import sys

from kconsole.client.execution import Execution
from kconsole.client.kernel import Kernel
from kconsole.errors import ChannelError, KernelDiedError, ReplyTimeoutError
from kconsole.protocol import requests
from kconsole.protocol.completeness import ANSWER_WITHIN_S, is_complete
from kconsole.protocol.events import Event, InputRequest
from kconsole.protocol.message import Message
from kconsole.protocol.replies import IsCompleteReply, KernelInfo
from kconsole.render.output import Renderer, RenderOptions
from kconsole.render.sanitise import one_line, sanitise
from kconsole.repl.farewell import is_farewell
from kconsole.repl.prompts import continuation, input_prompt

__all__ = ["PlainConsole"]

_INTERRUPT_S = 3.0


class PlainConsole:
    """One session of the plain console.

    Parameters:
        kernel: ready to be used.
        color: whether to use colours.
    """

    def __init__(self, kernel: Kernel, *, color: bool) -> None:
        self._kernel = kernel
        self._client = kernel.client
        self._info = kernel.info or KernelInfo()
        self._renderer = Renderer(RenderOptions(color=color))
        self._count: int | None = 0 if kernel.process is not None else None

    def run(self) -> int:
        """Read and run cells until the end of the input.

        Returns:
            The exit status: 0, or 4 if the kernel has died.
        """
        self._client.sink = lambda channel, msg: None
        banner = sanitise(self._info.banner, "code").strip()
        self._write(f"{banner}\n\n" if banner else "")
        while True:
            try:
                code = self._read_cell()
                if is_farewell(code, self._info.language_info.name):
                    return 0
                if code.strip():
                    self._run_cell(code)
            except EOFError:
                self._write("\n")
                return 0
            except KeyboardInterrupt:
                self._write("\n")
            except KernelDiedError as error:
                self._note(str(error))
                return 4

    def _read_cell(self) -> str:
        """Read lines until they are a complete cell, or until an empty one."""
        prompt = input_prompt(None if self._count is None else self._count + 1)
        lines = [input(prompt)]
        while lines[-1].strip() and self._ask_is_complete("\n".join(lines)).status == "incomplete":
            lines.append(input(continuation(prompt)))
        return "\n".join(lines)

    def _ask_is_complete(self, code: str) -> IsCompleteReply:
        try:
            reply = self._client.is_complete(code, reply=True, timeout=ANSWER_WITHIN_S)
        except ReplyTimeoutError:
            return is_complete(None, code, self._info.language_info.name)
        assert not isinstance(reply, str)
        return is_complete(reply, code, self._info.language_info.name)

    def _run_cell(self, code: str) -> None:
        with Execution(self._client, requests.execute_request(code)) as execution:
            try:
                self._follow(execution, None)
            except KeyboardInterrupt:
                try:
                    self._client.interrupt()
                    self._follow(execution, _INTERRUPT_S)
                except (ReplyTimeoutError, KeyboardInterrupt, ChannelError):
                    self._note("not waiting for the cell any more; the kernel may still run it")
        cell = execution.cell
        if cell.unshown_error is not None:
            self._show(cell.unshown_error)
        self._write(self._renderer.end_cell())
        for payload in cell.reply.payload if cell.reply is not None else ():
            if payload.get("source") == "page":
                self._write(self._renderer.page(payload))
        self._count = cell.execution_count or (self._count or 0) + 1

    def _follow(self, execution: Execution, timeout: float | None) -> None:
        for step in execution.steps(timeout):
            if isinstance(step.event, InputRequest):
                self._answer(step.event, step.msg)
            else:
                self._show(step.event)

    def _answer(self, request: InputRequest, msg: Message) -> None:
        prompt = one_line(request.prompt)
        try:
            value = getpass.getpass(prompt or "Password: ") if request.password else input(prompt)
        except EOFError:
            value = self._kernel.end_of_input
        self._client.input(value, parent=msg)

    def _show(self, event: Event) -> None:
        self._write(self._renderer.render(event))

    def _write(self, text: str) -> None:
        if text:
            sys.stdout.write(text)
            sys.stdout.flush()

    def _note(self, text: str) -> None:
        self._write(one_line(text) + "\n")
