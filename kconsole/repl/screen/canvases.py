"""What images are drawn on: by what the terminal has said, what the user wants, and the screen's size."""

from collections.abc import Mapping

from kconsole.render.canvas import DEFAULT_CELL, Canvas, ImageProtocol
from kconsole.render.palette import colors_of
from kconsole.repl.options import ImageMode
from kconsole.repl.terminal.facts import TerminalFacts

__all__ = ["canvas"]


def canvas(
    mode: ImageMode,
    facts: TerminalFacts,
    room: tuple[int, int],
    environ: Mapping[str, str],
    *,
    color: bool,
) -> Canvas:
    """Return where an image is drawn; on ``none``, nothing can be.

    :param mode: what the user wants; what is named there is believed.
    :param facts: what the terminal has said.
    :param room: columns and rows that an image may take.
    :param environ: the environment.
    :param color: whether text may have colours, which blocks need.
    """
    columns, rows = room
    protocol = _best(facts) if mode == "auto" else _named(mode)
    if protocol == "blocks" and not color:
        protocol = "none"
    # Sixels are tmux's own affair.
    tmux = protocol in ("kitty", "iterm") and (facts.tmux or bool(environ.get("TMUX")))
    return Canvas(
        protocol, columns, rows, facts.cell or DEFAULT_CELL, colors_of(environ), tmux=tmux
    )


def _best(facts: TerminalFacts) -> ImageProtocol:
    if facts.kitty:
        return "kitty"
    if facts.iterm:
        return "iterm"
    return "sixel" if facts.sixel else "blocks"


def _named(mode: ImageMode) -> ImageProtocol:
    return "none" if mode == "auto" or mode == "save" else mode
