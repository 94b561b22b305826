"""Cells without a console: what happens goes to a sink, their outcome becomes an exit status.

The next cell is sent when the one before it has ended: what a kernel does with requests queued behind an
error is different with each.
"""

import math
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from kconsole.client.comms import CommCloser
from kconsole.client.execution import Execution
from kconsole.client.health import LOOK_S
from kconsole.client.interrupts import held_signals
from kconsole.client.kernel import Kernel
from kconsole.client.leash import Leash
from kconsole.client.leaving import leave, stays, way_back
from kconsole.client.linknews import LinkNews
from kconsole.errors import (
    ChannelError,
    KconsoleError,
    LinkDownError,
    LinkLostError,
    OutputError,
    ReplyTimeoutError,
)
from kconsole.protocol import requests
from kconsole.protocol.cell import INTERRUPT_S
from kconsole.protocol.events import ErrorOutput, InputRequest
from kconsole.protocol.farewell import exit_status_of, is_clean_exit, is_farewell
from kconsole.render.labels import closed_note, end_notes
from kconsole.script.answers import Answers
from kconsole.script.cells import ScriptCell
from kconsole.script.linktelling import (
    interrupting_note,
    is_silent,
    tell_unattended,
    why_unreachable,
)
from kconsole.script.sink import Outcome, Sink, Verdict

__all__ = ["RunOptions", "Runner", "Totals"]

#: The exit status that each end of a cell means; the first that any cell had is that of the script.
_STATUSES: tuple[tuple[Verdict, int], ...] = (
    ("interrupted", 130),  # 128 + SIGINT, as a shell would say it
    ("timeout", 124),  # as timeout(1) says it
    ("error", 1),
    ("aborted", 1),
)


