"""What is written above the prompt, and when.

Finished lines go to the terminal's scrollback, in frames: the prompt is erased, the lines are written,
the prompt is drawn again, all in one write. The line that is not finished (a progress bar, a ``print``
without newline) is shown in a window of the layout just above the prompt, where it can still change.
While text floods, a frame comes every 30 ms, or sooner when it has as much as the terminal can take in half
that time: a terminal that were given all there is would not show a key before it had shown the rest.
"""

import asyncio
from collections.abc import Callable

from prompt_toolkit.application import Application

from kconsole.render.lines import TailLine
from kconsole.render.sgr import strip_sgr
from kconsole.repl.output import FrameOutput

__all__ = ["Screen"]

_FRAME_S = 0.03
#: A frame is full when it has what the terminal took in so many seconds last time, within these bounds.
_FULL_S = 0.015
_ROOM = (1 << 14, 1 << 20)  # characters


class Screen:
    """The place above the prompt.

    :param output: of the application.
    """

    def __init__(self, output: FrameOutput) -> None:
        self._output = output
        self._app: Application[int] | None = None
        self._tail = TailLine()
        self._lines: list[str] = []
        self._waiting = 0  # characters that came since the last frame
        self._room = 16 * _ROOM[0]
        self._last_frame = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def attach(self, app: Application[int]) -> None:
        """Draw around this application from now on."""
        self._app = app

    def write(self, text: str) -> None:
        """Add text that is safe for a terminal; it need not end with its line."""
        if text:
            self._lines += self._tail.feed(text)
            self._waiting += len(text)
            self._schedule()

    @property
    def full(self) -> bool:
        """Whether a frame is full, and about to be drawn, before which nothing more should be written."""
        return self._timer is not None and self._waiting >= self._room

    def end_line(self) -> None:
        """Finish the unfinished line, if there is one: something else comes now."""
        rest = self._tail.finish()
        if rest:
            self._lines.append(rest + "\n")
            self._schedule()

    def unfinished(self) -> str:
        """The unfinished line, as much of it as the layout should show."""
        text = self._tail.text
        size = self._output.get_size()
        limit = max(1, size.columns * max(1, size.rows // 2 - 1))
        return text if len(text) <= limit else strip_sgr(text[-4 * limit :])[-limit:]

    def flush(self) -> None:
        """Draw a frame now, if there is anything to draw."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._app is None or not self._app.is_running:
            return
        clock = asyncio.get_running_loop().time
        self._last_frame = clock()
        size, self._waiting = self._waiting, 0
        if self._lines:
            lines, self._lines = self._lines, []
            self.above(lambda: self._write(lines))
            self._measure(size, clock() - self._last_frame)
        else:
            self._app.invalidate()

    def above(self, write: Callable[[], None]) -> None:
        """Take the prompt away, let something be written, and draw the prompt again."""
        assert self._app is not None
        with self._output.frame():
            self._app.renderer.erase(leave_alternate_screen=False)
            write()
            self._app.renderer.reset()
            self._app._redraw()

    def _write(self, lines: list[str]) -> None:
        for line in lines:
            self._output.write_raw(line)

    def _measure(self, size: int, seconds: float) -> None:
        """Learn from a frame of some size how much fits into the time of one."""
        least, most = _ROOM
        if size >= least:
            self._room = max(least, min(most, int(size * _FULL_S / max(seconds, 1e-6))))

    def _schedule(self) -> None:
        """Have a frame drawn when it is time, or when it is full."""
        loop = asyncio.get_running_loop()
        when = self._last_frame + (_FRAME_S if self._waiting < self._room else 0.0)
        if self._timer is not None:
            if self._timer.when() <= when:
                return
            self._timer.cancel()
        self._timer = loop.call_at(when, self.flush)
