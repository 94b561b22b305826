"""An error event as text."""

from kconsole.protocol.events import ErrorOutput
from kconsole.render.sanitise import sanitise
from kconsole.render.sgr import ends_line, strip_sgr
from kconsole.render.style import paint

__all__ = ["error_text"]


def error_text(event: ErrorOutput, color: bool, *, raw: bool = False) -> str:
    """Return the traceback, or ``ename: evalue`` where a kernel sends none; ends in a newline.

    Kernels send the traceback as lines, as one string with newlines, or not at all; most of them
    colour it themselves.

    :param color: False takes all colours out.
    :param raw: do not sanitise; for output that does not go to a terminal.
    """
    traceback = "\n".join(event.traceback)
    if strip_sgr(traceback).strip():
        text = traceback if raw else sanitise(traceback, "code")
    else:
        summary = ": ".join(filter(None, (event.ename, event.evalue))) or "error"
        text = paint(summary if raw else sanitise(summary, "code"), "error", color)
    if not color:
        text = strip_sgr(text)
    return text if ends_line(text) else text + "\n"
