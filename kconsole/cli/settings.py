"""What was asked for: the command line, else the environment, else the file, else the defaults.

The arguments are parsed once without the file, which tells where the file is and which connection was
named, and ends ``--version`` and ``--help`` before a file could spoil them; and once more with it.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.core import ParameterSource

from kconsole.cli.options import LISTS, kinds
from kconsole.cli.options.kernels import NEWEST, STARTING
from kconsole.errors import ConfigError

if TYPE_CHECKING:
    from kconsole.config.settings import Config
    from kconsole.connect.ssh.link import SshLink

__all__ = ["NO_FILE", "VARIABLES", "Settings", "odd_variables", "parse", "read_config"]

NO_FILE = "none"
"""Stands for no file at all, where a file can be named."""

VARIABLES = "KCONSOLE"
"""What the names of the environment's variables begin with."""

#: How alike a variable is to that of an option, from 0 to 1, if it was meant.
_ALIKE = 0.8

#: The parameters that say which kernel is meant; at most one of them may, in each place.
_WHICH = ("target", "existing", "kernel")
_WHICH_SHOWN = ("TARGET, --existing", "--kernel")
#: From strong to weak.
_STRENGTH = (
    ParameterSource.COMMANDLINE,
    ParameterSource.ENVIRONMENT,
    ParameterSource.DEFAULT_MAP,
)

Refusal = Callable[[str, str], click.UsageError | ConfigError]


class Settings(NamedTuple):
    """What was asked for."""

    #: The kernel to attach to, "*" being the newest that answers; None = start one.
    attach_to: str | None
    #: The kernelspec to start; None = the default one.
    start: str | None
    #: What stands behind ``--``: further arguments for the kernel's own command line.
    arguments: tuple[str, ...]
    #: The values of all other options, by name.
    values: Mapping[str, Any]
    #: The file, for its table of keys and its warnings; None if there is none.
    config: "Config | None"
    #: Makes the exception for an option's value that has turned out to be wrong, from name and reason.
    refusal: Refusal
    #: Whether an option was given on the command line.
    given: Callable[[str], bool]
    #: The link to the computer whose kernels are meant, once it is there; None is this computer.
    link: "SshLink | None" = None
    #: All kernels to attach to, if these are several; `attach_to` is the first of them.
    several: tuple[str, ...] = ()

    @property
    def only_mime(self) -> tuple[str, ...]:
        """The MIME types of displays and results that a script is to write alone; none are all.

        What the environment and the file say is about the consoles alone: no script is to lose its
        results by it.
        """
        mime: tuple[str, ...] = self.values["mime"] if self.given("mime") else ()
        return mime


def parse(command: click.Command, arguments: Sequence[str]) -> Settings:
    """Work out what was asked for.

    :param arguments: the command line without the program's name.
    :raise click.UsageError: the command line or the environment is wrong.
    :raise ConfigError: the file is.
    """
    own, more = _split(arguments)
    context = _context(command, own, None, None)
    config = read_config(context.params["config"])
    connection = None
    if config is not None:
        target = context.params["target"]
        connection = target if target in config.connections else None
        context = _context(command, own, config, connection)
    settings = _settings(context, config, connection)._replace(arguments=more)
    if settings.values["ssh"] is not None and settings.attach_to is None and settings.start is None:
        settings = settings._replace(attach_to=NEWEST)
    if settings.values["pick"] and settings.given("kernel"):
        raise click.UsageError("give only one of --pick and --kernel")
    if settings.attach_to is not None or settings.values["pick"]:
        _check_attaching(settings)
    return settings


def odd_variables(command: click.Command, names: Iterable[str]) -> list[str]:
    """Say which variables are called nearly as one of an option; others may be of other programs.

    :param names: of the environment.
    :return: a line for each.
    """
    known = {(each.name or "").upper() for each in command.params}
    ours = (
        name.removeprefix(f"{VARIABLES}_") for name in names if name.startswith(f"{VARIABLES}_")
    )
    lines = []
    for name in sorted(set(ours) - known):
        from kconsole.render.nearest import nearest

        if near := nearest(name, known, 1, _ALIKE):
            meant = _variable(near[0])
            lines.append(f"no variable is called {VARIABLES}_{name}; did you mean {meant}?")
    return lines


def _split(arguments: Sequence[str]) -> tuple[Sequence[str], tuple[str, ...]]:
    """Part our arguments from those for the kernel, which stand behind ``--``."""
    if "--" not in arguments:
        return arguments, ()
    place = arguments.index("--")
    return arguments[:place], tuple(arguments[place + 1 :])


