"""What another machine has of Jupyter: connection files and kernelspecs, found by its own ``sh``.

A script of POSIX sh goes there, and what it prints comes back; nothing is installed or written there. One
script does all of one question, as each is a round trip. The places are those that Jupyter names ("Common
Directories and File Locations"); a command over ssh often has another environment than a login, so the
usual homes of Python environments are looked at too.
"""

import fnmatch
import os
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple, Protocol

from kconsole.connect.info import ConnectionInfo
from kconsole.connect.jsonfile import parse_json
from kconsole.connect.naming import KERNEL_FILES, has_wildcard, is_path, name_pattern, spellings
from kconsole.connect.paths import shown
from kconsole.connect.specs import KernelSpec, SpecFault, SpecListing, kernel_spec
from kconsole.errors import ConnectionFileError, NoKernelError

__all__ = [
    "RUNTIME",
    "Answer",
    "RemoteFile",
    "Run",
    "chosen",
    "connection_files",
    "is_remote_path",
    "kernel_files",
    "kernel_specs",
    "quoted",
    "read_file",
]


class Answer(NamedTuple):
    """What became of a script: its exit status, and what it has printed."""

    status: int
    output: bytes


class Run(Protocol):
    """Runs a script in the other machine's ``sh``."""

    def __call__(self, script: str, *, timeout: float = ...) -> Answer:
        """Run it.

        :param timeout: seconds that it may take, and its answer.
        :raise LinkLostError: there is no answer in that time, or will be none.
        """


_MOST_FILES = 200
_MOST_BYTES = 1 << 16  # of one file
_NOT_KERNELS = (
    "jpserver-",
    "nbserver-",
)  # Jupyter's servers keep their files in the same directory

#: Prints a file under two headlines: when it was changed and read, and its name; and a remark.
_SHOW = f"""
nl='
'
ages() {{ stat -c '%Y %X' "$1" 2>/dev/null || stat -f '%m %a' "$1" 2>/dev/null || echo '0 0'; }}
show() {{
  case $1 in *"$nl"*) return 0;; esac
  [ -f "$1" ] && [ -r "$1" ] || return 0
  printf '%s %s %s\\n%s\\n' "$mark" "$(ages "$1")" "$1" "$2"
  head -c {_MOST_BYTES} <"$1" 2>/dev/null
  printf '\\n'
}}
"""

#: The runtime directories: that which is named, else the usual ones.
RUNTIME = """
runtimes() {
  if [ -n "$JUPYTER_RUNTIME_DIR" ]; then printf '%s\\n' "$JUPYTER_RUNTIME_DIR"; return; fi
  if [ -n "$JUPYTER_DATA_DIR" ]; then printf '%s\\n' "$JUPYTER_DATA_DIR/runtime"; return; fi
  if [ -n "$XDG_DATA_HOME" ]; then printf '%s\\n' "$XDG_DATA_HOME/jupyter/runtime"; fi
  printf '%s\\n' "$HOME/.local/share/jupyter/runtime" "$HOME/Library/Jupyter/runtime"
}
"""

_CONNECTION_FILES = f"""
echo "$mark $(date +%s)"
runtimes | while IFS= read -r d; do
  [ -d "$d" ] && cd "$d" 2>/dev/null || continue
  ls -t | grep '\\.json$' | head -n {_MOST_FILES} | while IFS= read -r f; do
    case $f in jpserver-*|nbserver-*) continue;; esac
    show "$d/$f"
  done
done
"""

_ONE_FILE = """
case $f in /*) ;; *) f=$PWD/$f;; esac
[ -d "$f" ] && exit 3
[ -e "$f" ] || exit 4
show "$f"
"""

