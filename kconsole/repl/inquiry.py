"""What the console asks the kernel besides running cells, without ever blocking.

Each question has a bounded wait; a kernel that does not answer costs that question and no other. While
the kernel is busy it is not asked at all: the answer would come when the cell is done.
"""

from collections.abc import Callable

from kconsole.client.client import KernelClient
from kconsole.errors import KconsoleError
from kconsole.protocol.completeness import ANSWER_WITHIN_S, is_complete
from kconsole.protocol.message import Message
from kconsole.protocol.replies import (
    CompleteReply,
    IsCompleteReply,
    KernelInfo,
    parse_complete,
    parse_execute_reply,
    parse_history,
    parse_kernel_info,
)
from kconsole.repl.asking import Questions
from kconsole.repl.completer import insertable

__all__ = ["Inquiry"]

#: How long completions may take. Seconds is not too long: with a fresh home, jedi builds a cache first.
_COMPLETE_S = 15.0
_HISTORY_S = 10.0
_INFO_S = 10.0
_TAIL = 1000


class Inquiry:
    """Asks, and hands replies to whoever asked.

    :param client: with its channels running.
    """

    def __init__(self, client: KernelClient) -> None:
        self._client = client
        self._questions = Questions()

    def take(self, msg: Message) -> bool:
        """Hand a reply to whoever waits for it; False if nobody does."""
        return self._questions.take(msg)

    def awaits(self, msg_id: str) -> bool:
        """Whether a request is one of these questions, and not answered yet."""
        return self._questions.awaits(msg_id)

    def idle(self, msg_id: str) -> None:
        """Note that the kernel is done with a request."""
        self._questions.idle(msg_id)

    def give_up(self) -> None:
        """Answer all open questions with nothing: the kernel is gone."""
        self._questions.give_up()

    async def is_complete(self, code: str, language: str) -> IsCompleteReply:
        """Whether the code can be run as it is; the kernel's opinion, or else a guess of our own."""
        reply = await self._ask(lambda: self._client.is_complete(code), ANSWER_WITHIN_S)
        return is_complete(reply, code, language)

    async def complete(self, code: str, cursor: int) -> CompleteReply | None:
        """What could stand at the cursor; None if the kernel did not say."""
        reply = await self._ask(lambda: self._client.complete(code, cursor), _COMPLETE_S)
        return None if reply is None else parse_complete(reply, code, cursor)

    async def history(self) -> list[str]:
        """The latest inputs that the kernel remembers, the oldest first."""
        reply = await self._ask(
            lambda: self._client.history(hist_access_type="tail", n=_TAIL), _HISTORY_S
        )
        return (
            [] if reply is None else [insertable(row.source) for row in parse_history(reply).rows]
        )

    async def kernel_info(self, timeout: float | None = _INFO_S) -> KernelInfo | None:
        """What the kernel says of itself on shell; None if it does not, or is gone.

        :param timeout: in seconds; None waits for as long as the shell is busy.
        """
        reply = await self._ask(self._client.kernel_info, timeout)
        return None if reply is None else parse_kernel_info(reply)

    async def execution_count(self) -> int | None:
        """How many cells the kernel has run; to be asked of ipykernel only.

        There is no question for it in the protocol. ipykernel tells it in the reply to an empty
        silent request; other kernels count that as a cell, or broadcast it.
        """
        reply = await self._ask(
            lambda: self._client.execute("", silent=True, allow_stdin=False), _INFO_S
        )
        return None if reply is None else parse_execute_reply(reply).execution_count

    async def _ask(
        self, send: Callable[[], str | Message], timeout: float | None
    ) -> Message | None:
        try:
            msg_id = send()
        except KconsoleError:
            return None
        assert isinstance(msg_id, str)
        return await self._questions.answer(msg_id, timeout)
