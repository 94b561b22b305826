"""prompt_toolkit's terminal output, with whole frames written at once."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from prompt_toolkit.output.vt100 import Vt100_Output

__all__ = ["ERASE_BELOW", "FrameOutput", "apart", "terminal_output"]

ERASE_BELOW = "\x1b[K\x1b[C\x1b[J\r"
"""Erases the row of the cursor, which is at the left, and all below it; the cursor stays.

That is ED (``ESC[J``) but for one thing: from the top left, tmux would keep what is erased in its history.
"""

# The synchronized output mode: a terminal that knows it shows all that lies between at once.
_BEGIN = "\x1b[?2026h"
_END = "\x1b[?2026l"

#: Characters that are written at once: more than a frame has, unless a single message is huge, whose text
#: is not to be copied twice more as a whole.
_AT_ONCE = 1 << 20


#: What joins pictures to one, or gives one another look: behind a picture ZWJ, VS16, and a tone of skin.
_JOINS = re.compile(
    "(?<=[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d"
    "|\ufe0f"
    "|(?<=[\u2190-\u2bff\U0001f000-\U0001faff])(?=[\U0001f3fb-\U0001f3ff])"
)
_BREAK = "\u200b"  # of no width


def apart(text: str) -> str:
    """Return a text whose pictures no terminal joins.

    prompt_toolkit counts the columns of each character, and moves the cursor by what it has counted. On a
    terminal that joins a family to one picture, or shows a heart in colour, and twice as wide, it would
    then draw over the prompt.
    """
    return _JOINS.sub(lambda found: "" if found[0] else _BREAK, text)


class FrameOutput(Vt100_Output):
    """A :class:`Vt100_Output` that can hold its flushes back for the length of a frame."""

    _holding = False
    #: Seconds that the terminal took for what was flushed last.
    took = 0.0

    def write(self, data: str) -> None:
        """Write a part of the screen, as wide as prompt_toolkit believes."""
        super().write(data if data.isascii() else apart(data))

    def erase_down(self) -> None:
        """Erase from the cursor on, which prompt_toolkit has at the left."""
        self.write_raw(ERASE_BELOW)

    def flush(self) -> None:
        """Write what is buffered, unless a frame is being put together."""
        if self._holding:
            return
        began = time.monotonic()
        pieces, self._buffer, size = self._buffer, [], 0
        for piece in pieces:
            self._buffer.append(piece)
            size += len(piece)
            if size >= _AT_ONCE:
                super().flush()
                size = 0
        super().flush()
        self.took = time.monotonic() - began

    @contextmanager
    def frame(self) -> Iterator[None]:
        """All that is written inside the block leaves in one write, at its end."""
        if self._holding:
            yield
            return
        self._holding = True
        self.write_raw(_BEGIN)
        try:
            yield
        finally:
            self.write_raw(_END)
            self._holding = False
            self.flush()


def terminal_output(stdout: TextIO) -> FrameOutput:
    """Make the output for a terminal.

    Cursor position requests are off: the layout does not need them, each costs a round trip, and their
    answers would mix with what is typed ahead.
    """
    output = FrameOutput.from_pty(stdout)
    assert isinstance(output, FrameOutput)
    output.enable_cpr = False
    return output
