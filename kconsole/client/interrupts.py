"""Ctrl-C and the signals to end, held back for a moment in which they would do harm."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["held_signals"]

_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


@contextmanager
def held_signals() -> Iterator[None]:
    """Let a Ctrl-C, or a signal to end, that comes inside the block take effect at its end.

    For a few lines that never wait, and of which either all must be done or none: a cell that was sent,
    but is not followed yet, could not be interrupted. To be used in the main thread.

    :raise KeyboardInterrupt: at the end, as the signal's own handler does it.
    :raise SystemExit: at the end, as the signal's own handler does it.
    """
    came: list[int] = []

    def remember(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    held = {number: handler for number, handler in handlers.items() if callable(handler)}
    for number in held:
        signal.signal(number, remember)
    try:
        yield
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
    for number in came:
        signal.raise_signal(number)
