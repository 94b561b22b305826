"""Completion in the user's shell: what may stand on the command line.

A shell asks anew at each Tab, and waits: so no kernel is asked, only files are read, and what goes wrong is
nobody's business. click knows the shells; the variable ``_KCONSOLE_COMPLETE`` says which one asks.
"""

import os
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import click
from click.shell_completion import CompletionItem, shell_complete

from kconsole.cli.saying import silence
from kconsole.cli.settings import VARIABLES, read_config
from kconsole.cli.shells import adapt_shells
from kconsole.errors import KconsoleError

__all__ = ["answer_shell", "complete", "complete_ssh_hosts"]

_Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def answer_shell(command: click.Command, variable: str) -> int:
    """Print a shell's script, or what it asks for.

    :param command: ours.
    :param variable: the name of the variable that holds ``bash_source`` or ``zsh_complete``, for example.
    :return: the exit status.
    """
    instruction = os.environ[variable]
    if instruction.endswith("_complete") and sys.stderr is not None:
        silence(sys.stderr)  # the user is in the middle of a line
    adapt_shells()
    settings = {"auto_envvar_prefix": VARIABLES}
    return shell_complete(command, settings, "kconsole", variable, instruction)


def complete(context: click.Context, parameter: click.Parameter, word: str) -> list[CompletionItem]:
    """Give what may stand as a parameter's value.

    :param word: what was typed of it.
    """
    return _COMPLETERS.get(parameter.name or "", _files)(context, parameter, word)


def complete_ssh_hosts(
    _context: click.Context, _parameter: click.Parameter, word: str
) -> list[CompletionItem]:
    """Give the hosts that the user's own files for ssh name.

    :param word: what was typed of ``[USER@]HOST``; the user stays as typed.
    """
    from kconsole.connect.sshhosts import ssh_hosts

    user, at, _ = word.rpartition("@")
    try:
        hosts = ssh_hosts(Path.home())
    except RuntimeError:  # there is no home
        return []
    return _fitting([(f"{user}{at}{host}", "") for host in hosts], word)


def _files(_context: click.Context, _parameter: click.Parameter, word: str) -> list[CompletionItem]:
    return [CompletionItem(word, type="file")]


def _directories(
    _context: click.Context, _parameter: click.Parameter, word: str
) -> list[CompletionItem]:
    return [CompletionItem(word, type="dir")]


def _kernels(context: click.Context, parameter: click.Parameter, word: str) -> list[CompletionItem]:
    """Connections of the configuration file and running kernels; else files."""
    found = [] if os.sep in word else list(_running(word))
    if parameter.name == "target":
        found = [*_fitting(_connections(context), word), *found]
    return found or _files(context, parameter, word)


def _running(word: str) -> Iterator[CompletionItem]:
    """The connection files of the runtime directory, the newest first, by the shortest enough name."""
    from kconsole.connect.files import candidates, stem
    from kconsole.connect.paths import runtime_dir
    from kconsole.render.labels import short_name

    paths = candidates(directories=[runtime_dir()])
    for path in paths:
        whole = stem(path)
        short = short_name(whole, (other.name for other in paths if other != path))
        forms = (short, whole, path.name)
        form = next((each for each in forms if each.startswith(word)), None)
        if form is not None and shlex.quote(form) == form:
            yield CompletionItem(form, help=_about(path))


def _about(path: Path) -> str:
    """What the file alone tells of a kernel: which one it is, and since when."""
    from kconsole.connect.files import load_connection_file
    from kconsole.render.amounts import short_age
    from kconsole.render.sanitise import one_line

    try:
        name = one_line(load_connection_file(path, leave_atime=True).kernel_name)
        age = short_age(time.time() - path.stat().st_mtime)
    except (KconsoleError, OSError):
        return ""
    return f"{name}, {age} old" if name else f"{age} old"


def _connections(context: click.Context) -> list[tuple[str, str]]:
    """The names of the connections of the configuration file."""
    try:
        config = read_config(context.params.get("config"))
    except KconsoleError:
        return []
    return [] if config is None else [(name, "connection") for name in config.connections]


def _specs(_context: click.Context, _parameter: click.Parameter, word: str) -> list[CompletionItem]:
    from kconsole.connect.specs import list_kernel_specs
    from kconsole.render.sanitise import one_line

    specs = sorted(list_kernel_specs().specs.items())
    return _fitting([(name, one_line(spec.display_name)) for name, spec in specs], word)


def _styles(
    _context: click.Context, _parameter: click.Parameter, word: str
) -> list[CompletionItem]:
    from kconsole.render.stylenames import style_names

    return _fitting([(name, "") for name in style_names()], word)


def _fitting(named: Iterable[tuple[str, str]], word: str) -> list[CompletionItem]:
    """Names that go on from a word, and that no shell has to quote."""
    return [
        CompletionItem(name, help=help or None)
        for name, help in named
        if name.startswith(word) and shlex.quote(name) == name
    ]


_COMPLETERS: Mapping[str, _Completer] = {
    "target": _kernels,
    "existing": _kernels,
    "kernel": _specs,
    "ssh": complete_ssh_hosts,
    "style": _styles,
    "cwd": _directories,
}
"""By the parameter's name; what is not here takes a file."""
