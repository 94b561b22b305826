"""What of outputs is no text: found, kept in files, and told in a line."""

from collections.abc import Callable, Container, Mapping

from kconsole.render.artifact import FILE_TYPES, Artifact, artifact_of, page_of
from kconsole.render.cabinet import Cabinet, Kept
from kconsole.render.filelink import file_link
from kconsole.render.preference import PLAIN, bare_type
from kconsole.render.views import Shown

__all__ = ["FileLines"]

_NAME = 400  # characters in which a text may do no more than name an object
_MOST_FILED = 64  # displays whose files are found again when they are updated


class FileLines:
    """Finds what is no text, keeps it in files, and says so.

    :param cabinet: where.
    :param link: whether the terminal can be told of links.
    """

    def __init__(self, cabinet: Cabinet, *, link: bool) -> None:
        self._cabinet = cabinet
        self._link = link
        #: display_id -> its file.
        self._filed: dict[str, Kept] = {}

    def find(self, event: Shown, form: Callable[[Container[str]], str]) -> Artifact | None:
        """Return what is to be shown of an output, if that leaves no text.

        The page behind an output that does leave some, as a table, can be opened from now on.

        :param form: tells which of the output's MIME types is to be shown, if that leaves no text; called
            with those that can be shown otherwise.
        """
        mime = form(FILE_TYPES) if _may_be_silent(event.data) else ""
        artifact = artifact_of(mime, event.data, event.metadata) if mime else None
        if artifact is None and (page := page_of(event.data)) is not None:
            self._cabinet.remember(page)
        return artifact

    def keep(self, event: Shown, artifact: Artifact, why: str = "") -> tuple[str, str]:
        """Keep something in a file.

        :param event: that shows it.
        :param why: it is not drawn, with its type; "" where nobody would expect that.
        :return: a line that says where it is, and the same without the sequences of a link.
        """
        facts, link_to = (f"not drawn: {why}", "; kept as ") if why else (artifact.facts, ": ")
        try:
            kept = self._file(event.display_id, artifact)
        except OSError as error:
            line = f"[{facts}; it cannot be saved: {error.strerror or error}]"
            return line, line
        assert kept.path is not None
        linked, bare = (
            rf"[{facts}{link_to}{file_link(kept.path, link=link)}  \open {kept.number}]"
            for link in (self._link, False)
        )
        return linked, bare

    def _file(self, display_id: str | None, artifact: Artifact) -> Kept:
        """The file of a new display, or that of one that is updated, written anew."""
        kept = self._filed.pop(display_id, None) if display_id is not None else None
        if kept is None or not self._cabinet.replace(kept, artifact):
            kept = self._cabinet.file(artifact)
        if display_id is not None:
            self._filed[display_id] = kept
            if len(self._filed) > _MOST_FILED:
                del self._filed[next(iter(self._filed))]
        return kept


def _may_be_silent(data: Mapping[str, object]) -> bool:
    """Whether it is worth a look which form of an output is shown, for that may leave no text.

    Most are text, and seen to be at once; so are tables that come as HTML too.
    """
    forms = FILE_TYPES.intersection(map(bare_type, data))
    if forms != {"text/html"}:
        return bool(forms)
    plain = data.get(PLAIN)
    return not isinstance(plain, str) or len(plain) <= _NAME
