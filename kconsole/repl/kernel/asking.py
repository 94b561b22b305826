"""Questions to the kernel whose answers are awaited in the event loop, matched by msg_id."""

import asyncio
from collections.abc import Iterable

from kconsole.protocol.message import Message
from kconsole.protocol.replies import GRACE_S

__all__ = ["Questions"]


class Questions:
    """The questions under way. Lives in the event loop alone."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[Message | None]] = {}

    async def answer(self, msg_id: str, timeout: float | None) -> Message | None:
        """Wait for the reply to a request that has just been sent.

        :param timeout: seconds; None is without limit.
        :return: the reply; None if there was none in that time, or nobody is there to give one.
        """
        future: asyncio.Future[Message | None] = asyncio.get_running_loop().create_future()
        self._waiting[msg_id] = future
        try:
            return await asyncio.wait_for(future, timeout)
        except TimeoutError:
            return None
        finally:
            self._waiting.pop(msg_id, None)

    def take(self, msg: Message) -> bool:
        """Hand a reply to whoever waits for it; False if nobody does."""
        msg_id = msg["parent_header"].get("msg_id")
        future = self._waiting.pop(msg_id, None) if isinstance(msg_id, str) else None
        if future is None:
            return False
        if not future.done():
            future.set_result(msg)
        return True

    def awaits(self, msg_id: str) -> bool:
        """Whether somebody waits for the reply to a request."""
        return msg_id in self._waiting

    def idle(self, msg_id: str) -> None:
        """Note that the kernel is done with a request: its reply comes now, or never."""
        future = self._waiting.get(msg_id)
        if future is not None:
            future.get_loop().call_later(GRACE_S, _answer_nothing, future)

    def lose(self, msg_ids: Iterable[str]) -> None:
        """Answer some with None: their replies are lost."""
        for msg_id in msg_ids:
            if (future := self._waiting.pop(msg_id, None)) is not None:
                _answer_nothing(future)

    def give_up(self) -> None:
        """Answer all with None: the kernel is gone."""
        for future in self._waiting.values():
            _answer_nothing(future)
        self._waiting.clear()


def _answer_nothing(future: "asyncio.Future[Message | None]") -> None:
    if not future.done():
        future.set_result(None)
