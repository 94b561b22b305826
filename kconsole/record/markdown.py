"""Cells as a Markdown file (CommonMark 0.31): code and outputs in fences, and images beside it.

The code stands in a fence with its language, as jupytext and pandoc read and write it, so that they make a
notebook of the file again; what came of it stands in fences without one, which they leave alone. A fence is
longer than any run of backticks inside. Images lie in the folder ``NAME_files``, as where nbconvert puts
them, each named after what it holds.
"""

import hashlib
import re
from collections.abc import Mapping
from itertools import groupby
from typing import NamedTuple
from urllib.parse import quote

from kconsole.protocol.events import DisplayData, ExecuteResult, Stream
from kconsole.record.cell import Output, RecordedCell
from kconsole.record.listing import savable, screen_output
from kconsole.record.notebook import left_out_note
from kconsole.render.artifact import artifact_of
from kconsole.render.mime import raw_value

__all__ = ["Attachment", "markdown_cell"]

_IMAGES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp")
#: Others are shown as the text that they bring besides, or as a line that names them.
_RICH = (*_IMAGES, "text/markdown", "text/latex")
_FENCE_LINE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_NOT_IN_INFO = re.compile(r"[^\w+#.-]")


class Attachment(NamedTuple):
    """A file that the Markdown shows.

    Attributes:
        name: in the folder for them.
        content: what it holds.
    """

    name: str
    content: bytes


def markdown_cell(cell: RecordedCell, language: str, folder: str) -> tuple[str, list[Attachment]]:
    """Return a cell as Markdown, with an empty line behind it, and the files that it shows.

    :param language: the name of the kernel's language; "" if it is not known.
    :param folder: what the folder of those files is called, seen from the Markdown's file.
    """
    attachments: list[Attachment] = []
    blocks = [_fenced(cell.code, _NOT_IN_INFO.sub("", language.lower()))]
    for printed, outputs in groupby(cell.outputs(), lambda output: isinstance(output, Stream)):
        if printed:
            blocks.append(_fenced(screen_output(outputs)))
        else:
            blocks += [_shown(output, folder, attachments) for output in outputs]
    if note := left_out_note(cell):
        blocks.append(_fenced(note))
    return savable("".join(f"{block}\n\n" for block in blocks if block)), attachments


def _shown(output: Output, folder: str, attachments: list[Attachment]) -> str:
    rich = None
    if isinstance(output, DisplayData | ExecuteResult):
        rich = _rich(output.data, folder, attachments)
    return _fenced(screen_output([output], prompts=False)) if rich is None else rich


def _rich(data: Mapping[str, object], folder: str, attachments: list[Attachment]) -> str | None:
    """What Markdown has a form of its own for; None for all else."""
    mime, value = raw_value(data, _RICH)
    if not isinstance(value, str) or not value.strip():
        return None
    if mime == "text/latex":
        return value.strip("\n") if value.lstrip().startswith(("$", r"\begin")) else None
    if mime == "text/markdown":
        return _closed(value.strip("\n"))
    image = artifact_of(mime, data, {})
    if image is None:  # it is broken
        return None
    name = f"{hashlib.sha256(image.content).hexdigest()[:16]}.{image.suffix}"
    attachments.append(Attachment(name, image.content))
    return f"![]({quote(f'{folder}/{name}')})"


def _fenced(text: str, info: str = "") -> str:
    """A block of text as it is; "" if there is none."""
    text = text.rstrip("\n")
    if not text and not info:
        return ""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{info}\n{text}\n{fence}" if text else f"{fence}{info}\n{fence}"


def _closed(markdown: str) -> str:
    """Markdown, with the end of a fence that would swallow what follows."""
    fence = ""
    for line in markdown.splitlines():
        if (found := _FENCE_LINE.match(line)) is None:
            continue
        run, rest = found.groups()
        if not fence:
            fence = run if run[0] == "~" or "`" not in rest else ""
        elif run[0] == fence[0] and len(run) >= len(fence) and not rest.strip():
            fence = ""
    return f"{markdown}\n{fence}" if fence else markdown
