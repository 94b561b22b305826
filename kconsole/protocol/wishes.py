"""What a cell asks of its front-end: the payloads of an execute_reply, deprecated and in use.

("Payloads (DEPRECATED)" in the messaging specification.) IPython sends them for ``name?``, ``%load``,
``exit``, ``%edit``; what is not known here is passed over.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from kconsole.protocol.farewell import as_status

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
        status: the exit status that ``exit(3)`` wishes for, from 0 to 255. IPython takes the number for a
            true ``keep_kernel`` and sends it in its place, and the kernel does not end by itself.
        farewell: the text of ``exit("why")``, which is status 1.
        edit: a file to open in an editor, once the user has agreed to that.
    """

    pages: tuple[Mapping[str, Any], ...] = ()
    next_input: str = ""
    leave: bool = False
    keep_kernel: bool = False
    edit: Edit | None = None
    status: int = 0
    farewell: str = ""


def parse_wishes(payload: Iterable[Mapping[str, Any]]) -> Wishes:
    """Return what the payloads of a reply ask for; what is malformed asks for nothing."""
    pages, inputs = [], []
    leave = keep_kernel = False
    edit = None
    status, farewell = 0, ""
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
            said = item.get("keepkernel")
            keep_kernel = keep_kernel or said is True
            status, farewell = _parting(said)
    return Wishes(tuple(pages), "\n".join(inputs), leave, keep_kernel, edit, status, farewell)


def _parting(said: object) -> tuple[int, str]:
    """The status and the text that the argument of ``exit`` stands for, as in Python."""
    if said is None or isinstance(said, bool):
        return 0, ""
    if isinstance(said, int):
        return as_status(said), ""
    return (1, said) if isinstance(said, str) else (1, "")


def _line(number: object) -> int:
    return number if isinstance(number, int) and number > 0 else 0
