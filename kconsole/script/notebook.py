"""A notebook that is run: read in any format, written in nbformat 4.5, with what its cells put out.

("The Notebook file format" in nbformat's documentation; cell ids are JEP 62.)
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kconsole.protocol.replies import KernelInfo
from kconsole.record.notebook import json_text, kernel_metadata, source_lines
from kconsole.script.cells import ScriptCell
from kconsole.script.ipynb import RawNotebook, cell_text, kernel_name, read_notebook
from kconsole.script.metadata import cell_attachments, cell_metadata, notebook_metadata

__all__ = ["Notebook"]

_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_WORD = re.compile(r"[\w.$]+!*")  # what any language takes for a name
_EMPTY: dict[str, object] = {"execution_count": None, "outputs": []}

#: What each kind of cell becomes; nbformat 3 has headings and HTML, and all others become raw.
_KINDS = {"code": "code", **dict.fromkeys(("heading", "html", "markdown"), "markdown")}
_DEEPEST_HEADING = 6  # of Markdown

#: The tags that papermill and nbclient know.
_PARAMETERS, _INJECTED = "parameters", "injected-parameters"
_SKIPPED, _MAY_FAIL = "skip-execution", "raises-exception"


class Notebook:
    """A notebook without outputs, that gets them cell by cell.

    :param text: what its file holds.
    :param name: how errors and its cells name it.
    :raise SourceError: it is no notebook, or of a format that is not known, or a source in it is no text.
    """

    def __init__(self, text: str, name: str) -> None:
        raw = read_notebook(text, name)
        self._metadata = _metadata(raw)
        self._cells: list[dict[str, Any]] = []
        taken: set[str] = set()
        own = {cell["id"] for cell in raw.cells if isinstance(cell.get("id"), str)}
        for number, cell in enumerate(raw.cells, 1):
            source = cell_text(cell, f"{name}, cell {number}")
            self._cells.append({**_cell(cell, source), "id": _cell_id(cell, number, taken, own)})
        #: What the file holds of each cell: as text, for only one cell changes at a time.
        self._texts = [_cell_json(cell) for cell in self._cells]

    @property
    def kernel(self) -> str:
        """The name of the kernelspec that it is for; "" if it does not say."""
        return kernel_name(self._metadata)

    def set_kernel(self, info: KernelInfo, kernel: str, title: str) -> None:
        """Note which kernel it is run in.

        :param kernel: the name of its kernelspec; "" if it is not known: then what the notebook says of
            it stays, if that is of the same language.
        :param title: how the kernelspec is called for people.
        """
        spec = self._metadata.pop("kernelspec", {})
        self._metadata.pop("language_info", None)
        self._metadata |= kernel_metadata(info, kernel, title)
        language = info.language_info.name.lower()
        if not kernel and spec and str(spec.get("language", language)).lower() == language:
            self._metadata["kernelspec"] = spec

    def inject(self, code: str) -> None:
        """Put in a cell of parameters, as papermill does.

        It takes the place of one from before; else it comes behind the cell that is tagged with
        ``parameters``, and where there is none, first.
        """
        before = next(self._tagged(_INJECTED), None)
        if before is not None:
            cell = self._cells[before] | {"source": source_lines(code)}
            self._cells[before], self._texts[before] = cell, _cell_json(cell)
            return
        place = next((number + 1 for number in self._tagged(_PARAMETERS)), 0)
        taken = {str(cell["id"]) for cell in self._cells}
        cell = {
            "cell_type": "code",
            "id": _cell_id({"id": _INJECTED}, place, taken, taken),
            "metadata": {"tags": [_INJECTED]},
            "source": source_lines(code),
            **_EMPTY,
        }
        self._cells.insert(place, cell)
        self._texts.insert(place, _cell_json(cell))

    def unknown(self, names: Iterable[str]) -> list[str]:
        """Return those of some names of parameters that the cell tagged ``parameters`` does not speak of.

        Where no cell is tagged so, nothing is known of any.
        """
        sources = ["".join(self._cells[place]["source"]) for place in self._tagged(_PARAMETERS)]
        known = {word for source in sources for word in _WORD.findall(source)}
        return [name for name in names if sources and name not in known]

    def cells(self, name: str) -> list[ScriptCell]:
        """Return the cells that are to be run; their numbers count all cells, one put in too.

        :param name: of the file that it is written to, where these numbers lead to the cells.
        """
        skipped, lenient = set(self._tagged(_SKIPPED)), set(self._tagged(_MAY_FAIL))
        return [
            ScriptCell(
                "".join(cell["source"]),
                name,
                place + 1,
                only=False,
                may_fail=place in lenient,
            )
            for place, cell in enumerate(self._cells)
            if cell["cell_type"] == "code"
            and place not in skipped
            and "".join(cell["source"]).strip()
        ]

    def set_outputs(self, number: int, outputs: Mapping[str, object]) -> None:
        """Put into a cell what came of it.

        :param number: of the cell, from 1.
        :param outputs: its ``outputs`` and its ``execution_count``, in the format's form.
        """
        self._texts[number - 1] = _cell_json({**self._cells[number - 1], **outputs})

    def text(self) -> str:
        """Return what its file is to hold now."""
        cells = ",\n".join(self._texts)
        rest = json_text({"metadata": self._metadata, "nbformat": 4, "nbformat_minor": 5})
        return f'{{\n "cells": [\n{cells}\n ],\n{rest[2:]}\n'

    def _tagged(self, tag: str) -> Iterator[int]:
        """The places of the cells with a tag."""
        for place, cell in enumerate(self._cells):
            tags = cell["metadata"].get("tags")
            if cell["cell_type"] == "code" and isinstance(tags, list) and tag in tags:
                yield place


def _metadata(raw: RawNotebook) -> dict[str, Any]:
    """The metadata of nbformat 4."""
    gone = ("name", "signature") if raw.major == 3 else ()
    return notebook_metadata(
        {name: raw.metadata[name] for name in raw.metadata if name not in gone}
    )


def _cell(raw: dict[str, Any], source: str) -> dict[str, Any]:
    """A cell of nbformat 4.5 with nothing but what may be in it; its id is missing."""
    found, metadata = raw.get("cell_type"), raw.get("metadata")
    kind = _KINDS.get(found, "raw") if isinstance(found, str) else "raw"
    metadata = dict(metadata) if isinstance(metadata, dict) else {}
    if isinstance(raw.get("collapsed"), bool):  # nbformat 3 has it beside the metadata
        metadata.setdefault("collapsed", raw["collapsed"])
    cell: dict[str, Any] = {"cell_type": kind, "metadata": cell_metadata(metadata, kind)}
    if found == "heading":
        level = raw.get("level")
        depth = min(max(level, 1), _DEEPEST_HEADING) if isinstance(level, int) else 1
        source = f"{'#' * depth} {' '.join(source.splitlines())}"
    if kind == "code":
        cell |= _EMPTY
    elif attachments := cell_attachments(raw.get("attachments")):
        cell["attachments"] = attachments
    return cell | {"source": source_lines(source)}


def _cell_id(raw: Mapping[str, Any], number: int, taken: set[str], own: set[str]) -> str:
    """A cell's own id, if it is one that no other has; else one that is the same each time."""
    found = raw.get("id")
    if not isinstance(found, str) or not _ID.fullmatch(found) or found in taken:
        found = f"cell-{number}"
        while found in taken or found in own:
            found += "-"
    taken.add(found)
    return found


def _cell_json(cell: Mapping[str, object]) -> str:
    """A cell as it stands in the file; no newline in it is inside a string."""
    return "  " + json_text(cell).replace("\n", "\n  ")
