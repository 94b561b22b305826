"""What cells show that is no text: kept in a file, and told in a line."""

from collections.abc import Callable

from kconsole.protocol.events import DisplayData, ExecuteResult, UpdateDisplay
from kconsole.render.artifact import Artifact, artifact_of, page_of
from kconsole.render.cabinet import Cabinet, Kept
from kconsole.render.filelink import file_link
from kconsole.repl.above import Picture, height
from kconsole.repl.options import ImageMode
from kconsole.repl.screen import Screen

__all__ = ["Exhibits", "Shown"]

Shown = DisplayData | ExecuteResult | UpdateDisplay

_MOST_FILED = 64  # displays whose files are found again when they are updated


class Exhibits:
    """Shows them.

    :param screen: the place above the prompt.
    :param cabinet: where files are kept.
    :param mode: tells how images are to be shown.
    :param link: whether the terminal is known to be one that can have links.
    """

    def __init__(
        self,
        screen: Screen,
        cabinet: Cabinet,
        mode: Callable[[], ImageMode],
        *,
        link: bool,
    ) -> None:
        self._screen = screen
        self._cabinet = cabinet
        self._mode = mode
        self._link = link
        #: display_id -> its file.
        self._filed: dict[str, Kept] = {}

    def take(self, event: Shown, head: str) -> bool:
        """Show what a message has, if it is no text.

        :param head: what stands before a result; "" where nothing does.
        :return: whether it was shown here.
        """
        if self._mode() == "none":
            return False
        artifact = None
        if "text/latex" not in event.data:
            artifact = artifact_of(event.data, event.metadata)
        if artifact is None:
            if (page := page_of(event.data)) is not None:
                self._cabinet.remember(page)
            return False
        self._show_filed(event, head, artifact, "")
        return True

    def _show_filed(self, event: Shown, head: str, artifact: Artifact, why: str) -> None:
        """Keep it in a file, and say where.

        :param why: it is not drawn; "" where nobody would expect that.
        """
        facts = artifact.facts + (f", not drawn: {why}" if why else "")
        try:
            kept = self._file(event.display_id, artifact)
        except OSError as error:
            self._write(event, head, f"[{facts}; it cannot be saved: {error.strerror or error}]")
            return
        assert kept.path is not None
        rest = rf"  \open {kept.number}]"
        plain = f"[{facts}: {file_link(kept.path, link=False)}{rest}"
        self._write(event, head, f"[{facts}: {file_link(kept.path, link=self._link)}{rest}", plain)

    def _file(self, display_id: str | None, artifact: Artifact) -> Kept:
        """The file of a new display, or that of one that is updated, written anew."""
        before = self._filed.pop(display_id, None) if display_id is not None else None
        if before is None or not self._cabinet.replace(before, artifact):
            before = self._cabinet.file(artifact)
        if display_id is not None:
            self._filed[display_id] = before
            if len(self._filed) > _MOST_FILED:
                del self._filed[next(iter(self._filed))]
        return before

    def _write(self, event: Shown, head: str, line: str, plain: str = "") -> None:
        """Write a line, whose height is that of another one without the sequences of a link."""
        columns, rows = self._screen.size
        tall = height(f"{head}{plain or line}\n", rows, columns)
        self._place(event, Picture(f"{head}{line}\n", tall, event.display_id))

    def _place(self, event: Shown, picture: Picture) -> None:
        if isinstance(event, UpdateDisplay):
            self._screen.replace(picture)
        else:
            self._screen.place(picture)
