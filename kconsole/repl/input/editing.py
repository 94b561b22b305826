"""What the keys that are not mere editing do: Enter, Ctrl-C, Ctrl-D."""

from collections.abc import Sequence
from contextlib import suppress

from prompt_toolkit.buffer import Buffer

from kconsole.errors import KconsoleError
from kconsole.protocol.completeness import locally_complete
from kconsole.protocol.farewell import is_farewell
from kconsole.protocol.replies import IsCompleteReply
from kconsole.repl.commander import Commander
from kconsole.repl.commands import is_command
from kconsole.repl.completion.completer import insertable
from kconsole.repl.completion.completing import Completing
from kconsole.repl.completion.inspecting import Inspecting
from kconsole.repl.desk import Desk
from kconsole.repl.history.suggesting import Suggesting, word_of
from kconsole.repl.input.verbatim import Verbatim
from kconsole.repl.kernel.peeking import Peeking
from kconsole.repl.kernel.restarting import Restarting
from kconsole.repl.kernel.variables import Variables
from kconsole.repl.leaving import CTRL_D, Leaving
from kconsole.repl.settings import Settings
from kconsole.repl.terminal.editor import Editor
from kconsole.repl.work import Work

__all__ = ["Editing"]


class Editing:
    """The actions that keys are bound to (:mod:`kconsole.repl.input.keys`).

    :param desk: the console's tools.
    :param keys: these keys, as help lists them.
    """

    def __init__(self, desk: Desk, keys: Sequence[tuple[str, str]]) -> None:
        self._desk = desk
        self._state = desk.state
        self._view = desk.view
        self._scribe = desk.scribe
        self.leaving = Leaving(desk)
        self._vi = False
        self.settings = Settings(desk)
        self.editor = Editor(desk)
        self.verbatim = Verbatim(desk, self.submit)
        self.work = Work(desk, self.suggest, self.editor.offer)
        self.completing = Completing(desk)
        self.inspecting = Inspecting(desk)
        self.peeking = Peeking(desk)
        self.variables = Variables(desk)
        self._suggesting = Suggesting(desk.history)
        self._view.buffer.on_text_changed += self._look_back
        self.restarting = Restarting(desk, self.work)
        self._commander = Commander(desk, self, keys)
        desk.listeners.append(self._adopt_options)
        self._adopt_options()

    def enter(self) -> None:
        """Enter: run the cell if it is complete, else start a new line."""
        buffer = self._view.buffer
        buffer.complete_state = None
        document = buffer.document
        if self.verbatim.active:
            self.verbatim.newline()
        elif not document.text.strip():
            self._blank()
        elif self._commander.take(document.text):
            buffer.append_to_history()
            buffer.reset()
        elif not document.text_after_cursor.strip() or document.line_count == 1:
            self._decide(document.text)
        else:
            buffer.newline()

    def submit(self) -> None:
        """Alt-Enter: run the cell as it is, or queue it behind the one that runs."""
        buffer = self._view.buffer
        code = buffer.text.rstrip()
        if not code:
            return
        if is_farewell(code, self._state.language):
            self.leaving.by_word(code)
            return
        self.leaving.forget()
        if self.work.cannot():
            return  # what was typed stays where it is
        self._view.app.vi_state.reset()  # what follows is a new input, to be typed
        buffer.append_to_history()
        buffer.reset()
        if not self._state.working:  # else it is another cell that asks next
            self._desk.typeahead.expect()
        self.work.add(code)

    def enter_line(self, text: str) -> None:
        """Run a line that was not typed where inputs are."""
        self._view.buffer.history.append_string(text)
        if not self._commander.take(text) and not self.work.cannot("; not run"):
            self.work.add(text)

    def close_what_is_open(self) -> None:
        """Escape: close the menu, or the pane."""
        if self._view.buffer.complete_state is not None:
            self._view.buffer.cancel_completion()
        else:
            self.inspecting.close()

    def abort_search(self) -> None:
        """Ctrl-C or Ctrl-G in a search: back to what was typed."""
        self._view.searching.abort()

    def answer(self) -> None:
        """Enter at the kernel's question: send the answer."""
        if self._desk.asker.open:
            self._desk.asker.answer()
            return
        question, text = self._state.question, self._view.answer.text
        if self.work.cannot("; Enter sends the answer once it is back"):
            return
        if question is not None and not question.password and insertable(text) == text:
            self._view.answer.append_to_history()
        self._reply(text)

    def interrupt(self) -> None:
        """Ctrl-C: clear the line; where there is nothing to clear, or a cell of ours runs, interrupt."""
        if self._view.screen.lent:
            return  # the terminal's signal was for the program that has it
        self.leaving.forget()
        if self._desk.asker.open:
            self._desk.asker.cancel()
        elif self._state.answerable:
            self.work.interrupt()
        elif self.verbatim.active:
            self.verbatim.cancel()
        elif self.peeking.stop():
            pass  # what was watched is watched no more
        elif self.variables.stop():
            pass
        elif self._state.cells.running is None and (
            self.completing.stop() or self.inspecting.stop()
        ):
            pass  # the kernel goes on with it: an interrupt could only be for a cell
        elif self._state.cells.running is None and self._view.buffer.text:
            self._clear()  # the kernel may be at work for others, who want it to go on
        else:
            self.work.interrupt()

    def end_of_file(self) -> None:
        """Ctrl-D on an empty line: leave; at the kernel's question, the end of its input."""
        if self._desk.asker.open:
            if self._desk.asker.cancel():
                self.leaving.leave(CTRL_D)
        elif self._state.answerable:
            if not self.work.cannot():
                self._reply(self._desk.kernel.end_of_input)
        else:
            self.leaving.leave(CTRL_D)

    def suggest(self, code: str) -> None:
        """Put a kernel's code at the prompt, never run it; what is being typed there stays."""
        buffer = self._view.buffer
        code = insertable(code)
        if buffer.text:
            self._desk.history.offer(code)
            buffer.reset(buffer.document)  # so that it takes up its history anew
            self._scribe.note("the kernel suggests an input; Up shows it")
        else:
            buffer.text = code
            buffer.cursor_position = len(code)

    def edit_last(self) -> None:
        """Edit the last cell anew."""
        inputs = self._desk.history.newest_first
        self.editor.edit_text(next((each for each in inputs if not is_command(each)), ""))

    def switch_mode(self) -> None:
        """F4: from emacs' keys to vi's, and back."""
        self._desk.change(vi=not self._desk.options.vi)

    def accept_suggestion(self, *, word: bool = False) -> None:
        """Take what is shown behind the cursor: all of it, or a word."""
        buffer = self._view.buffer
        if buffer.suggestion is not None:
            rest = buffer.suggestion.text
            buffer.insert_text(word_of(rest) if word else rest)

    def answer_blindly(self, text: str) -> None:
        r"""``\input``: answer a question of the running cell that was lost on its way here.

        :param text: the answer.
        """
        running = self._state.cells.running
        if running is None and not self._state.cells.abandoned:
            self._scribe.note("no cell of ours runs: nothing waits for input")
        elif self._state.question is not None:
            self._scribe.note("the cell asks already: its question is below")
        elif not self.work.cannot():
            with suppress(KconsoleError):
                self._desk.kernel.client.input(text)

    def _look_back(self, buffer: Buffer) -> None:
        if self._desk.options.suggestions and not self.verbatim.active:
            self._suggesting.look(buffer)

    def _adopt_options(self) -> None:
        """Take up the options that may have been changed."""
        if self._vi != self._desk.options.vi:
            self._vi = self._desk.options.vi
            self._view.edit_as(vi=self._vi)
        self._scribe.show_errors(self._desk.options.tb)
        self._scribe.prefer(self._desk.options.mime, self._desk.options.max_lines)
        self._view.screen.folding.at_most = self._desk.options.max_lines

    def _reply(self, text: str) -> None:
        """Send a text to the kernel that asks."""
        question = self._state.question
        if question is None:
            return
        self._desk.close_question()
        if text != self._desk.kernel.end_of_input:
            self._state.question_ended = float("-inf")
        self._desk.typeahead.expect()  # the next
        answer = "" if question.password else text
        self._scribe.answer(question.prompt, answer)
        if question.cell not in self._state.cells.abandoned:
            self._desk.filing.answered(question.cell, question.prompt + answer)
        with suppress(KconsoleError):
            self._desk.kernel.client.input(text, parent=question.request)

    def _clear(self) -> None:
        """Take away what was typed: it stays above the prompt, and undo brings it back."""
        buffer = self._view.buffer
        document = buffer.document
        self._scribe.echo(self._state.prompt(self._state.prompt_number), f"{document.text}^C")
        buffer.reset(document)
        buffer.save_to_undo_stack()
        buffer.text = ""
        self._view.screen.flush()  # a Ctrl-L that follows clears it too

    def _blank(self) -> None:
        """Enter on an empty line: a new prompt, as a shell does."""
        self._view.buffer.reset()
        if self._state.cells.running is None:
            self._scribe.echo(self._state.prompt(self._state.prompt_number), "")

    def _decide(self, code: str) -> None:
        """Find out whether code is complete; keys typed meanwhile wait for the decision."""
        last_line_empty = "\n" in code and not code.rsplit("\n", 1)[1].strip()
        if (
            last_line_empty or self._state.gone or self._desk.kernel.client.obstacle
        ):  # some kernels call everything incomplete
            self.submit()
        elif not self._desk.inquiry.possible:
            self._apply(locally_complete(code, self._state.language))
        else:
            self._view.gate.close(self._view.app)
            self._desk.spawn(self._ask_is_complete)

    async def _ask_is_complete(self) -> None:
        try:
            code = self._view.buffer.text
            opinion = await self._desk.inquiry.is_complete(code, self._state.language)
            if self._view.buffer.text == code:  # Ctrl-C may have cleared it meanwhile
                self._apply(opinion)
        finally:
            self._view.gate.open(self._view.app)

    def _apply(self, opinion: IsCompleteReply) -> None:
        if opinion.status == "incomplete":
            buffer = self._view.buffer
            buffer.cursor_position = len(buffer.text)
            buffer.insert_text("\n" + opinion.indent)
        else:
            self.submit()
