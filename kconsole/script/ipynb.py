"""The cells of a notebook file, as nbformat 3 and 4 have them.

Read by hand: of the format (https://nbformat.readthedocs.io, "The notebook file format") only the code
is looked at closely, and what else is missing or odd in a notebook of the wild is no reason not to run it.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from kconsole.errors import SourceError
from kconsole.protocol.surrogates import has_half_a_character
from kconsole.script.cells import ScriptCell

__all__ = [
    "RawNotebook",
    "cell_text",
    "is_notebook",
    "kernel_name",
    "notebook_cells",
    "read_notebook",
]


class RawNotebook(NamedTuple):
    """A notebook as its file has it.

    Attributes:
        major: of its format's version: 3 or 4.
        metadata: of all of it.
        cells: all of them; what is none is empty.
    """

    major: int
    metadata: dict[str, Any]
    cells: list[dict[str, Any]]


def is_notebook(path: str) -> bool:
    """Whether a file is a notebook, by its name."""
    return path.lower().endswith(".ipynb")


def notebook_cells(notebook: RawNotebook, name: str) -> list[ScriptCell]:
    """Return a notebook's code cells, in order; text is left out, and so is what is empty.

    :param name: how errors name it.
    :return: the cells; their numbers count all the notebook's cells, as its reader does.
    :raise SourceError: the source of a cell is none.
    """
    found = []
    for number, cell in enumerate(notebook.cells, 1):
        if cell.get("cell_type") != "code":
            continue
        code = cell_text(cell, f"{name}, cell {number}")
        if code.strip():
            found.append(ScriptCell(code, name, number, only=False))
    return found


def read_notebook(text: str, name: str) -> RawNotebook:
    """Read a notebook.

    :param text: what the file holds.
    :param name: how errors name it.
    :raise SourceError: it is no notebook, or of a format that is not known.
    """
    try:
        notebook = json.loads(text)
    except RecursionError:
        raise SourceError(f"{name}: not a notebook: nested too deep") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise SourceError(f"{name}: not a notebook: {error.msg} ({place})") from None
    except ValueError:
        raise SourceError(f"{name}: not a notebook: a number in it is too long") from None
    cells = [cell if isinstance(cell, dict) else {} for cell in _cells(notebook, name)]
    metadata = notebook.get("metadata")
    return RawNotebook(notebook["nbformat"], metadata if isinstance(metadata, dict) else {}, cells)


def kernel_name(metadata: dict[str, Any]) -> str:
    """Return the name of the kernelspec that a notebook is for; "" if it does not say."""
    spec = metadata.get("kernelspec")
    name = spec.get("name") if isinstance(spec, dict) else None
    return name if isinstance(name, str) else ""


def _cells(notebook: object, name: str) -> Iterator[object]:
    """All cells, whatever they are."""
    if not isinstance(notebook, dict) or not isinstance(notebook.get("nbformat"), int):
        raise SourceError(f"{name}: not a notebook: it has no nbformat")
    major = notebook["nbformat"]
    if major not in (3, 4):
        raise SourceError(f"{name}: its nbformat is {major}; 3 and 4 can be read")
    sheets = [notebook] if major == 4 else notebook.get("worksheets", [])
    for sheet in sheets if isinstance(sheets, list) else [None]:
        cells = sheet.get("cells", []) if isinstance(sheet, dict) else None
        if not isinstance(cells, list):
            raise SourceError(f"{name}: not a notebook: its cells are no list")
        yield from cells


def cell_text(cell: dict[str, Any], name: str) -> str:
    """Return a cell's source: one text, or its lines; nbformat 3 calls that of code ``input``.

    :param name: how errors name the cell.
    :raise SourceError: it is no text that could be run.
    """
    source = cell.get("source", cell.get("input", ""))
    lines = source if isinstance(source, list) else [source]
    code = ""
    if all(isinstance(line, str) for line in lines):
        code = "".join(map(str, lines))
    elif source is not None:
        raise SourceError(f"{name}: its source is no text")
    if "\0" in code:
        raise SourceError(f"{name}: a NUL in its source")
    if has_half_a_character(code):
        raise SourceError(f"{name}: half a character (a lone surrogate) in its source")
    return code.replace("\r\n", "\n")
