"""The memory and processor time that the kernel takes: ipykernel tells it on control.

It answers while a cell runs too. It is asked every five seconds as long as the kernel works, and once
afterwards; never while it is idle. ``usage_request`` is not in the specification, but ipykernel's own;
kernels made of its classes have it too.
"""

from collections.abc import Mapping
from typing import Any

from kconsole.repl.desk import Desk

__all__ = ["Usage", "usage_text"]

_FIRST_S = 1.0  # what takes less is over before it could be told
_EVERY_S = 5.0
_ANSWER_S = 3.0
_UNITS = ("kB", "MB", "GB", "TB")


class Usage:
    """Asks, and puts what it hears into the state.

    :param desk: the console's tools.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._waiting = False  # for the time to ask, or for an answer
        self._stale = False  # whether the kernel has worked since it was asked
        self._asked_at = float("-inf")
        self._answers: bool | None = None  # not known before it was asked

    def look(self) -> None:
        """Called while the kernel works, and when it begins or ends: ask, when it is time to."""
        self._stale = self._stale or self._desk.state.working
        if self._waiting or not self._stale or not self._welcome:
            return
        self._waiting = True
        now = self._desk.loop.time()
        when = max(now + _FIRST_S, self._asked_at + _EVERY_S)
        self._desk.loop.call_at(when, self._desk.spawn, self._ask)

    @property
    def _welcome(self) -> bool:
        """Whether the question makes sense to the kernel.

        Those made of ipykernel's classes inherit the claim of subshells together with it.
        """
        info = self._desk.state.info
        known = info.implementation == "ipython" or "kernel subshells" in info.supported_features
        reachable = not self._desk.kernel.client.obstacle
        return known and reachable and self._answers is not False

    async def _ask(self) -> None:
        self._stale = False
        self._asked_at = self._desk.loop.time()
        content = await self._desk.inquiry.control("usage_request", {}, _ANSWER_S)
        self._waiting = False
        text = "" if content is None else usage_text(content)
        self._answers = self._answers or bool(text)
        if text and text != self._desk.state.usage:
            self._desk.state.usage = text
            self._desk.view.app.invalidate()
        self.look()


def usage_text(content: Mapping[str, Any]) -> str:
    """Write the content of a usage_reply for the toolbar, such as ``1.2 GB 80 %``.

    :return: "" if it says nothing of use.
    """
    memory, cpu = _amount(content.get("kernel_memory")), _amount(content.get("kernel_cpu"))
    parts = [] if memory is None else [_size(memory)]
    if cpu is not None:
        parts.append(f"{cpu:.0f} %")
    return " ".join(parts)


def _amount(value: object) -> float | None:
    """A number that can be written; JSON of some kernels has NaN in it."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e18:
        return float(value)
    return None


def _size(amount: float) -> str:
    unit = -1
    while unit < 0 or (amount >= 1000 and unit < len(_UNITS) - 1):
        amount /= 1000
        unit += 1
    return f"{amount:.{1 if amount < 10 else 0}f} {_UNITS[unit]}"
