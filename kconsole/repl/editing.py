"""What the keys that are not mere editing do: Enter, Ctrl-C, Ctrl-D."""

from contextlib import suppress

from kconsole.errors import KconsoleError
from kconsole.protocol.completeness import locally_complete
from kconsole.protocol.farewell import is_farewell
from kconsole.protocol.replies import IsCompleteReply
from kconsole.repl.completer import insertable
from kconsole.repl.completing import Completing
from kconsole.repl.desk import Desk
from kconsole.repl.prompts import input_prompt
from kconsole.repl.work import Work

__all__ = ["Editing"]


class Editing:
    """The actions that keys are bound to (:mod:`kconsole.repl.keys`)."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._state = desk.state
        self._view = desk.view
        self._scribe = desk.scribe
        self._leaving = False
        self.work = Work(desk, self.suggest)
        self.completing = Completing(desk)

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
        """Alt-Enter: run the cell as it is, or queue it behind the one that runs."""
        buffer = self._view.buffer
        code = buffer.text.rstrip()
        if not code:
            return
        if is_farewell(code, self._state.language):
            self._leave_by_word(code)
            return
        self._leaving = False
        buffer.append_to_history()
        buffer.reset()
        self.work.add(code)

    def answer(self) -> None:
        """Enter at the kernel's question: send the answer."""
        question, text = self._state.question, self._view.answer.text
        if question is not None and not question.password and insertable(text) == text:
            self._view.answer.append_to_history()
        self._reply(text)

    def interrupt(self) -> None:
        """Ctrl-C: clear the line; where there is nothing to clear, or a cell of ours runs, interrupt."""
        if self._state.cells.running is None and self._view.buffer.text:
            self._view.buffer.reset()  # the kernel may be at work for others, who want it to go on
        else:
            self.work.interrupt()

    def end_of_file(self) -> None:
        """Ctrl-D on an empty line: leave; at the kernel's question, the end of its input."""
        if self._state.question is not None:
            self._reply(self._desk.kernel.end_of_input)
        elif not self._must_ask("Ctrl-D"):
            self._leave()

    def suggest(self, code: str) -> None:
        """Put a kernel's code at the prompt, never run it; what is being typed there stays."""
        buffer = self._view.buffer
        code = insertable(code)
        if buffer.text:
            buffer.history.append_string(code)
            buffer.reset(buffer.document)  # so that it takes up its history anew
            self._scribe.note("the kernel suggests an input; Up shows it")
        else:
            buffer.text = code
            buffer.cursor_position = len(code)

    def _reply(self, text: str) -> None:
        """Send a text to the kernel that asks."""
        question = self._state.question
        if question is None:
            return
        self._desk.close_question()
        self._scribe.answer(question.prompt, "" if question.password else text)
        with suppress(KconsoleError):
            self._desk.kernel.client.input(text, parent=question.request)

    def _must_ask(self, how: str) -> bool:
        """Whether leaving would stop a cell, and has not been asked about yet; asks then."""
        stops_work = self._state.cells.running is not None and self._desk.kernel.process is not None
        if not stops_work or self._leaving:
            return False
        self._leaving = True
        self._scribe.note(f"a cell is running; {how} again leaves, and stops the kernel", "warning")
        return True

    def _leave(self) -> None:
        self._desk.exit(4 if self._state.gone else 0)

    def _blank(self) -> None:
        """Enter on an empty line: a new prompt, as a shell does."""
        self._view.buffer.reset()
        if self._state.cells.running is None:
            self._scribe.echo(input_prompt(self._state.prompt_number), "")

    def _decide(self, code: str) -> None:
        """Find out whether code is complete; keys typed meanwhile wait for the decision."""
        last_line_empty = "\n" in code and not code.rsplit("\n", 1)[1].strip()
        if last_line_empty or self._state.gone:  # some kernels call everything incomplete
            self.submit()
        elif self._state.working:
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

    def _leave_by_word(self, code: str) -> None:
        if self._must_ask("Enter"):
            return
        self._scribe.echo(input_prompt(self._state.prompt_number), code)
        if self._desk.kernel.process is None and not self._state.gone:
            self._scribe.note("left; the kernel stays")
        self._leave()