#: Seconds that an interrupt over a link may take that has not answered for a while already.
_SILENT_S = 1.0
#: A kernel that has nothing else to do begins with a cell within so many seconds.
_BEGIN_S = 1.0


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run cells.

    Attributes:
        keep_going: go on behind a cell that failed.
        timeout: seconds that a cell may take; 0 is no limit.
        total_timeout: seconds that all of them may take; 0 is no limit.
        private: keep them out of the kernel's history.
        silent: ask the kernel to show no results and count nothing.
        expressions: name -> what is evaluated behind the last cell.
    """

    keep_going: bool = False
    timeout: float = 0.0
    total_timeout: float = 0.0
    private: bool = False
    silent: bool = False
    expressions: Mapping[str, str] = field(default_factory=dict)


class Totals(NamedTuple):
    """How a script has ended.

    Attributes:
        status: the exit status.
        left: whether its code said that it wants to leave.
        ran: how many cells the kernel has run in all, if it told.
        said: whether the status is the number that the code has ended with, which means what it will.
    """

    status: int
    left: bool
    ran: int | None = None
    said: bool = False


class Runner:
    """Runs cells in a kernel, one after the other.

    :param kernel: ready to be used.
    :param sink: where all that happens goes.
    :param answers: who answers what the cells ask.
    :param options: how to run them.
    :param leash: hands on a Ctrl-C, or the wish to end, to a thread that is not the main one.
    """

    def __init__(
        self,
        kernel: Kernel,
        sink: Sink,
        answers: Answers,
        options: RunOptions | None = None,
        leash: Leash | None = None,
    ) -> None:
        self._kernel = kernel
        self._sink = sink
        self._answers = answers
        self._options = options or RunOptions()
        self._leash = leash or Leash()
        self._closer = CommCloser(kernel.client)
        self._news = LinkNews(kernel.client, partial(tell_unattended, sink.note))
        self._end = math.inf  # of all the time that there is, by time.monotonic()
        self._left = False
        self._said = 0  # the exit status that the code wishes for
        self._count: int | None = None
        #: Whether the running cell is at work, and does not wait behind somebody else's.
        self._begun = False

    def run(self, cells: Sequence[ScriptCell]) -> Totals:
        """Run cells until one fails, or says that it wants to leave.

        :return: its status is 0, or 1 if a cell raised or was aborted, 124 if one took too long, 130 if it
            was interrupted; in the place of 0 and 1 that of ``sys.exit(N)`` or ``exit(N)``.
        :raise KernelDiedError: the kernel died on the way, or the link to its computer was lost and with it
            what became of a cell; no cell is run a second time.
        :raise BrokenPipeError: nobody reads our output any more.
        :raise OutputError: our output cannot be written.
        :raise KeyboardInterrupt: the leash was pulled with it while no cell was running.
        """
        # What other clients do is nobody's business here, and must not pile up.
        self._kernel.client.sink = lambda channel, msg: None
        language = self._kernel.info.language_info.name if self._kernel.info is not None else ""
        options = self._options
        if options.expressions and not cells:
            cells = [ScriptCell("", "--expr")]
        if options.total_timeout:
            self._end = time.monotonic() + options.total_timeout
        verdicts: set[Verdict] = set()
        with ExitStack() as stack:
            stack.callback(self._sink.close)
            stack.enter_context(self._news)
            for number, cell in enumerate(cells, 1):
                self._leash.check()
                if is_farewell(cell.source, language):
                    self._sink.end(cell, Outcome("left"))
                    self._leave(keep=self._kernel.process is None)
                    break
                verdict, goes_on = self._run_cell(cell, last=number == len(cells))
                verdicts.add(verdict)
                if self._left or not goes_on:
                    break
        status = next((status for verdict, status in _STATUSES if verdict in verdicts), 0)
        said = self._said if status <= 1 else 0
        return Totals(said or status, self._left, self._count, said=bool(said))

    def _run_cell(self, cell: ScriptCell, *, last: bool) -> tuple[Verdict, bool]:
        """Run a cell; returns how it has ended, and whether another one can be run behind it."""
        while (end := self._try_cell(cell, last=last)) is None:
            pass  # nothing was sent: the link was lost this moment
        return end

    def _try_cell(self, cell: ScriptCell, *, last: bool) -> tuple[Verdict, bool] | None:
        self._wait_for_link()
        execution = self._execution(cell, last=last)
        started = time.monotonic()
        with ExitStack() as stack:
            try:
                with held_signals():
                    try:
                        stack.enter_context(execution)
                    except LinkDownError:
                        return None
                    stack.enter_context(self._answers)
                self._begun = False
                self._sink.begin(cell, execution.msg_id)
                verdict, goes_on = self._await(execution, cell, last=last)
            except KeyboardInterrupt:
                verdict, goes_on = self._ctrl_c(execution), False
            except (OSError, OutputError, SystemExit):
                # Nobody reads our output any more, or we are told to end: it need not go on for nothing.
                self._stop_working(execution)
                raise
            except KconsoleError as error:
                self._sink.end(cell, Outcome("lost", time.monotonic() - started))
                if isinstance(error, LinkLostError):
                    raise LinkLostError(
                        "the link was lost; the cell's outcome is unknown"
                    ) from error
                raise
        if execution.cell.execution_count is not None:
            self._count = execution.cell.execution_count
        self._sink.end(cell, Outcome(verdict, time.monotonic() - started, execution.cell.reply))
        return verdict, goes_on

    def _wait_for_link(self) -> None:
        """Send nothing while the link to the kernel's computer is down."""
        client, begin = self._kernel.client, time.monotonic()
        limit = min(self._options.timeout or math.inf, max(0.0, self._end - begin))
        while client.obstacle:
            self._news.look()
            left = limit - (time.monotonic() - begin)
            try:
                client.wait_for_link(min(LOOK_S, max(0.0, left)))
            except ReplyTimeoutError:
                if left <= 0:
                    down = why_unreachable(client.carrier)
                    error = LinkDownError if down else ReplyTimeoutError
                    why = down or "no link to the kernel"
                    raise error(f"{why} (waited {limit:g} s; the cell was not run)") from None

    def _execution(self, cell: ScriptCell, *, last: bool) -> Execution:
        options = self._options
        content = requests.execute_request(
            cell.source,
            silent=options.silent,
            store_history=not options.private,
            user_expressions=options.expressions if last else None,
            allow_stdin=self._answers.allowed,
            # ipykernel drops for a moment also what comes behind the error's end.
            stop_on_error=not (options.keep_going or cell.may_fail),
        )
        return Execution(
            self._kernel.client,
            content,
            tail=self._straggles(),
            joined=True,
            warn=self._warn,
            leash=self._leash,
            look=self._news.look if self._kernel.client.carrier is not None else None,
        )

    def _warn(self, closed: str) -> None:
        self._sink.note(closed_note(closed))

    def _straggles(self) -> bool:
        """Whether results may come after the end of a cell.

        ipykernel writes a cell's output and its idle from one thread to one socket; deno and others
        do not, and it is not told by any feature. So the wait is spared only where it is known that
        nothing can come.
        """
        info = self._kernel.info
        return info is None or info.implementation != "ipython"

    def _await(self, execution: Execution, cell: ScriptCell, *, last: bool) -> tuple[Verdict, bool]:
        now = time.monotonic()
        limit = min(self._options.timeout or math.inf, max(0.0, self._end - now))
        try:
            self._follow(execution, None if limit == math.inf else limit)
        except ReplyTimeoutError:
            return self._overdue(execution, cell)
        verdict = self._outcome(execution)
        if verdict == "error" and _has_exited(execution):
            return "ok", False
        if verdict == "error" and cell.may_fail:
            verdict = "ok"
        elif verdict == "error" and execution.cell.reply is not None:
            self._said = self._said or exit_status_of(execution.cell.reply.error) or 0
        if last and verdict == "ok" and self._options.expressions:
            verdict = self._tell_expressions(execution)
        return verdict, verdict == "ok" or self._options.keep_going

    def _follow(
        self, execution: Execution, timeout: float | None, *, until_begun: bool = False
    ) -> None:
        for step in execution.steps(timeout):
            event = step.event
            self._begun = True
            if isinstance(event, ErrorOutput):
                self._answers.call_off()  # the cell has ended, whatever it was asking
                if is_clean_exit(event):
                    continue
            self._closer.hear(event, step.msg)
            if isinstance(event, InputRequest):
                self._sink.event(event, step.msg)
                self._answers.answer(self._kernel, step.msg, event)
            elif step.channel == "iopub":
                self._sink.event(event, step.msg)
            if until_begun:
                return

    def _outcome(self, execution: Execution) -> Verdict:
        """Tell what only the reply says, and judge by it."""
        cell = execution.cell
        if cell.unshown_error is not None and not is_clean_exit(cell.unshown_error):
            self._sink.event(cell.unshown_error, None)
        for note in end_notes(cell):
            self._sink.note(note)
        if cell.reply is None:
            return "error" if cell.saw_error else "ok"
        wishes = execution.cell.wishes
        for page in wishes.pages:
            self._sink.page(page)
        if wishes.leave:
            self._said = self._said or wishes.status
            if wishes.farewell:
                self._sink.note(wishes.farewell)
            self._leave(keep=stays(self._kernel, wishes))
        return cell.reply.status

    def _tell_expressions(self, execution: Execution) -> Verdict:
        """Tell the values of the expressions that came with the last cell."""
        reply = execution.cell.reply
        found = {} if reply is None else reply.user_expressions
        values = {name: found.get(name) for name in self._options.expressions}
        self._sink.expressions(values)
        missing = [name for name, value in values.items() if value is None]
        if missing:
            self._sink.note(f"the kernel has not evaluated {', '.join(missing)}")
        good = all(
            isinstance(each, dict) and each.get("status") == "ok" for each in values.values()
        )
        return "ok" if good else "error"

    def _leave(self, *, keep: bool) -> None:
        """The code wants to leave: the cells that follow are not run."""
        self._left = True
        self._sink.note(leave(self._kernel, keep=keep) + (way_back(self._kernel) if keep else ""))

    # -- cells that are to end ---------------------------------------------------------------------

    def _overdue(self, execution: Execution, cell: ScriptCell) -> tuple[Verdict, bool]:
        """The time is over: interrupt the cell, and see whether that ends it."""
        total = time.monotonic() >= self._end
        limit = self._options.total_timeout if total else self._options.timeout
        why = f"{cell.name}: not done in {limit:g} s{' for all cells' if total else ''}: "
        self._answers.call_off()
        carrier = self._kernel.client.carrier
        if down := why_unreachable(carrier):
            self._sink.note(f"{why}{down}")
            raise LinkLostError(down)
        ended = self._interrupt(execution, why, interrupting_note(carrier))
        return "timeout", ended and self._options.keep_going and not total

    def _ctrl_c(self, execution: Execution) -> Verdict:
        """Ctrl-C: interrupt the kernel, let the cell end for a moment; a second one ends at once."""
        try:
            if not self._answers.call_off():
                self._sink.interrupted()
            self._interrupt(execution)
        except KeyboardInterrupt:
            self._sink.note("interrupted twice: the kernel may still be at work")
        return "interrupted"

    def _interrupt(self, execution: Execution, why: str = "", done: str = "") -> bool:
        """Interrupt the kernel, and let the cell end for a moment; returns whether it did.

        :param why: the beginning of the note that says so.
        :param done: its end.
        """
        carrier = self._kernel.client.carrier
        patience = min(INTERRUPT_S, _SILENT_S) if is_silent(carrier) else INTERRUPT_S
        try:
            if down := why_unreachable(carrier):
                self._sink.note(f"{why}not interrupted: {down}")
                return False
            if not is_silent(carrier):
                self._let_begin(execution)
            if self._waits_for_others():
                # It cannot be taken back, and what runs is not ours to stop.
                self._sink.note(f"{why}the kernel works for others; it will run the cell later")
                return False
            self._sink.note(f"{why}{done}")
            self._kernel.client.interrupt()
            self._follow(execution, patience)
        except ReplyTimeoutError:
            self._sink.note(f"the kernel has not reacted to the interrupt for {patience:g} s")
        except ChannelError as error:  # as kernels before protocol 5 have no control channel
            self._sink.note(f"not interrupted: {error}; the kernel may still be at work")
        except OutputError:
            raise
        except KconsoleError as error:
            self._sink.note(str(error))
        else:
            return True
        return False

    def _is_queued(self, execution: Execution) -> bool:
        """Whether our cell waits behind somebody else's; one that was just sent may yet begin."""
        if self._waits_for_others():
            self._let_begin(execution)
        return self._waits_for_others()

    def _let_begin(self, execution: Execution) -> None:
        """Give a cell that was just sent the time to begin: an interrupt that overtakes it is lost."""
        if not self._begun:
            with suppress(ReplyTimeoutError):
                self._follow(execution, _BEGIN_S, until_begun=True)

    def _stop_working(self, execution: Execution) -> None:
        """Let the kernel work for nothing no longer, if what it works at is ours."""
        with suppress(KconsoleError, OSError):
            if not self._is_queued(execution):
                self._kernel.client.interrupt()

    def _waits_for_others(self) -> bool:
        """Whether the kernel, one that others use, works and has not begun with our cell."""
        kernel = self._kernel
        at_work = kernel.client.is_busy or kernel.busy or kernel.silent
        return kernel.process is None and not self._begun and at_work


def _has_exited(execution: Execution) -> bool:
    """Whether the code has ended itself, and said that all is well."""
    reply = execution.cell.reply
    return reply is not None and is_clean_exit(reply.error)
