"""From the client's I/O thread into the event loop: everything, in order, in bites."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from types import SimpleNamespace

import pytest

from kconsole.client.inbox import Item
from kconsole.protocol.message import Message
from kconsole.protocol.session import Session
from kconsole.repl.kernel.backlog import AT_MOST, Gap
from kconsole.repl.kernel.bridge import Bridge

BURST = 1000
ROOM = 1 << 20


class Far:
    """The loop's side of a bridge: what it receives, and what it is told."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.received: list[str] = []
        self.bites: list[int] = []
        #: Message types at which receiving fails.
        self.mistakes: set[str] = set()
        self._enough: tuple[int, asyncio.Event] = (0, asyncio.Event())
        self.gaps: list[Gap] = []
        self.bridge = Bridge(self.loop, self.receive, self.after, lambda: ROOM, self.gaps.append)

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

    async def wait_for(self, count: int) -> None:
        """Wait until that many messages are here, and the bite that brought the last is over."""
        self._enough = (count, asyncio.Event())
        if len(self.received) < count:
            await asyncio.wait_for(self._enough[1].wait(), 60)
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


def test_what_comes_after_one_that_takes_its_time_waits_for_it() -> None:
    class Slow(Far):
        def receive(self, item: Item) -> None:
            super().receive(item)
            if item.msg["msg_type"] == "2":
                self.bridge.pause()

    async def story() -> None:
        far = Slow()
        put(far.bridge, 0, 5)
        await far.wait_for(3)
        put(far.bridge, 5, 5)
        for _ in range(5):
            await asyncio.sleep(0)
        assert far.received == ["0", "1", "2"]
        assert far.bridge.behind
        far.bridge.go_on()
        await far.wait_for(10)
        assert far.received == [str(number) for number in range(10)]

    asyncio.run(story())


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


class HandLoop(asyncio.SelectorEventLoop):
    """A loop that never runs: it keeps what it is to call, for a test that calls it by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.wakes = 0
        self.due: list[tuple[float, Callable[[], object]]] = []

    def call_soon_threadsafe(self, callback, *args, context=None):
        self.wakes += 1
        return self.call_later(0, callback)

    def call_later(self, delay, callback, *args, context=None):
        self.due.append((delay, callback))
        return asyncio.TimerHandle(delay, callback, args, self)

    def turn(self) -> float:
        """Call what is due next; returns after how many seconds it was to be called."""
        delay, callback = self.due.pop(0)
        callback()
        return delay


class Hand:
    """A bridge whose far side is moved by hand.

    Attributes:
        texts: what has been received: a stream's text, or another message's type.
        now: the bridge's clock.
        room: for how many messages more.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.session = Session()
        self.loop = HandLoop()
        self.texts: list[str] = []
        self.now = 1000.0
        self.room = 1_000_000
        self.bridge = Bridge(
            self.loop, self.receive, lambda: None, lambda: self.room and ROOM, self.lost
        )
        self.parent = self.session.msg("execute_request")
        monkeypatch.setattr(
            "kconsole.repl.kernel.bridge.time", SimpleNamespace(monotonic=lambda: self.now)
        )

    def receive(self, item: Item) -> None:
        self.texts.append(item.msg["content"].get("text", item.msg["msg_type"]))
        self.room -= 1

    def lost(self, gap: Gap) -> None:
        self.texts.append(f"{gap.messages} lost")

    def print(self, text: str, name: str = "stdout", parent: Message | None = None) -> None:
        content = {"name": name, "text": text}
        msg = self.session.msg("stream", content, parent=parent or self.parent)
        self.bridge.put("iopub", msg)

    def update(self, text: str, transient: object, parent: Message | None = None) -> None:
        content = {"text": text, "transient": transient}
        msg = self.session.msg("update_display_data", content, parent=parent or self.parent)
        self.bridge.put("iopub", msg)


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hand]:
    hand = Hand(monkeypatch)
    yield hand
    hand.loop.close()


def test_plain_pieces_of_a_stream_are_joined(hand: Hand) -> None:
    for text in ("a", "b\n", "é"):
        hand.print(text)
    hand.loop.turn()
    assert hand.texts == ["ab\né"]


def test_only_neighbours_of_one_stream_and_one_cell_are_joined(hand: Hand) -> None:
    other = hand.session.msg("execute_request")
    for text, name, parent in [
        *[("a", "stdout", None), ("b", "stderr", None), ("c", "stdout", None)],
        *[("d", "stdout", other), ("e", "stdout", other)],
    ]:
        hand.print(text, name, parent)
    hand.bridge.put("iopub", hand.session.msg("status"))
    hand.print("f", parent=other)
    hand.loop.turn()
    assert hand.texts == ["a", "b", "c", "de", "status", "f"]


