"""What the toolbar says for a moment: that something is waited for, or why there is nothing to show."""

from collections.abc import Iterator
from contextlib import contextmanager

from kconsole.repl.desk import Desk

__all__ = ["Notices"]

_PATIENCE_S = 0.1  # what takes less is not worth a notice
_SHOWN_S = 2.0


class Notices:
    """Notices of one part of the console.

    :param desk: the console's tools.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._waiting = 0

    def say(self, text: str, seconds: float | None = _SHOWN_S) -> None:
        """Say something.

        :param seconds: for how long; None is until it is taken back.
        """
        self._show(text)
        if seconds is not None:
            self._desk.loop.call_later(seconds, self.unsay, text)

    def say_until_key(self, text: str) -> None:
        """Say something until the next key is pressed."""
        self._show(text)
        pressed = self._desk.view.app.key_processor.before_key_press

        def end(_: object) -> None:
            self.unsay(text)
            self._desk.loop.call_soon(
                pressed.remove_handler, end
            )  # not while they are being called

        pressed.add_handler(end)

    @contextmanager
    def waiting(self, text: str) -> Iterator[None]:
        """Say what is waited for, if it takes long enough to be noticed."""
        self._waiting += 1
        patience = self._desk.loop.call_later(_PATIENCE_S, self._show, text)
        try:
            yield
        finally:
            patience.cancel()
            self._waiting -= 1
            if not self._waiting:  # else the next question is under way
                self.unsay(text)

    def _show(self, text: str) -> None:
        self._desk.state.notice = text
        self._desk.view.app.invalidate()

    def unsay(self, text: str) -> None:
        """Take back what has been said, if it is still there."""
        if self._desk.state.notice == text:
            self._show("")
