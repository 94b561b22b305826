"""The history file in the hands of the console: read and written beside the keys, never by the loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from kconsole.errors import KconsoleError
from kconsole.repl.history.file import HistoryFile, chosen_file

__all__ = ["Keeper"]


class Keeper:
    """Keeps inputs in a file, if there is to be one.

    :param choice: the user's, as for :func:`kconsole.repl.history.file.chosen_file`.
    :param complain: called in the loop, once, with what is wrong with the file.
    """

    def __init__(self, choice: str | None, complain: Callable[[str], None]) -> None:
        self._choice = choice
        self._complain = complain
        self._loop = asyncio.get_running_loop()
        self._file: HistoryFile | None = None
        #: Set once it is decided which file it is.
        self._opened = asyncio.Event()
        self._early: list[str] = []
        #: One thread for all of the file's work, so that what is done to it keeps its order. It is
        #: started by the first work, and waited for at the end.
        self._thread = ThreadPoolExecutor(1, "history")

    def open(self, language: str) -> None:
        """Say for which language the kernel is; the first word counts."""
        if self._opened.is_set():
            return
        self._file = chosen_file(self._choice, language)
        self._opened.set()
        early, self._early = self._early, []
        for text in early:
            self.add(text)

    def add(self, text: str) -> None:
        """Keep an input, at some time soon."""
        if not self._opened.is_set():
            self._early.append(text)
        elif self._file is not None:
            self._thread.submit(self._file.append, text).add_done_callback(self._look)

    async def latest(self, count: int) -> list[str]:
        """Return the newest inputs in the file, at most `count`, the oldest first."""
        await self._opened.wait()
        if self._file is None:
            return []
        try:
            return await self._loop.run_in_executor(self._thread, self._file.latest, count)
        except KconsoleError as error:
            self._complain(str(error))
            return []

    def close(self) -> None:
        """Wait until all is written; some milliseconds, or two seconds for another console's lock."""
        self._thread.shutdown()

    def _look(self, written: "Future[None]") -> None:
        """In the thread: has it gone wrong?"""
        error = written.exception()
        if error is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._complain, str(error))
