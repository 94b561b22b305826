"""What is said at the beginning: by the kernel of itself, and of what it is at."""

from kconsole.render.sanitise import sanitise

__all__ = ["banner", "busy_note"]


def banner(text: str) -> str:
    """Return a kernel's banner as text to write, with an empty line behind; ``""`` if it is empty.

    :param text: the banner of the kernel_info_reply.
    """
    text = sanitise(text, "code").strip()
    return f"{text}\n\n" if text else ""


def busy_note(*, silent: bool) -> str:
    """Return what to say of a kernel that was found at work.

    :param silent: whether it has answered nothing at all.
    """
    state = "busy or not answering" if silent else "busy"
    return f"the kernel is {state}; what you enter waits for it"
