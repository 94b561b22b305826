r"""Sequences that tmux hands on to its own terminal (tmux(1), allow-passthrough). Pure.

tmux does not follow what passes through, nor does it bring its terminal's cursor to where the pane's
is before it does.  Erasing one character does (``ECH``, ECMA-48 8.3.38): it is drawn at once, at the
cursor, whatever the pane's place on the screen.  Seen with tmux 3.3a.
"""

__all__ = ["SYNCHRONISE", "passed_through"]

SYNCHRONISE = "\x1b[X"
"""Brings the outer cursor to the pane's; the character there is lost."""


def passed_through(sequence: str) -> str:
    """Wrap one escape sequence, so that tmux writes it as it is."""
    return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
