"""Connection files on disk: read, written and found.

A file is found by its path, its name, a part of its name or a pattern, in the current directory and
in Jupyter's runtime directory. Where several match, the newest at which a kernel answers is taken;
"newest" goes by the later of access and modification time, as many file systems are mounted so that
reading does not touch the access time.
"""

import contextlib
import fnmatch
import json
import os
import shlex
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from kconsole.connect.info import ConnectionInfo
from kconsole.connect.jsonfile import NotJsonError, read_json
from kconsole.connect.naming import KERNEL_FILES, has_wildcard, is_path, name_pattern, spellings
from kconsole.connect.paths import runtime_dir, shown
from kconsole.connect.probe import first_that_answers
from kconsole.errors import ConnectionFileError, NoKernelError

__all__ = [
    "candidates",
    "find_connection_file",
    "load_connection_file",
    "matching",
    "namesakes",
    "readable_by_others",
    "stem",
    "write_connection_file",
]

Probe = Callable[[Sequence[ConnectionInfo]], ConnectionInfo | None]


def load_connection_file(path: str | Path, *, leave_atime: bool = False) -> ConnectionInfo:
    """Read and check a connection file (JEP 106).

    :param path: the file; a leading ``~`` is the home directory.
    :param leave_atime: leave the file's access time alone, by which the newest kernel is found.
    :raise ConnectionFileError: with the path and the reason, also if there is no such file.
    """
    return _load(Path(path).expanduser(), leave_atime=leave_atime)


def write_connection_file(info: ConnectionInfo, path: Path) -> None:
    """Write a connection file, so that nobody else can read it at any time (mode 0600).

    The file is complete from the moment it appears under its name. Its directory is created, for
    the user alone (0700), if need be.

    :param info: what to write.
    :param path: the file; one that is there is replaced.
    :raise ConnectionFileError: it cannot be written; with the path and the reason.
    """
    # The leading dot and the ending keep it out of every search while it is being written.
    temporary = path.with_name(f".{path.name}.{os.urandom(6).hex()}.tmp")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(descriptor, "w", encoding="utf-8") as file:
                json.dump(info.to_dict(), file, indent=1, ensure_ascii=False)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        raise ConnectionFileError(f"{shown(path)}: cannot be written: {error.strerror}") from None


def readable_by_others(path: Path) -> bool:
    """Whether other users may read the file, and so the key in it.

    False if there is no such file, and where file modes mean nothing (Windows).
    """
    if os.name != "posix":
        return False
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return bool(mode & (stat.S_IRGRP | stat.S_IROTH))


def stem(path: Path) -> str:
    """Return what is a connection file's own in its name: without ``kernel-`` and ``.json``."""
    return path.name.removeprefix("kernel-").removesuffix(".json")


def find_connection_file(
    name: str | None = None,
    *,
    directories: Sequence[Path] | None = None,
    probe: Probe = first_that_answers,
) -> Path:
    """Return the path of the connection file that a name means.

    A single match is returned unprobed, so that whoever connects can say what is wrong with it.
    Files that hold no valid connection do not count, unless they are named exactly.

    :param name: a path (with a separator), a file's name with or without ``kernel-`` and ``.json``,
        a part of a name (its end, with ``.json``), or a pattern with ``*`` and ``?`` (brackets stand
        for themselves); None is the newest kernel that answers.
    :param directories: where to look; by default the current one and the runtime directory.
    :param probe: finds the first of several kernels that is alive.
    :raise NoKernelError: nothing matches, or several do but none of them answers.
    """
    if name is not None:
        name, directories, path = _split(name, directories)
        if path is not None:
            return _existing(path)
    where = _search_dirs() if directories is None else directories
    if name is not None and (exact := _named_exactly(name, where)):
        return exact
    pattern = KERNEL_FILES if name is None else name_pattern(name)
    infos, faults = _load_valid(candidates(pattern, where))
    if len(infos) == 1 and name is not None:
        found: ConnectionInfo | None = infos[0]
    else:
        found = probe(infos)
    if found is None or found.path is None:
        faults += _special_files(name, where)
        raise NoKernelError(_nothing_found(name, where, len(infos), faults))
    return found.path


def matching(name: str, directories: Sequence[Path] | None = None) -> list[Path]:
    """Return the connection files that a name means, dead ones and bad ones too, the newest first.

    :param name: as for :func:`find_connection_file`.
    :param directories: where to look if the name does not say; as there.
    :raise NoKernelError: there is no such file.
    """
    name, directories, path = _split(name, directories)
    if path is not None:
        return [_existing(path)]
    where = _search_dirs() if directories is None else directories
    found = candidates(name_pattern(name), where)
    if not found:
        raise NoKernelError(f"no kernel matches {name!r} in {_shown_all(where)}")
    return found


