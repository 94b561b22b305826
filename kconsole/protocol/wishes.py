"""What a cell asks of its front-end: the payloads of an execute_reply, deprecated and in use.

("Payloads (DEPRECATED)" in the messaging specification.) IPython sends them for ``name?``, ``%load``,
``exit``; what is not known here, ``edit_magic`` above all, is passed over.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

__all__ = ["Wishes", "parse_wishes"]


class Wishes(NamedTuple):
    """What a cell wants to be done after it.

    Attributes:
        pages: the payloads whose text is to be shown; :meth:`kconsole.render.output.Renderer.page`
            makes it of them.
        next_input: code to offer as the next input, not to run; ``""`` is none.
        leave: the user wants to leave; an ipykernel ends with that, unless ``keep_kernel``.
        keep_kernel: leave, but let the kernel live on.
    """

    pages: tuple[Mapping[str, Any], ...] = ()
    next_input: str = ""
    leave: bool = False
    keep_kernel: bool = False


def parse_wishes(payload: Iterable[Mapping[str, Any]]) -> Wishes:
    """Return what the payloads of a reply ask for; what is malformed asks for nothing."""
    pages, inputs = [], []
    leave = keep_kernel = False
    for item in payload:
        source, text = item.get("source"), item.get("text")
        if source == "page":
            pages.append(item)
        elif source == "set_next_input" and isinstance(text, str):
            inputs.append(text.replace("\r\n", "\n").removesuffix("\n"))
        elif source == "ask_exit":
            leave = True
            keep_kernel = keep_kernel or item.get("keepkernel") is True
    return Wishes(tuple(pages), "\n".join(inputs), leave, keep_kernel)
