"""The script that starts a kernel on another machine. Pure.

Behind it there is no terminal, and nobody who would reap what it starts: the kernel gets a session of its
own, so that it outlives the link. Its number is printed, and stands in a file too, with the name of the
machine, which others may share a home with: the link may break in between, and who comes later can tell
from it which kernels have ended, and remove what they have left.
"""

import json
import os
import re
import shlex
import string
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kconsole.connect.info import ConnectionInfo
from kconsole.connect.paths import shown
from kconsole.connect.ssh.remote import quoted

__all__ = [
    "ALIVE",
    "SWEEP",
    "Launch",
    "abandon_script",
    "clear_script",
    "launch_script",
    "refusal",
    "tidy_script",
]

#: A process group of its own, and SIGINT not ignored, as it would be behind an ampersand alone. The pipe
#: of the substitution ends when the kernel takes its place, so its number is there by then. BusyBox' setsid
#: knows no -f, and its sh no jobs without a terminal; macOS has no setsid.
_LAUNCH = """
first='echo "$$ $(uname -n) $2" >"$1.pid"; echo $$; l=$1; shift 2; exec "$@" >>"$l" 2>&1 </dev/null'
if setsid -f true 2>/dev/null; then
  pid=$(setsid -f sh -c "$first" sh "$log" "$room" "$@")
elif setsid true 2>/dev/null; then
  pid=$(setsid sh -c "$first" sh "$log" "$room" "$@" &)
else
  pid=$(set -m; nohup sh -c "$first" sh "$log" "$room" "$@" &)
fi
echo "$pid"
"""

#: Whether a process runs, and does not only wait for somebody to take note of its end.
ALIVE = """
alive() {
  kill -0 "$1" 2>/dev/null || return 1
  case $(ps -o stat= -p "$1" 2>/dev/null) in Z*) return 1;; esac
}
"""

#: Removes what kernels have left that were started so on this machine, and have ended; after :data:`ALIVE`.
#: An empty file is one whose kernel is being started.
SWEEP = """
sweep() {
  for n in "$1"/kernel-*.json.log.pid; do
    { read -r pid host room <"$n"; } 2>/dev/null || continue
    [ "$host" = "$(uname -n)" ] || continue
    case $pid in ''|*[!0-9]*) continue;; esac
    alive "$pid" && continue
    f=${n%.log.pid}
    rm -f "$n" "$f" "$f.log"
    case $room in /tmp/kc-??????) rm -f "$room"/k-[1-5]; rmdir "$room" 2>/dev/null;; esac
  done
}
"""

#: Only these can be set by a shell; whatever else stood there would be taken for code.
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


class Launch(NamedTuple):
    """What is to be started, and how."""

    #: With the path of the file over there.
    info: ConnectionInfo
    command: Sequence[str]
    #: "" is the user's home.
    cwd: str
    #: Of its kernelspec, where ``${NAME}`` is a variable over there (JEP 105); and the user's.
    spec_env: Mapping[str, str]
    env: Mapping[str, str]


def launch_script(launch: Launch, end: str) -> str:
    """Return what writes the connection file, starts the kernel, and prints the number of its process.

    :param end: a line that stands in no connection file.
    """
    file = shlex.quote(str(launch.info.path))
    lines = [
        "mask=$(umask)",
        "umask 077",
        f"cat </dev/null 2>/dev/null >{file}.log.pid || exit 3",
        f"cat 2>/dev/null >{file} <<'{end}' || exit 3",
        json.dumps(launch.info.to_dict()),
        end,
        f"log={file}.log",
        ': >"$log"',
        f"room={shlex.quote(_room(launch.info))}",
        'umask "$mask"',
        f"cd {_directory(launch.cwd)} 2>/dev/null || exit 4",
        *(f"export {name}={_expanded(value)}" for name, value in launch.spec_env.items()),
        *(f"export {name}={shlex.quote(value)}" for name, value in launch.env.items()),
        f"set -- {' '.join(map(quoted, launch.command))}",
        # Some systems have no "python", only a "python3".
        'if [ "$1" = python ] && ! command -v python >/dev/null; then shift; set -- python3 "$@"; fi',
        'command -v "$1" >/dev/null || exit 5',
        _LAUNCH,
    ]
    return "\n".join(lines)


def abandon_script(info: ConnectionInfo) -> str:
    """Return what ends a kernel whose start was not seen to its end, and removes its files."""
    return (
        f"if {{ read -r pid rest <{shlex.quote(str(info.path))}.log.pid; }} 2>/dev/null; then\n"
        '  kill -s KILL -- "-$pid" 2>/dev/null || kill -s KILL "$pid" 2>/dev/null\nfi\n'
        f"{clear_script(info)}"
    )


def clear_script(info: ConnectionInfo) -> str:
    """Return what removes all that a kernel has left that has ended."""
    file, room = shlex.quote(str(info.path)), _room(info)
    sockets = f"rm -f {shlex.quote(info.ip)}-[1-5]\nrmdir {shlex.quote(room)}\n" if room else ""
    return f"rm -f {file} {file}.log {file}.log.pid\n{sockets}"


def tidy_script(path: str) -> str:
    """Return what removes what a kernel has left that has just been asked to end, and others before it.

    Only of those that were started so, and have ended: see :data:`SWEEP`. Its process may need a moment.

    :param path: of its connection file.
    """
    file, directory = shlex.quote(path), shlex.quote(os.path.dirname(path))
    return (
        f"{ALIVE}{SWEEP}if {{ read -r pid rest <{file}.log.pid; }} 2>/dev/null; then\n"
        f'  if alive "$pid"; then sleep 1; fi\n  sweep {directory}\nfi\n'
    )


def _room(info: ConnectionInfo) -> str:
    """The directory of a kernel's sockets; "" = it has none."""
    return os.path.dirname(info.ip) if info.transport == "ipc" else ""


def refusal(launch: Launch, status: int | None = None) -> str:
    """Say why a kernel cannot be started.

    :param status: of the script; None before there is one: then "" means that there may be one.
    """
    if status is None:
        names = [*launch.spec_env, *launch.env]
        odd = next((name for name in names if not _VARIABLE.fullmatch(name)), None)
        return "" if odd is None else f"a shell there can set no variable {odd!r}"
    reasons = {
        3: f"{shown(str(launch.info.path))} cannot be written",
        4: f"no directory {shown(launch.cwd or '~')} there",
        5: f"command not found there: {shown(launch.command[0])}",
    }
    return reasons.get(status, f"cannot be started (status {status})")


def _directory(cwd: str) -> str:
    """Quote a directory for cd: no option, no word of cd's own, and nothing that CDPATH could find."""
    if cwd in ("", "~"):
        return '"$HOME"/'
    return quoted(cwd if cwd.startswith(("/", "~/")) else f"./{cwd}")


def _expanded(value: str) -> str:
    """Quote a value of a spec's environment; ``${NAME}`` in it is a variable over there (JEP 105)."""
    parts = []
    for literal, name in _references(value):
        parts.append(shlex.quote(literal) if literal else "")
        parts.append(f'"${{{name}}}"' if name else "")
    return "".join(parts) or "''"


def _references(value: str) -> list[tuple[str, str]]:
    """Part a text into pairs of what is literal and the variable behind it; "" is none."""
    found, place = [], 0
    for match in string.Template.pattern.finditer(value):
        name = match["named"] or match["braced"]
        if name:
            found.append((value[place : match.start()].replace("$$", "$"), name))
            place = match.end()
    found.append((value[place:].replace("$$", "$"), ""))
    return found
