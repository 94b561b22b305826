"""The second shell of a kernel, in which it answers questions while its first one runs a cell (JEP 91).

One for each console, opened at the first need and closed with the console. A kernel that says that it
has subshells but does not open one is not asked again until it is another kernel.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from kconsole.client.client import KernelClient
from kconsole.errors import KconsoleError
from kconsole.protocol.fields import as_mapping, as_text
from kconsole.protocol.message import Message
from kconsole.protocol.replies import KernelInfo
from kconsole.repl.kernel.asking import Questions

__all__ = ["Subshell"]

_OPEN_S = 0.5  # ipykernel takes 10 ms


class Subshell:
    """Opens a subshell when it is needed. Lives in the event loop alone.

    :param client: with its control channel running.
    :param questions: where replies are waited for.
    :param info: what the kernel says of itself.
    """

    def __init__(
        self, client: KernelClient, questions: Questions, info: Callable[[], KernelInfo]
    ) -> None:
        self._client = client
        self._questions = questions
        self._info = info
        self._id: str | None = None
        self._refused = False
        #: The request under way. It has no limit: what is opened late is used from then on.
        self._opening: asyncio.Task[None] | None = None

    @property
    def possible(self) -> bool:
        """Whether there is a subshell, or could be."""
        return not self._refused and self._info().has_subshells

    async def open(self) -> str | None:
        """The subshell's id; None if the kernel has none, or does not open it at once."""
        if self._id is None and self.possible:
            if self._opening is None:
                self._opening = asyncio.get_running_loop().create_task(self._open())
            # Not cancelled by the time limit: others wait for the same subshell.
            done, _ = await asyncio.wait({self._opening}, timeout=_OPEN_S)
            self._refused = self._refused or not done
        return self._id

    def is_lost(self, reply: Message | None) -> bool:
        """Whether a reply says that there is no such subshell any more; it is forgotten then.

        Such a reply is bare: "error" without the name of one.
        """
        content = {} if reply is None else as_mapping(reply["content"])
        if content.get("status") != "error" or as_text(content.get("ename")):
            return False
        self._id = None
        return True

    def forget(self) -> None:
        """The kernel is another one: it has no subshell yet, and may be able to open one."""
        self._id = None
        self._refused = False
        self._stop_opening()

    def close(self) -> None:
        """Have the kernel close the subshell; nobody waits for that."""
        self._stop_opening()
        if self._id is not None:
            with suppress(KconsoleError):
                self._send("delete_subshell_request", {"subshell_id": self._id})
            self._id = None

    async def _open(self) -> None:
        try:
            reply = await self._questions.answer(self._send("create_subshell_request", {}), None)
        except KconsoleError:
            reply = None
        opened = None if reply is None else as_mapping(reply["content"]).get("subshell_id")
        self._id = opened if isinstance(opened, str) and opened else None
        self._refused = self._id is None
        self._opening = None

    def _send(self, msg_type: str, content: dict[str, str]) -> str:
        msg_id = self._client.request("control", msg_type, content)
        assert isinstance(msg_id, str)
        return msg_id

    def _stop_opening(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
