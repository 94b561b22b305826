"""--json: the first and the last of the events on stdout, however it ends."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from kconsole.cli.statuses import exit_status, status_word
from kconsole.errors import OutputError
from kconsole.record.jsonevents import start_fields
from kconsole.script.jsonlines import JsonLines, kernel_fields
from kconsole.script.streams import SteadyMouth, standard_streams

if TYPE_CHECKING:
    from kconsole.client.kernel import Kernel

__all__ = ["Report"]


class Report:
    """Writes ``start`` when it is entered and ``summary`` when it is left.

    :param mode: what is done.

    Attributes:
        lines: for what comes between.
        status: the exit status; set by whoever has come to an end without an exception.
        said: whether it is the number that code has ended with.
        totals: what else the summary says, as it is then.
    """

    def __init__(self, mode: Literal["run", "watch"]) -> None:
        self._mode = mode
        self._started = time.monotonic()
        self.lines = JsonLines(SteadyMouth(standard_streams().stdout, "standard output"))
        self.status = 0
        self.said = False
        self.totals: Callable[[], Mapping[str, int]] = dict

    def __enter__(self) -> Self:
        self.lines.write("start", start_fields(self._mode))
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(exc, SystemExit | KeyboardInterrupt):
            self.lines.hurry()
        status = self.status if exc is None else exit_status(exc)
        # Nobody may read it any more; but what could not be written may have been a notebook's file.
        lost = (BrokenPipeError, OutputError) if isinstance(exc, OSError | OutputError) else ()
        with suppress(*lost):
            self.summarise(self.lines, status, self.totals(), exc, said=self.said and exc is None)

    def summarise(
        self,
        lines: JsonLines,
        status: int,
        totals: Mapping[str, int],
        error: BaseException | None = None,
        *,
        said: bool = False,
    ) -> None:
        """Write ``summary``: of everything, or of one of several kernels."""
        ending = {
            "status": status_word(status, said=said),
            "exit_status": status,
            "seconds": round(time.monotonic() - self._started, 6),
            "error": str(error) if isinstance(error, Exception) else None,
        }
        lines.write("summary", {**totals, **ending})

    def kernel(self, kernel: "Kernel") -> None:
        """Write ``kernel``: it is ready."""
        self.lines.write("kernel", kernel_fields(kernel))
