"""Completion by the kernel, never in the way of a key."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from kconsole.protocol.replies import CompleteReply
from kconsole.render.sanitise import one_line

__all__ = ["KernelCompleter", "insertable"]


class KernelCompleter(Completer):
    """Asks the kernel, and turns its matches into prompt_toolkit's.

    Parameters:
        ask: asks for completions of a code at a cursor (in code points); None if there are none, or
            if the kernel cannot be asked now.
    """

    def __init__(self, ask: Callable[[str, int], Awaitable[CompleteReply | None]]) -> None:
        self._ask = ask

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Nothing: a kernel can only be asked without blocking."""
        return ()

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        """The kernel's matches at the cursor."""
        cursor = document.cursor_position
        reply = await self._ask(document.text, cursor)
        for match in reply.matches if reply is not None else ():
            # A match that ends after the cursor would need what stands there deleted: prompt_toolkit
            # cannot, so what the match has in common with it is left out of the inserted text.
            after = document.text[cursor : match.end]
            text = match.text.removesuffix(after) if after else match.text
            yield Completion(
                insertable(text),
                start_position=min(0, match.start - cursor),
                display=_shown(match.text, 60),
                display_meta=_shown(match.signature or match.type, 40) or None,
            )


def _shown(text: str, width: int) -> str:
    """The text as it may be shown in a menu; most matches are plain words, of 20,000 nearly all."""
    plain = len(text) <= width and text.isascii() and text.isprintable()
    return text if plain else one_line(text, width)


def insertable(text: str) -> str:
    """The text as it may enter the input: printable characters and newlines."""
    if text.isprintable():
        return text
    return "".join(each for each in text if each.isprintable() or each in "\n\t")
