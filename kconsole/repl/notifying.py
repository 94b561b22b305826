"""Tells the user that a long cell has ended: the bell, or a notification of the desktop."""

from typing import Protocol

from kconsole.repl.options import ConsoleOptions

__all__ = ["Notifier", "duration"]


class Bell(Protocol):
    """What is needed of prompt_toolkit's output."""

    def write_raw(self, data: str) -> None:
        """Write text as it is."""

    def flush(self) -> None:
        """Let it leave."""


class Notifier:
    """Remembers a long cell until the console has nothing more to do, and tells then, once.

    :param output: the terminal.
    """

    def __init__(self, output: Bell) -> None:
        self._output = output
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
        if not text:
            return
        if options.notify == "desktop":
            # iTerm2, WezTerm, kitty and others know the first; urxvt, foot, Ghostty the second.
            self._output.write_raw(f"\x1b]9;kconsole: {text}\x07")
            self._output.write_raw(f"\x1b]777;notify;kconsole;{text}\x07")
        if options.notify != "none":
            self._output.write_raw("\a")
        self._output.flush()


def duration(seconds: float) -> str:
    """Return a time as people say it: ``4.2s``, ``3m12s``, ``2h05m``."""
    if seconds < 60:
        return f"{seconds:.1f}s" if seconds < 10 else f"{seconds:.0f}s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}m" if hours else f"{minutes}m{rest:02}s"
