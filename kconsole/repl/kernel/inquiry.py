"""What the console asks the kernel besides running cells, without ever blocking.

Each question has a bounded wait; a kernel that does not answer costs that question and no other. While
the kernel's shell is busy it is asked in a subshell (:mod:`kconsole.repl.kernel.subshell`); where it has
none, it is not asked at all: the answer would come when the cell is done.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Literal

from kconsole.client.client import KernelClient
from kconsole.errors import KconsoleError
from kconsole.protocol import requests
from kconsole.protocol.completeness import ANSWER_WITHIN_S, is_complete
from kconsole.protocol.fields import as_mapping
from kconsole.protocol.message import Channel, Message
from kconsole.protocol.replies import (
    CompleteReply,
    HistoryRow,
    InspectReply,
    IsCompleteReply,
    KernelInfo,
    parse_complete,
    parse_execute_reply,
    parse_history,
    parse_inspect,
    parse_kernel_info,
    session_tail,
)
from kconsole.repl.completion.completer import insertable
from kconsole.repl.kernel.asking import Questions
from kconsole.repl.kernel.subshell import Subshell
from kconsole.repl.state import State

__all__ = ["Inquiry"]

#: How long completions may take. Seconds is not too long: with a fresh home, jedi builds a cache first.
_COMPLETE_S = 15.0
_INSPECT_S = 10.0
_EVALUATE_S = 60.0
_HISTORY_S = 10.0
_INFO_S = 10.0
_TAIL = 1000


class Inquiry:
    """Asks, and hands replies to whoever asked.

    :param client: with its channels running.
    :param state: whether the kernel's shell is busy.
    """

    def __init__(self, client: KernelClient, state: State) -> None:
        self._client = client
        self._state = state
        self._questions = Questions()
        self._subshell = Subshell(client, self._questions, lambda: state.info)

    @property
    def possible(self) -> bool:
        """Whether the kernel can be asked now."""
        return not self.hindrance

    @property
    def hindrance(self) -> Literal["", "busy", "gone", "out of reach"]:
        """Why the kernel cannot be asked now; ``""`` if it can.

        It is gone, or busy without a subshell, or the link to its computer is down.
        """
        if self._state.gone:
            return "gone"
        if self._client.obstacle:
            return "out of reach"
        return "busy" if self._state.working and not self._subshell.possible else ""

    def take(self, msg: Message) -> bool:
        """Hand a reply to whoever waits for it; False if nobody does."""
        return self._questions.take(msg)

    def awaits(self, msg_id: str) -> bool:
        """Whether a request is one of these questions, and not answered yet."""
        return self._questions.awaits(msg_id)

    def idle(self, msg_id: str) -> None:
        """Note that the kernel is done with a request."""
        self._questions.idle(msg_id)

    def lose(self, msg_ids: Collection[str]) -> None:
        """Answer some questions with nothing: their replies were lost with the link."""
        self._questions.lose(msg_ids)

    def give_up(self) -> None:
        """Answer all open questions with nothing: the kernel is gone, or another one."""
        self._questions.give_up()
        self._subshell.forget()

    def close(self) -> None:
        """Leave nothing of ours in the kernel."""
        self._subshell.close()

    async def is_complete(self, code: str, language: str) -> IsCompleteReply:
        """Whether the code can be run as it is; the kernel's opinion, or else a guess of our own."""
        content = requests.is_complete_request(code)
        reply = await self._ask_shell("is_complete_request", content, ANSWER_WITHIN_S)
        return is_complete(reply, code, language)

    async def complete(self, code: str, cursor: int) -> CompleteReply | None:
        """What could stand at the cursor; None if the kernel did not say."""
        content = requests.complete_request(code, cursor)
        reply = await self._ask_shell("complete_request", content, _COMPLETE_S)
        return None if reply is None else parse_complete(reply, code, cursor)

    async def inspect(self, code: str, cursor: int, detail: Literal[0, 1]) -> InspectReply | None:
        """What is known of what stands at the cursor; None if the kernel did not say.

        :param detail: 0 for the documentation, 1 for the source too.
        """
        content = requests.inspect_request(code, cursor, detail)
        reply = await self._ask_shell("inspect_request", content, _INSPECT_S)
        return None if reply is None else parse_inspect(reply)

    async def evaluate(self, expression: str) -> Mapping[str, Any] | None:
        """What an expression is worth: a user_expressions entry of the specification.

        :return: None if the kernel did not answer; empty if it knows no user_expressions.
        """
        name = "value"
        content = requests.execute_request(
            "",
            silent=True,
            store_history=False,
            user_expressions={name: expression},
            allow_stdin=False,
            stop_on_error=False,
        )
        reply = await self._ask_shell("execute_request", content, _EVALUATE_S)
        if reply is None:
            return None
        return as_mapping(as_mapping(reply["content"].get("user_expressions")).get(name))

    async def history(self) -> list[str]:
        """The latest inputs that the kernel remembers, the oldest first."""
        # It is asked once; where another's cell runs, there is an answer when that has ended.
        content = requests.history_request(hist_access_type="tail", n=_TAIL)
        reply = await self._ask(self._sender("shell", "history_request", content), None)
        return _inputs(reply)

    async def search_history(self, pattern: str, count: int) -> list[str]:
        """Those of the inputs in the kernel's database that match, each once, the oldest first.

        :param pattern: a glob of SQLite's, for the whole of an input.
        :param count: at most so many, the latest.
        """
        content = requests.history_request(
            hist_access_type="search", pattern=pattern, n=count, unique=True
        )
        return _inputs(await self._ask_shell("history_request", content, _HISTORY_S))

    async def session_tail(self, count: int) -> list[HistoryRow]:
        """The last cells that the kernel has run since it was started, with results as text.

        :param count: how many.
        """
        content = requests.session_tail_request(count, self._state.info.implementation)
        reply = await self._ask_shell("history_request", content, _HISTORY_S)
        return [] if reply is None else session_tail(reply, count)

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

    async def shut_down(self, timeout: float) -> bool:
        """Ask the kernel to end; whether it has answered that it does.

        :param timeout: in seconds.
        """
        reply = await self._ask(self._client.shutdown, timeout)
        return reply is not None and reply["content"].get("status", "ok") == "ok"

    async def control(
        self, msg_type: str, content: Mapping[str, Any], timeout: float
    ) -> Mapping[str, Any] | None:
        """Ask something on control, which is answered while a cell runs too.

        :param timeout: in seconds.
        :return: the reply's content; None if there was none.
        """
        if self._state.gone:
            return None
        reply = await self._ask(self._sender("control", msg_type, content), timeout)
        return None if reply is None else reply["content"]

    async def _ask_shell(
        self, msg_type: str, content: Mapping[str, Any], timeout: float
    ) -> Message | None:
        """Ask on shell, or in the subshell while the shell is busy; a kernel that is gone, not at all."""
        if self._state.gone:
            return None
        if not self._state.working:
            return await self._ask(self._sender("shell", msg_type, content), timeout)
        for _ in range(2):  # again, if somebody has closed it
            subshell = await self._subshell.open()
            if subshell is None:
                return None
            reply = await self._ask(self._sender("shell", msg_type, content, subshell), timeout)
            if not self._subshell.is_lost(reply):
                return reply
        return None

    def _sender(
        self,
        channel: Channel,
        msg_type: str,
        content: Mapping[str, Any],
        subshell: str | None = None,
    ) -> Callable[[], str | Message]:
        return lambda: self._client.request(channel, msg_type, content, subshell_id=subshell)

    async def _ask(
        self, send: Callable[[], str | Message], timeout: float | None
    ) -> Message | None:
        try:
            msg_id = send()
        except (KconsoleError, ValueError):  # a text that no message can carry
            return None
        assert isinstance(msg_id, str)
        return await self._questions.answer(msg_id, timeout)


def _inputs(reply: Message | None) -> list[str]:
    """The inputs in a history_reply, as far as they can be typed."""
    return [] if reply is None else [insertable(row.source) for row in parse_history(reply).rows]
