"""What a session has run and what came of it, to be saved as a file.

Three kinds of file, chosen by the suffix: a notebook (``.ipynb``), the code alone (the suffix of the
kernel's language, ``.py``), and the screen's text (``.txt``).
"""

from kconsole.errors import KconsoleError
from kconsole.protocol.events import Event, UpdateDisplay
from kconsole.protocol.replies import KernelInfo
from kconsole.render.listing import screen_text, source_text
from kconsole.render.notebook import notebook_text
from kconsole.render.recorded import AT_MOST, RecordedCell

__all__ = ["Transcript"]

_NOTEBOOK, _SCREEN = ".ipynb", ".txt"


class Transcript:
    """Takes inputs and events as they come, and gives the file's text.

    What is shown of a cell without an event of its own (an answer to input(), the error that only a
    reply tells) has to be brought as one, with the cell's id as its parent's.

    :param info: what the kernel says of itself; may be set anew, as after a restart.
    :param kernel: the name of its kernelspec, if it is known.
    :param title: how the kernelspec is called for people; may be set later, before :meth:`render`.
    :param at_most: characters that are kept of what a cell prints, and as many of all else that it
        shows; how much is left out is told in the file.
    """

    def __init__(
        self,
        info: KernelInfo,
        kernel: str = "",
        title: str = "",
        *,
        at_most: int = AT_MOST,
    ) -> None:
        self.info = info
        self._kernel = kernel
        self.title = title
        self._at_most = at_most
        self._cells: dict[str, RecordedCell] = {}
        #: Those of them that have shown something that can be updated.
        self._updatable: dict[str, RecordedCell] = {}

    def __len__(self) -> int:
        return len(self._cells)

    def input(self, msg_id: str, code: str, count: int | None = None) -> None:
        """Take a cell that is run; a second time to say its number, where only the reply tells it."""
        known = self._cells.get(msg_id)
        if known is None:
            self._cells[msg_id] = RecordedCell(msg_id, code, count, at_most=self._at_most)
        elif count is not None:
            known.count = count

    def event(self, event: Event) -> None:
        """Take an event; one of a cell that is not known changes nothing, unless it is an update."""
        if isinstance(event, UpdateDisplay):
            for cell in self._updatable.values():
                cell.update(event)
        elif (known := self._cells.get(event.parent.msg_id)) is not None:
            known.receive(event)
            if known.updatable:
                self._updatable[known.msg_id] = known

    def suffixes(self) -> tuple[str, str, str]:
        """Return the suffixes that :meth:`render` accepts."""
        own = self.info.language_info.file_extension.strip().lower()
        if own and not own.startswith("."):
            own = f".{own}"
        return _NOTEBOOK, own if own not in ("", _NOTEBOOK, _SCREEN) else ".py", _SCREEN

    def render(self, suffix: str, first: int = 0) -> str:
        """Return the text of the file with that suffix.

        :param suffix: with its dot, in upper or lower case.
        :param first: leave out the cells before this one, counted from 0.  Except for a notebook, the
            text of all cells is that of the first ones and that of the others behind it.
        :raise KconsoleError: no such kind of file; names those that there are.
        """
        notebook, source, screen = self.suffixes()
        cells = list(self._cells.values())[first:]
        match suffix.lower():
            case kind if kind == notebook:
                return notebook_text(cells, self.info, self._kernel, self.title)
            case kind if kind == source:
                return source_text(cells, self.info.language_info.name)
            case kind if kind == screen:
                return screen_text(cells)
        what = f"no kind of file ends in {suffix!r}" if suffix else "the file's name has no suffix"
        raise KconsoleError(f"{what}; there are {notebook}, {source} and {screen}")
