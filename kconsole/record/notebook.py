"""Cells as a notebook: the text of an ``.ipynb`` file in format 4.5, part by part.

("The Notebook file format" in nbformat's documentation; cell ids are JEP 62.)  The file is laid out as
Jupyter's own programs do it: an indent of one, sorted keys, texts as lists of lines.  Half a character can
only be inside a string, where JSON has a way to write it: so nothing stands in it that UTF-8 cannot say.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from kconsole.protocol.events import DisplayData, ErrorOutput, ExecuteResult, Stream
from kconsole.protocol.replies import KernelInfo
from kconsole.record.cell import Output, RecordedCell
from kconsole.record.jsonvalue import writable

__all__ = [
    "NotebookBeginning",
    "cell_outputs",
    "json_text",
    "kernel_metadata",
    "left_out_note",
    "notebook_beginning",
    "notebook_cell",
    "notebook_foot",
    "notebook_head",
    "source_lines",
]

#: The types whose values may be any JSON; all others are text.
_JSON_TYPE = re.compile(r"application/(.*\+)?json")
#: Those besides ``text/...`` that are written as lines.
_TEXT_TYPES = frozenset({"application/javascript", "image/svg+xml"})
_NOT_IN_ID = re.compile(r"[^a-zA-Z0-9_-]")
_LONGEST_ID = 48  # of the 64 characters that an id may have; a number follows
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def notebook_head() -> str:
    """Return what the file begins with, before its first cell."""
    return '{\n "cells": ['


def notebook_cell(cell: RecordedCell, number: int) -> str:
    """Return a cell as it stands in the file, behind those before it.

    :param number: of the cell in the file, from 1.
    """
    return _joint(number) + _inside(_cell(cell, number), 2)


def _joint(number: int) -> str:
    return "\n  " if number == 1 else ",\n  "


class NotebookBeginning(NamedTuple):
    """What stands in a file before what is added to it.

    Attributes:
        cells: how many.
        end: where they end, in bytes.
        metadata: of the notebook; None for a new one.
    """

    cells: int
    end: int
    metadata: dict[str, Any] | None


def notebook_beginning(text: str) -> tuple[str, NotebookBeginning]:
    """Return what a notebook's file is to begin with, so that cells can be added behind those in it.

    :param text: what is in the file; blank for a new one.
    :return: the text up to the end of the last cell, and what it is.
    :raise ValueError: it is no notebook of format 4; says so in a few words.
    """
    head = notebook_head()
    if not text.strip():
        return head, NotebookBeginning(0, len(head), None)
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("it holds something else than a notebook") from None
    found = notebook if isinstance(notebook, dict) else {}
    cells, metadata = found.get("cells"), found.get("metadata")
    if (
        found.get("nbformat") != 4
        or not isinstance(cells, list)
        or not all(isinstance(cell, dict) for cell in cells)
        or not isinstance(metadata, dict)
    ):
        raise ValueError("it holds something else than a notebook of format 4")
    parts = [head]
    for number, cell in enumerate(cells, 1):
        # Formats before 4.5 had no ids.
        parts.append(_joint(number) + _inside({"id": _cell_id("before", number), **cell}, 2))
    beginning = "".join(parts)
    return beginning, NotebookBeginning(len(cells), len(beginning.encode()), metadata or None)


def notebook_foot(metadata: Mapping[str, object], cells: int) -> str:
    """Return what the file ends with.

    :param metadata: of the notebook.
    :param cells: how many there are.
    """
    end = "\n ]" if cells else "]"
    return (
        f'{end},\n "metadata": {_inside(metadata, 1)},\n "nbformat": 4,\n "nbformat_minor": 5\n}}\n'
    )


def _inside(value: object, depth: int) -> str:
    """A value as it stands in the file, so deep; a newline in JSON is only between its parts."""
    return json_text(value).replace("\n", "\n" + " " * depth)


def json_text(value: object) -> str:
    """Return a notebook, or a part of one, as it stands in its file; what is no JSON is left out of it."""
    try:
        text = _dump(value)
    except (RecursionError, ValueError):
        text = _dump(writable(value))
    # Halves of characters can only be inside strings, where JSON has a way to write them.
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def left_out_note(cell: RecordedCell) -> str:
    """Return the line that stands for the output that was not kept; "" if all was."""
    if not cell.left_out:
        return ""
    return f"[kconsole: {cell.left_out:,} more characters of output are left out here]\n"


def kernel_metadata(info: KernelInfo, kernel: str, title: str) -> dict[str, object]:
    """Return what the notebook's metadata say of a kernel.

    :param info: what the kernel says of itself.
    :param kernel: the name of its kernelspec; without one, whoever opens the notebook chooses a kernel
        by its language.
    :param title: how the kernelspec is called for people.
    """
    metadata: dict[str, object] = {}
    language = {key: value for key, value in info.language_info._asdict().items() if value}
    if "name" in language:
        metadata["language_info"] = language
    if kernel:
        spec = {"name": kernel, "display_name": title or kernel}
        if "name" in language:
            spec["language"] = language["name"]
        metadata["kernelspec"] = spec
    return metadata


def _cell(cell: RecordedCell, number: int) -> dict[str, object]:
    return {
        "cell_type": "code",
        "id": _cell_id(cell.msg_id, number),
        "metadata": {},
        "source": source_lines(cell.code),
        **cell_outputs(cell),
    }


def cell_outputs(cell: RecordedCell) -> dict[str, object]:
    """Return what running a cell has put into it: its ``outputs`` and its ``execution_count``."""
    outputs = [_OUTPUTS[type(output)](output) for output in cell.outputs()]
    if note := left_out_note(cell):
        outputs.append(_stream(Stream("stderr", note)))
    return {"execution_count": _count(cell.count), "outputs": outputs}


def _cell_id(msg_id: str, number: int) -> str:
    """The same each time that the session is saved, and another in every other session."""
    return f"{_NOT_IN_ID.sub('', msg_id)[:_LONGEST_ID] or 'cell'}-{number}"


def _stream(event: Stream) -> dict[str, object]:
    return {"name": event.name, "output_type": "stream", "text": source_lines(event.text)}


def _display(event: DisplayData) -> dict[str, object]:
    return {
        "data": _bundle(event.data),
        "metadata": dict(event.metadata),
        "output_type": "display_data",
    }


def _result(event: ExecuteResult) -> dict[str, object]:
    return {
        "data": _bundle(event.data),
        "execution_count": _count(event.execution_count),
        "metadata": dict(event.metadata),
        "output_type": "execute_result",
    }


def _error(event: ErrorOutput) -> dict[str, object]:
    return {
        "ename": event.ename,
        "evalue": event.evalue,
        "output_type": "error",
        "traceback": list(event.traceback),
    }


_OUTPUTS: Mapping[type[Output], Callable[[Any], dict[str, object]]] = {
    DisplayData: _display,
    ErrorOutput: _error,
    ExecuteResult: _result,
    Stream: _stream,
}


def _bundle(data: Mapping[str, object]) -> dict[str, object]:
    return {
        mime: value if _JSON_TYPE.fullmatch(mime) else _text(mime, value)
        for mime, value in data.items()
        if value is not None
    }


def _text(mime: str, value: object) -> list[str] | str:
    """What stands where the format wants text; other values, which kernels send, are written out."""
    if not isinstance(value, str):
        value = json.dumps(writable(value), ensure_ascii=False)
    in_lines = mime.startswith("text/") or mime in _TEXT_TYPES
    return source_lines(value) if in_lines else value


def source_lines(text: str) -> list[str]:
    """Return a text as the format keeps it: its lines, with their ends."""
    return text.splitlines(keepends=True)


def _count(count: int | None) -> int | None:
    return count if count is not None and count >= 0 else None


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True)