#: Environments are roots with a ``share/jupyter``; that of the first Python on PATH is one.
_KERNEL_SPECS = """
roots() {
  (IFS=:; for d in $JUPYTER_PATH; do printf '%s\\n' "$d"; done)
  printf '%s\\n' "${JUPYTER_DATA_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/jupyter}" "$HOME/Library/Jupyter"
  for e in "$VIRTUAL_ENV" "$CONDA_PREFIX" "$HOME/miniforge3" "$HOME/mambaforge" "$HOME/miniconda3" \\
    "$HOME/anaconda3" /opt/conda /opt/miniconda3; do
    [ -n "$e" ] && printf '%s\\n' "$e/share/jupyter"
  done
  for p in jupyter python3 python; do
    p=$(command -v "$p") || continue
    while [ -L "$p" ]; do
      l=$(readlink "$p") || break
      case $l in /*) p=$l;; *) p=$(dirname "$p")/$l;; esac
    done
    printf '%s\\n' "$(dirname "$(dirname "$p")")/share/jupyter"
  done
  printf '%s\\n' /usr/local/share/jupyter /usr/share/jupyter
}
roots | while IFS= read -r d; do
  for f in "$d"/kernels/*/kernel.json; do
    [ -f "$f" ] || continue
    e=${d%/share/jupyter}
    [ -e "$e/pyvenv.cfg" ] || [ -d "$e/conda-meta" ] || e=
    show "$f" "$e"
  done
done
"""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of the other machine.

    Attributes:
        path: its whole name there.
        content: what it holds, at most 64 KiB.
        age_s: seconds since it was written; 0 where that machine does not tell.
        used: when it was last written or read, by its clock, in seconds.
        environment: the Python environment that it belongs to, if that was looked for.
    """

    path: str
    content: bytes
    age_s: float = 0.0
    used: float = 0.0
    environment: str = ""

    @property
    def name(self) -> str:
        """Its name in its directory."""
        return PurePosixPath(self.path).name

    def connection(self, where: str) -> ConnectionInfo:
        """Return what it says as a connection file (JEP 106).

        :param where: the machine, for errors.
        :raise ConnectionFileError: it is none that could be used.
        """
        source = f"{where}:{self.path}"
        try:
            data = parse_json(self.content)
        except ValueError as error:
            raise ConnectionFileError(f"{shown(source)}: {error}") from None
        return ConnectionInfo.from_dict(data, source=source, path=Path(self.path))


def connection_files(run: Run) -> list[RemoteFile]:
    """Return the files of the runtime directories, the one used last first, without those of servers."""
    mark = _new_mark()
    script = f"mark={mark}\n{_SHOW}{RUNTIME}{_CONNECTION_FILES}"
    return sorted(_parsed(run(script).output, mark), key=lambda each: each.used, reverse=True)


def read_file(run: Run, path: str, where: str) -> RemoteFile:
    """Return a file of the other machine.

    :param path: its name there; a leading ``~/`` is that user's home, as is what a relative one begins at.
    :param where: the machine, for errors.
    :raise NoKernelError: there is no such file, or it may not be read.
    """
    mark = _new_mark()
    answer = run(f'(mark={mark}\n{_SHOW}echo "$mark $(date +%s)"\nf={quoted(path)}\n{_ONE_FILE})\n')
    found = _parsed(answer.output, mark)
    if found:
        return found[0]
    reason = {3: "is a directory", 4: "no such file"}.get(answer.status, "cannot be read")
    raise NoKernelError(f"{shown(f'{where}:{path}')}: {reason}")


def quoted(path: str) -> str:
    """Return a path, or any other word, as a script has to write it; ``~/`` is that user's home."""
    return f'"$HOME"/{shlex.quote(path[2:])}' if path.startswith("~/") else shlex.quote(path)


def chosen(name: str, files: Sequence[RemoteFile]) -> list[RemoteFile]:
    """Return those of the files that a name may mean, by the rules for files of this machine.

    :param name: a file's name with or without ``kernel-`` and ``.json``, a part of a name, or a pattern.
    :return: the one that has exactly this name; else all that match, in the order given.
    """
    for spelling in spellings(name):
        for file in files:
            if file.name == spelling:
                return [file]
    pattern = name_pattern(name)
    return [file for file in files if fnmatch.fnmatchcase(file.name, pattern)]


def is_remote_path(name: str) -> bool:
    """Whether a name says where the file is; a pattern in a directory is not supported there."""
    return (is_path(name) or "/" in name) and not has_wildcard(name)


def kernel_files(files: Iterable[RemoteFile]) -> list[RemoteFile]:
    """Return the files that are called like connection files of kernels."""
    return [file for file in files if fnmatch.fnmatchcase(file.name, KERNEL_FILES)]


def kernel_specs(run: Run) -> SpecListing:
    """Return the other machine's kernelspecs, and what is wrong with those that break the rules (JEP 105).

    A bare ``python`` at the beginning of an argv is replaced by that of the environment that the kernelspec
    was installed with, if there is one.
    """
    mark = _new_mark()
    output = run(f'mark={mark}\n{_SHOW}echo "$mark $(date +%s)"\n{_KERNEL_SPECS}').output
    specs: dict[str, KernelSpec] = {}
    faults: list[SpecFault] = []
    for file in _parsed(output, mark):
        directory = Path(file.path).parent
        name = directory.name.lower()
        if name in specs:
            continue
        try:
            spec = kernel_spec(parse_json(file.content), directory)
        except ValueError as error:
            faults.append(SpecFault(name, f"{shown(file.path)}: {error}"))
            continue
        if file.environment and spec.starts_python:
            spec = replace(spec, argv=(f"{file.environment}/bin/{spec.argv[0]}", *spec.argv[1:]))
        specs[name] = spec
    return SpecListing(specs, faults)


def _new_mark() -> str:
    """A line that begins with this is ours: nobody who writes a file can know it."""
    return f"kc{os.urandom(12).hex()}"


def _parsed(output: bytes, mark: str) -> list[RemoteFile]:
    """Take apart what the scripts print."""
    _, *parts = output.split(f"{mark} ".encode())
    if not parts:
        return []
    now = _number(parts[0].strip())
    found: dict[str, RemoteFile] = {}
    for part in parts[1:]:
        head, _, rest = part.partition(b"\n")
        environment, _, content = rest.partition(b"\n")
        changed, _, head = head.partition(b" ")
        read, _, path = head.partition(b" ")
        written = _number(changed)
        file = RemoteFile(
            os.fsdecode(path),
            content[:-1],
            max(0.0, now - written) if written else 0.0,
            max(written, _number(read)),
            os.fsdecode(environment),
        )
        found.setdefault(file.path, file)
    return list(found.values())


def _number(text: bytes) -> float:
    return float(text) if text.isdigit() and len(text) < 20 else 0.0
