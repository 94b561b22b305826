"""What is said at the beginning: by the kernel of itself, and of what it is at."""

import re

from kconsole import __version__
from kconsole.render.cells import text_width
from kconsole.render.sanitise import sanitise
from kconsole.render.style import paint

#: Lines of nothing but blanks at the beginning, and all blanks at the end. The blanks before the first
#: word stay: they may belong to a drawing, as xeus-python's.
_EDGES = re.compile(r"\A(?:[^\S\n]*\n)+|\s+\Z")

__all__ = ["OWN_LINE", "banner", "busy_note", "greeting"]

OWN_LINE = rf"kconsole {__version__}: \? lists its own commands"


def banner(text: str) -> str:
    """Return a kernel's banner as text to write, with an empty line behind; ``""`` if it is empty.

    :param text: the banner of the kernel_info_reply.
    """
    text = _EDGES.sub("", sanitise(text, "code"))
    return f"{text}\n\n" if text else ""


def greeting(text: str, columns: int, *, color: bool) -> str:
    """Return a kernel's banner, then a line on how to find the console's own commands, as text to write.

    :param text: the banner of the kernel_info_reply.
    :param columns: the width of the screen; the console's own line is left out where it does not fit.
    """
    kernels = banner(text)
    own = f"{paint(OWN_LINE, 'note', color)}\n\n" if text_width(OWN_LINE) < columns else ""
    return kernels.removesuffix("\n") + own if own else kernels


def busy_note(*, silent: bool) -> str:
    """Return what to say of a kernel that was found at work.

    :param silent: whether it has answered nothing at all.
    """
    state = "busy or not answering" if silent else "busy"
    return f"the kernel is {state}; what you enter waits for it"
