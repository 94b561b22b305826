"""The images of a script as files: ``plot-003-01.png`` is the first of the third cell of plot.py.

An image that comes in several types is as many files that differ in their suffix. An update of a display
replaces its files. So does another run that writes the same names, as with pandoc's and nbconvert's media;
each file is told in a line, which says so.
"""

import errno
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from kconsole.connect.paths import shown
from kconsole.errors import AlreadyThereError, KconsoleError, OutputError, SourceError
from kconsole.protocol.events import DisplayData, Event, ExecuteInput, ExecuteResult, UpdateDisplay
from kconsole.protocol.message import Message
from kconsole.record.saving import replace_own, telling
from kconsole.render.artifact import Artifact, artifacts_of
from kconsole.script.cells import ScriptCell
from kconsole.script.sink import Outcome, Sink

__all__ = ["ImageFiles", "ImageSink", "WatchedImages", "cell_stem"]

_Value = TypeVar("_Value")

_ODD = re.compile(r"[^\w.-]+")
_LONGEST = 60
_MOST_CELLS = 256  # whose numbers are known
_MOST_NAMES = (
    10_000  # that are found again, of cells and of displays: a kernel may be watched for months
)


class ImageFiles:
    """Writes them.

    :param directory: where; it is made for the first of them if it is not there. ``~`` is the home.
    :raise SourceError: there is no such directory, and it could not be made.
    """

    def __init__(self, directory: str) -> None:
        self._directory = Path(os.path.expanduser(directory))
        try:
            with telling(directory):
                _look(self._directory)
        except AlreadyThereError:
            raise SourceError(f"{shown(directory)}: is no directory") from None
        except KconsoleError as error:
            raise SourceError(str(error)) from None
        mask = os.umask(0o077)
        os.umask(mask)
        self._mode = 0o666 & ~mask
        #: How many images each cell has shown, by the beginning of its files' names.
        self._counts: dict[str, int] = {}
        #: display_id -> its file's name, without the suffix.
        self._named: dict[str, str] = {}

    def save(self, stem: str, event: Event) -> list[str]:
        """Write what an event shows, if it is no text.

        :param stem: what the names of the cell's files begin with.
        :return: a line about each new file.
        :raise OutputError: a file cannot be written.
        """
        if not isinstance(event, DisplayData | ExecuteResult | UpdateDisplay):
            return []
        found = artifacts_of(event.data, event.metadata)
        if not found:
            return []
        name = self._named.get(event.display_id or "") if isinstance(event, UpdateDisplay) else None
        update = name is not None
        if name is None:
            number = self._counts.pop(stem, 0) + 1
            _keep(self._counts, stem, number)
            name = f"{stem}-{number:02}"
        if event.display_id:
            self._named.pop(event.display_id, None)
            _keep(self._named, event.display_id, name)
        lines = [self._write(f"{name}.{each.suffix}", each) for each in found]
        return [] if update else lines

    def _write(self, name: str, artifact: Artifact) -> str:
        path = self._directory / name
        done = "replaced" if os.path.lexists(path) else "saved"
        try:
            with telling(self._directory):
                self._directory.mkdir(parents=True, exist_ok=True)
            with telling(path):
                replace_own(path, artifact.content, mode=self._mode)
        except KconsoleError as error:
            raise OutputError(str(error)) from None
        return f"{done} {shown(path)} ({artifact.facts})"


class ImageSink:
    """Writes the images of what it hands on to another sink.

    :param sink: is told of everything, and of each file in a note.
    :param files: where the images go.
    :param label: of the kernel, if there are several.
    """

    def __init__(self, sink: Sink, files: ImageFiles, label: str = "") -> None:
        self._sink = sink
        self._files = files
        self._label = label
        self._stem = ""

    def begin(self, cell: ScriptCell, msg_id: str) -> None:
        """A cell has been sent."""
        self._stem = cell_stem(cell, self._label)
        self._sink.begin(cell, msg_id)

    def event(self, event: Event, msg: Message | None) -> None:
        """Write the image of an event, if it has one."""
        self._sink.event(event, msg)
        for line in self._files.save(self._stem, event):
            self._sink.note(line)

    def page(self, payload: Mapping[str, Any]) -> None:
        """Hand it on."""
        self._sink.page(payload)

    def expressions(self, values: Mapping[str, Any]) -> None:
        """Hand them on."""
        self._sink.expressions(values)

    def end(self, cell: ScriptCell, outcome: Outcome) -> None:
        """Hand it on."""
        self._sink.end(cell, outcome)

    def note(self, text: str) -> None:
        """Hand it on."""
        self._sink.note(text)

    def interrupted(self) -> None:
        """Hand it on."""
        self._sink.interrupted()

    def close(self) -> None:
        """Hand it on."""
        self._sink.close()


class WatchedImages:
    """Writes the images of a kernel that is watched: ``in-007-01.png`` is the first of In [7].

    :param files: where they go.
    """

    def __init__(self, files: ImageFiles) -> None:
        self._files = files
        #: The numbers of cells, by msg_id.
        self._numbers: dict[str, int] = {}

    def take(self, event: Event) -> list[str]:
        """Take an event; returns a line about each file."""
        if isinstance(event, ExecuteInput):
            if event.execution_count is not None:
                self._numbers[event.parent.msg_id] = event.execution_count
                if len(self._numbers) > _MOST_CELLS:
                    del self._numbers[next(iter(self._numbers))]
            return []
        return self._files.save(f"in-{self._numbers.get(event.parent.msg_id, 0):03}", event)


def _look(directory: Path) -> None:
    """Raise OSError where there is no such directory and it could not be made."""
    if os.path.lexists(directory):
        if not directory.is_dir():
            raise FileExistsError
        return
    above = next(each for each in directory.absolute().parents if os.path.lexists(each))
    if not above.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if not os.access(above, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _keep(names: dict[str, _Value], key: str, value: _Value) -> None:
    """Add something that is not there; the one that nobody has asked for the longest goes."""
    names[key] = value
    if len(names) > _MOST_NAMES:
        del names[next(iter(names))]


def cell_stem(cell: ScriptCell, label: str = "") -> str:
    """What the names of a cell's files begin with: the file it is from, and its number there.

    :param label: of the kernel, if there are several.
    """
    origin = Path(cell.origin).stem if cell.origin else "cell"
    if cell.origin.startswith("-"):  # -c, of which there may be several
        origin = cell.origin.lstrip("-")
    parts = [label, origin, "" if cell.only else f"{cell.number:03}"]
    return "-".join(_ODD.sub("-", each)[:_LONGEST] for each in parts if each)
