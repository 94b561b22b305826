"""What is written above the prompt, and when.

Lines that can no longer change go to the terminal's scrollback, in frames: the prompt is erased, the lines
are written, the prompt is drawn again, all in one write. The end of the running cell's output, up to half a
screen, is shown in a window of the layout just above the prompt, where it can still change
(:mod:`kconsole.render.live`).
While text floods, a frame comes every 30 ms (up to 100 ms, where drawing would take more than a tenth of
it), or sooner when it has as much as the terminal can take in half of 30 ms: a terminal that were given all
there is would not show a key before it had shown the rest.
"""

import asyncio
import time
from collections.abc import Callable, Container

from prompt_toolkit.application import Application

from kconsole.render.grid import moves_between_rows
from kconsole.render.live import LiveRegion
from kconsole.render.liveblocks import Draw
from kconsole.repl.screen.above import Above, Picture, height
from kconsole.repl.screen.folding import Folding
from kconsole.repl.screen.output import FrameOutput

__all__ = ["FramedApplication", "Screen"]

_FRAME_S = 0.03
#: Where the machine is slow, or busy: a frame takes one of so many parts of the time.
_SHARE = 10
_LONGEST_FRAME_S = 0.1
#: A frame is full when it has what the terminal took in so many seconds last time, within these bounds.
_FULL_S = 0.015
_ROOM = (1 << 13, 1 << 20)  # characters
#: What is longer is not kept for change: it has no room in the region, nor anybody's patience.
_LONG = 1 << 20  # characters
_BOTTOM = 4  # rows that are left for the input and the toolbar
_PIECE = 1 << 16  # characters of a text that are handed on at once


class FramedApplication(Application[int]):
    """An application that never draws its prompt without the lines that wait to stand above it.

    Attributes:
        above: where they wait.
    """

    above: "Screen | None" = None

    def _redraw(self, render_as_done: bool = False) -> None:
        if render_as_done or self.above is None or not self.above.flush_before_redraw():
            began = time.monotonic()
            super()._redraw(render_as_done)
            drawn = self.renderer.last_rendered_screen
            if self.above is not None and drawn is not None:
                self.above.drawn(drawn.height, time.monotonic() - began)

    def _on_resize(self) -> None:
        """After a resize, no row is known to be where it was."""
        if self.above is not None:
            self.above.lose()
        super()._on_resize()

    def suspend_to_background(self, suspend_group: bool = True) -> None:
        """Suspend; nobody knows what is on the screen when it goes on."""
        if self.above is not None:
            self.above.lose()
        super().suspend_to_background(suspend_group)

    def _update_invalidate_events(self) -> None:
        """Listen to the parts of the layout; once, because they stay the same."""
        if not self._invalidate_events:
            super()._update_invalidate_events()


