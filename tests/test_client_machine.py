"""The client under whatever a kernel does: each waiting call ends by a result or the right error, in time.

The transport is scripted, and so is the clock: whoever waits for a message moves the time on to what
happens next. So a call that would wait for ever is found at once, and nothing here takes real time.
"""

import time as real_time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from queue import Empty
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from kconsole.client import base, channels, client, execution, readiness, router
from kconsole.client.client import KernelClient
from kconsole.client.execution import Execution
from kconsole.client.health import LOOK_S
from kconsole.client.transport import Link
from kconsole.connect.info import ConnectionInfo
from kconsole.errors import (
    ChannelError,
    KernelDiedError,
    KernelNotReadyError,
    KernelRestartedError,
    ReplyTimeoutError,
)
from kconsole.protocol.cell import HALF_AT_MOST_S, TAIL_AT_MOST_S
from kconsole.protocol.message import CHANNELS, Channel, Message
from kconsole.protocol.requests import execute_request
from kconsole.protocol.session import Session

PORTS = {f"{channel}_port": number for number, channel in enumerate(CHANNELS, 1)}
#: Nothing is ever waited for longer once the script has nothing left.
FOR_EVER_S = 1000.0
#: A call looks at the kernel's health so often, and may do so once more after its time.
LATE_S = 2 * LOOK_S
TIMES = st.sampled_from([0.0, 0.01, 0.04, 0.2, 0.9, 1.1, 5.0])


class WaitsForEver(Exception):
    """A call waits, and nothing will happen any more."""


class World:
    """The clock, and what happens when: in place of :mod:`time` for the client."""

    def __init__(self) -> None:
        self.now = real_time.monotonic()
        self._script: deque[tuple[float, Callable[[], None]]] = deque()
        self._at = self.now

    def monotonic(self) -> float:
        return self.now

    def then(self, pause: float, what: Callable[[], None]) -> None:
        """Let something happen, so long after what is to happen before."""
        self._at = max(self._at, self.now) + pause
        self._script.append((self._at, what))

    def go_on(self, until: float) -> None:
        """Move the time on to the next thing, or to then if that comes first."""
        if self._script and self._script[0][0] <= until:
            at, what = self._script.popleft()
            self.now = max(self.now, at)
            what()
        else:
            self.now = max(self.now, until)


class ScriptedQueue:
    """A queue whose reader moves the world on."""

    world: World
    since = 0.0

    def __init__(self) -> None:
        self._items: deque[Any] = deque()

    def put(self, item: Any) -> None:
        self._items.append(item)

    def empty(self) -> bool:
        return not self._items

    def get(self, timeout: float | None = None) -> Any:
        world = self.world
        until = world.now + (FOR_EVER_S if timeout is None else timeout)
        while not self._items:
            if world.now >= until:
                if world.now - ScriptedQueue.since > FOR_EVER_S:
                    raise WaitsForEver
                raise Empty
            world.go_on(until)
        return self._items.popleft()


class ScriptedTransport:
    """Carries nothing; what was sent is there to be answered."""

    def __init__(self, *_arguments: Any, **_options: Any) -> None:
        self.sent: list[tuple[Channel, Message]] = []
        self._open: set[Channel] = set()

    def open(self, channels: Iterable[Channel]) -> None:
        self._open |= set(channels)

    def close(self) -> None:
        self._open.clear()

    def send(self, channel: Channel, msg: Message) -> None:
        if channel not in self._open:
            raise ChannelError(f"the {channel} channel is not running")
        self.sent.append((channel, msg))

    def is_open(self, channel: Channel) -> bool:
        return channel in self._open

    def subscribe(self, topic: bytes) -> None: ...

    def unsubscribe(self, topic: bytes) -> None: ...


