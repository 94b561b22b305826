"""What of outputs is no text: found, kept in files, and told in a line."""

from collections.abc import Callable, Container, Mapping

from kconsole.render.artifact import FILE_TYPES, Artifact, Fingerprint, artifact_of, page_of
from kconsole.render.cabinet import Cabinet, Kept
from kconsole.render.filelink import file_link
from kconsole.render.numbers import Numbers
from kconsole.render.preference import PLAIN, bare_type
from kconsole.render.views import Shown

__all__ = ["FileLines", "first_of", "numbered", "numbered_line"]

_NAME = 400  # characters in which a text may do no more than name an object


class FileLines:
    """Finds what is no text, keeps it in files, and says so.

    :param cabinet: where.
    :param link: whether the terminal can be told of links.
    """

    def __init__(self, cabinet: Cabinet, *, link: bool) -> None:
        self._cabinet = cabinet
        self._link = link
        self._numbers = Numbers()

    def find(self, event: Shown, form: Callable[[Container[str]], str]) -> Artifact | None:
        """Return what is to be shown of an output, if that leaves no text.

        The page behind an output that does leave some, as a table, can be opened from now on.

        :param form: tells which of the output's MIME types is to be shown, if that leaves no text; called
            with those that can be shown otherwise.
        """
        mime = form(FILE_TYPES) if _may_be_silent(event.data) else ""
        artifact = artifact_of(mime, event.data, event.metadata) if mime else None
        if artifact is None and (page := page_of(event.data)) is not None:
            self.remember(event, page)
        return artifact

    def remember(self, event: Shown, artifact: Artifact) -> Kept:
        """Keep something that is shown, in case it is to be opened."""
        kept = self._cabinet.remember(artifact, self._numbers.reuse(event))
        self._numbers.note(event, kept.number)
        return kept

    def cleared(self) -> None:
        """The cell has cleared its output: what follows takes its place."""
        self._numbers.cleared()

    def keep(self, event: Shown, artifact: Artifact, why: str = "") -> tuple[str, str]:
        """Keep something in a file.

        :param event: that shows it.
        :param why: it is not drawn, with its type; "" where nobody would expect that.
        :return: a line that says where it is, and the same without the sequences of a link.
        """
        facts, link_to = (f"not drawn: {why}", "; kept as ") if why else (artifact.facts, ": ")
        try:
            kept = self._cabinet.file(artifact, self._numbers.reuse(event))
        except OSError as error:
            line = f"[{facts}; it cannot be saved: {error.strerror or error}]"
            return line, line
        self._numbers.note(event, kept.number)
        assert kept.path is not None
        linked, bare = (
            rf"[{facts}{link_to}{file_link(kept.path, link=link)}  \open {kept.number}]"
            for link in (self._link, False)
        )
        return linked, bare


def numbered(
    numbers: Mapping[Fingerprint, int],
    data: Mapping[str, object],
    metadata: Mapping[str, object],
    form: Callable[[Container[str]], str],
) -> str:
    """Return a line that says under which number an output can be opened.

    :param numbers: of what can be; see :meth:`Cabinet.numbers`.
    :param data: of the output.
    :param metadata: of the output.
    :param form: see :meth:`FileLines.find`.
    :return: "" if the output leaves a text, or cannot be opened.
    """
    mime = form(FILE_TYPES) if _may_be_silent(data) else ""
    artifact = artifact_of(mime, data, metadata) if mime else None
    number = numbers.get(artifact.fingerprint) if artifact is not None else None
    return "" if artifact is None or number is None else numbered_line(artifact, number)


def numbered_line(artifact: Artifact, number: int) -> str:
    """Return a line for something that is shown by its number alone."""
    return rf"[{artifact.facts}  \open {number}]" + "\n"


def first_of(frames: int, number: int) -> str:
    """Return a line for below the first frame of something that moves; "" if it does not."""
    return rf"[the first of {frames:,} frames  \open {number}]" + "\n" if frames > 1 else ""


def _may_be_silent(data: Mapping[str, object]) -> bool:
    """Whether it is worth a look which form of an output is shown, for that may leave no text.

    Most are text, and seen to be at once; so are tables that come as HTML too.
    """
    forms = FILE_TYPES.intersection(map(bare_type, data))
    if forms != {"text/html"}:
        return bool(forms)
    plain = data.get(PLAIN)
    return not isinstance(plain, str) or len(plain) <= _NAME
