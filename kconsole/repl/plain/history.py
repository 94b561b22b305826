"""The inputs of the console a line at a time: kept in the history file, and found again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from kconsole.client.kernel import Kernel
from kconsole.errors import KconsoleError, ReplyTimeoutError
from kconsole.protocol.replies import KernelInfo, parse_history
from kconsole.repl.history.file import HistoryFile, chosen_file
from kconsole.repl.history.matching import (
    ALONE,
    AT_MOST,
    latest_of_each,
    matching,
    pattern_anywhere,
)
from kconsole.repl.options import ConsoleOptions
from kconsole.repl.telling import Notes

__all__ = ["PlainHistory"]

_FILE = 100_000  # more inputs than a file holds
_KERNEL_S = 10.0


class PlainHistory:
    """Keeps inputs where the other console finds them too. It blocks, as its caller does.

    :param kernel: has a history of its own, perhaps.
    :param options: which file it is, and whether anything is kept at all.
    :param notes: where to say what is wrong with the file, or with the kernel's answer.
    """

    def __init__(self, kernel: Kernel, options: ConsoleOptions, notes: Notes) -> None:
        self._kernel = kernel
        self._choice = options.history
        self._private = options.private
        self._notes = notes
        self._session: list[str] = []
        #: How many of them are in the file, or given up.
        self._written = 0
        self._file: HistoryFile | None = None
        self._opened = False

    def keep(self, text: str) -> None:
        """Keep an input, if inputs are to be kept."""
        text = text.rstrip()
        if self._private or not text:
            return
        self._session.append(text)
        self._write()

    def find(self, pattern: str = "") -> Sequence[str]:
        """Return the latest inputs, the newest last; with a pattern those in which it occurs.

        :param pattern: ``*`` stands for any text, ``?`` for one character.
        :raise KernelDiedError: the kernel died.
        """
        file = self._latest(_FILE if pattern else ALONE)
        own = matching([*file, *self._session], pattern) if pattern else self._session
        count = AT_MOST + 1 if pattern else ALONE
        kernel = self._ask_kernel(pattern_anywhere(pattern) if pattern else "*", count)
        before = [] if pattern else file
        found = latest_of_each([*before, *kernel, *own])
        return found[-count:]

    def _ask_kernel(self, pattern: str, count: int) -> list[str]:
        try:
            reply = self._kernel.client.history(
                hist_access_type="search",
                pattern=pattern,
                n=count,
                unique=True,
                reply=True,
                timeout=_KERNEL_S,
            )
        except ReplyTimeoutError as error:
            self._notes.note(f"the kernel's own history is not searched: {error}")
            return []
        assert not isinstance(reply, str)
        return [row.source for row in parse_history(reply).rows]

    def _write(self) -> None:
        file = self._open()
        if file is None:
            return
        while self._written < len(self._session):
            text = self._session[self._written]
            self._written += 1
            with self._complaining():
                file.append(text)

    def _latest(self, count: int) -> list[str]:
        file = self._open()
        latest: list[str] = []
        if file is not None:
            with self._complaining():
                latest = file.latest(count)
        return latest

    def _open(self) -> HistoryFile | None:
        """The file; None if there is to be none, or while the kernel has not said its language."""
        if not self._opened and not self._kernel.silent:
            info = self._kernel.info or KernelInfo()
            self._file = chosen_file(self._choice, info.language_info.name)
            self._opened = True
        return self._file

    @contextmanager
    def _complaining(self) -> Iterator[None]:
        try:
            yield
        except KconsoleError as error:  # the first time only
            self._notes.note(str(error))
