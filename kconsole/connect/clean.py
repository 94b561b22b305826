"""Removes the connection files of dead kernels, and nothing that might still be of use.

That nothing listens at a kernel's addresses is for :mod:`kconsole.connect.verdict` to find out. Here is
decided whether its file may go for that: only regular files of ours that are called as kernels' are, in the
runtime directory itself, and that no process names; a kernel that is about to start, or a console that
waits for one, does. With the file go its log and the socket files of an ipc kernel.
"""

import contextlib
import fnmatch
import os
import stat
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from kconsole.connect.files import load_connection_file
from kconsole.connect.info import ConnectionInfo
from kconsole.connect.kernellog import log_path
from kconsole.connect.launch import remove_directory, socket_directory, socket_files
from kconsole.connect.naming import KERNEL_FILES, is_own
from kconsole.connect.procfs import processes_naming
from kconsole.errors import ConnectionFileError

__all__ = ["RESTART_S", "Removal", "remove_after_end", "remove_files"]

RESTART_S = 3.5
"""How long a kernel that is being restarted may look dead: Jupyter looks every three seconds."""

#: Seconds that the process of a kernel has to be gone, once nothing listens any more.
_GOING_S = 3.0
_LOOK_S = 0.05

#: Seconds that a file must be old where the system does not tell who names it (without /proc).
_BLIND_S = 60.0


class Removal(NamedTuple):
    """What became of a dead kernel's file: removed, or kept for a reason."""

    path: Path
    #: Why it was kept; "" = it was removed.
    kept: str


def remove_files(dead: Sequence[ConnectionInfo], directory: Path) -> list[Removal]:
    """Remove the files of kernels of which it has just been proved that they are dead.

    :param dead: what their files held, with the paths.
    :param directory: the runtime directory.
    :return: one for each, in that order.
    """
    paths = [info.path for info in dead if info.path is not None]
    named = processes_naming(paths)
    removals = []
    for info, path in zip(dead, paths, strict=True):
        pid = named.get(path)
        reason = f"process {pid} names it" if pid else _remove(info, path, directory)
        removals.append(Removal(path, reason))
    return removals


def remove_after_end(info: ConnectionInfo, directory: Path) -> None:
    """Remove the file of a kernel that has just ended, if kconsole has started it and called it so.

    Another program may look for the file of its own kernel. It stays while a process names it: the
    kernel's, which is waited for a few seconds, or whoever will start it again.

    :param info: what the file held, with its path.
    :param directory: the runtime directory.
    """
    if info.path is None or not is_own(info.path.name):
        return
    deadline = time.monotonic() + _GOING_S
    while processes_naming([info.path]) and time.monotonic() < deadline:
        time.sleep(_LOOK_S)
    remove_files([info], directory)


def _remove(info: ConnectionInfo, path: Path, directory: Path) -> str:
    """Remove one, and what belongs to it; return why not."""
    if os.path.realpath(path.parent) != os.path.realpath(directory):
        return "it is not in the runtime directory"
    if not fnmatch.fnmatchcase(path.name, KERNEL_FILES):
        return f"it is not called {KERNEL_FILES}"
    try:
        status = os.lstat(path)
        reason = _not_ours(status) or _changed(info, path)
        if reason:
            return reason
        os.unlink(path)
    except OSError as error:
        return error.strerror or type(error).__name__
    _remove_belongings(info, path)
    return ""


def _not_ours(status: os.stat_result) -> str:
    if not stat.S_ISREG(status.st_mode):
        return "it is not a regular file"
    if not _is_own(status):
        return "it belongs to somebody else"
    if not sys.platform.startswith("linux") and time.time() - status.st_mtime < _BLIND_S:
        return "it is too new"
    return ""


def _is_own(status: os.stat_result) -> bool:
    """Whether a file is ours; true where files have no owners (Windows)."""
    return not hasattr(os, "geteuid") or status.st_uid == os.geteuid()


def _changed(info: ConnectionInfo, path: Path) -> str:
    """Whether it holds something else than what was looked into: a new kernel, under the old name."""
    try:
        now = load_connection_file(path, leave_atime=True)
    except ConnectionFileError:
        return "it has changed"
    return "" if replace(now, path=path) == info else "it has changed"


def _remove_belongings(info: ConnectionInfo, path: Path) -> None:
    """Remove the log, and the socket files where they lie beside it or in a directory of their own."""
    places = (path.parent, socket_directory(info))
    sockets = [each for each in socket_files(info) if each.parent in places]
    belongings = [(log_path(path), stat.S_ISREG), *((each, stat.S_ISSOCK) for each in sockets)]
    for each, is_kind in belongings:
        with contextlib.suppress(OSError):
            status = os.lstat(each)
            if is_kind(status.st_mode) and _is_own(status):
                os.unlink(each)
    remove_directory(info)
