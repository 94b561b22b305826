r"""Pastes: in brackets from the terminal, or line by line after ``\paste``. It never runs by itself."""

import unicodedata
from collections.abc import Callable

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document

from kconsole.render.visible import hides
from kconsole.repl.desk import Desk
from kconsole.repl.input.pasting import unprompted
from kconsole.repl.screen.notices import Notices

__all__ = ["Verbatim", "pastable"]

_TAKEN_OUT = "prompts were taken out (Ctrl-_ undoes)"
_LINES = "pasting: Ctrl-D runs it, Ctrl-C drops it"
#: Besides what is printable: what lines are made of, and the joiners that scripts and emoji need.
_KEPT = "\n\t\u200c\u200d"


class Verbatim:
    """Takes text as it is.

    :param desk: the console's tools.
    :param run: called with what has been pasted line by line.
    """

    def __init__(self, desk: Desk, run: Callable[[], None]) -> None:
        self._notices = Notices(desk)
        self._run = run
        self._buffer = desk.view.buffer
        #: Whether lines are taken as they are.
        self.active = False

    def begin(self) -> None:
        """Take lines as they are from now on."""
        self.active = True
        self._notices.say(_LINES, None)

    def newline(self) -> None:
        """Enter: a new line, without an indent."""
        self._buffer.insert_text("\n")

    def tab(self) -> None:
        """Tab: itself."""
        self._buffer.insert_text("\t")

    def finish(self) -> None:
        """Ctrl-D: run what has been taken."""
        self._end()
        self._run()

    def cancel(self) -> None:
        """Ctrl-C: drop what has been taken."""
        self._end()
        self._buffer.reset()

    def insert(self, buffer: Buffer, data: str) -> None:
        """Take a paste; with the prompts in it taken out, if it is code: undo brings them back.

        :param buffer: where it goes.
        :param data: as the terminal has sent it.
        """
        text = pastable(data)
        code = text
        if buffer is self._buffer and not self.active:
            if not buffer.document.current_line_before_cursor.strip():
                code = unprompted(text)
        elif buffer is not self._buffer:
            text = code = text.rstrip("\n").replace("\n", " ")  # an answer is one line
        before = buffer.document
        buffer.insert_text(text)
        if code != text:
            buffer.save_to_undo_stack()
            at = before.cursor_position
            whole = before.text[:at] + code + before.text[at:]
            buffer.document = Document(whole, at + len(code))
            self._notices.say_until_key(_TAKEN_OUT)

    def _end(self) -> None:
        self.active = False
        self._notices.unsay(_LINES)


def pastable(data: str) -> str:
    """Return a paste with plain line ends, and without controls: they would do nothing good here."""
    text = data.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(
        each
        for each in text
        if not hides(each)
        and (each.isprintable() or each in _KEPT or unicodedata.category(each) == "Zs")
    )
