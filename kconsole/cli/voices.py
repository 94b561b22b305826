"""How it is told what one of several kernels does, and how that has ended."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from kconsole.cli.saying import complain
from kconsole.errors import KconsoleError
from kconsole.render.errorlook import ErrorLook
from kconsole.script.jsonlines import kernel_fields
from kconsole.script.jsonsink import JsonSink
from kconsole.script.prefixed import PrefixedSink
from kconsole.script.sink import Sink
from kconsole.script.streams import Mouth

if TYPE_CHECKING:
    from kconsole.cli.reporting import Report
    from kconsole.client.kernel import Kernel

__all__ = ["JsonVoice", "TextVoice", "Voice", "added"]


class Voice(Protocol):
    """Tells of one kernel, in the main thread."""

    @property
    def sink(self) -> Sink:
        """Where what happens to the cells goes."""

    def begin(self, kernel: "Kernel", cells: int) -> None:
        """The kernel is ready, and so are those beside it.

        :param cells: how many are to be run in it.
        """

    def finish(self, status: int, error: BaseException | None, *, said: bool = False) -> None:
        """Nothing more is run in it.

        :param error: what has ended it; None if its cells just have.
        :param said: whether the status is the number that code has ended with.
        """


class TextVoice:
    """As text, in lines with a prefix; the parameters are those of :class:`PrefixedSink`."""

    def __init__(
        self,
        out: Mouth,
        err: Mouth,
        prefixes: Mapping[str, str],
        color: Mapping[str, bool],
        mime: Sequence[str],
        errors: ErrorLook,
    ) -> None:
        self.sink = PrefixedSink(out, err, prefixes, color=color, mime=mime, errors=errors)

    def begin(self, kernel: "Kernel", cells: int) -> None:
        """Nothing to write."""

    def finish(self, status: int, error: BaseException | None, *, said: bool = False) -> None:
        """Write why, if it is worth a word."""
        if isinstance(error, KconsoleError):
            self.sink.note(str(error))


class JsonVoice:
    """As events that have the kernel's label.

    :param report: what they are part of.
    :param label: of the kernel.
    :param stderr: as for :class:`JsonSink`.
    :param mime: as for :class:`JsonSink`.
    """

    def __init__(self, report: "Report", label: str, stderr: Mouth, mime: Sequence[str]) -> None:
        self._report = report
        self._label = label
        self._stderr = stderr
        self._mime = mime
        self._lines = report.lines.of(label)
        self.sink = JsonSink(self._lines, stderr, cells=0, mime=mime)

    @property
    def totals(self) -> Mapping[str, int]:
        """What a summary says of its cells."""
        return self.sink.totals

    def begin(self, kernel: "Kernel", cells: int) -> None:
        """Write ``kernel``."""
        self._lines.write("kernel", kernel_fields(kernel))
        self.sink = JsonSink(self._lines, self._stderr, cells=cells, mime=self._mime)

    def finish(self, status: int, error: BaseException | None, *, said: bool = False) -> None:
        """Write ``summary``, and what standard error has to say of it."""
        if isinstance(error, KconsoleError):
            complain(f"{self._label}: {error}")
        self._report.summarise(self._lines, status, self.totals, error, said=said)


def added(each: Iterable[Mapping[str, int]]) -> Mapping[str, int]:
    """Return the sums of all kernels' totals."""
    sums: dict[str, int] = {}
    for totals in each:
        for name, number in totals.items():
            sums[name] = sums.get(name, 0) + number
    return sums
