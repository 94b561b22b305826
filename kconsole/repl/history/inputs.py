"""The history of inputs: this session's, and before them what the kernel and the file remember."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from prompt_toolkit.history import History

__all__ = ["KernelHistory"]

_AT_MOST = 10_000  # inputs of the kernel, and of the file
_AT_ONCE = 200  # inputs that are handed on before others get a turn
#: How long the kernel may take to answer for its inputs to come before those of the file.
_PATIENCE_S = 0.3

#: Asks for the latest inputs, the oldest first.
Ask = Callable[[], Awaitable[Sequence[str]]]


async def _nothing() -> Sequence[str]:
    return ()


class KernelHistory(History):
    """Inputs of this session, before them those of the kernel, before these those of the file.

    An input that is there more than once counts where it is newest. A kernel that does not answer at
    once comes after the file.

    :param kernel: asks the kernel.
    :param file: asks the file.
    :param keep: called with each new input.
    """

    def __init__(
        self, kernel: Ask, file: Ask = _nothing, keep: Callable[[str], None] = lambda text: None
    ) -> None:
        super().__init__()
        self._asks = (kernel, file)
        self._keep = keep
        #: The questions, asked once; they outlive the prompt that asked them.
        self._answers: tuple[asyncio.Future[Sequence[str]], ...] = ()
        self._patience: asyncio.Future[Any] | None = None
        #: Of the kernel and the file, the newest first; as far as it has been loaded.
        self._remembered: list[str] = []
        self._all_loaded = False
        self._newest_first: Sequence[str] | None = None

    @property
    def newest_first(self) -> Sequence[str]:
        """All that is known by now. The same object as long as it is the same."""
        if self._newest_first is None:
            self._newest_first = [*self._loaded_strings, *self._remembered]
        return self._newest_first

    @property
    def session(self) -> Sequence[str]:
        """The inputs of this session, the oldest first."""
        return self._loaded_strings[::-1]

    def offer(self, string: str) -> None:
        """Add what somebody else suggests as an input: it is not kept."""
        self._loaded_strings.insert(0, string)
        self._newest_first = None

    def append_string(self, string: str) -> None:
        """Add an input, unless it is the same as the one before it."""
        string = string.rstrip()  # the empty line that ends a block is no part of it
        if string and self._loaded_strings[:1] != [string]:
            super().append_string(string)
            self._newest_first = None

    async def load(self) -> AsyncGenerator[str, None]:
        """Yield all inputs, the newest first; those of the kernel, as soon as it has answered.

        prompt_toolkit calls this anew for each prompt, and cancels what has not ended by then.
        """
        if self._all_loaded:
            async for text in _unhurried(dict.fromkeys(self.newest_first)):
                yield text
            return
        seen: set[str] = set()
        async for text in _unhurried(_new(list(self._loaded_strings), seen)):
            yield text
        remembered: list[str] = []
        for answer in await self._in_order():
            # A kernel that was busy at first has run some of our own by the time it answers.
            seen.update(self._loaded_strings)
            newest_first = reversed(await asyncio.shield(answer))
            latest = list(islice(_new(newest_first, seen), _AT_MOST))
            remembered += latest
            if len(remembered) > len(self._remembered):
                self._remembered = remembered[:]
                self._newest_first = None
            async for text in _unhurried(latest):
                yield text
        self._all_loaded = True

    async def _in_order(self) -> "Sequence[asyncio.Future[Sequence[str]]]":
        """Ask, if it has not been done yet; gives the answers to come, the newest inputs first."""
        if self._patience is None:
            self._answers = tuple(asyncio.ensure_future(ask()) for ask in self._asks)
            self._patience = asyncio.ensure_future(asyncio.wait(self._answers, timeout=_PATIENCE_S))
        await asyncio.shield(self._patience)
        return self._answers if self._answers[0].done() else self._answers[::-1]

    def load_history_strings(self) -> Iterable[str]:
        """Nothing: it is loaded asynchronously, by :meth:`load`."""
        return ()

    def store_string(self, string: str) -> None:
        """Keep an input in the file; the kernel keeps what it runs."""
        self._keep(string)


def _new(texts: Iterable[str], seen: set[str]) -> Iterable[str]:
    """Leave out what has been seen already."""
    for text in texts:
        if text not in seen:
            seen.add(text)
            yield text


async def _unhurried(texts: Iterable[str]) -> AsyncGenerator[str, None]:
    """Hand on, and let keys and messages have their turns in between."""
    for number, text in enumerate(texts, 1):
        yield text
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