def test_what_looks_like_a_stream_elsewhere_or_has_no_text_is_left_alone(hand: Hand) -> None:
    for channel, content in [
        ("shell", {"name": "stdout", "text": "a"}),
        ("shell", {"name": "stdout", "text": "b"}),
        ("iopub", {"name": "stdout", "data": "of protocol 4"}),
        ("iopub", {"name": None, "text": "c"}),
        ("iopub", {"name": "stdout", "text": ["d"]}),
    ]:
        hand.bridge.put(channel, hand.session.msg("stream", content))
    hand.loop.turn()
    assert hand.texts == ["a", "b", "stream", "c", ["d"]]


def test_of_updates_of_a_display_that_nothing_comes_between_the_last_is_taken(hand: Hand) -> None:
    other = hand.session.msg("execute_request")
    for text, name, parent in [
        *[("1", "bar", None), ("2", "bar", None), ("3", "bar", None)],
        *[("4", "pie", None), ("5", "bar", None), ("6", "bar", other), ("7", "bar", other)],
    ]:
        hand.update(text, {"display_id": name}, parent)
    hand.print("a")
    hand.update("8", {"display_id": "bar"})
    hand.print("b")
    hand.loop.turn()
    assert hand.texts == ["3", "4", "5", "7", "a", "8", "b"]


def test_updates_that_do_not_say_of_what_are_left_alone(hand: Hand) -> None:
    for text, transient in [
        ("1", {}),
        ("2", {}),
        ("3", None),
        ("4", None),
        ("5", {"display_id": 1}),
    ]:
        hand.update(text, transient)
    hand.loop.turn()
    assert hand.texts == ["1", "2", "3", "4", "5"]


def test_a_long_run_is_cut(hand: Hand) -> None:
    piece = "x" * 1000
    for _ in range(100):
        hand.print(piece)
    hand.loop.turn()
    assert "".join(hand.texts) == piece * 100
    assert max(map(len, hand.texts)) < 40_000


def test_what_has_been_received_grows_no_more(hand: Hand) -> None:
    hand.print("a")
    hand.loop.turn()
    hand.print("b")
    hand.print("c")
    hand.loop.turn()
    assert hand.texts == ["a", "bc"]


def test_single_messages_are_fetched_at_once_and_a_flood_by_the_clock(hand: Hand) -> None:
    for _ in range(10):
        hand.print("a")
        assert hand.loop.turn() == 0
        hand.now += 0.02
    assert hand.loop.wakes == 10
    hand.loop.wakes = 0
    for _ in range(5):  # a flood: of each burst only the first message wakes the loop, then none
        for _ in range(200):
            hand.print("a")
        hand.loop.turn()
        hand.now += 0.02
    assert hand.loop.wakes == 1
    assert [delay for delay, _ in hand.loop.due] == [0.01]
    assert len("".join(hand.texts)) == 1010


def test_after_a_flood_the_loop_is_woken_again(hand: Hand) -> None:
    for _ in range(200):
        hand.print("a")
    while hand.loop.due:
        hand.loop.turn()
        hand.now += 0.01
    before = hand.loop.wakes
    hand.print("b")
    assert hand.loop.wakes == before + 1
    assert hand.loop.turn() == 0


def test_what_there_is_no_room_for_waits_and_keeps_its_order(hand: Hand) -> None:
    hand.room = 1
    hand.print("a")
    hand.bridge.put("iopub", hand.session.msg("status"))
    hand.print("b")
    hand.loop.turn()
    hand.print("c")
    hand.loop.turn()
    assert hand.texts == ["a"]
    hand.room = 10
    assert 0 < hand.loop.turn() < 0.01
    assert hand.texts == ["a", "status", "bc"]


def test_a_flood_from_another_thread_arrives_whole_and_in_order() -> None:
    texts: list[str] = []

    async def main() -> None:
        over = asyncio.Event()

        def receive(item: Item) -> None:
            texts.append(item.msg["content"].get("text", ""))
            if item.msg["msg_type"] == "status":
                over.set()

        loop = asyncio.get_running_loop()
        bridge = Bridge(loop, receive, lambda: None, lambda: ROOM, lambda gap: None)
        session = Session()

        def flood() -> None:
            for number in range(20_000):
                content = {"name": "stdout", "text": f"{number}\n"}
                bridge.put("iopub", session.msg("stream", content))
            bridge.put("iopub", session.msg("status"))

        thread = threading.Thread(target=flood)
        thread.start()
        await asyncio.wait_for(over.wait(), 60)
        thread.join()

    asyncio.run(main())
    assert "".join(texts) == "".join(f"{number}\n" for number in range(20_000))
    assert len(texts) < 20_000


def test_a_control_string_never_comes_to_span_two_messages(hand: Hand) -> None:
    pieces = ["a", "b\x1b]0;title", "\x07c", "d\x9d0;title", "\x9ce"]
    for text in pieces:
        hand.print(text)
    hand.loop.turn()
    assert "".join(hand.texts) == "".join(pieces)
    assert not any("title" in text and ("\x07" in text or "\x9c" in text) for text in hand.texts)


