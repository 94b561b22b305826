"""Lines about what was kept in a file, and where a look is worth whether something should be."""

from collections.abc import Mapping

from kconsole.render.artifact import FILE_TYPES, Artifact
from kconsole.render.cabinet import Cabinet, Kept
from kconsole.render.filelink import file_link
from kconsole.render.preference import PLAIN, bare_type
from kconsole.render.views import Shown

__all__ = ["FileLines", "may_be_silent"]

_NAME = 400  # characters in which a text may do no more than name an object
_MOST_FILED = 64  # displays whose files are found again when they are updated


class FileLines:
    """Keeps what is no text in files, and says so.

    :param cabinet: where.
    :param link: whether the terminal can be told of links.
    """

    def __init__(self, cabinet: Cabinet, *, link: bool) -> None:
        self._cabinet = cabinet
        self._link = link
        #: display_id -> its file.
        self._filed: dict[str, Kept] = {}

    def keep(self, event: Shown, artifact: Artifact, why: str = "") -> tuple[str, str]:
        """Keep something in a file.

        :param event: that shows it.
        :param why: it is not drawn, with its type; "" where nobody would expect that.
        :return: a line that says where it is, and the same without the sequences of a link.
        """
        facts = f"not drawn: {why}" if why else artifact.facts
        try:
            kept = self._file(event.display_id, artifact)
        except OSError as error:
            line = f"[{facts}; it cannot be saved: {error.strerror or error}]"
            return line, line
        assert kept.path is not None
        linked, bare = (
            rf"[{facts}: {file_link(kept.path, link=link)}  \open {kept.number}]"
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


def may_be_silent(data: Mapping[str, object]) -> bool:
    """Whether it is worth a look which form of an output is shown, for that may leave no text.

    Most are text, and seen to be at once; so are tables that come as HTML too.
    """
    forms = FILE_TYPES.intersection(map(bare_type, data))
    if forms != {"text/html"}:
        return bool(forms)
    plain = data.get(PLAIN)
    return not isinstance(plain, str) or len(plain) <= _NAME
