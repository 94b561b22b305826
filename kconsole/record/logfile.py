"""A session's file that is kept up to date while the session goes on.

However long the session is, what has happened since the last writing is what a writing costs. All of it
blocks, and belongs to one thread.
"""

import errno
import os
from itertools import accumulate
from pathlib import Path
from typing import Protocol

from kconsole.connect.paths import shown
from kconsole.connect.regularfile import open_regular, replace_file
from kconsole.errors import KconsoleError
from kconsole.protocol.events import Event
from kconsole.record.growing import GrowingFile, PlainFile, State, TwinFile
from kconsole.record.jsonevents import event_line
from kconsole.record.kinds import JSON_LINES, NOTEBOOK
from kconsole.record.notebook import NotebookBeginning, notebook_beginning
from kconsole.record.saving import attach, context_of, kind_at, target_of, telling
from kconsole.record.transcript import Transcript

__all__ = ["Log", "check_target", "open_log"]


class Log(Protocol):
    """A file that follows a session.

    What cannot be written raises KconsoleError: one line, with the path.
    """

    path: Path

    def take(self, event: Event) -> None:
        """An event has come; the transcript has it already."""

    def write(self) -> None:
        """Bring the file up to date."""

    def close(self) -> None:
        """Nothing more comes for now; a later :meth:`write` opens it again."""


def check_target(path: str | Path) -> None:
    """Look whether a session can be logged to a file; nothing is made or changed.

    :raise KconsoleError: it cannot be written, or is to be a notebook and is none; one line, with the path.
    """
    target = target_of(path)
    with telling(target):
        if not target.exists():
            _check_place(target.parent)
            return
        os.close(open_regular(target, os.O_RDWR))
        if target.suffix.lower() == NOTEBOOK:
            _notebook_in(target)


def _check_place(directory: Path) -> None:
    """Raise OSError if no file can be made in a directory."""
    os.stat(directory)
    if not directory.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if not os.access(directory, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _notebook_in(path: Path) -> tuple[str, NotebookBeginning]:
    """Return what a notebook holds, as :func:`notebook_beginning` does."""
    try:
        return notebook_beginning(_read(path).decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise KconsoleError(f"{shown(path)}: not logged to: it is not UTF-8") from None
    except ValueError as error:
        raise KconsoleError(f"{shown(path)}: not logged to: {error}") from None


def open_log(transcript: Transcript, path: str | Path) -> Log:
    """Begin to log a session: what has happened before is written at once.

    :param path: the file, whose suffix says what kind it is. If there is one, what is in it stays, and
        the session follows behind it; a notebook gets more cells.
    :raise KconsoleError: no such kind of file, or it cannot be written; one line, with the path.
    """
    target = target_of(path)
    kind_at(target, transcript)
    if target.suffix.lower() == JSON_LINES:
        return _EventLog(transcript, target)
    return _CellLog(transcript, target)


class _CellLog:
    """A file whose parts are the cells: written anew from the first one on that has changed."""

    def __init__(self, transcript: Transcript, target: Path) -> None:
        self.path = target
        self._transcript = transcript
        self._kind = kind_at(target, transcript)
        self._changes = transcript.changes()
        self._file: GrowingFile | None = None
        #: As what it was closed; only of a notebook, which nobody else may have changed since.
        self._left: State | None = None
        self._context = context_of(transcript, target)
        #: The cells before this one stand where they cannot be changed any more.
        self._floor = 0
        try:
            with telling(target):
                notebook = target.suffix.lower() == NOTEBOOK
                begun = self._open_notebook() if notebook else self._open_text()
            #: Cells that were in the file before.
            self._others = begun.cells
            #: Where each cell begins, in bytes; the last one is where the next is to begin.
            self._starts = [begun.end]
            self._put(0)
        except BaseException:
            self.close()
            raise

    def take(self, event: Event) -> None:
        """Nothing: cells are written as they are when they are written."""

    def write(self) -> None:
        """See :class:`Log`."""
        first = max(self._changes.first, self._floor)
        if first < len(self._transcript.cells):
            if self._file is None:
                with telling(self.path):
                    self._file = TwinFile(self.path, self._left)
            self._put(first)

    def close(self) -> None:
        """See :class:`Log`."""
        if isinstance(self._file, TwinFile):
            self._left = self._file.state
            self._file.close()
            self._file = None

    def _put(self, first: int) -> None:
        """Write the cells from this one on."""
        cells = self._transcript.cells
        context = context_of(self._transcript, self.path)._replace(metadata=self._context.metadata)
        parts = []
        for number, cell in enumerate(cells[first:], self._others + first + 1):
            text, attachments = self._kind.cell(cell, number, context)
            attach(self.path, attachments)
            parts.append(text.encode())
        foot = self._kind.foot(context, self._others + len(cells)).encode()
        assert self._file is not None
        start = self._starts[first]
        with telling(self.path):
            at = self._file.put(start, b"".join([*parts, foot]))
        if at != start:
            self._floor = first
        self._starts[first:] = accumulate(map(len, parts), initial=at)
        self._changes.first = len(cells)

    def _open_text(self) -> NotebookBeginning:
        self._file = file = PlainFile(self.path)
        if not file.size:
            file.put(0, self._kind.head().encode())
        elif not file.ends_line:
            file.put(file.size, b"\n")
        return NotebookBeginning(0, file.size, None)

    def _open_notebook(self) -> NotebookBeginning:
        if not self.path.exists():
            new = self._kind.head() + self._kind.foot(self._context, 0)
            replace_file(self.path, new.encode())
        self._file = file = TwinFile(self.path)
        beginning, begun = _notebook_in(self.path)
        self._context = self._context._replace(metadata=begun.metadata)
        foot = self._kind.foot(self._context, begun.cells)
        file.put(0, (beginning + foot).encode())
        return begun


class _EventLog:
    """A file of events as they come, to which lines are only added."""

    def __init__(self, transcript: Transcript, target: Path) -> None:
        self.path = target
        kind = kind_at(target, transcript)
        context = context_of(transcript, target)
        self._lines = [kind.head()]
        for number, cell in enumerate(transcript.cells, 1):
            self._lines.append(kind.cell(cell, number, context)[0])
        with telling(target):
            self._file = PlainFile(target)
            if not self._file.ends_line:  # what was killed in the middle of a line
                self._lines.insert(0, "\n")
        self.write()

    def take(self, event: Event) -> None:
        """See :class:`Log`."""
        if line := event_line(event):
            self._lines.append(line)

    def write(self) -> None:
        """See :class:`Log`."""
        if not self._lines:
            return
        data = "".join(self._lines).encode()
        with telling(self.path):
            self._file.put(self._file.size, data)
        self._lines.clear()

    def close(self) -> None:
        """Nothing is open."""


def _read(path: Path) -> bytes:
    with open(open_regular(path, os.O_RDONLY), "rb") as file:
        return file.read()
