"""The death of a kernel of our own in the console a line at a time: asks whether to start it again.

Without it, the session goes on: its inputs can be saved, and the kernel restarted later.
"""

from collections.abc import Callable

from kconsole.client.kernel import Kernel
from kconsole.client.linereader import LineReader
from kconsole.errors import KernelDiedError
from kconsole.repl.kernel.reviving import NOT_STARTED, START_AGAIN, is_no, is_yes
from kconsole.repl.plain.commands import Session

__all__ = ["PlainReviving"]


class PlainReviving:
    """What becomes of the session.

    :param kernel: whose death it may be.
    :param session: the console.
    :param reader: of its lines; what was typed before the question is no answer to it.
    :param enter: takes an answer that is none, and the order to restart, as inputs.

    Attributes:
        dead: whether the kernel is known to be dead, and that was told.
    """

    def __init__(
        self, kernel: Kernel, session: Session, reader: LineReader, enter: Callable[[str], None]
    ) -> None:
        self._kernel = kernel
        self._session = session
        self._reader = reader
        self._enter = enter
        self.dead = False

    def mourn(self, error: KernelDiedError) -> bool:
        """Tell of a death, and ask what to do; whether the session goes on."""
        self._session.note(str(error))
        if self._kernel.process is None:
            self._session.note("only whoever started it can start it again")
            return False
        if self.dead:
            return True
        self.dead = True
        self._reader.drop()
        try:
            answer = self._session.ask(START_AGAIN)
            if is_no(answer):
                self._session.note(NOT_STARTED)
            else:
                self._enter("\\restart" if is_yes(answer) else answer)
        except EOFError:
            return False
        except KernelDiedError as again:
            self._session.note(str(again))
        return True

    def refuse(self) -> bool:
        """Say that a cell is not run, if the kernel is dead; whether it is."""
        if self.dead:
            self._session.note(
                "not run: the kernel is gone; \\restart starts it anew, Ctrl-D leaves"
            )
        return self.dead
