"""Cells without a console: their output to stdout and stderr, their outcome as an exit status.

stdout is exactly what the cells print and their results; everything else (errors, what they write to
stderr, our own notes) goes to stderr. The next cell is sent when the one before it has ended well: what a
kernel does with requests queued behind an error is different with each.
"""

import getpass
import io
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TextIO, cast

from kconsole.client.execution import Execution
from kconsole.client.kernel import Kernel
from kconsole.errors import KconsoleError, ReplyTimeoutError
from kconsole.protocol import requests
from kconsole.protocol.events import ErrorOutput, Event, InputRequest, Stream
from kconsole.protocol.message import Message
from kconsole.render.output import Renderer, RenderOptions
from kconsole.render.sanitise import one_line

__all__ = ["Outlet", "Runner", "Streams", "standard_streams"]

#: How long an interrupted cell may take to end, in seconds.
_INTERRUPT_S = 3.0

_INTERRUPTED = 130  # 128 + SIGINT, as a shell would say it


@dataclass(frozen=True, slots=True)
class Streams:
    """Where a script reads and writes; the three standard streams, unless a test says otherwise."""

    stdin: TextIO | None
    stdout: TextIO
    stderr: TextIO


class Outlet:
    """One of stdout and stderr: events go in, text that suits the place comes out, at once.

    Parameters:
        stream: where to write.
        color: whether colours are wanted there.
    """

    def __init__(self, stream: TextIO, *, color: bool) -> None:
        self._stream = stream
        terminal = stream.isatty()
        self._renderer = Renderer(
            RenderOptions(color=color, terminal=terminal, show_out_prompt=False)
        )

    def show(self, event: Event) -> None:
        """Write what an event says."""
        self.write(self._renderer.render(event))

    def write(self, text: str) -> None:
        """Write text that is safe, and flush it: whoever reads the other end wants it now."""
        if text:
            self._stream.write(text)
            self._stream.flush()

    def close(self) -> None:
        """End what is unfinished: a style that is still on, a sequence that never ended."""
        self.write(self._renderer.end_cell())

    def page(self, payload: Mapping[str, Any]) -> None:
        """Write what a kernel wants shown in a pager: what ``name?`` shows in IPython."""
        self.write(self._renderer.page(payload))


class Runner:
    """Runs cells in a kernel, one after the other.

    Parameters:
        kernel: ready to be used.
        streams: the standard streams.
        color: whether to colour, for stdout and for stderr.
        answers: whether stdin is free to answer the kernel's input requests.
    """

    def __init__(
        self, kernel: Kernel, streams: Streams, *, color: Mapping[str, bool], answers: bool
    ) -> None:
        self._kernel = kernel
        self._streams = streams
        self._answers = answers and streams.stdin is not None
        self._out = Outlet(streams.stdout, color=color["stdout"])
        self._err = Outlet(streams.stderr, color=color["stderr"])

    def run(self, cells: Sequence[str]) -> int:
        """Run cells until one fails.

        Returns:
            0, or 1 if a cell raised or was aborted, or 130 if it was interrupted.

        Raises:
            KernelDiedError: the kernel died on the way.
            BrokenPipeError: nobody reads our output any more.
        """
        # What other clients do is nobody's business here, and must not pile up.
        self._kernel.client.sink = lambda channel, msg: None
        status = 0
        try:
            for code in cells:
                status = self._run_cell(code)
                if status:
                    break
        finally:
            self._out.close()
            self._err.close()
        return status

    def _run_cell(self, code: str) -> int:
        content = requests.execute_request(code, allow_stdin=self._answers)
        with Execution(self._kernel.client, content, tail=self._straggles()) as execution:
            try:
                self._follow(execution, None)
            except KeyboardInterrupt:
                return self._interrupt(execution)
            except OSError:
                # Nobody reads our output any more: the kernel need not go on for nothing.
                with suppress(KconsoleError):
                    self._kernel.client.interrupt()
                raise
            return self._outcome(execution)

    def _straggles(self) -> bool:
        """Whether results may come after the end of a cell.

        ipykernel writes a cell's output and its idle from one thread to one socket; deno and others
        do not, and it is not told by any feature. So the wait is spared only where it is known that
        nothing can come.
        """
        info = self._kernel.info
        return info is None or info.implementation != "ipython"

    def _follow(self, execution: Execution, timeout: float | None) -> None:
        for step in execution.steps(timeout):
            event = step.event
            if isinstance(event, InputRequest):
                self._answer(event, step.msg)
            elif isinstance(event, ErrorOutput) or (
                isinstance(event, Stream) and event.name == "stderr"
            ):
                self._err.show(event)
            elif step.channel == "iopub":
                self._out.show(event)

    def _outcome(self, execution: Execution) -> int:
        """Show what only the reply says, and turn it into a status."""
        cell = execution.cell
        if cell.unshown_error is not None:
            self._err.show(cell.unshown_error)
        if cell.given_up:
            what = "an execute_reply" if cell.given_up == "reply" else "an idle status"
            self._note(f"the kernel did not send {what}; some output may be missing")
        if cell.reply is None:
            return 1 if cell.saw_error else 0
        for payload in cell.reply.payload:
            if payload.get("source") == "page":
                self._out.page(payload)
        return 0 if cell.reply.status == "ok" else 1

    def _interrupt(self, execution: Execution) -> int:
        """Ctrl-C: interrupt the kernel, let the cell end for a moment; a second one ends at once."""
        try:
            self._kernel.client.interrupt()
            self._follow(execution, _INTERRUPT_S)
        except KeyboardInterrupt:
            self._note("interrupted twice: the kernel may still be at work")
        except ReplyTimeoutError:
            self._note(f"the kernel has not reacted to the interrupt for {_INTERRUPT_S:g} s")
        except KconsoleError as error:
            # The kernel died, or has no channel to be interrupted through.
            self._note(str(error))
        return _INTERRUPTED

    def _answer(self, request: InputRequest, msg: Message) -> None:
        """Answer an input request with a line of standard input; a password is not echoed."""
        stdin = self._streams.stdin
        if stdin is None:
            return
        prompt = one_line(request.prompt)
        value: str | None
        if stdin.isatty() and request.password:
            try:
                value = getpass.getpass(prompt or "Password: ", self._streams.stderr)
            except EOFError:
                value = None
        else:
            if stdin.isatty():
                self._err.write(prompt)
            line = stdin.readline()
            value = line.removesuffix("\n") if line else None
        if value is None:
            value = self._kernel.end_of_input
        self._kernel.client.input(value, parent=msg)

    def _note(self, text: str) -> None:
        self._err.write(f"kconsole: {one_line(text)}\n")


class _Nowhere(io.TextIOBase):
    """Stands in for a standard stream that is closed."""

    def write(self, text: str) -> int:
        return len(text)


def standard_streams() -> Streams:
    """The process's own standard streams. One that is closed reads as nothing and loses all."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a lone surrogate must not end the program
    return Streams(
        sys.stdin,
        sys.stdout or cast(TextIO, _Nowhere()),
        sys.stderr or cast(TextIO, _Nowhere()),
    )
