"""An error event as text, as much of it as is wanted.

Of the forms of a traceback (``--tb``), *full* is what the kernel sent; *context* leaves out the frames of
libraries but for the one in which it happened, and *short* has a line for each frame that is left. What
they leave out is counted where it was. *plain* is all of it without colours and frames drawn around it. A
traceback without a frame that :mod:`kconsole.render.frames` knows stays whole.
"""

from importlib import import_module

from kconsole.protocol.events import ErrorOutput
from kconsole.render.errorlook import AS_SENT, ErrorLook
from kconsole.render.sanitise import sanitise
from kconsole.render.sgr import ends_line, strip_sgr
from kconsole.render.style import paint

__all__ = ["error_text"]


def error_text(
    event: ErrorOutput, color: bool, *, raw: bool = False, look: ErrorLook = AS_SENT
) -> str:
    """Return the traceback, or ``ename: evalue`` where a kernel sends none; ends in a newline.

    Kernels send the traceback as lines, as one string with newlines, or not at all; most of them
    colour it themselves.

    :param color: False takes all colours out.
    :param raw: do not sanitise; for output that does not go to a terminal.
    :param look: how much of it.
    """
    traceback = "\n".join(event.traceback)
    color = color and look.form != "plain"
    if not strip_sgr(traceback).strip():
        summary = ": ".join(filter(None, (event.ename, event.evalue))) or "error"
        text = paint(summary if raw else sanitise(summary, "code"), "error", color)
    else:
        as_sent = look.form == "full" and not look.rest and (not color or "\x1b" in traceback)
        text = traceback if raw and as_sent else sanitise(traceback, "code")
        if not color:
            text = strip_sgr(text)
        if not as_sent:
            # What is imported here has many regular expressions, and most scripts have no errors.
            text = import_module("kconsole.render.tracebackforms").arranged(
                text, event, color, look
            )
    return text if ends_line(text) else text + "\n"
