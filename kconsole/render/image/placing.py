"""Where an image's escape sequences go, and where the cursor is afterwards. Pure.

Terminals do not agree on where the cursor stands behind an image, and some do not scroll for one that
begins too low.  So there is room before it begins, and the cursor is put back behind it.
"""

from collections.abc import Iterable

from kconsole.render.image.tmux import SYNCHRONISE, passed_through

__all__ = ["placed"]

_SAVE, _RESTORE = "\x1b7", "\x1b8"  # DECSC and DECRC


def placed(sequences: Iterable[str], rows: int, *, tmux: bool) -> str:
    """Return what draws an image at the start of the line, and leaves the cursor below it.

    :param sequences: the escape sequences that make the image.
    :param rows: how many rows of the screen it covers.
    :param tmux: whether they have to pass through tmux.
    """
    if tmux:
        sequences = [SYNCHRONISE + passed_through(sequence) for sequence in sequences]
    below = "\n" * rows
    return "".join([below, f"\x1b[{rows}A", _SAVE, *sequences, _RESTORE, below])
