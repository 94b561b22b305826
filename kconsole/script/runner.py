"""Cells without a console: their output to stdout and stderr, their outcome as an exit status.

stdout is exactly what the cells print and their results; everything else (errors, what they write to
stderr, our own notes) goes to stderr. The next cell is sent when the one before it has ended well: what a
kernel does with requests queued behind an error is different with each.
"""

import io
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any, TextIO, cast

from kconsole.client.comms import CommCloser
from kconsole.client.execution import Execution
from kconsole.client.interrupts import held_signals
from kconsole.client.kernel import Kernel
from kconsole.client.leaving import leave, way_back
from kconsole.client.linereader import LineReader, answer_with_line
from kconsole.errors import ChannelError, KconsoleError, ReplyTimeoutError
from kconsole.protocol import requests
from kconsole.protocol.cell import INTERRUPT_S
from kconsole.protocol.events import ErrorOutput, Event, InputRequest, Stream
from kconsole.protocol.farewell import is_farewell
from kconsole.render.labels import question_prompt
from kconsole.render.output import Renderer, RenderOptions
from kconsole.render.sanitise import one_line

__all__ = ["Outlet", "Runner", "Streams", "standard_streams"]

_INTERRUPTED = 130  # 128 + SIGINT, as a shell would say it


@dataclass(frozen=True, slots=True)
class Streams:
    """Where a script reads and writes; the three standard streams, unless a test says otherwise."""

    stdin: TextIO | None
    stdout: TextIO
    stderr: TextIO


class Outlet:
    """One of stdout and stderr: events go in, text that suits the place comes out, at once.

    :param stream: where to write.
    :param color: whether colours are wanted there.
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

    def end_echo(self) -> None:
        """End the line on which the terminal, if it is one, has echoed a Ctrl-C."""
        if self._stream.isatty():
            self.write(self._renderer.end_echo())

    def page(self, payload: Mapping[str, Any]) -> None:
        """Write what a kernel wants shown in a pager: what ``name?`` shows in IPython."""
        self.write(self._renderer.page(payload))


class Runner:
    """Runs cells in a kernel, one after the other.

    :param kernel: ready to be used.
    :param streams: the standard streams.
    :param color: whether to colour, for stdout and for stderr.
    :param answers: whether stdin is free to answer the kernel's input requests.
    """

    def __init__(
        self, kernel: Kernel, streams: Streams, *, color: Mapping[str, bool], answers: bool
    ) -> None:
        self._kernel = kernel
        self._answers = answers and streams.stdin is not None
        self._out = Outlet(streams.stdout, color=color["stdout"])
        self._err = Outlet(streams.stderr, color=color["stderr"])
        self._reader = self._reader_of(streams.stdin if answers else None)
        self._closer = CommCloser(kernel.client)
        self._left = False

    def _reader_of(self, stdin: TextIO | None) -> LineReader:
        """Who reads the answers. Prompts are for a terminal; a pipe that is asked has no need of them."""
        if stdin is None:
            return LineReader(None, _show_nothing)
        show = self._err.write if stdin.isatty() else _show_nothing
        return LineReader(stdin.fileno(), show, stdin.encoding)

    def run(self, cells: Sequence[str]) -> int:
        """Run cells until one fails, or says that it wants to leave.

        :return: 0, or 1 if a cell raised or was aborted, or 130 if it was interrupted.
        :raise KernelDiedError: the kernel died on the way.
        :raise BrokenPipeError: nobody reads our output any more.
        """
        # What other clients do is nobody's business here, and must not pile up.
        self._kernel.client.sink = lambda channel, msg: None
        language = self._kernel.info.language_info.name if self._kernel.info is not None else ""
        status = 0
        try:
            for code in cells:
                if is_farewell(code, language):
                    self._leave(keep=self._kernel.process is None)
                else:
                    status = self._run_cell(code)
                if status or self._left:
                    break
        finally:
            self._out.close()
            self._err.close()
        return status

    def _run_cell(self, code: str) -> int:
        content = requests.execute_request(code, allow_stdin=self._answers)
        execution = Execution(self._kernel.client, content, tail=self._straggles(), joined=True)
        with ExitStack() as stack:
            try:
                with held_signals():
                    stack.enter_context(execution)
                    stack.enter_context(self._reader)
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
            if isinstance(event, ErrorOutput):
                self._reader.call_off()  # the cell has ended, whatever it was asking
            self._closer.hear(event, step.msg)
            if isinstance(event, InputRequest):
                prompt = question_prompt(event)
                answer_with_line(
                    self._kernel, self._reader, step.msg, prompt, hidden=event.password
                )
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
        wishes = execution.cell.wishes
        for page in wishes.pages:
            self._out.page(page)
        if wishes.leave:
            self._leave(keep=wishes.keep_kernel)
        if cell.reply.status == "aborted":
            self._note("not run: the kernel dropped it, for a cell before it failed")
        elif cell.reply.status == "error" and not (
            cell.saw_error or cell.saw_stderr or cell.unshown_error
        ):
            self._note("the cell failed; the kernel does not say why")
        return 0 if cell.reply.status == "ok" else 1

    def _leave(self, *, keep: bool) -> None:
        """The code wants to leave: the cells that follow are not run."""
        self._left = True
        self._note(leave(self._kernel, keep=keep) + (way_back(self._kernel) if keep else ""))

    def _interrupt(self, execution: Execution) -> int:
        """Ctrl-C: interrupt the kernel, let the cell end for a moment; a second one ends at once."""
        try:
            if not self._reader.call_off():
                self._err.end_echo()
            self._kernel.client.interrupt()
            self._follow(execution, INTERRUPT_S)
        except KeyboardInterrupt:
            self._note("interrupted twice: the kernel may still be at work")
        except ReplyTimeoutError:
            self._note(f"the kernel has not reacted to the interrupt for {INTERRUPT_S:g} s")
        except ChannelError as error:  # as kernels before protocol 5 have no control channel
            self._note(f"not interrupted: {error}; the kernel may still be at work")
        except KconsoleError as error:
            self._note(str(error))
        return _INTERRUPTED

    def _note(self, text: str) -> None:
        line = one_line(text).replace("\xa0", " ")  # which is for consoles, that wrap lines
        self._err.write(f"kconsole: {line}\n" if text else "")


def _show_nothing(_text: str) -> None:
    """What becomes of a prompt that nobody would see."""


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
