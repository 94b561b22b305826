"""Where the configuration file is on this machine.

Linux and others: the XDG Base Directory Specification 0.8; macOS and Windows: each system's own
place for what programs keep for a user. Never the current directory, as whoever can put a file
there must not decide what we do: a variable that holds a relative path counts as unset, as the
specification wants it.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath

__all__ = ["absolute_path", "config_path", "home_dir", "present"]

_FILE = Path("kconsole", "config.toml")


def config_path(env: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path | None:
    """Return the path of the user's configuration file, which need not exist.

    :param env: the environment.
    :param platform: as `sys.platform` names it.

    On macOS it is the file in ``~/Library/Application Support``, unless only the one in
    ``~/.config`` exists; XDG_CONFIG_HOME counts there too if it is set.

    None if it cannot be told where the user's home directory is.
    """
    named = absolute_path(env, "APPDATA" if platform == "win32" else "XDG_CONFIG_HOME", platform)
    if named is not None:
        return named / _FILE
    home = home_dir(env, platform)
    if home is None:
        return None
    if platform == "win32":
        return home / "AppData" / "Roaming" / _FILE
    usual = home / ".config" / _FILE
    if platform == "darwin":
        own = home / "Library" / "Application Support" / _FILE
        return usual if present(usual) and not present(own) else own
    return usual


def present(path: Path) -> bool:
    """Whether there is something to read, or to complain about, at `path`.

    True also for a link that leads nowhere and for a directory that may not be searched: whoever
    has put a configuration there wants to know that it cannot be used.
    """
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def home_dir(env: Mapping[str, str], platform: str) -> Path | None:
    """The home directory as the environment names it, else as the user database does."""
    variable = "USERPROFILE" if platform == "win32" else "HOME"
    if env.get(variable):
        return absolute_path(env, variable, platform)
    try:
        home = Path.home()
    except RuntimeError:  # a user id that no database knows, as in some containers
        return None
    return home if home.is_absolute() else None


def absolute_path(env: Mapping[str, str], variable: str, platform: str) -> Path | None:
    """The path that a variable holds, None if it is unset, empty or relative."""
    value = env.get(variable, "")
    flavour = PureWindowsPath if platform == "win32" else PurePosixPath
    return Path(value) if flavour(value).is_absolute() else None
