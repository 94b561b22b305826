"""What a cell asks of its front-end: the payloads of an execute_reply, deprecated and in use.

("Payloads (DEPRECATED)" in the messaging specification.) IPython sends them for ``name?``, ``%load``,
``exit``, ``%edit``; what is not known here is passed over.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

__all__ = ["Edit", "Wishes", "parse_wishes"]


#: What the specification calls it, and what IPython does.
_EDITS = ("edit", "edit_magic")


class Edit(NamedTuple):
    """A file that is to be edited."""

    filename: str
    #: Where to begin, from 1; 0 if that is not said.
    line: int = 0


class Wishes(NamedTuple):
    """What a cell wants to be done after it.

    Attributes:
        pages: the payloads whose text is to be shown; :meth:`kconsole.render.output.Renderer.page`
            makes it of them.
        next_input: code to offer as the next input, not to run; ``""`` is none.
        leave: the user wants to leave; an ipykernel ends with that, unless ``keep_kernel``.
        keep_kernel: leave, but let the kernel live on.
        edit: a file to open in an editor, once the user has agreed to that.
    """

    pages: tuple[Mapping[str, Any], ...] = ()
    next_input: str = ""
    leave: bool = False
    keep_kernel: bool = False
    edit: Edit | None = None


def parse_wishes(payload: Iterable[Mapping[str, Any]]) -> Wishes:
    """Return what the payloads of a reply ask for; what is malformed asks for nothing."""
    pages, inputs = [], []
    leave = keep_kernel = False
    edit = None
    for item in payload:
        source, text = item.get("source"), item.get("text")
        if source == "page":
            pages.append(item)
        elif source == "set_next_input" and isinstance(text, str):
            inputs.append(text.replace("\r\n", "\n").removesuffix("\n"))
        elif source in _EDITS and isinstance(item.get("filename"), str):
            edit = Edit(item["filename"], _line(item.get("line_number")))
        elif source == "ask_exit":
            leave = True
            keep_kernel = keep_kernel or item.get("keepkernel") is True
    return Wishes(tuple(pages), "\n".join(inputs), leave, keep_kernel, edit)


def _line(number: object) -> int:
    return number if isinstance(number, int) and number > 0 else 0
