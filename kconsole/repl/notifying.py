"""Tells the user that a long cell has ended: the bell, or a notification of the desktop.

There are three sequences for a notification, and some terminals know two of them and would show both;
so the terminal is asked once, in the one that is its own. Which that is, no terminal tells: it is known
by its name, and one that is not known gets the bell.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from kconsole.repl.options import ConsoleOptions

__all__ = ["Notifier", "duration", "notification"]

_OSC_9 = "\x1b]9;kconsole: {}\x1b\\"  # iTerm2's own, "Growl integration"
_OSC_99 = "\x1b]99;i=kconsole:d=0;kconsole\x1b\\\x1b]99;i=kconsole:p=body;{}\x1b\\"  # kitty's own
_OSC_777 = "\x1b]777;notify;kconsole;{}\x1b\\"  # urxvt's, for its extension "notify"
_BELL = "\a"


class _Kind(NamedTuple):
    """Terminals that take a notification in the same way."""

    #: A variable of the environment, and what its value begins with; "" is anything but nothing.
    variable: str
    begins: str
    #: With a place for the text.
    sequence: str


#: The first that fits counts. TERM comes through ssh, and LC_TERMINAL mostly; the others do not.
_KINDS = (
    # Within these the terminal is another one than the variables say, and is not reached.
    _Kind("TMUX", "", _BELL),
    _Kind("STY", "", _BELL),
    _Kind("TERM", "tmux", _BELL),
    _Kind("TERM", "screen", _BELL),
    _Kind("TERM", "xterm-kitty", _OSC_99),
    _Kind("TERM", "xterm-ghostty", _OSC_9),
    _Kind("TERM", "wezterm", _OSC_777),
    _Kind("TERM", "foot", _OSC_777),
    _Kind("TERM", "contour", _OSC_777),
    _Kind("TERM", "rxvt-unicode", _OSC_777 + _BELL),  # its extension may not be switched on
    _Kind("TERM_PROGRAM", "iTerm.app", _OSC_9),
    _Kind("TERM_PROGRAM", "WezTerm", _OSC_777),
    _Kind("TERM_PROGRAM", "ghostty", _OSC_9),
    _Kind("TERM_PROGRAM", "WarpTerminal", _OSC_9),
    _Kind("LC_TERMINAL", "iTerm2", _OSC_9),
    _Kind("VTE_VERSION", "", _OSC_777 + _BELL),  # Fedora's shows it, others drop it
)


def notification(environ: Mapping[str, str]) -> str:
    """Return what asks the terminal for a notification, with ``{}`` for the text; else the bell.

    :param environ: the environment.
    """
    for kind in _KINDS:
        value = environ.get(kind.variable, "")
        if value and value.startswith(kind.begins):
            return kind.sequence
    return _BELL


class Bell(Protocol):
    """What is needed of prompt_toolkit's output."""

    def write_raw(self, data: str) -> None:
        """Write text as it is."""

    def flush(self) -> None:
        """Let it leave."""


class Notifier:
    """Remembers a long cell until the console has nothing more to do, and tells then, once.

    :param output: the terminal.
    :param environ: the environment, which tells what terminal it is.
    """

    def __init__(self, output: Bell, environ: Mapping[str, str]) -> None:
        self._output = output
        self._ways = {"none": "", "bell": _BELL, "desktop": notification(environ)}
        self._due = ""

    def ended(self, options: ConsoleOptions, number: int | None, seconds: float) -> None:
        """Note that a cell of ours has ended.

        :param options: which tell what is long, and whether to tell at all.
        :param number: the cell's, None if it is not known.
        :param seconds: how long it has run.
        """
        if options.notify != "none" and seconds >= options.notify_after:
            label = "a cell" if number is None else f"In[{number}]"
            self._due = f"{label} {duration(seconds)}"

    def rest(self, options: ConsoleOptions) -> None:
        """Tell, if there is something to tell: nothing waits behind the cell any more."""
        text, self._due = self._due, ""
        if text and (way := self._ways[options.notify]):
            self._output.write_raw(way.format(text))
            self._output.flush()


def duration(seconds: float) -> str:
    """Return a time as people say it: ``4.2s``, ``3m12s``, ``2h05m``."""
    if seconds < 60:
        return f"{seconds:.1f}s" if seconds < 10 else f"{seconds:.0f}s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}m" if hours else f"{minutes}m{rest:02}s"
