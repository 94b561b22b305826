"""Where a script's code comes from."""

from typing import BinaryIO

from kconsole.errors import SourceError

__all__ = ["read_code"]


def read_code(stream: BinaryIO, name: str) -> str:
    """Read all of a stream as the code of one cell.

    Line ends become ``\\n`` and a byte order mark is dropped.

    :param stream: what to read.
    :param name: how an error names it.
    :raise SourceError: it is not UTF-8, or holds a NUL; says at which byte.
    """
    data = stream.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{name}: not UTF-8 at byte {error.start}") from None
    if (at := data.find(b"\0")) >= 0:
        raise SourceError(f"{name}: a NUL at byte {at}")
    return text.replace("\r\n", "\n").replace("\r", "\n")