class Screen:
    """The place above the prompt.

    :param output: of the application.
    """

    def __init__(self, output: FrameOutput) -> None:
        self._output = output
        self._app: FramedApplication | None = None
        #: Whether another program has the terminal: what comes meanwhile waits.
        self.lent = False
        self._region = LiveRegion()
        #: What leaves the region passes it.
        self.folding = Folding()
        self._above = Above()
        #: Whether the pictures, too, are to be cleared before the next output.
        self._clear_before_next = False
        self._waiting = 0  # characters that came since the last frame
        self._room = 32 * _ROOM[0]
        self._drawing = False
        self._last_frame = 0.0
        self._pause = _FRAME_S  # from the beginning of a frame to the next
        self._timer: asyncio.TimerHandle | None = None

    def attach(self, app: FramedApplication) -> None:
        """Draw around this application from now on."""
        self._app = app
        app.above = self

    def print(self, text: str) -> None:
        """Add lines that never change, above what still can."""
        if text:
            self._above.add(text, lasting=True)
            self._came(text)

    def write(self, text: str, stream: str = "stdout") -> None:
        """Add a piece of a cell's output, sanitised; it need not end with its line."""
        if not text:
            return
        if moves_between_rows(text):  # no further up than to what is on the screen
            self._leave(self._region.overflow(*self._room_for_region()))
        self._clear_if_due()
        self._region.write(text, stream)
        self._came(text)

    def show(self, text: str, display_id: str | None = None) -> None:
        """Add a display of a cell: safe lines, which may be replaced by :meth:`update`."""
        if len(text) > _LONG and display_id is None:
            self.settle()
            self._leave(text)
            self._came(text)
        elif text or display_id is not None:
            self._clear_if_due()
            self._region.show(text, display_id)
            self._came(text)

    def place(self, picture: Picture) -> None:
        """Add a picture, below the cell's output so far; it is not sanitised, and must be our own."""
        self._clear_if_due()
        self._above.add(self.folding.unfold(self._region.give_way()))
        self._above.place(picture)
        self._came(picture.text)

    def replace(self, picture: Picture) -> None:
        """Update the pictures that have its key: in their place, or where they cannot be reached, below."""
        if self._above.update(picture):
            self._came(picture.text)
        else:
            self._region.drop(picture.key)
            self.place(picture)

    def update(self, text: str | Draw, display_id: str | None) -> None:
        """Replace a display of a cell.

        :param text: or what draws it, once for each frame.
        """
        if isinstance(text, str) and self._above.has(display_id):  # a picture was there
            columns, rows = self.size
            rows = height(text, rows, columns)
            self._above.update(Picture(text, rows, display_id))
        else:
            self._region.update(text, display_id)
        self._came(text if isinstance(text, str) else "")

    def shows(self, display_id: str | None) -> bool:
        """Whether there is a picture under this id that can be updated in its place."""
        return self._above.reaches(display_id, self.size[1])

    def clear(self, *, wait: bool, keep: Container[str | None] = ()) -> None:
        """Take back the cell's output, as far as it can still change; or when there is more of it.

        :param keep: the ids of displays that stay.
        """
        self._region.clear(wait=wait, keep=keep)
        if not keep:
            self._clear_before_next = wait
            if not wait:
                self._above.clear()
                self.folding.clear()
        self._schedule()

    def settle(self) -> None:
        """Let the cell's output not change any more: it is over, or something else comes now."""
        self._clear_before_next = False
        if rest := self.folding.unfold(self._region.finish()):
            self._above.add(rest)
            self._schedule()
        self._above.seal()

    def lose(self) -> None:
        """Let all that has been written stand as it is: it is not known where it is any more."""
        self._above.lose()

    def drawn(self, rows: int, seconds: float) -> None:
        """Note that what stands below the scrollback has been drawn.

        :param rows: that it takes.
        :param seconds: that drawing took.
        """
        self._above.drawn(rows)
        self._pause = max(_FRAME_S, min(_LONGEST_FRAME_S, _SHARE * seconds))

    def capture(self, widget: str) -> None:
        """Say which Output widget the cell's output goes into from now on; "" is none."""
        self._region.captured = widget

    @property
    def size(self) -> tuple[int, int]:
        """The screen's width and height at this moment, in cells."""
        size = self._output.get_size()
        return size.columns, size.rows

    @property
    def room(self) -> tuple[int, int]:
        """The width and height that a picture may have, in cells."""
        columns, rows = self.size
        return max(1, columns), max(1, rows - _BOTTOM)

    @property
    def columns(self) -> int:
        """The screen's width at this moment."""
        return self._output.get_size().columns

    @property
    def wanted(self) -> int:
        """How many characters the next frame has room for; 0: it is full, and about to be drawn."""
        return self._room if self._timer is None else max(0, self._room - self._waiting)

    @property
    def live(self) -> bool:
        """Whether there is output that can still change, or is hidden."""
        return not self._region.empty or bool(self.folding.line)

    def live_lines(self) -> list[str]:
        """That output, as much of it as the layout should show."""
        rows, columns = self._room_for_region()
        hidden = self.folding.line
        if not hidden:
            return self._region.view(rows, columns)
        return [hidden, *self._region.view(max(1, rows - 1), columns)]

    def flush_before_redraw(self) -> bool:
        """Draw a frame if lines wait for one; what has left the region must not be gone meanwhile.

        :return: whether a frame was drawn, and the prompt with it.
        """
        if not self._above or self._drawing or self.lent:
            return False
        self.flush()
        return True

    def flush(self) -> None:
        """Draw a frame now, if there is anything to draw."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._app is None or not self._app.is_running or self.lent:
            return
        clock = asyncio.get_running_loop().time
        self._last_frame = clock()
        size, self._waiting = self._waiting, 0
        self._leave(self._region.overflow(*self._room_for_region()))
        if self._above:
            columns, rows = self.size
            lines = self._above.take(rows, columns)
            self.above(lambda: self._write(lines))
            self._measure(size)
        else:
            self._app.invalidate()

    def above(self, write: Callable[[], None]) -> None:
        """Take the prompt away, let something be written, and draw the prompt again."""
        assert self._app is not None
        self._drawing = True
        try:
            with self._output.frame():
                self._app.renderer.erase(leave_alternate_screen=False)
                write()
                self._app.renderer.reset()
                self._app._redraw()
        finally:
            self._drawing = False

    def _leave(self, text: str) -> None:
        """Let lines of the cell's output go to the scrollback, as long as there is room for them."""
        self._above.add(self.folding.take(text))

    def _clear_if_due(self) -> None:
        if self._clear_before_next:
            self._clear_before_next = False
            self._above.clear()
            self.folding.clear()

    def _room_for_region(self) -> tuple[int, int]:
        size = self._output.get_size()
        rows = size.rows - _BOTTOM if self._region.painting else size.rows // 2 - 1
        return max(1, rows), size.columns

    def _came(self, text: str) -> None:
        self._waiting += len(text)
        self._schedule()

    def _write(self, lines: list[str]) -> None:
        for text in lines:
            for start in range(0, len(text), _PIECE):
                self._output.write_raw(text[start : start + _PIECE])

    def _measure(self, size: int) -> None:
        """Learn from a frame with so many characters how many the terminal takes in the time of one."""
        least, most = _ROOM
        if size >= least:
            taken = int(size * _FULL_S / max(self._output.took, 1e-6))
            # A little goes into its buffers in no time: no frame is more than twice the one before.
            self._room = max(least, min(most, 2 * size, taken))

    def _schedule(self) -> None:
        """Have a frame drawn when it is time, or when it is full."""
        full = self._waiting >= self._room
        if self._timer is not None:
            if not full or self._timer.when() <= self._last_frame:
                return
            self._timer.cancel()
        when = self._last_frame + (0.0 if full else self._pause)
        self._timer = asyncio.get_running_loop().call_at(when, self.flush)
