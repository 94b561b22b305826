"""Scripts: cells that are run without a console."""

from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

from kconsole.cli.options.scripts import STDIN
from kconsole.cli.saying import colored
from kconsole.cli.settings import Settings
from kconsole.cli.sources import read_sources, reads_stdin
from kconsole.script.answers import Answers, open_answers
from kconsole.script.cells import ScriptCell
from kconsole.script.streams import Mouth, standard_streams

if TYPE_CHECKING:
    from kconsole.cli.notebooks import NotebookJob
    from kconsole.cli.reporting import Report
    from kconsole.client.kernel import Kernel
    from kconsole.script.imagefiles import ImageFiles
    from kconsole.script.jsonsink import JsonSink
    from kconsole.script.runner import RunOptions, Totals
    from kconsole.script.sink import Sink
    from kconsole.script.source import Source
    from kconsole.script.text import TextSink

__all__ = ["Script", "image_files"]

#: The options of the same name and meaning in the runner's options.
_AS_GIVEN = ("keep_going", "timeout", "total_timeout", "private", "silent")


def image_files(directory: str | None) -> "ImageFiles | None":
    """The files for images, if a directory for them was named; it is made."""
    if directory is None:
        return None
    from kconsole.script.imagefiles import ImageFiles

    return ImageFiles(directory)


class Script:
    """What is to be run, all of it read and looked through before a kernel is started for it.

    A context manager: leaving closes the file of the answers, and ends the events of --json.

    :param settings: what was asked for.
    :raise SourceError: something of it cannot be used as it is.

    Attributes:
        report: the events of --json, while they are written; None is text.
    """

    def __init__(self, settings: Settings) -> None:
        self._values = settings.values
        self._mime = settings.only_mime
        self._streams = standard_streams()
        self._stack = ExitStack()
        self._job: NotebookJob | None = None
        self._sources: list[Source] = []
        if self._values["output"] is None:
            self._sources = read_sources(self._values["sources"])
        else:
            from kconsole.cli import notebooks

            self._job = notebooks.NotebookJob(self._values)
        self._answering = None if reads_stdin(self._values["sources"]) else self._streams.stdin
        named = self._values["stdin_file"]
        if named is not None and named != STDIN:
            self._answering = self._stack.enter_context(open_answers(named))
        self._files = image_files(self._values["save_images"])
        self.report: Report | None = None

    def __enter__(self) -> Self:
        if self._values["json"]:
            from kconsole.cli.reporting import Report

            self.report = self._stack.enter_context(Report("run"))
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.__exit__(exc_type, exc, traceback)

    @property
    def kernel(self) -> str | None:
        """The kernelspec that the code is for, if it is one notebook that says so."""
        if self._job is not None:
            return self._job.kernel
        return self._sources[0].kernel or None if len(self._sources) == 1 else None

    @property
    def options(self) -> "RunOptions":
        """How to run it."""
        from kconsole.script.runner import RunOptions

        return RunOptions(
            expressions=dict(each.split("=", 1) for each in self._values["expr"]),
            **{name: self._values[name] for name in _AS_GIVEN},
        )

    def run(self, kernel: "Kernel") -> "Totals":
        """Run it, in a kernel that is ready."""
        from kconsole.script.runner import Runner

        values = self._values
        cells = self.cells(kernel) if self._job is None else self._job.prepare(kernel)
        if self.report is None:
            told: TextSink | JsonSink = self._text_sink()
        else:
            told = self._json_sink(self.report, kernel, cells)
        sink: Sink = told
        if self._job is not None:
            sink = self._job.sink(told, len(cells), self._streams.stderr)
        sink = self.saving(sink)
        asking = not values["no_stdin"]
        answers = Answers(
            self._answering if asking else None,
            told.ask,
            passwords=asking and values["stdin_file"] is None,
            allowed=asking,
        )
        totals = Runner(kernel, sink, answers, self.options).run(cells)
        if self.report is not None:
            self.report.status, self.report.said = totals.status, totals.said
        return totals

    def saving(self, sink: "Sink", label: str = "") -> "Sink":
        """Let the images of what goes to a sink be written to files too, if that is wanted."""
        if self._files is None:
            return sink
        from kconsole.script.imagefiles import ImageSink

        return ImageSink(sink, self._files, label)

    def _text_sink(self) -> "TextSink":
        color = {
            "stdout": colored(self._values["color"], self._streams.stdout),
            "stderr": colored(self._values["color"], self._streams.stderr),
        }
        if self._job is not None:
            from kconsole.script.notebooksink import NotesSink

            return NotesSink(self._streams, color=color)
        from kconsole.render.errorlook import ErrorLook
        from kconsole.script.text import TextSink

        return TextSink(
            self._streams,
            color=color,
            mime=self._mime,
            errors=ErrorLook(self._values["tb"], self._values["style"]),
        )

    def _json_sink(self, report: "Report", kernel: "Kernel", cells: list[ScriptCell]) -> "JsonSink":
        from kconsole.script.jsonsink import JsonSink

        report.kernel(kernel)
        sink = JsonSink(
            report.lines,
            Mouth(self._streams.stderr, "standard error"),
            cells=len(cells) or int(bool(self._values["expr"])),
            mime=self._mime,
        )
        report.totals = lambda: sink.totals
        return sink

    def cells(self, kernel: "Kernel") -> list[ScriptCell]:
        """What is to be run, cut into cells as the kernel's language has it."""
        language = kernel.info.language_info.name if kernel.info is not None else ""
        divides = self._values["cells"]
        return [
            cell
            for source in self._sources
            for cell in (source.split(language) if divides else source.cells)
        ]
