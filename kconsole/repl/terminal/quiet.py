"""The terminal before the editor is there: keys are kept for it, but not echoed.

Without this, what is typed while the kernel starts would be printed by the terminal's own echo, and
again by the editor.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

if sys.platform != "win32":
    import termios

__all__ = ["quiet_terminal"]

_LOCAL_FLAGS = 3  # the index of c_lflag in what tcgetattr returns


@contextmanager
def quiet_terminal(terminal: TextIO) -> Iterator[None]:
    """Switch echo and line editing off inside the block; Ctrl-C and Ctrl-Z still make signals.

    :param terminal: a stream of the controlling terminal.
    """
    if sys.platform == "win32":
        yield
        return
    before = termios.tcgetattr(terminal)
    quiet = termios.tcgetattr(terminal)
    quiet[_LOCAL_FLAGS] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(
        terminal, termios.TCSANOW, quiet
    )  # NOW, not FLUSH: typed keys must not be lost
    try:
        yield
    finally:
        with suppress(termios.error):  # the terminal may be gone by now
            termios.tcsetattr(terminal, termios.TCSANOW, before)
