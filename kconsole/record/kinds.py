"""The kinds of file that a session is written to, by suffix: how each is put together from its cells.

Every kind is a head, a part for each cell, and a foot. The parts stand one behind the other, and each
depends on its own cell alone: so a file is brought up to date from the first cell on that has changed.
"""

from collections.abc import Callable
from pathlib import PurePath
from typing import Any, NamedTuple

from kconsole.errors import KconsoleError
from kconsole.protocol.replies import KernelInfo
from kconsole.record.cell import RecordedCell
from kconsole.record.jsonevents import json_line, recorded_lines, start_fields
from kconsole.record.listing import screen_cell, source_cell
from kconsole.record.markdown import Attachment, markdown_cell
from kconsole.record.notebook import kernel_metadata, notebook_cell, notebook_foot, notebook_head

__all__ = ["JSON_LINES", "NOTEBOOK", "Context", "FileKind", "kind_of", "suffixes"]

NOTEBOOK, JSON_LINES = ".ipynb", ".jsonl"
_MARKDOWN, _SCREEN = ".md", ".txt"
_FIXED = (NOTEBOOK, _MARKDOWN, _SCREEN, JSON_LINES)


class Context(NamedTuple):
    """What a file says besides its cells.

    Attributes:
        info: what the kernel says of itself.
        kernel: the name of its kernelspec; "" if it is not known.
        title: how the kernelspec is called for people.
        folder: the name of the folder for the images of a Markdown file.
        metadata: of the notebook that is gone on with; None for a new one.
    """

    info: KernelInfo
    kernel: str = ""
    title: str = ""
    folder: str = "files"
    metadata: dict[str, Any] | None = None


Part = tuple[str, list[Attachment]]


class FileKind(NamedTuple):
    """How a kind of file is written.

    Attributes:
        head: what it begins with.
        cell: gives the part of a cell, the number of which in the file is given, from 1; and the files
            that it shows.
        foot: what it ends with, so many cells being in it.
    """

    head: Callable[[], str]
    cell: Callable[[RecordedCell, int, Context], Part]
    foot: Callable[[Context, int], str]


def suffixes(info: KernelInfo) -> tuple[str, ...]:
    """Return the suffixes that there are, that of the kernel's language as the last."""
    own = info.language_info.file_extension.strip().lower()
    if own and not own.startswith("."):
        own = f".{own}"
    return *_FIXED, own if own and own not in _FIXED else ".py"


def kind_of(path: PurePath, info: KernelInfo) -> FileKind:
    """Return how a file is written, by its suffix in upper or lower case.

    :raise KconsoleError: no such kind of file; names those that there are.
    """
    suffix = path.suffix.lower()
    known = suffixes(info)
    if suffix in known:
        return _KINDS.get(suffix, _SOURCE)
    what = f"no kind of file ends in {path.suffix!r}" if suffix else "the file's name has no suffix"
    raise KconsoleError(f"{what}; there are {', '.join(known[:-1])} and {known[-1]}")


def _nothing(*_: object) -> str:
    return ""


def _json_head() -> str:
    return json_line("start", start_fields("log"))


def _notebook_cell(cell: RecordedCell, number: int, context: Context) -> Part:
    return notebook_cell(cell, number), []


def _notebook_foot(context: Context, cells: int) -> str:
    metadata = context.metadata
    if metadata is None:
        metadata = kernel_metadata(context.info, context.kernel, context.title)
    return notebook_foot(metadata, cells)


def _markdown_cell(cell: RecordedCell, number: int, context: Context) -> Part:
    return markdown_cell(cell, context.info.language_info.name, context.folder)


def _screen_cell(cell: RecordedCell, number: int, context: Context) -> Part:
    return screen_cell(cell), []


def _json_cell(cell: RecordedCell, number: int, context: Context) -> Part:
    return recorded_lines(cell), []


def _source_cell(cell: RecordedCell, number: int, context: Context) -> Part:
    return source_cell(cell, context.info.language_info.name), []


_KINDS = {
    NOTEBOOK: FileKind(notebook_head, _notebook_cell, _notebook_foot),
    _MARKDOWN: FileKind(_nothing, _markdown_cell, _nothing),
    _SCREEN: FileKind(_nothing, _screen_cell, _nothing),
    JSON_LINES: FileKind(_json_head, _json_cell, _nothing),
}
_SOURCE = FileKind(_nothing, _source_cell, _nothing)
