"""What is typed in the console a line at a time: lines, and cells of them, while the kernel is watched."""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

from kconsole.client.client import KernelClient
from kconsole.client.health import LOOK_S, Health
from kconsole.client.linereader import LineReader
from kconsole.errors import (
    KernelDiedError,
    KernelRestartedError,
    LinkDownError,
    LinkLostError,
    ReplyTimeoutError,
)
from kconsole.protocol.completeness import ANSWER_WITHIN_S, is_complete
from kconsole.protocol.replies import IsCompleteReply
from kconsole.repl.screen.prompts import continuation

__all__ = ["PlainReading"]


class PlainReading:
    """Reads from the user.

    :param client: of the kernel, which says whether code is complete, and whose end is heard of.
    :param lines: reads lines in a thread of its own.
    :param write: writes text that is safe.
    :param mourned: tells whether the kernel's death is known already.
    """

    def __init__(
        self,
        client: KernelClient,
        lines: LineReader,
        write: Callable[[str], None],
        mourned: Callable[[], bool],
    ) -> None:
        self._client = client
        self._lines = lines
        self._write = write
        self._mourned = mourned
        #: Set by the client's I/O thread when the kernel is another one; cleared once that was told.
        self.renewed = threading.Event()

    def note_restart(self) -> None:
        """Take word, in the I/O thread, that the kernel is another one; wake who reads a line."""
        self.renewed.set()
        wake = self._client.on_change
        if wake is not None:
            wake()

    def cell(self, prompt: str, language: str, is_whole: Callable[[str], bool]) -> str:
        """Read lines until they are a complete cell, or until an empty one.

        :param prompt: what stands before the first.
        :param language: the kernel's, for one that does not answer.
        :param is_whole: tells of a first line that it needs no other.
        :raise EOFError: as all that :meth:`line` raises.
        """
        lines = [self.line(prompt)]
        if is_whole(lines[0]):
            return lines[0]
        while lines[-1].strip() and not self._mourned():
            if self._ask_is_complete("\n".join(lines), language).status != "incomplete":
                break
            lines.append(self.line(continuation(prompt)))
        return "\n".join(lines)

    def line(self, prompt: str) -> str:
        """Read a line, while watching the kernel.

        :raise EOFError: the input has ended.
        :raise KernelDiedError: the kernel has.
        :raise KernelRestartedError: the kernel is another one.
        """
        # Filled by the reader's thread with the line, by the client's I/O thread with news of health.
        news: SimpleQueue[str | Health | None] = SimpleQueue()
        self._client.on_change = lambda: news.put(self._client.health)
        try:
            with self._lines:
                self._lines.begin(prompt, news.put)
                line = self._watch(news)
        finally:
            self._client.on_change = None
        if line is None:
            raise EOFError
        return line

    def _watch(self, news: "SimpleQueue[str | Health | None]") -> str | None:
        item: str | Health | None = self._client.health
        while isinstance(item, Health):
            if self.renewed.is_set():
                raise KernelRestartedError("the kernel was restarted")
            if item.state == "gone" and not self._mourned():
                raise KernelDiedError(f"the kernel is gone: {item.detail}")
            try:
                item = news.get(timeout=LOOK_S)
            except Empty:
                item = self._client.health
        return item

    def _ask_is_complete(self, code: str, language: str) -> IsCompleteReply:
        try:
            reply = self._client.is_complete(code, reply=True, timeout=ANSWER_WITHIN_S)
        except (ReplyTimeoutError, LinkDownError, LinkLostError):
            return is_complete(None, code, language)
        except KeyboardInterrupt:
            self._write("\n")
            raise
        assert not isinstance(reply, str)
        return is_complete(reply, code, language)