def _check_attaching(settings: Settings) -> None:
    """Refuse what only a kernel that is started could follow; what the file says is just not used."""
    if settings.arguments:
        raise click.UsageError("arguments behind -- are for a kernel that is started here")
    for option in STARTING:
        if option.name is None or option.name == "encrypt" or not settings.given(option.name):
            continue
        raise click.UsageError(f"{option.opts[0]} is for a kernel that is started here")


def read_config(named: str | None) -> "Config | None":
    """Read the file that was named, else that of the user; None if there is none.

    :raise ConfigError: it is wrong.
    """
    from kconsole.config import config_path, present

    if named == NO_FILE:
        return None
    path = config_path() if named is None else Path(os.path.expanduser(named))
    if path is None or (named is None and not present(path)):
        return None
    from kconsole.config.checking import check
    from kconsole.config.file import load_config

    config = load_config(path)
    check(config, kinds(), many=LISTS)
    return config


def _context(
    command: click.Command,
    arguments: Sequence[str],
    config: "Config | None",
    connection: str | None,
) -> click.Context:
    """Parse the arguments, and tell of a bad value where it was given."""
    defaults = None if config is None else config.defaults(connection, many=LISTS)
    try:
        return command.make_context(
            "kconsole", list(arguments), auto_envvar_prefix=VARIABLES, default_map=defaults
        )
    except click.BadParameter as error:
        if error.ctx is None or error.param is None or error.param.name is None:
            raise
        if error.ctx.get_parameter_source(error.param.name) is ParameterSource.COMMANDLINE:
            raise
        raise _refusal(error.ctx, config, connection, error.param.name, error.message) from None


def _refusal(
    context: click.Context,
    config: "Config | None",
    connection: str | None,
    name: str,
    reason: str,
) -> click.UsageError | ConfigError:
    """Tell of a bad value where it was given."""
    reason = reason[:1].lower() + reason[1:].rstrip(".")
    source, option = context.get_parameter_source(name), name.replace("_", "-")
    if source is ParameterSource.DEFAULT_MAP and config is not None:
        return ConfigError(f"{_place(config, connection, name)}: {option!r}: {reason}")
    if source is ParameterSource.ENVIRONMENT:
        return click.UsageError(f"the variable {_variable(name)}: {reason}")
    return click.UsageError(f"--{option}: {reason}")


def _place(config: "Config", connection: str | None, name: str) -> str:
    if connection is not None and name in config.connections[connection]:
        return config.place("connections", connection, name)
    return config.place(name)


def _settings(context: click.Context, config: "Config | None", connection: str | None) -> Settings:
    which = _which(context, config, connection)
    named = which.get("target", which.get("existing", ()))
    kernel = which.get("kernel", (None,))[0]
    others = {name: value for name, value in context.params.items() if name not in _WHICH}
    refusal = partial(_refusal, context, config, connection)
    given = partial(_is_given, context)
    attach_to = named[0] if named else None
    several = named if len(named) > 1 else ()
    return Settings(attach_to, kernel, (), others, config, refusal, given, several=several)


def _is_given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is ParameterSource.COMMANDLINE


def _which(
    context: click.Context, config: "Config | None", connection: str | None
) -> dict[str, tuple[str, ...]]:
    """The one parameter that says which kernels are meant: that from the strongest place.

    What a connection says about it is as strong as its name, which was given on the command line.
    """
    places: list[dict[str, tuple[str, ...]]] = [{} for _ in _STRENGTH]
    own: Mapping[str, object] = {}
    if config is not None and connection is not None:
        own = config.connections[connection]
        if len(own.keys() & set(_WHICH)) > 1:
            raise _two_in_the_file(config, connection)
    for name in _WHICH:
        value, source = context.params[name], context.get_parameter_source(name)
        if name in own and source is not ParameterSource.COMMANDLINE:
            places[0][name] = tuple(map(str, _each(own[name])))
        elif value and source in _STRENGTH and not (connection and name == "target"):
            places[_STRENGTH.index(source)][name] = _each(value)
    source, found = next(
        (each for each in zip(_STRENGTH, places, strict=True) if each[1]), (_STRENGTH[0], {})
    )
    if len(found) < 2:
        return found
    if source is ParameterSource.DEFAULT_MAP and config is not None:
        raise _two_in_the_file(config, None)
    names = map(_variable, found) if source is ParameterSource.ENVIRONMENT else _WHICH_SHOWN
    hint = "" if "kernel" in found else "; several kernels are -e NAME -e NAME"
    raise click.UsageError(f"give only one of {' and '.join(names)}{hint}")


def _each(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _two_in_the_file(config: "Config", connection: str | None) -> ConfigError:
    place = _place(config, connection, "kernel")
    return ConfigError(f"{place}: give only one of 'existing' and 'kernel'")


def _variable(name: str) -> str:
    return f"{VARIABLES}_{name.upper()}"
