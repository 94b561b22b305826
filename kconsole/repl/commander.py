"""The console's own commands: who does what :mod:`kconsole.repl.commands` has understood."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from kconsole.render.errorlook import Form
from kconsole.render.table import table
from kconsole.repl.commands import help_lines, parse, unknown
from kconsole.repl.desk import Desk
from kconsole.repl.history.recall import Recall
from kconsole.repl.kernel.controls import Controls
from kconsole.repl.kernel.reconnecting import Reconnecting
from kconsole.repl.sourcing import Sourcing
from kconsole.repl.terminal.opening import open_kept
from kconsole.repl.terminal.pager import Pager

if TYPE_CHECKING:
    from kconsole.repl.input.editing import Editing

__all__ = ["Commander"]


class Commander:
    """Runs the commands; a table maps each name to what it does.

    :param desk: the console's tools.
    :param editing: the actions that some commands share with keys.
    :param keys: the keys, as help lists them.
    """

    def __init__(
        self, desk: Desk, editing: "Editing", keys: Sequence[tuple[str, str]] = ()
    ) -> None:
        self._desk = desk
        self._keys = keys
        self._editing = editing
        self._pager = Pager(desk)
        controls = Controls(desk, editing.work)
        self._actions: Mapping[str, Callable[..., None]] = {
            "?": self._help,
            "q": lambda: editing.leaving.leave("\\q"),
            "reconnect": Reconnecting(desk).start,
            "input": editing.answer_blindly,
            "interrupt": controls.interrupt,
            "queue": controls.queue,
            "conninfo": controls.conninfo,
            "restart": editing.restarting.start,
            "shutdown": controls.shut_down,
            "e": editing.edit_last,
            "hist": Recall(desk).show,
            "i": Sourcing(desk, editing.work).run,
            "paste": editing.verbatim.begin,
            "save": desk.filing.save,
            "log": desk.filing.log,
            "open": self._open,
            "last": self._last,
            "tb": self._tb,
            "timing": editing.settings.timing,
            "set": editing.settings.set,
            "peek": editing.peeking.peek,
            "watch": editing.peeking.watch,
            "vars": editing.variables.show,
            "who": self._who,
        }

    def take(self, text: str) -> bool:
        """Run an input if it is a command; False if it is code.

        :param text: the whole input.
        """
        try:
            invocation = parse(text)
        except ValueError as error:
            self._echo(text)
            self._desk.scribe.note(str(error), "error")
            return True
        if invocation is None:
            return self._refuses(text)
        self._echo(text)
        self._desk.typeahead.expect()
        if invocation.command.name != "q":
            self._editing.leaving.forget()
        self._actions[invocation.command.name](*invocation.arguments)
        return True

    def _refuses(self, text: str) -> bool:
        """Say of a line that is no command that it cannot be code either; whether it cannot."""
        why = unknown(text, self._desk.state.language)
        if why:
            self._echo(text)
            self._desk.scribe.note(why, "error")
        return bool(why)

    def _echo(self, text: str) -> None:
        self._desk.scribe.echo(self._desk.state.prompt(self._desk.state.prompt_number), text)

    def _who(self) -> None:
        rows = self._desk.state.clients.table(time.monotonic())
        if rows:
            columns = self._desk.view.app.output.get_size().columns
            self._desk.scribe.lines(table(("session", "user", "last seen"), rows, columns))
            self._desk.scribe.note("one that has left is listed too; one that only listens is not")
        else:
            self._desk.scribe.note("no other client has been seen")

    def _open(self, number: str = "") -> None:
        desk = self._desk

        def say(text: str) -> None:
            desk.loop.call_soon_threadsafe(desk.scribe.note, text)

        open_kept(desk.cabinet, number, say)

    def _last(self) -> None:
        self._desk.filing.last(self._show_last, self._desk.scribe.whole)

    def _show_last(self, text: str) -> None:
        if text:
            self._pager.show(text)
        else:
            self._desk.scribe.note("there has been no output yet")

    def _tb(self, form: Form = "full") -> None:
        if text := self._desk.scribe.error.text(form):
            self._pager.show(text)
        else:
            self._desk.scribe.note("there has been no error yet")

    def _help(self) -> None:
        columns = self._desk.view.app.output.get_size().columns
        self._pager.show("\n".join(help_lines(columns, self._keys)))
