"""Writes a session to a file, once, when asked."""

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from kconsole.connect.paths import shown
from kconsole.connect.regularfile import open_regular, replace_file
from kconsole.errors import AlreadyThereError, KconsoleError
from kconsole.record.kinds import Context, FileKind, kind_of
from kconsole.record.markdown import Attachment
from kconsole.record.transcript import Transcript

__all__ = [
    "attach",
    "context_of",
    "folder_of",
    "kind_at",
    "rendered",
    "replace_own",
    "save",
    "target_of",
    "telling",
]


def save(transcript: Transcript, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write all of a session to a file, whose suffix says what kind of file it is to be.

    The file is complete from the moment it appears; until then an old one stays as it is. A new one is
    the user's alone (0600), an old one keeps its mode. Links are followed, and ``~`` is the home.

    :return: the path that was written.
    :raise AlreadyThereError: there is a file, and `overwrite` is not set; nothing has happened.
    :raise KconsoleError: there is no such kind of file, or it cannot be written; one line, with the
        path.
    """
    target = target_of(path)
    text, attachments = rendered(transcript, target)
    with telling(target):
        if overwrite:
            replace_own(target, text.encode())
        else:
            _write_new(target, text.encode())
    attach(target, attachments)
    return target


def rendered(transcript: Transcript, target: Path) -> tuple[str, list[Attachment]]:
    """Return what a file holds that all of a session is written to, and the files that it shows.

    :raise KconsoleError: there is no such kind of file.
    """
    kind = kind_at(target, transcript)
    context = context_of(transcript, target)
    parts = [kind.cell(cell, number, context) for number, cell in enumerate(transcript.cells, 1)]
    text = "".join([kind.head(), *(text for text, _ in parts), kind.foot(context, len(parts))])
    return text, [attachment for _, attachments in parts for attachment in attachments]


def target_of(path: str | Path) -> Path:
    """Return where a path leads to; raises as :func:`save` does."""
    with telling(path):
        return Path(os.path.realpath(os.path.expanduser(path)))


def kind_at(target: Path, transcript: Transcript) -> FileKind:
    """Return how a file is written; raises as :func:`save` does, with the path."""
    try:
        return kind_of(target, transcript.info)
    except KconsoleError as error:
        raise KconsoleError(f"{shown(target)}: {error}") from None


def context_of(transcript: Transcript, target: Path) -> Context:
    """Return what a session's file says besides its cells."""
    return Context(
        transcript.info, transcript.kernel, transcript.title, folder=folder_of(target).name
    )


def folder_of(target: Path) -> Path:
    """Return where the images of a Markdown file lie."""
    return target.with_name(f"{target.stem}_files")


def attach(target: Path, attachments: Iterable[Attachment]) -> None:
    """Write the files that a file shows, those that are not there yet.

    :raise KconsoleError: it cannot be done; one line, with the path.
    """
    folder = folder_of(target)
    for attachment in attachments:
        with telling(folder):
            folder.mkdir(0o700, exist_ok=True)
        path = folder / attachment.name  # which says what it holds
        if not path.exists():
            with telling(path):
                replace_file(path, attachment.content)


def replace_own(target: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Put a file in the place of what is at `target`, if the user may write that; its mode stays.

    :param mode: of a file where none is.
    :raise OSError: it cannot be written; nothing has happened.
    """
    with contextlib.suppress(FileNotFoundError):
        # Opened to learn whether it may be written: replacing it only needs its directory.
        descriptor = open_regular(target, os.O_WRONLY)
        mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
        os.close(descriptor)
    replace_file(target, content, mode=mode)


def _write_new(path: Path, content: bytes) -> None:
    """Write a file where none may be: its name is taken first, so that nobody else can take it."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        replace_file(path, content)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(path)
        raise


@contextlib.contextmanager
def telling(path: str | Path) -> Iterator[None]:
    """Turn what the system says of a path into a :class:`KconsoleError` of one line."""
    try:
        yield
    except FileExistsError:
        raise AlreadyThereError(f"{shown(path)}: there is such a file") from None
    except (OSError, ValueError) as error:  # a NUL in the path is a ValueError
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise KconsoleError(f"{shown(path)}: cannot be written: {reason}") from None
