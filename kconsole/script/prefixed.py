r"""The text of several kernels side by side: each line whole, behind the name of its kernel.

As in ``docker compose logs``::

    gpu1 | epoch 1: loss 0.52
    gpu2 | epoch 1: loss 0.48

A line is written when it has ended, or its cell has. Of a progress bar, which goes back with ``\r``, the
last state is.
"""

import io
import re
from collections.abc import Mapping, Sequence
from typing import TextIO, cast

from kconsole.render.cells import text_width
from kconsole.render.errorlook import AS_SENT, ErrorLook
from kconsole.render.sgr import DEFAULT, RESET, Style, restyle, serialise, strip_sgr
from kconsole.script.cells import ScriptCell
from kconsole.script.sink import Outcome
from kconsole.script.streams import Mouth, Streams
from kconsole.script.text import TextSink

__all__ = ["LinePrefixer", "PrefixedSink"]

#: Characters of a line that may wait for its end; then what is there is written as a line.
_LONGEST = 1 << 20
_SGR = re.compile(r"\x1b\[([0-9;:]{0,61})m")


class LinePrefixer:
    """Makes lines with a prefix of text that comes in pieces.

    Colours that are on where a line ends are on again in the next one of the same stream, and nowhere else.

    :param prefix: what stands before each line.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        #: The pieces of the line that has not ended.
        self._open: list[str] = []
        self._size = 0
        self._style: Style = DEFAULT

    def feed(self, text: str) -> str:
        """Take a piece; return the lines that have ended with it."""
        *ended, rest = text.split("\n")
        lines = []
        for each in ended:
            self._open.append(each)
            lines.append(self.end())
        self._keep(rest)
        if self._size > _LONGEST:
            lines.append(self.end())
        return "".join(lines)

    def end(self) -> str:
        """Return what there is as a line, also if it is empty; the next one begins."""
        line = self._last_state("".join(self._open)).rstrip("\r")
        self._open.clear()
        self._size = 0
        return f"{self._prefix}{self._styled(line)}\n"

    def finish(self) -> str:
        """Return the line that has not ended, if there is something in it; nothing more belongs to it."""
        line = self.end() if "".join(self._open).strip() else ""
        self._open.clear()
        self._size = 0
        self._style = DEFAULT
        return line

    def _keep(self, text: str) -> None:
        self._open.append(text)
        self._size += len(text)
        if "\r" in text:  # a bar of a million steps must not be kept
            self._open = [self._last_state("".join(self._open))]
            self._size = len(self._open[0])

    def _last_state(self, line: str) -> str:
        """Drop what stands before the last time that the cursor goes back, but for the colours it sets."""
        at = line.rstrip("\r").rfind("\r") + 1
        self._take_style(line[:at])
        return line[at:]

    def _styled(self, line: str) -> str:
        """Begin with the style from before, and end without any."""
        before = serialise(self._style)
        self._take_style(line)
        return f"{before}{line}{RESET if self._style else ''}"

    def _take_style(self, text: str) -> None:
        if "\x1b" in text:
            for match in _SGR.finditer(text):
                self._style = restyle(self._style, match[1])[0]


class _PrefixedStream(io.TextIOBase):
    """One of the standard streams, for one of several kernels."""

    def __init__(self, mouth: Mouth, prefix: str) -> None:
        super().__init__()
        self._mouth = mouth
        self._lines = LinePrefixer(prefix)

    def write(self, text: str) -> int:
        self._mouth.text(self._lines.feed(text))
        return len(text)

    def isatty(self) -> bool:
        return self._mouth.terminal

    def finish(self) -> None:
        """Write the line that has not ended."""
        self._mouth.text(self._lines.finish())


class PrefixedSink(TextSink):
    """Writes the text of one of several kernels, in lines that say whose they are.

    :param out: standard output, which the kernels share.
    :param err: standard error, the same.
    :param prefixes: what stands before each line, on ``stdout`` and on ``stderr``.
    :param color: as for :class:`TextSink`.
    :param mime: as for :class:`TextSink`; nothing of these types that is not text is written.
    :param errors: as for :class:`TextSink`.
    """

    def __init__(
        self,
        out: Mouth,
        err: Mouth,
        prefixes: Mapping[str, str],
        *,
        color: Mapping[str, bool],
        mime: Sequence[str] = (),
        errors: ErrorLook = AS_SENT,
    ) -> None:
        self._lines = (
            _PrefixedStream(out, prefixes["stdout"]),
            _PrefixedStream(err, prefixes["stderr"]),
        )
        stdout, stderr = (cast(TextIO, each) for each in self._lines)
        taken = text_width(strip_sgr(prefixes["stdout"]))

        def room() -> int | None:
            return out.columns and max(1, out.columns - taken)

        super().__init__(
            Streams(None, stdout, stderr), color=color, mime=mime, errors=errors, columns=room
        )

    def end(self, cell: ScriptCell, outcome: Outcome) -> None:
        """Write the lines that the cell has not ended."""
        self._finish()

    def note(self, text: str) -> None:
        """Write one line of ours, behind what the cell has written so far."""
        self._finish()
        super().note(text)

    def close(self) -> None:
        """End what is unfinished."""
        super().close()
        self._finish()

    def _finish(self) -> None:
        for stream in self._lines:
            stream.finish()
