r"""``\open``: what was shown last, or was kept in a file, in the system's viewer."""

import os
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from kconsole.connect.paths import shown
from kconsole.render.cabinet import Cabinet

__all__ = ["open_kept", "viewer_argv"]

_NONE_YET = "there is nothing to open yet: no image, and no page, was shown"
_NO_DISPLAY = "there is no display here"
_NO_VIEWER = "no xdg-open was found, and $BROWSER is not set"
#: What xdg-open says by its exit status (its manual page).
_REASONS = {2: "the file has gone", 3: "no program for it was found", 4: "it could not be opened"}


def open_kept(cabinet: Cabinet, wanted: str, say: Callable[[str], None]) -> None:
    """Open something in a program of its own, which lives on as long as it likes.

    :param cabinet: has it.
    :param wanted: its number; "" is the last thing.
    :param say: tells the user a line; called from another thread if the program fails later.
    """
    try:
        kept = cabinet.find(int(wanted) if wanted else None)
    except OSError as error:
        say(f"not opened: it cannot be saved: {error.strerror or error}")
        return
    if kept is None or kept.path is None:
        say(f"there is no {wanted} to open, or not any more" if wanted else _NONE_YET)
        return
    path = kept.path
    try:
        argv = viewer_argv(path, os.environ, sys.platform)
    except ValueError as error:
        say(f"{error}; the file is {shown(path)}")
        return
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # our Ctrl-C and our end are not its own
        )
    except OSError as error:
        say(f"{argv[0]}: {error.strerror or error}; the file is {shown(path)}")
        return
    say(f"opening {shown(path)}")

    def wait() -> None:
        status = process.wait()
        if status:
            reason = _REASONS.get(status, "") if argv[0].endswith("xdg-open") else ""
            reason = reason or f"ended with status {status}"
            say(f"{Path(argv[0]).name}: {reason}; the file is {shown(path)}")

    # Reaps the viewer, for as long as it and we are there.
    threading.Thread(target=wait, name="kconsole-viewer", daemon=True).start()


def viewer_argv(path: Path, environ: Mapping[str, str], platform: str) -> list[str]:
    """The command that shows a file.

    :param environ: ``BROWSER`` is asked first for a page, and where nothing else can show anything; it may
        be a list with colons, and have a ``%s``, as for Python's webbrowser.
    :raise ValueError: there is none; says why.
    """
    if platform == "darwin":
        return ["open", str(path)]
    display = bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
    system = next(filter(None, map(shutil.which, ("xdg-open", "wslview"))), None)
    browser = _browser_argv(path, environ.get("BROWSER", ""))
    if browser and (path.suffix == ".html" or not display or system is None):
        return browser
    if not display and not environ.get("WSL_DISTRO_NAME"):
        raise ValueError(_NO_DISPLAY)
    if system is None:
        raise ValueError(_NO_VIEWER)
    return [system, str(path)]


def _browser_argv(path: Path, browsers: str) -> list[str]:
    """The first of a list of browsers that is there; empty if none is."""
    for each in browsers.split(os.pathsep):
        try:
            argv = shlex.split(each)
        except ValueError:
            continue
        if not argv or shutil.which(argv[0]) is None:
            continue
        if any("%s" in word for word in argv):
            return [word.replace("%s", str(path)) for word in argv]
        return [*argv, str(path)]
    return []
