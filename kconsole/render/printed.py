r"""What a program has printed to a stream, without the steps of its progress bars.

Text is kept as it came, until some of it moves the cursor back. From then on the end of it goes through the
emulation that the screen has (:mod:`kconsole.render.live`), and what is kept is what that keeps: of a bar
of a million steps, the last one.
"""

import io
import re
from typing import Literal

from kconsole.protocol.events import Stream
from kconsole.render.bites import bites
from kconsole.render.live import LiveText
from kconsole.render.output import Renderer, RenderOptions

__all__ = ["Printed"]

_MOVES = re.compile(r"\x08|\r(?!\n)|\x1b\[[0-9;]*[A-HJK]")
#: Rows that a cursor can go back to, and the characters in them at most.
_ROWS, _REACH = 250, 1 << 16
_EMULATED = RenderOptions(live=True)
_LOOSE = 1 << 14  # characters that may come before the emulated rows are measured anew


class Printed:
    """An output of a stream, which grows.

    Attributes:
        size: characters that are kept; the emulated rows count as somewhat more than they have.
    """

    __slots__ = ("_first", "_live", "_loose", "_more", "_renderer", "name", "size")

    def __init__(self, name: Literal["stdout", "stderr"]) -> None:
        self.name = name
        self.size = 0
        #: The text, as long as it is one piece, which most are; a StringIO takes 200 bytes more.
        self._first = ""
        self._more: io.StringIO | None = (
            None  # of short pieces, a list takes seven times the memory
        )
        #: The rows of a bar, and what makes them.
        self._live: LiveText | None = None
        self._renderer: Renderer | None = None
        self._loose = 0

    @property
    def unfinished(self) -> bool:
        """Whether there is a bar that is still being written."""
        return self._live is not None and self._live.open

    def write(self, text: str) -> None:
        """Add text, as it came."""
        if self._live is None:
            if _MOVES.search(text) is None:
                self._keep(text)
                self.size += len(text)
                return
            self._live = LiveText(self.name)
            self._renderer = Renderer(_EMULATED)
            self._emulate(self._take_reachable())
        self._emulate(text)

    def go_on(self) -> "Printed":
        """Take the unfinished bar out, as the beginning of an output further down."""
        assert self._live is not None
        below = Printed(self.name)
        self._keep("".join(self._live.part()))
        below._live, below._renderer = self._live, self._renderer
        self._live = self._renderer = None
        self._measure()
        below._measure()
        return below

    def output(self) -> Stream:
        """What is kept, as one event."""
        if self._live is None:
            return Stream(self.name, self._kept)
        rows = "".join(self._live.lines)
        return Stream(self.name, self._kept + (rows[:-1] if self._live.open else rows))

    @property
    def _kept(self) -> str:
        """The text above the emulated rows."""
        return self._first if self._more is None else self._more.getvalue()

    def _keep(self, text: str) -> None:
        if self._more is None and self._first:
            self._more = io.StringIO()
            self._more.write(self._first)
            self._first = ""
        if self._more is None:
            self._first = text
        else:
            self._more.write(text)

    def _emulate(self, text: str) -> None:
        assert self._live is not None and self._renderer is not None
        for bite in bites(text):
            self._live.write(self._renderer.block(Stream(self.name, bite)))
            self._loose += len(bite)
            self.size += len(bite)
            if self._loose > _LOOSE:
                self._measure()

    def _measure(self) -> None:
        """Settle the rows that are out of reach, and count what is kept."""
        rows: list[str] = []
        if self._live is not None:
            rows = self._live.lines
            if len(rows) > 2 * _ROWS:
                self._keep("".join(self._live.take(len(rows) - _ROWS)))
                rows = self._live.lines
        kept = len(self._first) if self._more is None else self._more.tell()
        self.size = kept + sum(map(len, rows))
        self._loose = 0

    def _take_reachable(self) -> str:
        """Take out the end of the text that a cursor can reach: whole lines, and the unfinished one."""
        text = self._kept
        start = len(text)
        for _ in range(_ROWS):
            start = text.rfind("\n", 0, max(0, start - 1)) + 1
            if start == 0 or len(text) - start > _REACH:
                break
        self._first, self._more = text[:start], None
        self.size = start
        return text[start:]