class AnyKernel(RuleBasedStateMachine):
    """Rules write the script of what the kernel does to the next calls; others call, and judge the end."""

    def __init__(self) -> None:
        super().__init__()
        self.world = ScriptedQueue.world = World()
        self._patches = [
            mock.patch.object(base, "ZmqTransport", ScriptedTransport),
            mock.patch.object(router, "SimpleQueue", ScriptedQueue),
            mock.patch.object(readiness, "SimpleQueue", ScriptedQueue),
            *(
                mock.patch.object(module, "time", self.world)
                for module in (base, channels, client, execution, readiness)
            ),
        ]
        for patch in self._patches:
            patch.start()
        self.client = KernelClient(info=ConnectionInfo.from_dict(PORTS, source="the script"))
        self.client.start_channels()
        self.kernel = Session()
        transport = self.client._transport
        assert isinstance(transport, ScriptedTransport)
        self.transport = transport
        #: What has happened since the call in hand began: when each first did.
        self.seen: dict[str, float] = {}
        self.dead = self.stopped = False
        self.call = ""
        self.asked_before = 0
        for channel in CHANNELS:
            self.client.link_changed(channel, Link("up"))

    def teardown(self) -> None:
        self.client.stop_channels()
        for patch in self._patches:
            patch.stop()

    # --- what the kernel does

    @rule(pause=TIMES, old=st.integers(0, 2), twice=st.booleans())
    def replies(self, pause: float, old: int, twice: bool) -> None:
        for _ in range(1 + twice):
            self.world.then(pause, lambda: self._answer("reply", old))

    @rule(pause=TIMES, old=st.integers(0, 2), word=st.sampled_from(["idle", "idle", "busy", "x"]))
    def tells_its_status(self, pause: float, old: int, word: str) -> None:
        self.world.then(pause, lambda: self._answer(word, old))

    @rule(pause=TIMES, old=st.integers(0, 2), count=st.sampled_from([1, 30]))
    def prints(self, pause: float, old: int, count: int) -> None:
        for _ in range(count):
            self.world.then(pause, lambda: self._answer("stream", old))

    @rule(pause=TIMES)
    def answers_nobody(self, pause: float) -> None:
        stray = self.kernel.msg("execute_request")
        self.world.then(pause, lambda: self._deliver("shell", "execute_reply", {}, stray))

    @rule(pause=TIMES)
    def is_restarted(self, pause: float) -> None:
        def announce() -> None:
            self._deliver("iopub", "shutdown_reply", {"restart": True}, None)

        def start() -> None:
            if not self.dead:
                self._note("restart")
            self._deliver("iopub", "status", {"execution_state": "starting"}, None)

        self.world.then(pause, announce)
        self.world.then(0.1, start)

    @rule(pause=TIMES)
    def dies(self, pause: float) -> None:
        def die() -> None:
            if not self.dead:
                self.dead = True
                self._note("death")
                for state in ("down", "refused"):
                    for channel in CHANNELS:
                        self.client.link_changed(channel, Link(state))  # type: ignore[arg-type]

        self.world.then(pause, die)

    @rule(pause=TIMES)
    def is_started_again(self, pause: float) -> None:
        def come_back() -> None:
            if self.dead:
                self.dead = False
                self._note("restart")
                for channel in CHANNELS:
                    self.client.link_changed(channel, Link("up"))

        self.world.then(pause, come_back)

    # --- who waits

    @rule(timeout=st.sampled_from([None, 0.0, 0.5, 3.0]))
    def asks(self, timeout: float | None) -> None:
        with self._judged("kernel_info_request", timeout):
            answer = self.client.kernel_info(reply=True, timeout=timeout)
            assert not isinstance(answer, str)
            self._is_ours(answer)

    @rule(timeout=st.sampled_from([None, 0.0, 0.5, 3.0, 90.0]))
    def executes(self, timeout: float | None) -> None:
        with self._judged("execute_request", timeout):
            answer = self.client.execute("1", reply=True, timeout=timeout)
            assert not isinstance(answer, str)
            self._is_ours(answer)

    @rule(timeout=st.sampled_from([None, 0.5, 3.0, 90.0]), tail=st.booleans())
    def runs_a_cell(self, timeout: float | None, tail: bool) -> None:
        with (
            self._judged("execute_request", timeout),
            Execution(self.client, execute_request("1"), tail=tail) as cell,
        ):
            for step in cell.steps(timeout):
                assert step.msg["parent_header"]["msg_id"] == cell.msg_id
            assert cell.cell.finished
            told = cell.cell.given_up or cell.cell.lost
            assert told or {"reply", "idle"} <= self.seen.keys()
            if cell.reply is not None:
                self._is_ours(cell.reply)

    @rule(timeout=st.sampled_from([0.5, 3.0]))
    def waits_until_it_is_ready(self, timeout: float) -> None:
        with self._judged("kernel_info_request", timeout):
            self.client.wait_for_ready(timeout)
            assert "reply" in self.seen

    # --- how it ends

    @contextmanager
    def _judged(self, msg_type: str, timeout: float | None) -> Iterator[None]:
        """Let a call end as it does; it must be for a reason, and soon after that."""
        self.call = msg_type
        self.asked_before = len(self.transport.sent)
        self.seen.clear()
        began = ScriptedQueue.since = self.world.now
        was_dead = self.dead
        try:
            yield
        except KernelRestartedError:
            assert "restart" in self.seen
            due = self.seen["restart"]
        except KernelDiedError:
            assert was_dead or "death" in self.seen
            due = self.seen.get("death", began)
        except KernelNotReadyError:
            assert timeout is not None
            due = began + timeout
        except ReplyTimeoutError:
            assert timeout is not None or "idle" in self.seen
            due = min(
                began + (FOR_EVER_S if timeout is None else timeout),
                self.seen.get("idle", FOR_EVER_S + began) + HALF_AT_MOST_S + TAIL_AT_MOST_S,
            )
        except WaitsForEver:
            # A kernel may compute for as long as it likes; but it has to live, and to have said nothing.
            assert timeout is None
            assert not self.seen.keys() & {"reply", "idle", "restart", "death"}
            assert not self.dead
            return
        else:
            ends = [at for what, at in self.seen.items() if what != "stream"]
            due = min(ends) + HALF_AT_MOST_S + TAIL_AT_MOST_S
        assert self.world.now <= due + LATE_S

    def _is_ours(self, answer: Message) -> None:
        assert answer["parent_header"]["msg_id"] in {
            msg["msg_id"] for _, msg in self.transport.sent if msg["msg_type"] == self.call
        }
        assert "reply" in self.seen

    def _answer(self, what: str, old: int) -> None:
        """Send something that belongs to the request before so many others."""
        if self.dead or len(self.transport.sent) <= old:
            return
        channel, request = self.transport.sent[-1 - old]
        if len(self.transport.sent) - 1 - old >= self.asked_before:
            self._note(what)
        if what == "reply":
            reply = request["msg_type"].replace("_request", "_reply")
            self._deliver(channel, reply, {"status": "ok"}, request)
        elif what == "stream":
            self._deliver("iopub", "stream", {"name": "stdout", "text": "x"}, request)
        else:
            self._deliver("iopub", "status", {"execution_state": what}, request)

    def _deliver(
        self, channel: Channel, msg_type: str, content: Any, parent: Message | None
    ) -> None:
        if not self.dead:
            self.client.received(channel, self.kernel.msg(msg_type, content, parent=parent))

    def _note(self, what: str) -> None:
        self.seen.setdefault(what, self.world.now)


TestAnyKernel = AnyKernel.TestCase
TestAnyKernel.settings = settings(
    max_examples=50,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
