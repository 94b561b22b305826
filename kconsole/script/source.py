"""Where a script's code comes from: all of it is read and looked through before any of it runs."""

import os
import select
import stat
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, cast

from kconsole.connect.paths import shown
from kconsole.errors import SourceError
from kconsole.script.cells import ScriptCell, split_cells
from kconsole.script.ipynb import is_notebook, kernel_name, notebook_cells, read_notebook

__all__ = ["Source", "argument_source", "file_source", "file_text", "stream_source"]

#: More code than anybody has, and less than memory.
_LIMIT = 1 << 28  # bytes
_PIECE = 1 << 20
_BOM = b"\xef\xbb\xbf"


class Source(NamedTuple):
    """Code that has been read.

    Attributes:
        cells: one, or those of a notebook.
        divisible: whether markers in it may cut it into more; not what the command line holds.
        kernel: the name of the kernelspec that it is for; "" if it does not say, as only notebooks do.
    """

    cells: tuple[ScriptCell, ...]
    divisible: bool = False
    kernel: str = ""

    def split(self, language: str) -> list[ScriptCell]:
        """The cells between the markers of a kernel language."""
        if not self.divisible:
            return list(self.cells)
        return [
            part
            for whole in self.cells
            for part in split_cells(whole.source, whole.origin, language)
        ]


def argument_source(code: str, name: str) -> Source:
    """Take code from the command line.

    :raise SourceError: it holds bytes that are not UTF-8, or a NUL; says at which byte.
    """
    data = code.encode("utf-8", "surrogateescape")
    if (at := data.find(b"\0")) >= 0:
        raise SourceError(f"{name}: a NUL at byte {at}")
    return Source((ScriptCell(_decode(data, name), name),))


def stream_source(stream: BinaryIO, name: str) -> Source:
    """Read all of a stream as one cell.

    Line ends become ``\\n`` and a byte order mark is dropped.

    :param stream: what to read.
    :param name: how an error names it.
    :raise SourceError: it cannot be read, is not UTF-8, holds a NUL (says at which byte), or is too large.
    """
    return Source((ScriptCell(_decode(_bytes(stream, name), name), name),), divisible=True)


def file_source(path: str) -> Source:
    """Read a file: a notebook if its name ends in ``.ipynb``, else as one cell; may be a FIFO.

    :raise SourceError: as :func:`stream_source`, or it is no notebook.
    """
    name = shown(path)
    text = file_text(path)[0]
    if not is_notebook(path):
        return Source((ScriptCell(text, name),), divisible=True)
    notebook = read_notebook(text, name)
    return Source(tuple(notebook_cells(notebook, name)), kernel=kernel_name(notebook.metadata))


def file_text(path: str) -> tuple[str, int]:
    """Read a file's text.

    :param path: a leading ``~`` is the home.
    :return: it, and the bits of the file's mode.
    :raise SourceError: as :func:`stream_source`.
    """
    name = shown(path)
    try:
        with open(os.path.expanduser(path), "rb") as stream:
            mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
            return _decode(_bytes(stream, name), name), mode
    except (OSError, ValueError) as error:
        raise SourceError(f"{name}: {getattr(error, 'strerror', None) or error}") from None


def _bytes(stream: BinaryIO, name: str) -> bytes:
    """Read all, unless it is so much, or so clearly no text, that it would never end."""
    pieces = []
    size = 0
    try:
        for piece in _pieces(stream):
            if (at := piece.find(b"\0")) >= 0:
                raise SourceError(f"{name}: a NUL at byte {size + at}")
            size += len(piece)
            if size > _LIMIT:
                raise SourceError(f"{name}: more than {_LIMIT >> 20} MiB of code")
            pieces.append(piece)
    except OSError as error:
        raise SourceError(f"{name}: {error.strerror}") from None
    return b"".join(pieces)


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    """All of it, also where whoever shares it with us has made it non-blocking: then it reads as None."""
    while (piece := cast(bytes | None, stream.read(_PIECE))) != b"":
        if piece is None:
            select.select((stream,), (), ())
        else:
            yield piece


def _decode(data: bytes, name: str) -> str:
    skipped = len(_BOM) if data.startswith(_BOM) else 0
    try:
        text = data[skipped:].decode()
    except UnicodeDecodeError as error:
        raise SourceError(f"{name}: not UTF-8 at byte {skipped + error.start}") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
