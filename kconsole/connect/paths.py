"""Where Jupyter keeps connection files and kernelspecs on this machine.

The rules are those of the "Common Directories and File Locations" page of Jupyter's documentation.
Everything is a pure function of the environment, the platform's ``sys.platform`` word and a few
facts about this interpreter (:class:`Installation`), so each platform's rules can be tested on any.
An environment variable that is set to nothing counts as unset.
"""

import os
import site
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

__all__ = ["Installation", "data_dir", "kernelspec_dirs", "runtime_dir", "shown"]

Environment = Mapping[str, str]

#: The values (in lower case) that switch a JUPYTER_* flag off.
FALSE_WORDS = frozenset(["no", "n", "false", "off", "0", "0.0"])


@dataclass(frozen=True, slots=True)
class Installation:
    """The facts about this Python installation that the search path depends on."""

    #: The roots of the environment that runs us, and of the Python that it was made from.
    prefix: Path
    base_prefix: Path
    #: Whether `prefix` belongs to the user who runs us.
    owned: bool
    #: The base of the per-user site-packages; None = switched off.
    user_base: Path | None

    @classmethod
    def current(cls) -> Self:
        """Return the facts about the interpreter that runs this."""
        return cls(
            prefix=Path(sys.prefix),
            base_prefix=Path(sys.base_prefix),
            owned=_owned(sys.prefix),
            user_base=Path(site.getuserbase()) if site.ENABLE_USER_SITE else None,
        )


def data_dir(env: Environment = os.environ, platform: str = sys.platform) -> Path:
    """Return the directory of the user's own Jupyter data."""
    if named := env.get("JUPYTER_DATA_DIR"):
        return Path(named)
    platform_dirs = _flag(env, "JUPYTER_PLATFORM_DIRS")
    home = _home(env, platform)
    if platform == "darwin":
        name = "Application Support/jupyter" if platform_dirs else "Jupyter"
        return home / "Library" / name
    if platform == "win32":
        if platform_dirs:
            return Path(env.get("LOCALAPPDATA") or home / "AppData" / "Local") / "jupyter"
        if roaming := env.get("APPDATA"):
            return Path(roaming) / "jupyter"
        return Path(env.get("JUPYTER_CONFIG_DIR") or home / ".jupyter") / "data"
    return Path(env.get("XDG_DATA_HOME") or home / ".local" / "share") / "jupyter"


def runtime_dir(env: Environment = os.environ, platform: str = sys.platform) -> Path:
    """Return the directory in which kernels' connection files are written and looked for.

    XDG_RUNTIME_DIR plays no part: Jupyter gave it up, as it vanishes when the user logs out.
    """
    if named := env.get("JUPYTER_RUNTIME_DIR"):
        return Path(named)
    return data_dir(env, platform) / "runtime"


def kernelspec_dirs(
    env: Environment = os.environ,
    platform: str = sys.platform,
    installation: Installation | None = None,
) -> list[Path]:
    """Return the directories that hold kernelspecs, the most important first.

    JUPYTER_PATH's entries come first; then the user's and the environment's (which of them is
    preferred depends on JUPYTER_PREFER_ENV_PATH, or else on whether we run in a virtual or conda
    environment of the user's own); then the system's; and last IPython's old place. The directories
    need not exist.
    """
    here = installation or Installation.current()
    separator = ";" if platform == "win32" else ":"
    system = _system_dirs(env, platform, here)
    environment = [here.prefix / "share" / "jupyter"]
    if environment != system:
        environment = [entry for entry in environment if entry not in system]
    user = [data_dir(env, platform)]
    if here.user_base is not None:
        user.append(here.user_base / "share" / "jupyter")
    first, second = (environment, user) if _env_first(env, here) else (user, environment)
    named = [Path(entry) for entry in env.get("JUPYTER_PATH", "").split(separator) if entry]
    found = [entry / "kernels" for entry in [*named, *first, *second, *system]]
    ipython = Path(env.get("IPYTHONDIR") or _home(env, platform) / ".ipython") / "kernels"
    return _unique([*found, ipython])


def shown(path: str | os.PathLike[str]) -> str:
    """Return `path` as error messages show it: quoted and escaped if it would not print."""
    text = os.fspath(path)
    return text if text.isprintable() else repr(text)


def _system_dirs(env: Environment, platform: str, here: Installation) -> list[Path]:
    if platform == "win32":
        # Any user may write to PROGRAMDATA, so Jupyter reads it only when told to.
        program_data = env.get("PROGRAMDATA")
        if program_data and _flag(env, "JUPYTER_USE_PROGRAMDATA"):
            return [Path(program_data) / "jupyter"]
        return [here.prefix / "share" / "jupyter"]
    if _flag(env, "JUPYTER_PLATFORM_DIRS"):
        if platform == "darwin":
            return [Path("/Library/Application Support/jupyter")]
        named = env.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
        return [Path(entry) / "jupyter" for entry in named.split(":") if entry]
    return [Path("/usr/local/share/jupyter"), Path("/usr/share/jupyter")]


def _env_first(env: Environment, here: Installation) -> bool:
    """Whether the environment's kernelspecs hide the user's ones of the same name."""
    if env.get("JUPYTER_PREFER_ENV_PATH"):
        return _flag(env, "JUPYTER_PREFER_ENV_PATH")
    if not here.owned:
        return False
    conda = env.get("CONDA_PREFIX")
    in_conda = (
        bool(conda)
        and here.prefix.is_relative_to(Path(conda or ""))
        and env.get("CONDA_DEFAULT_ENV", "base") != "base"
    )
    return here.prefix != here.base_prefix or in_conda


def _home(env: Environment, platform: str) -> Path:
    """Return the home directory as the environment names it, else as the user database does."""
    named = env.get("USERPROFILE" if platform == "win32" else "HOME")
    return Path(named) if named else Path.home()


def _flag(env: Environment, name: str) -> bool:
    value = env.get(name, "")
    return bool(value) and value.lower() not in FALSE_WORDS


def _owned(path: str) -> bool:
    """Whether `path` belongs to us; without user ids (Windows), whether we may write there."""
    if not hasattr(os, "geteuid"):
        return os.access(path, os.W_OK)
    try:
        return os.stat(path).st_uid == os.geteuid()
    except OSError:
        return False


def _unique(paths: Iterable[Path]) -> list[Path]:
    return list(dict.fromkeys(paths))
