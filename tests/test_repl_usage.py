"""What the toolbar says of the kernel's memory and processor time."""

import asyncio
import math
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kconsole.repl.desk import Desk
from kconsole.repl.kernel.usage import Usage, usage_text

USAGE = {"kernel_memory": 1234567890, "kernel_cpu": 80.4}


class Clocked:
    """A console's desk whose clock stands still but for :meth:`until`; it notes when it asks.

    :param answer: of the kernel; None is no answer.
    """

    def __init__(self, answer: dict[str, Any] | None) -> None:
        self.answer = answer
        self.asked: list[float] = []
        self.now = 0.0
        self._timers: list[tuple[float, Callable[..., None], tuple[Any, ...]]] = []
        self.loop = SimpleNamespace(time=lambda: self.now, call_at=self._call_at)
        info = SimpleNamespace(implementation="ipython", supported_features=())
        self.state = SimpleNamespace(working=False, info=info, usage="")
        self.kernel = SimpleNamespace(client=SimpleNamespace(obstacle=""))
        self.inquiry = SimpleNamespace(control=self._control)
        self.view = SimpleNamespace(app=SimpleNamespace(invalidate=lambda: None))
        self.usage = Usage(cast(Desk, self))

    def work(self, working: bool) -> None:
        self.state.working = working
        self.usage.look()

    def until(self, now: float) -> None:
        """Let time pass."""
        while due := sorted(self._timers)[:1]:
            if due[0][0] > now:
                break
            self._timers.remove(due[0])
            self.now, act, arguments = due[0]
            act(*arguments)
        self.now = now

    def spawn(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        asyncio.run(work())

    def _call_at(self, when: float, act: Callable[..., None], *arguments: Any) -> None:
        self._timers.append((when, act, arguments))

    async def _control(self, msg_type: str, _content: object, _timeout: float) -> Any:
        assert msg_type == "usage_request"
        self.asked.append(self.now)
        return self.answer


def test_it_is_asked_every_five_seconds_while_the_kernel_works_and_once_afterwards() -> None:
    desk = Clocked(USAGE)
    desk.work(True)
    desk.until(12.0)
    assert desk.asked == [1.0, 6.0, 11.0]
    desk.work(False)
    desk.until(1000.0)
    assert desk.asked == [1.0, 6.0, 11.0, 16.0]
    assert desk.state.usage == "1.2 GB 80 %"


def test_an_idle_kernel_is_not_asked() -> None:
    desk = Clocked(USAGE)
    desk.usage.look()
    desk.until(1000.0)
    assert desk.asked == []


@pytest.mark.parametrize("answer", [None, {"status": "error"}])
def test_a_kernel_that_does_not_answer_is_not_asked_again(answer: dict[str, Any] | None) -> None:
    desk = Clocked(answer)
    desk.work(True)
    desk.until(1000.0)
    desk.work(False)
    desk.work(True)
    desk.until(2000.0)
    assert desk.asked == [1.0]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"kernel_memory": 39800832, "kernel_cpu": 0.0}, "40 MB 0 %"),
        ({"kernel_memory": 1234567890, "kernel_cpu": 99.6}, "1.2 GB 100 %"),
        ({"kernel_memory": 512}, "0.5 kB"),
        ({"kernel_memory": 5e15}, "5000 TB"),
        ({"kernel_cpu": 7}, "7 %"),
    ],
)
def test_it_is_short(content: dict[str, Any], text: str) -> None:
    assert usage_text(content) == text


@pytest.mark.parametrize("value", [None, "much", True, -1, math.nan, math.inf, 1e300, [1]])
def test_what_makes_no_sense_is_left_out(value: object) -> None:
    assert usage_text({"kernel_memory": value, "kernel_cpu": value}) == ""
