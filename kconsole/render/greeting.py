"""What a kernel says of itself at the beginning."""

from kconsole.render.sanitise import sanitise

__all__ = ["banner"]


def banner(text: str) -> str:
    """Return a kernel's banner as text to write, with an empty line behind; ``""`` if it is empty.

    :param text: the banner of the kernel_info_reply.
    """
    text = sanitise(text, "code").strip()
    return f"{text}\n\n" if text else ""
