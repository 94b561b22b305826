"""Cells as a notebook: the text of an ``.ipynb`` file in format 4.5.

("The Notebook file format" in nbformat's documentation; cell ids are JEP 62.)  The file is laid out as
Jupyter's own programs do it: an indent of one, sorted keys, texts as lists of lines.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kconsole.protocol.events import DisplayData, ErrorOutput, ExecuteResult, Stream
from kconsole.protocol.replies import KernelInfo
from kconsole.render.recorded import Output, RecordedCell

__all__ = [
    "cell_outputs",
    "json_text",
    "kernel_metadata",
    "left_out_note",
    "notebook_text",
    "source_lines",
]

#: The types whose values may be any JSON; all others are text.
_JSON_TYPE = re.compile(r"application/(.*\+)?json")
#: Those besides ``text/...`` that are written as lines.
_TEXT_TYPES = frozenset({"application/javascript", "image/svg+xml"})
_NOT_IN_ID = re.compile(r"[^a-zA-Z0-9_-]")
_LONGEST_ID = 48  # of the 64 characters that an id may have; a number follows
_SURROGATE = re.compile(r"[\ud800-\udfff]")
#: Deeper values than this are cut there: no program reads them, json cannot write them.
_DEEPEST = 100


def notebook_text(
    cells: Iterable[RecordedCell], info: KernelInfo, kernel: str = "", title: str = ""
) -> str:
    """Return the file's text, in which nothing stands that UTF-8 cannot say.

    :param cells: the cells.
    :param info: what the kernel says of itself.
    :param kernel: the name of its kernelspec; without one, whoever opens the notebook chooses a kernel
        by its language.
    :param title: how the kernelspec is called for people.
    """
    notebook = {
        "cells": [_cell(cell, number) for number, cell in enumerate(cells, 1)],
        "metadata": kernel_metadata(info, kernel, title),
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json_text(notebook) + "\n"


def json_text(value: object) -> str:
    """Return a notebook, or a part of one, as it stands in its file; what is no JSON is left out of it."""
    try:
        text = _dump(value)
    except (RecursionError, ValueError):
        text = _dump(_plain(value, 0))
    # Halves of characters can only be inside strings, where JSON has a way to write them.
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def left_out_note(cell: RecordedCell) -> str:
    """Return the line that stands for the output that was not kept; "" if all was."""
    if not cell.left_out:
        return ""
    return f"[kconsole: {cell.left_out:,} more characters of output are left out here]\n"


def kernel_metadata(info: KernelInfo, kernel: str, title: str) -> dict[str, object]:
    """Return what the notebook's metadata say of a kernel; the parameters are those of the text."""
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
        value = json.dumps(_plain(value, 0), ensure_ascii=False)
    in_lines = mime.startswith("text/") or mime in _TEXT_TYPES
    return source_lines(value) if in_lines else value


def source_lines(text: str) -> list[str]:
    """Return a text as the format keeps it: its lines, with their ends."""
    return text.splitlines(keepends=True)


def _count(count: int | None) -> int | None:
    return count if count is not None and count >= 0 else None


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True)


def _plain(value: object, depth: int) -> object:
    """Copy a value without what is no JSON (NaN, infinities) and without what is too deep."""
    if depth > _DEEPEST:
        return "..."
    if isinstance(value, Mapping):
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
