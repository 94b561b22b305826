r"""What a program has printed to a stream, without the steps of its progress bars.

Text is kept as it came, until some of it moves the cursor back. From then on the end of it goes through the
emulation that the screen has (:mod:`kconsole.render.live`), and what is kept is what that keeps: of a bar
of a million steps, the last one. Of very much text, all but the end goes to a file.
"""

import io
import re
from typing import Literal

from kconsole.protocol.events import Stream
from kconsole.record.spill import Slip, Spill
from kconsole.render.bites import bites
from kconsole.render.liveblocks import LiveText
from kconsole.render.output import Renderer, RenderOptions

__all__ = ["Printed"]

_MOVES = re.compile(r"\x08|\r(?!\n)|\x1b\[[0-9;]*[A-HJK]")
#: Rows that a cursor can go back to, and the characters in them at most.
_ROWS, _REACH = 250, 1 << 16
_EMULATED = RenderOptions(live=True)
_LARGE = 1 << 20  # characters; of more, the first go to a file
_LOOSE = 1 << 14  # characters that may come before the emulated rows are measured anew


class Printed:
    """An output of a stream, which grows.

    :param spill: where very much text goes; None keeps it in memory.

    Attributes:
        size: characters that are kept in memory; the emulated rows count as somewhat more than they have.
    """

    __slots__ = (
        "_first",
        "_live",
        "_loose",
        "_more",
        "_renderer",
        "_slips",
        "_spill",
        "name",
        "size",
    )

    def __init__(self, name: Literal["stdout", "stderr"], spill: Spill | None = None) -> None:
        self.name = name
        self._spill = spill
        self._slips: tuple[Slip, ...] = ()  # the beginning of the text
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
        below = Printed(self.name, self._spill)
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
        if self._spill is None or not self._slips:
            return self._in_memory
        return "".join(map(self._spill.get, self._slips)) + self._in_memory

    @property
    def _in_memory(self) -> str:
        """What of it is in no file."""
        return self._first if self._more is None else self._more.getvalue()

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return not self.size and not self._slips

    def _keep(self, text: str) -> None:
        if self._more is None and self._first:
            self._more = io.StringIO()
            self._more.write(self._first)
            self._first = ""
        if self._more is None:
            self._first = text
        else:
            self._more.write(text)
            if self._more.tell() > _LARGE and self._spill is not None and not self._spill.full:
                self._relieve(self._spill)

    def _relieve(self, spill: Spill) -> None:
        """Bring what no cursor reaches into the file."""
        text = self._in_memory
        cut = text.rfind("\n", 0, len(text) - _REACH) + 1 or len(text) - _REACH
        if (slip := spill.put(text[:cut])) is not None:
            self._slips = (*self._slips, slip)
            self._first, self._more = text[cut:], None
            self.size -= cut

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
        text = self._in_memory
        start = len(text)
        for _ in range(_ROWS):
            start = text.rfind("\n", 0, max(0, start - 1)) + 1
            if start == 0 or len(text) - start > _REACH:
                break
        self._first, self._more = text[:start], None
        self.size = start
        return text[start:]
