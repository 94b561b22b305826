"""Ctrl-C and the signals to end, held back for a moment in which they would do harm.

Blocking them in the system (pthread_sigmask) would not do: it hands them to another thread then, one of
a library perhaps, and Python runs the handler in the main thread all the same.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

__all__ = ["CtrlC", "heard_ctrl_c", "held_signals"]

_Handler = Callable[[int, FrameType | None], object]

#: Ctrl-C first: where several have come, the last one's exception is the one that counts.
_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


@contextmanager
def held_signals() -> Iterator[None]:
    """Let a Ctrl-C, or a signal to end, that comes inside the block take effect at its end.

    For a few lines that never wait, and of which either all must be done or none: a cell that was sent,
    but is not followed yet, could not be interrupted. Handlers run in the main thread alone: in another
    one, nothing needs to be held.

    :raise KeyboardInterrupt: at the end, as the signal's own handler does it; also in place of an
        exception of the block.
    :raise SystemExit: the same; before a KeyboardInterrupt if both signals have come.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held = _Held()
    try:
        held.take()
        yield
    finally:
        held.release()


@contextmanager
def heard_ctrl_c(hear: Callable[[], None]) -> Iterator[None]:
    """Have a Ctrl-C inside the block call something, in place of raising a KeyboardInterrupt.

    What the main thread is doing goes on behind the call, unless that raises something.

    :param hear: called by the signal's handler. Not where Ctrl-C is ignored, as it is for what a shell
        starts in the background, or is somebody else's.
    """
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield
        return
    signal.signal(signal.SIGINT, lambda number, frame: hear())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


class _Held:
    """The place of the signals' handlers."""

    def __init__(self) -> None:
        handlers = {number: signal.getsignal(number) for number in _SIGNALS}
        self._handlers: dict[int, _Handler] = {
            number: handler for number, handler in handlers.items() if callable(handler)
        }
        self._came: set[int] = set()
        self._holding = True

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal; also when its own handler could not be put back."""
        if self._holding:
            self._came.add(number)
        else:
            self._handlers[number](number, frame)

    def take(self) -> None:
        """Take the handlers' place."""
        for number in self._handlers:
            signal.signal(number, self)

    def release(self) -> None:
        """Do what the signals' own handlers do, then put these back."""
        raised = self._deliver()
        try:
            # A signal that comes now is handled at once, by its handler or through us, and may break
            # this off: we stay in the places that are left then, and hand on what comes there.
            for number, handler in self._handlers.items():
                signal.signal(number, handler)
        except KeyboardInterrupt as late:
            raise raised or late from None
        if raised is not None:
            raise raised

    def _deliver(self) -> BaseException | None:
        """Run the handlers of all that has come; returns what the last one that raised has raised."""
        raised: BaseException | None = None
        while True:
            # No signal is handled between these two lines, for neither calls or jumps.
            if not self._came:
                self._holding = False
                return raised
            number = min(self._came, key=_SIGNALS.index)
            self._came.remove(number)
            try:
                self._handlers[number](number, None)
            except BaseException as error:  # noqa: BLE001  whatever it is, the others must have their turn
                raised = error


class CtrlC:
    """Lets a Ctrl-C raise its KeyboardInterrupt only where somebody is ready to catch it.

    A program that answers a Ctrl-C with something else than its end catches the KeyboardInterrupt, and the
    next one comes a moment later, behind the ``try``. With this it has no effect there, as if it had come
    together with the one before::

        with CtrlC() as ctrl_c:
            while ...:
                try:
                    ctrl_c.counts = True
                    ...
                    ctrl_c.counts = False
                except KeyboardInterrupt:
                    ctrl_c.counts = False

    Python handles signals where something is called or jumps back: not between ``except`` and what is
    behind it. A context manager, for the main thread; in another one, it does nothing.

    Attributes:
        counts: whether a Ctrl-C raises a KeyboardInterrupt.
    """

    def __init__(self) -> None:
        self.counts = False
        self._before = signal.getsignal(signal.SIGINT)
        #: A shell ignores Ctrl-C for what it starts in the background: that is to stay so.
        self._is_ours = (
            threading.current_thread() is threading.main_thread()
            and self._before is signal.default_int_handler
        )

    def __enter__(self) -> Self:
        if self._is_ours:
            signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._is_ours:
            signal.signal(signal.SIGINT, self._before)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.counts:
            signal.default_int_handler(number, frame)