def test_what_waits_without_end_is_left_out_in_its_middle_and_told_in_its_place(hand: Hand) -> None:
    hand.room = 1
    piece = "x" * (AT_MOST // 100)
    pieces = [f"{number:03}{piece}" for number in range(300)]
    for text in pieces:
        hand.print(text)
    hand.bridge.put("iopub", hand.session.msg("status"))
    hand.loop.turn()
    hand.room = 1_000_000
    while hand.bridge.behind:
        hand.loop.turn()
    first, told, *rest = hand.texts
    assert first == pieces[0]
    assert rest == [*pieces[-len(rest) + 1 :], "status"]
    assert told == f"{300 - len(rest)} lost"
    assert sum(map(len, rest)) <= 1.1 * AT_MOST


def test_a_gap_of_what_nobody_wants_is_nobodys(hand: Hand) -> None:
    hand.room = 0
    for _ in range(300):
        hand.print("x" * (AT_MOST // 100))
    msg_id = hand.parent["msg_id"]
    hand.bridge.skip(msg_id)
    assert hand.bridge.skipped(msg_id) == 300
    hand.room = 10
    hand.loop.turn()
    assert hand.texts == []


def test_a_call_from_another_thread_arrives() -> None:
    async def story(far: Far) -> None:
        called = asyncio.Event()
        threading.Thread(target=far.bridge.call, args=(called.set,)).start()
        await asyncio.wait_for(called.wait(), 60)

    in_loop(story)


def test_what_is_to_be_called_waits_for_the_messages_before_it(hand: Hand) -> None:
    order: list[str] = []
    hand.print("before")
    hand.bridge.call(lambda: order.extend([*hand.texts, "called"]))
    hand.print("after")
    hand.loop.turn()
    assert order == ["before", "called"]
    assert hand.texts == ["before", "after"]


def test_a_bridge_is_behind_until_everything_was_taken(hand: Hand) -> None:
    assert not hand.bridge.behind
    hand.print("text")
    assert hand.bridge.behind
    hand.loop.turn()
    assert not hand.bridge.behind


def test_a_closed_bridge_carries_nothing() -> None:
    async def story(far: Far) -> None:
        far.bridge.close()
        put(far.bridge, 0, 1)
        far.bridge.call(lambda: far.received.append("called"))
        await asyncio.sleep(0)
        assert far.received == []

    in_loop(story)


def test_a_message_after_the_loop_has_ended_is_no_error() -> None:
    async def main() -> Far:
        return Far()

    far = asyncio.run(main())
    put(far.bridge, 0, 1)
    assert far.received == []


# --- what nobody wants any more


def of_request(msg_id: str, msg_type: str, **content: object) -> Message:
    session = Session()
    parent = session.msg("execute_request")
    parent["header"]["msg_id"] = msg_id
    return session.msg(msg_type, content, parent=parent)


def test_what_waits_of_a_skipped_request_is_left_out_and_counted() -> None:
    async def story(far: Far) -> None:
        for number in range(100):
            far.bridge.put("iopub", of_request("a", "stream", name="stdout", text=f"{number}\n"))
        far.bridge.put("iopub", of_request("a", "display_data"))
        far.bridge.put("iopub", of_request("a", "status", execution_state="idle"))
        far.bridge.put("iopub", of_request("b", "display_data"))
        far.bridge.put("shell", of_request("a", "execute_reply"))
        far.bridge.skip("a")
        assert far.bridge.skipped("a") == 101
        await far.wait_for(3)
        assert far.received == ["status", "display_data", "execute_reply"]

    in_loop(story)


def test_what_still_comes_of_it_is_left_out_as_well() -> None:
    async def story(far: Far) -> None:
        far.bridge.skip("a")
        far.bridge.put("iopub", of_request("a", "stream", name="stdout", text="x"))
        far.bridge.put("iopub", of_request("b", "stream", name="stdout", text="y"))
        far.bridge.put("iopub", of_request("a", "error"))
        far.bridge.put("iopub", of_request("a", "status", execution_state="idle"))
        await far.wait_for(2)
        assert far.received == ["stream", "status"]
        assert far.bridge.skipped("a") == 2
        assert far.bridge.skipped("b") == 0

    in_loop(story)


def test_only_the_latest_requests_are_remembered() -> None:
    async def story(far: Far) -> None:
        for number in range(1000):
            far.bridge.skip(str(number))
        assert len(far.bridge._skipped) == 64
        far.bridge.put("iopub", of_request("0", "error"))
        far.bridge.put("iopub", of_request("999", "error"))
        await far.wait_for(1)
        assert far.received == ["error"]
        assert far.bridge.skipped("999") == 1

    in_loop(story)
