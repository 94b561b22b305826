"""What is said at the beginning: by the kernel of itself, and of what it is at."""

import re

from kconsole.render.sanitise import sanitise

#: Lines of nothing but blanks at the beginning, and all blanks at the end. The blanks before the first
#: word stay: they may belong to a drawing, as xeus-python's.
_EDGES = re.compile(r"\A(?:[^\S\n]*\n)+|\s+\Z")

__all__ = ["banner", "busy_note"]


def banner(text: str) -> str:
    """Return a kernel's banner as text to write, with an empty line behind; ``""`` if it is empty.

    :param text: the banner of the kernel_info_reply.
    """
    text = _EDGES.sub("", sanitise(text, "code"))
    return f"{text}\n\n" if text else ""


def busy_note(*, silent: bool) -> str:
    """Return what to say of a kernel that was found at work.

    :param silent: whether it has answered nothing at all.
    """
    state = "busy or not answering" if silent else "busy"
    return f"the kernel is {state}; what you enter waits for it"
