"""From the client's I/O thread into the event loop: everything, in order, in bites."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

from kconsole.client.router import Item
from kconsole.protocol.session import Session
from kconsole.repl.bridge import Bridge

BURST = 1000


class Far:
    """The loop's side of a bridge: what it receives, and what it is told."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.received: list[str] = []
        self.bites: list[int] = []
        self.changes = 0
        #: Message types at which receiving fails.
        self.mistakes: set[str] = set()
        self._enough: tuple[int, asyncio.Event] = (0, asyncio.Event())
        self.bridge = Bridge(self.loop, self.receive, self.after, self.changed)

    def receive(self, item: Item) -> None:
        kind = item.msg["msg_type"]
        self.received.append(kind)
        count, event = self._enough
        if len(self.received) == count:
            event.set()
        if kind in self.mistakes:
            raise ValueError(kind)

    def after(self) -> None:
        self.bites.append(len(self.received))

    def changed(self) -> None:
        self.changes += 1

    async def wait_for(self, count: int) -> None:
        """Wait until that many messages are here, and the bite that brought the last is over."""
        self._enough = (count, asyncio.Event())
        if len(self.received) < count:
            await asyncio.wait_for(self._enough[1].wait(), 5)
        await asyncio.sleep(0)


def put(bridge: Bridge, first: int, count: int) -> None:
    session = Session()
    for number in range(first, first + count):
        bridge.put("iopub", session.msg(str(number)))


def in_loop(story: Callable[[Far], Awaitable[None]]) -> None:
    async def main() -> None:
        await story(Far())

    asyncio.run(main())


def test_a_burst_from_another_thread_arrives_whole_and_in_order() -> None:
    async def story(far: Far) -> None:
        thread = threading.Thread(target=put, args=(far.bridge, 0, BURST))
        thread.start()
        await far.wait_for(BURST)
        thread.join()
        assert far.received == [str(number) for number in range(BURST)]
        assert far.bridge.backlog == 0

    in_loop(story)


def test_the_loop_gets_its_turn_between_two_bites() -> None:
    async def story(far: Far) -> None:
        put(far.bridge, 0, BURST)
        turns = 0
        while len(far.received) < BURST:
            turns += 1
            await asyncio.sleep(0)
        assert turns >= BURST // 256
        assert max(b - a for a, b in zip([0, *far.bites], far.bites, strict=False)) <= 256

    in_loop(story)


def test_it_goes_on_after_the_queue_was_empty() -> None:
    async def story(far: Far) -> None:
        put(far.bridge, 0, 1)
        await far.wait_for(1)
        put(far.bridge, 1, 1)
        await far.wait_for(2)
        assert far.received == ["0", "1"]

    in_loop(story)


def test_a_mistake_with_one_message_costs_none_of_the_others() -> None:
    async def story(far: Far) -> None:
        told: list[object] = []
        far.loop.set_exception_handler(lambda loop, context: told.append(context["exception"]))
        far.mistakes = {"1"}
        put(far.bridge, 0, 3)
        await far.wait_for(3)
        put(far.bridge, 3, 1)
        await far.wait_for(4)
        assert far.received == ["0", "1", "2", "3"]
        assert [str(error) for error in told] == ["1"]
        assert far.bites[-1] == 4

    in_loop(story)


def joined_texts(*texts: str) -> list[str]:
    """What becomes of pieces of one stream that have come in one burst."""
    received: list[str] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        over = asyncio.Event()
        bridge = Bridge(
            loop,
            lambda item: received.append(item.msg["content"]["text"]),
            lambda: over.set() if sum(map(len, received)) == sum(map(len, texts)) else None,
            lambda: None,
        )
        session = Session()
        for text in texts:
            bridge.put("iopub", session.msg("stream", {"name": "stdout", "text": text}))
        await asyncio.wait_for(over.wait(), 5)

    asyncio.run(main())
    return received


def test_plain_pieces_of_a_stream_are_joined() -> None:
    assert joined_texts("a", "b\n", "c") == ["ab\nc"]


def test_a_control_string_never_comes_to_span_two_messages() -> None:
    pieces = ["a", "b\x1b]0;title", "\x07c", "d\x9d0;title", "\x9ce"]
    received = joined_texts(*pieces)
    assert "".join(received) == "".join(pieces)
    assert not any("title" in text and ("\x07" in text or "\x9c" in text) for text in received)


def test_word_of_a_change_arrives() -> None:
    async def story(far: Far) -> None:
        threading.Thread(target=far.bridge.change).start()
        while not far.changes:
            await asyncio.sleep(0)
        assert far.changes == 1

    in_loop(story)


def test_a_closed_bridge_carries_nothing() -> None:
    async def story(far: Far) -> None:
        far.bridge.close()
        put(far.bridge, 0, 1)
        far.bridge.change()
        await asyncio.sleep(0)
        assert (far.received, far.changes) == ([], 0)

    in_loop(story)


def test_a_message_after_the_loop_has_ended_is_no_error() -> None:
    async def main() -> Far:
        return Far()

    far = asyncio.run(main())
    put(far.bridge, 0, 1)
    assert far.received == []
