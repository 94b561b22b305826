"""prompt_toolkit's terminal output, with whole frames written at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from prompt_toolkit.output.vt100 import Vt100_Output

__all__ = ["FrameOutput", "terminal_output"]

# The synchronized output mode: a terminal that knows it shows all that lies between at once.
_BEGIN = "\x1b[?2026h"
_END = "\x1b[?2026l"

#: Characters that are written at once: more than a frame has, unless a single message is huge, whose text
#: is not to be copied twice more as a whole.
_AT_ONCE = 1 << 20


class FrameOutput(Vt100_Output):
    """A :class:`Vt100_Output` that can hold its flushes back for the length of a frame."""

    _holding = False

    def flush(self) -> None:
        """Write what is buffered, unless a frame is being put together."""
        if self._holding:
            return
        pieces, self._buffer, size = self._buffer, [], 0
        for piece in pieces:
            self._buffer.append(piece)
            size += len(piece)
            if size >= _AT_ONCE:
                super().flush()
                size = 0
        super().flush()

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
