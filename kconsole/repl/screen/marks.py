r"""Marks that tell the terminal what in its scrollback is a prompt, an input, an output.

With them a terminal can jump from prompt to prompt, or select what a single cell has printed. They take
no room, and terminals that do not know them show nothing of them.
("Semantic prompts", OSC 133, as first made by FinalTerm: ``A`` a prompt begins, ``B`` it ends and the
input begins, ``C`` the output begins, ``D`` it ends, with an exit status.)
"""

from collections.abc import Mapping

__all__ = ["INPUT", "OUTPUT", "PROMPT", "end_mark", "understands_marks"]

PROMPT = "\x1b]133;A\x1b\\"
INPUT = "\x1b]133;B\x1b\\"
OUTPUT = "\x1b]133;C\x1b\\"


def end_mark(*, failed: bool) -> str:
    """Return the mark for the end of a cell's output."""
    return f"\x1b]133;D;{int(failed)}\x1b\\"


def understands_marks(environ: Mapping[str, str]) -> bool:
    """Whether the terminal knows control strings, be it to ignore them.

    :param environ: the environment. The Linux console and real VT terminals print what they do not
        know; Emacs' terminal knows other strings than these.
    """
    term = environ.get("TERM", "")
    plain = term in ("", "dumb", "unknown", "linux", "ansi", "cons25", "eterm", "eterm-color")
    return not plain and not term.startswith("vt") and "INSIDE_EMACS" not in environ
