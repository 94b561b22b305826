"""One subshell for each console: opened once, by whoever needs it first, and never waited for long."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from kconsole.errors import ChannelError
from kconsole.protocol.replies import KernelInfo
from kconsole.repl.kernel.asking import Questions
from kconsole.repl.kernel.subshell import Subshell

IPYTHON = KernelInfo(implementation="ipython", supported_features=frozenset({"kernel subshells"}))


class Client:
    """Notes what is asked, and answers nothing."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.running = True

    def request(self, channel: str, msg_type: str, content: dict[str, Any]) -> str:
        assert channel == "control"
        if not self.running:
            raise ChannelError("the channels are stopped")
        self.sent.append((msg_type, content))
        return str(len(self.sent))


class Story:
    """A subshell of a kernel that the test plays."""

    def __init__(self, info: KernelInfo = IPYTHON) -> None:
        self.client = Client()
        self.questions = Questions()
        self.subshell = Subshell(self.client, self.questions, lambda: info)

    def answer(self, content: dict[str, Any]) -> bool:
        """The kernel answers the latest request."""
        parent = {"msg_id": str(len(self.client.sent))}
        msg: Any = {
            "parent_header": parent,
            "content": content,
            "msg_type": "create_subshell_reply",
        }
        return self.questions.take(msg)

    async def opening(self, number: int = 1) -> "list[asyncio.Task[str | None]]":
        """Have so many ask for it at once."""
        tasks = [asyncio.create_task(self.subshell.open()) for _ in range(number)]
        while not self.client.sent and self.client.running:
            await asyncio.sleep(0)
        return tasks


def play(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(story())


def test_all_that_need_it_get_the_same() -> None:
    async def story() -> None:
        one = Story()
        tasks = await one.opening(3)
        one.answer({"status": "ok", "subshell_id": "s1"})
        assert await asyncio.gather(*tasks) == ["s1"] * 3
        assert await one.subshell.open() == "s1"
        assert [msg_type for msg_type, _ in one.client.sent] == ["create_subshell_request"]

    play(story)


def test_a_kernel_without_subshells_is_not_asked() -> None:
    async def story() -> None:
        one = Story(KernelInfo(implementation="bash_kernel", supported_features=IPYTHON[5]))
        assert not one.subshell.possible
        assert await one.subshell.open() is None
        assert one.client.sent == []

    play(story)


@pytest.mark.parametrize("content", [{}, {"status": "error"}, {"subshell_id": 7}])
def test_an_answer_without_an_id_is_a_refusal(content: dict[str, Any]) -> None:
    async def story() -> None:
        one = Story()
        (task,) = await one.opening()
        one.answer(content)
        assert await task is None
        assert not one.subshell.possible

    play(story)


def test_what_is_opened_late_is_used_from_then_on() -> None:
    async def story() -> None:
        one = Story()
        (task,) = await one.opening()
        assert await task is None  # in half a second
        assert not one.subshell.possible
        one.answer({"subshell_id": "late"})
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert one.subshell.possible
        assert await one.subshell.open() == "late"

    play(story)


def test_another_kernel_is_asked_anew() -> None:
    async def story() -> None:
        one = Story()
        (task,) = await one.opening()
        one.questions.give_up()
        one.subshell.forget()
        assert await task is None
        assert one.subshell.possible
        again = asyncio.create_task(one.subshell.open())
        while len(one.client.sent) < 2:
            await asyncio.sleep(0)
        one.answer({"subshell_id": "s2"})
        assert await again == "s2"

    play(story)


def test_closing_closes_it_in_the_kernel_and_without_channels_nothing_happens() -> None:
    async def story() -> None:
        one = Story()
        one.subshell.close()
        assert one.client.sent == []
        (task,) = await one.opening()
        one.answer({"subshell_id": "s1"})
        await task
        one.subshell.close()
        assert one.client.sent[1:] == [("delete_subshell_request", {"subshell_id": "s1"})]
        other = Story()
        other.client.running = False
        assert await other.subshell.open() is None
        other.subshell.close()

    play(story)
