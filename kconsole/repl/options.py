"""How the user wants the console: the values of the command line, the environment and the file."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

from kconsole.render.errorlook import Form

__all__ = ["ConsoleOptions", "ImageMode", "Notice", "ThemeChoice"]

ImageMode = Literal["auto", "kitty", "iterm", "sixel", "blocks", "save", "none"]
"""How images are shown: ``auto`` is as well as the terminal can, ``none`` is a line of text."""

Notice = Literal["none", "bell", "desktop"]
ThemeChoice = Literal["auto", "dark", "light"]


class ConsoleOptions(NamedTuple):
    """What the interactive consoles are told.

    Attributes:
        color: whether to use colours.
        keep: leave a kernel of ours running when the console is left.
        vi: whether the input follows the keys of vi, else those of Emacs.
        tb: how much of a traceback to show.
        theme: of what kind the terminal's background is; ``auto`` is as the terminal says.
        style: a style of pygments for code, or ``default``, which suits the background.
        max_lines: how many lines of a cell's output to show before the rest is folded; 0 is all.
        prompt: what stands before an input; ``{n}`` is its number.
        history: the file for inputs; None is the one for the kernel's language, ``none`` is no file.
        private: keep inputs out of every history, the kernel's too.
        others: show what other clients of the kernel run.
        watch: only follow the kernel, never run anything.
        tail: how many of the kernel's last cells to show when attaching.
        complete_while_typing: offer completions without Tab.
        suggestions: show, while typing, how an earlier input went on.
        notify: what to do when a long cell ends.
        notify_after: how long a cell must have run for that, in seconds.
        timing: say after each cell how long it took.
        mime: the MIME types that displays and results are shown as, where they have them, the best first.
        log: a file to write the session to as it goes on.
        ran: how many cells the kernel has run before; None if that is not known.
        image: how images are shown.
        keys: actions with the keys that are to be theirs (:mod:`kconsole.repl.input.keynames`).
    """

    color: bool = True
    keep: bool = False
    vi: bool = False
    theme: ThemeChoice = "auto"
    style: str = "default"
    tb: Form = "full"
    max_lines: int = 10_000
    prompt: str = "In [{n}]: "
    history: str | None = None
    private: bool = False
    others: bool = True
    watch: bool = False
    tail: int = 3
    complete_while_typing: bool = False
    suggestions: bool = True
    notify: Notice = "bell"
    notify_after: float = 10.0
    timing: bool = False
    mime: tuple[str, ...] = ()
    log: Path | None = None
    ran: int | None = None
    image: ImageMode = "auto"
    keys: Mapping[str, tuple[str, ...]] = MappingProxyType({})
