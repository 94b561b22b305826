"""A path that a terminal lets one click on."""

import os
import socket
from pathlib import Path
from urllib.parse import quote

from kconsole.connect.paths import shown

__all__ = ["file_link"]


def file_link(path: Path, *, link: bool) -> str:
    """Return a path for a line on a terminal.

    The sequence is OSC 8 ("Hyperlinks in terminal emulators",
    https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda). The address has the computer's
    name, so that a terminal on another one does not open a file of its own.

    :param path: one that we have made; never a kernel's.
    :param link: False is the path alone.
    """
    text = shown(path)
    if not link:
        return text
    address = f"file://{quote(socket.gethostname())}{quote(os.fsencode(path))}"
    return f"\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\"