def namesakes(name: str) -> list[Path]:
    """Return the valid connection files that a name may mean, the newest first, if these are several.

    :param name: as for :func:`find_connection_file`, which takes the newest that answers.
    :return: an empty list if the name is a path, a file's whole name, or part of one name only.
    """
    name, directories, path = _split(name, None)
    where = _search_dirs() if directories is None else directories
    if path is not None or _named_exactly(name, where):
        return []
    infos, _ = _load_valid(candidates(name_pattern(name), where))
    return [info.path for info in infos if info.path is not None] if len(infos) > 1 else []


def candidates(
    pattern: str = KERNEL_FILES, directories: Iterable[Path] | None = None
) -> list[Path]:
    """Return the regular files whose names match a pattern, the newest first.

    :param pattern: as for :mod:`fnmatch`, with regard to case.
    :param directories: where to look; by default the current one and the runtime directory. One that
        does not exist or may not be read counts as empty.
    """
    found: dict[str, tuple[float, Path]] = {}
    for directory in _search_dirs() if directories is None else directories:
        with contextlib.suppress(OSError), os.scandir(directory) as entries:
            for entry in entries:
                if not fnmatch.fnmatchcase(entry.name, pattern):
                    continue
                if (time := _last_used(entry)) is not None:
                    found.setdefault(os.path.realpath(entry.path), (time, directory / entry.name))
    return [path for _, path in sorted(found.values(), key=lambda item: item[0], reverse=True)]


def _search_dirs(env: Mapping[str, str] = os.environ) -> list[Path]:
    return [Path(), runtime_dir(env)]


def _load(path: Path, *, leave_atime: bool) -> ConnectionInfo:
    try:
        data = read_json(path, leave_atime=leave_atime)
    except NotJsonError as error:
        raise ConnectionFileError(f"{shown(path)}: {error}{_how_to_run(path)}") from None
    except ValueError as error:
        hint = _how_to_run(path) if path.suffix == ".ipynb" else ""
        raise ConnectionFileError(f"{shown(path)}: {error}{hint}") from None
    if path.suffix == ".ipynb" and isinstance(data, dict) and "nbformat" in data:
        raise ConnectionFileError(f"{shown(path)}: is a notebook{_how_to_run(path)}")
    return ConnectionInfo.from_dict(data, source=str(path), path=path)


def _how_to_run(path: Path) -> str:
    """A hint for those who name the code to run where the kernel to run it belongs."""
    if path.suffix == ".json" or not str(path).isprintable():
        return ""
    how = "-f" if path.suffix == ".ipynb" else "<"  # standard input would be code, not a notebook
    return f"; to run it: kconsole {how} {shlex.quote(str(path))}"


def _load_valid(paths: Iterable[Path]) -> tuple[list[ConnectionInfo], list[str]]:
    """Load what can be loaded: another program's JSON, or a file half written, is no candidate."""
    infos, faults = [], []
    for path in paths:
        try:
            infos.append(_load(path, leave_atime=True))
        except ConnectionFileError as error:
            faults.append(str(error))
    return infos, faults


def _split(
    name: str, directories: Sequence[Path] | None
) -> tuple[str, Sequence[Path] | None, Path | None]:
    """Part a name from where it is to be looked for; the last is the file itself if it is a path."""
    if not is_path(name):
        return name, directories, None
    path = Path(name).expanduser()
    if not has_wildcard(path.name) or path.exists():
        return name, directories, path
    return path.name, [path.parent], None


def _existing(path: Path) -> Path:
    try:
        path.stat()
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise NoKernelError(f"{shown(path)}: {reason}") from None
    return path


def _named_exactly(name: str, directories: Iterable[Path]) -> Path | None:
    for spelling in spellings(name):
        for directory in directories:
            with contextlib.suppress(OSError, ValueError):
                if (path := directory / spelling).is_file():
                    return path
    return None


def _special_files(name: str | None, directories: Iterable[Path]) -> list[str]:
    """Return what is wrong with what has exactly this name but is no file, as a directory is."""
    paths = [directory / name for directory in directories] if name else []
    return _load_valid(path for path in paths if os.path.lexists(path))[1]


def _last_used(entry: "os.DirEntry[str]") -> float | None:
    """Return the later of access and modification time; None for what is not a regular file."""
    try:
        status = entry.stat()
    except OSError:
        return None
    return max(status.st_atime, status.st_mtime) if stat.S_ISREG(status.st_mode) else None


def _shown_all(directories: Iterable[Path]) -> str:
    return " and ".join("the current directory" if d == Path() else shown(d) for d in directories)


def _nothing_found(
    name: str | None, directories: Iterable[Path], count: int, faults: Sequence[str]
) -> str:
    where = _shown_all(directories)
    if count == 1:
        return f"the only kernel in {where} does not answer"
    if count:
        which = "kernels" if name is None else f"kernels that match {name!r}"
        return f"none of the {count} {which} in {where} answers"
    what = "no kernel" if name is None else f"no kernel matches {name!r}"
    text = f"{what}: looked in {where}"
    return f"{text} (skipped {faults[0]})" if faults else text
