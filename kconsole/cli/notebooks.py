"""A notebook that is run and written with its outputs: ``--output`` and ``--param``."""

from typing import TYPE_CHECKING, Any

from kconsole.cli.saying import complain
from kconsole.client.title import kernelspec_title
from kconsole.connect.paths import shown
from kconsole.script.cellprogress import CellProgress
from kconsole.script.cells import ScriptCell
from kconsole.script.notebook import Notebook
from kconsole.script.notebooksink import NotebookSink
from kconsole.script.outputfile import OutputFile
from kconsole.script.parameters import parameter_cell, parse_parameter
from kconsole.script.sink import Sink
from kconsole.script.source import file_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from kconsole.client.kernel import Kernel

__all__ = ["NotebookJob"]


class NotebookJob:
    """A notebook, and the file that it is to be written to.

    :param values: of the options.
    :raise SourceError: it is no notebook, or the file cannot be written.
    """

    def __init__(self, values: "Mapping[str, Any]") -> None:
        path = values["sources"][0][1]
        text, mode = file_text(path)
        self._name = shown(path)
        self._notebook = Notebook(text, self._name)
        self._parameters = [parse_parameter(each) for each in values["param"]]
        self._file = OutputFile(values["output"], mode & 0o666)
        self._written = shown(values["output"])

    @property
    def kernel(self) -> str | None:
        """The name of the kernelspec that the notebook is for; None if it does not say."""
        return self._notebook.kernel or None

    def prepare(self, kernel: "Kernel") -> list[ScriptCell]:
        """Fit the notebook to a kernel that is ready; return the cells to be run.

        :raise SourceError: it is not known how to write the parameters in the kernel's language.
        """
        info = kernel.info
        if info is not None:
            name = kernel.client.info.kernel_name
            self._notebook.set_kernel(info, name, kernelspec_title(kernel))
        if self._parameters:
            language = "" if info is None else info.language_info.name
            code = parameter_cell(self._parameters, language)
            self._warn_of_unknown()
            self._notebook.inject(code)
        return self._notebook.cells(self._written)

    def _warn_of_unknown(self) -> None:
        """Say which parameters the notebook does not know: one letter may be wrong."""
        names = dict(self._parameters)
        if unknown := self._notebook.unknown(names):
            what = ", ".join(unknown)
            complain(
                f"warning: --param {what}: not in {self._name}'s cell of parameters; set all the same"
            )

    def sink(self, beside: Sink, cells: int, stderr: "TextIO") -> NotebookSink:
        """Write the file for the first time, and make the sink that goes on with that.

        :param beside: is told of everything too.
        :param cells: how many there are to be run.
        :param stderr: where to say how far it is.
        """
        progress = CellProgress(stderr, self._name, cells)
        return NotebookSink(self._notebook, self._file, beside, progress)
