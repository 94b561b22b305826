"""The history of inputs: what the kernel remembers, loaded in the background, and this session's."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from itertools import islice

from prompt_toolkit.history import History

__all__ = ["KernelHistory"]

_AT_MOST = 1000


class KernelHistory(History):
    """Inputs of this session, and before them the tail of the kernel's own history.

    :param ask: asks the kernel for its latest inputs, the oldest first.
    """

    def __init__(self, ask: Callable[[], Awaitable[Iterable[str]]]) -> None:
        super().__init__()
        self._ask = ask
        #: The question to the kernel, asked once; it outlives the prompt that asked it.
        self._answer: asyncio.Future[Iterable[str]] | None = None

    async def load(self) -> AsyncGenerator[str, None]:
        """Yield all inputs, the newest first; the kernel's, as soon as it has answered.

        prompt_toolkit calls this anew for each prompt, and cancels what has not ended by then.
        """
        for text in list(self._loaded_strings):
            yield text
        if self._loaded:
            return
        if self._answer is None:
            self._answer = asyncio.ensure_future(self._ask())
        latest = list(await asyncio.shield(self._answer))
        # A kernel that was busy at first has run some of our own by the time it answers.
        ours = set(self._loaded_strings)
        others = (text for text in reversed(latest) if text not in ours)
        remembered = list(islice(_without_repeats(others), _AT_MOST))
        if not self._loaded:
            self._loaded_strings += remembered
            self._loaded = True
        for text in remembered:
            yield text

    def load_history_strings(self) -> Iterable[str]:
        """Nothing: it is loaded asynchronously, by :meth:`load`."""
        return ()

    def store_string(self, string: str) -> None:
        """Nothing: the kernel stores what it runs."""


def _without_repeats(texts: Iterable[str]) -> Iterable[str]:
    """Leave out an input that is the same as the one before it."""
    last = None
    for text in texts:
        if text != last:
            yield text
        last = text
